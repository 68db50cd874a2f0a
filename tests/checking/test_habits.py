"""What is said of a wrong answer from how it is written, and from running it once more."""

import numpy as np
import pytest
from samples import softmax, weights

from course.checking import Case, Exercise, habits


def doubled(x):
    """Twice each entry."""
    return 2 * np.asarray(x)


twice = Exercise(
    doubled,
    cases=[Case.hand((np.arange(3.0),), 2 * np.arange(3.0))],
    mistakes=[],
    hints=[],
)
LOOP = "A `return` stands at the end of a loop's body"
AGAIN = "Called again with the same arguments, your function returned something else"


def test_a_return_inside_the_loop_is_found():
    def doubled(x):
        y = np.zeros(len(x))
        for i in range(len(x)):
            y[i] = 2 * x[i] + 1
            return y

    assert LOOP in twice.examine(doubled).text


def test_a_loop_that_may_go_round_again_is_left_alone():
    def searched(x):
        for entry in x:
            if entry < 0:
                continue
            return entry

    def found(x):
        for entry in x:
            if entry > 0:
                return entry
        return None

    assert not habits.ends_its_loop(searched)
    assert not habits.ends_its_loop(found)


def test_a_result_that_changes_from_call_to_call_is_found():
    kept = []

    def gathered(x):
        kept.append(len(kept))
        return 2 * x + kept[-1] + 1

    assert AGAIN in twice.examine(lambda x: 2 * x + np.random.default_rng().random(3)).text
    assert AGAIN in twice.examine(gathered).text


def test_a_draw_from_the_old_generator_is_found():
    assert AGAIN in twice.examine(lambda x: 2 * x + np.random.random(3)).text  # noqa: NPY002


def test_a_return_that_is_not_reached_is_told_from_one_that_is_missing():
    def found(x):
        for entry in x:
            if entry > 100:
                return 2 * x

    def missing(x):
        2 * x

    assert "this call didn't come to it" in twice.examine(found).text
    assert twice.examine(missing).text == "Your function returned None. Is a `return` missing?"


def mean_of_squares(x):
    """The mean of the squares."""
    return np.mean(x**2)


averaged = Exercise(
    mean_of_squares,
    cases=[
        Case.hand((np.array([1.0, 2.0, 5.0]),), 10.0),
        Case.random(lambda rng: (rng.standard_normal(7),)),
    ],
    mistakes=[],
    hints=[],
)


def test_a_number_of_the_case_by_hand_is_found():
    assert "the number 3, which belongs" in averaged.examine(lambda x: (x**2).sum() / 3).text
    text = averaged.examine(lambda x: (x**2).sum() / min(len(x), 4)).text
    assert "case by hand" not in text, "4 is none of its numbers"
    assert "case by hand" not in averaged.examine(lambda x: (x**2).sum() / 5).text


@pytest.mark.parametrize("answer", [lambda x: 3 * x + 1, lambda x: 1 / 0])
def test_of_other_answers_nothing_is_said(answer):
    text = twice.examine(answer).text
    assert LOOP not in text
    assert AGAIN not in text


def test_a_known_mistake_says_it_alone():
    verdict = weights.examine(lambda z: softmax(z.T).T)
    assert verdict.mistake
    assert AGAIN not in verdict.text
