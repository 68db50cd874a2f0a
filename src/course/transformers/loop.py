"""A training loop in NumPy, on the smallest model that has one: a table of logits.

Taught in *A small GPT*, as what is left when the faults of a loop that looks right are mended.
`train` has the loop that trains a GPT.
"""

import numpy as np

from course.networks import layers


def learn(W, batches, rates, held_out):
    """Descend along the gradient, batch by batch, and keep what predicted held-out text best.

    Row x of the table holds the logits of what follows token x, so that the best table is the
    logarithm of `bigram.probabilities`.

    Parameters
    ----------
    W : (V, V)
        The table to begin with; it stays as it is.
    batches : list of (x, y), each (N,) of int
        Tokens, and the token that came after each.
    rates : list of float
        The learning rate of each step.
    held_out : (x, y), each (N,) of int
        Tokens that no step learns from.

    Returns
    -------
    best : (V, V)
        The table after the step whose held-out loss was lowest.
    lowest : float
        That loss, in nats.
    """
    _check_batches(batches, rates)
    best, lowest = W, np.inf
    for (x, y), lr in zip(batches, rates, strict=True):
        dW = np.zeros_like(W)
        np.add.at(dW, x, layers.cross_entropy_backward(W[x], y))
        W = W - lr * dW
        loss = layers.cross_entropy(W[held_out[0]], held_out[1])
        if loss < lowest:
            best, lowest = W, loss
    return best, lowest


def _check_batches(batches, rates):
    """Refuse a run whose steps and rates don't match."""
    if len(batches) != len(rates) or not len(batches):
        raise ValueError(f"{len(batches)} batches and {len(rates)} rates; one rate for each step")
