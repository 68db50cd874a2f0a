"""What each modern trick buys: the standard recipe, changed one thing at a time.

Taught in *A small GPT*. Every row keeps the changes of the rows before it.
"""

import time
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from course.transformers.gpt import train
from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.recipe import PLAIN, Recipe
from course.transformers.gpt.run import Run, follow
from course.words import later


@dataclass(frozen=True)
class Row:
    """One change: fields of `Config` and of `Recipe` that take new values, or the fast parts."""

    name: str
    config: dict = field(default_factory=dict)
    recipe: dict = field(default_factory=dict)
    fast: bool = False


ROWS = (
    Row(later("the standard recipe")),
    Row(
        later("three times the learning rate"), {}, {"lr": 3e-3, "lr_head": 3e-3, "lr_embed": 3e-3}
    ),
    Row(
        later("at full rate sooner, then straight down to almost zero"),
        {},
        {"schedule": "linear", "cooldown": 0.65, "final": 0.02, "warmup": 0},
    ),
    Row(
        later("Adam forgets sooner; no weight decay, no clipping"),
        {},
        {"beta1": 0.85, "weight_decay": 0.0, "clip": 0.0},
    ),
    Row(later("RMS norm, no biases"), {"norm": "rms", "bias": False}),
    Row(later("rotary positions"), {"positions": "rotary"}),
    Row(later("queries and keys normalised"), {"qk_norm": True}),
    Row(later("squared ReLU"), {"activation": "relu2"}),
    Row(later("a head of its own"), {"tied": False}),
    Row(
        later("rates of their own for head and embeddings"),
        {},
        {"lr": 5e-3, "lr_head": 1e-2, "lr_embed": 6e-2},
    ),
    Row(later("each matrix drawn from N(0, 1/n)"), {"init": "fan_in"}),
    Row(later("head and last maps start at zero"), {"zero_init": True}),
    Row(later("embeddings of the tokens before"), {"taps": MODERN["taps"]}),
    Row(later("backward passes by hand, parameters end to end"), fast=True),
)


class Measured(NamedTuple):
    """A row, the loss on the held-out text, and the seconds that its training took."""

    row: Row
    loss: float
    seconds: float


def settings(row: Row, sizes: dict, steps: int, rows=ROWS) -> tuple[Config, Recipe]:
    """Config and recipe of a row: its own changes and those of all rows before it.

    Parameters
    ----------
    sizes
        vocab, context, layers, heads, width.
    steps
        Length of the run.
    """
    config, recipe = dict(sizes), {**PLAIN, "steps": steps, "warmup": steps // 20}
    for earlier in rows[: rows.index(row) + 1]:
        config |= earlier.config
        recipe |= earlier.recipe
    return Config(**config), Recipe(**recipe)


def speed_run(ids, val, sizes: dict, *, steps: int = 200, rows=ROWS, seed: int = 0):
    """Train once for each row, all for the same number of steps on the same batches.

    Parameters
    ----------
    ids, val : (N,) of int64
        Text to learn from, and held-out text.
    sizes, steps
        See `settings`.
    seed
        Draws the weights and the batches, alike for all rows.

    Yields
    ------
    Measured
        One row after the other.
    """
    for row in rows:
        config, recipe = settings(row, sizes, steps, rows)
        begun = time.process_time()
        run = Run(config, replace(recipe, seed=seed), ids, fast=row.fast)
        for _ in follow(run):
            pass
        seconds = time.process_time() - begun
        yield Measured(row, train.evaluate(run.model, val), seconds)
