"""autograd against PyTorch's, and against the gradients derived by hand in mlp."""

import numpy as np
import pytest
import torch

from course.networks import autograd, mlp
from course.networks.autograd import Value


def test_every_operation_agrees_with_pytorch():
    def f(a, b, exp, log, relu, tanh):
        c = (2 - a) * b + a**3 / (b - 5.0) - 1 / b
        return relu(c) * exp(-a) + log(b * b + 1) * tanh(c / 7) - relu(-c) + 3 * a * a

    a, b = Value(-1.3), Value(0.7)
    result = f(a, b, autograd.exp, autograd.log, autograd.relu, autograd.tanh)
    autograd.backward(result)
    ta, tb = (torch.tensor(v.data, dtype=torch.float64, requires_grad=True) for v in (a, b))
    theirs = f(ta, tb, torch.exp, torch.log, torch.relu, torch.tanh)
    theirs.backward()
    assert abs(result.data - theirs.item()) < 1e-12
    assert abs(a.grad - ta.grad.item()) < 1e-12
    assert abs(b.grad - tb.grad.item()) < 1e-12


@pytest.mark.parametrize("z", [-30.0, -1.5, 0.0, 0.3, 30.0])
def test_division_and_sigmoid_agree_with_pytorch(z):
    a, b = Value(z), Value(-2.5)
    result = autograd.divide(autograd.sigmoid(a), b) + autograd.divide(b, autograd.exp(a))
    autograd.backward(result)
    ta, tb = (torch.tensor(v.data, dtype=torch.float64, requires_grad=True) for v in (a, b))
    (torch.sigmoid(ta) / tb + tb / torch.exp(ta)).backward()
    assert a.grad == pytest.approx(ta.grad.item(), rel=1e-12, abs=1e-13)
    assert b.grad == pytest.approx(tb.grad.item(), rel=1e-12, abs=1e-13)


def test_a_value_used_twice_gets_both_shares_and_a_second_call_starts_afresh():
    a = Value(3.0)
    for _ in range(2):
        autograd.backward(a + a)
        assert a.grad == 2
    autograd.backward(a * a)
    assert a.grad == 6


def test_parents_come_before_children_whatever_the_shape_of_the_graph():
    a = Value(2.0)
    b = a * a
    c = b + a
    d = c * b
    graph = autograd.order(d)
    place = {id(v): i for i, v in enumerate(graph)}
    assert graph[-1] is d
    assert len(graph) == 4
    assert all(place[id(p)] < place[id(v)] for v in graph for p in v.parents)


def test_a_chain_longer_than_the_recursion_limit_is_followed():
    a = Value(1.0)
    result = a
    for _ in range(5000):
        result = result + 1.0
    autograd.backward(result)
    assert a.grad == 1


def test_it_reproduces_the_gradients_of_a_whole_network():
    rng = np.random.default_rng(4)
    params = mlp.init(rng, [3, 4, 2])
    x, y = rng.normal(size=(5, 3)), rng.integers(2, size=5)
    loss, grads = mlp.loss_and_gradients(params, x, y)
    values = [
        (np.vectorize(Value, otypes=[object])(W), np.vectorize(Value, otypes=[object])(b))
        for W, b in params
    ]
    (W1, b1), (W2, b2) = values
    z = np.vectorize(autograd.relu, otypes=[object])(x @ W1 + b1) @ W2 + b2
    total = sum(
        autograd.log(sum(autograd.exp(s) for s in row)) - row[label]
        for row, label in zip(z, y, strict=True)
    ) / len(y)
    autograd.backward(total)
    assert abs(total.data - loss) < 1e-12
    for pair, ours in zip(values, grads, strict=True):
        for v, d in zip(pair, ours, strict=True):
            assert np.abs(np.vectorize(lambda v: v.grad)(v) - d).max() < 1e-12


def test_what_has_no_value_is_an_error():
    with pytest.raises(ValueError):
        autograd.log(Value(-1.0))
    with pytest.raises(ValueError):
        autograd.value("three")
