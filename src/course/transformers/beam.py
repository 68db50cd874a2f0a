"""Looking for the most probable text: beam search. Taught in *Generation*."""

import numpy as np


def beam_search(follow, ids, n: int, width: int):
    """Write n tokens, carrying on the `width` most probable texts from step to step.

    Each text is continued by each token; of all these, the most probable `width` are kept. Width 1
    is greedy. A wider search mostly finds a more probable text, and none that is guaranteed best.

    Parameters
    ----------
    follow
        Function from texts (B, T) to log probabilities (B, V) of what follows each.
    ids : (T,) of int
        The text so far.
    n
        How many to write.
    width
        How many texts to keep.

    Returns
    -------
    texts : (width, T + n) of int
        The most probable first; fewer where there aren't so many.
    totals : (width,)
        The log probability of what was added to each.

    Raises
    ------
    ValueError
        If there is no text to begin with, or none to keep.
    """
    _check_beam(ids, n, width)
    texts, totals = np.array([ids]), np.zeros(1)
    for _ in range(n):
        ways = totals[:, None] + follow(texts)  # (B, V)
        best = np.argsort(-ways, axis=None, kind="stable")[:width]
        rows, tokens = np.divmod(best, ways.shape[1])
        texts = np.concatenate([texts[rows], tokens[:, None]], axis=1)
        totals = ways[rows, tokens]
    return texts, totals


def _check_beam(ids, n, width):
    """Refuse a search that has nothing to begin with or nothing to keep."""
    if len(ids) < 1 or n < 0 or width < 1:
        raise ValueError(
            f"{len(ids)} tokens to begin with, n is {n} and width {width}; at least 1, 0 and 1"
        )
