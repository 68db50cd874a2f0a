"""Parts of the GPT written for speed: the same values in fewer passes.

Two have their backward passes by hand. Left to itself, PyTorch records every small operation and
walks each of them back, one array of the batch's size after another. A derivative worked out on
paper needs one or two. Taught in *A small GPT*; the derivations are those of
*Backpropagation* and *Initialization*.
"""

import torch
import torch.nn.functional as F
from torch.autograd import Function

FEW = 4096  # numbers for which PyTorch's GELU prepares itself longer than it computes
EPS = torch.finfo(torch.float32).eps


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
    """x / √(mean x²), over the last axis."""
    return RMSNorm.apply(x) if x.requires_grad else F.rms_norm(x, x.shape[-1:], eps=EPS)


def gelu(x):
    """x Φ(x), where Φ is the normal distribution's: PyTorch's, except for a few tokens."""
    if x.numel() > FEW or x.requires_grad:
        return F.gelu(x)
    half = 0.5 * x
    return torch.addcmul(half, half, torch.erf(0.5**0.5 * x))


def relu2(x):
    """max(x, 0)²."""
    return SquaredReLU.apply(x)
