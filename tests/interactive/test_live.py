"""Live figures: quick drawing equals full drawing, controls hold, errors are sentences."""

import asyncio
import base64
import html
import io
import json
import re
import time
import types

import numpy as np
import pytest
from PIL import Image

from course.command import lab
from course.interactive import controls, live, moving, names, page, still

ALT = "A wave over a shaded plane"
X = np.linspace(0, 6, 200)


def setup(fig):
    """A wave with a legend, and an image that moves below points that don't."""
    wave, plane = fig.subplots(1, 2)
    wave.set(xlim=(0, 6), ylim=(-1.1, 1.1), xlabel="x", title="A wave")
    (line,) = wave.plot(X, X, label="sin kx")
    wave.axhline(0, color="black")
    wave.legend(loc="upper right")
    image = plane.imshow(np.zeros((8, 8)), vmin=0, vmax=9, extent=(0, 1, 0, 1))
    plane.plot([0.2, 0.8], [0.3, 0.6], "o")

    def update(k, shape, flip):
        line.set_ydata((-1 if flip else 1) * getattr(np, shape)(k * X))
        image.set_data(np.full((8, 8), k))
        return [line, image], f"k is {k:.1f}"

    return update


@pytest.fixture
def figure():
    return live.figure(
        setup,
        alt=ALT,
        k=live.slider(0.5, 9.0, start=1.0, label="frequency"),
        shape=live.choice(["sin", "cos"], label="shape"),
        flip=live.toggle(label="upside down"),
    )


def frame(figure, **values):
    return np.array(figure.stage.draw(**figure.values | values))


def test_quick_drawing_equals_full_drawing(figure):
    for values in ({}, {"k": 5.0}, {"k": 9.0, "shape": "cos", "flip": True}):
        frame(figure, **values)
        assert figure.stage.missed() == 0


def test_nothing_is_left_of_earlier_states(figure):
    first = frame(figure)
    for k in (2.0, 7.0, 9.0):
        frame(figure, k=k)
    np.testing.assert_array_equal(frame(figure), first)


def test_a_drive_sees_every_control_and_ends_where_it_began(figure):
    first = figure.png()
    assert figure.drive() >= 8
    assert figure.png() == first
    assert figure.values == {"k": 1.0, "shape": "sin", "flip": False}


def test_a_drive_finds_what_update_forgot_to_return():
    def forgetful(fig):
        ax = fig.subplots()
        ax.set(ylim=(0, 9))
        (forgotten,), (moved,) = ax.plot(X, 2 * X), ax.plot(X, X)

        def update(k):
            moved.set_ydata(k * X)
            forgotten.set_ydata(9 - k * X)
            return moved

        return update

    made = live.figure(forgetful, alt=ALT, k=live.slider(1, 3, label="k"))
    with pytest.raises(ValueError, match=r"update changes more than it returns.*'k': 2"):
        made.drive()


def test_limits_that_move_are_drawn_though_slowly():
    def zoom(fig):
        ax = fig.subplots()
        (line,) = ax.plot(X, X)

        def update(k):
            ax.set_xlim(0, k)
            return line

        return update

    made = live.figure(zoom, alt=ALT, k=live.slider(1, 6, label="k"))
    assert made.drive() == 3


def test_a_caption_stands_in_the_picture_also_where_it_comes_late():
    def late(fig):
        (line,) = fig.subplots().plot(X, X)
        return lambda k: (line, "now I speak" if k > 1 else "")

    made = live.figure(late, alt=ALT, k=live.slider(1, 2, label="k"))
    before = frame(made)
    assert (frame(made, k=2) != before).any()
    assert made.stage.caption == "now I speak"
    np.testing.assert_array_equal(frame(made, k=1), before)


@pytest.fixture
def shown(monkeypatch):
    """What was displayed, as (data, metadata); each is renewed where its handle is."""
    seen = []

    def display(data, metadata=None, raw=False, display_id=None):
        seen.append((data, metadata))
        at = len(seen) - 1

        def update(data, metadata=None, raw=False):
            seen[at] = data, metadata

        return types.SimpleNamespace(update=update)

    monkeypatch.setattr(still, "display", display)
    return seen


VIEW = "application/vnd.jupyter.widget-view+json"


def test_a_display_is_a_picture_and_words_that_stay_and_a_widget_of_its_own(figure, shown):
    figure._ipython_display_()
    (picture, metadata), (heard, _), (widget, _) = shown
    assert picture["text/plain"] == repr(figure) == ALT
    assert metadata["image/png"]["alt"] == ALT and metadata["image/png"]["width"] == 900
    assert metadata["image/png"]["settings"] == "frequency: 1; shape: sin; upside down: off"
    assert ALT in heard["text/html"]
    assert widget.keys() == {VIEW, "text/plain"}
    assert not any(VIEW in data for data in (picture, heard))  # its state goes with the kernel


