"""What a hand can move: sliders, choices, switches and play controls, as plain data.

A control knows its label, its start, which values it allows and which of them a test should try.
It becomes a widget of the page only where one is displayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Slider:
    """A number between two ends: whole, evenly stepped, or stepped by a factor."""

    low: float
    high: float
    start: float
    step: float
    label: str
    log: bool = False

    @property
    def whole(self) -> bool:
        """Are its values integers?"""
        return isinstance(self.step, int) and not self.log

    def values(self) -> list:
        """Return both ends, the middle and the start."""
        mean = (self.low * self.high) ** 0.5 if self.log else (self.low + self.high) / 2
        middle = round(mean) if self.whole else mean
        return list(dict.fromkeys([self.low, middle, self.high, self.start]))

    def check(self, value) -> Any:
        """Return the value as a number of its kind; refuse one outside the ends."""
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if not number or not self.low <= value <= self.high:
            raise ValueError(f"{self.label} goes from {self.low} to {self.high}, not {value!r}")
        return int(value) if self.whole else float(value)


@dataclass(frozen=True)
class Choice:
    """One of several."""

    options: tuple
    start: Any
    label: str

    def values(self) -> list:
        """Return every option."""
        return list(self.options)

    def check(self, value) -> Any:
        """Return the option; refuse what is none."""
        if value not in self.options:
            named = ", ".join(map(str, self.options))
            raise ValueError(f"{self.label} is one of {named}, not {value!r}")
        return value


@dataclass(frozen=True)
class Play(Slider):
    """A whole-number slider that also moves by itself."""

    interval: int = 33


def slider(low, high, *, start=None, step=None, log: bool = False, label: str) -> Slider:
    """Let a number be moved.

    Parameters
    ----------
    low, high
        The ends. If they, `start` and `step` are all whole, so are the values.
    start
        Where it stands at first; `low` by default.
    step
        Distance of two neighbours; with `log`, the number of steps for a factor of ten.
    log
        Step by a factor instead of a distance.
    label
        What the reader sees beside it.

    Raises
    ------
    ValueError
        If the ends are not in order, `start` lies outside, or a log slider touches zero.
    """
    start = low if start is None else start
    if not low < high:
        raise ValueError(f"{label}: low must be below high, not {low} and {high}")
    if not low <= start <= high:
        raise ValueError(f"{label}: start {start} is not between {low} and {high}")
    if log and low <= 0:
        raise ValueError(f"{label}: a log slider needs low above 0, not {low}")
    if log:
        return Slider(float(low), float(high), float(start), step or 20, label, log=True)
    if step is None:
        step = 1 if all(isinstance(v, int) for v in (low, high, start)) else (high - low) / 100
    if step <= 0:
        raise ValueError(f"{label}: step must be above 0, not {step}")
    if all(isinstance(v, int) for v in (low, high, start, step)):
        return Slider(low, high, start, step, label)
    return Slider(float(low), float(high), float(start), float(step), label)


def choice(options: Sequence, *, start=None, label: str) -> Choice:
    """Let one of several be chosen; the first at the start, unless another is named."""
    if len(options) < 2 or len(set(options)) < len(options):
        raise ValueError(f"{label}: a choice needs two or more different options, not {options}")
    control = Choice(tuple(options), options[0] if start is None else start, label)
    control.check(control.start)
    return control


def toggle(start: bool = False, *, label: str) -> Choice:
    """Let something be switched on and off."""
    return Choice((False, True), bool(start), label)


def play(low: int, high: int, *, start=None, step: int = 1, interval: int = 33, label: str) -> Play:
    """Let a whole number run from low to high by itself, a step every `interval` milliseconds."""
    base = slider(low, high, start=start, step=step, label=label)
    if not base.whole:
        raise ValueError(f"{label}: play counts in whole numbers, not from {low} by {step}")
    return Play(base.low, base.high, base.start, base.step, label, interval=interval)


def widget(control):
    """Return the control as a widget of the page, and the one among its parts that has the value."""
    import ipywidgets as w

    wide = {"description_width": "initial"}
    layout = w.Layout(width="auto", min_width="330px", max_width="560px", margin="2px 18px 2px 0")
    common = {"description": control.label, "style": wide, "layout": layout}
    if isinstance(control, Choice):
        if control.options == (False, True):
            part = w.Checkbox(value=control.start, indent=False, **common)
        elif len(control.options) <= 5:
            named = [(str(o), o) for o in control.options]
            common["style"]["button_width"] = "auto"
            part = w.ToggleButtons(options=named, value=control.start, **common)
        else:
            named = [(str(o), o) for o in control.options]
            part = w.Dropdown(options=named, value=control.start, **common)
        return part, part
    if control.log:
        ends = {"min": np.log10(control.low), "max": np.log10(control.high)}
        part = w.FloatLogSlider(
            value=control.start, **ends, step=1 / control.step, readout_format=".3g", **common
        )
        return part, part
    kind = w.IntSlider if control.whole else w.FloatSlider
    ends = {"min": control.low, "max": control.high, "step": control.step}
    more = {} if control.whole else {"readout_format": ".3g"}
    part = kind(value=control.start, **ends, **more, **common)
    if isinstance(control, Play):
        clock = w.Play(value=control.start, interval=control.interval, **ends)
        w.jslink((clock, "value"), (part, "value"))
        return w.HBox([clock, part]), part
    return part, part
