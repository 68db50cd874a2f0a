"""A GPT that only writes: its weights as NumPy arrays, and the keys and values of what it has read.

The causal mask is why that is enough: what a position computed can't depend on later ones, so it
need never be computed again. A new token then costs one row through every matrix, and at that size
calling a module takes longer than multiplying. Here are no modules, only products.
"""

import numpy as np
import torch
import torch.nn.functional as F

from course.transformers.gpt import model as gpt
from course.words import say


def supports(model) -> bool:
    """Say whether a `Decoder` computes what the model itself does.

    It must be a causal GPT, on a CPU, of the course's own parts, and without hooks, which only
    modules call.
    """
    if not isinstance(model, gpt.GPT) or not model.config.causal or model.device.type != "cpu":
        return False
    own = (__package__ + ".", torch.nn.ModuleList.__module__)
    dtypes = {p.dtype for p in model.parameters()}
    return dtypes in ({torch.float32}, {torch.float64}) and all(
        type(part).__module__.startswith(own)
        and not (part._forward_hooks or part._forward_pre_hooks or "forward" in vars(part))
        for part in model.modules()
    )


class Decoder:
    """Reads tokens, and says what comes next.

    Parameters
    ----------
    model : GPT
        One that `supports` accepts. Its weights are used where they lie in memory.
    B
        Number of texts that are read side by side.

    Attributes
    ----------
    n
        Tokens read so far, of each text.
    """

    def __init__(self, model: gpt.GPT, B: int = 1):
        c = self.config = model.config
        self.p, self.blocks = arrays(model), [arrays(block) for block in model.blocks]
        self.head = self.p["E"].T if c.tied else self.p["head.W"]  # (C, V)
        shape = (2, c.layers, B, c.heads, c.context, c.width // c.heads)
        self.k, self.v = np.empty(shape, self.head.dtype)  # n of `context` places in use
        self.f = ACTIVATIONS[c.activation]
        self.before = np.full((B, c.taps), c.vocab)  # the last tokens read; V stands for none
        self.n = 0

    def read(self, ids):
        """Logits (B, V) for the token after ids (B, T), which follow what was read before."""
        T = ids.shape[1]
        _check_room(self, T)
        new = slice(self.n, self.n + T)
        x = self.embed(ids, new)  # (B T, C): a row for each token
        for i, p in enumerate(self.blocks):
            x += self.attend(self.norm(x, p, "norm1"), p, self.k[i], self.v[i], new)
            x += affine(self.f(affine(self.norm(x, p, "norm2"), p, "mlp.up")), p, "mlp.down")
        self.n += T
        return self.norm(x[T - 1 :: T], self.p, "norm") @ self.head

    def embed(self, ids, new):
        """One row for each token: its own, its position's, and those of the tokens before."""
        p, T = self.p, ids.shape[1]
        x = p["E"][ids]  # (B, T, C)
        if "P" in p:
            x += p["P"][new]
        known = np.concatenate([self.before, ids], axis=1)  # (B, taps + T)
        for i in range(self.config.taps):
            x += p["earlier"][i, known[:, i : i + T]]
        self.before = known[:, T:]
        return x.reshape(-1, x.shape[-1])

    def attend(self, x, p, keys, values, new):
        """softmax(q kᵀ / √D) v over all that has been read, in every head, mixed by `out`."""
        B, H, _, D = keys.shape
        qkv = affine(x, p, "attention.qkv").reshape(B, -1, 3, H, D)
        q, k, v = qkv.transpose(2, 0, 3, 1, 4)  # each (B, H, T, D)
        if self.config.qk_norm:
            q, k = rms_norm(q), rms_norm(k)
        if "turn" in self.p:
            q, k = rotate(q, self.p["turn"][:, new]), rotate(k, self.p["turn"][:, new])
        keys[:, :, new], values[:, :, new] = k, v
        s = (q * D**-0.5) @ keys[:, :, : new.stop].swapaxes(2, 3)  # (B, H, T, n + T)
        y = causal_softmax(s) @ values[:, :, : new.stop]  # (B, H, T, D)
        return affine(y.swapaxes(1, 2).reshape(-1, H * D), p, "attention.out")

    def norm(self, x, p, name):
        """γ (x − mean) / std + β, or x / rms, as the config says."""
        if self.config.norm == "rms":
            return rms_norm(x)
        x = x - np.add.reduce(x, axis=-1, keepdims=True) / x.shape[-1]
        x *= (mean_square(x) + 1e-5) ** -0.5 * p[f"{name}.scale"]
        return x + p[f"{name}.shift"] if f"{name}.shift" in p else x


def arrays(module) -> dict:
    """Parameters and buffers of a module by name, sharing its memory."""
    named = (*module.named_parameters(), *module.named_buffers())
    return {name: p.detach().numpy() for name, p in named}


def affine(x, p, name):
    """y = x W + b."""
    y = x @ p[f"{name}.W"]
    if f"{name}.b" in p:
        y += p[f"{name}.b"]
    return y


def mean_square(x):
    """Mean of x² over the last axis, which stays: (…, 1)."""
    return np.vecdot(x, x)[..., None] / x.shape[-1]


def rms_norm(x):
    """x / √(mean x² + ε), over the last axis."""
    return x * (mean_square(x) + gpt.EPS) ** -0.5


def rotate(x, turn):
    """Turn each pair of neighbouring entries of x (B, H, T, D) by its position's angles."""
    (cos, sin), x1, x2, y = turn, x[..., 0::2], x[..., 1::2], np.empty(x.shape, x.dtype)
    y[..., 0::2] = x1 * cos - x2 * sin
    y[..., 1::2] = x1 * sin + x2 * cos
    return y


def causal_softmax(s):
    """Weights from scores (B, H, T, n + T): the last query stands at the last key."""
    T, S = s.shape[-2:]
    if T > 1:
        s = np.where(np.tri(T, S, S - T, dtype=bool), s, -np.inf)
    e = np.exp(s - np.maximum.reduce(s, axis=-1, keepdims=True))
    e /= np.add.reduce(e, axis=-1, keepdims=True)
    return e


def gelu(x):
    """x Φ(x). NumPy has no Φ; PyTorch lends its own, in float64, for which it wakes no threads."""
    return F.gelu(torch.from_numpy(x.astype(np.float64))).numpy().astype(x.dtype)


def gelu_tanh(x):
    """½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))."""
    return 0.5 * x * (1 + np.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x * x * x)))


def relu2(x):
    """max(x, 0)²."""
    x = np.maximum(x, 0)
    return x * x


ACTIVATIONS = {"gelu": gelu, "gelu_tanh": gelu_tanh, "relu2": relu2}


def _check_room(decoder, T):
    """Refuse more tokens than the context has places."""
    n, context = decoder.n + T, decoder.config.context
    if n > context:
        sentence = "{n} tokens don't fit into a context of {context}"
        raise ValueError(say(sentence, n=n, context=context))
