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


def center_backward(du):
    """Send the gradient back through u = x − mean(x), row by row: du − mean(du).

    Each x_j is in every u_i through the mean, with slope −1/C, and in u_j with slope 1 besides.

    Parameters
    ----------
    du : (..., C)

    Returns
    -------
    dx : (..., C)
    """
    return du - du.mean(axis=-1, keepdims=True)


def rms_norm(x, gamma, eps: float = 1e-5):
    """Divide each row by its root mean square, then scale: y = γ x / r, r = √(mean(x²) + ε).

    Layer norm without the centring, and without β.

    Parameters
    ----------
    x : (..., C)
    gamma : (C,)
    eps
        Positive; keeps a row of zeros finite.

    Returns
    -------
    y : (..., C)

    Raises
    ------
    ValueError
        If gamma is not of shape (C,), or eps is negative.

    References
    ----------
    Zhang and Sennrich (2019), https://arxiv.org/abs/1910.07467
    """
    _check_norm(x, gamma, gamma, eps)
    return gamma * x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps)


def rms_norm_backward(dy, x, gamma, eps: float = 1e-5):
    """Send the gradient back through `rms_norm`.

    With r = √(mean(x²) + ε), x̂ = x/r and dx̂ = γ dy, row by row

        dx = (dx̂ − x̂ mean(dx̂ x̂)) / r,

    because ∂r/∂x_j = x_j / (C r). At ε = 0 the second term takes out all that lies along x.

    Parameters
    ----------
    dy, x : (..., C)
    gamma : (C,)

    Returns
    -------
    dx : (..., C)
    dgamma : (C,)
        Summed over all rows.
    """
    _check_norm(x, gamma, gamma, eps)
    _check_gradient(dy, x)
    r = np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps)  # (..., 1)
    xhat, dxhat = x / r, gamma * dy
    along = (dxhat * xhat).mean(axis=-1, keepdims=True)  # (..., 1)
    rows = tuple(range(x.ndim - 1))
    return (dxhat - xhat * along) / r, (dy * xhat).sum(axis=rows)


def layer_norm_backward(dy, x, gamma, eps: float = 1e-5):
    """Send the gradient back through `layer_norm`, which is centring, then RMS norm, then + β.

    In one line, with x̂ = (x − μ)/s, s = √(σ² + ε) and dx̂ = γ dy, row by row

        dx = (dx̂ − mean(dx̂) − x̂ mean(dx̂ x̂)) / s.

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
    _check_gradient(dy, x)
    u = x - x.mean(axis=-1, keepdims=True)
    du, dgamma = rms_norm_backward(dy, u, gamma, eps)
    return center_backward(du), dgamma, dy.sum(axis=tuple(range(x.ndim - 1)))


def _check_norm(x, gamma, beta, eps):
    C = x.shape[-1:]
    if gamma.shape != C or beta.shape != C:
        raise ValueError(f"x ends in {C}: gamma is {gamma.shape}, beta {beta.shape}, not {C}")
    if not eps >= 0:
        raise ValueError(f"eps is {eps}; 0 or more is allowed")


def _check_gradient(dy, x):
    if dy.shape != x.shape:
        raise ValueError(f"dy has shape {dy.shape}, x {x.shape}; they must be equal")
