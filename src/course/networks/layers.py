"""The layers of a network, each with its backward, taught in *Backpropagation*.

One example is one row. A forward function maps inputs to outputs. Its backward takes the gradient
of the loss with respect to the output and returns the one with respect to each input: ``dx`` has
the shape of ``x`` and holds dL/dx. A loss is a mean over the batch, so the division by B happens
once, in the loss, and every layer below only sums.
"""

import numpy as np


def affine(x, W, b):
    """Weigh the inputs and shift: z = x W + b.

    Parameters
    ----------
    x : (..., n_in)
    W : (n_in, n_out)
    b : (n_out,)

    Returns
    -------
    z : (..., n_out)
    """
    _check_affine(x, W, b)
    return x @ W + b


def affine_backward(dz, x, W):
    """Gradients of `affine`: dx = dz Wᵀ, dW = xᵀ dz, db = Σ dz over the batch.

    Parameters
    ----------
    dz : (B, n_out)
    x : (B, n_in)
    W : (n_in, n_out)

    Returns
    -------
    dx, dW, db : (B, n_in), (n_in, n_out), (n_out,)
    """
    _check_affine_backward(dz, x, W)
    dx, dW, db = dz @ W.T, x.T @ dz, dz.sum(axis=0)
    return dx, dW, db


def sigmoid(z):
    """Squash each entry into (0, 1): 1 / (1 + e⁻ᶻ), written so that e is never raised above 0."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def sigmoid_backward(da, a):
    """Gradient of a = sigmoid(z): dz = da a (1 − a). It takes the activation a, not z."""
    _check_same_shape(da=da, a=a)
    return da * a * (1 - a)


def tanh(z):
    """Squash each entry into (−1, 1)."""
    return np.tanh(z)


def tanh_backward(da, a):
    """Gradient of a = tanh(z): dz = da (1 − a²). It takes the activation a, not z."""
    _check_same_shape(da=da, a=a)
    return da * (1 - a**2)


def relu(z):
    """Pass what is positive, stop the rest: max(z, 0)."""
    return np.maximum(z, 0)


def relu_backward(da, z):
    """Gradient of a = relu(z): dz = da where z > 0, else 0. At z = 0 the slope is taken as 0."""
    _check_same_shape(da=da, z=z)
    return da * (z > 0)


def softmax(z):
    """Turn each row of scores into probabilities: pᵢ = e^zᵢ / Σⱼ e^zⱼ over the last axis.

    Subtracting the row's maximum first changes nothing in p and keeps e from overflowing.
    """
    _check_scores(z)
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_backward(dp, p):
    """Gradient of p = softmax(z): dz = p (dp − Σⱼ dpⱼ pⱼ). Each row of dz sums to 0."""
    _check_same_shape(dp=dp, p=p)
    return p * (dp - (dp * p).sum(axis=-1, keepdims=True))


def log_softmax(z):
    """Logarithm of `softmax`, exact where a probability is too small for a float."""
    _check_scores(z)
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def cross_entropy(z, y):
    """Mean surprise, in nats, at the true labels: −(1/B) Σᵢ log softmax(zᵢ)[yᵢ].

    Parameters
    ----------
    z : (B, K)
        Scores before softmax, called logits.
    y : (B,)
        Labels, integers from 0 to K − 1.
    """
    _check_labels(z, y)
    return -log_softmax(z)[np.arange(len(y)), y].mean()


def cross_entropy_backward(z, y):
    """Gradient of `cross_entropy`: dz = (softmax(z) − onehot(y)) / B. Each row sums to 0."""
    _check_labels(z, y)
    dz = softmax(z)
    dz[np.arange(len(y)), y] -= 1
    return dz / len(y)


def squared_error(o, y):
    """Half the squared distance from output to target, averaged over the batch: Σ (o − y)² / 2B.

    Parameters
    ----------
    o, y : (B, K)
    """
    _check_same_shape(o=o, y=y)
    return ((o - y) ** 2).sum() / (2 * len(o))


def squared_error_backward(o, y):
    """Gradient of `squared_error`: do = (o − y) / B."""
    _check_same_shape(o=o, y=y)
    return (o - y) / len(o)


def _check_affine(x, W, b):
    if np.ndim(W) != 2 or np.ndim(x) < 1 or np.shape(x)[-1] != W.shape[0]:
        raise ValueError(
            f"x has shape {np.shape(x)} and W {np.shape(W)}: the last axis of x must be as long as"
            " the first of W, which has two axes"
        )
    if np.shape(b) != W.shape[1:]:
        raise ValueError(
            f"b has shape {np.shape(b)}, W gives {W.shape[1]} outputs: b must have shape"
            f" ({W.shape[1]},)"
        )


def _check_affine_backward(dz, x, W):
    _check_rows(dz=dz, x=x, W=W)
    if x.shape[1] != W.shape[0]:
        raise ValueError(f"x has {x.shape[1]} columns and W {W.shape[0]} rows: they must agree")
    if dz.shape != (len(x), W.shape[1]):
        raise ValueError(
            f"dz has shape {dz.shape}, but x {x.shape} and W {W.shape} give an output of shape"
            f" {(len(x), W.shape[1])}: a gradient has the shape of what it belongs to"
        )


def _check_rows(**arrays):
    for name, array in arrays.items():
        if np.ndim(array) != 2:
            raise ValueError(f"{name} has shape {np.shape(array)}: two axes are needed")


def _check_same_shape(**arrays):
    (a, first), (b, second) = arrays.items()
    if np.shape(first) != np.shape(second):
        raise ValueError(f"{a} has shape {np.shape(first)} and {b} {np.shape(second)}, must agree")


def _check_scores(z):
    if np.ndim(z) == 0 or np.shape(z)[-1] == 0:
        raise ValueError(f"z has shape {np.shape(z)}: softmax needs at least one score in a row")


def _check_labels(z, y):
    _check_rows(z=z)
    y = np.asarray(y)
    if y.dtype.kind not in "iu" or y.shape != z.shape[:1] or not len(y):
        raise ValueError(
            f"y has shape {y.shape} and type {y.dtype}, z has shape {z.shape}: one integer label"
            " for each row of z is needed, and at least one row"
        )
    if y.min() < 0 or y.max() >= z.shape[1]:
        raise ValueError(
            f"labels run from {y.min()} to {y.max()}, but z has {z.shape[1]} columns: labels must"
            f" lie in 0..{z.shape[1] - 1}"
        )
