"""Power iteration on a Hessian that is never built, held against the Hessian of PyTorch."""

import numpy as np
import pytest
import torch

from course.networks import curvature


def test_agrees_with_the_hessian_of_torch():
    rng = np.random.default_rng(0)
    x, y = torch.tensor(rng.normal(size=(20, 4))), torch.tensor(rng.normal(size=20))
    p = rng.normal(size=4 * 3 + 3)

    def loss(p):
        return ((torch.tanh(x @ p[:12].reshape(4, 3)) @ p[12:] - y) ** 2).mean()

    def gradient(p):
        p = torch.tensor(p, requires_grad=True)
        return torch.autograd.grad(loss(p), p)[0].numpy()

    hessian = torch.autograd.functional.hessian(loss, torch.tensor(p))
    values, vectors = torch.linalg.eigh(hessian)
    at = int(values.abs().argmax())
    found, u = curvature.sharpness(gradient, p, rng.normal(size=p.size), iterations=300)
    assert found == pytest.approx(float(values[at]), rel=1e-6)
    assert abs(u @ vectors[:, at].numpy()) == pytest.approx(1, abs=1e-4)


def test_on_a_bowl_it_is_the_largest_curvature():
    scale = np.array([[1.0, 5.0], [3.0, 2.0]])
    found, u = curvature.sharpness(lambda p: scale * p, np.ones((2, 2)), np.ones((2, 2)))
    assert found == pytest.approx(5, rel=1e-6)
    assert np.abs(u).argmax() == 1


@pytest.mark.parametrize(
    ("direction", "how", "told"),
    [
        (np.ones(3), {}, r"p has shape \(2,\), direction \(3,\)"),
        (np.zeros(2), {}, "points nowhere"),
        (np.ones(2), {"iterations": 0}, "iterations is 0"),
        (np.ones(2), {"h": -1.0}, "h -1.0"),
    ],
)
def test_bad_input_is_named(direction, how, told):
    with pytest.raises(ValueError, match=told):
        curvature.sharpness(lambda p: p, np.ones(2), direction, **how)
