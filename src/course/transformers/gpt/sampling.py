"""From logits to a token: what may be drawn, and the draw. Taught in *A small GPT*."""

import torch

from course.words import say


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


def choose(z, generator=None, **sampling):
    """Draw one token for each row of logits (B, V)."""
    if sampling.get("temperature") == 0:
        return z.argmax(-1)
    return torch.multinomial(distribution(z, **sampling), 1, generator=generator)[:, 0]


def _check_sampling(temperature, top_k, top_p, min_p):
    """Refuse settings that leave nothing to draw from."""
    if not 0 <= temperature < float("inf"):
        raise ValueError(say("temperature is {n}; allowed is 0 (greedy) or more", n=temperature))
    if top_k is not None and top_k < 1:
        raise ValueError(say("top_k is {n}; keep at least 1 token", n=top_k))
    for name, value in (("top_p", top_p), ("min_p", min_p)):
        if value is not None and not 0 < value <= 1:
            raise ValueError(
                say("{name} is {n}; allowed is above 0 and up to 1", name=name, n=value)
            )
