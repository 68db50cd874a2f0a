"""Against learning by heart: dropout, and stopping while the held-out loss is lowest.

Taught in *Training runs*.
"""

import math

import numpy as np

from course.networks import layers


def dropout(x, rate: float, rng: np.random.Generator):
    """Set each entry to zero with probability `rate`, and enlarge the others to make up for it.

    What stays is divided by 1 − rate, so that every entry keeps its expectation and nothing need
    be changed when the network is used. The factor returned serves for the way back: dx = dy·keep.

    Parameters
    ----------
    x : array
        Activations.
    rate
        From 0 up to, not including, 1.

    Returns
    -------
    y : array of x's shape
        x · keep.
    keep : array of x's shape
        0, or 1 / (1 − rate).

    References
    ----------
    Srivastava et al. (2014), https://jmlr.org/papers/v15/srivastava14a.html
    """
    _check_rate(rate)
    keep = (rng.random(x.shape) >= rate) / (1 - rate)
    return x * keep, keep


def dropout_gradients(params, x, y, rate: float, rng: np.random.Generator):
    """Cross-entropy of two layers with dropout between them, and the gradient of every parameter.

    Parameters
    ----------
    params
        Arrays W1, b1, W2, b2.
    x : (B, n_in)
    y : (B,)
        Labels.
    rate, rng
        As in `dropout`.

    Returns
    -------
    loss : float
    grads : list of arrays
        In the order and shapes of params.
    """
    W1, b1, W2, b2 = params
    h = layers.relu(layers.affine(x, W1, b1))
    y_h, keep = dropout(h, rate, rng)
    z = layers.affine(y_h, W2, b2)
    dz = layers.cross_entropy_backward(z, y)
    dh = layers.relu_backward(dz @ W2.T * keep, h)
    return layers.cross_entropy(z, y), [x.T @ dh, dh.sum(axis=0), y_h.T @ dz, dz.sum(axis=0)]


def early_stop(losses, patience: int):
    """Read held-out losses one by one; stop when `patience` of them have brought nothing better.

    Parameters
    ----------
    losses
        Any iterable; nothing past the stop is read. nan is never better.
    patience
        How many checks without a new best are waited for, 1 or more.

    Returns
    -------
    best : int
        The check, from 0, whose parameters are worth keeping: the first of the lowest.
    last : int
        The check after which the run stops.

    Raises
    ------
    ValueError
        If there is no loss, or no patience.
    """
    _check_patience(patience)
    best, lowest, last = 0, math.inf, -1
    for loss in losses:
        last += 1
        if loss < lowest:
            best, lowest = last, loss
        if last - best >= patience:
            break
    _check_read(last)
    return best, last


def _check_rate(rate):
    if not 0 <= rate < 1:
        raise ValueError(f"rate is {rate}; allowed is from 0 up to, not including, 1")


def _check_patience(patience):
    if patience < 1:
        raise ValueError(f"patience is {patience}: at least one check must be waited for")


def _check_read(last):
    if last < 0:
        raise ValueError("there are no losses: nothing can be best")
