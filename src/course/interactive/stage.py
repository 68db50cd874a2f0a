"""A figure that is built once and redrawn in milliseconds.

What never moves is drawn once and kept as pixels. A change puts those pixels back, draws the
artists that moved on top, and encodes the result: about a tenth of the work of drawing it all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.spines import Spine
from matplotlib.text import Text

from course.interactive import plot
from course.words import say

_PHRASE = re.compile(r"^(?=.* ).*[^\W\d]{3}")  # more than one word, one of three letters at least


class Stage:
    """Holds one figure, what moves on it, and the pixels of what doesn't.

    Parameters
    ----------
    setup
        Called once with the figure; builds every artist and returns `update`, which changes
        them and returns those that moved, or those and a caption.
    alt
        What the figure shows, in words.
    width, height
        Size in units of 100 pixels on the page.
    """

    def __init__(self, setup: Callable, *, alt: str, width: float = 9, height: float = 3):
        plot.check_alt(alt)
        self.alt, self.caption = say(alt), ""
        self.width = round(width * 100)
        self.figure = Figure(figsize=(width, height), dpi=100 * plot.SCALE)
        self.canvas = FigureCanvasAgg(self.figure)
        self.update = setup(self.figure)
        plot.level(self.figure)
        if not callable(self.update):
            raise ValueError(f"setup must return its update function, not {self.update!r}")
        self._kept = SimpleNamespace(pixels=None, frame=None, moving=[], drawn=[])
        self._line: Text | None = None

    def draw(self, *args, **values):
        """Update the artists and draw. Returns the pixels, (height, width, 4), uint8."""
        moved, caption = _split(self.update(*args, **values))
        self.caption = say(caption)
        plot.translate(self.figure)
        if self.caption or self._line:
            moved = [*moved, self._captioned(self.caption)]
        fresh = [artist for artist in moved if artist not in self._kept.moving]
        if fresh or self._kept.frame != self._frame():
            self._keep([*self._kept.moving, *fresh])
        return self._blit()

    def _blit(self):
        """Draw what moves over what stands still."""
        self.canvas.restore_region(self._kept.pixels)
        for artist in self._kept.drawn:
            self.figure.draw_artist(artist)
        return np.asarray(self.canvas.buffer_rgba())

    def words(self) -> str:
        """Return what is written on the picture and moves, to be read out: phrases, no labels."""
        moving = (artist for artist in self._kept.moving if isinstance(artist, Text))
        written = [_read_out(text.get_text()) for text in moving if text.get_visible()]
        phrases = [text for text in written if _PHRASE.search(text) or text == self.caption]
        return ". ".join(text.rstrip(".") for text in dict.fromkeys(phrases))

    def png(self) -> bytes:
        """Return what was drawn last as a small picture."""
        return plot.compact(np.array(self.canvas.buffer_rgba())[..., :3])

    def _keep(self, moving: list[Artist]) -> None:
        """Draw what stands still and keep it; what lies above something that moves moves too."""
        if self._kept.pixels is None:
            self.figure.draw_without_rendering()  # lets the layout see everything once
            self.figure.set_layout_engine("none")
        drawn = _with_above(moving)
        for artist in drawn:
            artist.set_animated(True)
        self.canvas.draw()
        pixels = self.canvas.copy_from_bbox(self.figure.bbox)
        self._kept = SimpleNamespace(pixels=pixels, frame=self._frame(), moving=moving, drawn=drawn)

    def _frame(self) -> list:
        """Return what the still picture depends on: if it changes, it is drawn anew."""
        return [
            (*ax.get_xlim(), *ax.get_ylim(), ax.get_xlabel(), ax.get_ylabel())
            for ax in self.figure.axes
        ]

    def missed(self) -> float:
        """Return the share of the picture that a full drawing would show otherwise.

        Above zero, `update` changes something that it does not return.
        """
        for artist in self._kept.drawn:
            artist.set_animated(False)
        self.canvas.draw()
        full = np.array(self.canvas.buffer_rgba())
        for artist in self._kept.drawn:
            artist.set_animated(True)
        return float((np.abs(self._blit().astype(int) - full).max(-1) > 40).mean())

    def _captioned(self, caption: str):
        """Put the caption at the foot of the figure, in room made for it once."""
        if self._line is None:
            foot = 0.26 / self.figure.get_figheight()
            if self._kept.pixels is None:
                self.figure.get_layout_engine().set(  # type: ignore[call-arg]
                    rect=(0, foot, 1, 1 - foot)
                )
            self._line = self.figure.text(0.012, foot / 3, "", color=plot.INK, va="bottom")
            self._line.set_in_layout(False)
        self._line.set_text(caption)
        return self._line


def _read_out(text: str) -> str:
    """Return a text of a figure without the marks of formulas, on one line."""
    plain = re.sub(r"\$([^$]*)\$", lambda found: re.sub(r"[{}]", "", found[1]), text)
    return " ".join(plain.replace("\\cdot", "·").split())


def _with_above(moving: list[Artist]) -> list[Artist]:
    """Return moving artists, and what lies above them, in the order in which a figure draws.

    A legend, a label or points over an image must be drawn again where something moves below.
    """
    drawn: list[Artist] = []
    for ax in dict.fromkeys(artist.axes for artist in moving):
        mine = [artist for artist in moving if artist.axes is ax]
        children = sorted(ax.get_children() if ax else mine, key=Artist.get_zorder)
        first = min((children.index(a) for a in mine if a in children), default=len(children))
        drawn += [
            child
            for child in children[first:]
            if child in mine or (child is not ax.patch and not _bare(child))
        ]
        drawn += [artist for artist in mine if artist not in children]  # an axis' label, say
    return drawn


def _bare(child: Artist) -> bool:
    """Tell whether this is a frame that is switched off, or an axis that only stands outside."""
    if isinstance(child, Axis):
        grid = any(line.get_visible() for line in child.get_gridlines())
        return not (child.axes.axison and grid)
    return isinstance(child, Spine) and not child.axes.axison


def _split(result) -> tuple[list[Artist], str]:
    """Return what an update returned as a list of artists and a caption."""
    caption = ""
    if isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], str):
        result, caption = result
    moved = [result] if isinstance(result, Artist) else list(_flat(result))
    return moved, caption


def _flat(result):
    """Go through artists nested in lists and containers."""
    if isinstance(result, Artist):
        yield result
    elif isinstance(result, list | tuple):
        for item in result:
            yield from _flat(item)
    else:
        raise ValueError(f"update must return the artists that moved, not {result!r}")
