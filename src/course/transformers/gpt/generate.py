"""Writing with a GPT, token by token: from logits to a choice, and a memory that saves the work.

Used from the lesson *A small GPT* on.
"""

import numpy as np
import torch


def distribution(
    z,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
):
    """Turn logits into the probabilities to draw from.

    p = softmax(z / temperature), then what is left out becomes 0 and the rest is scaled to sum
    to 1 again. Temperature 0 is greedy: all on the largest logit, the first of equals.

    Parameters
    ----------
    z : (..., V) tensor
        Logits.
    temperature
        Below 1 sharper, above 1 flatter.
    top_k
        Keep the k most probable tokens, and those that tie with the last of them.
    top_p
        Keep the fewest most probable tokens whose probabilities reach top_p together.
    min_p
        Keep tokens at least min_p times as probable as the most probable one.

    Returns
    -------
    p : (..., V) tensor

    References
    ----------
    Holtzman et al. (2020), https://arxiv.org/abs/1904.09751, for top-p; Nguyen et al. (2024),
    https://arxiv.org/abs/2407.01082, for min-p
    """
    _check_sampling(temperature, top_k, top_p, min_p)
    if temperature == 0:
        return torch.zeros_like(z).scatter(-1, z.argmax(-1, keepdim=True), 1.0)
    p = (z / temperature).softmax(-1)
    if top_k is not None and top_k < p.shape[-1]:
        p = p * (p >= p.topk(top_k).values[..., -1:])
    if top_p is not None:
        sorted_p, order = p.sort(descending=True, stable=True)
        before = sorted_p.cumsum(-1) - sorted_p  # what the more probable ones reach without it
        p = torch.zeros_like(p).scatter(
            -1, order, sorted_p * (before < top_p * p.sum(-1, keepdim=True))
        )
    if min_p is not None:
        p = p * (p >= min_p * p.max(-1, keepdim=True).values)
    return p / p.sum(-1, keepdim=True)


class Memory:
    """Keys and values of one block for the tokens so far: (B, H, context, D) each, n in use."""

    def __init__(self, shape, like):
        self.k, self.v = like.new_empty(shape), like.new_empty(shape)
        self.n = 0

    def extend(self, k, v):
        """Add the keys and values of new tokens; return those of all."""
        T = k.shape[2]
        self.k.narrow(2, self.n, T).copy_(k)
        self.v.narrow(2, self.n, T).copy_(v)
        self.n += T
        return self.k.narrow(2, 0, self.n), self.v.narrow(2, 0, self.n)


class Cache:
    """All that a GPT need not compute again: each block's keys and values.

    The causal mask is why it works: what a position computed can't depend on later ones.
    For B = 1 it takes 2 L C numbers a token. `length` says how many tokens it holds.
    """

    def __init__(self, model, B: int = 1):
        c = model.config
        if not c.causal:
            raise ValueError(
                "without a causal mask each new token changes all earlier ones: no cache"
            )
        shape = (B, c.heads, c.context, c.width // c.heads)
        self.layers = [Memory(shape, model.E) for _ in range(c.layers)]
        self.length, self.taps = 0, c.taps
        self.last = torch.empty(B, 0, dtype=torch.long, device=model.E.device)

    def remember(self, ids):
        """Add new tokens; return how many there were, and the new ones after the last of those.

        Of the earlier tokens, only as many are kept as the model looks back at in its embedding.
        """
        if self.length and ids.shape[1] != 1:
            raise ValueError(f"a cache in use takes one token at a time, not {ids.shape[1]}")
        past, known = self.length, ids
        if self.taps:
            known = torch.cat([self.last, ids], dim=1)
            self.last = known[:, -self.taps :]
        self.length += ids.shape[1]
        return past, known


def window(n: int, context: int, jump: int | None = None) -> int:
    """Say where the window starts from which the token after n tokens is predicted.

    It starts at 0 until the context is full. Then it moves on by `jump` tokens at once, as soon
    as it must, so that it holds from context − jump + 1 to context tokens. A cache is good until
    the window moves: then positions and all that was computed from dropped tokens are new.

    Parameters
    ----------
    n
        Tokens so far.
    context
        Most tokens that the model reads.
    jump
        Half a context by default. 1 slides with each token: always a full view, never a cache.
    """
    jump = max(1, context // 2) if jump is None else jump
    if not 1 <= jump <= context:
        raise ValueError(f"jump is {jump}; a window of {context} moves by 1 to {context} tokens")
    return max(0, -(-(n - context) // jump)) * jump


@torch.inference_mode()
def stream(
    model, ids, n: int, *, generator=None, cache: bool = True, jump: int | None = None, **sampling
):
    """Write n tokens after a text, one at a time.

    Parameters
    ----------
    model : gpt.GPT
        The model; anything with its `config`, if cache is False.
    ids : (T,) or (B, T) of int64
        The text so far, at least one token.
    n
        How many to write.
    generator : torch.Generator, optional
        Draws the tokens; not needed if temperature is 0.
    cache
        Keep keys and values instead of computing them again. The tokens are the same.
    jump
        How far the window moves when the context is full: see `window`.
    sampling
        temperature, top_k, top_p, min_p: see `distribution`.

    Yields
    ------
    (B,) tensor
        The next token of each text.
    """
    ids = torch.atleast_2d(torch.as_tensor(ids, device=next(model.parameters()).device))
    _check_text(ids, n, generator, sampling.get("temperature", 1.0))
    memory = start = None
    for _ in range(n):
        moved, start = start, window(ids.shape[1], model.config.context, jump)
        if cache and start == moved:
            z = model(ids[:, -1:], memory)
        else:
            memory = Cache(model, len(ids)) if cache else None
            z = model(ids[:, start:]) if memory is None else model(ids[:, start:], memory)
        token = choose(z[:, -1], generator, **sampling)
        ids = torch.cat([ids, token[:, None]], dim=1)
        yield token


def choose(z, generator=None, **sampling):
    """Draw one token for each row of logits (B, V)."""
    if sampling.get("temperature") == 0:
        return z.argmax(-1)
    return torch.multinomial(distribution(z, **sampling), 1, generator=generator)[:, 0]


def generate(model, ids, n: int, **options):
    """Write n tokens after a text; options as in `stream`.

    Returns
    -------
    ids : (T + n,) or (B, T + n) array of int64
        The text and what follows.
    """
    written = (
        torch.stack([token.cpu() for token in stream(model, ids, n, **options)], dim=1) if n else []
    )
    ids = np.asarray(ids)
    rows = np.atleast_2d(ids)
    whole = np.concatenate([rows, np.asarray(written)], axis=1) if n else rows
    return whole[0] if ids.ndim == 1 else whole


def _check_sampling(temperature, top_k, top_p, min_p):
    """Refuse settings that leave nothing to draw from."""
    if not 0 <= temperature < float("inf"):
        raise ValueError(f"temperature is {temperature}; allowed is 0 (greedy) or more")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k is {top_k}; keep at least 1 token")
    for name, value in (("top_p", top_p), ("min_p", min_p)):
        if value is not None and not 0 < value <= 1:
            raise ValueError(f"{name} is {value}; allowed is above 0 and up to 1")


def _check_text(ids, n, generator, temperature):
    """Refuse a text that nothing can follow."""
    if ids.ndim != 2 or ids.shape[1] < 1:
        raise ValueError(f"ids have shape {tuple(ids.shape)}; at least one token has to be there")
    if n < 0:
        raise ValueError(f"n is {n}; a text can't get shorter")
    if temperature != 0 and generator is None:
        raise ValueError("drawing needs a generator, as torch.Generator().manual_seed(0) is one")
