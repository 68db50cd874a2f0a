"""The widgets of a page: controls in a row, a picture, and a line for what went wrong."""

from __future__ import annotations

import asyncio
import math
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping

import ipywidgets as w
import numpy as np
from traitlets import Unicode

from course.interactive import layout, pad
from course.interactive.controls import Drawing, Play, Selection, Slider, Text
from course.interactive.stage import Stage
from course.words import say

SETTLE = 0.002  # seconds without a newer message before a change is drawn
WHOLE_ROW = "auto / 1 / auto / -1"  # not grid_column: a page forgets it where grid_area is not set
TRACK = 120  # pixels of a slider at least: a hand finds each of its steps
HAND = TRACK + 100  # that a control takes beside its label: a slider, its number, what is between
APART = 16  # between two columns
EDGES = 24  # of a button, beside its word
LETTERS = 9.36  # points: 13 pixels, as JupyterLab writes a label
LEAST = 0.5  # of its size that a picture has at least: its letters can be read
GAP = "0 8px 0 0"  # as ipywidgets keeps it after the label of a slider
WRAP = {"flex_flow": "row wrap", "align_items": "center"}


class Even(w.FloatSlider):
    """A slider whose value reads 0.001 or 1,000; ipywidgets knows no such format by itself."""

    readout_format = Unicode(",.3~r").tag(sync=True)


class ByFactor(w.FloatLogSlider):
    """A slider that steps by a factor, read in the same way."""

    readout_format = Unicode(",.3~r").tag(sync=True)


def row(controls: Mapping, moved: Callable, width: int) -> w.Box:
    """Return the controls, two side by side; `moved(name, value)` hears of every change.

    All labels have the same room, so that what stands beside them begins in one place.

    Parameters
    ----------
    width
        Pixels of the picture under them; the controls take more where two need it.
    """
    parts, room = [], label_room(controls.values())
    for name, control in controls.items():
        shown, part = widget(control, room)
        part.observe(lambda c, name=name: _rounded(c) or moved(name, c["new"]), "value")
        parts.append(shown)
    least = room + HAND
    columns = f"repeat(auto-fit, minmax(max(34%, min(100%, {least}px)), 1fr))"
    grid = w.Layout(grid_template_columns=columns, grid_gap=f"2px {APART}px", margin="0 0 4px 0")
    grid.max_width = f"{max(width, 2 * least + APART)}px"
    box = w.GridBox(parts, layout=grid)
    box.add_class("course-controls")  # where it is narrow, a label stands over what it names
    return box


def label_room(controls: Iterable) -> int:
    """Return the pixels of the longest label; over a drawing and after a box to tick none count."""
    beside = [c.label for c in controls if not (isinstance(c, Drawing) or _ticked(c))]
    wide = max((layout.extent(say(label), LETTERS)[0] for label in beside), default=0)
    return math.ceil(1.05 * wide)


def _ticked(control) -> bool:
    return isinstance(control, Selection) and control.switch


def _rounded(change: dict) -> bool:
    """Tell whether a change is no hand's: a page that shows a slider rounds its last digit."""
    old, new = change["old"], change["new"]
    return isinstance(new, float) and math.isclose(old, new, rel_tol=1e-9, abs_tol=1e-12)


def widget(control, room: int):
    """Return the control as a widget, and the one among its parts that holds the value.

    Parameters
    ----------
    room
        Pixels for its label.
    """
    common = {
        "description": say(control.label),
        "style": {"description_width": f"{room}px"},
        "layout": w.Layout(width="auto", min_width="0"),
    }
    if isinstance(control, Selection):
        return _selection(control, common, room)
    if isinstance(control, Drawing):
        shown, part = pad.widget(say(control.label), control.start)
        shown.layout.grid_area = WHOLE_ROW
        return shown, part
    if isinstance(control, Text):
        part = w.Text(value=control.start, continuous_update=True, **common)
        part.layout.grid_area = WHOLE_ROW
        part.add_class(f"course-most-{control.most}")  # ipywidgets has no limit of its own
        return part, part
    part = _slider(control, common)
    return (_played(control, part, room) if isinstance(control, Play) else part), part


