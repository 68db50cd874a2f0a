"""Run a learner's code so that nothing it does reaches the course, the notebook or the next check.

`call` never raises: what was returned, raised, printed and warned about comes back as an `Outcome`.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from course.checking import limits, state
from course.words import say


class AskedForInput(Exception):
    """The learner's function called `input()`."""


class Unreadable(Exception):
    """What the learner's function returned broke when it was read."""


class Empty(Exception):
    """The learner's function returned None where the check reads its result."""


class Unusable(Exception):
    """What the learner's function returned is of a kind that the check can't use."""


@dataclass(frozen=True)
class Outcome:
    """What one call did.

    Parameters
    ----------
    value
        What it returned, or None.
    error
        What it raised, or None.
    printed
        The first thousand characters of what it printed.
    warned
        The messages of its warnings, each once.
    """

    value: Any = None
    error: BaseException | None = None
    printed: str = ""
    warned: tuple[str, ...] = ()


class _Printed(io.TextIOBase):
    """A stdout that keeps only the beginning, so that an endless print fills no memory.

    Once it is full, what follows goes to the null device, which takes a million lines in a moment.
    """

    def __init__(self, size: int = 1000):
        self.text, self.size = "", size
        self.rest = contextlib.ExitStack()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text[: max(self.size - len(self.text), 0)]
        if len(self.text) == self.size:
            for name in ("stdout", "stderr"):
                if getattr(sys, name) is self:
                    setattr(sys, name, self._nowhere())
        return len(text)

    def _nowhere(self):
        null = open(os.devnull, "w", encoding="utf-8", errors="replace")  # noqa: SIM115
        return self.rest.enter_context(null)


def call(f: Callable, *args, budget: limits.Budget | None = None) -> Outcome:
    """Call f(*args) under guard; never an exception.

    Parameters
    ----------
    f
        Anything callable.
    budget
        The time left to it; a fresh one when None.
    """
    value, error, printed, caught = None, None, _Printed(), []
    try:
        with state.undisturbed(), printed.rest, _listening(printed) as caught:
            limits.allow_depth()  # `undisturbed` takes it back
            value = limits.within(budget or limits.Budget(), f, *args)
    except BaseException as e:
        error = e
    return Outcome(
        value, error, printed.text, tuple(dict.fromkeys(safe(w.message) for w in caught))
    )


@contextlib.contextmanager
def _listening(printed: _Printed) -> Iterator[list]:
    """Keep prints, warnings and questions away from the notebook."""

    def no_input(prompt=""):
        raise AskedForInput

    streams = contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed)
    with streams[0], streams[1], _no_displays(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        builtins.input = no_input  # `undisturbed` puts the real one back
        yield caught


def _no_displays():
    """Keep figures and tables back too, which in a notebook are not printed but displayed."""
    if "IPython" not in sys.modules or sys.modules["IPython"].get_ipython() is None:
        return contextlib.nullcontext()
    from IPython.utils.capture import capture_output

    return capture_output(stdout=False, stderr=False)


def safe(thing: object, size: int = 200) -> str:
    """str(thing) in one line, cut at some characters, whatever its __str__ does."""
    try:
        text = " ".join(str(thing).split())
    except Exception:
        return say("a {kind} that cannot be printed", kind=type(thing).__name__)
    return text if len(text) <= size else text[: size - 1] + "…"
