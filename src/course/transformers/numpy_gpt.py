"""GPT-2's forward pass in NumPy, formula by formula; `gpt` gives the same logits to 1e-12.

Taught in *A small GPT*. Nothing here learns: it is what a trained GPT does when it reads.
"""

import math

import numpy as np

from course.networks import layers, norm
from course.transformers import attention


def embed(ids, E, P, past=0):
    """Give each token a vector: its own row of E, plus the row of P of the place it stands at.

    Parameters
    ----------
    ids : (..., T) of int
        Tokens at places past, past + 1, …, past + T − 1.
    E : (V, C)
        A row for each token.
    P : (places, C)
        A row for each place.
    past
        How many tokens came before these.

    Returns
    -------
    x : (..., T, C)

    Raises
    ------
    ValueError
        If P has no row for the last place.
    """
    _check_places(ids, P, past)
    T = ids.shape[-1]
    return E[ids] + P[past : past + T]


def block(x, norm1, attend, norm2, mlp):
    """Add to the stream what attention finds in it, then what the MLP makes of that.

    x ← x + attend(norm1(x)), then x + mlp(norm2(x)). What is added was normalised before; the
    stream itself never is.

    Parameters
    ----------
    x : (..., T, C)
        The residual stream.
    norm1, attend, norm2, mlp
        Functions from (..., T, C) to (..., T, C).
    """
    x = x + attend(norm1(x))
    return x + mlp(norm2(x))


def gelu(x):
    """½ x (1 + tanh(√(2/π) (x + 0.044715 x³))): GPT-2's smooth relative of max(x, 0)."""
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def heads(x, p, name, H):
    """Attention of one block: queries, keys and values from one product, then H heads."""
    qkv = layers.affine(x, p[f"{name}.qkv.W"], p[f"{name}.qkv.b"])
    q, k, v = (attention.split_heads(z, H) for z in np.split(qkv, 3, axis=-1))
    y, _ = attention.attend(q, k, v, causal=True)
    return layers.affine(attention.merge_heads(y), p[f"{name}.out.W"], p[f"{name}.out.b"])


def two_layers(x, p, name):
    """The MLP of one block: gelu(x W₁ + b₁) W₂ + b₂."""
    h = gelu(layers.affine(x, p[f"{name}.up.W"], p[f"{name}.up.b"]))
    return layers.affine(h, p[f"{name}.down.W"], p[f"{name}.down.b"])


def normalise(x, p, name):
    """Layer norm with the scale and shift of that name."""
    return norm.layer_norm(x, p[f"{name}.scale"], p[f"{name}.shift"])


def forward(p, ids, L, H):
    """Logits of the token after each of ids.

    Parameters
    ----------
    p : dict of arrays
        Parameters by the names of `gpt.GPT`: E, P, blocks.0.norm1.scale, …
    ids : (B, T) of int
    L, H
        Number of blocks, and of heads.

    Returns
    -------
    z : (B, T, V)
    """
    x = embed(ids, p["E"], p["P"])
    for i in range(L):
        at = f"blocks.{i}"
        x = x + heads(normalise(x, p, f"{at}.norm1"), p, f"{at}.attention", H)
        x = x + two_layers(normalise(x, p, f"{at}.norm2"), p, f"{at}.mlp")
    return normalise(x, p, "norm") @ p["E"].T


def _check_places(ids, P, past):
    """Refuse a text that reaches beyond the table of places."""
    if not 0 <= past <= len(P) - ids.shape[-1]:
        raise ValueError(
            f"{ids.shape[-1]} tokens after {past} don't fit into a context of {len(P)} places"
        )
