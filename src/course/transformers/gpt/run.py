"""A training run that can be stopped at any step and goes on as if nothing had happened.

It goes through the loop of `train.fit`, step by step, and holds all that the next step depends
on; `checkpoint` writes it to disk and reads it back. Used by `course train`.
"""

import contextlib
import signal
import time
from dataclasses import replace
from typing import NamedTuple

import torch

from course.transformers.gpt import train
from course.transformers.gpt.config import Config
from course.transformers.gpt.model import GPT
from course.transformers.gpt.recipe import Recipe
from course.words import say


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
        "cpu" or "cuda".
    fast
        Train with what is in `fast`: the same numbers, but for their last digits. On a GPU,
        matrix products are in bfloat16 then.

    Attributes
    ----------
    model, step, losses
        The GPT; steps taken; the loss of each one's batch.
    stand_in, optimizer
        What the loop is given: the model itself, unless `fast` puts something in its place.
    best
        (loss, weights) of the best evaluation so far, or None.
    """

    def __init__(
        self, config: Config, recipe: Recipe, ids, *, device: str = "cpu", fast: bool = False
    ):
        train.check_text(ids, config)
        self.config, self.recipe, self.ids, self.fast = config, recipe, ids, fast
        self.model = self.stand_in = GPT(config, recipe.seed).to(device)
        if fast:
            self.stand_in, self.optimizer = _speed_up(self.model, recipe)
        else:
            self.optimizer = train.AdamW(train.groups(self.model, recipe), recipe)
        self.step, self.losses, self.best = 0, [], None

    def advance(self) -> float:
        """Take one step of the loop; returns the loss of its batch."""
        _check_left(self)
        own = {"optimizer": self.optimizer, "first": self.step}
        self.step, loss = next(train.fit(self.stand_in, self.ids, self.recipe, **own))
        self.losses.append(loss)
        return loss

    def evaluate(self, val) -> float:
        """The loss on held-out text; its weights are kept if they are the best so far."""
        device = self.model.device.type
        with torch.autocast(device, torch.bfloat16, enabled=self.fast and device != "cpu"):
            loss = train.evaluate(self.model, val)
        if self.best is None or loss < self.best[0]:
            self.best = loss, {k: p.clone() for k, p in self.model.state_dict().items()}
        return loss


def follow(run: Run, val=None, every: int = 100):
    """Train to the end of the recipe, step by step; stop whenever you like.

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
        held_out = run.evaluate(val) if val is not None and due else None
        pace = (time.perf_counter() - begun) / (run.step - first)  # seconds a step
        size = run.recipe.batch * run.config.context
        left = (run.recipe.steps - run.step) * pace
        yield Report(run.step, run.recipe.steps, loss, held_out, size / pace, left)


@contextlib.contextmanager
def stopping():
    """Turn Ctrl-C into an entry of the list given: a step that has begun is always finished."""
    stop = []

    def ask(*_):
        if stop:  # asked twice: what was saved last has to do
            raise KeyboardInterrupt
        stop.append(True)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def pace(config: Config, recipe: Recipe, ids, *, seconds: float = 1.0, **options) -> float:
    """Measure the seconds that a step takes here and now, on a model that is thrown away.

    The median of the steps that fit into `seconds`, after three to warm up; options as of `Run`.
    """
    trial = Run(config, replace(recipe, steps=max(recipe.steps, 4)), ids, **options)
    for _ in range(3):
        trial.advance()
    times, begun = [], time.perf_counter()
    limit = trial.recipe.steps
    while not times or (time.perf_counter() < begun + seconds and trial.step < limit):
        before = time.perf_counter()
        trial.advance()
        times.append(time.perf_counter() - before)
    return sorted(times)[len(times) // 2]


def _speed_up(model, recipe):
    """What stands in for the model in the loop, and its optimizer: see `fast.speed_up`."""
    from course.transformers.gpt import fast  # here, so that a plain run does without the folder

    return fast.speed_up(model, recipe)


def _check_left(run):
    """Refuse a step beyond the last."""
    if run.step >= run.recipe.steps:
        raise ValueError(say("all {steps} steps of this run are taken", steps=run.recipe.steps))
