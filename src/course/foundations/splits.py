"""Which rows to learn from and which to test on: at random, class by class, group by group.

Taught in *Data*. A split is a mask, (N,) bool: True for the rows to test on.
"""

import numpy as np


def plain_split(rng, N: int, share: float):
    """Take round(share · N) of N rows at random for the test."""
    _check_share(share, round(share * N), N, "rows")
    test = np.zeros(N, dtype=bool)
    test[rng.permutation(N)[: round(share * N)]] = True
    return test


def stratified_split(rng, y, share: float):
    """Take a share of the rows of each class for the test, so that both parts have every class.

    As `train_test_split(..., stratify=y)` of scikit-learn.

    Raises
    ------
    ValueError
        If a class has so few rows that one of the parts would be without it.
    """
    _check_classes(y, share)
    test = np.zeros(len(y), dtype=bool)
    for k in np.unique(y):
        rows = np.flatnonzero(y == k)
        taken = round(share * len(rows))
        test[rng.permutation(rows)[:taken]] = True
    return test


def group_split(rng, groups, share: float):
    """Take a share of the groups for the test, each with all its rows.

    As scikit-learn's `GroupShuffleSplit`.

    Parameters
    ----------
    groups : (N,)
        Rows of one group have one name or number.
    share
        Of the groups, rounded to whole ones.

    Returns
    -------
    test : (N,) bool
    """
    names = np.unique(groups)
    taken = round(share * len(names))
    _check_share(share, taken, len(names), "groups")
    return np.isin(groups, rng.permutation(names)[:taken])


def stratified_folds(rng, y, K: int):
    """Deal the rows of each class out to K folds; returns each row's fold, 0..K−1, (N,).

    As scikit-learn's `StratifiedKFold`.
    """
    classes, sizes = np.unique(y, return_counts=True)
    if K < 2 or len(y) == 0 or sizes.min() < K:
        few = f"class {classes[sizes.argmin()]} has {sizes.min()} rows" if len(y) else "no rows"
        raise ValueError(f"K is {K} and {few}; each class needs K rows or more, and K is 2 or more")
    fold = np.zeros(len(y), dtype=int)
    for k in classes:
        rows = np.flatnonzero(y == k)
        fold[rng.permutation(rows)] = np.arange(len(rows)) % K
    return fold


def _check_share(share, taken, N, what):
    if not 0 < taken < N:
        raise ValueError(f"a share of {share} of {N} {what} is {taken}; 1 to {N - 1} is allowed")


def _check_classes(y, share):
    for k, size in zip(*np.unique(y, return_counts=True), strict=True):
        _check_share(share, round(share * size), size, f"rows of class {k}")
