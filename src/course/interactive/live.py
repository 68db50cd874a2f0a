"""Figures that answer to sliders: a widget where a kernel runs, the same picture where none does.

```
def setup(fig):
    ax = fig.subplots()
    (line,) = ax.plot(x, x)
    def update(k):
        line.set_ydata(np.sin(k * x))
        return line
    return update

live.figure(setup, alt="A sine wave…", k=live.slider(1.0, 9.0, label="frequency"))
```
"""

from __future__ import annotations

import io
import itertools
import zlib
from collections.abc import Callable

from PIL import Image

from course.interactive import plot
from course.interactive.controls import Choice, Play, Slider, choice, play, slider, toggle, widget
from course.interactive.stage import Stage

__all__ = ["Live", "choice", "figure", "play", "slider", "toggle", "training"]


def figure(setup: Callable, *, alt: str, width: float = 9, height: float = 3, **controls) -> "Live":
    """Make a figure that follows its controls.

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
        A `slider`, `choice`, `toggle` or `play` for each argument of `update`.
    """
    return Live(setup, alt=alt, width=width, height=height, **controls)


class Live:
    """A figure and its controls; show it as the last expression of a cell."""

    def __init__(self, setup: Callable, *, alt: str, width: float = 9, height: float = 3, **controls):
        for name, control in controls.items():
            if not isinstance(control, Slider | Choice):
                raise ValueError(f"{name} must be a slider, choice, toggle or play, not {control!r}")
        self.controls = controls
        self.values = {name: control.start for name, control in controls.items()}
        self.stage = Stage(setup, alt=alt, width=width, height=height)
        self.stage.draw(**self.values)
        self._page = None

    def set(self, **values) -> "Live":
        """Move controls, as a hand would, and draw."""
        for name, value in values.items():
            if name not in self.controls:
                raise ValueError(f"no control {name!r}; there are {', '.join(self.controls)}")
            self.values[name] = self.controls[name].check(value)
        self.stage.draw(**self.values)
        return self

    def png(self) -> bytes:
        """Return the present picture."""
        return self.stage.png()

    def drive(self) -> int:
        """Move each control over its whole range, the others at their start.

        Returns the number of different pictures. Errors of the callback are raised.
        """
        start = {name: control.start for name, control in self.controls.items()}
        seen = {zlib.crc32(self.stage.draw(**start))}
        for name, control in self.controls.items():
            for value in control.values():
                seen.add(zlib.crc32(self.stage.draw(**start | {name: value})))
        for corner in itertools.islice(self._corners(), 64):
            seen.add(zlib.crc32(self.stage.draw(**corner)))
        self.set(**start)
        return len(seen)

    def _corners(self):
        """Go through the combinations of extremes."""
        ends = [(control.values()[0], control.values()[-1]) for control in self.controls.values()]
        for values in itertools.product(*ends):
            yield dict(zip(self.controls, values, strict=True))

    def _repr_mimebundle_(self, **_):
        data, metadata = plot.bundle(self.png(), self.stage.alt, width=self.stage.width)
        self._page = self._page or Page(self)
        return self._page.box._repr_mimebundle_() | data, metadata

    def __repr__(self) -> str:
        return self.stage.alt


class Page:
    """The widgets of a live figure."""

    def __init__(self, live: Live):
        import ipywidgets as w

        self.live = live
        self.image = w.Image(value=encode(live.stage.draw(**live.values)), format="png")
        self.image.layout = w.Layout(width=f"{live.stage.width}px", max_width="100%")
        self.image.tooltip = live.stage.alt
        self.error = w.HTML()
        parts = []
        for name, control in live.controls.items():
            shown, part = widget(control)
            part.observe(lambda change, name=name: self.moved(name, change["new"]), "value")
            parts.append(shown)
        row = w.Box(parts, layout=w.Layout(flex_flow="row wrap", margin="0 0 4px 0"))
        self.box = w.VBox([row, self.image, self.error])

    def moved(self, name: str, value) -> None:
        """Draw what a hand has set; an error becomes a sentence under the picture."""
        self.live.values[name] = value
        try:
            self.image.value = encode(self.live.stage.draw(**self.live.values))
            self.error.value = ""
        except Exception as error:
            self.error.value = sentence(error)


def encode(rgba) -> bytes:
    """Encode a frame as a PNG, as fast as may be."""
    file = io.BytesIO()
    Image.fromarray(rgba[..., :3]).save(file, "PNG", compress_level=1)
    return file.getvalue()


def sentence(error: Exception) -> str:
    """Return an error as one sentence of HTML."""
    import html

    text = html.escape(f"This setting can't be drawn: {error or type(error).__name__}")
    return f'<p role="alert" style="margin:4px 0;line-height:1.4">{text}</p>'


def training(*args, **kwargs):
    """See `course.interactive.training.Training`."""
    from course.interactive.training import Training

    return Training(*args, **kwargs)


assert Play  # a kind of Slider; named here so that lessons find every control in one place
