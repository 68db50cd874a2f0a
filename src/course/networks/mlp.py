"""A network of affine layers and ReLU that classifies, trained by backpropagation written by hand.

Taught in *Backpropagation*. Parameters are a list of pairs (W, b), first layer first. Functions
take them and give new ones back; none changes its arguments.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from course.networks import initial, layers


def init(rng: np.random.Generator, sizes: list[int]) -> list:
    """Weights by He's rule (*Initialization* says why), biases 0; sizes as in [784, 64, 10]."""
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes are {sizes}: at least two are needed, each 1 or more")
    return [
        (initial.he_normal(rng, n_in, n_out), np.zeros(n_out)) for n_in, n_out in pairwise(sizes)
    ]


def forward(params, x) -> list:
    """Run the network and keep what each layer was given, for the way back.

    Parameters
    ----------
    params
        Pairs (W, b).
    x : (B, n_in)

    Returns
    -------
    a : list of (B, n)
        The input x, each hidden layer's activation, and last the logits (B, K).
    """
    a = [x]
    for W, b in params[:-1]:
        a.append(layers.relu(layers.affine(a[-1], W, b)))
    W, b = params[-1]
    return [*a, layers.affine(a[-1], W, b)]


def loss_and_gradients(params, x, y):
    """Cross-entropy of the network on (x, y) and its gradient for every W and b.

    From the last layer to the first, with dz the gradient at a layer's output and a its input:
    dW = aᵀ dz, db = Σ dz, and, one layer down, dz ← (dz Wᵀ) where a > 0. A ReLU's output is
    positive exactly where its input was, so a serves for its mask.

    Parameters
    ----------
    params
        Pairs (W, b).
    x : (B, n_in)
    y : (B,)
        Labels, integers from 0 to K − 1.

    Returns
    -------
    loss : float
    grads : list of (dW, db)
        In the order and shapes of params.
    """
    *a, z = forward(params, x)
    loss, dz = layers.cross_entropy(z, y), layers.cross_entropy_backward(z, y)
    grads = []
    for layer in reversed(range(len(params))):
        grads.insert(0, (a[layer].T @ dz, dz.sum(axis=0)))
        if layer > 0:
            dz = layers.relu_backward(dz @ params[layer][0].T, a[layer])
    return loss, grads


def tanh_gradients(params, x, y) -> list:
    """Gradients of cross-entropy for a network of one hidden layer whose activation is tanh.

    With h = tanh(z_h) and dz the gradient at the logits: dW2 = hᵀ dz, db2 = Σ dz, and
    dz_h = (dz W2ᵀ)(1 − h²), from which dW1 = xᵀ dz_h and db1 = Σ dz_h.

    Parameters
    ----------
    params
        Two pairs (W, b).
    x : (B, n_in)
    y : (B,)
        Labels, integers from 0 to K − 1.

    Returns
    -------
    grads : list of (dW, db)
        In the order and shapes of params.
    """
    if len(params) != 2:
        raise ValueError(f"params holds {len(params)} pairs (W, b): two are needed")
    (W1, b1), (W2, b2) = params
    h = np.tanh(layers.affine(x, W1, b1))
    dz = layers.cross_entropy_backward(layers.affine(h, W2, b2), y)
    dz_h = (dz @ W2.T) * (1 - h**2)
    return [(x.T @ dz_h, dz_h.sum(axis=0)), (h.T @ dz, dz.sum(axis=0))]


def gradient_step(params, grads, lr: float) -> list:
    """Go a little way downhill: W − lr dW and b − lr db for each layer, as new arrays."""
    _check_step(params, grads, lr)
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


def train(params, x, y, *, rng, epochs: int = 10, batch: int = 32, lr: float = 0.1) -> Iterator:
    """Minibatch gradient descent: each epoch visits every example once, in a new order.

    A generator, so that whoever runs it may show progress, plot, or stop and keep what it has.

    Parameters
    ----------
    params
        Pairs (W, b) to start from.
    x, y : (N, n_in), (N,)
        The training set.
    rng
        Draws the order.
    epochs, batch
        How many passes, and how many examples in a step.
    lr
        Learning rate.

    Yields
    ------
    params, loss
        After each epoch: the parameters, and the mean of the losses met on the way.
    """
    _check_training(x, y, epochs, batch)
    for _ in range(epochs):
        losses = []
        for rows in np.array_split(rng.permutation(len(x)), max(1, len(x) // batch)):
            loss, grads = loss_and_gradients(params, x[rows], y[rows])
            params = gradient_step(params, grads, lr)
            losses.append(loss)
        yield params, float(np.mean(losses))


def predict(params, x):
    """The most probable class of each row: (B, n_in) to (B,)."""
    return forward(params, x)[-1].argmax(axis=-1)


def accuracy(params, x, y) -> float:
    """Share of the rows whose class is predicted right, from 0 to 1."""
    return float((predict(params, x) == y).mean())


def _check_step(params, grads, lr: float):
    if not lr >= 0:
        raise ValueError(f"lr is {lr}: a learning rate is 0 or more")
    have = [(np.shape(W), np.shape(b)) for W, b in params]
    given = [(np.shape(dW), np.shape(db)) for dW, db in grads]
    if have != given:
        raise ValueError(f"parameters have shapes {have}, gradients {given}: they must agree")


def _check_training(x, y, epochs: int, batch: int):
    if len(x) != len(y) or not len(x):
        raise ValueError(f"x has {len(x)} rows and y {len(y)}: one label a row, at least one row")
    if epochs < 1 or batch < 1:
        raise ValueError(f"epochs is {epochs} and batch {batch}: both must be 1 or more")
