"""What a network is fed: classes as rows of zeros and a one, and shuffled batches.

Taught in *Data*.
"""

import numpy as np


def one_hot(y, K: int):
    """Write each class as a row of K zeros with a one at its place; −1, unknown, as zeros alone.

    As `torch.nn.functional.one_hot`, in floats; an index −1 would silently be the last column.

    Parameters
    ----------
    y : (N,)
        Whole numbers 0..K−1, or −1.

    Returns
    -------
    rows : (N, K)

    Raises
    ------
    ValueError
        If a class is not in −1..K−1.
    """
    if len(y) and not -1 <= np.min(y) <= np.max(y) < K:
        raise ValueError(f"classes run from {np.min(y)} to {np.max(y)}; -1 to {K - 1} is allowed")
    return (y[:, None] == np.arange(K)).astype(float)


def batches(rng, N: int, B: int):
    """Deal N rows out in random order: a list of index arrays of B rows each, the last smaller.

    Each row comes exactly once. As `torch.utils.data.DataLoader(..., shuffle=True)`.

    Parameters
    ----------
    N
        0 or more.
    B
        1 or more.
    """
    if N < 0 or B < 1:
        raise ValueError(f"N is {N} and B {B}; 0 or more rows, 1 or more in a batch are allowed")
    order = rng.permutation(N)
    return [order[i : i + B] for i in range(0, N, B)]
