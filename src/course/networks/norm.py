"""Normalisation: give every example mean 0 and variance 1, whatever the weights did.

Taught in *Initialization* as the other way out, and used in every block of a GPT.
"""

import numpy as np


def layer_norm(x, gamma, beta, eps: float = 1e-5):
    """Standardise each row over its C features, then scale and shift.

    y = γ (x − μ) / √(σ² + ε) + β, with μ and σ² the mean and the biased variance (division by
    C, not C − 1) over the last axis. Nothing depends on the other rows of the batch.

    Parameters
    ----------
    x : (..., C)
        Activations.
    gamma, beta : (C,)
        Scale and shift, learnt.
    eps
        Positive; keeps a constant row finite.

    Returns
    -------
    y : (..., C)

    Raises
    ------
    ValueError
        If gamma or beta is not of shape (C,), or eps is negative.

    References
    ----------
    Ba, Kiros and Hinton (2016), https://arxiv.org/abs/1607.06450
    """
    _check_norm(x, gamma, beta, eps)
    mean = x.mean(axis=-1, keepdims=True)  # (..., 1)
    var = x.var(axis=-1, keepdims=True)  # (..., 1)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def layer_norm_backward(dy, x, gamma, eps: float = 1e-5):
    """Send the gradient back through `layer_norm`.

    With x̂ = (x − μ)/s, s = √(σ² + ε) and dx̂ = γ dy, row by row

        dx = (dx̂ − mean(dx̂) − x̂ mean(dx̂ x̂)) / s:

    what would move the row's mean or its length is taken out, because neither changes y.

    Parameters
    ----------
    dy, x : (..., C)
    gamma : (C,)

    Returns
    -------
    dx : (..., C)
    dgamma, dbeta : (C,)
        Summed over all rows.
    """
    _check_norm(x, gamma, gamma, eps)
    if dy.shape != x.shape:
        raise ValueError(f"dy has shape {dy.shape}, x {x.shape}; they must be equal")
    s = np.sqrt(x.var(axis=-1, keepdims=True) + eps)  # (..., 1)
    xhat = (x - x.mean(axis=-1, keepdims=True)) / s
    dxhat = gamma * dy
    along = (dxhat * xhat).mean(axis=-1, keepdims=True)  # (..., 1)
    dx = (dxhat - dxhat.mean(axis=-1, keepdims=True) - xhat * along) / s
    rows = tuple(range(x.ndim - 1))
    return dx, (dy * xhat).sum(axis=rows), dy.sum(axis=rows)


def _check_norm(x, gamma, beta, eps):
    C = x.shape[-1:]
    if gamma.shape != C or beta.shape != C:
        raise ValueError(f"x ends in {C}: gamma is {gamma.shape}, beta {beta.shape}, not {C}")
    if not eps >= 0:
        raise ValueError(f"eps is {eps}; 0 or more is allowed")
