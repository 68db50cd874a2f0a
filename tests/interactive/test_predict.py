"""Predictions: asked, committed once, revealed; without a learner only what was measured."""

import itertools
import json
import re

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from course.interactive import asking, guess, predict
from course.learner import beside, progress


@pytest.fixture
def shown(monkeypatch):
    """What was displayed, as plain text and HTML."""
    seen = []
    monkeypatch.setattr(guess, "display", lambda data, raw=False: seen.append(data))
    return seen


def percent(id="4.1"):
    return predict.number(id, "How many are right?", unit="%", low=0, high=100, within=5)


def which():
    return predict.choice("4.2", "Which one stalls?", ["sigmoid", "softmax"])


def form(asked):
    """The form of a question, as a cell shows it."""
    asked._form = asking.Form(asked)
    return asked._form


TIMES = itertools.count()


def press(made, held):
    """Commit, as the page tells it: when, and what the field held."""
    made.pressed.value = f"{next(TIMES)} {held}"


def line(made):
    """What a form says at its end."""
    return re.sub("<[^>]*>", "", made.said.value)


def test_without_a_learner_only_the_measured_value_is_shown(shown):
    percent().reveal(97.2, "about 97 %")
    which().reveal("sigmoid")
    predict.number("4.3", "How large?", factor=2).reveal(np.float64(1 / 3))
    assert [data["text/plain"] for data in shown] == [
        "Measured: about 97 %",
        "Measured: sigmoid",
        "Measured: 0.333",
    ]
    kept = progress.read()
    assert kept["predictions"]["4.2"] == {"measured": "sigmoid"}  # it can't be guessed any more
    assert "last" not in kept and guess.score(kept) == ""


def test_what_was_measured_of_a_choice_stands_after_its_option(shown):
    which().reveal("sigmoid", "a loss of -3 at e-3")
    assert shown[0]["text/plain"] == "Measured: sigmoid: a loss of −3 at e-3"


def test_a_guess_stands_beside_the_truth_and_the_score_is_kept(shown):
    percent().commit(40)
    percent().reveal(97, "97 %")
    which().commit("sigmoid")
    which().reveal("sigmoid")
    assert [data["text/plain"] for data in shown] == [
        "You predicted: 40 %. Measured: 97 %.\nToo low by 57 points. So far 0 of 1 were close.",
        "You predicted: sigmoid. Measured: sigmoid.\nRight. So far 1 of 2 were close.",
    ]
    assert progress.read()["predictions"] == {
        "4.1": {"guess": 40, "measured": 97, "close": False},
        "4.2": {"guess": "sigmoid", "measured": "sigmoid", "close": True},
    }


def test_a_guess_may_change_until_the_truth_is_known_and_not_after(shown):
    asked = percent()
    assert asked.commit(40)
    assert asked.commit(50)
    assert asked.entry["guess"] == 50
    asked.reveal(97)
    assert not asked.commit(97)
    assert asked.entry["guess"] == 50


def test_what_is_committed_after_the_result_was_shown_is_no_prediction(shown):
    """Somebody ran on, saw 64 %, committed 64 and ran again: that was close, once."""
    late = "The result was shown before you committed a guess, so no guess counts here."
    asked = percent()
    made = form(asked)
    assert not made.field.disabled and not made.button.disabled
    asked.reveal(64)
    assert late in made.said.value
    assert made.field.disabled and made.button.disabled
    made.field.value = "64"  # what was on its way
    press(made, "64")
    assert late in made.said.value
    asked.reveal(64)
    assert [data["text/plain"] for data in shown] == ["Measured: 64 %", f"Measured: 64 %\n{late}"]
    assert asked.entry == {"measured": 64}
    assert not percent().commit(64)  # in another kernel
    again = form(percent())
    assert late in again.said.value and again.field.disabled and again.button.disabled
    assert late in percent()._card()[0][0]["text/html"]


def test_a_guess_outlives_its_kernel():
    percent().commit(12)
    assert percent().entry == {"guess": 12}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("", "Nothing is typed yet."),
        ("many", "“many” isn't a number."),
        ("3 apples", "“3 apples” isn't understood. Type the number alone."),
        ("40-50", "“40-50” could be many numbers. Type the one that you think most likely."),
        (">90", "“>90” could be many numbers. Type the one that you think most likely."),
        (None, "None isn't a number."),
        (float("nan"), "nan isn't a number."),
        (-1, "−1 % is too low."),
        ("101 %", "101 % is too high."),
        ("100.0001", r"100\.0001 % is too high."),
        ("10^400", r"“10\^400” isn't understood. Type the number alone."),
        ([3], r"\[3\] isn't a number."),
    ],
)
def test_a_number_that_is_no_answer_is_refused(wrong, says):
    with pytest.raises(ValueError, match=rf"^{says} Type a number from 0 to 100 %\.$"):
        percent().commit(wrong)
    assert percent().entry == {}


