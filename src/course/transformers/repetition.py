"""How much of a text repeats itself, and how to forbid it. Taught in *Generation*."""

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


def banned(ids, n: int, V: int):
    """Say which tokens would complete a run of n tokens that the text already holds.

    Parameters
    ----------
    ids : (N,) of int
        The text so far; one shorter than n holds no run, so it bans nothing.
    n
        Length of a run. With 1, whatever has come is banned.
    V
        Size of the vocabulary.

    Returns
    -------
    banned : (V,) of bool

    References
    ----------
    Paulus et al. (2017), section 2.5, https://arxiv.org/abs/1705.04304
    """
    end = list(ids[len(ids) - n + 1 :])  # the n − 1 tokens that any token would complete
    found = np.zeros(V, dtype=bool)
    for i in range(len(ids) - n + 1):
        if list(ids[i : i + n - 1]) == end:
            found[ids[i + n - 1]] = True
    return found


def _check_length(ids, n):
    """Refuse a text without a run of that length."""
    if not 1 <= n <= len(ids):
        raise ValueError(f"a text of {len(ids)} tokens has no runs of {n}")
