"""A function with a derivative of its own: softplus, ln(1 + eᶻ), that survives z = 1000.

Taught in *PyTorch*. As `torch.nn.functional.softplus`.
"""

import torch


class Softplus(torch.autograd.Function):
    """ln(1 + eᶻ), whose slope is the sigmoid of z; use it as `Softplus.apply(z)`.

    ln(1 + eᶻ) = max(z, 0) + ln(1 + e⁻ᶻ) for z ≥ 0 and, with |z| in the exponent, for all z: no
    exponential exceeds 1. Autograd would differentiate these parts one by one; here the slope is
    given as a formula.
    """

    @staticmethod
    def forward(ctx, z):
        ctx.save_for_backward(z)
        return z.clamp(min=0) + torch.log1p(torch.exp(-z.abs()))

    @staticmethod
    def backward(ctx, dy):
        (z,) = ctx.saved_tensors
        return dy * torch.sigmoid(z)