def test_what_stays_is_the_picture_that_was_seen_last(figure, shown, monkeypatch):
    monkeypatch.setattr(moving, "REST", 0.01)
    figure._ipython_display_()
    first = shown[0][0]["image/png"]

    async def move():
        page = live.LivePage(figure)
        for k in (2.0, 3.0, 4.0):
            page.moved("k", k)
        for _ in range(200):  # a busy machine is slow to rest
            await asyncio.sleep(0.05)
            if shown[0][0]["image/png"] != first:
                break
        await asyncio.sleep(0.1)

    asyncio.run(move())
    assert shown[0][0]["image/png"] != first
    assert shown[0][0]["image/png"] == base64.b64encode(figure.png()).decode()
    assert figure.values["k"] == 4.0


def test_the_words_of_a_picture_follow_its_controls(figure, shown, monkeypatch):
    monkeypatch.setattr(moving, "REST", 0.01)
    figure._ipython_display_()
    assert figure.alt() == ALT

    async def move():
        page = live.LivePage(figure)
        for name, value in {"k": 3.0, "shape": "cos", "flip": True}.items():
            page.moved(name, value)
        for _ in range(200):
            await asyncio.sleep(0.02)
            if figure._told.value:
                return page.image.tooltip

    now = f"frequency: 3; shape: cos; upside down: on. k is 3.0. At first: {ALT}"
    assert asyncio.run(move()) == now
    (picture, metadata), (heard, _), _ = shown
    assert metadata["image/png"]["alt"] == picture["text/plain"] == now
    assert f"<span>{now}</span>" in heard["text/html"], "what stays tells the same"


def test_a_picture_that_has_not_moved_tells_how_it_stands_too(figure, shown):
    figure._ipython_display_()
    (image,) = figure._still.box.children[1].children
    now = "frequency: 1; shape: sin; upside down: off. k is 1.0"
    assert image.tooltip == f"{ALT} Now: {now}."


def test_what_a_page_rounds_while_it_shows_a_slider_is_no_move():
    """A figure that nobody had touched said that it had moved."""
    moves, x = [], live.slider(-3.0, 3.0, start=2.0, step=0.05, label="x")
    row = page.row({"x": x}, lambda name, value: moves.append((name, value)), 800)
    for value in (2.000000000000001, 2.05):
        row.children[0].value = value
    assert moves == [("x", 2.05)]


def test_a_figure_is_named_by_what_moves_it_as_it_can_be_read_aloud(shown):
    def setup(fig):
        (line,) = fig.subplots().plot([0, 1])
        return lambda **values: line

    made = live.figure(
        setup, alt=ALT, W=live.slider(1, 2, label="weight Wₕ"), c=live.choice("a␣", label="after")
    )
    made._ipython_display_()
    words = made._still.box.children[-1].value
    name, aloud = (
        html.unescape(re.search(f'data-{key}="([^"]*)"', words)[1]) for key in ("name", "aloud")
    )
    assert name == "Figure that moves: weight W h; after"
    assert json.loads(aloud) == {"weight Wₕ": "weight W h", "␣": "space"}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("z_h, h and W_10", "z h, h and W 10"),
        ("Wₕ and x₁₂", "W h and x 12"),
        ("To␣be, ␣ and ↵", "To space be, space and line end"),
        ("10² ½ a b", "10² ½ a b"),
    ],
)
def test_signs_that_have_no_sound_are_written_out_for_the_ear(text, read):
    assert names.aloud(text) == read


def test_a_setting_that_the_picture_tells_itself_is_told_once():
    def setup(fig):
        heading = fig.subplots().set_title("")
        said = "frequency {k}, 2 roots"
        return lambda k, n: (heading.set_text(said.format(k=k)) or heading, f"{n} waves")

    made = live.figure(
        setup, alt=ALT, k=live.slider(1, 9, label="frequency"), n=live.slider(1, 9, label="waves")
    ).set(k=3, n=4)
    made._moved = True
    assert made.alt() == f"waves: 4. frequency 3, 2 roots. 4 waves. At first: {ALT}"


def test_a_line_and_a_drawing_are_told_in_words():
    assert live.text("ab", samples=["c"], label="line").words("to be") == "“to be”"
    assert live.drawing("1,2", samples=["3,4"], label="pad").words("1,2 3,4;5,6") == "2 strokes"


def test_what_is_written_on_a_picture_is_read_out_once_it_rests(figure, shown, monkeypatch):
    monkeypatch.setattr(moving, "REST", 0.01)
    figure._ipython_display_()
    assert figure._told.value == ""  # nothing moved yet

    async def move():
        page = live.LivePage(figure)
        page.moved("k", 3.0)
        for _ in range(200):
            await asyncio.sleep(0.02)
            if figure._told.value:
                return

    asyncio.run(move())
    assert ">k is 3.0<" in figure._told.value


