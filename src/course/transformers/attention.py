"""Attention by hand: a soft look-up, its mask, its heads, its positions, and every gradient.

Taught in *Attention*. Batch and head axes come first: queries and keys are (..., T, D).
"""

import numpy as np

from course.networks import layers


def scores(q, k):
    """Say how well each key matches each query: q kᵀ / √D.

    Dividing by √D holds the variance of the scores at 1 when the entries of q and k are
    independent, of mean 0 and variance 1.

    Parameters
    ----------
    q : (..., T, D)
        Queries.
    k : (..., S, D)
        Keys.

    Returns
    -------
    s : (..., T, S)
        Row t holds the scores of query t with every key.

    Raises
    ------
    ValueError
        If q and k differ in their last axis.

    References
    ----------
    Vaswani et al. (2017), section 3.2.1, https://arxiv.org/abs/1706.03762
    """
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(
            f"q has size {q.shape[-1]} on its last axis, k {k.shape[-1]}; make them equal"
        )
    D = q.shape[-1]
    return q @ k.swapaxes(-1, -2) / np.sqrt(D)


def causal_mask(T: int, past: int = 0):
    """Say which keys each query may see: its own and all earlier ones.

    Parameters
    ----------
    T
        Number of queries, the last T of the past + T positions.
    past
        Keys that came before the first query, as in a cache.

    Returns
    -------
    mask : (T, past + T) of bool
        True where query t may look.
    """
    if T < 0 or past < 0:
        raise ValueError(f"T is {T} and past is {past}; neither can be negative")
    return np.tri(T, past + T, past, dtype=bool)


def attend(q, k, v, *, causal: bool = False, mask=None):
    """Mix the values, each weighted by how well its key matches the query.

    attend(q, k, v) = softmax(q kᵀ / √D) v. A forbidden place gets the score −∞ before the
    softmax, so that its weight is 0 and the others still sum to 1.

    Parameters
    ----------
    q : (..., T, D)
        Queries.
    k : (..., S, D)
        Keys.
    v : (..., S, E)
        Values, one for each key.
    causal
        Let each query see its own position and the earlier ones; the last query stands at the
        last key.
    mask : (..., T, S) of bool, optional
        True where query t may look at key s.

    Returns
    -------
    y : (..., T, E)
        Mixed values.
    a : (..., T, S)
        Weights; row t says where query t looks, and sums to 1.

    Raises
    ------
    ValueError
        If the sizes don't fit, or a query may look nowhere.

    References
    ----------
    Vaswani et al. (2017), eq. 1, https://arxiv.org/abs/1706.03762
    """
    _check_attend(q, k, v, causal, mask)
    s = scores(q, k)  # (..., T, S)
    if causal:
        s = np.where(causal_mask(q.shape[-2], k.shape[-2] - q.shape[-2]), s, -np.inf)
    if mask is not None:
        s = np.where(mask, s, -np.inf)
    a = layers.softmax(s)  # (..., T, S)
    return a @ v, a


def attend_backward(dy, q, k, v, a):
    """Carry the gradient of the mixed values back to queries, keys and values.

    With s = q kᵀ / √D and a = softmax(s): dv = aᵀ dy, da = dy vᵀ, ds = softmax_backward(da, a),
    dq = ds k / √D, dk = dsᵀ q / √D. Forbidden places have a = 0, hence ds = 0: the mask needs
    no line of its own.

    Parameters
    ----------
    dy : (..., T, E)
        Gradient with respect to y.
    q, k, v
        What `attend` was given.
    a : (..., T, S)
        The weights that it returned.

    Returns
    -------
    dq, dk, dv
        Each of the shape of its namesake.
    """
    D = q.shape[-1]
    dv = a.swapaxes(-1, -2) @ dy  # (..., S, E)
    da = dy @ v.swapaxes(-1, -2)  # (..., T, S)
    ds = layers.softmax_backward(da, a) / np.sqrt(D)
    return ds @ k, ds.swapaxes(-1, -2) @ q, dv


