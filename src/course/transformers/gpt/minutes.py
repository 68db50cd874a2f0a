"""Which model, trained how, for how many minutes: what `course train` decides by itself."""

import math

from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.fast.team import threads_for
from course.transformers.gpt.recipe import Recipe

SIZES = (
    (0.4, {"layers": 1, "heads": 2, "width": 64, "context": 64}),
    (1.5, {"layers": 2, "heads": 2, "width": 96, "context": 128}),
    (10, {"layers": 3, "heads": 2, "width": 128, "context": 128}),
    (math.inf, {"layers": 6, "heads": 3, "width": 192, "context": 256}),
)  # up to so many minutes, this size: a larger model learns more from each step, and pays later
TOKENS = {"cpu": 1024, "cuda": 16384}  # in a step: few and often, where a step costs little
EVALUATIONS = 10  # in a run; fewer where they would take more than a tenth of its time


def settings(minutes: float, V: int, device: str, *, batch=None, seed: int = 0, **sizes):
    """Choose a model for a time, and a recipe but for its number of steps: see `plan`.

    Parameters
    ----------
    minutes
        The time there is.
    V
        Size of the vocabulary.
    device
        "cpu" or "cuda".
    batch, sizes
        layers, heads, width and context; None where the choice is free.
    seed
        Of weights and batches.

    Returns
    -------
    Config, Recipe
    """
    size = dict(next(size for limit, size in SIZES if minutes <= limit))
    size |= {name: n for name, n in sizes.items() if n is not None}
    config = Config(V, **MODERN, **size)
    batch = batch or max(1, TOKENS[device] // config.context)
    return config, Recipe(
        batch=batch,
        seed=seed,
        lr=min(5e-3, 0.35 / config.width),
        lr_embed=2e-2,
        weight_decay=0.2,  # minutes are long enough to learn a small text by heart
        threads=threads_for(batch, config.context),
    )


def plan(seconds: float, step: float, held_out: float) -> tuple[int, int]:
    """Fill the time with steps and evaluations, one of them at the very end.

    Parameters
    ----------
    seconds
        The time there is.
    step
        Seconds of a step: a third of it forward, the rest backward.
    held_out
        Length of the held-out text in batches, which an evaluation runs forward.

    Returns
    -------
    steps, every
        Number of steps, and of those from one evaluation to the next.
    """
    evaluation = held_out * step / 3
    n = min(EVALUATIONS, max(1, int(seconds / 10 / evaluation)))
    steps = max(20, int((seconds - (n + 1) * evaluation) / step))
    return steps, math.ceil(steps / n)
