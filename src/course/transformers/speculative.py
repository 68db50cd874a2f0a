"""Drafting with a cheap model and verifying with the expensive one, exactly.

Taught in *Generation*. A draft of K tokens is read in one call of the model. What is kept follows
the model's own distribution, whatever the draft is worth; a bad draft only saves less.
"""

import numpy as np

from course.networks import layers
from course.transformers import choosing, ngram


def acceptance(p, d):
    """Say how to turn draws from d into draws from p.

    A draft x, drawn from d, is kept with probability a[x] = min(1, p[x] / d[x]). Otherwise a token
    is drawn from r = max(p − d, 0) / Σ max(p − d, 0). Then d[x] a[x] + (1 − Σ d a) r[x] = p[x].

    Parameters
    ----------
    p, d : (V,)
        Probabilities of the model and of the draft.

    Returns
    -------
    a : (V,)
        From 0 to 1; 1 where d is 0, since nothing is drafted there.
    r : (V,)
        What replaces a draft that was refused; p itself if p = d, when none ever is.

    References
    ----------
    Leviathan et al. (2023), theorem 3.5, https://arxiv.org/abs/2211.17192; Chen et al. (2023),
    https://arxiv.org/abs/2302.01318
    """
    _check_pair(p, d)
    a = np.where(p < d, p / np.where(d > 0, d, 1), 1)
    left = np.maximum(p - d, 0)
    r = left / left.sum() if left.sum() > 0 else p
    return a, r


def verify(rng, p, d, drafted, *, accept=acceptance, draw=choosing.draw):
    """Keep a draft as far as it is accepted, and one token more.

    Parameters
    ----------
    rng : np.random.Generator
    p : (K + 1, V)
        What the model says at each drafted token and after the last.
    d : (K, V)
        What the draft was drawn from.
    drafted : (K,) of int
    accept, draw
        The rule, and what draws from weights.

    Returns
    -------
    tokens : list of int
        1 to K + 1 tokens.
    kept : int
        How many of them were drafted.
    """
    for i, token in enumerate(drafted):
        a, r = accept(p[i], d[i])
        if rng.random() >= a[token]:
            return [*drafted[:i], int(draw(rng.random(), r))], i
    return [*drafted, int(draw(rng.random(), p[-1]))], len(drafted)


def propose(rng, draft, ids, K: int, *, draw=choosing.draw):
    """Let the cheap model write K tokens.

    Parameters
    ----------
    rng : np.random.Generator
    draft
        Function from a text (T,) to the probabilities (V,) of what follows it.
    ids : list of int
        The text so far.

    Returns
    -------
    tokens : list of int
    d : list of (V,)
        What each was drawn from.
    """
    ids, d, start = list(ids), [], len(ids)
    for _ in range(K):
        d.append(draft(ids))
        ids.append(int(draw(rng.random(), d[-1])))
    return ids[start:], d


def write(rng, model, draft, ids, n: int, K: int, *, accept=acceptance, draw=choosing.draw):
    """Write n tokens after a text; each call of the model verifies up to K drafted ones.

    Parameters
    ----------
    rng : np.random.Generator
    model
        Function from a text (T,) and a number m to the probabilities (m, V) at its last m
        positions.
    draft
        Function from a text (T,) to the probabilities (V,) of what follows it.
    ids : (T,) of int
        The text so far.
    n, K
        How many to write; how many to draft at a time, 0 or more.
    accept, draw
        As in `verify`.

    Returns
    -------
    ids : (T + n,) of int64
        The text and what follows.
    drafted, kept, calls : int
        Tokens that were drafted, those of them that were kept, and calls of the model.
    """
    _check_write(ids, n, K)
    text, end, drafted, kept, calls = list(ids), len(ids) + n, 0, 0, 0
    while len(text) < end:
        tokens, d = propose(rng, draft, text, min(K, end - len(text) - 1), draw=draw)
        p = model(np.array(text + tokens), len(tokens) + 1)
        new, accepted = verify(rng, p, d, tokens, accept=accept, draw=draw)
        text, drafted, kept, calls = text + new, drafted + len(tokens), kept + accepted, calls + 1
    return np.array(text), drafted, kept, calls


def pair(reader, counted: ngram.NGram, cut=None):
    """Return what `write` asks for: a GPT as the model, and n-grams that draft for it.

    Parameters
    ----------
    reader
        A `reading.Reader`.
    counted
        Counts of the same tokens.
    cut
        Function from probabilities (V,) to those that are left, of both; all are, by default.

    Returns
    -------
    model, draft
        Functions, as in `write`.
    """

    def left(p):
        return p if cut is None else cut(p)

    def model(ids, m):
        return np.array([left(p) for p in layers.softmax(reader.logits(ids, m)[0])])

    def draft(ids):
        return left(ngram.next_token(counted, ids[1 - len(counted.grams) :]))

    return model, draft


def _check_pair(p, d):
    """Refuse distributions of two vocabularies."""
    if np.shape(p) != np.shape(d):
        raise ValueError(f"p has shape {np.shape(p)} and d {np.shape(d)}; they must be alike")


def _check_write(ids, n, K):
    """Refuse to go on from nothing."""
    if len(ids) < 1 or n < 0 or K < 0:
        raise ValueError(f"{len(ids)} tokens, n is {n} and K is {K}; at least 1, 0 and 0")
