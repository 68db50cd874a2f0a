"""Attention that goes on from what it has kept of earlier positions: the KV cache.

Taught in *Generation*. The causal mask is why it works: what a position computed can't depend on
later ones, so its key and its value need never be computed again.
"""

import numpy as np

from course.transformers import attention


def attend_cached(q, k, v, k_past, v_past):
    """Let new positions attend to those before them and to each other, and keep their k and v.

    Position t of the T new ones sees all S positions of the past, and the new ones up to itself.

    Parameters
    ----------
    q, k, v : (..., T, D)
        Queries, keys and values of the new positions.
    k_past, v_past : (..., S, D)
        What was kept of the positions before; S is 0 at the start.

    Returns
    -------
    y : (..., T, D)
        Mixed values, those that `attention.attend` gives at the last T of all positions.
    k, v : (..., S + T, D)
        What to keep: the past, then what is new.

    Raises
    ------
    ValueError
        If the past doesn't fit to what is new.
    """
    _check_past(k, v, k_past, v_past)
    k = np.concatenate([k_past, k], axis=-2)
    v = np.concatenate([v_past, v], axis=-2)
    T, S = q.shape[-2], k_past.shape[-2]
    y, _ = attention.attend(q, k, v, mask=attention.causal_mask(T, S))
    return y, k, v


def _check_past(k, v, k_past, v_past):
    """Refuse a past of other texts, other heads or another size, and one with a value missing."""
    for name, new, past in (("k", k, k_past), ("v", v, v_past)):
        if past.shape[:-2] + past.shape[-1:] != new.shape[:-2] + new.shape[-1:]:
            raise ValueError(
                f"{name} is {new.shape} and {name}_past {past.shape}; they may differ in T alone"
            )
    if k_past.shape[-2] != v_past.shape[-2]:
        raise ValueError(f"{k_past.shape[-2]} keys and {v_past.shape[-2]} values are kept")
