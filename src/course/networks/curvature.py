"""How steep a loss curves along its steepest direction, by gradients alone.

Taught in *Optimizers*.
"""

import numpy as np


def sharpness(gradient, p, direction, *, iterations: int = 20, h: float = 1e-4):
    """Find the largest curvature of a loss at p by power iteration on its Hessian H.

    H is never built: along a unit direction u, H u is how the gradient changes on the way,
    (∇(p + h u) − ∇(p − h u)) / 2h. Each round turns u towards the eigenvector whose eigenvalue is
    largest in size. Where the loss has kinks, as with ReLU, choose h small.

    Parameters
    ----------
    gradient
        p -> the gradient at p, of its shape.
    p : array
        Where to measure.
    direction : array of p's shape
        Where to begin: random, or what an earlier call nearby returned.

    Returns
    -------
    curvature : float
    direction : array
        The unit vector along which it was measured.

    Raises
    ------
    ValueError
        If the shapes differ, the direction is zero, or iterations or h aren't positive.
    """
    _check_start(p, direction, iterations, h)
    for _ in range(iterations):
        u = direction / np.linalg.norm(direction)
        direction = (gradient(p + h * u) - gradient(p - h * u)) / (2 * h)  # H u
    return float((u * direction).sum()), u


def _check_start(p, direction, iterations, h):
    if np.shape(p) != np.shape(direction):
        raise ValueError(f"p has shape {np.shape(p)}, direction {np.shape(direction)}")
    if not np.linalg.norm(direction) > 0:
        raise ValueError("the direction is zero or nan: it points nowhere")
    if iterations < 1 or not h > 0:
        raise ValueError(f"iterations is {iterations} and h {h}: both must be positive")