def test_phrases_are_read_out_and_labels_and_marks_of_formulas_are_not():
    def setup(fig):
        ax = fig.subplots()
        bars = [ax.text(0, i, name) for i, name in enumerate("ab")]
        count = ax.text(1, 1, "")

        def update(n):
            count.set_text(rf"${n} \cdot 10^{{5}}$ operations")
            return [*bars, count], f"n = {n}."

        return update

    figure = live.figure(setup, alt=ALT, n=live.slider(1, 9, label="n"))
    assert figure.set(n=7).stage.words() == "7 · 10^5 operations. n = 7"


def test_a_frame_survives_its_encoding(figure):
    pixels = frame(figure, k=3.0)
    image = Image.open(io.BytesIO(page.encode(pixels)))
    image.verify()
    np.testing.assert_array_equal(
        np.asarray(Image.open(io.BytesIO(page.encode(pixels)))), pixels[..., :3]
    )


def test_set_moves_and_refuses_what_a_hand_cannot_do(figure):
    before = figure.png()
    assert figure.set(k=4, flip=True).png() != before
    with pytest.raises(ValueError, match=r"frequency goes from 0.5 to 9.0, not 12"):
        figure.set(k=12)
    with pytest.raises(ValueError, match="shape is one of sin, cos, not 'tan'"):
        figure.set(shape="tan")
    with pytest.raises(ValueError, match="no control 'x'; there are k, shape, flip"):
        figure.set(x=1)
    assert figure.values["k"] == 4


def fragile(fig):
    (line,) = fig.subplots().plot(X, X)

    def update(k):
        if k == 2:
            raise ArithmeticError("k <2> has no\ninverse")
        line.set_ydata(k * X)
        return line

    return update


def test_an_error_is_raised_in_a_drive_and_a_sentence_on_the_page():
    made = live.figure(fragile, alt=ALT, k=live.slider(1, 3, label="k"))
    with pytest.raises(ArithmeticError):
        made.drive()
    shown = live.LivePage(made)
    shown.moved("k", 2)
    assert "This setting fails: k &lt;2&gt; has no inverse" in shown.error.value
    shown.moved("k", 3)
    assert shown.error.value == ""


def test_a_line_that_its_control_refuses_is_a_sentence_and_the_picture_stays():
    """One that is empty or too long, or holds a letter that a model has no token for."""

    def setup(fig):
        label = fig.subplots().text(0.5, 0.5, "")
        return lambda line: label.set_text(line) or label

    line = live.text("ab", samples=["c"], most=3, letters="abc", label="line")
    shown = live.LivePage(live.figure(setup, alt=ALT, line=line))
    before = shown.image.value
    shown.moved("line", "")
    assert "line takes 1 to 3 characters, not &#x27;&#x27;" in shown.error.value
    shown.moved("line", "é")
    assert "line can&#x27;t hold &#x27;é&#x27;; its characters are &#x27;abc" in shown.error.value
    assert shown.image.value == before
    shown.moved("line", "abc")
    assert shown.error.value == ""
    assert shown.image.value != before


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda fig: None, "setup must return its update function, not None"),
        (lambda fig: lambda: 3, "update must return the artists that moved, not 3"),
        (lambda fig: lambda: [fig.subplots(), None], "update must return the artists that moved"),
    ],
)
def test_a_setup_that_is_none_is_named(wrong, says):
    with pytest.raises(ValueError, match=says):
        live.figure(wrong, alt=ALT)


def test_a_live_figure_needs_alt_text_and_real_controls():
    with pytest.raises(ValueError, match="alt must say in words"):
        live.figure(setup, alt="")
    with pytest.raises(
        ValueError, match="k must be a slider, choice, toggle, text, drawing or play, not 3"
    ):
        live.figure(setup, alt=ALT, k=3)


# Controls


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: live.slider(3, 1, label="k"), "low must be below high, not 3 and 1"),
        (lambda: live.slider(0, 1, start=2, label="k"), "start 2 is not between 0 and 1"),
        (lambda: live.slider(0.0, 1.0, log=True, label="k"), "needs low above 0"),
        (lambda: live.slider(0, 1, step=0, label="k"), "step must be above 0, not 0"),
        (lambda: live.choice(["a"], label="k"), "two or more different options"),
        (lambda: live.choice(["a", "a"], label="k"), "two or more different options"),
        (lambda: live.choice(["a", "b"], start="c", label="k"), "k is one of a, b, not 'c'"),
        (lambda: live.play(0, 1.5, label="k"), "play counts in whole numbers"),
    ],
)
def test_a_control_that_cannot_be_is_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()


