"""Predictions: asked, committed once, revealed; without a learner only what was measured."""

import json

import numpy as np
import pytest

from course.interactive import asking, predict
from course.learner import progress


@pytest.fixture
def shown(monkeypatch):
    """What was displayed, as plain text and HTML."""
    seen = []
    monkeypatch.setattr(predict, "display", lambda data, raw=False: seen.append(data))
    return seen


def percent(id="4.1"):
    return predict.number(id, "How many are right?", unit="%", low=0, high=100)


def which():
    return predict.choice("4.2", "Which one stalls?", ["sigmoid", "softmax"])


def test_without_a_learner_only_the_measured_value_is_shown(shown):
    percent().reveal(97.2, "about 97 %")
    which().reveal("sigmoid")
    predict.number("4.3", "How large?").reveal(np.float64(1 / 3))
    assert [data["text/plain"] for data in shown] == [
        "Measured: about 97 %",
        "Measured: sigmoid",
        "Measured: 0.333",
    ]
    assert not progress.path().exists()  # and nothing is kept


def test_a_guess_stands_beside_the_truth_and_the_score_is_kept(shown):
    percent().commit(40)
    percent().reveal(97, "97 %")
    which().commit("sigmoid")
    which().reveal("sigmoid")
    assert [data["text/plain"] for data in shown] == [
        "You predicted 40 %. Measured: 97 %.\nToo low by 57 points. So far 0 of 1 were close.",
        "You predicted sigmoid. Measured: sigmoid.\nRight. So far 1 of 2 were close.",
    ]
    assert progress.read()["predictions"] == {
        "4.1": {"guess": 40, "measured": 97, "close": False},
        "4.2": {"guess": "sigmoid", "measured": "sigmoid", "close": True},
    }


def test_a_guess_may_change_until_the_truth_is_known_and_not_after(shown):
    guess = percent()
    guess.commit(40)
    guess.commit(50)
    assert guess.entry["guess"] == 50
    guess.reveal(97)
    guess.commit(97)
    assert guess.entry["guess"] == 50


def test_a_guess_outlives_its_kernel():
    percent().commit(12)
    assert percent().entry == {"guess": 12}


@pytest.mark.parametrize("wrong", ["", "many", None, float("nan"), -1, 100.1, "101 %", [3]])
def test_a_number_that_is_no_answer_is_refused(wrong):
    with pytest.raises(ValueError, match=r"4\.1 wants a number from 0 to 100 %, not "):
        percent().commit(wrong)
    assert percent().entry == {}


def test_a_number_is_taken_as_it_is_typed():
    for typed, value in (("40", 40), (" 4e1 ", 40), ("40 %", 40), ("40%", 40), (np.int64(40), 40)):
        percent().commit(typed)
        assert json.loads(progress.path().read_text())["predictions"]["4.1"]["guess"] == value


def test_the_truth_may_lie_outside_the_range_asked_for(shown):
    percent().commit(99)
    percent().reveal(130)
    assert "Too low by 31 points" in shown[0]["text/plain"]


def test_an_option_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"4\.2 wants sigmoid or softmax, not 'relu'"):
        which().commit("relu")
    with pytest.raises(ValueError, match=r"4\.2 wants sigmoid or softmax"):
        which().reveal("relu")


@pytest.mark.parametrize(
    ("guess", "measured", "says"),
    [
        (1.0, 1.4, "Close."),
        (0, 0, "Close."),
        (1.0, 2.0, "Too low by 1 s."),
        (2.0, -1.0, "Too high by 3 s."),
        (10, 2, "Too large by a factor of 5."),
        (-2, -10, "Too small by a factor of 5."),
        (1e-3, 3e-10, "Too large by a factor of 10^7."),
        (3, 0, "Too high by 3 s."),
    ],
)
def test_how_far_off_is_a_difference_or_a_factor(shown, guess, measured, says):
    asked = predict.number("4.9", "How long?", unit="s")
    asked.commit(guess)
    asked.reveal(measured)
    assert says in shown[0]["text/plain"]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: predict.number("", "How?"), "needs an id and a question"),
        (lambda: predict.number("1.1", "How?", low=2, high=1), "low must be below high"),
        (lambda: predict.choice("1.1", "Which?", ["a"]), "two or more different options"),
        (lambda: predict.choice("1.1", "Which?", ["a", "a"]), "two or more different options"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "a number"),
        ({"low": 0, "unit": "s"}, "a number from 0 s up"),
        ({"high": 5}, "a number up to 5"),
        ({"low": 0, "high": 1}, "a number from 0 to 1"),
    ],
)
def test_what_is_allowed_is_said(more, says):
    assert repr(predict.number("1.1", "How?", **more)) == f"Prediction 1.1: How? ({says})"


def test_the_question_reads_without_a_kernel_and_escapes_what_html_would_eat():
    data = predict.choice("1.1", "Is a < b?", ["a<b", "b<a"])._repr_mimebundle_()
    assert data["text/plain"] == "Prediction 1.1: Is a < b? (a<b or b<a)"
    assert "Is a &lt; b?" in data["text/html"]
    assert "(a" not in data["text/html"].replace("rgba(", "")
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_button_commits_what_was_typed_or_says_what_is_wanted():
    asked = percent()
    (field, button, said) = asking.box(asked).children[1].children
    button.click()
    assert "wants a number from 0 to 100 %" in said.value
    field.value = "33"
    button.click()
    assert "Committed" in said.value
    assert asked.entry["guess"] == 33
    (field, _, said) = asking.box(percent()).children[1].children  # the cell run again
    assert field.value == "33"
    assert "Committed: 33 %" in said.value


def test_a_choice_is_committed_by_its_button_and_nothing_is_chosen_before():
    asked = which()
    (field, button, said) = asking.box(asked).children[1].children
    assert field.value is None
    button.click()
    assert "wants sigmoid or softmax" in said.value
    field.value = "softmax"
    button.click()
    assert asked.entry == {"guess": "softmax"}
