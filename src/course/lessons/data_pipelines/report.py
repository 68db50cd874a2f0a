"""The dirty table against the list of what was made wrong in it."""

import numpy as np

from course.words import later

KINDS = (  # of what was made wrong, as the list names them and in its order
    *(later("unit"), later("spelling"), later("missing"), later("wrong")),
    *(later("comma"), later("code"), later("repeat"), later("impossible")),
)


def damaged(truth: dict, column: str, *kinds: str) -> dict[int, str]:
    """Return what stood in a column before it was made wrong, by row; of these kinds, or of all."""
    listed = zip(*truth.values(), strict=True)
    return {
        int(row): was
        for row, name, kind, was in listed
        if name == column and (not kinds or kind in kinds)
    }


def dealt_with(truth: dict, features: list[str], x, y, again):
    """Say what cleaning came to.

    A number is dealt with if it is right again or a gap, a label if it is right again, a repeated
    row if it is marked.

    Parameters
    ----------
    truth
        The list: row, column, kind, and what stood there before.
    features
        The columns of x.
    x : (N, d)
    y : (N,)
    again : (N,) bool
        Which rows are repeats.

    Returns
    -------
    rows : list of (kind, how often it was made, how often it was dealt with)
        In the order of `KINDS`.
    lost : int
        Right numbers that are gaps now.
    """
    done: dict[str, list] = {kind: [] for kind in KINDS}
    gaps = {(int(n), features[c]) for n, c in np.argwhere(np.isnan(x)) if not again[n]}
    listed = set()
    for text, column, kind, was in zip(*truth.values(), strict=True):
        n = int(text)
        listed.add((n, column))
        if kind == "repeat":
            good = again[n]
        elif column == "label":
            good = y[n] == int(was)
        else:
            number = x[n, features.index(column)]
            good = np.isnan(number) or number == float(was)
        done[kind].append(good)
    rows = [(kind, len(good), int(sum(good))) for kind, good in done.items() if good]
    return rows, len(gaps - listed)
