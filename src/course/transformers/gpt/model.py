"""A GPT, from token to logits, in formulas that are also PyTorch. Taught in *A small GPT*.

One class builds both GPT-2's block and the modern one: each difference is a field of `Config`.
Every matrix W is (n_in, n_out) and acts as x W, as in `layers.affine` and in GPT-2's own files.
"""

import torch
import torch.nn.functional as F
from torch import nn

from course.transformers.gpt.config import Config
from course.words import say

EPS = torch.finfo(torch.float32).eps


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
        turn = turns(T, C // config.heads) if config.positions == "rotary" else None
        self.register_buffer("turn", turn, persistent=False)  # (2, T, D/2)
        self.draw(torch.Generator().manual_seed(seed))

    def forward(self, ids):
        """Logits (B, T, V) for the token after each of ids (B, T)."""
        _check_ids(ids, self.config)
        T = ids.shape[1]
        turn = None if self.turn is None else self.turn[:, :T]
        x = self.embed(ids)  # (B, T, C)
        for block in self.blocks:
            x = block(x, turn)
        x = self.norm(x)
        return x @ self.E.T if self.head is None else self.head(x)  # (B, T, V)

    def embed(self, ids):
        """One vector for each token: its own, its position's, and those of the tokens before."""
        x = F.embedding(ids, self.E)  # (B, T, C)
        if self.P is not None:
            x = x + self.P[: ids.shape[1]]
        return x if self.earlier is None else x + self.look_back(ids)

    def look_back(self, ids):
        """Add up the embeddings of the tokens before each; row V stands for no token."""
        T, taps = ids.shape[1], self.config.taps
        padded = F.pad(ids, (taps, 0), value=self.config.vocab)  # (B, taps + T)
        return sum(F.embedding(padded[:, i : i + T], self.earlier[i]) for i in range(taps))

    def loss(self, x, y):
        """Mean surprise at the true next token: −ln softmax(z)[y], in nats."""
        return F.cross_entropy(self(x).flatten(0, 1), y.flatten())

    @property
    def device(self):
        """Where the weights are, and tokens have to be."""
        return self.E.device

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

    @torch.no_grad()
    def weights(self, ids):
        """Where each position looks: for each block, (B, H, T, T), as `attention.attend` gives."""
        x, found = self.embed(ids), []
        turn = None if self.turn is None else self.turn[:, : ids.shape[1]]
        for block in self.blocks:
            q, k, _ = block.attention.project(block.norm1(x), turn)
            z = q @ k.mT / q.shape[-1] ** 0.5  # (B, H, T, T)
            if self.config.causal:
                z = z.masked_fill(torch.ones_like(z).triu(1) > 0, -torch.inf)
            found.append(z.softmax(-1))
            x = block(x, turn)
        return found


class Block(nn.Module):
    """x + attention(norm(x)), then x + mlp(norm(x))."""

    def __init__(self, config: Config):
        super().__init__()
        self.norm1, self.attention = Norm(config), Attention(config)
        self.norm2, self.mlp = Norm(config), MLP(config)

    def forward(self, x, turn=None):
        x = x + self.attention(self.norm1(x), turn)
        return x + self.mlp(self.norm2(x))


class Attention(nn.Module):
    """softmax(q kᵀ / √D) v in each of H heads, mixed by the projection `out`."""

    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        self.qkv = Affine(config.width, 3 * config.width, bias=config.bias)
        self.out = Affine(config.width, config.width, bias=config.bias)

    def forward(self, x, turn=None):
        q, k, v = self.project(x, turn)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=self.config.causal)
        return self.out(y.transpose(1, 2).flatten(2))  # (B, H, T, D) to (B, T, C)

    def project(self, x, turn=None):
        """Queries, keys and values of all heads, each (B, H, T, D)."""
        q, k, v = (self.split(z) for z in self.qkv(x).chunk(3, dim=-1))
        if self.config.qk_norm:
            q, k = rms_norm(q), rms_norm(k)
        if turn is not None:
            q, k = rotate(q, turn), rotate(k, turn)
        return q, k, v

    def split(self, z):
        """Cut the width into heads: (B, T, C) to (B, H, T, D)."""
        return z.unflatten(-1, (self.config.heads, -1)).transpose(1, 2)


class MLP(nn.Module):
    """f(x W₁ + b₁) W₂ + b₂, four times as wide inside."""

    def __init__(self, config: Config):
        super().__init__()
        self.f = ACTIVATIONS[config.activation]
        self.up = Affine(config.width, 4 * config.width, bias=config.bias)
        self.down = Affine(4 * config.width, config.width, bias=config.bias)

    def forward(self, x):
        return self.down(self.f(self.up(x)))


class Norm(nn.Module):
    """γ (x − mean) / std + β for "layer", and x / rms for "rms"."""

    def __init__(self, config: Config):
        super().__init__()
        self.layer = config.norm == "layer"
        shifts = self.layer and config.bias
        self.scale = nn.Parameter(torch.ones(config.width)) if self.layer else None
        self.shift = nn.Parameter(torch.zeros(config.width)) if shifts else None

    def forward(self, x):
        if self.layer:
            return F.layer_norm(x, x.shape[-1:], self.scale, self.shift)
        return rms_norm(x)


class Affine(nn.Module):
    """y = x W + b."""

    def __init__(self, n_in: int, n_out: int, *, bias: bool):
        super().__init__()
        self.W = nn.Parameter(torch.empty(n_in, n_out))
        self.b = nn.Parameter(torch.zeros(n_out)) if bias else None

    def forward(self, x):
        return x @ self.W if self.b is None else x @ self.W + self.b


def rms_norm(x):
    """x / √(mean x² + ε), over the last axis."""
    return x * (x.square().mean(-1, keepdim=True) + EPS).rsqrt()


def turns(T: int, D: int, base: float = 10000.0):
    """Cosines and sines, (2, T, D/2), of the angles that `attention.angles` gives."""
    theta = torch.outer(torch.arange(T), base ** (-torch.arange(0, D, 2) / D))
    return torch.stack([theta.cos(), theta.sin()])


def rotate(x, turn):
    """Turn each pair of neighbouring entries of x (B, H, T, D) by its position's angles."""
    (cos, sin), x1, x2 = turn, x[..., 0::2], x[..., 1::2]  # (T, D/2); (B, H, T, D/2)
    return torch.stack([x1 * cos - x2 * sin, x1 * sin + x2 * cos], dim=-1).flatten(-2).type_as(x)


def gelu(x):
    """x Φ(x), with the normal distribution's Φ: a smooth relative of max(x, 0)."""
    return F.gelu(x)


def gelu_tanh(x):
    """½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), as GPT-2 has it."""
    return F.gelu(x, approximate="tanh")


def relu2(x):
    """max(x, 0)²."""
    return F.relu(x).square()


ACTIVATIONS = {"gelu": gelu, "gelu_tanh": gelu_tanh, "relu2": relu2}


def _check_ids(ids, config):
    """Refuse a text longer than the context."""
    if (T := ids.shape[1]) > config.context:
        sentence = "{n} tokens don't fit into a context of {context}"
        raise ValueError(say(sentence, n=T, context=config.context))