def test_a_number_is_taken_as_it_is_typed():
    asked = (("40", 40), ("about 40%", 40), ("12,5", 12.5), (np.int64(40), 40), ("½", 50))
    for typed, value in asked:
        percent().commit(typed)
        assert json.loads(progress.path().read_text())["predictions"]["4.1"]["guess"] == value


def test_the_truth_may_lie_outside_the_range_asked_for(shown):
    percent().commit(99)
    percent().reveal(130)
    assert "Too low by 31 points" in shown[0]["text/plain"]


def test_an_option_that_is_none_is_refused():
    choose = r"Choose one: sigmoid; or softmax\."
    with pytest.raises(ValueError, match=rf"“relu” is none of the options\. {choose}"):
        which().commit("relu")
    with pytest.raises(ValueError, match=choose):
        which().reveal("relu")
    with pytest.raises(ValueError, match=rf"Nothing is chosen yet\. {choose}"):
        which().commit(None)


@pytest.mark.parametrize(
    ("measure", "guess", "measured", "says"),
    [
        ({"within": 0.5}, 1.0, 1.5, "Close."),
        ({"within": 0}, 3, 3, "Close."),
        ({"within": 0.5}, 1.0, 2.0, "Too low by 1 s."),
        ({"within": 0.5}, 2.0, -1.0, "Too high by 3 s."),
        ({"within": 0.5}, 10, 2, "Too high by 8 s."),
        ({"factor": 2}, 1.0, 2.0, "Close."),
        ({"factor": 2}, 2.1, 1.0, "Too large by a factor of 2.1."),
        ({"factor": 3}, 0, 0, "Close."),
        ({"factor": 3}, 10, 2, "Too large by a factor of 5."),
        ({"factor": 3}, -2, -10, "Too small by a factor of 5."),
        ({"factor": 3}, 1e-3, 3e-10, "Too large by a factor of 10⁷."),
        ({"factor": 3}, 3, 0, "Too high by 3 s."),
        ({"factor": 3}, 3, -3, "Too high by 6 s."),
    ],
)
def test_what_is_close_is_what_the_question_states(shown, measure, guess, measured, says):
    asked = predict.number("4.9", "How long?", unit="s", **measure)
    asked.commit(guess)
    asked.reveal(measured)
    assert says in shown[0]["text/plain"]


def test_what_a_close_reading_found_is_no_longer_close():
    """A tenth of the range once was."""
    order = predict.number("x", "How many times?", low=1, high=10000, factor=3)
    assert not order.close(1, 60)
    assert order.close(25, 60)
    angle = predict.number("x", "How far from 90°?", unit="°", low=0, high=90, within=2)
    assert not angle.close(10, 1.4)
    assert not predict.number("x", "How large?", low=1e-30, high=1, factor=10).close(1e-2, 4e-8)


@pytest.mark.parametrize("measure", [{}, {"within": 1, "factor": 2}])
def test_exactly_one_measure_of_close_is_given(measure):
    with pytest.raises(ValueError, match=r"exactly one of within, .*, and factor, a ratio"):
        predict.number("1.1", "How?", **measure)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: predict.number("", "How?", within=1), "needs an id and a question"),
        (lambda: predict.number("1.1", "How?", low=2, high=1, within=1), "low must be below high"),
        (lambda: predict.number("1.1", "How?", within=-1), "within must be 0 or more"),
        (lambda: predict.number("1.1", "How?", factor=1), "factor above 1"),
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
        ({"factor": 2}, "Type a number. Close means within a factor of 2."),
        ({"unit": "s", "within": 2}, "Type a number, in s. Close means within 2 s."),
        ({"low": 0, "unit": "s", "factor": 2}, "Type a number of at least 0 s. Close means"),
        ({"high": 5, "within": 0}, "Type a number of at most 5. Only the exact number is close."),
        ({"low": 1e-30, "high": 1, "factor": 2}, "Type a number from 10⁻³⁰ to 1."),
        ({"low": 0, "high": 100, "unit": "%", "within": 5}, "Close means within 5 points."),
        ({"low": 0, "high": 100, "unit": "%", "within": 1}, "Close means within 1 point."),
        ({"low": 1, "unit": "bits", "factor": 2}, "Type a number of at least 1 bit."),
        ({"high": 0.5, "unit": "nats", "within": 0}, "Type a number of at most 0.5 nats."),
    ],
)
def test_what_is_allowed_and_what_is_close_are_said(more, says):
    assert says in repr(predict.number("1.1", "How?", **more))


