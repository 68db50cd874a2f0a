"""A guess before the run: asked, committed, then held beside what was measured.

```
guess = predict.number("04.check", "How small is the error at best?", low=0, high=1)
guess            # in the notebook: the question, a field and a button
guess.reveal(error)
```
Nobody has to guess. Where no guess was committed, only the measured value is shown.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from IPython.display import display

from course.interactive import asking
from course.learner import progress

CARD = (
    "border-left:3px solid #0072B2;padding:6px 14px;margin:6px 0;max-width:46em;line-height:1.5;"
    "background:rgba(128,128,128,.11);"
    "color:var(--jp-content-font-color1, inherit)"
)
QUIET = "color:var(--jp-content-font-color2, inherit)"
NEAR, FACTOR = 0.1, 1.5  # a guess is close within this part of its range, or by this factor


class Guess:
    """A question and the learner's answer to it, committed before it is known."""

    options: tuple = ()

    def __init__(self, id: str, question: str):
        if not id or not question:
            raise ValueError(f"a prediction needs an id and a question, not {id!r}, {question!r}")
        self.id, self.question = id, question

    def commit(self, value) -> None:
        """Commit to an answer; once the truth is shown, the first one stands.

        Raises
        ------
        ValueError
            If the value is not one that the question allows.
        """
        value = self.check(value)
        if "measured" not in self.entry:
            progress.record_prediction(self.id, guess=value)

    @property
    def entry(self) -> dict:
        """What is kept of this prediction; empty where nobody guessed."""
        return progress.read()["predictions"].get(self.id, {})

    def reveal(self, measured, shown: str | None = None) -> None:
        """Show the guess beside the truth, and keep the score.

        Parameters
        ----------
        measured
            What came out.
        shown
            How it is written, the same on every machine; by default with 3 significant digits.

        Raises
        ------
        ValueError
            If what was measured is no answer to the question.
        """
        measured = self.check(measured, truth=True)
        shown = shown or self.words(measured)
        entry = self.entry
        if "guess" not in entry:
            display({"text/plain": f"Measured: {shown}", "text/html": _measured(shown)}, raw=True)
            return
        close = self.close(entry["guess"], measured)
        progress.record_prediction(self.id, measured=measured, close=close)
        text = f"{self.verdict(entry['guess'], measured, close)} {score(progress.read())}"
        lines = [f"You predicted {self.words(entry['guess'])}. Measured: {shown}.", text]
        display(
            {"text/plain": "\n".join(lines), "text/html": self._html(entry, shown, text)}, raw=True
        )

    def _html(self, entry: dict, shown: str, text: str) -> str:
        pair = (("You predicted", self.words(entry["guess"])), ("Measured", shown))
        cells = "".join(
            f'<div style="margin-right:3em"><div style="{QUIET};font-size:90%">{name}</div>'
            f'<div style="font-size:150%;font-weight:600">{html.escape(value)}</div></div>'
            for name, value in pair
        )
        words = f'<div style="margin-top:4px">{html.escape(text)}</div>'
        row = f'<div style="display:flex;flex-wrap:wrap">{cells}</div>'
        return f'<div style="{CARD}">{row}{words}</div>'

    def _repr_mimebundle_(self, **_):
        allowed = (
            f'<div style="{QUIET}">Predict before you run the next cell: {self.allowed}.</div>'
        )
        page = f'<div style="{CARD}"><b>{html.escape(self.question)}</b>{allowed}</div>'
        data = {"text/plain": repr(self), "text/html": page}
        return asking.box(self)._repr_mimebundle_() | data

    def __repr__(self) -> str:
        return f"Prediction {self.id}: {self.question} ({self.allowed})"


