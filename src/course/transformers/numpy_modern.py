"""The modern block's forward pass in NumPy, made of the pieces that the lessons teach.

It reads the small GPT that ships with the course and gives the logits of `gpt` to 1e-5. Keys and
values of earlier tokens are kept, and a new token looks back at them.
"""

import numpy as np

from course.networks import layers, norm
from course.transformers import attention, cached, numpy_gpt

EPS = 2.0**-23  # what PyTorch adds to a mean square: the spacing of 32-bit numbers at 1


def rms_norm(x):
    """x / √(mean x² + ε) over the last axis.

    The numbers x and −x together have mean 0 and variance mean x²: their layer norm begins with
    the RMS norm of x.
    """
    C = x.shape[-1]
    both = np.concatenate([x, -x], axis=-1)  # (..., 2C)
    return norm.layer_norm(both, np.ones(2 * C), np.zeros(2 * C), EPS)[..., :C]


def project(x, W):
    """x W for every position: (B, T, n_in) to (B, T, n_out)."""
    rows = layers.affine(x.reshape(-1, len(W)), W, np.zeros(W.shape[1]))  # (B T, n_out)
    return rows.reshape(*x.shape[:2], -1)


def look(x, p, name, H, memory, attend=None):
    """Attention of one block: queries and keys are normalised and turned before they meet.

    Parameters
    ----------
    x : (B, T, C)
        Positions that are new.
    p, name, H
        Parameters, the block's name among them, and the number of heads.
    memory : dict
        Keys and values by name, of earlier positions; the new ones are added.
    attend
        What attends from the new positions; `cached.attend_cached` by default.
    """
    attend = attend or cached.attend_cached
    q, k, v = np.split(project(x, p[f"{name}.qkv.W"]), 3, axis=-1)  # (B, T, C) each
    q, k, v = (attention.split_heads(z, H) for z in (q, k, v))  # (B, H, T, D) each
    old_k, old_v = memory.get(name, (k[:, :, :0], v[:, :, :0]))
    T, D, past = q.shape[2], q.shape[3], old_k.shape[2]
    theta = attention.angles(T, D, start=past)
    q, k = (attention.rotate(rms_norm(z), theta) for z in (q, k))
    y, *memory[name] = attend(q, k, v, old_k, old_v)
    return project(attention.merge_heads(y), p[f"{name}.out.W"])


def think(x, p, name):
    """The MLP of one block: max(x W₁, 0)² W₂."""
    h = layers.relu(project(x, p[f"{name}.up.W"])) ** 2
    return project(h, p[f"{name}.down.W"])


def forward(p, ids, L, H, memory=None, attend=None):
    """Logits of the token after each of ids.

    Parameters
    ----------
    p : dict of arrays
        Parameters by the names of `gpt.GPT`: E, blocks.0.attention.qkv.W, …, head.W
    ids : (T,) or (B, T) of int
        Tokens that are new.
    L, H
        Number of blocks, and of heads.
    memory : dict, optional
        What was kept of the tokens before; it is added to.
    attend
        See `look`.

    Returns
    -------
    z : (T, V) or (B, T, V)
    """
    memory, rows = {} if memory is None else memory, np.atleast_2d(ids)
    C, past, T = p["E"].shape[1], memory.get("length", 0), rows.shape[1]
    nowhere = np.zeros((past + T, C))  # places are told by turning q and k instead
    x = numpy_gpt.embed(rows, p["E"], nowhere, past)  # (B, T, C)
    memory["length"] = past + T
    for i in range(L):
        at = f"blocks.{i}"
        x = numpy_gpt.block(
            x,
            rms_norm,
            lambda x, at=at: look(x, p, f"{at}.attention", H, memory, attend),
            rms_norm,
            lambda x, at=at: think(x, p, f"{at}.mlp"),
        )
    z = project(rms_norm(x), p["head.W"])
    return z if np.ndim(ids) == 2 else z[0]


def choose(rng, z, temperature: float = 1.0, top_k: int | None = None) -> int:
    """Draw the next token from logits z (V,); temperature 0 takes the most probable one."""
    if temperature == 0:
        return int(np.argmax(z))
    if top_k is not None:
        z = np.where(z >= np.sort(z)[-top_k], z, -np.inf)
    p = layers.softmax(z / temperature)
    return int(rng.choice(len(p), p=p))


def write(p, ids, n: int, *, L: int, H: int, context: int, rng=None, **sampling):
    """Write n tokens after a text, one at a time.

    When the context is full, the window moves on by half of it, and what was kept is forgotten.

    Yields
    ------
    int
        The next token.
    """
    memory, begun = {}, 0
    for _ in range(n):
        half = max(1, context // 2)
        start = max(0, -(-(len(ids) - context) // half)) * half
        if start != begun:
            memory, begun = {}, start
        new = ids[start + memory.get("length", 0) :]
        z = forward(p, new, L, H, memory)[-1]
        ids = np.append(ids, choose(rng, z, **sampling))
        yield int(ids[-1])
