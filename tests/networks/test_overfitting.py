"""Dropout keeps expectations and has the gradient of PyTorch's; early stopping reads no further."""

import itertools
import math

import numpy as np
import pytest
import torch

from course.networks import overfitting


def test_dropout_keeps_the_expectation_and_its_share():
    x = np.array([1.0, -2.0, 5.0])
    y, keep = overfitting.dropout(np.tile(x, (40_000, 1)), 0.3, np.random.default_rng(0))
    np.testing.assert_allclose(y.mean(axis=0), x, rtol=0.02)
    np.testing.assert_allclose((keep == 0).mean(), 0.3, atol=0.01)
    assert set(np.unique(keep)) == {0, 1 / 0.7}


def test_gradients_are_those_of_torch():
    rng = np.random.default_rng(3)
    params = [rng.normal(size=s) for s in ((5, 7), (7,), (7, 4), (4,))]
    x, y = rng.normal(size=(6, 5)), rng.integers(4, size=6)
    loss, grads = overfitting.dropout_gradients(params, x, y, 0.4, np.random.default_rng(8))
    _, keep = overfitting.dropout(np.ones((6, 7)), 0.4, np.random.default_rng(8))
    W1, b1, W2, b2 = tensors = [torch.tensor(p, requires_grad=True) for p in params]
    h = torch.relu(torch.tensor(x) @ W1 + b1) * torch.tensor(keep)
    expected = torch.nn.functional.cross_entropy(h @ W2 + b2, torch.tensor(y))
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    for g, t in zip(grads, tensors, strict=True):
        np.testing.assert_allclose(g, t.grad.numpy(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("losses", "patience", "wanted"),
    [
        ([5, 3, 4, 2, 6, 2, 1], 2, (3, 5)),
        ([3, 2, 1], 1, (2, 2)),
        ([1, 2, 3], 1, (0, 1)),
        ([2, math.nan, 1, math.nan], 2, (2, 3)),
        ([math.nan, math.nan, 1], 2, (2, 2)),
        ([math.nan, math.nan, math.nan, 1], 2, (0, 2)),
    ],
)
def test_early_stop(losses, patience, wanted):
    assert overfitting.early_stop(losses, patience) == wanted


def test_early_stop_reads_nothing_behind_the_stop():
    endless = itertools.chain([3.0, 2.0], itertools.count(4))
    assert overfitting.early_stop(endless, 3) == (1, 4)
    assert next(endless) == 7


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: overfitting.dropout(np.ones(2), 1.0, np.random.default_rng(0)), "rate is 1.0"),
        (lambda: overfitting.early_stop([], 2), "no losses"),
        (lambda: overfitting.early_stop([1.0], 0), "patience is 0"),
    ],
)
def test_bad_input_is_named(call, told):
    with pytest.raises(ValueError, match=told):
        call()
