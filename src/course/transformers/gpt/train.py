"""Training a GPT: batches, learning rates, steps, and the loss over a whole text.

Taught in *A small GPT*. A `Run` holds all that the next step depends on, so that a run which is
written to disk and read back goes on exactly as if nothing had happened.
"""

import math
import time
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from course.networks import optim
from course.transformers import tokens
from course.transformers.gpt import model as gpt
from course.transformers.gpt import parallel
from course.transformers.gpt.recipe import PLAIN, Recipe

__all__ = [
    "PLAIN",
    "Recipe",
    "Report",
    "Run",
    "evaluate",
    "fit",
    "flatten",
    "for_gpu",
    "low_precision",
    "pace",
]


class Report(NamedTuple):
    """What is known after a step: `loss` of its batch, `val` of the held-out text or None."""

    step: int
    steps: int
    loss: float
    val: float | None
    tokens_per_second: float
    seconds_left: float


class Run:
    """A model in training.

    Parameters
    ----------
    config, recipe
        What to build, and how to train it.
    ids : (N,) of int64
        The text to learn from.
    device
        "cpu" or "cuda"; on a GPU, matrix products are in bfloat16 and the loss is compiled.

    Attributes
    ----------
    model, step, losses
        The GPT; steps taken; the loss of each one's batch.
    best
        (loss, weights) of the best evaluation so far, or None.
    """

    def __init__(self, config: gpt.Config, recipe: Recipe, ids, *, device: str = "cpu"):
        if len(ids) <= config.context:
            raise ValueError(
                f"the text has {len(ids)} tokens, too few for one window of {config.context} and "
                "the token after it; take a longer text or a shorter context"
            )
        self.config, self.recipe, self.ids, self.device = config, recipe, ids, device
        self.model = gpt.GPT(config, recipe.seed).to(device)
        self.rates, self.decays, self.flat = flatten(self.model, recipe)
        loss = self.model.loss if device == "cpu" else for_gpu(self.model.loss)
        twins = [self.twin() for _ in range(1, recipe.threads if device == "cpu" else 1)]
        self.team = parallel.Team([parallel.Member(loss, self.flat), *twins])
        self.memory, self.step, self.losses, self.best = None, 0, [], None

    def twin(self) -> parallel.Member:
        """The model once more: the same weights in memory, gradients of its own."""
        model = gpt.GPT(self.config)
        *_, flat = flatten(model, self.recipe)
        for p, shared in zip(model.parameters(), self.model.parameters(), strict=True):
            p.data = shared.data
        return parallel.Member(model.loss, flat)

    def batch(self):
        """The windows of the next step: a function of the seed and the step's number alone."""
        rng = np.random.default_rng((self.recipe.seed, self.step))
        pair = tokens.batch(rng, self.ids, self.recipe.batch, self.config.context)
        return [torch.from_numpy(a).to(self.device) for a in pair]

    def advance(self) -> float:
        """Take one step: loss, gradient, clip, AdamW. Returns the loss of its batch."""
        loss = self.team.gradient(*self.batch())
        _check_finite(loss, self)
        grads, r = [p.grad for p in self.flat], self.recipe
        if r.clip:
            grads, _ = optim.clip_by_norm(grads, r.clip)
        lr = [rate * r.rate(self.step) for rate in self.rates]
        settings = {"beta1": r.beta1, "beta2": r.beta2, "weight_decay": self.decays}
        _, self.memory = optim.adamw(self.flat, grads, self.memory, lr=lr, **settings, inplace=True)
        self.step += 1
        self.losses.append(loss)
        return loss


