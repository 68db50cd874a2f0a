"""Counting n-grams, smoothed by Witten and Bell: the baseline that a small GPT has to beat.

Taught in *A small GPT*. What is learnt is a table of counts for each length of context; what is
predicted is a mixture of all of them, each trusted as far as it was seen.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class NGram:
    """The counts of one text.

    Attributes
    ----------
    V
        Size of the vocabulary.
    grams
        For each length n = 1, 2, …, the n-grams seen: their codes, sorted, and how often each
        was seen. An n-gram's code is its tokens read as a number in base V.
    contexts
        For each n, the contexts of n − 1 tokens: their codes, sorted, how often each was seen
        (with a token after it), and with how many different tokens.
    """

    V: int
    grams: tuple
    contexts: tuple


def fit(ids, V: int, order: int = 5) -> NGram:
    """Count all n-grams of 1 to `order` tokens.

    Parameters
    ----------
    ids : (N,) of int
        The text, integers from 0 to V − 1.
    V
        Size of the vocabulary.
    order
        Longest n-gram: a context of order − 1 tokens and the token after it.

    Raises
    ------
    ValueError
        If the text is shorter than the order, a token is not in 0 … V − 1, or V^order is beyond
        64-bit integers.
    """
    _check_fit(ids, V, order)
    grams, contexts = [], []
    for n in range(1, order + 1):
        g, seen = np.unique(codes(ids, V, n), return_counts=True)
        c, first = np.unique(g // V, return_index=True)  # the n-grams of one context are neighbours
        grams.append((g, seen))
        contexts.append((c, np.add.reduceat(seen, first), np.diff(first, append=len(g))))
    return NGram(V, tuple(grams), tuple(contexts))


def codes(ids, V: int, n: int):
    """Write every run of n tokens as one number in base V.

    Returns
    -------
    c : (N − n + 1,) of int64
        Entry i stands for tokens i to i + n − 1.
    """
    ids = np.asarray(ids, dtype=np.int64)
    N = len(ids) - n + 1
    return sum((ids[i : i + N] * V ** (n - 1 - i) for i in range(n)), np.zeros(max(N, 0), np.int64))


def witten_bell(p, count, N, D):
    """Mix what was counted in a context with the prediction of the context one token shorter.

    p(c | h) = (count(h c) + D(h) p(c | h')) / (N(h) + D(h)). A context that had many different
    followers is expected to have new ones. One that was never seen passes p on unchanged.

    Parameters
    ----------
    p : (...,)
        p(c | h'), with h' the context h without its oldest token.
    count : (...,)
        How often h c was seen.
    N, D : (...,)
        How often the context h was seen, and with how many different followers.

    References
    ----------
    Witten and Bell (1991), https://doi.org/10.1109/18.87000; Chen and Goodman (1998), eq. 17
    """
    return np.where(N > 0, (count + D * p) / np.maximum(N + D, 1), p)


def probabilities(model: NGram, ids):
    """Say how probable each token of a text was, given the tokens before it.

    Starts from p = 1/V and mixes in one longer context after the other by `witten_bell`.

    Parameters
    ----------
    model
        Counts from `fit`.
    ids : (N,) of int
        A text; its first tokens have shorter contexts.

    Returns
    -------
    p : (N,)
        Probabilities, all above 0.
    """
    p = np.full(len(ids), 1 / model.V)
    for n in range(1, len(model.grams) + 1):
        counted = _look_up(model, n, codes(ids, model.V, n))
        p[n - 1 :] = witten_bell(p[n - 1 :], *counted)
    return p


def loss(model: NGram, ids) -> float:
    """Average surprise over a text, in nats a token: the mean of −ln p."""
    return float(-np.log(probabilities(model, ids)).mean())


def next_token(model: NGram, context):
    """Give the distribution of the token that follows.

    Parameters
    ----------
    model
        Counts from `fit`.
    context : (n,) of int
        The tokens before; only the last order − 1 matter.

    Returns
    -------
    p : (V,)
        Probabilities, which sum to 1.
    """
    p = np.full(model.V, 1 / model.V)
    for n in range(1, min(len(model.grams), len(context) + 1) + 1):
        h = codes(context[len(context) - n + 1 :], model.V, n - 1)[0]
        p = witten_bell(p, *_look_up(model, n, h * model.V + np.arange(model.V)))
    return p


def generate(rng, model: NGram, context, n: int):
    """Write n tokens after a context, each drawn from `next_token`.

    Returns
    -------
    ids : (len(context) + n,) of int64
        The context and what follows.
    """
    ids = list(np.asarray(context, dtype=np.int64))
    for _ in range(n):
        ids.append(rng.choice(model.V, p=next_token(model, ids)))
    return np.array(ids, dtype=np.int64)


def _look_up(model, n, c):
    """Give count, N and D of n-grams given by their codes; 0 for what was never seen."""
    grams, (contexts, N, D) = model.grams[n - 1], model.contexts[n - 1]
    return (
        _value(grams[0], grams[1], c),
        _value(contexts, N, c // model.V),
        _value(contexts, D, c // model.V),
    )


def _value(keys, values, wanted):
    """Find each wanted key's value among sorted keys; 0 where it is not there."""
    i = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[i] == wanted, values[i], 0)


def _check_fit(ids, V, order):
    """Refuse what can't be counted."""
    ids = np.asarray(ids)
    if order < 1 or len(ids) < order:
        raise ValueError(
            f"a text of {len(ids)} tokens has no n-grams of {order}; order must be 1 or more"
        )
    if not 0 <= ids.min() <= ids.max() < V:
        raise ValueError(f"tokens run from {ids.min()} to {ids.max()}; V = {V} allows 0 to {V - 1}")
    if V**order >= 2**63:
        raise ValueError(f"V = {V} to the power of order {order} is beyond 64-bit integers")
