"""AdamW on a few long vectors: parameters that are trained alike lie end to end in memory."""

import torch

from course.transformers.gpt import train


class AdamW(train.AdamW):
    """The same steps; the optimizer has 3 or 4 arrays to go through instead of some 20.

    Parameters
    ----------
    groups
        Each is laid end to end: see `flatten`.
    """

    def __init__(self, groups: list[dict], recipe):
        super().__init__([{**g, "params": [flatten(g["params"])]} for g in groups], recipe)

    def zero_grad(self):
        """Zero the gradients where they are: those of the parameters are views of them."""
        for p in self.params:
            p.grad.zero_()


def flatten(params: list):
    """Lay parameters end to end.

    Each becomes a view of its part of one vector, and its gradient of the vector's gradient.

    Returns
    -------
    whole : (n,) tensor
        The vector, with its `grad`.
    """
    whole = torch.cat([p.detach().flatten() for p in params])
    whole.grad = torch.zeros_like(whole)
    sizes = [p.numel() for p in params]
    views = zip(params, whole.split(sizes), whole.grad.split(sizes), strict=True)
    for p, value, grad in views:
        p.data, p.grad = value.view_as(p), grad.view_as(p)
    return whole
