"""Layer norm against torch, forward and back."""

import numpy as np
import pytest
import torch

from course.networks import gradcheck, norm


@pytest.mark.parametrize("shape", [(5, 7), (2, 3, 6)])
def test_layer_norm_and_its_backward_equal_torch(shape):
    rng = np.random.default_rng(3)
    x, dy = 3 + 2 * rng.standard_normal(shape), rng.standard_normal(shape)
    gamma, beta = rng.standard_normal((2, shape[-1]))
    tx, tgamma, tbeta = (torch.tensor(a, requires_grad=True) for a in (x, gamma, beta))
    ty = torch.nn.functional.layer_norm(tx, shape[-1:], tgamma, tbeta, eps=0.02)
    ty.backward(torch.tensor(dy))
    y = norm.layer_norm(x, gamma, beta, eps=0.02)
    np.testing.assert_allclose(y, ty.detach().numpy(), rtol=0, atol=1e-12)
    got = norm.layer_norm_backward(dy, x, gamma, eps=0.02)
    for ours, theirs in zip(got, (tx.grad, tgamma.grad, tbeta.grad), strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", [(5, 7), (2, 3, 6)])
def test_rms_norm_and_its_backward_equal_torch(shape):
    rng = np.random.default_rng(6)
    x, dy = 1 + 2 * rng.standard_normal(shape), rng.standard_normal(shape)
    gamma = rng.standard_normal(shape[-1])
    tx, tgamma = (torch.tensor(a, requires_grad=True) for a in (x, gamma))
    ty = torch.nn.functional.rms_norm(tx, shape[-1:], tgamma, eps=0.02)
    ty.backward(torch.tensor(dy))
    np.testing.assert_allclose(
        norm.rms_norm(x, gamma, eps=0.02), ty.detach().numpy(), rtol=0, atol=1e-12
    )
    dx, dgamma = norm.rms_norm_backward(dy, x, gamma, eps=0.02)
    np.testing.assert_allclose(dx, tx.grad.numpy(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(dgamma, tgamma.grad.numpy(), rtol=0, atol=1e-12)


def test_centring_backward_equals_torch():
    x, du = np.random.default_rng(7).standard_normal((2, 3, 5))
    tx = torch.tensor(x, requires_grad=True)
    (tx - tx.mean(-1, keepdim=True)).backward(torch.tensor(du))
    np.testing.assert_allclose(norm.center_backward(du), tx.grad.numpy(), rtol=0, atol=1e-14)


def test_what_a_norm_ignores_gets_no_gradient_at_eps_0_alone():
    dy, x = np.random.default_rng(8).standard_normal((2, 3, 5))
    dx = norm.layer_norm_backward(dy, x, np.ones(5), eps=0)[0]
    np.testing.assert_allclose(dx.sum(-1), 0, atol=1e-14)
    np.testing.assert_allclose((dx * x).sum(-1), 0, atol=1e-13)
    dx = norm.layer_norm_backward(dy, x, np.ones(5), eps=3)[0]
    np.testing.assert_allclose(dx.sum(-1), 0, atol=1e-14)
    assert np.abs((dx * x).sum(-1)).min() > 1e-3


def test_backward_is_the_slope():
    rng = np.random.default_rng(4)
    x, dy = rng.standard_normal((2, 3, 5))
    gamma, beta = rng.standard_normal((2, 5))
    slope = gradcheck.numerical_gradient(lambda x: (norm.layer_norm(x, gamma, beta) * dy).sum(), x)
    np.testing.assert_allclose(norm.layer_norm_backward(dy, x, gamma)[0], slope, atol=1e-8)


def test_scale_and_shift_of_a_row_do_not_matter():
    x, one, zero = np.random.default_rng(5).standard_normal((4, 9)), np.ones(9), np.zeros(9)
    y = norm.layer_norm(x, one, zero, eps=0)
    np.testing.assert_allclose(norm.layer_norm(100 * x - 7, one, zero, eps=0), y, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=-1), 1)
    assert np.isfinite(norm.layer_norm(np.ones((2, 9)), one, zero)).all()


def test_bad_shapes_and_eps_are_named():
    x, good, bad = np.ones((2, 3)), np.ones(3), np.ones(2)
    with pytest.raises(ValueError, match=r"gamma is \(2,\), beta \(3,\), not \(3,\)"):
        norm.layer_norm(x, bad, good)
    with pytest.raises(ValueError, match="eps is -1"):
        norm.layer_norm(x, good, good, eps=-1)
    with pytest.raises(ValueError, match=r"dy has shape \(2, 2\)"):
        norm.layer_norm_backward(x[:, :2], x, good)
    with pytest.raises(ValueError, match=r"dy has shape \(2, 2\)"):
        norm.rms_norm_backward(x[:, :2], x, good)
    with pytest.raises(ValueError, match=r"gamma is \(2,\)"):
        norm.rms_norm(x, bad)