def flatten(model, recipe: Recipe):
    """Lay the parameters that are trained alike end to end, in one vector.

    Each parameter becomes a view of its part of the vector, and its gradient of the vector's
    gradient: the optimizer then has 3 or 4 arrays to go through instead of some 20. Only what
    multiplies decays, the W of each affine map: a table's rows, biases and scales don't.

    Returns
    -------
    rates, decays : lists of float
        Learning rate and weight decay of each vector.
    flat : list of (n,) tensors
        The vectors, each with its `grad`.
    """
    groups = {}
    for name, p in model.named_parameters():
        table = name in ("E", "P", "earlier")
        rate = "lr_embed" if table else "lr_head" if name == "head.W" else "lr"
        groups.setdefault((rate, name.endswith(".W")), []).append(p)
    flat = []
    for group in groups.values():
        whole = torch.cat([p.detach().flatten() for p in group])
        whole.grad = torch.zeros_like(whole)
        sizes = [p.numel() for p in group]
        views = zip(group, whole.split(sizes), whole.grad.split(sizes), strict=True)
        for p, value, grad in views:
            p.data, p.grad = value.view_as(p), grad.view_as(p)
        flat.append(whole)
    rates = [getattr(recipe, rate) for rate, _ in groups]
    return rates, [recipe.weight_decay if decays else 0.0 for _, decays in groups], flat


def fit(run: Run, val=None, every: int = 100):
    """Train to the end of the recipe, step by step; stop whenever you like and keep the model.

    Parameters
    ----------
    run
        A run, new or continued.
    val : (N,) of int64, optional
        Held-out text, evaluated every `every` steps and at the end; the best is kept.

    Yields
    ------
    Report
        After each step.
    """
    begun, first = time.perf_counter(), run.step
    while run.step < run.recipe.steps:
        loss = run.advance()
        due = run.step % every == 0 or run.step == run.recipe.steps
        held_out = evaluate(run.model, val) if val is not None and due else None
        if held_out is not None and (run.best is None or held_out < run.best[0]):
            run.best = held_out, {k: p.clone() for k, p in run.model.state_dict().items()}
        pace = (time.perf_counter() - begun) / (run.step - first)  # seconds a step
        size = run.recipe.batch * run.config.context
        left = (run.recipe.steps - run.step) * pace
        yield Report(run.step, run.recipe.steps, loss, held_out, size / pace, left)


def pace(
    config: gpt.Config, recipe: Recipe, ids, *, seconds: float = 1.0, device: str = "cpu"
) -> float:
    """Measure the seconds that a step takes here and now, on a model that is thrown away.

    The median of the steps that fit into `seconds`, after three to warm up.
    """
    trial = Run(config, replace(recipe, steps=max(recipe.steps, 4)), ids, device=device)
    for _ in range(3):
        trial.advance()
    times, begun = [], time.perf_counter()
    limit = trial.recipe.steps
    while not times or (time.perf_counter() < begun + seconds and trial.step < limit):
        before = time.perf_counter()
        trial.advance()
        times.append(time.perf_counter() - before)
    return sorted(times)[len(times) // 2]


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
    ids = torch.as_tensor(ids)
    if len(ids) < 2:
        raise ValueError(f"a text of {len(ids)} tokens has no token to ask for; it needs two")
    n = (len(ids) - 1) // T * T  # the rest is a last, shorter window
    pairs = [ids[shift : n + shift].view(-1, T).split(batch) for shift in (0, 1)]
    windows = list(zip(*pairs, strict=True))
    if n < len(ids) - 1:
        windows.append((ids[n:-1][None], ids[n + 1 :][None]))
    total = 0.0
    for x, y in windows:
        with low_precision(device.type):
            z = model(x.to(device))
        total += F.cross_entropy(
            z.float().flatten(0, 1), y.to(device).flatten(), reduction="sum"
        ).item()
    return total / (len(ids) - 1)


def for_gpu(loss, device: str = "cuda", **options):
    """A model's loss as a GPU likes it: compiled, with its matrix products in bfloat16."""
    return torch.autocast(device, torch.bfloat16)(torch.compile(loss, **options))


def low_precision(device: str):
    """Matrix products in bfloat16 on a GPU; as they are on a CPU."""
    return torch.autocast(device, torch.bfloat16, enabled=device != "cpu")


def _check_finite(loss, run):
    """Refuse to step on a loss that is no number; the weights are still those that led there."""
    if not math.isfinite(loss):
        raise ValueError(
            f"the loss is {loss} after {run.step} steps: training has blown up; "
            f"lower the learning rates {run.rates}, or raise clip or warmup"
        )
