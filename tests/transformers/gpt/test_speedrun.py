"""The speed-run goes from the customary recipe to the modern one, one change at a time."""

import itertools

import numpy as np
import pytest

from course.transformers.gpt import speedrun
from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.recipe import PLAIN, Recipe
from course.transformers.gpt.run import Run

SIZES = {"vocab": 7, "context": 8, "layers": 1, "heads": 2, "width": 16}


def test_it_begins_with_the_customary_recipe_and_ends_with_the_modern_one():
    first, recipe = speedrun.settings(speedrun.ROWS[0], SIZES, 100)
    assert first == Config(**SIZES)
    assert recipe == Recipe(**{**PLAIN, "steps": 100, "warmup": 5})
    last, recipe = speedrun.settings(speedrun.ROWS[-1], SIZES, 100)
    assert last == Config(**SIZES, **MODERN)
    assert recipe == Recipe(steps=100)


def test_every_row_changes_something():
    settings = [(*speedrun.settings(row, SIZES, 100), row.fast) for row in speedrun.ROWS]
    assert all(a != b for a, b in itertools.pairwise(settings))
    assert len({row.name for row in speedrun.ROWS}) == len(speedrun.ROWS)


def test_rows_can_be_run_and_repeated():
    text = np.tile(np.arange(7), 60)
    runs = [
        list(speedrun.speed_run(text, text[:50], SIZES, steps=8, rows=speedrun.ROWS[:3]))
        for _ in range(2)
    ]
    assert [m.row.name for m in runs[0]] == [row.name for row in speedrun.ROWS[:3]]
    assert [m.loss for m in runs[0]] == [m.loss for m in runs[1]]
    assert all(m.seconds > 0 for m in runs[0])


def test_fast_is_the_same_training():
    text = np.random.default_rng(0).permutation(np.tile(np.arange(7), 60))
    losses = []
    for row in speedrun.ROWS[-2:]:
        run = Run(*speedrun.settings(row, SIZES, 5), text, fast=row.fast)
        losses.append([run.advance() for _ in range(5)])
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
