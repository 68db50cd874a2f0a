"""A pad to draw on with mouse, finger or keyboard; what is drawn reaches the kernel as text.

The text is the strokes of a pen: "x,y x,y;x,y", whole thousandths of the pad from its upper left
corner, a semicolon where the pen was lifted. A script of the page draws at once; the kernel hears
of it through a field that nobody sees.
"""

from __future__ import annotations

import html
import re
from importlib import resources

import ipywidgets as w
import numpy as np

from course.interactive.names import script
from course.words import say

SIDE = 224  # pixels of the pad on the page
MOST = 1500  # points of a drawing
_CODE = (resources.files(__package__) / "pad.js").read_text(encoding="utf-8")
_POINT = r"\d{1,3},\d{1,3}"
_DRAWN = re.compile(rf"(?:{_POINT}(?: {_POINT})*(?:;{_POINT}(?: {_POINT})*)*)?")


def strokes(text: str) -> list[np.ndarray]:
    """Return the strokes of a drawing, each (n, 2): how far right and how far down, from 0 to 1.

    Raises
    ------
    ValueError
        If the text is no drawing, or one of more than `MOST` points.
    """
    if not _DRAWN.fullmatch(text) or text.count(",") > MOST:
        raise ValueError(
            f"{text[:40]!r} is no drawing: at most {MOST} points as in '10,20 30,40;5,5'"
        )
    pens = text.split(";") if text else []
    return [np.array([p.split(",") for p in pen.split()], dtype=float) / 1000 for pen in pens]


def widget(label: str, start: str) -> tuple[w.Box, w.Textarea]:
    """Return a pad under its label, and the unseen field that holds what is drawn."""
    field = w.Textarea(value=start, continuous_update=True, layout=w.Layout(display="none"))
    hint = say(
        "Draw here. By keyboard: arrow keys move the pen, space puts it down or lifts it; "
        "Backspace takes the last stroke away, Delete all of them."
    )
    words = {
        "down": say("The pen is down: arrow keys draw."),
        "up": say("The pen is up: arrow keys move it."),
        "undone": say("The last stroke is gone."),
        "clear": say("All is wiped off."),
        "at": say("{x} % from the left, {y} % from the top.", x="{x}", y="{y}"),
        "most": str(MOST),
    }
    data = " ".join(f'data-{key}="{html.escape(word)}"' for key, word in words.items())
    page = (
        f'<div class="course-pad" {data}>'
        f'<canvas width="{2 * SIDE}" height="{2 * SIDE}" tabindex="0"'
        f' role="application" aria-label="{html.escape(label)}"'
        f' style="width:{SIDE}px;height:{SIDE}px;border:1px solid #667180;border-radius:6px;'
        'background:#fff;touch-action:none;cursor:crosshair"></canvas>'
        '<div style="display:flex;gap:12px;align-items:center;flex-wrap:wrap;margin-top:4px">'
        f'<button type="button" class="jupyter-button">{html.escape(say("Clear"))}</button>'
        f'</div><div class="course-help">{html.escape(hint)}</div>'
        f'<div role="status" style="min-height:1.5em"></div>{script(_CODE)}</div>'
    )
    box = w.VBox([w.HTML(f"<b>{html.escape(label)}</b>"), w.HTML(page), field])
    box.add_class("course-drawing")
    return box, field
