"""What a live figure and a training figure share: controls, one stage, one display."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Self

import ipywidgets as w

from course import cards
from course.interactive import controls as hands
from course.interactive import plot
from course.interactive.names import Told, aloud, named, spoken
from course.interactive.stage import Stage
from course.interactive.still import Still, asleep
from course.words import say

REST = 1.0  # seconds without a newer picture before what stays is renewed


class Moving:
    """A figure on a stage, with controls; show it as the last expression of a cell.

    Where a kernel runs, the cell holds widgets; what stays is the last picture, with its alt text.
    A subclass says in `widgets` what they are.

    Parameters
    ----------
    setup
        Builds the artists once and returns `update`; see `Stage`.
    alt
        What the figure shows, in words.
    width, height
        Size in units of 100 pixels on the page.
    **controls
        A `slider`, `choice`, `toggle`, `text` or `play` for each argument.
    """

    def __init__(self, setup: Callable, *, alt: str, width: float, height: float, **controls):
        hands.check_all(controls)
        self.controls, self.values = controls, hands.starts(controls)
        self.stage = Stage(setup, alt=alt, width=width, height=height)
        self._still: Still | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._told: Told | None = None
        self._moved = False  # since it came on the page

    def widgets(self) -> w.Box:
        """Return the widgets of this figure."""
        raise NotImplementedError

    def set(self, **values) -> Self:
        """Move controls, as a hand would.

        Raises
        ------
        ValueError
            If there is no such control, or it does not go so far.
        """
        self.values |= hands.checked(self.controls, values)
        return self

    def png(self) -> bytes:
        """Return the present picture."""
        return self.stage.png()

    def now(self) -> list[str]:
        """Return how the controls stand, as phrases."""
        pairs = ((control, self.values[name]) for name, control in self.controls.items())
        return [
            say("{label}: {value}", label=say(control.label), value=control.words(value))
            for control, value in pairs
        ]

    def alt(self) -> str:
        """Return what the picture shows, in words; once it has moved, first how it stands now."""
        first = say(self.stage.alt)
        if not self._moved:
            return first
        return say("{now}. At first: {first}", now=self._now(), first=first)

    def heard(self) -> str:
        """Return what a screen reader says of the living picture: how it stands, from the start."""
        if self._moved:
            return aloud(self.alt())
        return aloud(say("{first} Now: {now}.", first=say(self.stage.alt), now=self._now()))

    def _now(self) -> str:
        """Return how the controls stand, and what is written on the picture; each thing once."""
        return ". ".join(filter(None, [self.settings(), self.stage.words()]))

    def settings(self) -> str:
        """Return how those controls stand of which the picture itself doesn't tell."""
        words = self.stage.words()
        return "; ".join(phrase for phrase in self.now() if phrase.replace(":", "") not in words)

    def stays(self) -> list[tuple[dict, dict]]:
        """Return what is seen where no kernel runs: the picture, then a line for eye and ear."""
        line = cards.quiet(say("This picture moves: run its cell, then use its controls."), size=90)
        heard = {"text/html": asleep(spoken(self.alt()) + line), "text/plain": ""}
        data, metadata = plot.bundle(self.png(), self.alt(), width=self.stage.width)
        metadata["image/png"]["settings"] = self.settings()
        return [(data, metadata), (heard, {})]

    def rested(self, image: w.Image) -> None:
        """Once the picture has come to rest, renew its words and what stays, and read them out."""
        if self._still is None:
            return
        self._moved = True
        self.unsettled()
        loop = asyncio.get_running_loop()
        self._rest = loop.call_later(REST, self._at_rest, image)

    def unsettled(self) -> None:
        """Leave a picture unread that was to be read out: what comes now is the last thing said."""
        if self._rest:
            self._rest.cancel()

    def begun(self) -> None:
        """Have the end of what begins read out, even if it ends as it did the last time."""
        if self._told:
            self._told.tell("")

    def _at_rest(self, image: w.Image) -> None:
        if self._still and self._told:
            image.tooltip = self.heard()
            self._still.renew(self.stays())
            self._told.tell(aloud(self.stage.words()))

    def _ipython_display_(self) -> None:
        stays = self.stays()
        box, self._told = self.widgets(), Told(seen=False)
        box.children = (*box.children, self._told)
        labels = [say(control.label) for control in self.controls.values()]
        options = [
            control.words(option)
            for control in self.controls.values()
            for option in getattr(control, "options", ())
        ]
        name = say("Figure that moves: {controls}", controls=aloud("; ".join(labels)))
        ranges = hands.ranges(self.controls)
        self._still = Still(named(box, name, [*labels, *options], ranges=ranges))
        self._still.show(stays)

    def __repr__(self) -> str:
        return self.stage.alt