def test_every_unit_that_is_a_word_has_its_singular(root):
    """Found where a notebook names it, so that none is told as in 1 points."""
    texts = [path.read_text("utf-8") for path in (root / "notebooks/text").glob("*.py")]
    units = set(re.findall(r'unit="(\w+)"', "".join(texts)))
    for unit in units - {"times"}:  # a factor: 1 times
        asked = predict.number("1.1", "How?", unit=unit, within=1)
        assert asked.words(1) == asked.words(-1)[1:] == f"1 {unit.removesuffix('s')}"
        assert asked.words(1000) == f"1,000 {unit}" and asked.words(1.5) == f"1.5 {unit}"
        assert asked.check(f"1 {unit.removesuffix('s')}") == 1


def test_the_question_reads_without_a_kernel_and_escapes_what_html_would_eat():
    [(data, _)] = predict.choice("1.1", "Is a < b?", ["a<b", "b<a"])._card()
    assert data["text/plain"] == "Prediction 1.1: Is a < b? Choose one: a<b; or b<a."
    assert "Is a &lt; b?" in data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" not in data


def test_what_stays_of_a_question_tells_the_guess_and_then_what_was_measured(shown):
    asked = percent()
    assert "Predict before you run" in asked._card()[0][0]["text/html"]
    asked.commit(40)
    told = "You predicted: 40 %. Run this cell again, then go on."
    assert told in asked._card()[0][0]["text/html"]
    asked.reveal(97, "97 % of 500")
    assert "You predicted: 40 %. Measured: 97 % of 500." in asked._card()[0][0]["text/html"]
    assert "Measured: 97 %." in percent()._card()[0][0]["text/html"]  # in another kernel


@pytest.mark.parametrize("served", [True, False])
def test_what_stays_says_that_it_is_too_late_where_somebody_learns(shown, asked_at, served):
    """Without a learner it goes on asking: so a lesson is handed out."""
    form(asked := percent()).pressed.value = "1000"
    stays = asked._still = Stays()
    if served:
        asked_at(2000)
    asked.reveal(97)
    late = "The result was shown before you committed a guess, so no guess counts here."
    assert [late in card and "Measured: 97 %." in card for card in stays.cards] == [True] * served


class Stays:
    """The outputs of a question that stay, and what they became."""

    def __init__(self):
        self.cards = []

    def renew(self, outputs):
        self.cards += [data["text/html"] for data, _ in outputs]


def test_a_form_knows_that_another_cell_ran(monkeypatch):
    """The page can't: beside its cells stand the numbers of a kernel that is gone as well."""
    shell = InteractiveShell()
    monkeypatch.setattr(asking, "get_ipython", lambda: shell)
    made = form(percent())
    assert "course-passed" not in made.box._dom_classes
    for _ in range(2):
        shell.run_cell("1")
    assert "course-passed" in made.box._dom_classes
    assert made.box._dom_classes.count("course-passed") == 1


def test_a_press_commits_what_was_typed_or_says_what_is_wanted():
    asked = percent()
    made = form(asked)
    press(made, "")
    assert ">Nothing is typed yet.<" in made.said.value  # what may be typed stands above it
    press(made, "33")
    assert line(made) == "Committed: 33 %. Run on (Shift+Enter) to see what comes out."
    press(made, "about 34")
    assert line(made) == "Committed: 34 %. Run on (Shift+Enter) to see what comes out."
    again = form(percent())  # the cell run again
    assert again.field.value == "34"
    assert line(again).startswith("Committed: 34 %")


def typed(made, asked, text):
    made.field.value = asked.options[int(text)] if asked.options else text


