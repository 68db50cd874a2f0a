"""Counts that expect what they have not seen: smoothing.

Taught in *Probability*. A probability of 0 makes a text that holds the pair impossible, and its
surprise infinite; so a little is taken from what was seen for what was not.
"""

import numpy as np

from course.foundations.probability import check_distribution


def smooth(counts, base, weight: float):
    """Pretend that each token was followed `weight` times more, by what `base` expects.

    p[i, j] = (counts[i, j] + w base[j]) / (Σ_k counts[i, k] + w). A row that was never seen is
    the base; a row that was seen much more often than w times is nearly its shares. An even base
    gives each pair α = w / V observations more; with α = 1 that is Laplace's rule.

    Parameters
    ----------
    counts : (V, V)
        Row i, column j: how often j came after i.
    base : (V,)
        A distribution, for example how frequent each token is.
    weight
        How many observations are pretended in each row, above 0.

    References
    ----------
    MacKay and Peto (1995), "A hierarchical Dirichlet language model",
    https://doi.org/10.1017/S1351324900000218
    """
    _check_counts(counts)
    _check_base(counts, base, weight)
    return (counts + weight * base) / (counts.sum(axis=1, keepdims=True) + weight)


def frequencies(counts):
    """Return how frequent each follower is, one more than counted, so that none has 0: a base.

    Parameters
    ----------
    counts : (V, V)
        Row i, column j: how often j came after i.

    Returns
    -------
    base : (V,)
    """
    _check_counts(counts)
    return (counts.sum(axis=0) + 1) / (counts.sum() + len(counts))


def choose(counts, base, ids, weights=(0.3, 1, 3, 10, 30, 100)):
    """Smooth with the weight, of several, with which another text surprises least.

    Parameters
    ----------
    counts : (V, V)
    base : (V,)
        As in `smooth`.
    ids : (N,) of int
        A text that was not counted, to choose by.
    weights
        At least one, each above 0.

    Returns
    -------
    p : (V, V)
    """
    if len(weights) == 0:
        raise ValueError(f"weights is {weights!r}: at least one is needed to choose from")
    tables = [smooth(counts, base, w) for w in weights]
    return min(tables, key=lambda p: surprises(p, ids).mean())


def surprises(p, ids):
    """Return −ln p of each token of a text given the one before, in nats; infinite where p is 0.

    Parameters
    ----------
    p : (V, V)
        Row i: the distribution of what follows i.
    ids : (N,) of int

    Returns
    -------
    nats : (N − 1,)
    """
    if len(ids) < 2 or not 0 <= np.min(ids) <= np.max(ids) < len(p):
        raise ValueError(f"two or more tokens from 0 to {len(p) - 1} are needed, not {ids!r}")
    with np.errstate(divide="ignore"):
        return -np.log(p[ids[:-1], ids[1:]])


def _check_counts(counts):
    """Refuse what cannot have been counted."""
    shape = np.shape(counts)
    if len(shape) != 2 or shape[0] != shape[1] or 0 in shape:
        raise ValueError(f"counts has shape {shape}; (V, V) is allowed")
    if np.min(counts) < 0:
        raise ValueError(f"counts has an entry {np.min(counts)}; 0 or more is allowed")


def _check_base(counts, base, weight):
    check_distribution(base=base)
    if np.shape(base) != np.shape(counts)[1:] or not weight > 0:
        raise ValueError(
            f"counts has shape {np.shape(counts)}, base {np.shape(base)} and weight is {weight}: "
            "(V, V), (V,) and a weight above 0 are allowed"
        )
