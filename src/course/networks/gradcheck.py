"""Is a gradient right? Move each input a little and see, taught in *Gradients*.

The check needs nothing but the function itself, so it can judge a gradient derived by hand. It
costs two evaluations for every input, so it can't replace one.
"""

from collections.abc import Callable

import numpy as np


def numerical_gradient(f: Callable, x, h: float = 1e-5):
    """Slope of f in each direction of x by central difference: (f(x + h eᵢ) − f(x − h eᵢ)) / 2h.

    Its error has two parts: h² from the curve, about 1e-16 |f| / h from rounding. In float64 the
    sum is least near h = 1e-5. In float32, where rounding is 1e-7, no h gives a good answer.

    Parameters
    ----------
    f
        Maps an array of the shape of x to a number.
    x : (...)
        Floats. Left as it is.
    h
        Length of the step, in units of x.

    Returns
    -------
    dx : (...)
        One slope for each entry, of the shape and type of x.
    """
    x = _checked_floats(x, h)
    dx = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        dx[i] = (f(up) - f(down)) / (2 * h)
    return dx


def relative_error(a, b) -> float:
    """Distance from a to b over the greater of their lengths: 0 if equal, 2 if b = −a.

    In float64 a right gradient is within about 1e-7 of its finite difference, a wrong one is
    seldom within 1e-2.
    """
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError(f"a has shape {a.shape} and b {b.shape}: only equal shapes compare")
    length = max(np.linalg.norm(a), np.linalg.norm(b))
    return float(np.linalg.norm(a - b) / length) if length else 0.0


def _checked_floats(x, h: float):
    x = np.asarray(x)
    if x.dtype.kind != "f":
        raise ValueError(f"x holds {x.dtype}: a small step needs floats, such as float64")
    if not h > 0:
        raise ValueError(f"h is {h}: the step must be greater than 0")
    return x
