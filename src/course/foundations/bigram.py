"""The smallest language model: which character follows which.

Taught in *Start here*. It is learnt by counting, it writes by drawing, and it has the same
interface as the largest: characters so far in, a distribution of the next character out.
"""

import itertools

import numpy as np


def count_one_by_one(ids, V: int):
    """Count how often each token is followed by each, one pair after another.

    What `count_pairs` does, as a loop: easier to read, and slower. Same arguments, same result.
    """
    _check_ids(ids, V)
    counts = np.zeros((V, V), dtype=np.int64)
    for i, j in itertools.pairwise(ids):
        counts[i, j] += 1
    return counts


def count_pairs(ids, V: int):
    """Count how often each token is followed by each.

    Each pair becomes one integer, i V + j; those are counted by the library and laid out in rows.

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
    pairs = ids[:-1] * V + ids[1:]
    return np.bincount(pairs, minlength=V * V).reshape(V, V)


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


def write_greedily(p, start: int, n: int):
    """Continue with the most probable token, n times.

    Parameters
    ----------
    p : (V, V)
        Row i: the distribution of what follows i.
    start
        The token to begin with.
    n
        How many to add.

    Returns
    -------
    ids : (n + 1,) of int64
        The start and what follows; of equally probable tokens the first.
    """
    ids = [start]
    for _ in range(n):
        ids.append(p[ids[-1]].argmax())
    return np.array(ids)


def log_probability(p, ids) -> float:
    """Return the logarithm of the probability of a text, given its first token.

    Σ_t ln p[ids[t], ids[t + 1]]: a product over the steps, and the logarithm of a product is a sum.

    Parameters
    ----------
    p : (V, V)
        Row i: the distribution of what follows i.
    ids : (n + 1,) of int
        The text. A pair that p holds to be impossible makes it −∞.
    """
    with np.errstate(divide="ignore"):
        return float(np.log(p[ids[:-1], ids[1:]]).sum())


def most_probable(p, start: int, n: int):
    """Find the text of n steps whose probability is the largest of all, among V to the power n.

    Whatever ends in j after t steps, its best way to j is the best way to some i and one step more.
    So one number for each token is enough to remember.

    Parameters
    ----------
    p : (V, V)
        Row i: the distribution of what follows i.
    start
        The token to begin with.
    n
        How many to add.

    Returns
    -------
    ids : (n + 1,) of int64
        The start and what follows.

    References
    ----------
    Viterbi (1967), https://doi.org/10.1109/TIT.1967.1054010
    """
    with np.errstate(divide="ignore"):
        steps = np.log(p)
    best, came = np.where(np.arange(len(p)) == start, 0, -np.inf), []
    for _ in range(n):
        ways = best[:, None] + steps  # (V, V): the best way to i, then a step to j
        came.append(ways.argmax(axis=0))
        best = ways.max(axis=0)
    ids = [best.argmax()]
    for before in reversed(came):
        ids.append(before[ids[-1]])
    return np.array(ids[::-1])


def _check_ids(ids, V):
    """Refuse tokens that have no row."""
    if len(ids) < 2 or not 0 <= np.min(ids) <= np.max(ids) < V:
        raise ValueError(f"two or more tokens from 0 to {V - 1} are needed, not {ids!r}")


def _check_counts(counts):
    """Refuse a token after which nothing was ever seen."""
    empty = np.flatnonzero(np.sum(counts, axis=1) <= 0)
    if empty.size:
        raise ValueError(f"token {empty[0]} was never followed by anything; its row is empty")
