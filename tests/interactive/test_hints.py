"""Hints by a button: the same ones as by a call, recorded the same way, still there without it."""

import pytest
from samples import softmax, weights

from course.checking import contract
from course.interactive import hints
from course.learner import beside, progress


@pytest.fixture
def shown(monkeypatch):
    """The outputs that a ladder shows, the last one a widget."""
    seen = []

    class Handle:
        def __init__(self, place):
            self.place = place

        def update(self, data, **_):
            seen[self.place] = data

    def display(data, **_):
        seen.append(data)
        return Handle(len(seen) - 1)

    monkeypatch.setattr("course.interactive.still.display", display)
    monkeypatch.setattr(contract, "_rungs", {})
    monkeypatch.setattr(contract, "_attempted", set())
    return seen


def seen(part):
    """Whether a part of the ladder is on the page."""
    return part.layout.display != "none"


def test_the_button_opens_one_hint_after_the_other_and_each_is_recorded(shown):
    ladder = hints.Ladder(weights)
    ladder.show()
    assert ladder.button.description == "Hint 1 of 3" and ladder.opened.value == ""
    assert "Run this cell again if you want a hint." in shown[0]["text/html"]
    for n, text in enumerate(("What do the weights sum to?", "p = exp(z)", ">return<"), start=1):
        ladder.button.click()
        assert text in ladder.opened.value and text in shown[0]["text/html"]
        assert progress.read()["hints"] == {weights.key: n}
    assert not seen(ladder.button)
    assert ladder.line.value.startswith("All 3 hints are open above. Try an answer")
    ladder.press()  # a second click on its way
    assert progress.read()["hints"] == {weights.key: 3}


def test_a_call_and_the_button_go_up_the_same_ladder(shown, capsys):
    ladder = hints.Ladder(weights)
    weights.hint()
    ladder.button.click()
    assert "What do the weights sum to?" in ladder.opened.value, "what a call gave is there too"
    assert "p = exp(z)" in ladder.opened.value
    weights.hint()
    assert "hint 3 of 3" in capsys.readouterr().out
    ladder.button.click()
    assert not seen(ladder.button)
    assert not seen(hints.Ladder(weights).button), "a check that is run again knows what is open"


def test_after_the_last_hint_and_an_attempt_a_button_opens_the_solution(shown, monkeypatch):
    monkeypatch.setattr(contract, "_attempted", set())
    ladder = hints.Ladder(weights)
    ladder.show()
    for _ in weights.hints:
        assert not seen(ladder.last) and not seen(ladder.line), "hints come first"
        ladder.button.click()
    assert seen(ladder.line) and not seen(ladder.last)
    ladder.solve()  # a click on its way
    assert weights.why not in ladder.opened.value
    weights.check(lambda z: z)
    ladder = hints.Ladder(weights)  # as under a check that is run again
    ladder.show()
    assert seen(ladder.last) and ladder.line.value == "All 3 hints are open above."
    ladder.last.click()
    assert not seen(ladder.last) and "and the solution are open above" in ladder.line.value
    for page in (ladder.opened.value, shown[-2]["text/html"]):
        assert "the course&#x27;s solution" in page and page.count("<details>") == 3


def test_what_was_opened_last_can_take_the_focus_and_no_button_is_disabled(shown):
    ladder = hints.Ladder(weights)
    ladder.show()
    assert "course-opened" not in ladder.opened.value
    for n in (1, 2, 3):
        ladder.button.click()
        page = ladder.opened.value
        assert page.count("course-opened") == 1
        assert f'tabindex="-1" role="group" aria-label="hint {n} of 3"' in page
        assert "course-opened" not in shown[0]["text/html"], "where no kernel is nothing opens"
    assert not ladder.button.disabled and not ladder.last.disabled


def test_the_next_button_comes_after_the_newest_hint():
    opened, buttons, *_ = (ladder := hints.Ladder(weights)).box.children
    assert opened is ladder.opened, "the focus is here once a hint is open, and Tab goes on"
    assert ladder.button in buttons.children and ladder.last in buttons.children


def test_what_stays_hides_beside_a_living_button_and_only_the_last_hint_is_open(shown):
    ladder = hints.Ladder(weights)
    ladder.show()
    assert "course-asleep" in shown[0]["text/html"] and shown[0]["text/plain"] == ""
    assert shown[1]["text/plain"] == ""
    ladder.press()
    ladder.press()
    assert "Run this cell again for the next hint." in shown[0]["text/html"]
    assert ladder.opened.value.count("<details>") == 1
    assert ladder.opened.value.rindex("</details>") < ladder.opened.value.index("p = exp(z)")


def test_a_check_offers_it_only_where_a_page_can_show_it(capsys):
    asked = []
    weights.check(None)
    beside.let(lambda exercise, done: asked.append((exercise, done)))
    try:
        weights.check(None)
        weights.check(softmax)
        assert asked == [(weights, False), (weights, True)]
        beside.let(lambda exercise, done: 1 / 0)
        weights.check(None)  # no page at all is no reason to fail
    finally:
        beside.let(None)
    assert "Traceback" not in capsys.readouterr().out
