"""The smallest language model: which character follows which.

Taught in *Start here*. It is learnt by counting, it writes by drawing, and it has the same
interface as the largest: characters so far in, a distribution of the next character out.
"""

import numpy as np


def count_pairs(ids, V: int):
    """Count how often each token is followed by each.

    Parameters
    ----------
    ids : (N,) of int
        A text, as integers from 0 to V − 1.
    V
        Size of the vocabulary.

    Returns
    -------
    counts : (V, V) of int64
        Row i, column j: how often token j came directly after token i.

    Raises
    ------
    ValueError
        If a token is not in 0 … V − 1.
    """
    _check_ids(ids, V)
    counts = np.zeros((V, V), dtype=np.int64)
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    return counts


def probabilities(counts):
    """Turn the counts of what followed into probabilities of what follows.

    p[i, j] = counts[i, j] / Σ_k counts[i, k]

    Parameters
    ----------
    counts : (V, V)
        Row i, column j: how often j came after i.

    Returns
    -------
    p : (V, V)
        Each row sums to 1.

    Raises
    ------
    ValueError
        If a token was never followed by anything: its row has nothing to divide by.
    """
    _check_counts(counts)
    return counts / counts.sum(axis=1, keepdims=True)


def sharpen(p, temperature: float):
    """Make probabilities bolder (temperature below 1) or more even (above 1).

    q_j ∝ p_j^(1/temperature). Close to 0 only the most probable is left; at 1 nothing changes.

    Parameters
    ----------
    p : (..., V)
        Probabilities.
    temperature
        Above 0.

    Returns
    -------
    q : (..., V)
        Probabilities, which sum to 1 over the last axis.
    """
    if not temperature > 0:
        raise ValueError(f"temperature is {temperature}; it must be above 0")
    q = (p / p.max(axis=-1, keepdims=True)) ** (1 / temperature)  # the largest stays at 1
    return q / q.sum(axis=-1, keepdims=True)


def write(rng, p, start: int, n: int):
    """Draw n tokens, each from the row of the one before.

    Parameters
    ----------
    rng : np.random.Generator
        Draws the tokens.
    p : (V, V)
        Row i: the distribution of what follows i.
    start
        The token to begin with.
    n
        How many to add.

    Returns
    -------
    ids : (n + 1,) of int64
        The start and what was drawn.
    """
    ids = [start]
    for _ in range(n):
        ids.append(rng.choice(len(p), p=p[ids[-1]]))
    return np.array(ids)


def _check_ids(ids, V):
    """Refuse tokens that have no row."""
    if len(ids) < 2 or not 0 <= np.min(ids) <= np.max(ids) < V:
        raise ValueError(f"two or more tokens from 0 to {V - 1} are needed, not {ids!r}")


def _check_counts(counts):
    """Refuse a token after which nothing was ever seen."""
    empty = np.flatnonzero(np.sum(counts, axis=1) <= 0)
    if empty.size:
        raise ValueError(f"token {empty[0]} was never followed by anything; its row is empty")
