"""Figures that answer to sliders: a widget where a kernel runs, the same picture where none does.

```
def setup(fig):
    ax = fig.subplots()
    ax.set(xlim=(0, 6), ylim=(-1, 1))
    (line,) = ax.plot(x, x)

    def update(k):
        line.set_ydata(np.sin(k * x))
        return line

    return update


live.figure(setup, alt="A sine wave…", k=live.slider(1.0, 9.0, label="frequency"))
```
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import ipywidgets as w

from course.interactive import controls as hands
from course.interactive import page
from course.interactive.controls import choice, drawing, play, slider, text, toggle
from course.interactive.moving import Moving
from course.interactive.names import Told
from course.interactive.training import Training as training

__all__ = [
    "Live",
    "choice",
    "drawing",
    "figure",
    "play",
    "slider",
    "text",
    "toggle",
    "training",
]

STRAY = 1e-4  # share of the pixels that two ways of drawing the same may differ in
CORNERS = 16  # combinations of extremes that a drive tries


class Live(Moving):
    """A figure and its controls; show it as the last expression of a cell.

    Parameters
    ----------
    setup
        ``setup(fig)`` builds the artists once and returns ``update(**values)``, which changes
        them and returns those that moved; with a sentence, ``return artists, "…"``, that stands
        under the picture. Keep the limits of the axes fixed: it is drawn ten times faster.
    alt
        What the figure shows, in words.
    width, height
        Size in units of 100 pixels on the page.
    **controls
        A `slider`, `choice`, `toggle`, `drawing` or `play` for each argument of `update`.

    Raises
    ------
    ValueError
        If something is no control, `alt` says nothing, or `update` returns no artists.
    """

    def __init__(self, setup: Callable, *, alt: str, width=9, height=3, **controls):
        super().__init__(setup, alt=alt, width=width, height=height, **controls)
        self.stage.draw(**self.values)

    def set(self, **values) -> Live:
        """Move controls, as a hand would, and draw."""
        super().set(**values)
        self.stage.draw(**self.values)
        return self

    def drive(self, most: int | None = None) -> int:
        """Move each control over its whole range, the others at their start, then all at once.

        Of a control with more than `most` values, so many are tried, its ends among them.
        Returns the number of different pictures.

        Raises
        ------
        ValueError
            If `update` changes something that it does not return, and at which setting. Errors
            of its own are raised as they are.
        """
        seen = set()
        for values in hands.singles(self.controls, most):
            seen.add(zlib.crc32(self.stage.draw(**values)))
            if (share := self.stage.missed()) > STRAY:
                raise ValueError(
                    f"update changes more than it returns: {share:.2%} of the picture at {values}"
                )
        for values in hands.corners(self.controls, CORNERS):
            seen.add(zlib.crc32(self.stage.draw(**values)))
        self.set(**hands.starts(self.controls))
        return len(seen)

    def widgets(self) -> w.Box:
        """Return the controls, and the picture under them."""
        return LivePage(self).box


figure = Live


class LivePage:
    """The widgets of a live figure."""

    def __init__(self, live: Live):
        self.live, self.error = live, Told()
        self.image = page.picture(live.stage, live.heard(), **live.values)
        self.draw = page.Latest(self._draw)
        width = live.stage.width
        controls, picture = page.row(live.controls, self.moved, width), page.framed(self.image)
        drawn = any(isinstance(control, hands.Drawing) for control in live.controls.values())
        parts = [page.beside(controls, picture, width)] if drawn else [controls, picture]
        self.box = w.VBox([*parts, self.error])

    def moved(self, name: str, value) -> None:
        """Take what a hand has set, and draw soon."""
        self.live.values[name] = value
        self.draw()

    def _draw(self) -> None:
        """Draw; an error becomes a sentence under the picture."""
        try:
            values = hands.checked(self.live.controls, self.live.values)
            self.image.value = page.encode(self.live.stage.draw(**values))
            self.error.tell("")
            self.live.rested(self.image)
        except Exception as error:
            self.live.unsettled()
            self.error.tell(page.sentence(error))