@pytest.mark.parametrize(
    ("control", "kind"),
    [
        (live.slider(1, 9, label="whole"), int),
        (live.slider(0.0, 1.0, label="even"), float),
        (live.slider(1e-4, 1.0, start=0.01, log=True, label="by a factor"), float),
        (live.play(0, 40, label="steps"), int),
        (live.choice("abcdefgh", label="many"), str),
        (live.choice([1, 2], label="few"), int),
        (live.toggle(label="switch"), bool),
        (live.text("to be", samples=["or", "not to be"], label="line"), str),
    ],
)
def test_a_control_starts_on_the_page_where_it_says_and_tries_its_ends(control, kind):
    _, part = page.widget(control, 80)
    assert part.value == pytest.approx(control.start)
    assert set(control.ends()) <= set(control.values())
    assert all(type(control.check(value)) is kind for value in control.values())


@pytest.mark.parametrize(
    "control", [live.slider(1.0, 1e4, log=True, label="steps"), live.slider(0.001, 1.0, label="lr")]
)
def test_a_slider_is_read_without_an_e(control):
    """d3 writes 1000 as 1.00e+3 in ipywidgets' own format, and as 1,000 in ours."""
    part, _ = page.widget(control, 80)
    assert part.readout_format == ",.3~r"


@pytest.mark.parametrize("label", ["a", "learning rate", "labels drawn at random, in percent"])
def test_controls_stand_two_by_two_and_a_longer_label_takes_nothing_from_its_slider(label):
    four = {name: live.slider(-2.0, 2.0, start=1.0, label=label) for name in "abcd"}
    layout = page.row(four, lambda *_: None, 690).layout
    (least,) = map(int, re.findall(r"(\d+)px", layout.grid_template_columns))
    most = int(layout.max_width.removesuffix("px"))
    room = page.label_room(four.values())
    assert least - room == page.HAND > page.TRACK
    assert 2 * least + page.APART <= most and "34%" in layout.grid_template_columns


def test_a_label_has_the_room_that_its_letters_take():
    narrow, wide = (page.label_room([live.slider(0, 1, label=8 * letter)]) for letter in "iW")
    assert 0 < 2 * narrow < wide
    unseen = [live.toggle(label="WWW"), live.drawing("", samples=["5,5"], label="WWW")]
    assert page.label_room(unseen) == 0


@pytest.mark.parametrize(
    ("control", "value", "words"),
    [
        (live.slider(-2.0, 2.0, step=0.1, label="a"), -1.0, "−1.0"),
        (live.slider(0.0, 5.0, step=0.25, label="decay"), 0.5, "0.50"),
        (live.slider(0, 8000, step=100, label="examples"), 2000, "2,000"),
        (live.slider(0.01, 10.0, log=True, label="rate"), 1.0, "1"),
    ],
)
def test_a_value_is_written_with_the_decimals_of_its_step(control, value, words):
    part, _ = page.widget(control, 80)
    assert control.words(value) == words
    assert control.log or part.readout_format == f",.{control.decimals}f".replace(",.0f", ",d")


def test_what_plays_begins_a_row_and_its_buttons_follow_in_the_next_column():
    shown, part = page.widget(live.play(0, 150, start=150, label="step"), 80)
    assert shown.layout.display == "contents"  # so that both are on the grid of the controls
    assert shown.children[0] is part and part.layout.grid_area.startswith("auto / 1 ")
    (clock,) = shown.children[1].children
    assert (clock.min, clock.max, clock.value) == (0, 150, 150)


def test_a_picture_on_a_page_and_one_that_stays_become_equally_small(figure):
    css = (lab.SETTINGS / "custom" / "custom.css").read_text(encoding="utf-8")
    assert f"{page.LEAST} * attr(width px)" in css
    shown = page.picture(figure.stage, ALT, **figure.values)
    assert shown.layout.max_width == f"max(100%, {page.LEAST * figure.stage.width:.0f}px)"


def test_the_middle_of_a_log_slider_is_the_geometric_mean():
    assert live.slider(1e-4, 1.0, log=True, label="lr").values()[1] == pytest.approx(1e-2)


def test_corners_are_all_combinations_of_ends():
    made = {"a": live.slider(0, 3, label="a"), "b": live.toggle(label="b")}
    corners = [tuple(corner.values()) for corner in controls.corners(made, 99)]
    assert sorted(corners) == [(0, False), (0, True), (3, False), (3, True)]


def test_of_events_that_pile_up_only_the_newest_is_served():
    served, value = [], 0

    def serve():
        served.append(value)
        time.sleep(0.01)

    async def events():
        nonlocal value
        latest = page.Latest(serve)
        for n in range(50):
            value = n
            latest()
        await asyncio.sleep(0.05)
        for n in range(50, 60):
            value = n
            latest()
            await asyncio.sleep(0.02)

    asyncio.run(events())
    assert served == [49, *range(50, 60)]
    page.Latest(serve)()  # without a loop, at once
    assert len(served) == 12
