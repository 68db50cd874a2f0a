"""Which pictures look most like each other."""

import numpy as np

from course.foundations import linalg


def ten_nearest(x):
    """Return which ten other pictures are nearest to each, (N, 10), in no order.

    Parameters
    ----------
    x : (N, 784)
        Compared at half the resolution: a quarter of the work.
    """
    small = x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)
    near = np.empty((len(x), 10), dtype=int)
    for rows in np.array_split(np.arange(len(x)), 20):
        D = linalg.pairwise_distances(small[rows], small)
        D[np.arange(len(rows)), rows] = np.inf  # not itself
        near[rows] = np.argpartition(D, 10, axis=1)[:, :10]
    return near
