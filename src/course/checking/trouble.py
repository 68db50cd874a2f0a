"""Tell what a learner's code raised: where, in Python's words or better ones, and what it means."""

from __future__ import annotations

import linecache
import site
import sys
import sysconfig
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from course.checking import guard, limits, meanings
from course.words import say

_NOT_THEIRS = tuple(
    {
        str(Path(__file__).parents[1]),
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        *site.getsitepackages(),
        site.getusersitepackages(),
        "<frozen",
        "<__array",
    }
)


class Elsewhere(NamedTuple):
    """What is to be said of an exception raised in another process: on it, as `elsewhere`.

    Attributes
    ----------
    told
        The sentences.
    line
        The learner's own line, as `line_of` gives it.
    """

    told: str
    line: tuple[int, str] | None


def _elsewhere(error: BaseException) -> Elsewhere | None:
    try:
        found = vars(error).get("elsewhere")
    except Exception:  # an exception of the learner's own may break when it is looked at
        return None
    return found if isinstance(found, Elsewhere) else None


def is_theirs(frame: FrameType) -> bool:
    """Whether a frame runs a learner's code: a cell, a shell, a script or a module of their own."""
    file = frame.f_code.co_filename
    if frame.f_globals.get("__name__") == "__main__":
        return True
    top = str(frame.f_globals.get("__name__")).split(".")[0]
    if file.startswith(_NOT_THEIRS) or top in sys.stdlib_module_names:
        return False
    return file.endswith(".py") or file.startswith("<")  # not NumPy's .pyx


def _step(error: BaseException):
    """The innermost step of a traceback that is a learner's, or None."""
    found, step = None, error.__traceback__
    while step is not None:
        found = step if is_theirs(step.tb_frame) else found
        step = step.tb_next
    return found


def line_of(error: BaseException) -> tuple[int, str] | None:
    """The learner's own line in a traceback, the innermost: (number, source), or None."""
    if other := _elsewhere(error):
        return other.line
    step = _step(error)
    if step is None:
        return None
    file = step.tb_frame.f_code.co_filename
    return step.tb_lineno, linecache.getline(file, step.tb_lineno, step.tb_frame.f_globals).strip()


def told(error: BaseException) -> str:
    """Say in a few sentences what the learner's code raised, where, and what it means."""
    if other := _elsewhere(error):
        return other.told
    if isinstance(error, limits.TooLong):
        return say(
            "Your code was still waiting after {n:g} seconds, so it was stopped. "
            "Does it sleep, or wait for something that never comes?",
            n=limits.WALL,
        )
    if isinstance(error, limits.TooSlow):
        return say(
            "Your code was still running after {n:g} seconds, so it was stopped. "
            "Is there a loop that never ends?",
            n=limits.SECONDS,
        )
    if isinstance(error, guard.AskedForInput):
        return say("Your function asks for input(). Take what it needs from its arguments.")
    if isinstance(error, guard.Unreadable):
        what = guard.safe(error).rstrip(".")
        return say("What your function returned cannot be read as numbers: {what}.", what=what)
    if isinstance(error, guard.Empty):
        return say("Your function returned None. Is a `return` missing?")
    if isinstance(error, guard.Unusable):
        what = guard.safe(error).rstrip(".")
        return say("Your function ran, but the check can't use what came back: {what}.", what=what)
    return _raised(error)


def _raised(error: BaseException) -> str:
    """Where it was raised, its own words unless better ones replace them, and its meaning."""
    step, line = _step(error), line_of(error)
    names = {**step.tb_frame.f_globals, **step.tb_frame.f_locals} if step else {}
    try:
        meaning, instead = meanings.meaning(error, _expression(error), names)
    except Exception:  # an exception of the learner's own may break when it is looked at
        meaning, instead = "", False
    words = "" if instead else guard.safe(error).rstrip(".")
    return f"{_where(type(error).__name__, line, words)} {meaning}".rstrip()


def _where(kind: str, line: tuple[int, str] | None, words: str) -> str:
    n, source = line or (0, "")
    fields = {"kind": kind, "n": n, "source": source, "words": words}
    if source and words:
        return say("Your line {n}, `{source}`, raised {kind}: {words}.", **fields)
    if source:
        return say("Your line {n}, `{source}`, raised {kind}.", **fields)
    if line and words:
        return say("Your line {n} raised {kind}: {words}.", **fields)
    if line:
        return say("Your line {n} raised {kind}.", **fields)
    if words:
        return say("Calling your function raised {kind}: {words}.", **fields)
    return say("Calling your function raised {kind}.", **fields)


def _expression(error: BaseException) -> tuple:
    """The expression that failed in the learner's line, and its names; ("", {}) if unknown."""
    step = _step(error)
    if step is None:
        return "", {}
    first, last, begin, end = list(step.tb_frame.f_code.co_positions())[step.tb_lasti // 2]
    if first is None or first != last or begin is None:
        return "", {}
    line = linecache.getline(step.tb_frame.f_code.co_filename, first).encode()
    return line[begin:end].decode().strip(), step.tb_frame.f_locals
