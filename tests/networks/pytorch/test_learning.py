"""PyTorch's network against the one by hand, and the laws of the loop around it."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course.networks import mlp
from course.networks.pytorch import learning, nets


@pytest.fixture(autouse=True)
def double():
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


@pytest.fixture
def task():
    rng = np.random.default_rng(3)
    return rng.standard_normal((50, 6)), rng.integers(4, size=50)


SIZES = ([6, 4], [6, 9, 4], [6, 9, 5, 4])


@pytest.mark.parametrize("sizes", SIZES)
def test_autograd_finds_the_gradients_by_hand(task, sizes):
    x, y = task
    params = mlp.init(np.random.default_rng(0), sizes)
    loss, grads = mlp.loss_and_gradients(params, x, y)
    tensors = [tuple(map(torch.from_numpy, pair)) for pair in params]
    got, found = learning.loss_and_gradients(tensors, *map(torch.from_numpy, task))
    assert math.isclose(got, loss, rel_tol=1e-12)
    for ours, theirs in zip(sum(grads, ()), sum(found, ()), strict=True):
        assert np.allclose(ours, theirs.numpy(), rtol=0, atol=1e-12)
    assert not any(p.requires_grad for pair in tensors for p in pair), "the arguments were changed"


@pytest.mark.parametrize("sizes", SIZES)
def test_a_module_with_the_same_weights_is_the_same_network(task, sizes):
    x, y = task
    params = mlp.init(np.random.default_rng(0), sizes)
    net = nets.adopt(nets.Net(sizes), params)
    z = net(torch.from_numpy(x))
    assert np.allclose(z.detach().numpy(), mlp.forward(params, x)[-1], rtol=0, atol=1e-12)
    F.cross_entropy(z, torch.from_numpy(y)).backward()
    _, grads = mlp.loss_and_gradients(params, x, y)
    for layer, (dW, db) in zip(net.layers, grads, strict=True):
        assert np.allclose(layer.weight.grad.T.numpy(), dW, rtol=0, atol=1e-12)
        assert np.allclose(layer.bias.grad.numpy(), db, rtol=0, atol=1e-12)


def test_an_epoch_is_that_of_the_network_by_hand(task):
    x, y = task
    params = mlp.init(np.random.default_rng(0), [6, 9, 4])
    net = nets.adopt(nets.Net([6, 9, 4]), params)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.3)
    losses = learning.train_epoch(
        net, optimizer, *map(torch.from_numpy, task), np.random.default_rng(5), 10
    )
    (params, mean), *_ = mlp.train(
        params, x, y, rng=np.random.default_rng(5), epochs=1, batch=10, lr=0.3
    )
    assert math.isclose(np.mean(losses), mean, rel_tol=1e-12)
    for layer, (W, b) in zip(net.layers, params, strict=True):
        assert np.allclose(layer.weight.detach().numpy(), W.T, rtol=0, atol=1e-12)
        assert np.allclose(layer.bias.detach().numpy(), b, rtol=0, atol=1e-12)


def test_adopting_other_sizes_is_refused():
    params = mlp.init(np.random.default_rng(0), [6, 8, 4])
    with pytest.raises(ValueError, match=r"\(6, 9\).*\(6, 8\)"):
        nets.adopt(nets.Net([6, 9, 4]), params)


def test_evaluation_is_in_evaluation_mode_and_remembers_nothing(task):
    x, y = map(torch.from_numpy, task)
    torch.manual_seed(0)
    net = nets.Net([6, 30, 4], rate=0.5).train()
    assert learning.evaluate(net, x, y) == learning.evaluate(net, x, y)
    assert not net.training
    assert all(p.grad is None for p in net.parameters())


def test_a_fit_is_epochs_and_evaluations(task):
    x, y = map(torch.from_numpy, task)
    torch.manual_seed(0)
    net = nets.Net([6, 20, 4], rate=0.3)
    torch.manual_seed(0)
    twin = nets.Net([6, 20, 4], rate=0.3)
    torch.manual_seed(1)
    optimizer, rng = torch.optim.Adam(net.parameters()), np.random.default_rng(0)
    scores = learning.fit(net, optimizer, (x[:40], y[:40]), (x[40:], y[40:]), rng, 3, 7)
    torch.manual_seed(1)
    optimizer, rng, expected = torch.optim.Adam(twin.parameters()), np.random.default_rng(0), []
    for _ in range(3):
        learning.train_epoch(twin, optimizer, x[:40], y[:40], rng, 7)
        expected.append(learning.evaluate(twin, x[40:], y[40:])[1])
    assert scores == expected


@pytest.mark.parametrize("K", [2, 3, 10, 1000])
def test_no_probabilities_get_below_the_floor(K):
    floor = learning.doubled_floor(K)
    best = F.cross_entropy(torch.eye(K), torch.arange(K)).item()
    assert math.isclose(floor, best, rel_tol=1e-12)
    p = torch.softmax(5 * torch.randn(100, K, generator=torch.Generator().manual_seed(0)), -1)
    assert (F.cross_entropy(p, p.argmax(-1), reduction="none") >= floor).all()
    assert round(learning.doubled_floor(3), 3) == 0.551
    assert round(learning.doubled_floor(10), 3) == 1.461


def test_gradients_that_are_never_cleared_are_momentum_one(task):
    x, y = map(torch.from_numpy, task)
    ends = []
    for clear, momentum in ((False, 0.0), (True, 1.0)):
        torch.manual_seed(0)
        net = nets.Net([6, 8, 4])
        optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=momentum)
        for _ in range(30):
            if clear:
                optimizer.zero_grad()
            F.cross_entropy(net(x), y).backward()
            optimizer.step()
        ends.append(nn.utils.parameters_to_vector(net.parameters()))
    assert torch.allclose(*ends, rtol=0, atol=1e-10)