@pytest.mark.parametrize(
    ("ask", "events", "guess", "says"),
    [
        (percent, "press 12, type 12", 12, "Committed: 12 %. Run"),  # Enter
        (percent, "type 12, press 12", 12, "Committed: 12 %. Run"),  # the button
        (percent, "press 1, type 1, type 12", 1, "Committed is 1 %. Press"),
        (percent, "press 12, type 127", 12, "Committed is 12 %. Press"),
        (percent, "press 12, type 12, type", 12, "Committed is 12 %. Press"),
        (percent, "press 12, type 13, type 12.0", 12, "Committed: 12 %. Run"),
        (percent, "press 12, press 13, type 13", 13, "Committed: 13 %. Run"),  # busy
        (percent, "press 12, press 13, type 12, type 13", 13, "Committed: 13 %. Run"),
        (percent, "press 4-5, type 4-5", None, "“4-5” could be many"),
        (percent, "press 12, press 4-5, type 4-5", 12, "12 % stays committed."),
        (percent, "press 12, press 4-5, type 4-5, type 13", 12, "Committed is 12 %. Press"),
        (which, "press 0, type 1, type 0", "sigmoid", "Committed: sigmoid. Run"),
        (which, "press 0, type 0, type 1", "sigmoid", "Committed is sigmoid. Press"),
        (which, "type 0, type 1, press 1", "softmax", "Committed: softmax. Run"),
    ],
)
def test_what_stood_at_the_press_is_the_guess_whatever_the_page_sends_when(
    ask, events, guess, says
):
    """A page sends what was typed before a press, after it, and late where the kernel is busy."""
    made = form(asked := ask())
    for event in events.split(", "):
        kind, _, text = event.partition(" ")
        press(made, text) if kind == "press" else typed(made, asked, text)
    assert asked.entry.get("guess") == guess
    assert says in line(made)


def test_the_page_knows_what_to_say_once_something_else_is_typed():
    made = form(percent())
    press(made, "about 12")
    told = dict(re.findall('data-(\\w+)="(.*?)"', made.said.value))
    assert told["held"] == "about 12" and told["same"] == line(made)
    assert told["other"] == "Committed is 12 %. Press Enter or Commit to change it."
    press(made, "about 12")
    assert told["at"] not in made.said.value  # each press is answered, and the page sees that
    press(made, "lots")
    assert "data-held" not in made.said.value and "data-at" in made.said.value  # why stays there


@pytest.mark.parametrize(
    ("held", "says"),
    [
        ("0.9", "Committed: 0.9 % (for 90 % type 90). Run"),
        (".125", "Committed: 0.125 % (for 12.5 % type 12.5). Run"),
        ("0.9 %", "Committed: 0.9 %. Run"),
        ("1/3", "Committed: 33.3 %. Run"),
        ("1", "Committed: 1 %. Run"),
    ],
)
def test_a_share_where_percent_are_asked_for_is_doubted(held, says):
    made = form(percent())
    press(made, held)
    assert line(made).startswith(says)


@pytest.fixture
def asked_at(monkeypatch):
    """Sets when the page asked for the cell that runs, as it tells a learner's kernel."""
    return lambda time: monkeypatch.setattr(beside, "_sent", lambda: time)


def test_a_result_asked_for_after_the_question_was_seen_is_shown(shown, asked_at):
    made = form(asked := percent())
    made.pressed.value = "1000"  # the form is there
    made.pressed.value = "3000"  # and again, in another view of it
    asked_at(2000)
    asked.reveal(97)
    assert [data["text/plain"] for data in shown] == ["Measured: 97 %"]
    other = which()  # its question was never run
    other.reveal("sigmoid")
    assert shown[1]["text/plain"] == "Measured: sigmoid"


@pytest.mark.parametrize("guessed", [True, False])
@pytest.mark.parametrize("more", [True, False])
def test_a_result_asked_for_before_waits_for_the_guess_or_the_button(
    shown, asked_at, monkeypatch, guessed, more
):
    """Run All on the second day ended every open prediction."""
    made = form(asked := percent())
    asked_at(1000)
    monkeypatch.setattr(beside, "_more", lambda: more)
    with pytest.raises(beside.Unanswered, match="question above had no answer"):
        asked.reveal(97)
    waits = guess._waiting[asked.id]
    made.pressed.value = "1001"
    assert shown == [] and asked.entry == {} and not made.field.disabled
    assert "Commit a guess above" in waits.shown.value and "97" not in waits.shown.value
    press(made, "40") if guessed else waits.button.click()
    assert ("Too low by 57 points" in waits.shown.value) == guessed
    assert ("rest of this cell waited" in waits.shown.value) == more
    assert "97 %" in waits.shown.value and waits.button.layout.display == "none"
    late = {"measured": 97}
    assert asked.entry == ({"guess": 40, "close": False} | late if guessed else late)
    assert made.field.disabled and not guess._waiting


