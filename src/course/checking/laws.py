"""Hold an answer against the laws of its exercise."""

from __future__ import annotations

import copy
import inspect
import zlib

import numpy as np

from course.checking import compare, draws, guard, limits, run, trouble
from course.checking.plain import plain, shown, stacked
from course.words import say


def broken(exercise, answer, budget: limits.Budget, *, loosely: bool):
    """The first law that fails, as (sentence, outcome, "law 1 of 2"), or None.

    Parameters
    ----------
    loosely
        Whether a law may fail by rounding where the answer gives float32.
    """
    for i, law in enumerate(exercise.every_law, 1):
        rng = np.random.default_rng([zlib.crc32(exercise.key.encode()), 1000 + i])
        seen = Seen(exercise, answer)
        outcome = guard.call(lambda law=law, f=seen, r=rng: held(law, f, r), budget=budget)
        text = outcome.value if outcome.error is None else seen.told_error(outcome.error, law)
        if text and not (seen.is_loose and loosely and outcome.error is None):
            where = say("law {n} of {all}", n=i, all=len(exercise.every_law))
            return text, outcome, where
    return None


def held(law, f: Seen, rng) -> str:
    """Give the sentence of a law's failure, empty where it holds."""
    raw = f.is_raw(law)
    try:
        holds = law.holds(f.answer if raw else f, rng)
    except RuntimeError as error:
        if not raw or "requires grad" not in guard.safe(error):
            raise
        holds = law.holds(run.detaching(f.answer), rng)
    if isinstance(holds, str):
        return holds
    promise = say(law.says).rstrip(".")
    broken = say("This should hold, and does not: {law}.", law=promise)
    return "" if bool(holds) else f"{broken} {f.told()}".rstrip()


class Seen:
    """The answer as a law sees it: arrays out, inputs unharmed; it remembers what was seen."""

    def __init__(self, exercise, answer):
        self.exercise, self.answer = exercise, answer
        self.error, self.is_loose, self.calls = None, False, []

    def __call__(self, *args, **kwargs):
        given = _named(self.exercise.reference, args, kwargs)
        args, kwargs = copy.deepcopy((args, kwargs))
        try:
            value = plain(self.answer(*args, **kwargs))
            if isinstance(value, tuple) and isinstance(
                self.exercise.examples[0].expected, np.ndarray
            ):
                value = stacked(list(value))
        except BaseException as error:
            self.error = error
            raise
        leaves = value if isinstance(value, tuple) else (value,)
        real = [v.dtype for v in leaves if isinstance(v, np.ndarray) and v.dtype.kind == "f"]
        self.is_loose |= any(dtype.itemsize in compare.LOOSE for dtype in real)
        self.calls.append((given, value))
        return value

    def told(self) -> str:
        """The last call in a sentence, "" where there was none."""
        if not self.calls:
            return ""
        given, value = self.calls[-1]
        return say("With {given} your function returned {value}.", given=given, value=shown(value))

    def is_raw(self, law) -> bool:
        """Whether a law reads the answer itself."""
        return self.exercise.probe is not None or isinstance(law, draws.Drawing)

    def told_error(self, error: BaseException, law) -> str:
        """Tell an exception; one of the law's own means that the result is of another kind."""
        theirs = self.is_raw(law) and trouble.line_of(error) is not None
        if error is self.error or theirs or isinstance(error, (limits.TooSlow, KeyboardInterrupt)):
            return trouble.told(error)
        return say("Your function returned something of another kind than this law reads.")


def _named(reference, args: tuple, kwargs: dict) -> str:
    """'A of shape (3, 3), steps = 5,': what a law called with."""
    try:
        given = inspect.signature(reference).bind(*args, **kwargs).arguments
    except (TypeError, ValueError):
        given = {say("argument {n}", n=i): value for i, value in enumerate(args, 1)} | kwargs
    return "".join(f"{_given(name, plain(value))}, " for name, value in given.items()).rstrip(" ")


def _given(name: str, value: object) -> str:
    if isinstance(value, np.ndarray) and (value.size > 6 or value.ndim > 2):
        return say("{name} of shape {shape}", name=name, shape=value.shape)
    return f"{name} = {shown(value)}"