def _slider(control: Slider, common: dict) -> w.Widget:
    """Return a slider; one with even steps reads as many decimals as its steps have."""
    if control.log:
        ends = {"min": np.log10(control.low), "max": np.log10(control.high)}
        return ByFactor(value=control.start, step=1 / control.step, **ends, **common)
    kind, n = w.IntSlider if control.whole else Even, control.decimals
    if n is not None:
        common["readout_format"] = ",d" if control.whole else f",.{n}f"
    ends = {"min": control.low, "max": control.high}
    return kind(value=control.start, step=control.step, **ends, **common)


def _played(control: Play, part: w.Widget, room: int) -> w.Box:
    """Return a slider in the first column, and in the next one buttons that let it run."""
    pace = {"step": control.step, "interval": control.interval}
    clock = w.Play(value=control.start, min=control.low, max=control.high, **pace)
    w.jslink((clock, "value"), (part, "value"))
    part.layout.grid_area = "auto / 1 / auto / auto"
    place = w.Layout(margin=f"0 0 0 {room + 10}px", min_width="0")
    buttons = w.HBox([clock], layout=place)
    buttons.add_class("course-played")
    return w.HBox([part, buttons], layout=w.Layout(display="contents"))


def _selection(control: Selection, common: dict, room: int):
    """Return a checkbox for a toggle, buttons for a few options, a list for many."""
    named = [(say(str(option)), option) for option in control.options]
    if control.switch:
        part = w.Checkbox(value=control.start, indent=room > 0, **common)
    elif len(named) > 6:
        part = w.Dropdown(options=named, value=control.start, **common)
    else:
        part = w.ToggleButtons(options=named, value=control.start, style={"button_width": "auto"})
        place = w.Layout(flex=f"0 0 {room}px", justify_content="flex-end", margin=GAP)
        label = w.Label(say(control.label), layout=place)
        wide = sum(layout.extent(name, LETTERS)[0] + EDGES for name, _ in named) > HAND
        line = w.Layout(grid_area=WHOLE_ROW if wide else "auto", min_width="0", **WRAP)
        return w.HBox([label, part], layout=line), part
    return part, part


def picture(stage: Stage, alt: str, *args, **values) -> w.Image:
    """Return the stage as a picture; a screen reader reads the alt text."""
    image = w.Image(value=encode(stage.draw(*args, **values)), format="png", tooltip=alt)
    image.add_traits(description=Unicode("").tag(sync=True))  # a page looks for it beside a tooltip
    least = f"max(100%, {LEAST * stage.width:.0f}px)"
    image.layout = w.Layout(
        width=f"{stage.width}px", max_width=least, object_fit="contain", margin="0"
    )
    return image


def framed(image: w.Image) -> w.Box:
    """Return the picture in a box in which it is pushed sideways, alone, where room is scarce."""
    box = w.Box([image], layout=w.Layout(overflow="auto hidden"))
    box.add_class("course-picture")
    return box


def beside(controls: w.Box, picture: w.Box, width: int) -> w.Box:
    """Return the pad among the controls and the picture side by side, where there is room."""
    controls.layout.flex, controls.layout.max_width = f"0 0 {pad.SIDE + APART}px", None
    picture.layout.flex = f"1 1 {LEAST * width:.0f}px"
    side_by_side = {"flex_flow": "row wrap", "align_items": "flex-start", "grid_gap": "0 16px"}
    return w.HBox([controls, picture], layout=w.Layout(**side_by_side))


def encode(rgba) -> bytes:
    """Encode a frame (height, width, 4) as a PNG without filters: twice as fast as a library's."""
    height, width = rgba.shape[:2]
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each row begins with its filter, none
    for channel in range(3):
        rows[:, 1 + channel :: 3] = rgba[..., channel]
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def sentence(error: Exception) -> str:
    """Return an error as one sentence."""
    text = " ".join(str(error).split()) or type(error).__name__
    return say("This setting fails: {why}", why=text)


class Latest:
    """Calls a function for the newest of many events only.

    An event waits a moment for a newer one. While the function works, events pile up; of those,
    too, only the last is served.
    """

    def __init__(self, serve: Callable[[], None]):
        self.serve, self.count = serve, 0

    def __call__(self) -> None:
        """Note an event; serve it soon, or at once where no event loop runs."""
        self.count += 1
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.serve()
        else:
            loop.call_later(SETTLE, self._serve, self.count)

    def _serve(self, count: int) -> None:
        if count == self.count:
            self.serve()
