"""A recipe's rates: short, long, linear, cosine; and recipes that are refused."""

import math

import numpy as np
import pytest

from course.transformers.gpt.recipe import PLAIN, Recipe


def test_rates_rise_stay_and_fall():
    r = Recipe(steps=100, warmup=10, cooldown=0.5, final=0.1)
    rates = [r.rate(t) for t in range(100)]
    assert np.all(np.diff(rates[:11]) > 0)
    assert rates[10:50] == [1.0] * 40
    assert np.all(np.diff(rates[51:]) < 0)
    assert 0.1 < rates[-1] < 0.13


def test_the_cosine_is_the_customary_one():
    r = Recipe(**PLAIN)
    for t in (0, 50, 100, 700, 1999):
        part = (t - 100) / 1900
        cosine = 0.1 + 0.9 * (1 + math.cos(math.pi * part)) / 2
        assert r.rate(t) == pytest.approx((t + 1) / 101 if t < 100 else cosine)


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_short_runs_have_rates_too(steps):
    for schedule in ("linear", "cosine"):
        r = Recipe(steps=steps, schedule=schedule)
        assert all(0 < r.rate(t) <= 1 for t in range(steps))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"steps": 0}, "steps is 0"),
        ({"schedule": "steps"}, "'linear' or 'cosine'"),
        ({"cooldown": 1.2}, "from 0 to 1"),
        ({"clip": -1.0}, "negative"),
        ({"threads": 0}, "threads is 0; allowed is from 1 to the batch, 12"),
        ({"threads": 13}, "threads is 13"),
    ],
)
def test_recipes_that_are_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        Recipe(**wrong)
