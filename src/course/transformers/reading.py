"""The small GPT that ships with the course, in NumPy, reading texts side by side with a cache.

Used in *Generation*. `numpy_modern` computes; here is what to keep of it from call to call.
"""

import json
import struct
from typing import NamedTuple

import numpy as np
from safetensors.numpy import load

from course import data
from course.networks import layers
from course.transformers import cached, numpy_modern

FILE = "small_gpt.safetensors"


class Model(NamedTuple):
    """A GPT of the modern block: its weights by name, its sizes, and its characters."""

    p: dict
    L: int
    H: int
    context: int
    alphabet: str


def facts(content: bytes) -> dict:
    """Return what a safetensors file says beside its tensors: a header in JSON comes first."""
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length])["__metadata__"]


def small_gpt() -> Model:
    """Return the shipped model, in double precision.

    Raises
    ------
    DataError
        If the shipped file is missing or damaged.
    """
    content = data.shipped(FILE)
    told, p = facts(content), load(content)
    config = json.loads(told["config"])
    sizes = config["layers"], config["heads"], config["context"]
    return Model({n: w.astype(float) for n, w in p.items()}, *sizes, told["alphabet"])


class Reader:
    """Reads texts that grow, and computes only what is new.

    It holds the keys and values of what it read last. Of the next texts it looks up how far each
    begins like one of those, and reads the rest.

    Parameters
    ----------
    model : Model
    attend
        What attends from new positions; `cached.attend_cached` by default.
    keep
        Without it, every text is read from its beginning.

    Attributes
    ----------
    calls, read
        How often the model was called, and how many positions it computed.
    """

    def __init__(self, model: Model, attend=cached.attend_cached, *, keep: bool = True):
        self.model, self.attend, self.keep = model, attend, keep
        self.calls = self.read = 0
        self.texts, self.memory = np.zeros((1, 0), dtype=int), {}

    def logits(self, texts, last: int = 1):
        """Logits (B, last, V) after each of the last positions of texts (B, T).

        Each is that of its own `window`, as if the text had ended there.
        """
        texts = np.atleast_2d(texts)
        T = texts.shape[1]
        starts = [window(t, self.model.context) for t in range(T - last + 1, T + 1)]
        if m := starts.count(starts[-1]) - last:  # the window moves among them: read both
            parts = self.logits(texts[:, : T + m], last + m), self.logits(texts, -m)
            return np.concatenate(parts, axis=1)
        return self._read(texts[:, starts[0] :], last)

    def _read(self, texts, last):
        """Logits of a window, from what is kept and one call of the model."""
        n, rows = self._known(texts, texts.shape[1] - last)
        memory = {"length": n} if n else {}
        for name, kept in self.memory.items():
            if n and name != "length":
                memory[name] = tuple(x[rows, :, :n] for x in kept)
        p, L, H, *_ = self.model
        z = numpy_modern.forward(p, texts[:, n:], L, H, memory, self.attend)
        if self.keep:
            self.texts, self.memory = texts, memory
        self.calls, self.read = self.calls + 1, self.read + texts[:, n:].size
        return z[:, z.shape[1] - last :]

    def follow(self, texts):
        """Log probabilities (B, V) of what follows texts (B, T)."""
        return layers.log_softmax(self.logits(texts)[:, -1])

    def _known(self, texts, most):
        """How much of all texts was read before, at most `most`, and in which row."""
        T = min(most, self.texts.shape[1])
        same = self.texts[None, :, :T] == texts[:, None, :T]  # (B, rows before, T)
        far = np.cumprod(same, axis=-1).sum(axis=-1)  # (B, rows before)
        return int(far.max(axis=1).min()), far.argmax(axis=1)


def write(reader, ids, n: int, pick):
    """Write n tokens after texts, one at a time.

    Parameters
    ----------
    reader
        A `Reader`.
    ids : (T,) or (B, T) of int
        The texts so far.
    n
        How many to write.
    pick
        Function from logits (B, V) to a token (B,) for each text.

    Returns
    -------
    texts : (B, T + n) of int
    """
    texts = np.atleast_2d(ids)
    for _ in range(n):
        new = pick(reader.logits(texts)[:, -1])
        texts = np.concatenate([texts, new[:, None]], axis=1)
    return texts


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
