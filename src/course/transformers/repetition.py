"""How much of a text repeats itself, and its words. Taught in *Generation*."""

import re

import numpy as np


def repeated(ids, n: int) -> float:
    """Return the share of a text's n-grams that came before in it.

    Parameters
    ----------
    ids : (N,) of int
        A text of n tokens or more.
    n
        Length of a run.
    """
    _check_length(ids, n)
    grams = np.lib.stride_tricks.sliding_window_view(ids, n)
    return 1 - len(np.unique(grams, axis=0)) / len(grams)


def words(lines) -> list[str]:
    """Return the words of texts in lower case, without the first and the last of each.

    Those may be cut: a passage begins and ends anywhere.

    Parameters
    ----------
    lines : iterable of str
    """
    return [word for line in lines for word in re.findall("[a-z']+", line.lower())[1:-1]]


def _check_length(ids, n):
    """Refuse a text without a run of that length."""
    if not 1 <= n <= len(ids):
        raise ValueError(f"a text of {len(ids)} tokens has no runs of {n}")
