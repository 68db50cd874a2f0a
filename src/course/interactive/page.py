"""The widgets of a page: controls in a row, a picture, and a line for what went wrong."""

from __future__ import annotations

import asyncio
import html
import struct
import zlib
from collections.abc import Callable, Mapping

import ipywidgets as w
import numpy as np
from traitlets import Unicode

from course.interactive.controls import Choice, Play, Text
from course.interactive.stage import Stage

SETTLE = 0.002  # seconds without a newer message before a change is drawn
WRAP = {"flex_flow": "row wrap", "align_items": "center"}

# ipywidgets writes a slider's label beside it and tells no screen reader. An element that fails to
# load, and is gone, gives each handle, play button and picture the name that the eye sees.
NAMES = """<img src="data:," alt="" style="display:none" onerror="
    const page = this.closest('.jp-OutputArea-output') ?? document.body;
    this.remove();
    setTimeout(() => {
        const name = (element, text) => text && element?.setAttribute('aria-label', text);
        for (const slider of page.querySelectorAll('.widget-slider'))
            name(slider.querySelector('.noUi-handle'), slider.querySelector('label')?.textContent);
        for (const group of page.querySelectorAll('.widget-play'))
            group.querySelectorAll('button').forEach(
                (button, n) => name(button, ['play or pause', 'stop', 'repeat'][n]));
        for (const group of page.querySelectorAll('.widget-toggle-buttons')) {
            group.setAttribute('role', 'group');
            name(group, group.previousElementSibling?.textContent);
        }
        for (const image of page.querySelectorAll('img[title]')) {
            image.alt = image.title;
            image.removeAttribute('title');
        }
    }, 300);
">"""


def row(controls: Mapping, moved: Callable) -> w.Box:
    """Return the controls side by side; `moved(name, value)` hears of every change."""
    parts = []
    room = f"{7.6 * max(len(c.label) for c in controls.values()) + 8:.0f}px" if controls else "0"
    for name, control in controls.items():
        shown, part = widget(control, room)
        part.observe(lambda change, name=name: moved(name, change["new"]), "value")
        parts.append(shown)
    return w.Box([*parts, w.HTML(NAMES)], layout=w.Layout(margin="0 0 4px 0", **WRAP))


def widget(control, room: str):
    """Return the control as a widget, and the one among its parts that holds the value."""
    common = {
        "description": control.label,
        "style": {"description_width": room},
        "layout": w.Layout(width="380px", margin="2px 16px 2px 0"),
    }
    if isinstance(control, Choice):
        return _choice(control, common, room)
    if isinstance(control, Text):
        part = w.Text(value=control.start, continuous_update=True, **common)
        part.layout.width = "560px"
        return part, part
    if control.log:
        kind, step = w.FloatLogSlider, 1 / control.step
        ends = {"min": np.log10(control.low), "max": np.log10(control.high)}
    else:
        kind, step = w.IntSlider if control.whole else w.FloatSlider, control.step
        ends = {"min": control.low, "max": control.high}
    form = {} if control.whole else {"readout_format": ".3g"}
    part = kind(value=control.start, step=step, **ends, **form, **common)
    if not isinstance(control, Play):
        return part, part
    clock = w.Play(value=control.start, step=step, interval=control.interval, **ends)
    w.jslink((clock, "value"), (part, "value"))
    return w.HBox([part, clock], layout=w.Layout(**WRAP)), part


def _choice(control: Choice, common: dict, room: str):
    """Return a checkbox for a toggle, buttons for a few options, a list for many."""
    named = [(str(option), option) for option in control.options]
    if control.options == (False, True):
        part = w.Checkbox(value=control.start, **common)
    elif len(named) > 6:
        part = w.Dropdown(options=named, value=control.start, **common)
    else:
        part = w.ToggleButtons(options=named, value=control.start, style={"button_width": "auto"})
        label = w.Label(control.label, layout=w.Layout(width=room, justify_content="flex-end"))
        return w.HBox([label, part], layout=w.Layout(min_width="380px", **WRAP)), part
    return part, part


def picture(stage: Stage, *args, **values) -> w.Image:
    """Return the stage as a picture with a name that a screen reader reads."""
    image = w.Image(value=encode(stage.draw(*args, **values)), format="png", tooltip=stage.alt)
    image.add_traits(description=Unicode("").tag(sync=True))  # a page looks for it beside a tooltip
    image.layout = w.Layout(width=f"{stage.width}px", max_width="100%", object_fit="contain")
    return image


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
    """Return an error as one sentence of HTML."""
    text = " ".join(str(error).split()) or type(error).__name__
    return f'<p role="alert" style="margin:4px 0">This setting fails: {html.escape(text)}</p>'


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
