"""What is seen of an answer before it is called: stubs, parameters, defaults, whose work it is."""

import functools

import numpy as np
import pytest
from horrors import given_dots, unfinished
from samples import Running, dots, is_sentence, running, weights

from course.checking import Case, Exercise, call, source
from course.networks import layers


def passed(z):
    pass


def documented(z):
    """What it should do."""


def documented_dots(z):
    """What it should do."""
    ...  # three lines


def not_implemented(z):
    raise NotImplementedError("yours")


def not_implemented_bare(z):
    raise NotImplementedError


def returns_none(z):
    return None


class EmptyRunning:
    """A class whose methods are stubs."""

    def __init__(self): ...

    def add(self, x): ...


@pytest.mark.parametrize(
    "stub",
    [
        dots,
        passed,
        documented,
        documented_dots,
        not_implemented,
        not_implemented_bare,
        returns_none,
        unfinished,
        given_dots,
        functools.partial(dots),
        lambda z: ...,
    ],
)
def test_a_stub_is_not_started(stub):
    verdict = weights.examine(stub)
    assert (verdict.state, verdict.stage) == ("not started", "attempted")
    assert str(verdict) == (
        "softmax · not started. Difficulty 2 of 5, about 10 minutes. "
        "Replace the dots, run their cell, then run this one again. ex.softmax.hint() helps."
    )


def test_a_class_of_stubs_is_not_started():
    assert running.examine(EmptyRunning).state == "not started"
    assert running.examine(Running).state == "done"


_table = np.array([0.25, 0.75])


def test_an_argument_that_is_never_used_is_named():
    def blind(z):
        return _table / 2

    def inner(z):
        return [v for _ in "a" for v in (lambda: z)()]

    told = weights.examine(blind).text
    assert told.endswith(
        "Your function never uses its argument z; it reads the notebook's _table instead."
    )
    assert "never uses its argument z." in weights.examine(lambda z: zz).text  # noqa: F821
    assert "never uses" not in weights.examine(inner).text
    assert "never uses" not in weights.examine(lambda z: z * 3).text


# ---- defaults ---------------------------------------------------------------------------------


def scaled(x, factor=2.0, *, shift=0):
    """Scaled and shifted."""
    return x * factor + shift


scaling = Exercise(
    reference=source.copy(scaled),
    cases=[
        Case.hand((np.array([1.0, 2.0]), 3.0), [3.0, 6.0]),
        Case.random(lambda rng: call(rng.normal(size=3), 1.5, shift=1), says="shift = 1"),
    ],
    mistakes=[],
    hints=["?"],
)


def filled_in(x, factor=None, *, shift=None):
    return x * (2.0 if factor is None else factor) + (shift or 0)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            lambda x, factor=3.0, *, shift=0: x * factor + shift,
            "has the default 3.0; asked for is 2.0",
        ),
        (lambda x, factor, *, shift=0: x * factor + shift, "no default; asked for is factor=2.0"),
        (lambda x, f=1.0, *, shift=0: x * f + shift, "`f` has the default 1.0"),
        (
            lambda x, factor=None, *, shift=0: x * (3.0 if factor is None else factor) + shift,
            "has the default None",
        ),
    ],
)
def test_a_default_that_was_changed_or_dropped_is_named(answer, words):
    verdict = scaling.examine(answer)
    assert (verdict.state, verdict.stage) == ("wrong", "signature"), str(verdict)
    assert words in verdict.text
    assert is_sentence(verdict.text)


@pytest.mark.parametrize(
    "answer",
    [
        scaled,
        filled_in,
        lambda x, factor=2, shift=False: x * factor + shift,
        lambda x, f=2.0, *, shift=0: x * f + shift,
        lambda *args, **kwargs: scaled(*args, **kwargs),
        functools.partial(scaled, shift=0),
    ],
)
def test_the_same_defaults_in_any_style_are_right(answer):
    verdict = scaling.examine(answer)
    assert verdict.state == "done", str(verdict)


def test_other_faults_come_before_a_default():
    assert (
        "times the right one" in scaling.examine(lambda x, f, *, shift=0: 3 * (x * f + shift)).text
    )


# ---- whose work it is -------------------------------------------------------------------------

theirs = layers.softmax  # under another name


def through_a_helper(z):
    return helper(z)


def helper(z):
    return theirs(z)


def by_pieces(z):
    return np.exp(layers.log_softmax(z))


soft = Exercise(
    reference=layers.softmax,
    cases=[Case.random(lambda rng: rng.normal(size=(2, 3)), says="z (2, 3)")],
    mistakes=[],
    hints=["?"],
)


@pytest.mark.parametrize(
    "answer",
    [
        layers.softmax,
        soft.reference,
        theirs,
        functools.partial(layers.softmax),
        lambda z: layers.softmax(z),
        lambda z: soft.reference(z),
        lambda z: getattr(layers, "soft" + "max")(z),
        lambda z: np.apply_along_axis(layers.softmax, -1, z),
        lambda z: functools.partial(theirs)(z),
        through_a_helper,
    ],
)
def test_the_courses_own_function_is_no_answer(answer):
    verdict = soft.examine(answer)
    assert verdict.state == "not started"
    assert verdict.text == "That is the course's softmax; write yours."


def test_other_functions_of_the_course_may_be_called():
    assert soft.examine(by_pieces).state == "done"
    scored = Exercise(
        reference=layers.log_softmax,
        cases=[Case.random(lambda rng: (rng.normal(size=(2, 3)),))],
        mistakes=[],
        hints=["?"],
    )
    calls_it = scored.examine(lambda z: np.log(layers.softmax(z)))
    assert calls_it.state == "done", "the course calls its own log_softmax here, or not"


def test_a_subclass_of_the_courses_class_is_the_courses():
    assert running.examine(
        type("Mine", (running.reference,), {"more": lambda self: self.n})
    ).text.startswith("That is the")
