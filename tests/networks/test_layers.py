"""layers against PyTorch's autograd, in float64, at sizes that are all different and odd."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course.networks import layers

B, N, K = 7, 5, 3


@pytest.fixture
def rng():
    return np.random.default_rng(4)


def tensors(*arrays):
    return [torch.tensor(a, requires_grad=True) for a in arrays]


def agree(ours, theirs, tolerance=1e-12):
    theirs = theirs.detach().numpy()
    assert np.shape(ours) == theirs.shape
    assert np.abs(ours - theirs).max() < tolerance


def test_affine_and_its_gradients_agree_with_pytorch(rng):
    x, W, b, dy = (rng.normal(size=s) for s in [(B, N), (N, K), (K,), (B, K)])
    tx, tW, tb = tensors(x, W, b)
    y = F.linear(tx, tW.T, tb)
    agree(layers.affine(x, W, b), y)
    y.backward(torch.tensor(dy))
    for ours, theirs in zip(layers.affine_backward(dy, x, W), (tx, tW, tb), strict=True):
        agree(ours, theirs.grad)


@pytest.mark.parametrize(
    ("ours", "backward", "theirs", "takes"),
    [
        (layers.sigmoid, layers.sigmoid_backward, torch.sigmoid, "output"),
        (layers.tanh, layers.tanh_backward, torch.tanh, "output"),
        (layers.relu, layers.relu_backward, torch.relu, "input"),
        (layers.softmax, layers.softmax_backward, lambda z: torch.softmax(z, -1), "output"),
    ],
)
def test_activations_agree_with_pytorch(rng, ours, backward, theirs, takes):
    z, da = 3 * rng.normal(size=(B, K)), rng.normal(size=(B, K))
    z[0, 0] = 0.0
    (tz,) = tensors(z)
    a = theirs(tz)
    a.backward(torch.tensor(da))
    agree(ours(z), a)
    agree(backward(da, ours(z) if takes == "output" else z), tz.grad)


def test_losses_agree_with_pytorch(rng):
    z, y = 3 * rng.normal(size=(B, K)), rng.integers(K, size=B)
    (tz,) = tensors(z)
    loss = F.cross_entropy(tz, torch.tensor(y))
    loss.backward()
    agree(layers.cross_entropy(z, y), loss)
    agree(layers.cross_entropy_backward(z, y), tz.grad)
    agree(layers.log_softmax(z), F.log_softmax(tz, -1))
    target = rng.normal(size=(B, K))
    (to,) = tensors(z)
    loss = F.mse_loss(to, torch.tensor(target), reduction="sum") / (2 * B)
    loss.backward()
    agree(layers.squared_error(z, target), loss)
    agree(layers.squared_error_backward(z, target), to.grad)


def test_softmax_is_a_distribution_that_a_shift_does_not_change(rng):
    z = rng.normal(size=(2, B, K))
    p = layers.softmax(z)
    assert np.allclose(p.sum(axis=-1), 1, atol=1e-15)
    assert np.allclose(layers.softmax(z + 17.0), p, atol=1e-14)
    assert np.allclose(np.exp(layers.log_softmax(z)), p, atol=1e-15)


def test_extreme_scores_give_finite_results():
    with np.errstate(all="raise", under="ignore"):
        z = np.array([[1000.0, -1000.0, 0.0]])
        assert np.array_equal(layers.softmax(z), [[1, 0, 0]])
        assert layers.cross_entropy(z, np.array([1])) == 2000
        assert np.array_equal(layers.sigmoid(z), [[1, 0, 0.5]])
        assert layers.sigmoid(np.array(-40.0)) == pytest.approx(np.exp(-40.0), rel=1e-15)


def test_gradients_of_softmax_and_cross_entropy_sum_to_zero_in_each_row(rng):
    z, y = rng.normal(size=(B, K)), rng.integers(K, size=B)
    assert np.allclose(layers.cross_entropy_backward(z, y).sum(axis=-1), 0, atol=1e-16)
    dz = layers.softmax_backward(rng.normal(size=(B, K)), layers.softmax(z))
    assert np.allclose(dz.sum(axis=-1), 0, atol=1e-15)


def test_single_precision_stays_single_and_inputs_stay_unchanged(rng):
    z = rng.normal(size=(B, K)).astype(np.float32)
    y, before = rng.integers(K, size=B), z.copy()
    x, W, b = (rng.normal(size=s).astype(np.float32) for s in [(B, N), (N, K), (K,)])
    results = [
        layers.affine(x, W, b),
        *layers.affine_backward(z, x, W),
        layers.sigmoid(z),
        layers.relu(z),
        layers.relu_backward(z, z),
        layers.softmax(z),
        layers.cross_entropy_backward(z, y),
    ]
    assert {r.dtype for r in results} == {np.dtype(np.float32)}
    assert np.array_equal(z, before)


@pytest.mark.parametrize(
    ("call", "names"),
    [
        (lambda: layers.affine(np.ones((2, 4)), np.ones((3, 5)), np.ones(5)), ["(2, 4)", "(3, 5)"]),
        (lambda: layers.affine(np.ones((2, 3)), np.ones((3, 5)), np.ones(4)), ["(4,)", "(5,)"]),
        (
            lambda: layers.affine_backward(np.ones((2, 4)), np.ones((2, 3)), np.ones((3, 5))),
            ["(2, 4)", "(2, 5)"],
        ),
        (
            lambda: layers.affine_backward(np.ones((2, 5)), np.ones((2, 4)), np.ones((3, 5))),
            ["4", "3"],
        ),
        (lambda: layers.affine_backward(np.ones(5), np.ones(3), np.ones((3, 5))), ["(5,)"]),
        (lambda: layers.relu_backward(np.ones((2, 4)), np.ones((4, 2))), ["(2, 4)", "(4, 2)"]),
        (lambda: layers.cross_entropy(np.ones((2, 3)), np.array([0, 3])), ["3", "0..2"]),
        (lambda: layers.cross_entropy(np.ones((2, 3)), np.array([0, -1])), ["-1", "0..2"]),
        (lambda: layers.cross_entropy(np.ones((2, 3)), np.array([0.0, 1.0])), ["float64"]),
        (lambda: layers.cross_entropy(np.ones((2, 3)), np.array([0])), ["(1,)", "(2, 3)"]),
        (lambda: layers.cross_entropy_backward(np.ones(3), np.array([0])), ["(3,)"]),
        (lambda: layers.softmax(np.ones((2, 0))), ["(2, 0)"]),
        (lambda: layers.squared_error(np.ones((2, 3)), np.ones(3)), ["(2, 3)", "(3,)"]),
    ],
)
def test_bad_input_is_named_beside_what_is_allowed(call, names):
    with pytest.raises(ValueError) as error:
        call()
    assert all(name in str(error.value) for name in names)
