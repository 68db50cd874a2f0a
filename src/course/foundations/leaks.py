"""What a test may not know: two small classifiers, a choice of columns, and honest validation.

Taught in *Data*.
"""

import numpy as np

from course.foundations import linalg, tables


def nearest(x, y, x_new):
    """Give each new row the class of the nearest known row. As `KNeighborsClassifier(1)`.

    Parameters
    ----------
    x : (N, d)
    y : (N,)
    x_new : (M, d)

    Returns
    -------
    said : (M,)
    """
    _check_labels(x, y)
    return y[linalg.pairwise_distances(x_new, x).argmin(axis=1)]


def nearest_mean(x, y, x_new):
    """Give each new row the class whose mean row is nearest. As `NearestCentroid`."""
    _check_labels(x, y)
    classes = np.unique(y)
    means = np.stack([x[y == k].mean(axis=0) for k in classes])
    return nearest(means, classes, x_new)


def best_columns(x, y, k: int):
    """Choose the k columns that go most with y, best first: those of largest |correlation|.

    As `SelectKBest` of scikit-learn where y has two classes.

    Parameters
    ----------
    x : (N, d)
    y : (N,)
        Classes as numbers; both must be there.
    k
        1 to d.
    """
    _check_labels(x, y)
    if not 1 <= k <= x.shape[1]:
        raise ValueError(f"k is {k} and x {x.shape}; 1 to {x.shape[1]} columns are allowed")
    if len(np.unique(y)) < 2:
        raise ValueError(f"all {len(y)} rows are of class {y[0]}; two classes are needed")
    off = x - x.mean(axis=0)
    spread = off.std(axis=0)
    strength = np.abs(off.T @ (y - y.mean())) / np.where(spread > 0, spread, 1)
    return np.argsort(-strength, kind="stable")[:k]


def cross_validate(x, y, fold, k: int) -> float:
    """Say how often a nearest mean on the k best columns is right, each row judged while held out.

    All that is fitted (means, spreads, the choice of columns) is fitted anew for each fold, on
    the rows of the other folds.

    Parameters
    ----------
    x : (N, d)
    y : (N,)
    fold : (N,)
        The fold in which a row is held out.
    k
        How many columns to choose.

    Returns
    -------
    share : float
        From 0 to 1.

    References
    ----------
    Ambroise and McLachlan (2002), https://doi.org/10.1073/pnas.102102699
    """
    if fold.shape != y.shape:
        raise ValueError(f"y is {y.shape} and fold {fold.shape}; both must be (N,)")
    right = np.zeros(len(y), dtype=bool)
    for f in np.unique(fold):
        test = fold == f
        x_train, x_test = tables.standardise(x[~test], x[test])
        best = best_columns(x_train, y[~test], k)
        said = nearest_mean(x_train[:, best], y[~test], x_test[:, best])
        right[test] = said == y[test]
    return float(right.mean())


def _check_labels(x, y):
    if x.ndim != 2 or y.shape != x.shape[:1] or len(x) == 0:
        raise ValueError(f"x is {x.shape} and y {y.shape}; (N, d) and (N,) are allowed, N not 0")
