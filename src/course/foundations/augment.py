"""Pictures made from pictures: turned, enlarged and moved, so that a few examples teach more.

Taught in *Data*. A picture is (..., H, W), 0 is paper. As `scipy.ndimage` with ``order=1`` and
``mode="grid-constant"``.
"""

import numpy as np


def resample(x, A):
    """Move a picture by a matrix: the pixel at p takes what x holds at A p.

    p is counted from the picture's centre, (row, column). Between pixels the four neighbours are
    mixed, each weighted by how near it is (bilinear interpolation); outside there is paper.

    Parameters
    ----------
    x : (..., H, W)
    A : (2, 2)
        From a place in the result to the place in x that it is taken from: the inverse of how the
        picture seems to move.

    Returns
    -------
    y : (..., H, W)

    Raises
    ------
    ValueError
        If x has no two axes, or A is not (2, 2).
    """
    if x.ndim < 2 or np.shape(A) != (2, 2):
        raise ValueError(f"x is {x.shape} and A {np.shape(A)}; (..., H, W) and (2, 2) are allowed")
    H, W = x.shape[-2:]
    centre = np.array([H - 1, W - 1]) / 2
    p = np.stack(np.meshgrid(np.arange(H), np.arange(W), indexing="ij"), axis=-1) - centre
    source = np.clip(p @ np.transpose(A) + centre, -1, [H, W])  # (H, W, 2)
    corner = np.minimum(np.floor(source).astype(int), [H - 1, W - 1])
    (top, left), (down, right) = np.moveaxis(corner, -1, 0), np.moveaxis(source - corner, -1, 0)
    padded = np.zeros((*x.shape[:-2], H + 2, W + 2), x.dtype)  # so that place −1 is at index 0
    padded[..., 1:-1, 1:-1] = x  # np.pad takes many times as long
    near = [padded[..., top + 1 + i, left + 1 + j] for i in (0, 1) for j in (0, 1)]
    upper = (1 - right) * near[0] + right * near[1]
    lower = (1 - right) * near[2] + right * near[3]
    return (1 - down) * upper + down * lower


def rotate(x, degrees: float):
    """Turn a picture (..., H, W) about its centre, counter-clockwise. As `scipy.ndimage.rotate`."""
    return resample(x, _turn(degrees))


def zoom(x, factor: float):
    """Enlarge a picture (..., H, W) about its centre, or shrink it with a factor below 1."""
    if factor <= 0:
        raise ValueError(f"factor is {factor}; more than 0 is allowed")
    return resample(x, np.eye(2) / factor)


def shift(x, down: int, right: int):
    """Move a picture by whole pixels; what leaves is cut off, what comes in is paper.

    Paper is added on all sides, and a window of the old size cut out. As `scipy.ndimage.shift`.

    Parameters
    ----------
    x : (..., H, W)
    down, right
        Negative: up, left.

    Returns
    -------
    y : (..., H, W)
    """
    if x.ndim < 2:
        raise ValueError(f"x is {x.shape}; (..., H, W) is allowed")
    H, W = x.shape[-2:]
    m = max(abs(down), abs(right))
    padded = np.pad(x, [(0, 0)] * (x.ndim - 2) + [(m, m), (m, m)])
    return padded[..., m - down : m - down + H, m - right : m - right + W]


def jitter(rng, x, *, degrees: float = 0, stretch: float = 0, pixels: int = 0):
    """Change each picture of x (N, H, W) a little, each by its own draw.

    Parameters
    ----------
    degrees
        Turned by up to so much, either way.
    stretch
        Enlarged by a factor from 1 − stretch to 1 + stretch.
    pixels
        Moved by up to so many, in both directions.

    Returns
    -------
    y : (N, H, W)
    """
    if x.ndim != 3 or not 0 <= stretch < 1:
        raise ValueError(f"x is {x.shape}, stretch {stretch}; (N, H, W) and 0 to 1 are allowed")
    angles = rng.uniform(-degrees, degrees, len(x))
    factors = rng.uniform(1 - stretch, 1 + stretch, len(x))
    moves = rng.integers(-pixels, pixels + 1, (len(x), 2))
    return np.stack(
        [
            shift(resample(picture, _turn(angle) / factor), down, right)
            for picture, angle, factor, (down, right) in zip(x, angles, factors, moves, strict=True)
        ]
    )


def _turn(degrees):
    a = np.deg2rad(degrees)
    return np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
