"""What draws obeys the laws of drawing, though no bank says so."""

import dataclasses

import numpy as np
import pytest
from samples import is_sentence

from course.checking import Case, Exercise, source


def noise(rng, n):
    """n draws."""
    return rng.standard_normal(n)


def spread(answer, rng, n):
    """What is the same for all right draws: their number."""
    return {"number of draws": len(answer(rng, n))}


drawing = Exercise(
    reference=source.copy(noise),
    probe=spread,
    cases=[Case.hand((np.random.default_rng(1), 4), {"number of draws": 4}, says="n = 4")],
    mistakes=[],
    hints=["?"],
)
directly = dataclasses.replace(
    drawing,
    probe=None,
    cases=[Case.random(lambda rng: (rng.spawn(1)[0], 4), says="n = 4")],
)


def copied(rng, n):
    return np.random.Generator(type(rng.bit_generator)(rng.bit_generator.seed_seq)).random(n)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda rng, n: np.random.standard_normal(n), "the same seed (n = 4)"),  # noqa: NPY002
        (lambda rng, n: np.random.default_rng().standard_normal(n), "Draw from `rng` alone"),
        (lambda rng, n: rng.random(n) + np.random.rand(), "not from np.random"),  # noqa: NPY002
        (lambda rng, n: np.random.default_rng(0).random(n), "Generators of 8 seeds (n = 4)"),
        (lambda rng, n: np.zeros(n), "all gave the same"),
        (copied, "Called 8 times with one rng"),
    ],
)
def test_who_does_not_draw_from_rng_is_told(answer, words):
    verdict = drawing.examine(answer)
    assert (verdict.state, verdict.stage) == ("wrong", "law"), str(verdict)
    assert words in verdict.text
    assert is_sentence(verdict.text)


def test_right_draws_of_any_kind_are_done():
    for answer in (
        noise,
        lambda rng, n: rng.random(n),
        lambda rng, n: [rng.normal() for _ in range(n)],
    ):
        verdict = drawing.examine(answer)
        assert verdict.state == "done", str(verdict)
        assert "2 laws" in verdict.text
    assert directly.examine(noise).state == "done"


def test_laws_of_drawing_hold_where_a_result_is_compared_directly():
    assert len(directly.every_law) == 2
    assert directly.examine(lambda rng, n: np.random.default_rng().random(n)).state == "wrong"


def test_what_cannot_differ_is_not_asked_to():
    same = dataclasses.replace(
        drawing,
        reference=source.copy(first),
        probe=None,
        cases=[Case.hand((np.random.default_rng(1), [3.0]), 3.0, says="one to choose from")],
    )
    assert same.examine(first).state == "done"


def first(rng, xs):
    """One of xs."""
    return xs[rng.integers(len(xs))]
