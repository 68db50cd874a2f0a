"""Parts of the GPT written for speed: the same values in fewer passes.

Two have their backward passes by hand. Left to itself, PyTorch records every small operation and
walks each of them back, one array of the batch's size after another. A derivative worked out on
paper needs one or two. The derivations are those of *Backpropagation* and *Initialization*.
"""

import torch
import torch.nn.functional as F
from torch.autograd import Function

from course.transformers.gpt import model
from course.transformers.gpt.model import EPS


def fuse(gpt: model.GPT) -> model.GPT:
    """Give each part of a GPT the faster methods of its sibling here; returns the same GPT."""
    for part in gpt.modules():
        part.__class__ = FASTER.get(type(part), type(part))
    return gpt


class GPT(model.GPT):
    """Looks back in one table instead of one for each tap."""

    def look_back(self, ids):
        """Add up the embeddings of the tokens before each; row V stands for no token."""
        taps, V = self.config.taps, self.config.vocab
        before = F.pad(ids, (taps, 0), value=V)[:, :-1].unfold(1, taps, 1)  # (B, T, taps)
        before = before + torch.arange(taps, device=ids.device) * (V + 1)
        return F.embedding(before, self.earlier.flatten(0, 1)).sum(2)  # (B, T, C)


class Attention(model.Attention):
    """Normalises and turns queries and keys together, turns as products of complex numbers."""

    def project(self, x, turn=None):
        """Queries, keys and values of all heads, each (B, H, T, D)."""
        if turn is None and not self.config.qk_norm:
            return super().project(x)
        qkv = self.qkv(x).unflatten(-1, (3, self.config.heads, -1))  # (B, T, 3, H, D)
        qk, v = qkv[:, :, :2], qkv[:, :, 2]
        if self.config.qk_norm:
            qk = rms_norm(qk)
        if turn is not None:
            qk = rotate(qk, torch.complex(*turn)[:, None, None])  # (T, 1, 1, D/2)
        return *qk.permute(2, 0, 3, 1, 4).unbind(), v.transpose(1, 2)


class MLP(model.MLP):
    """Has the backward pass of its squared ReLU by hand."""

    def forward(self, x):
        f = relu2 if self.f is model.relu2 else self.f
        return self.down(f(self.up(x)))


class Norm(model.Norm):
    """Has the backward pass of the root mean square by hand."""

    def forward(self, x):
        return super().forward(x) if self.layer else rms_norm(x)


FASTER = {model.GPT: GPT, model.Attention: Attention, model.MLP: MLP, model.Norm: Norm}


class RMSNorm(Function):
    """y = x r with r = 1/√(mean x² + ε); dx = r (dy − y mean(dy y))."""

    @staticmethod
    def forward(ctx, x):
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)  # (..., 1)
        r = (length.square() / x.shape[-1] + EPS).rsqrt()
        y = x * r
        ctx.save_for_backward(y, r)
        return y

    @staticmethod
    def backward(ctx, dy):
        y, r = ctx.saved_tensors
        along = (dy * y).mean(-1, keepdim=True)  # what would change the length: it is taken out
        return torch.addcmul(dy, y, along, value=-1).mul_(r)


class SquaredReLU(Function):
    """y = max(x, 0)²; dx = 2 max(x, 0) dy."""

    @staticmethod
    def forward(ctx, x):
        r = F.relu(x)
        ctx.save_for_backward(r)
        return r * r

    @staticmethod
    def backward(ctx, dy):
        (r,) = ctx.saved_tensors
        return (dy * r).mul_(2)


def rms_norm(x):
    """x / √(mean x² + ε), over the last axis."""
    return RMSNorm.apply(x)


def relu2(x):
    """max(x, 0)²."""
    return SquaredReLU.apply(x)


def rotate(x, turn):
    """Turn each pair of neighbouring entries of x (B, T, 2, H, D): multiply by e^{iθ}."""
    exact = x if x.dtype == torch.float64 else x.float()
    pairs = torch.view_as_complex(exact.unflatten(-1, (-1, 2)))
    return torch.view_as_real(pairs * turn).flatten(-2).type_as(x)
