"""From logits to a token, in NumPy: sharpen, cut, draw.

Taught in *Generation*. `sampling` does the same for rows of tensors; a test holds the two equal.
"""

import numpy as np

from course.networks import layers


def temper(z, temperature: float):
    """Turn logits into probabilities at a temperature: softmax(z / τ).

    Parameters
    ----------
    z : (..., V)
        Logits.
    temperature
        Below 1 sharper, above 1 flatter. At 0 the largest logit, the first of equals, has all.

    Returns
    -------
    p : (..., V)
    """
    _check_temperature(temperature)
    if temperature == 0:
        return np.eye(z.shape[-1])[np.argmax(z, axis=-1)]
    return layers.softmax(z / temperature)


def top_k(p, k: int):
    """Keep the k most probable tokens, the first of equals; scale what is left to sum to 1.

    Parameters
    ----------
    p : (V,)
        Probabilities.
    k
        How many to keep, 1 or more.
    """
    _check_k(k)
    kept, best = np.zeros_like(p), np.argsort(-p, kind="stable")[:k]
    kept[best] = p[best]
    return kept / kept.sum()


def top_p(p, mass: float):
    """Keep the fewest most probable tokens that reach `mass` together; scale them to sum to 1.

    Parameters
    ----------
    p : (V,)
        Probabilities.
    mass
        Above 0, up to 1. Of equals the first are taken.

    Returns
    -------
    q : (V,)

    References
    ----------
    Holtzman et al. (2020), https://arxiv.org/abs/1904.09751
    """
    _check_share("mass", mass)
    order = np.argsort(-p, kind="stable")  # most probable first
    before = np.cumsum(p[order]) - p[order]  # what the more probable ones reach without it
    kept = np.zeros_like(p)
    kept[order] = np.where(before < mass, p[order], 0)
    return kept / kept.sum()


def min_p(p, ratio: float):
    """Keep tokens at least `ratio` times as probable as the best one; scale them to sum to 1.

    Parameters
    ----------
    p : (V,)
        Probabilities.
    ratio
        Above 0, up to 1.

    References
    ----------
    Nguyen et al. (2024), https://arxiv.org/abs/2407.01082
    """
    _check_share("ratio", ratio)
    kept = np.where(p >= ratio * p.max(), p, 0)
    return kept / kept.sum()


def draw(u, w):
    """Choose a token for each u: the first at which the weights so far exceed u · Σ w.

    With u uniform in [0, 1), token i comes with probability wᵢ / Σ w.

    Parameters
    ----------
    u : (N,) or a number
        From 0 to below 1.
    w : (V,)
        Weights, none negative; they need not sum to 1.

    Returns
    -------
    tokens : (N,) of int, or one
    """
    _check_weights(w)
    edges = np.cumsum(w)
    return np.searchsorted(edges, u * edges[-1], side="right")


def picker(rng, temperature: float = 1.0, cut=None, draw=draw):
    """Return a function that chooses a token for each row of logits (B, V).

    Parameters
    ----------
    rng : np.random.Generator
        Draws one number for each token.
    cut
        Function from probabilities (V,) to those that are left; all are, by default.
    draw
        What chooses by a number u and weights (V,).
    """

    def pick(z):
        p = temper(z, temperature)  # (B, V)
        left = p if cut is None else [cut(row) for row in p]
        return np.array([draw(rng.random(), row) for row in left])

    return pick


def _check_temperature(temperature):
    """Refuse what is no temperature."""
    if not 0 <= temperature < np.inf:
        raise ValueError(f"temperature is {temperature}; allowed is 0 (greedy) or more")


def _check_k(k):
    """Refuse to keep nothing."""
    if k < 1:
        raise ValueError(f"k is {k}; keep at least 1 token")


def _check_share(name, share):
    """Refuse settings that leave nothing to draw from."""
    if not 0 < share <= 1:
        raise ValueError(f"{name} is {share}; allowed is above 0 and up to 1")


def _check_weights(w):
    """Refuse weights from which nothing can be drawn."""
    if not (np.min(w) >= 0 and 0 < np.sum(w) < np.inf):
        raise ValueError(f"weights run from {np.min(w)} to {np.max(w)}; some must be above 0")
