"""A GPT, from token to logits, in formulas that are also PyTorch. Taught in *A small GPT*.

One class builds both GPT-2's block and the modern one: each difference is a field of `Config`.
Every matrix W is (n_in, n_out) and acts as x W, as in `layers.affine` and in GPT-2's own files.
"""

import torch
import torch.nn.functional as F
from torch import nn

from course.transformers.gpt import fused
from course.transformers.gpt.config import MODERN, Config

__all__ = ["GPT", "MODERN", "Config"]


class Affine(nn.Module):
    """y = x W + b."""

    def __init__(self, n_in: int, n_out: int, *, bias: bool):
        super().__init__()
        self.W = nn.Parameter(torch.empty(n_in, n_out))
        self.b = nn.Parameter(torch.zeros(n_out)) if bias else None
        self.bias = bias

    def forward(self, x):
        return x @ self.W + self.b if self.bias else x @ self.W


class Norm(nn.Module):
    """γ (x − mean) / std + β for "layer", and x / rms for "rms"."""

    def __init__(self, config: Config):
        super().__init__()
        self.layer = config.norm == "layer"
        self.scale = nn.Parameter(torch.ones(config.width)) if self.layer else None
        shifts = self.layer and config.bias
        self.shift = nn.Parameter(torch.zeros(config.width)) if shifts else None
        self.rms_norm = fused.rms_norm if config.by_hand else rms_norm

    def forward(self, x):
        if self.layer:
            return torch.layer_norm(x, x.shape[-1:], self.scale, self.shift)
        return self.rms_norm(x)


