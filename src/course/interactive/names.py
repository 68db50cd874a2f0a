"""Names that a screen reader says, where ipywidgets and JupyterLab leave them out.

ipywidgets writes a slider's label beside it and tells no screen reader; JupyterLab leaves the alt
text of a picture unread. A script of the page, which travels with the output, mends both.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from importlib import resources

import ipywidgets as w

from course.interactive.still import AWAKE
from course.words import say

_ALT, LEAD, FORM, _PAGE, *_BOX = (
    (resources.files(__package__) / f"{name}.js").read_text(encoding="utf-8")
    for name in ("alt", "lead", "form", "page", "names", "focus", "heard", "typed")
)
_LINES = (  # of ipywidgets, 28 pixels high, and smaller than what stands around them
    "<style>.course-awake .widget-html-content { line-height: 1.5 }"
    ".course-mended .course-refused { display: none }"
    ".course-opened { width: fit-content; font-size: var(--jp-content-font-size1) }</style>"
)
_UNSEEN = (
    "position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);"
    "white-space:nowrap"
)
_LOWERED = re.compile(r"(?<=[^\W_])_(?=\w)|(?<=\w)[\u1d62-\u1d6a\u2080-\u209c]+")  # W_h, Wₕ


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
    """Return HTML of that name, to which the focus goes when a button of its box opened it.

    It is read out as the description of what has the focus: nothing in it may ask for that again.
    """
    inner = inner.replace(' role="status"', "")
    told = f'class="course-opened" tabindex="-1" role="group" aria-label="{html.escape(name)}"'
    return f"<div {told}>{inner}</div>"


def aloud(text: str) -> str:
    """Return a text as it can be read aloud: W_h and Wₕ as W h, the mark of a space as its name."""
    apart = _LOWERED.sub(lambda low: " " + unicodedata.normalize("NFKC", low[0].strip("_")), text)
    for mark, word in (("␣", say("space")), ("↵", say("line end"))):
        apart = re.sub(rf" *{mark} *", f" {word} ", apart)
    return " ".join(apart.split())


class Told(w.HTML):
    """A line that a screen reader says whenever it changes.

    Only what changes in an element that was there before is read out, so the element is the
    widget's own, and the page gives it its role once.

    Parameters
    ----------
    seen
        Whether the eye sees it too.
    """

    def __init__(self, *, seen: bool = True):
        super().__init__(layout=w.Layout() if seen else w.Layout(height="0", margin="0"))
        self._look = "" if seen else f' style="{_UNSEEN}"'
        self.add_class("course-told")

    def tell(self, text: str, mark: str = "", **data: str) -> None:
        """Have a text read out, unless it was the last one.

        Parameters
        ----------
        mark
            A class for it.
        **data
            What the page's script reads of it, by name.
        """
        marked = f' class="{mark}"' if mark else ""
        marked += "".join(f' data-{key}="{html.escape(word)}"' for key, word in data.items())
        self.value = f"<span{marked}{self._look}>{html.escape(text)}</span>" if text else ""


def named(
    box: w.Box,
    name: str,
    labels: Iterable[str] = (),
    *more: str,
    ranges: Mapping[str, tuple[float, float, str]] | None = None,
) -> w.Box:
    """Return the box, its parts named for a screen reader; it is a group of that name.

    Parameters
    ----------
    labels
        What stands on its controls; where it can't be read aloud as it is, it is said otherwise.
    *more
        Scripts that see to the box besides those of every box.
    ranges
        The ends of each slider by its label, and what is said where a number beyond is typed.
    """
    other = {label: aloud(label) for label in labels if aloud(label) != label}
    words = {
        "name": name,
        "aloud": json.dumps(other),
        "ranges": json.dumps(ranges or {}),
        "unseen": _UNSEEN,
        "play": say("play or pause"),
        "stop": say("stop"),
        "repeat": say("repeat"),
        "progress": say("progress"),
        "deaf": say(
            "The kernel was restarted or shut down: run the setup cell, then this cell again."
        ),
    }
    data = " ".join(f'data-{key}="{html.escape(word)}"' for key, word in words.items())
    scripts = "".join(script(_PAGE + code) for code in (*_BOX, *more))
    told = w.HTML(f'<span class="course-words" {data}></span>{_LINES}{scripts}')
    box.children = (*box.children, told)
    box.add_class(AWAKE)
    return box
