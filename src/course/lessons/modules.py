"""How a check looks into a learner's `torch.nn.Module`, and moves its parameters."""

from collections.abc import Iterable

import numpy as np
import torch

from course.words import later, say

WANTED = later("those that are asked for")


def fitted(module, reference, weights) -> str:
    """Give a module the weights, by name; say what is wrong with its parameters, else `WANTED`."""
    got, want = (dict(m.double().named_parameters()) for m in (module, reference))
    if got.keys() != want.keys():
        lacks, has = _few(want.keys() - got.keys()), _few(got.keys() - want.keys())
        if lacks and has:
            return say("without {lacks}; with {has}", lacks=lacks, has=has)
        return say("without {lacks}", lacks=lacks) if lacks else say("with {has}", has=has)
    for name, p in got.items():
        if p.shape != want[name].shape:
            shapes = {"got": tuple(p.shape), "wanted": tuple(want[name].shape)}
            return say("{name} of {got} and not {wanted}", name=name, **shapes)
        p.data = torch.tensor(weights[name])
    return WANTED


def _few(names: Iterable[str]) -> str:
    """The first of some names."""
    return ", ".join(sorted(names)[:4])


def drawn(module, seed) -> dict:
    """Weights for each parameter of a module, such as no initialization draws."""
    rng = np.random.default_rng(seed)
    return {n: 0.6 * rng.standard_normal(p.shape) for n, p in module.named_parameters()}


class Descent:
    """Gradient descent with the two methods of PyTorch's optimizers."""

    def __init__(self, model, lr):
        self.model, self.lr = model, lr

    def zero_grad(self, *, set_to_none=True):
        for p in self.model.parameters():
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p in self.model.parameters():
            if p.grad is not None:
                p -= self.lr * p.grad
