"""The sum over paths against PyTorch's gradient, and the walk down against torch.optim.SGD."""

import numpy as np
import pytest
import torch

from course.networks import paths


@pytest.mark.parametrize(("x", "y"), [(2.0, -3.0), (0.5, 7.0), (0.0, 4.0)])
def test_the_two_slopes_agree_with_pytorch(x, y):
    tx, ty = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (x, y))
    u = tx * ty
    (u * (u + tx)).backward()
    assert paths.two_slopes(x, y) == pytest.approx((tx.grad.item(), ty.grad.item()), abs=1e-12)


def test_the_walk_is_that_of_torch_and_its_start_stays():
    scale, start = np.array([1.0, 5.0, 0.2]), np.array([3.0, -1.0, 2.0])
    p = torch.tensor(start.copy(), requires_grad=True)
    optimizer = torch.optim.SGD([p], lr=0.3)
    theirs = [p.detach().numpy().copy()]
    for _ in range(25):
        optimizer.zero_grad()
        (0.5 * torch.tensor(scale) * p**2).sum().backward()
        optimizer.step()
        theirs.append(p.detach().numpy().copy())
    walk = paths.descend(lambda x: scale * x, start, 0.3, 25)
    np.testing.assert_allclose(walk, theirs, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(start, [3, -1, 2])


def test_no_step_is_a_path_of_one_point():
    assert len(paths.descend(lambda x: x, np.ones(2), 0.1, 0)) == 1


@pytest.mark.parametrize(("lr", "steps"), [(-0.1, 3), (float("nan"), 3), (0.1, -1)])
def test_bad_input_is_named(lr, steps):
    with pytest.raises(ValueError, match=f"lr is {lr} and steps is {steps}"):
        paths.descend(lambda x: x, np.ones(2), lr, steps)
