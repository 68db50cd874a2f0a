"""Many heads of attention: keys shared by a group of them, and what a head looks at.

Taught in *Attention*. Heads stand before time: queries of H heads are (..., H, T, D).
"""

import numpy as np

from course.transformers import attention


def grouped(q, k, v, *, causal: bool = False):
    """Attend with fewer heads of keys and values than of queries.

    The H query heads are G groups of neighbours; query head h uses key head h // (H/G). With
    G = H this is `attention.attend`, with G = 1 all queries share one head of keys.

    Parameters
    ----------
    q : (..., H, T, D)
        Queries.
    k : (..., G, S, D)
        Keys; G divides H.
    v : (..., G, S, E)
        Values.
    causal
        Let each query see its own position and the earlier ones.

    Returns
    -------
    y : (..., H, T, E)
        Mixed values.
    a : (..., H, T, S)
        Weights of each query head.

    Raises
    ------
    ValueError
        If the heads can't be shared out equally.

    References
    ----------
    Ainslie et al. (2023), https://arxiv.org/abs/2305.13245
    """
    _check_groups(q, k, v)
    n = q.shape[-3] // k.shape[-3]  # query heads in a group
    k, v = np.repeat(k, n, axis=-3), np.repeat(v, n, axis=-3)  # (..., H, S, D), (..., H, S, E)
    return attention.attend(q, k, v, causal=causal)


def previous_token_head(a):
    """Find the head that looks most at the position just before its own.

    The first position has none before it and is left out.

    Parameters
    ----------
    a : (H, T, T)
        Weights of H heads on one text, T ≥ 2; row t says where position t looks.

    Returns
    -------
    h : int
        The head, counted from 0.
    share : float
        Its mean weight on the position before.

    Raises
    ------
    ValueError
        If a is of another shape.
    """
    _check_maps(a)
    shares = a.diagonal(-1, -2, -1).mean(-1)  # (H,), over queries 1 to T − 1
    h = int(shares.argmax())
    return h, float(shares[h])


def _check_groups(q, k, v):
    """Refuse heads that can't be shared out."""
    H, G = q.shape[-3], k.shape[-3]
    if v.shape[-3] != G:
        raise ValueError(
            f"there are {G} heads of keys and {v.shape[-3]} of values; both must match"
        )
    if G < 1 or H % G:
        raise ValueError(f"{H} query heads can't share {G} key heads equally; G must divide H")


def _check_maps(a):
    """Refuse what is not a square map for each head."""
    if a.ndim != 3 or a.shape[-1] != a.shape[-2] or a.shape[-1] < 2:
        raise ValueError(f"the maps have shape {a.shape}; (H, T, T) with T of 2 or more is wanted")
