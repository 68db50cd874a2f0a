"""From rows of text to numbers that can be learnt from: reading, cleaning, scaling.

Taught in *Data*. What is missing or can't be read is nan among numbers and −1 among classes; it is
never a number that might be taken for a measurement.
"""

import csv

import numpy as np


def read_csv(text: str) -> dict[str, list[str]]:
    """Read a table with a line of names: each column as a list of texts, in the rows' order.

    Raises
    ------
    ValueError
        If there is no row under the names, or a row has another number of cells than they.
    """
    names, *rows = csv.reader(text.splitlines()) if text.strip() else [[]]
    if not rows:
        raise ValueError(f"the table has {len(names)} columns and 0 rows; 1 row or more is allowed")
    for n, row in enumerate(rows):
        if len(row) != len(names):
            raise ValueError(f"row {n} has {len(row)} cells, and there are {len(names)} columns")
    return {name: list(cells) for name, cells in zip(names, zip(*rows, strict=True), strict=True)}


def column(table: dict, name: str) -> list[str]:
    """Return a column of a table; an unknown name is refused with the names that there are."""
    if name not in table:
        raise ValueError(f"there is no column {name!r}; the columns are {', '.join(table)}")
    return table[name]


def number(text: str) -> float:
    """Read one number, with a point or a comma before its decimals; nan if it is none."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return float("nan")


def numbers(table: dict, names: list[str]):
    """Read columns of a table as numbers, (N, len(names)); nan where a cell holds none."""
    return np.array([[number(text) for text in column(table, name)] for name in names]).T


def classes(texts: list[str], ids: dict[str, int]):
    """Turn words into whole numbers, (N,): their place in `ids`, −1 for a word that isn't there.

    Spaces around a word and capitals make no difference.
    """
    return np.array([ids.get(text.strip().lower(), -1) for text in texts])


def repeated(rows: list[tuple]):
    """Tell which rows are equal to an earlier one, (N,) bool. As `pandas.DataFrame.duplicated`."""
    seen, again = set(), []
    for row in rows:
        again.append(row in seen)
        seen.add(row)
    return np.array(again, dtype=bool)


def robust_z(x):
    """Say how far each number lies from its column's median, in robust spreads.

    z = (x − median) / (1.4826 · MAD), where MAD is the median distance from the median. For a
    normal distribution 1.4826 · MAD is the standard deviation; half of the rows may be wild
    without moving it far.

    Parameters
    ----------
    x : (N,) or (N, d)
        nan counts for nothing, and stays nan.

    References
    ----------
    Rousseeuw and Croux (1993), https://doi.org/10.1080/01621459.1993.10476408
    """
    _check_rows(x)
    off = x - np.nanmedian(x, axis=0)
    spread = 1.4826 * np.nanmedian(np.abs(off), axis=0)
    return off / np.where(spread > 0, spread, 1)


def majority(y, groups, K: int):
    """Return for each row the class that most rows of its group have, (N,).

    Parameters
    ----------
    y : (N,)
        Classes 0..K−1; −1, unknown, has no vote.
    groups : (N,)
        Rows of one group have one name or number.

    Returns
    -------
    said : (N,)
        −1 in a group without a vote; the smaller class where two have equally many.
    """
    _check_classes(y, K, least=-1)
    names, group = np.unique(groups, return_inverse=True)
    votes = np.zeros((len(names), K), dtype=int)
    np.add.at(votes, (group[y >= 0], y[y >= 0]), 1)
    return np.where(votes.any(axis=1), votes.argmax(axis=1), -1)[group]


def standardise(train, test):
    """Give each column mean 0 and spread 1 on the training rows; treat the test rows alike.

    Both become (x − mean) / spread with the mean and the spread of `train` alone. A column that
    never varies is only centred. As scikit-learn's `StandardScaler`, fitted on `train`.

    Parameters
    ----------
    train : (N, d)
    test : (M, d)

    Returns
    -------
    train : (N, d)
    test : (M, d)
    """
    _check_rows(train)
    if test.shape[1:] != train.shape[1:]:
        raise ValueError(f"train is {train.shape} and test {test.shape}; columns must be the same")
    mean, spread = train.mean(axis=0), train.std(axis=0)
    spread = np.where(spread > 0, spread, 1)
    return (train - mean) / spread, (test - mean) / spread


def prepare(x, y, test):
    """Make a table ready to learn from, with nothing of the test rows in it.

    Rows of unknown class are left out. Gaps are filled with the column's median, then columns are
    standardised; median, mean and spread are those of the training rows.

    Parameters
    ----------
    x : (N, d)
        nan where a measurement is missing.
    y : (N,)
        Classes; −1 where unknown.
    test : (N,) bool
        Which rows are to be tested on.

    Returns
    -------
    x_train, y_train, x_test, y_test

    Raises
    ------
    ValueError
        If x, y and test differ in length.
    """
    if not len(x) == len(y) == len(test):
        raise ValueError(f"x is {x.shape}, y {y.shape} and test {test.shape}; N must be the same")
    x, y, test = x[y >= 0], y[y >= 0], test[y >= 0]
    median = np.nanmedian(x[~test], axis=0)
    x = np.where(np.isnan(x), median, x)
    x_train, x_test = standardise(x[~test], x[test])
    return x_train, y[~test], x_test, y[test]


def _check_rows(x):
    if x.ndim not in (1, 2) or len(x) == 0:
        raise ValueError(f"the table is {x.shape}; (N, d) with N of 1 or more is allowed")


def _check_classes(y, K, least=0):
    if len(y) and not least <= y.min() <= y.max() < K:
        raise ValueError(f"classes run from {y.min()} to {y.max()}; {least} to {K - 1} is allowed")
