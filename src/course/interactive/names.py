"""Names that a screen reader says, where ipywidgets and JupyterLab leave them out.

ipywidgets writes a slider's label beside it and tells no screen reader; JupyterLab leaves the alt
text of a picture unread. A script of the page, which travels with the output, mends both.
"""

from __future__ import annotations

import html
from importlib import resources

import ipywidgets as w

from course.interactive.still import AWAKE
from course.words import say

_WIDGETS, _ALT, LEAD = (
    (resources.files(__package__) / name).read_text(encoding="utf-8")
    for name in ("names.js", "alt.js", "lead.js")
)
_UNSEEN = (
    "position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);"
    "white-space:nowrap"
)


def script(code: str) -> str:
    """Return HTML that runs a script once: an element that fails to load, and is gone."""
    tight = " ".join(code.split())
    return f'<img src="data:," alt="" style="display:none" onerror="{html.escape(tight)}">'


def spoken(alt: str) -> str:
    """Return HTML that gives the picture in the output before it its alt text.

    Where no script runs, a screen reader reads the text, which the eye does not see.
    """
    words = f"<span>{html.escape(say('Figure:'))} </span><span>{html.escape(alt)}</span>"
    return f'<div style="{_UNSEEN}">{words}</div>{script(_ALT)}'


def opened(inner: str, name: str) -> str:
    """Return HTML of that name, to which the focus goes when a button of its box opened it."""
    told = f'class="course-opened" tabindex="-1" role="group" aria-label="{html.escape(name)}"'
    return f"<div {told}>{inner}</div>"


class Told(w.HTML):
    """A line that the eye does not see; a screen reader says it whenever it changes."""

    def __init__(self):
        super().__init__(layout=w.Layout(height="0", margin="0"))
        self.add_class("course-told")

    def tell(self, text: str) -> None:
        """Have a text read out, unless it was the last one."""
        self.value = f'<span style="{_UNSEEN}">{html.escape(text)}</span>'


def named(box: w.Box, name: str) -> w.Box:
    """Return the box, its parts named for a screen reader; it is a group of that name."""
    words = {
        "name": name,
        "play": say("play or pause"),
        "stop": say("stop"),
        "repeat": say("repeat"),
        "progress": say("steps done"),
    }
    data = " ".join(f'data-{key}="{html.escape(word)}"' for key, word in words.items())
    told = w.HTML(f'<span class="course-words" {data}></span>{script(_WIDGETS)}')
    box.children = (*box.children, told)
    box.add_class(AWAKE)
    return box
