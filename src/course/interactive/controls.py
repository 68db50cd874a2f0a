"""What a hand can move: sliders, choices, switches, play controls, a pad, as plain data.

A control knows its label, its start, which values it allows and which of them a test should try.
It becomes a widget of the page only where one is displayed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.interactive import numerals, pad
from course.words import say, say_n


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

    def ends(self) -> tuple:
        """Return the lowest and the highest value."""
        return self.low, self.high

    def check(self, value) -> Any:
        """Return the value as a number of its kind; refuse one outside the ends.

        A page computes powers of ten and may miss an end by its last digit.
        """
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        slack = 1e-9 * max(abs(self.low), abs(self.high))
        if not number or not self.low - slack <= value <= self.high + slack:
            sentence = "{label} goes from {low} to {high}, not {value!r}"
            ends = {"low": self.low, "high": self.high}
            raise ValueError(say(sentence, label=say(self.label), value=value, **ends))
        return int(value) if self.whole else float(min(max(value, self.low), self.high))

    def refusal(self) -> str:
        """Say what can be typed beside it; for {typed} stands what was typed."""
        ends = {"low": self.words(self.low), "high": self.words(self.high)}
        sentence = "“{typed}” is not possible here: {label} goes from {low} to {high}."
        return say(sentence, typed="{typed}", label=say(self.label), **ends)

    @property
    def decimals(self) -> int | None:
        """How many decimals tell its values apart; None where a factor or a long step does."""
        if self.log:
            return None
        return next((n for n in range(3) if math.isclose(self.step, round(self.step, n))), None)

    def words(self, value) -> str:
        """Write the value as its readout does."""
        n = self.decimals
        return numerals.write(value) if n is None else numerals.minus(f"{value:,.{n}f}")


@dataclass(frozen=True)
class Selection:
    """One of several."""

    options: tuple
    start: Any
    label: str

    @property
    def switch(self) -> bool:
        """Is it on or off?"""
        return self.options == (False, True)

    def values(self) -> list:
        """Return every option."""
        return list(self.options)

    def ends(self) -> tuple:
        """Return the first option and the last."""
        return self.options[0], self.options[-1]

    def check(self, value) -> Any:
        """Return the option; refuse what is none."""
        if value not in self.options:
            named = ", ".join(map(str, self.options))
            sentence = "{label} is one of {options}, not {value!r}"
            raise ValueError(say(sentence, label=say(self.label), options=named, value=value))
        return value

    def words(self, value) -> str:
        """Write the option as its button does; of a switch, whether it is on."""
        if self.switch:
            return say("on") if value else say("off")
        return say(str(value))


@dataclass(frozen=True)
class Text:
    """A line that the reader types."""

    start: str
    samples: tuple
    most: int
    label: str
    letters: str = ""

    def values(self) -> list:
        """Return the start and the samples."""
        return [self.start, *self.samples]

    def ends(self) -> tuple:
        """Return the shortest and the longest of its values."""
        return min(self.values(), key=len), max(self.values(), key=len)

    def check(self, value) -> str:
        """Return the line; refuse an empty one, one that is too long, and other letters."""
        if not isinstance(value, str) or not 0 < len(value) <= self.most:
            sentence = "{label} takes 1 to {most} characters, not {value!r}"
            raise ValueError(say(sentence, label=say(self.label), most=self.most, value=value))
        if strange := set(value) - set(self.letters or value):
            sentence = "{label} can't hold {strange}; its characters are {known}"
            known, odd = repr(self.letters), ", ".join(map(repr, sorted(strange)))
            raise ValueError(say(sentence, label=say(self.label), strange=odd, known=known))
        return value

    def words(self, value) -> str:
        """Write the line in quotes."""
        return f"“{value}”"


@dataclass(frozen=True)
class Drawing:
    """What a hand draws, as the text of `pad`; empty where nothing is drawn."""

    start: str
    samples: tuple
    label: str

    def values(self) -> list:
        """Return the start and the samples."""
        return list(dict.fromkeys([self.start, *self.samples]))

    def ends(self) -> tuple:
        """Return the start and the last sample."""
        return self.start, self.samples[-1]

    def check(self, value) -> str:
        """Return the drawing; refuse what is none."""
        if not isinstance(value, str):
            raise ValueError(
                say("{label} takes a drawing, not {value!r}", label=say(self.label), value=value)
            )
        pad.strokes(value)
        return value

    def words(self, value) -> str:
        """Say of how many strokes it is made."""
        return say_n("{n} stroke", "{n} strokes", len(pad.strokes(value)))


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


def choice(options: Sequence, *, start=None, label: str) -> Selection:
    """Let one of several be chosen; the first at the start, unless another is named."""
    if len(options) < 2 or len(set(options)) < len(options):
        raise ValueError(f"{label}: a choice needs two or more different options, not {options}")
    control = Selection(tuple(options), options[0] if start is None else start, label)
    control.check(control.start)
    return control


def toggle(start: bool = False, *, label: str) -> Selection:
    """Let something be switched on and off."""
    return Selection((False, True), bool(start), label)


def text(
    start: str, *, samples: Sequence[str], most: int = 60, letters: str = "", label: str
) -> Text:
    """Let a line be typed; `samples` are what a test types, `letters` all that it may hold."""
    control = Text(start, tuple(samples), most, label, letters)
    for value in control.values():
        control.check(value)
    return control


def drawing(start: str, *, samples: Sequence[str], label: str) -> Drawing:
    """Let something be drawn; `samples` are what a test draws."""
    control = Drawing(start, tuple(samples), label)
    for value in control.values():
        control.check(value)
    return control


def play(low: int, high: int, *, start=None, step: int = 1, interval: int = 33, label: str) -> Play:
    """Let a whole number run from low to high by itself, a step every `interval` milliseconds."""
    base = slider(low, high, start=start, step=step, label=label)
    if not base.whole:
        raise ValueError(f"{label}: play counts in whole numbers, not from {low} by {step}")
    return Play(base.low, base.high, base.start, base.step, label, interval=interval)


def check_all(controls: Mapping) -> None:
    """Refuse what is no control."""
    for name, control in controls.items():
        if not isinstance(control, Slider | Selection | Text | Drawing):
            raise ValueError(
                f"{name} must be a slider, choice, toggle, text, drawing or play, not {control!r}"
            )


def starts(controls: Mapping) -> dict:
    """Return the value that each control stands at first."""
    return {name: control.start for name, control in controls.items()}


def ranges(controls: Mapping) -> dict[str, tuple[float, float, str]]:
    """Return the ends of each slider by its label, and what is said of what lies beyond them."""
    sliders = (control for control in controls.values() if isinstance(control, Slider))
    return {say(one.label): (one.low, one.high, one.refusal()) for one in sliders}


def checked(controls: Mapping, values: Mapping) -> dict:
    """Return values as their controls hold them; refuse an unknown name or a value outside."""
    for name in values:
        if name not in controls:
            there = ", ".join(controls) or "none"
            raise ValueError(say("no control {name!r}; there are {there}", name=name, there=there))
    return {name: controls[name].check(value) for name, value in values.items()}


def singles(controls: Mapping, most: int | None = None) -> Iterator[dict]:
    """Go through each control's values, the other controls at their start.

    Of a control with more than `most` values so many are taken, evenly, its ends among them.
    """
    start = starts(controls)
    yield start
    for name, control in controls.items():
        values = _spread(list(control.values()), most)
        yield from (start | {name: value} for value in values if value != start[name])


def _spread(values: list, most: int | None) -> list:
    """Take at most so many of the values, evenly, the first and the last among them."""
    if most is None or len(values) <= most:
        return values
    return [values[round(i * (len(values) - 1) / (most - 1))] for i in range(most)]


def corners(controls: Mapping, most: int) -> Iterator[dict]:
    """Go through the combinations of every control's ends, at most so many of them."""
    ends = (control.ends() for control in controls.values())
    for corner in itertools.islice(itertools.product(*ends), most):
        yield dict(zip(controls, corner, strict=True))