class Number(Guess):
    """A guess that is a number."""

    def __init__(self, id, question, *, unit: str = "", low=None, high=None):
        super().__init__(id, question)
        if low is not None and high is not None and not low < high:
            raise ValueError(f"{id}: low must be below high, not {low} and {high}")
        self.unit, self.low, self.high = unit, low, high

    @property
    def allowed(self) -> str:
        """What may be answered, in words."""
        unit = f" {self.unit}" if self.unit else ""
        if self.low is not None and self.high is not None:
            return f"a number from {self.low:g} to {self.high:g}{unit}"
        if self.low is not None:
            return f"a number from {self.low:g}{unit} up"
        return f"a number up to {self.high:g}{unit}" if self.high is not None else f"a number{unit}"

    def check(self, value, *, truth: bool = False) -> float:
        """Return the value as a float; a guess must lie in the range, the truth may surprise."""
        try:
            number = float(value.removesuffix(self.unit) if isinstance(value, str) else value)
        except (TypeError, ValueError):
            number = math.nan
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        if math.isnan(number) or not (truth or low <= number <= high):
            raise ValueError(f"{self.id} wants {self.allowed}, not {value!r}")
        return number

    def typed(self, value: float) -> str:
        """Write a number as its field holds it."""
        return f"{value:g}"

    def words(self, value: float) -> str:
        """Write a number with 3 digits and its unit."""
        return f"{value:.3g} {self.unit}".rstrip()

    def close(self, guess: float, measured: float) -> bool:
        """Tell whether a guess is near: within a tenth of the range, or else a factor of 1.5."""
        if self.low is not None and self.high is not None:
            return abs(guess - measured) <= NEAR * (self.high - self.low)
        return guess == measured or _factor(guess, measured) <= FACTOR

    def verdict(self, guess: float, measured: float, close: bool) -> str:
        """Say how far off: as a factor where that is more than 3, else as a difference."""
        if close:
            return "Close."
        factor = _factor(guess, measured)
        if 3 < factor < math.inf:
            times = f"{factor:.2g}" if factor < 100 else f"10^{math.log10(factor):.0f}"
            size = "large" if abs(guess) > abs(measured) else "small"
            return f"Too {size} by a factor of {times}."
        unit = "points" if self.unit == "%" else self.unit
        by = f"{abs(guess - measured):.3g} {unit}".rstrip()
        return f"Too {'high' if guess > measured else 'low'} by {by}."


class Choice(Guess):
    """A guess that is one of several."""

    def __init__(self, id, question, options: Sequence[str]):
        super().__init__(id, question)
        self.options = tuple(options)
        if len(set(self.options)) < 2 or len(set(self.options)) < len(self.options):
            raise ValueError(f"{id}: a choice needs two or more different options, not {options}")

    @property
    def allowed(self) -> str:
        """What may be answered, in words."""
        return " or ".join([", ".join(map(str, self.options[:-1])), str(self.options[-1])])

    def check(self, value, *, truth: bool = False):
        """Return the option; refuse what is none."""
        if value not in self.options:
            raise ValueError(f"{self.id} wants {self.allowed}, not {value!r}")
        return self.options[self.options.index(value)]

    def typed(self, value):
        """Return an option as its field holds it."""
        return value

    def words(self, value) -> str:
        """Write an option."""
        return str(value)

    def close(self, guess, measured) -> bool:
        """Tell whether the guess is the truth."""
        return guess == measured

    def verdict(self, guess, measured, close: bool) -> str:
        """Say whether it was right."""
        return "Right." if close else "It came out differently: find out why below."


def number(id: str, question: str, *, unit: str = "", low=None, high=None) -> Number:
    """Ask for a number; `low` and `high`, where given, bound the guess."""
    return Number(id, question, unit=unit, low=low, high=high)


def choice(id: str, question: str, options: Sequence[str]) -> Choice:
    """Ask which of several it will be."""
    return Choice(id, question, options)


def score(state: dict) -> str:
    """Say how many of the predictions revealed so far were close."""
    known = [p["close"] for p in state["predictions"].values() if "close" in p]
    return f"So far {sum(known)} of {len(known)} were close." if known else ""


def _factor(a: float, b: float) -> float:
    """Return how many times the larger is the smaller; infinite across zero."""
    return max(a / b, b / a) if a * b > 0 else math.inf


def _measured(shown: str) -> str:
    label = f'<span style="{QUIET}">Measured:</span>'
    return f'<div style="{CARD}">{label} <b>{html.escape(shown)}</b></div>'
