"""Writing with a GPT, token by token. Used from the lesson *A small GPT* on."""

import numpy as np
import torch

from course.transformers.gpt import decoder
from course.transformers.gpt.sampling import choose
from course.transformers.reading import window
from course.words import say


def generate(model, ids, n: int, **options):
    """Write n tokens after a text; options as in `stream`.

    Returns
    -------
    ids : (T + n,) or (B, T + n) array of int64
        The text and what follows.
    """
    written = [token.cpu().numpy() for token in stream(model, ids, n, **options)]
    ids = np.asarray(ids)
    rows = np.atleast_2d(ids)
    whole = np.concatenate([rows, *(token[:, None] for token in written)], axis=1)
    return whole[0] if ids.ndim == 1 else whole


def stream(
    model, ids, n: int, *, generator=None, cache: bool = True, jump: int | None = None, **sampling
):
    """Write n tokens after a text, one at a time.

    Parameters
    ----------
    model : GPT
        Anything that turns ids (B, T) into logits (B, T, V) and has a `config`.
    ids : (T,) or (B, T) of int64
        The text so far, at least one token.
    n
        How many to write.
    generator : torch.Generator, optional
        Draws the tokens; not needed if temperature is 0.
    cache
        Keep keys and values, in a `decoder.Decoder`, where the model is one that it supports;
        otherwise the model reads its whole window for each token. The tokens are the same.
    jump
        How far the window moves when the context is full: see `window`.
    sampling
        temperature, top_k, top_p, min_p: see `sampling.distribution`.

    Yields
    ------
    (B,) tensor
        The next token of each text.
    """
    ids = torch.atleast_2d(torch.as_tensor(ids, device=next(model.parameters()).device))
    _check_text(ids, n, model.config.vocab, generator, sampling.get("temperature", 1.0))
    reader = _Cached(model) if cache and decoder.supports(model) else _Afresh(model)
    for _ in range(n):
        start = window(ids.shape[1], model.config.context, jump)
        token = choose(reader.logits(ids, start), generator, **sampling)
        ids = torch.cat([ids, token[:, None]], dim=1)
        yield token


class _Afresh:
    """Reads the whole window for every token."""

    def __init__(self, model):
        self.model = model

    @torch.inference_mode()
    def logits(self, ids, start):
        return self.model(ids[:, start:])[:, -1]


class _Cached:
    """Reads each token once, until the window moves."""

    def __init__(self, model):
        self.model, self.start = model, None

    def logits(self, ids, start):
        if start != self.start:
            self.start, self.decoder = start, decoder.Decoder(self.model, len(ids))
        new = ids[:, start + self.decoder.n :]
        return torch.from_numpy(self.decoder.read(new.numpy()))


def _check_text(ids, n, V, generator, temperature):
    """Refuse a text that nothing can follow."""
    if ids.ndim != 2 or ids.shape[1] < 1:
        sentence = "ids have shape {shape}; at least one token has to be there"
        raise ValueError(say(sentence, shape=tuple(ids.shape)))
    low, high = int(ids.min()), int(ids.max())
    if not 0 <= low <= high < V:
        sentence = "ids run from {low} to {high}; allowed is 0 to {last}"
        raise ValueError(say(sentence, low=low, high=high, last=V - 1))
    if n < 0:
        raise ValueError(say("n is {n}; a text can't get shorter", n=n))
    if temperature != 0 and generator is None:
        raise ValueError(say("drawing needs a generator: torch.Generator().manual_seed(0) is one"))
