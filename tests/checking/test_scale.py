"""A factor is told as one, and as the length of an axis only where nothing else explains it."""

import numpy as np
import pytest

from course.checking import Case, Exercise, Law, source


def total(x):
    """The sum of squares of each column."""
    return (x**2).sum(axis=0)


def exercise(*shapes, laws=()):
    return Exercise(
        reference=source.copy(total),
        cases=[Case.random(lambda rng, s=s: (rng.normal(size=s),), says=f"x {s}") for s in shapes],
        laws=laws,
        mistakes=[],
        hints=["?"],
    )


@pytest.mark.parametrize("factor", [2, 5, 0.5, 7, 1 / 7])
def test_a_constant_is_no_axis_even_if_one_has_its_length(factor):
    told = exercise((5, 7), (7, 2), (2, 5)).examine(lambda x: factor * total(x)).text
    assert told == f"Every entry of your result is {factor:.4g} times the right one."


def test_an_axis_is_named_where_the_factor_follows_it():
    told = exercise((2, 3), (5, 3), (4, 6)).examine(lambda x: total(x) / len(x)).text
    assert told.endswith("0.5 times the right one. That is 1/2, with 2 the length of axis 0 of x.")


def test_one_shape_alone_names_an_axis_only_if_it_is_large_and_the_only_one():
    mean = lambda x: (x**2).mean(axis=0)  # noqa: E731
    assert "axis 0 of x" in exercise((7, 3)).examine(mean).text
    assert "axis" not in exercise((7, 7)).examine(mean).text
    assert "axis" not in exercise((2, 3)).examine(mean).text


def test_a_single_number_has_a_factor_only_if_every_case_has_it():
    size = Exercise(
        reference=source.copy(squared),
        cases=[
            Case.hand((np.array([1.0, 2.0]),), 5.0),
            Case.random(lambda rng: rng.normal(size=3)),
        ],
        mistakes=[],
        hints=["?"],
    )
    assert size.examine(lambda x: 3 * squared(x)).text == (
        "Your result is 15; 5 is right. In every case yours is 3 times the right one."
    )
    assert size.examine(lambda x: -squared(x)).text.endswith("the sign is wrong.")
    assert "every case" not in size.examine(lambda x: squared(x) + 1).text


def squared(x):
    """Its length, squared."""
    return x @ x


def test_the_factor_comes_before_a_law_that_it_breaks():
    law = Law("it is known in one case", lambda f, rng: np.allclose(f(np.ones((2, 2))), 2))
    told = exercise((5, 7), (3, 4), laws=[law]).examine(lambda x: 2 * total(x))
    assert told.text.startswith("Every entry of your result is 2 times")
    other = exercise((5, 7), (3, 4), laws=[law]).examine(lambda x: total(x) + x[0])
    assert other.stage == "law"
