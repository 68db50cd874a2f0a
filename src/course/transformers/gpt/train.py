"""Training a GPT: batches, groups of parameters, the loop, and the loss over a whole text.

Taught in *A small GPT*. `fit` is the loop as it stands in every tutorial. What must survive a kill
is a `run.Run`, and what makes it fast is in `fast`; both go through this loop.
"""

import math
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from course.networks import optim
from course.transformers import tokens
from course.transformers.gpt.recipe import Recipe
from course.words import say


class Step(NamedTuple):
    """What is known after a step: its number, counted from 1, and the loss of its batch."""

    step: int
    loss: float


def batch(ids, recipe: Recipe, T: int, step: int):
    """The windows of a step: a function of the text, the seed and the step's number alone.

    Returns
    -------
    x, y : (B, T) tensors of int64
        Windows, and the tokens that follow: see `tokens.batch`.
    """
    rng = np.random.default_rng((recipe.seed, step))
    x, y = tokens.batch(rng, ids, recipe.batch, T)
    return torch.from_numpy(x), torch.from_numpy(y)


def groups(model, recipe: Recipe) -> list[dict]:
    """Sort the parameters into groups that share a learning rate and a weight decay.

    Only what multiplies decays, the W of each affine map: a table's rows, biases and scales don't.

    Returns
    -------
    list of dict
        "params", "lr" and "weight_decay", as PyTorch's optimizers take them.
    """
    found = {}
    for name, p in model.named_parameters():
        table = name in ("E", "P", "earlier")
        lr = "lr_embed" if table else "lr_head" if name == "head.W" else "lr"
        found.setdefault((lr, name.endswith(".W")), []).append(p)
    return [
        {
            "params": params,
            "lr": getattr(recipe, lr),
            "weight_decay": recipe.weight_decay if decays else 0.0,
        }
        for (lr, decays), params in found.items()
    ]


class AdamW:
    """`optim.adamw` with the two methods of PyTorch's optimizers, and clipping.

    PyTorch's own, once called, spends seconds on importing a compiler that isn't used here.

    Parameters
    ----------
    groups
        As `groups` makes them.
    recipe
        Says beta1, beta2 and clip, the longest gradient allowed.
    """

    def __init__(self, groups: list[dict], recipe: Recipe):
        each = [
            (p, group["lr"], group["weight_decay"]) for group in groups for p in group["params"]
        ]
        self.params, self.rates, self.decays = zip(*each, strict=True)
        self.betas = {"beta1": recipe.beta1, "beta2": recipe.beta2}
        self.clip, self.memory = recipe.clip, None

    def zero_grad(self):
        """Forget the gradients of the step before."""
        for p in self.params:
            p.grad = None

    def step(self, rate: float):
        """Move every parameter, at this part of its full learning rate."""
        grads = [p.grad for p in self.params]
        if self.clip:
            grads, _ = optim.clip_by_norm(grads, self.clip)
        settings = {"lr": [rate * lr for lr in self.rates], "weight_decay": self.decays}
        _, self.memory = optim.adamw(
            self.params, grads, self.memory, **settings, **self.betas, inplace=True
        )


def fit(model, ids, recipe: Recipe, *, optimizer=None, first: int = 0, batch=batch):
    """Train step by step to the end of the recipe; stop whenever you like and keep the model.

    Parameters
    ----------
    model : GPT
        Is changed: after each step it has learnt that much.
    ids : (N,) of int64
        The text to learn from.
    recipe
        How many steps, how long, on which batches.
    optimizer : AdamW, optional
        One that is in use already, for a run that goes on at step `first`.
    batch
        What to ask at a step, a function like `batch`.

    Yields
    ------
    Step
        After each step.

    Raises
    ------
    ValueError
        If the text is too short for a window, or the loss is no number any more.
    """
    check_text(ids, model.config)
    optimizer = optimizer or AdamW(groups(model, recipe), recipe)
    for step in range(first, recipe.steps):
        x, y = (a.to(model.device) for a in batch(ids, recipe, model.config.context, step))
        optimizer.zero_grad()
        loss = model.loss(x, y)
        loss.backward()
        _check_finite(loss.item(), step, optimizer)
        optimizer.step(recipe.rate(step))
        yield Step(step + 1, loss.item())


@torch.no_grad()
def evaluate(model, ids, T: int | None = None, batch: int = 32) -> float:
    """Average surprise over a whole text, in nats a token.

    The text is cut into windows of T, each read afresh; every token but the first is asked for
    once. Divide by ln 2 for bits.

    Parameters
    ----------
    model
        Anything that turns ids (B, T) into logits (B, T, V).
    ids : (N,) of int64
        A text.
    T
        Length of a window; by default the model's context.
    """
    T = T or model.config.context
    device = next(model.parameters()).device
    ids = torch.as_tensor(ids, device=device)
    if len(ids) < 2:
        sentence = "a text of length {n} has no token to ask for; it needs two tokens"
        raise ValueError(say(sentence, n=len(ids)))
    n = (len(ids) - 1) // T * T  # the rest is a last, shorter window
    pairs = [ids[shift : n + shift].view(-1, T).split(batch) for shift in (0, 1)]
    windows = list(zip(*pairs, strict=True))
    if n < len(ids) - 1:
        windows.append((ids[n:-1][None], ids[n + 1 :][None]))
    total = 0.0
    for x, y in windows:
        z = model(x).float()  # (B, T, V)
        total += F.cross_entropy(z.flatten(0, 1), y.flatten(), reduction="sum").item()
    return total / (len(ids) - 1)


def check_text(ids, config):
    """Refuse a text without a single window."""
    if len(ids) <= config.context:
        raise ValueError(
            say(
                "the tokens of the text, {n}, are too few for one window of {context} and the "
                "token after it; take a longer text or a shorter context",
                n=len(ids),
                context=config.context,
            )
        )


def _check_finite(loss, step, optimizer):
    """Refuse to step on a loss that is no number; the weights are still those that led there."""
    if not math.isfinite(loss):
        rates = sorted(set(optimizer.rates))
        raise ValueError(
            say(
                "the loss is {loss} after {step} steps: training has blown up; lower the learning "
                "rates {rates}, or raise clip or warmup",
                loss=loss,
                step=step,
                rates=", ".join(map(str, rates)),
            )
        )
