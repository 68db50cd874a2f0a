"""The speed-run goes from the customary recipe to the modern one, one change at a time."""

import itertools

import numpy as np
import pytest

from course.transformers.gpt import model as gpt
from course.transformers.gpt import speedrun, train

SIZES = {"vocab": 7, "context": 8, "layers": 1, "heads": 2, "width": 16}


def test_it_begins_with_the_customary_recipe_and_ends_with_the_modern_one():
    first, recipe = speedrun.settings(speedrun.ROWS[0], SIZES, 100)
    assert first == gpt.Config(**SIZES)
    assert recipe == train.Recipe(**{**train.PLAIN, "steps": 100, "warmup": 5})
    last, recipe = speedrun.settings(speedrun.ROWS[-1], SIZES, 100)
    assert last == gpt.Config(**SIZES, **gpt.MODERN)
    assert recipe == train.Recipe(steps=100)


def test_every_row_changes_something():
    settings = [speedrun.settings(row, SIZES, 100) for row in speedrun.ROWS]
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


def test_by_hand_is_the_same_training():
    text = np.random.default_rng(0).permutation(np.tile(np.arange(7), 60))
    rows = speedrun.ROWS
    losses = []
    for row in rows[-2:]:
        config, recipe = speedrun.settings(row, SIZES, 5)
        run = train.Run(config, recipe, text)
        losses.append([run.advance() for _ in range(5)])
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
