"""Surprise and its averages: entropy, cross-entropy, divergence, perplexity.

Taught in *Probability*. The surprise at an event is −ln p, in nats; divided by ln 2, in bits. All
work over the last axis. The cross-entropy of logits is `course.networks.layers.cross_entropy`.
"""

import numpy as np

from course.foundations.probability import check_distribution as _check_distribution


def log_sum_exp(z):
    """Return ln Σ_i e^(z_i) over the last axis, for z of any size. As `scipy.special.logsumexp`.

    A row's maximum is taken out before and added after, so that the largest power is e⁰.

    Parameters
    ----------
    z : (..., K)

    Returns
    -------
    s : (...)
    """
    if np.ndim(z) == 0 or np.shape(z)[-1] == 0:
        raise ValueError(f"z has shape {np.shape(z)}: at least one number in a row is needed")
    top = z.max(axis=-1)
    return top + np.log(np.exp(z - top[..., None]).sum(axis=-1))


def entropy(p):
    """Average surprise at what a distribution draws, in nats: −Σ p_i ln p_i.

    From 0, for one sure outcome, to ln K, for K equally probable ones. As `scipy.stats.entropy`.

    Parameters
    ----------
    p : (..., K)
    """
    _check_distribution(p=p)
    return -(p * np.log(np.where(p > 0, p, 1))).sum(axis=-1)  # 0 ln 0 is 0


def kl(p, q):
    """Return the extra surprise, in nats, of whoever believes q where p is true: Σ p_i ln(p_i/q_i).

    Never below 0, and 0 only for p = q. Infinite where p holds possible what q excludes. As
    `scipy.special.rel_entr`, summed.

    Parameters
    ----------
    p, q : (..., K)
        What is true, what is believed.

    References
    ----------
    Kullback and Leibler (1951), https://doi.org/10.1214/aoms/1177729694
    """
    _check_distribution(p=p, q=q)
    if np.shape(p)[-1] != np.shape(q)[-1]:
        raise ValueError(f"p has {np.shape(p)[-1]} outcomes and q {np.shape(q)[-1]}, must agree")
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = p * np.log(p / q)
    return np.where(p > 0, terms, 0).sum(axis=-1)  # what never happens costs nothing


def perplexity(nats):
    """How many equally probable outcomes would surprise as much, on average: e^nats."""
    if np.min(nats) < 0:
        raise ValueError(f"nats is {np.min(nats):.6g}: an average surprise is 0 or more")
    return np.exp(nats)
