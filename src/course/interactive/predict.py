"""A guess before the run: asked, committed, then held beside what was measured.

```
guess = predict.number("mlp.check", "How small is the error?", low=0, high=1, factor=3)
guess            # in the notebook: the question, a field and a button
guess.reveal(error)
```
Nobody has to guess. Where no guess was committed, only the measured value is shown; where nobody
could have guessed yet, as in a run of all cells, a learner's page waits (`Guess.reveal`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from course.interactive import numerals
from course.interactive.guess import Guess, Refused
from course.words import say, say_n

COUNTED: dict[str, Callable[[int, str], str]] = {  # units that are words, with their number
    "bits": lambda n, size: say_n("{size} bit", "{size} bits", n, size=size),
    "nats": lambda n, size: say_n("{size} nat", "{size} nats", n, size=size),
    "points": lambda n, size: say_n("{size} point", "{size} points", n, size=size),
    "positions": lambda n, size: say_n("{size} position", "{size} positions", n, size=size),
}


class Number(Guess):
    """A guess that is a number, close within a tolerance or within a factor."""

    def __init__(self, id, question, *, unit="", low=None, high=None, within=None, factor=None):
        super().__init__(id, question)
        if low is not None and high is not None and not low < high:
            raise ValueError(f"{id}: low must be below high, not {low} and {high}")
        if (within is None) == (factor is None):
            raise ValueError(
                f"{id}: give exactly one of within, a tolerance in the question's unit, and factor,"
                f" a ratio, not within={within} and factor={factor}"
            )
        if not (within is None or within >= 0) or not (factor is None or factor > 1):
            raise ValueError(
                f"{id}: within must be 0 or more and factor above 1, "
                f"not within={within} and factor={factor}"
            )
        self.unit, self.low, self.high, self.within, self.factor = unit, low, high, within, factor

    @property
    def wanted(self) -> str:
        """What may be typed, as a sentence."""
        low, high = (None if end is None else self.words(end) for end in (self.low, self.high))
        if self.low is not None and self.high is not None:
            low = numerals.write(self.low)
            return say("Type a number from {low} to {high}.", low=low, high=high)
        if self.low is not None:
            return say("Type a number of at least {low}.", low=low)
        if self.high is not None:
            return say("Type a number of at most {high}.", high=high)
        return (
            say("Type a number, in {unit}.", unit=say(self.unit))
            if self.unit
            else say("Type a number.")
        )

    @property
    def ends(self) -> str:
        """Unit and range, as far as they are given."""
        low, high = (None if end is None else self.words(end) for end in (self.low, self.high))
        if self.low is not None and self.high is not None:
            return say("From {low} to {high}.", low=numerals.write(self.low), high=high)
        if self.low is not None:
            return say("At least {low}.", low=low)
        if self.high is not None:
            return say("At most {high}.", high=high)
        return say("In {unit}.", unit=say(self.unit)) if self.unit else ""

    @property
    def asked(self) -> str:
        """What may be typed and what is close, as sentences."""
        if self.factor is not None:
            times = numerals.write(self.factor)
            return f"{self.wanted} {say('Close means within a factor of {factor}.', factor=times)}"
        if not self.within:
            return f"{self.wanted} {say('Only the exact number is close.')}"
        by = self._by(self.within)
        return f"{self.wanted} {say('Close means within {tolerance}.', tolerance=by)}"

    def check(self, value, *, truth: bool = False) -> float:
        """Return the value as a float; a guess must lie in the range, the truth may surprise."""
        number = self._read(value)
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        if not (math.isfinite(number) or truth) or math.isnan(number):
            raise Refused(_no_number(value), self.wanted)
        if not truth and number < low:
            given = self._apart(number, low)
            raise Refused(say("{given} is too low.", given=given), self.wanted)
        if not truth and number > high:
            given = self._apart(number, high)
            raise Refused(say("{given} is too high.", given=given), self.wanted)
        return number

    def _read(self, value) -> float:
        """Return what was typed or measured as a float, nan where it is none."""
        if isinstance(value, str) and not value.strip():
            raise Refused(say("Nothing is typed yet."), self.wanted)
        try:
            return numerals.read(value, self.unit) if isinstance(value, str) else float(value)
        except (TypeError, ValueError, ArithmeticError):
            return math.nan

    def _apart(self, number: float, end: float) -> str:
        """Write a number beyond an end with the digits that tell it from that end."""
        digits = next((n for n in range(3, 17) if float(f"{number:.{n}g}") != end), 17)
        return _with_unit(number, self.unit, digits)

    def doubt(self, held) -> str:
        """Say how a share of the whole is typed in percent, where one may have been meant."""
        number = 100 * self.check(held)
        meant = self.unit == "%" and 0 < number < 100 and not re.search("%|per ?cent", f"{held}")
        if not meant or (self.high is not None and number > self.high):
            return ""
        return say("(for {size} % type {size})", size=numerals.write(number))

    def typed(self, value: float) -> str:
        """Write a number as its field holds it."""
        return f"{value:.12g}"

    def words(self, value: float) -> str:
        """Write a number with 3 digits and its unit."""
        return _with_unit(value, self.unit)

    def seen(self, value: float, text: str) -> float:
        """Return a number as rounded as a text writes it."""
        return numerals.as_written(value, text)

    def close(self, guess: float, measured: float) -> bool:
        """Tell whether a guess is near, by the measure that the question states."""
        if self.factor is not None:
            return guess == measured or _times(guess, measured) <= self.factor * (1 + 1e-9)
        return abs(guess - measured) <= self.within + 1e-9 * abs(measured)

    def verdict(self, guess: float, measured: float, close: bool) -> str:
        """Say how far off: as a factor where the question asks for one, else as a difference."""
        if close:
            return say("Close.")
        times = _times(guess, measured)
        if self.factor is not None and math.isfinite(times):
            many = numerals.write(times, 2) if times < 1e4 else _rounded_power(times)
            if abs(guess) > abs(measured):
                return say("Too large by a factor of {factor}.", factor=many)
            return say("Too small by a factor of {factor}.", factor=many)
        by = self._by(abs(guess - measured))
        if guess > measured:
            return say("Too high by {difference}.", difference=by)
        return say("Too low by {difference}.", difference=by)

    def _by(self, size: float) -> str:
        """Write a difference: percent differ by points."""
        return _with_unit(size, "points" if self.unit == "%" else self.unit)


class Choice(Guess):
    """A guess that is one of several."""

    def __init__(self, id, question, options: Sequence[str]):
        super().__init__(id, question)
        self.options = tuple(options)
        if len(set(self.options)) < 2 or len(set(self.options)) < len(self.options):
            raise ValueError(f"{id}: a choice needs two or more different options, not {options}")

    @property
    def asked(self) -> str:
        """What may be chosen, as a sentence."""
        *first, last = map(self.words, self.options)
        return say("Choose one: {options}; or {last}.", options="; ".join(first), last=last)

    def check(self, value, *, truth: bool = False):
        """Return the option; refuse what is none."""
        if value is None:
            raise Refused(say("Nothing is chosen yet."), self.asked)
        if value not in self.options:
            why = say("{given} is none of the options.", given=_quoted(value))
            raise Refused(why, self.asked)
        return self.options[self.options.index(value)]

    def typed(self, value):
        """Return an option as its field holds it."""
        return value

    def words(self, value) -> str:
        """Write an option."""
        return say(str(value))

    def came_out(self, measured, shown: str | None) -> str:
        """Write the option that came true, and after it what was measured."""
        option = self.words(measured)
        if shown is None:
            return option
        return say("{option}: {measured}", option=option, measured=numerals.minus(shown))

    def close(self, guess, measured) -> bool:
        """Tell whether the guess is the truth."""
        return guess == measured

    def verdict(self, guess, measured, close: bool) -> str:
        """Say whether it was right."""
        if close:
            return say("Right.")
        return say("It came out differently: find out why below.")


def number(
    id: str, question: str, *, unit: str = "", low=None, high=None, within=None, factor=None
) -> Number:
    """Ask for a number.

    Parameters
    ----------
    unit
        What is counted or measured; "%" differs by points.
    low, high
        The ends, where there are any, between which a guess must lie.
    within, factor
        Exactly one of them says what is close: an absolute tolerance in the unit, or a ratio.
    """
    return Number(id, question, unit=unit, low=low, high=high, within=within, factor=factor)


def choice(id: str, question: str, options: Sequence[str]) -> Choice:
    """Ask which of several it will be."""
    return Choice(id, question, options)


def _times(a: float, b: float) -> float:
    """Return how many times the larger is the smaller; infinite across zero."""
    return max(a / b, b / a) if a * b > 0 else math.inf


def _rounded_power(times: float) -> str:
    return numerals.power_of_ten(round(math.log10(times)))


def _with_unit(value: float, unit: str, digits: int = 3) -> str:
    """Write a number with its unit, in the form that suits it; a degree's sign without a space."""
    number = numerals.write(value, digits)
    if unit in COUNTED:
        whole = number.lstrip("−").replace(",", "")
        return COUNTED[unit](int(whole) if whole.isdecimal() else 2, number)
    return f"{number}{unit}" if unit == "°" else f"{number} {say(unit)}".rstrip()


def _no_number(value) -> str:
    """Say why a value was not understood as one number."""
    given = _quoted(value)
    if isinstance(value, str) and numerals.is_span(value):
        sentence = "{given} could be many numbers. Type the one that you think most likely."
        return say(sentence, given=given)
    if isinstance(value, str) and any(map(str.isdigit, value)):
        return say("{given} isn't understood. Type the number alone.", given=given)
    return say("{given} isn't a number.", given=given)


def _quoted(value) -> str:
    """Return what was given, in quotes if it is text."""
    return f"“{value.strip()}”" if isinstance(value, str) else repr(value)
