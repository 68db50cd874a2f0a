"""The minutes that were asked for are filled, and not much more."""

import math

import pytest

from course.transformers.gpt import minutes


@pytest.mark.parametrize("seconds", [15, 30, 90, 180, 3600])
@pytest.mark.parametrize("step", [0.001, 0.02, 0.1])
@pytest.mark.parametrize("held_out", [1, 100, 1000])
def test_steps_and_evaluations_fill_the_minutes(seconds, step, held_out):
    """An evaluation runs forward alone, a third of a step for each batch of held-out text."""
    steps, every = minutes.plan(seconds, step, held_out)
    evaluation = held_out * step / 3
    times = math.ceil(steps / every)  # every so many steps, and at the end
    spent = steps * step + (times + 1) * evaluation  # and once more for the best model
    assert spent <= seconds or steps == 20
    assert spent >= 0.98 * seconds - step - evaluation or steps == 20
    assert 1 <= times <= 10
    assert times == 1 or times * evaluation <= seconds / 10


def test_a_longer_time_takes_a_larger_model_and_wishes_come_first():
    configs = [minutes.settings(m, 64, "cpu")[0] for m in (0.1, 1, 5, 60)]
    widths = [c.width for c in configs]
    assert widths == sorted(set(widths))
    wish, recipe = minutes.settings(60, 64, "cpu", layers=2, width=None, batch=3, seed=5)
    assert (wish.layers, wish.width) == (2, configs[-1].width)
    assert (recipe.batch, recipe.seed) == (3, 5)