class Attention(nn.Module):
    """softmax(q kᵀ / √D) v in each of H heads, mixed by the projection `out`."""

    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        self.rms_norm = fused.rms_norm if config.by_hand else rms_norm
        self.qkv = Affine(config.width, 3 * config.width, bias=config.bias)
        self.out = Affine(config.width, config.width, bias=config.bias)

    def project(self, x, turn):
        """Queries, keys and values of all heads, each (B, H, T, D)."""
        B, T, C = x.shape
        H = self.config.heads
        qkv = self.qkv(x).view(B, T, 3, H, C // H)
        if turn is None and not self.config.qk_norm:
            return qkv.permute(2, 0, 3, 1, 4).unbind()
        qk, v = qkv[:, :, :2], qkv[:, :, 2]
        if self.config.qk_norm:
            qk = self.rms_norm(qk)
        if turn is not None:
            qk = rotate(qk, turn)
        return *qk.permute(2, 0, 3, 1, 4).unbind(), v.transpose(1, 2)

    def forward(self, x, turn, cache=None):
        q, k, v = self.project(x, turn)
        if cache is not None:
            k, v = cache.extend(k, v)
        seen = k.shape[2] == q.shape[2] and self.config.causal  # else a cache: all came before
        y = F.scaled_dot_product_attention(q, k, v, is_causal=seen)
        return self.out(y.transpose(1, 2).flatten(2))


class MLP(nn.Module):
    """f(x W₁ + b₁) W₂ + b₂, four times as wide inside."""

    def __init__(self, config: Config):
        super().__init__()
        by_hand = config.by_hand and config.activation == "relu2"
        self.f = fused.relu2 if by_hand else ACTIVATIONS[config.activation]
        self.up = Affine(config.width, 4 * config.width, bias=config.bias)
        self.down = Affine(4 * config.width, config.width, bias=config.bias)

    def forward(self, x):
        return self.down(self.f(self.up(x)))


class Block(nn.Module):
    """x + attention(norm(x)), then x + mlp(norm(x))."""

    def __init__(self, config: Config):
        super().__init__()
        self.norm1, self.attention = Norm(config), Attention(config)
        self.norm2, self.mlp = Norm(config), MLP(config)

    def forward(self, x, turn, cache=None):
        x = x + self.attention(self.norm1(x), turn, cache)
        return x + self.mlp(self.norm2(x))


for part in (Affine, Norm, Attention, MLP, Block):  # writing a token calls some forty of these,
    part.__call__ = part.forward  # and PyTorch's own call first looks for hooks: they have none


class GPT(nn.Module):
    """Tokens to logits: embed, run through the blocks, normalise, compare with each token."""

    def __init__(self, config: Config, seed: int = 0):
        super().__init__()
        self.config = config
        V, T, C = config.vocab, config.context, config.width
        self.E = nn.Parameter(torch.empty(V, C))
        self.P = nn.Parameter(torch.empty(T, C)) if config.positions == "learned" else None
        self.earlier = nn.Parameter(torch.empty(config.taps, V + 1, C)) if config.taps else None
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = Norm(config)
        self.head = None if config.tied else Affine(C, V, bias=False)
        if config.positions == "rotary":
            self.register_buffer("turn", turns(T, C // config.heads), persistent=False)
        self.draw(torch.Generator().manual_seed(seed))

    @torch.no_grad()
    def draw(self, generator):
        """Draw the weights, as `Config.init` and `Config.zero_init` say."""
        ends = ("out.W", "down.W")  # two in each block, added to the residual stream
        for name, p in self.named_parameters():
            if self.config.zero_init and name.endswith((*ends, "head.W")):
                p.zero_()
            elif self.config.init == "fan_in" and p.ndim > 1:
                n = p.shape[0] if name.endswith(".W") else 1 + self.config.taps
                p.normal_(0, n**-0.5, generator=generator)
            elif p.ndim > 1:
                shrink = (2 * len(self.blocks)) ** -0.5 if name.endswith(ends) else 1
                p.normal_(0, 0.02 * shrink, generator=generator)

    def embed(self, ids, past=0, known=None):
        """One vector for each token: its own, its position's, and those of the tokens before."""
        x = F.embedding(ids, self.E)  # (B, T, C)
        if self.P is not None:
            x = x + self.P[past : past + ids.shape[1]]
        if self.earlier is not None:
            x = x + self.look_back(ids if known is None else known, ids.shape[1])
        return x

    def look_back(self, known, T):
        """Add up the embeddings of the tokens before each of the last T; V stands for none."""
        taps, V = self.config.taps, self.config.vocab
        before = F.pad(known, (taps, 0), value=V)[:, -(T + taps) : -1]
        before = before.unfold(1, taps, 1) + torch.arange(taps, device=known.device) * (V + 1)
        return F.embedding(before, self.earlier.flatten(0, 1)).sum(2)  # over the taps: (B, T, C)

    def forward(self, ids, cache=None):
        """Logits (B, T, V) for the token after each of ids (B, T)."""
        _check_ids(ids, self.config, cache)
        past, known = (0, ids) if cache is None else cache.remember(ids)
        turn = None
        if self.config.positions == "rotary":
            turn = self.turn[past : past + ids.shape[1]]
        x = self.embed(ids, past, known)
        for i, block in enumerate(self.blocks):
            x = block(x, turn, None if cache is None else cache.layers[i])
        x = self.norm(x)
        return x @ self.E.T if self.head is None else self.head(x)

    @torch.no_grad()
    def weights(self, ids):
        """Where each position looks: for each block, (B, H, T, T), as `attention.attend` gives."""
        x, found = self.embed(ids), []
        turn = self.turn[: ids.shape[1]] if self.config.positions == "rotary" else None
        for block in self.blocks:
            q, k, _ = block.attention.project(block.norm1(x), turn)
            z = q @ k.mT / q.shape[-1] ** 0.5
            if self.config.causal:
                z = z.masked_fill(torch.ones_like(z).triu(1) > 0, -torch.inf)
            found.append(z.softmax(-1))
            x = block(x, turn)
        return found

    def loss(self, x, y):
        """Mean surprise at the true next token: −ln softmax(z)[y], in nats."""
        return F.cross_entropy(self(x).flatten(0, 1), y.flatten())


def rms_norm(x):
    """x / √(mean x²), over the last axis."""
    return F.rms_norm(x, x.shape[-1:])


def turns(T: int, D: int, base: float = 10000.0):
    """Rotations e^{iθ} of T positions, (T, 1, 1, D/2), with the θ of `attention.angles`."""
    theta = torch.outer(torch.arange(T), base ** (-torch.arange(0, D, 2) / D))
    return torch.polar(torch.ones_like(theta), theta)[:, None, None]


def rotate(x, turn):
    """Turn each pair of neighbouring entries of x (B, T, 2, H, D) by its position's angles."""
    exact = x if x.dtype == torch.float64 else x.float()
    pairs = torch.view_as_complex(exact.unflatten(-1, (-1, 2)))
    return torch.view_as_real(pairs * turn).flatten(-2).type_as(x)


def relu2(x):
    """max(x, 0)²."""
    return F.relu(x).square()


ACTIVATIONS = {
    "gelu": fused.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "relu2": relu2,
}


def _check_ids(ids, config, cache):
    """Refuse a text longer than the context."""
    past = 0 if cache is None else cache.length
    if past + ids.shape[1] > config.context:
        raise ValueError(
            f"{past + ids.shape[1]} tokens don't fit into a context of {config.context}"
        )
