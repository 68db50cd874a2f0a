"""Chance as a calculation: averages, Bayes, likelihood, and what a measured number is worth.

Taught in *Probability*. A distribution is an array of probabilities over its last axis. Logarithms
are natural. `information` measures distributions against each other.
"""

import math

import numpy as np


def moments(x, p):
    """Return the expectation and the variance of a number that takes the values x.

    E[x] = Σ p_i x_i, Var(x) = Σ p_i (x_i − E[x])².

    Parameters
    ----------
    x, p : (K,)
        The values, and how probable each is.
    """
    _check_values(x, p)
    mean = p @ x
    return mean, p @ (x - mean) ** 2


def bayes(prior, likelihood):
    """Turn the probability of what is seen, given a cause, into that of a cause, given it is seen.

    p(k | m) = p(k) p(m | k) / Σ_j p(j) p(m | j).

    Parameters
    ----------
    prior : (K,)
        p(k): how probable each cause is before anything is seen.
    likelihood : (K, M)
        p(m | k): row k says what cause k shows, and sums to 1.

    Returns
    -------
    posterior : (K, M)
        p(k | m): column m is a distribution over causes.

    Raises
    ------
    ValueError
        If something is no distribution, or no cause shows some m: then nothing can be concluded.
    """
    _check_causes(prior, likelihood)
    joint = prior[:, None] * likelihood  # (K, M): p(k and m)
    return joint / joint.sum(axis=0)


def gaussian_log_density(x, mu, sigma):
    """Return the logarithm of the Gaussian's density: −(x − μ)² / 2σ² − ln σ − ½ ln 2π.

    A density, not a probability: it may exceed 1. As `scipy.stats.norm.logpdf`.

    Parameters
    ----------
    x, mu, sigma
        Numbers or arrays that broadcast; sigma above 0.
    """
    if np.min(sigma) <= 0:
        raise ValueError(f"sigma is {np.min(sigma)}; a spread above 0 is needed")
    return -((x - mu) ** 2) / (2 * sigma**2) - np.log(sigma) - np.log(2 * np.pi) / 2


def gaussian_fit(x):
    """Find the Gaussian under which x (N,) is most probable. As `scipy.stats.norm.fit`.

    μ = Σ x_i / N, σ² = Σ (x_i − μ)² / N: by N, where the usual estimate of a variance divides by
    N − 1.

    Returns
    -------
    mu, sigma : float
    """
    if np.ndim(x) != 1 or len(x) == 0:
        raise ValueError(f"x has shape {np.shape(x)}; (N,) with N of 1 or more is allowed")
    mu = x.mean()
    return mu, np.sqrt(((x - mu) ** 2).mean())


def by_luck(right: int, n: int, tried: int) -> float:
    """How probable it is that the best of several guessers is right at least so often.

    Each guesses n yes-or-no items. One of them misses the mark with 1 − t, where t = P(≥ right of
    n), and all of them with (1 − t)^tried.

    Parameters
    ----------
    right
        Items that must be right, 0 to n.
    n
        Items.
    tried
        Guessers, 1 or more, each independent of the others.
    """
    if not 0 <= right <= n or tried < 1:
        raise ValueError(
            f"right is {right} of n = {n} and tried {tried}; 0 to n, and 1 or more, are allowed"
        )
    tail = sum(math.comb(n, k) for k in range(right, n + 1)) / 2**n
    return 1 - (1 - tail) ** tried


def bootstrap(rng, x, draws: int = 2000, level: float = 0.95):
    """Estimate between which numbers a mean lies, by drawing the data anew from themselves.

    Each draw takes N of the N measurements, some twice and some not at all. Of the means of all
    draws the middle share is kept: the percentile interval.

    Parameters
    ----------
    rng : np.random.Generator
    x : (N,)
        Measurements that are independent of each other.
    draws
        How many data sets to draw.
    level
        Share of the means between the ends.

    Returns
    -------
    low, high : float

    References
    ----------
    Efron (1979), https://doi.org/10.1214/aos/1176344552
    """
    if np.ndim(x) != 1 or len(x) == 0:
        raise ValueError(f"x has shape {np.shape(x)}; (N,) with N of 1 or more is allowed")
    if draws < 1 or not 0 < level < 1:
        raise ValueError(f"draws is {draws} and level {level}; 1 or more, and 0 to 1, are allowed")
    means = [rng.choice(x, len(x)).mean() for _ in range(draws)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return low, high


def check_distribution(**arrays):
    """Refuse what is no distribution over its last axis, by name.

    Raises
    ------
    ValueError
        If an array is empty, an entry is negative, or the last axis doesn't sum to 1.
    """
    for name, p in arrays.items():
        p = np.asarray(p, dtype=float)
        if p.ndim == 0 or p.size == 0:
            raise ValueError(f"{name} has shape {p.shape}: at least one probability is needed")
        if not p.min() >= 0:
            raise ValueError(f"{name} has an entry {p.min():.6g}: a probability is 0 or more")
        sums = p.sum(axis=-1)
        worst = sums.flat[np.abs(sums - 1).argmax()]
        if not abs(worst - 1) < 1e-6:
            raise ValueError(f"{name} sums to {worst:.6g} over its last axis: 1 is needed")


def _check_values(x, p):
    check_distribution(p=p)
    if np.shape(x) != np.shape(p):
        raise ValueError(f"x has shape {np.shape(x)} and p {np.shape(p)}: one p for each x")


def _check_causes(prior, likelihood):
    """Refuse what are no causes, and an observation that none of them can show."""
    check_distribution(prior=prior, likelihood=likelihood)
    if np.ndim(likelihood) != 2 or np.shape(prior) != np.shape(likelihood)[:1]:
        raise ValueError(
            f"prior has shape {np.shape(prior)} and likelihood {np.shape(likelihood)}: "
            "(K,) and (K, M) are allowed"
        )
    seen = prior @ likelihood
    if seen.min() <= 0:
        m = seen.argmin()
        raise ValueError(f"no cause with a prior above 0 shows column {m}: its probability is 0")
