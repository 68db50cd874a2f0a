"""Gradients of any expression of numbers, taught in *Gradients*.

A `Value` remembers which values it was made from and the slope in each. That is all the
chain rule needs: walk the graph from the end, and hand each parent its share. To add an operation,
write its value and its slopes, as `exp` does in one line.
"""

import math


class Arithmetic:
    """The operations that follow from +, · and powers, so that they need no slopes of their own."""

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + other * -1

    def __rsub__(self, other):
        return self * -1 + other

    def __truediv__(self, other):
        return self * other**-1.0

    def __rtruediv__(self, other):
        return self**-1.0 * other


class Value(Arithmetic):
    """A number that remembers how it was made.

    Attributes
    ----------
    data
        The number.
    grad
        d result / d self, after `backward(result)`.
    parents, slopes
        What it was made from, and d self / d parent for each.
    """

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad = float(data), 0.0
        self.parents, self.slopes = parents, slopes

    def __add__(self, other):
        return add(self, value(other))

    def __mul__(self, other):
        return multiply(self, value(other))

    def __pow__(self, n):
        return power(self, n)

    __radd__, __rmul__ = __add__, __mul__


def value(x) -> Value:
    """x itself if it remembers how it was made, else a Value of that number."""
    return x if hasattr(x, "slopes") else Value(x)


def add(a: Value, b: Value) -> Value:
    """a + b; whichever moves, the sum moves as much: both slopes are 1."""
    return Value(a.data + b.data, (a, b), (1.0, 1.0))


def multiply(a: Value, b: Value) -> Value:
    """a · b; the slope with respect to each factor is the other."""
    return Value(a.data * b.data, (a, b), (b.data, a.data))


def divide(a: Value, b: Value) -> Value:
    """a / b; its slopes are 1 / b in a and −a / b² in b.

    It says in one step what `Arithmetic` makes of a power and a product.
    """
    return Value(a.data / b.data, (a, b), (1 / b.data, -a.data / b.data**2))


def power(v: Value, n: float) -> Value:
    """v to the power n, a plain number; its slope is n vⁿ⁻¹."""
    return Value(v.data**n, (v,), (n * v.data ** (n - 1),))


def exp(v: Value) -> Value:
    """e to the power v; its slope is its own value."""
    y = math.exp(v.data)
    return Value(y, (v,), (y,))


def log(v: Value) -> Value:
    """Natural logarithm; its slope is 1 / v."""
    return Value(math.log(v.data), (v,), (1 / v.data,))


def sigmoid(v: Value) -> Value:
    """1 / (1 + e⁻ᵛ); its slope is s (1 − s), s being its own value."""
    s = 0.5 * (1 + math.tanh(v.data / 2))
    return Value(s, (v,), (s * (1 - s),))


def relu(v: Value) -> Value:
    """v where it is positive, else 0; its slope is 1 or 0."""
    return Value(max(v.data, 0.0), (v,), (float(v.data > 0),))


def tanh(v: Value) -> Value:
    """Hyperbolic tangent; its slope is 1 − tanh²."""
    y = math.tanh(v.data)
    return Value(y, (v,), (1 - y**2,))


def order(result: Value) -> list[Value]:
    """Every value that result was made from, each after all of its parents, result last."""
    seen, done, stack = set(), [], [(result, False)]
    while stack:
        v, ready = stack.pop()
        if ready:
            done.append(v)
        elif v not in seen:
            seen.add(v)
            stack += [(v, True), *((parent, False) for parent in v.parents)]
    return done


def backward(result: Value) -> None:
    """Set the grad of every value that result was made from to d result / d value.

    A value used twice gets the sum of both shares.
    """
    graph = order(result)
    for v in graph:
        v.grad = 0.0
    result.grad = 1.0
    for v in reversed(graph):
        for parent, slope in zip(v.parents, v.slopes, strict=True):
            parent.grad += slope * v.grad
