"""GPT-2 on a page of PyTorch, as it is written in *A small GPT*, piece by piece.

`model` builds the same and more from a `Config`; a test holds the two equal. Every piece is a
`torch.nn.Module`: what it is made of stands in `__init__`, what it does in `forward`.
"""

import torch
import torch.nn.functional as F
from torch import nn


class MLP(nn.Module):
    """W₂ gelu(W₁ x + b₁) + b₂ at each position alone, four times as wide inside.

    Parameters
    ----------
    C
        Width.
    """

    def __init__(self, C: int):
        super().__init__()
        self.up = nn.Linear(C, 4 * C)
        self.down = nn.Linear(4 * C, C)

    def forward(self, x):
        return self.down(F.gelu(self.up(x)))  # (B, T, C)


class SwiGLU(nn.Module):
    """(silu(x W_g) ⊙ x W_u) W_d, without biases: a gate in place of an activation.

    Parameters
    ----------
    C
        Width.
    inside
        Width inside; 8 C / 3 has as many weights as an MLP of 4 C.

    References
    ----------
    Shazeer (2020), https://arxiv.org/abs/2002.05202
    """

    def __init__(self, C: int, inside: int):
        super().__init__()
        self.gate = nn.Linear(C, inside, bias=False)
        self.up = nn.Linear(C, inside, bias=False)
        self.down = nn.Linear(inside, C, bias=False)

    def forward(self, x):
        return self.down(F.silu(self.gate(x)) * self.up(x))  # (B, T, C)


class Attention(nn.Module):
    """Causal attention in H heads: softmax(q kᵀ / √D) v in each, mixed by `out`.

    Parameters
    ----------
    C, H
        Width, and number of heads; H divides C.
    """

    def __init__(self, C: int, H: int):
        super().__init__()
        self.H = H
        self.qkv = nn.Linear(C, 3 * C)
        self.out = nn.Linear(C, C)

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.qkv(x).view(B, T, 3, self.H, C // self.H).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)  # (B, H, T, D)
        return self.out(y.transpose(1, 2).reshape(B, T, C))


class Block(nn.Module):
    """x + attention(norm1(x)), then x + mlp(norm2(x)).

    Parameters
    ----------
    C, H
        Width, and number of heads.
    """

    def __init__(self, C: int, H: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(C)
        self.attention = Attention(C, H)
        self.norm2 = nn.LayerNorm(C)
        self.mlp = MLP(C)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    """Tokens (B, T) to logits (B, T, V): embed, run through the blocks, normalise, compare.

    Parameters
    ----------
    V, T, C, H, L
        Vocabulary, context, width, heads, blocks.
    """

    def __init__(self, V: int, T: int, C: int, H: int, L: int):
        super().__init__()
        self.E = nn.Embedding(V, C)
        self.P = nn.Embedding(T, C)
        self.blocks = nn.ModuleList(Block(C, H) for _ in range(L))
        self.norm = nn.LayerNorm(C)
        nn.init.normal_(self.E.weight, std=0.02)
        nn.init.normal_(self.P.weight, std=0.02)

    def forward(self, ids):
        x = self.E(ids) + self.P.weight[: ids.shape[1]]  # (B, T, C)
        for block in self.blocks:
            x = block(x)
        return self.norm(x) @ self.E.weight.T  # (B, T, V)


def training_step(model, optimizer, x, y):
    """Let a model learn from one batch.

    Parameters
    ----------
    model
        Turns ids (B, T) into logits (B, T, V).
    optimizer
        One of PyTorch's, over the model's parameters.
    x, y : (B, T) tensors of int64
        Windows, and the tokens that follow.

    Returns
    -------
    loss : float
        Mean surprise at y before the step, in nats.
    """
    optimizer.zero_grad()
    z = model(x)  # (B, T, V)
    loss = F.cross_entropy(z.flatten(0, 1), y.flatten())
    loss.backward()
    optimizer.step()
    return loss.item()


@torch.no_grad()
def write(model, ids, n: int, T: int, generator, temperature: float = 0.8):
    """Write n tokens after a text, reading the last T each time.

    Parameters
    ----------
    model
        Turns ids (B, T) into logits (B, T, V).
    ids : (N,) of int
        The text so far, at least one token.
    n, T
        How many to write, and the model's context.
    generator : torch.Generator
        Draws the tokens.

    Returns
    -------
    ids : (N + n,) of int64
    """
    ids = torch.as_tensor(ids)
    for _ in range(n):
        z = model(ids[-T:][None])[0, -1]  # (V,)
        token = torch.multinomial(torch.softmax(z / temperature, -1), 1, generator=generator)
        ids = torch.cat([ids, token])
    return ids.numpy()