def test_a_result_that_waits_opens_for_the_question_asked_again(shown, asked_at):
    form(asked := percent())
    asked_at(1000)
    with pytest.raises(beside.Unanswered, match="question above had no answer"):
        asked.reveal(97)
    waits = guess._waiting[asked.id]
    made = form(percent())
    press(made, "95")
    assert "Close." in waits.shown.value and "it is final" in line(made)


def test_what_is_told_changes_in_a_place_that_a_screen_reader_listens_to():
    """A region that comes with its words stays silent: the words alone may change."""
    made = form(percent())
    assert "course-told" in made.said._dom_classes and made.said.value == ""
    for held in ("", "33"):
        press(made, held)
        assert made.said.value and "role=" not in made.said.value


def test_nothing_is_written_into_a_field_in_which_somebody_types():
    made = form(asked := percent())
    press(made, "about 12")  # and the page will send what stands there now
    assert asked.entry == {"guess": 12} and made.field.value == ""


def test_a_choice_is_committed_by_its_button_and_nothing_is_chosen_before():
    asked = which()
    made = form(asked)
    assert made.field.value is None
    press(made, "")
    assert ">Nothing is chosen yet.<" in made.said.value  # the options stand above it
    made.field.value = "softmax"
    made.button.click()
    assert asked.entry == {"guess": "softmax"}


def test_what_was_typed_and_not_committed_counts_at_the_reveal_and_that_is_said(shown):
    asked = percent()
    form(asked).field.value = "95 %"
    asked.reveal(97)
    assert "You predicted: 95 %" in shown[0]["text/plain"]
    assert "You had not pressed Commit; what you had typed counts" in shown[0]["text/plain"]
    assert asked.entry == {"guess": 95, "measured": 97, "close": True}
    form(asked := which()).field.value = "softmax"
    asked.reveal("sigmoid")
    assert "You had not pressed Commit; what you had chosen counts" in shown[1]["text/plain"]


def test_what_was_typed_and_is_no_answer_is_not_lost_silently(shown):
    asked = percent()
    form(asked).field.value = "lots"
    asked.reveal(97)
    assert shown[0]["text/plain"].endswith("and can't count. “lots” isn't a number.")
    assert "guess" not in asked.entry


def test_an_empty_field_says_nothing_at_the_reveal(shown):
    asked = percent()
    form(asked)
    asked.reveal(97)
    assert shown[0]["text/plain"] == "Measured: 97 %"


def test_after_the_reveal_the_first_guess_stands(shown):
    asked = percent()
    made = form(asked)
    made.field.value = "40"
    made.button.click()
    asked.reveal(97)
    final = "Your guess stands: 40 %. The result is out, so it is final."
    assert final in made.said.value
    assert made.field.disabled and made.button.disabled
    made.field.value = "97"  # what was on its way
    press(made, "97")
    assert final in made.said.value
    assert made.field.value == "40"
    assert asked.entry["guess"] == 40
    made = form(which())
    made.field.value = "softmax"
    made.button.click()
    made.guess.reveal("sigmoid")
    assert made.field.disabled and made.button.disabled and made.field.value == "softmax"


@pytest.mark.parametrize(
    ("measure", "guess", "measured", "written", "says"),
    [
        ({"unit": "%", "within": 5}, 70, 63.65, "64 %", "Too high by 6 points."),
        ({"unit": "%", "within": 5}, 70, 63.65, "63.7 %", "Too high by 6.3 points."),
        ({"unit": "%", "within": 5}, 65, 63.65, "64 % right", "Close."),
        ({"unit": "%", "within": 5}, 69, 63.51, "64 %", "Close."),  # by what stands there
        ({"unit": "%", "within": 0.1}, 63, 63.65, "64 %", "Too low by 1 point."),
        ({"unit": "nats", "within": 0.1}, 3, 1.2345, "1.9 ± 0.5", "Too high by 1.77 nats."),
        ({"factor": 2}, 50, 11.6, "12 times", "Too large by a factor of 4.2."),
        ({"factor": 2}, 3e4, 1234.5, "1,234", "Too large by a factor of 24."),
        ({"factor": 2}, 1, 4.4e12, "4e+12", "Too small by a factor of 10¹³."),
        ({"factor": 2}, 1, 0.004, "0.00", "Too large by a factor of 250."),
    ],
)
def test_how_far_off_is_said_with_the_numbers_that_stand_beside_it(
    shown, measure, guess, measured, written, says
):
    asked = predict.number("4.8", "How many?", **measure)
    asked.commit(guess)
    asked.reveal(measured, written)
    assert says in shown[0]["text/plain"]
    assert asked.entry["measured"] == measured
