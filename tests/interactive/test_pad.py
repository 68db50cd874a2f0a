"""The pad: what is drawn is text, reads back as strokes, and moves a figure as a slider does."""

import html
import re

import ipywidgets as w
import numpy as np
import pytest

from course.interactive import live, pad, page

DRAWN = "100,200 300,400;5,5"


def test_strokes_are_read_from_left_above_in_parts_of_one():
    one, two = pad.strokes(DRAWN)
    assert np.allclose(one, [[0.1, 0.2], [0.3, 0.4]]) and np.allclose(two, [[0.005, 0.005]])
    assert pad.strokes("") == []


@pytest.mark.parametrize(
    "text", ["1", "1,2;", ";", "1,2  3,4", "1000,2", "-1,2", "a,b", "1,2 " * 3]
)
def test_what_is_no_drawing_is_refused(text):
    with pytest.raises(ValueError, match="is no drawing"):
        pad.strokes(text)


def test_a_drawing_without_end_is_refused():
    most = " ".join(["1,2"] * pad.MOST)
    assert len(pad.strokes(most)[0]) == pad.MOST
    with pytest.raises(ValueError, match="at most 1500 points"):
        pad.strokes(most + " 1,2")


def figure():
    def setup(fig):
        (line,) = fig.subplots().plot([0, 1], [0, 1])

        def update(drawn):
            points = np.concatenate([np.zeros((1, 2)), *pad.strokes(drawn)])
            line.set_data(*points.T)
            return line

        return update

    drawn = live.drawing(DRAWN, samples=["", "900,900 10,900"], label="your line")
    return live.figure(setup, alt="A line that was drawn by hand.", drawn=drawn)


def test_a_drawing_moves_a_figure():
    shown = figure()
    assert shown.drive() == 3
    with pytest.raises(ValueError, match="is no drawing"):
        shown.set(drawn="x")
    with pytest.raises(ValueError, match="your line takes a drawing, not 3"):
        shown.set(drawn=3)


def test_what_the_page_writes_reaches_the_figure():
    heard = []
    control = live.drawing(DRAWN, samples=[""], label="your line")
    box = page.row({"drawn": control}, lambda name, value: heard.append((name, value)), 600)
    field = next(part for part in _all(box) if isinstance(part, w.Textarea))
    assert field.value == DRAWN and field.layout.display == "none"
    field.value = "7,7"
    assert heard == [("drawn", "7,7")]


def test_one_draws_beside_the_picture_and_above_it_where_there_is_no_room():
    line = live.LivePage(figure()).box.children[0]
    controls, picture = line.children
    assert any(isinstance(part, w.Textarea) for part in _all(controls))
    assert any(isinstance(part, w.Image) for part in _all(picture))
    assert line.layout.flex_flow == "row wrap"


def _all(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _all(child)


def test_the_pad_says_what_it_is_and_in_sight_how_it_is_used_by_keyboard():
    shown, _ = pad.widget("your <line>", "")
    text = "".join(part.value for part in _all(shown) if isinstance(part, w.HTML))
    name = re.search(r'aria-label="([^"]*)"', text)[1]
    assert html.unescape(name) == "your <line>"
    told = re.search(r'<div class="course-help">([^<]*)</div>', text)[1]
    assert all(key in told for key in ("arrow keys", "space", "Backspace", "Delete"))
    assert "your <line>" not in text, "a label is no HTML"
    assert 'role="status"' in text and 'tabindex="0"' in text
