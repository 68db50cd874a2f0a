"""A drawing of pen strokes made into a picture as the digits of MNIST are.

Taught in *PyTorch*. A reader that was trained on such pictures knows no others: a digit that lies
elsewhere, or is larger, is a picture of a kind that it has never seen.
"""

import numpy as np

SIDE = 28  # pixels of a picture
BOX = 20.0  # pixels of the square that a digit fits into
RADIUS = 1.3  # of the pen, in pixels


def picture(strokes):
    """Draw strokes as the makers of MNIST did: the digit in 20 by 20, its mass in the middle.

    The longer side is scaled to 20 pixels, the shorter with it; then the whole is moved so that
    the centre of mass of the ink lies at (14, 14), as it does on average in MNIST.

    Parameters
    ----------
    strokes : list of (n, 2)
        Points that a pen went through, right and down, in any unit.

    Returns
    -------
    picture : (28, 28)
        0 is paper and 1 is ink; nothing but paper where there is no stroke.

    References
    ----------
    LeCun, Bottou, Bengio & Haffner (1998), section III.A, https://doi.org/10.1109/5.726791
    """
    if not strokes:
        return np.zeros((SIDE, SIDE))
    placed = fitted(strokes)
    shift = SIDE / 2 - centre(ink(placed))
    return ink([points + shift for points in placed])


def fitted(strokes) -> list:
    """Scale and move strokes so that they, pen included, just fit into the box in the middle."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    size = max(high - low)
    scale = (BOX - 2 * RADIUS) / size if size > 0 else 1.0
    return [(p - (low + high) / 2) * scale + (SIDE - 1) / 2 for p in strokes]


def ink(strokes):
    """Draw strokes whose points are given in pixels; the pen's edge is one pixel soft."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    pixels = np.stack([columns, rows], axis=-1).reshape(-1, 1, 2)  # (SIDE², 1, 2)
    ends = [(p[:-1], p[1:]) if len(p) > 1 else (p, p) for p in strokes]
    a, b = (np.concatenate(side) for side in zip(*ends, strict=True))  # (segments, 2)
    length = np.maximum(((b - a) ** 2).sum(axis=-1), 1e-12)
    along = np.clip((((pixels - a) * (b - a)).sum(axis=-1)) / length, 0, 1)
    nearest = a + along[..., None] * (b - a)
    distance = np.sqrt(((pixels - nearest) ** 2).sum(axis=-1)).min(axis=1)
    return np.clip(0.5 + RADIUS - distance, 0, 1).reshape(SIDE, SIDE)


def centre(picture):
    """Return the centre of mass of a picture, (right, down), in pixels; it must hold ink."""
    total = picture.sum()
    if not total > 0:
        raise ValueError(f"the ink of the picture sums to {total}: more than 0 is needed")
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    return np.array([(picture * columns).sum(), (picture * rows).sum()]) / total
