"""mlp against PyTorch, finite differences and a problem that a line can't solve."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course.networks import gradcheck, mlp


@pytest.fixture
def rng():
    return np.random.default_rng(4)


@pytest.mark.parametrize("sizes", [[5, 3], [5, 7, 3], [5, 7, 4, 6, 3]])
def test_loss_and_every_gradient_agree_with_pytorch(rng, sizes):
    params = [(W, rng.normal(size=b.shape)) for W, b in mlp.init(rng, sizes)]
    x, y = rng.normal(size=(11, 5)), rng.integers(3, size=11)
    theirs = [[torch.tensor(p, requires_grad=True) for p in pair] for pair in params]
    a = torch.tensor(x)
    for W, b in theirs[:-1]:
        a = torch.relu(a @ W + b)
    loss = F.cross_entropy(a @ theirs[-1][0] + theirs[-1][1], torch.tensor(y))
    loss.backward()
    ours, grads = mlp.loss_and_gradients(params, x, y)
    assert abs(ours - loss.item()) < 1e-12
    for pair, their_pair in zip(grads, theirs, strict=True):
        for d, p in zip(pair, their_pair, strict=True):
            assert d.shape == p.shape
            assert np.abs(d - p.grad.numpy()).max() < 1e-12


def test_gradients_through_tanh_agree_with_pytorch(rng):
    params = mlp.init(rng, [3, 7, 4])
    x, y = rng.normal(size=(6, 3)), rng.integers(4, size=6)
    theirs = [torch.tensor(p, requires_grad=True) for pair in params for p in pair]
    W1, b1, W2, b2 = theirs
    logits = torch.tanh(torch.tensor(x) @ W1 + b1) @ W2 + b2
    F.cross_entropy(logits, torch.tensor(y)).backward()
    ours = [g for pair in mlp.tanh_gradients(params, x, y) for g in pair]
    for g, p in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(g, p.grad.numpy(), rtol=1e-12, atol=1e-12)
    with pytest.raises(ValueError, match="params holds 1 pairs"):
        mlp.tanh_gradients(params[:1], x, y)


def test_gradient_is_the_finite_difference(rng):
    (first, (W, b)), x, y = mlp.init(rng, [4, 6, 3]), rng.normal(size=(5, 4)), np.arange(5) % 3
    _, grads = mlp.loss_and_gradients([first, (W, b)], x, y)
    dW = gradcheck.numerical_gradient(lambda W: mlp.loss_and_gradients([first, (W, b)], x, y)[0], W)
    assert gradcheck.relative_error(grads[1][0], dW) < 1e-8


def test_the_batch_gradient_is_the_mean_of_the_gradients_of_its_examples(rng):
    params, x, y = mlp.init(rng, [4, 6, 3]), rng.normal(size=(5, 4)), np.arange(5) % 3
    _, grads = mlp.loss_and_gradients(params, x, y)
    each = [mlp.loss_and_gradients(params, x[[i]], y[[i]])[1] for i in range(5)]
    assert np.allclose(grads[0][0], np.mean([g[0][0] for g in each], axis=0), atol=1e-15)


def test_a_step_goes_downhill_and_changes_nothing_in_place(rng):
    params, x, y = mlp.init(rng, [4, 6, 3]), rng.normal(size=(5, 4)), np.arange(5) % 3
    before = [(W.copy(), b.copy()) for W, b in params]
    loss, grads = mlp.loss_and_gradients(params, x, y)
    after = mlp.gradient_step(params, grads, lr=0.01)
    assert mlp.loss_and_gradients(after, x, y)[0] < loss
    for (W, b), (W0, b0) in zip(params, before, strict=True):
        assert np.array_equal(W, W0)
        assert np.array_equal(b, b0)


def test_training_learns_what_no_line_can_and_repeats_itself():
    x = np.random.default_rng(0).uniform(-1, 1, size=(400, 2))
    y = (x[:, 0] * x[:, 1] > 0).astype(int)

    def trained(sizes):
        start = mlp.init(np.random.default_rng(1), sizes)
        rng = np.random.default_rng(2)
        return list(mlp.train(start, x, y, rng=rng, epochs=60, batch=20, lr=0.3))

    runs = [trained([2, 16, 2]) for _ in range(2)]
    assert [loss for _, loss in runs[0]] == [loss for _, loss in runs[1]]
    assert mlp.accuracy(runs[0][-1][0], x, y) > 0.97
    assert mlp.accuracy(trained([2, 2])[-1][0], x, y) < 0.7


def test_every_example_is_visited_once_an_epoch_even_if_the_batch_does_not_divide(rng):
    x, y = np.zeros((23, 1)), np.zeros(23, dtype=int)
    x[:, 0] = np.arange(23)
    params = [(np.zeros((1, 2)), np.zeros(2))]
    ((after, loss),) = mlp.train(params, x, y, rng=rng, epochs=1, batch=5, lr=1e-12)
    assert loss == pytest.approx(np.log(2))
    # four batches of 6, 6, 6 and 5 rows, each with the same gradient for b: one half
    assert after[0][1] == pytest.approx([4 * 0.5e-12, -4 * 0.5e-12])


@pytest.mark.parametrize(
    ("call", "names"),
    [
        (lambda: mlp.init(np.random.default_rng(0), [3]), ["[3]"]),
        (lambda: mlp.init(np.random.default_rng(0), [3, 0, 2]), ["[3, 0, 2]"]),
        (lambda: mlp.forward([(np.ones((3, 2)), np.ones(2))], np.ones((4, 5))), ["(4, 5)"]),
        (lambda: mlp.gradient_step([(np.ones((3, 2)), np.ones(2))], [], 0.1), ["(3, 2)", "[]"]),
        (lambda: mlp.gradient_step([], [], -0.1), ["-0.1"]),
        (
            lambda: next(mlp.train([], np.ones((3, 2)), np.ones(4), rng=None)),
            ["3 rows", "4"],
        ),
        (lambda: next(mlp.train([], np.ones((3, 2)), np.ones(3), rng=None, epochs=0)), ["0"]),
    ],
)
def test_bad_input_is_named_beside_what_is_allowed(call, names):
    with pytest.raises(ValueError) as error:
        call()
    assert all(name in str(error.value) for name in names)