def split_heads(x, H: int):
    """Cut the width into H heads and put them before time: (B, T, C) to (B, H, T, D), D = C/H.

    Head h is made of the neighbouring columns h·D to (h+1)·D of every position.
    """
    B, T, C = x.shape
    if H < 1 or C % H:
        raise ValueError(f"a width of {C} can't be cut into {H} equal heads; H must divide it")
    return x.reshape(B, T, H, C // H).swapaxes(1, 2)


def merge_heads(x):
    """Put the heads side by side again, the inverse of `split_heads`: (B, H, T, D) to (B, T, C)."""
    B, H, T, D = x.shape
    return x.swapaxes(1, 2).reshape(B, T, H * D)


def multi_head(x, Wq, Wk, Wv, Wo, H: int, *, causal: bool = True):
    """Attend H times side by side, each head in its own D = C/H dimensions, and mix the results.

    multi_head(x) = merge(attend(split(x Wq), split(x Wk), split(x Wv))) Wo.

    Parameters
    ----------
    x : (B, T, C)
        One vector for each position.
    Wq, Wk, Wv, Wo : (C, C)
        Projections to queries, keys and values, and back.
    H
        Number of heads; divides C.
    causal
        Let position t see positions 0..t only.

    Returns
    -------
    y : (B, T, C)
        Output.
    a : (B, H, T, T)
        Weights of each head.

    References
    ----------
    Vaswani et al. (2017), section 3.2.2, https://arxiv.org/abs/1706.03762
    """
    q, k, v = split_heads(x @ Wq, H), split_heads(x @ Wk, H), split_heads(x @ Wv, H)
    y, a = attend(q, k, v, causal=causal)  # (B, H, T, D), (B, H, T, T)
    return merge_heads(y) @ Wo, a


def multi_head_backward(dy, x, Wq, Wk, Wv, Wo, H: int, *, causal: bool = True):
    """Carry the gradient of `multi_head`'s output back to its input and its four matrices.

    The forward values are computed again, which keeps the signature that of `multi_head`.

    Parameters
    ----------
    dy : (B, T, C)
        Gradient with respect to y.
    x, Wq, Wk, Wv, Wo, H, causal
        What `multi_head` was given.

    Returns
    -------
    dx, dWq, dWk, dWv, dWo
        Each of the shape of its namesake.
    """
    q, k, v = split_heads(x @ Wq, H), split_heads(x @ Wk, H), split_heads(x @ Wv, H)
    y, a = attend(q, k, v, causal=causal)
    dWo = np.einsum("btc,btd->cd", merge_heads(y), dy)
    heads = attend_backward(split_heads(dy @ Wo.T, H), q, k, v, a)
    dq, dk, dv = (merge_heads(d) for d in heads)  # each (B, T, C)
    dx = dq @ Wq.T + dk @ Wk.T + dv @ Wv.T
    dWq, dWk, dWv = (np.einsum("btc,btd->cd", x, d) for d in (dq, dk, dv))
    return dx, dWq, dWk, dWv, dWo


def angles(T: int, D: int, *, base: float = 10000.0, start: int = 0):
    """Turn positions into angles: position t, pair i, gives (start + t) · base^(−2i/D).

    Parameters
    ----------
    T
        Number of positions.
    D
        Size to fill; even, since each angle serves a pair of entries.
    base
        The slowest pair turns about `base` times more slowly than the first.
    start
        Position of the first row, for keys that continue a cache.

    Returns
    -------
    theta : (T, D/2)
        Angles in radians.
    """
    if D < 2 or D % 2:
        raise ValueError(f"positions fill pairs of entries; the size is {D}, make it even")
    speed = base ** (-np.arange(0, D, 2) / D)  # (D/2,)
    return (start + np.arange(T))[:, None] * speed


def sinusoids(T: int, C: int):
    """Write each position as the sines and cosines of its angles, to be added to embeddings.

    Even columns hold sin θ, odd ones cos θ, so that every row has length √(C/2).

    Returns
    -------
    e : (T, C)
        One row for each position.

    References
    ----------
    Vaswani et al. (2017), section 3.5, https://arxiv.org/abs/1706.03762
    """
    theta = angles(T, C)  # (T, C/2)
    return np.stack([np.sin(theta), np.cos(theta)], axis=-1).reshape(T, C)


def rotate(x, theta):
    """Turn each pair of entries by its angle: rotary positions for queries and keys.

    Pair i is made of the neighbours 2i and 2i + 1. Since both q and k are turned, q · k depends
    on their distance in time alone.

    Parameters
    ----------
    x : (..., T, D)
        Queries or keys of one head.
    theta : (T, D/2)
        Their `angles`.

    Returns
    -------
    y : (..., T, D)
        Same lengths, turned.

    References
    ----------
    Su et al. (2021), eq. 34, https://arxiv.org/abs/2104.09864
    """
    if theta.shape != (x.shape[-2], x.shape[-1] / 2):
        raise ValueError(f"x of shape {x.shape} wants angles (T, D/2), not {theta.shape}")
    x1, x2 = x[..., 0::2], x[..., 1::2]  # (..., T, D/2) each
    cos, sin = np.cos(theta), np.sin(theta)
    return np.stack([x1 * cos - x2 * sin, x1 * sin + x2 * cos], axis=-1).reshape(x.shape)


def rotate_backward(dy, theta):
    """Turn the gradient back: a rotation's transpose is the rotation by −θ."""
    return rotate(dy, -theta)


def _check_attend(q, k, v, causal, mask):
    """Refuse sizes that don't fit, and a query that may look nowhere."""
    T, S = q.shape[-2], k.shape[-2]
    if v.shape[-2] != S:
        raise ValueError(f"there are {S} keys and {v.shape[-2]} values; each key needs its value")
    if causal and T > S:
        raise ValueError(f"causal with {T} queries and {S} keys: the first queries see no key")
    if mask is not None:
        if np.asarray(mask).dtype != bool:
            raise ValueError(
                f"the mask is of {np.asarray(mask).dtype}; True means may look, make it bool"
            )
        seen = mask & causal_mask(T, S - T) if causal else np.asarray(mask)
        if not seen.any(-1).all():
            raise ValueError("a row of the mask is all False: that query may look nowhere")
