"""Run a learner's code so that nothing it does reaches the course, the notebook or the next check.

`call` never raises: what was returned, raised, printed and warned about comes back as an `Outcome`,
and `sentence` tells an exception in plain words, with the learner's own line.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import ctypes
import io
import itertools
import linecache
import re
import signal
import sys
import sysconfig
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from course.checking import state

SECONDS = 10.0  # for all calls of one check together
_OURS = (str(Path(__file__).parents[1]), sysconfig.get_path("stdlib"), "<frozen", "<__array")


class TooSlow(BaseException):
    """The time limit; not an Exception, so that a learner's `except Exception` lets it pass."""


class AskedForInput(Exception):
    """The learner's function called `input()`."""


class Unreadable(Exception):
    """What the learner's function returned broke when it was read."""


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

    value: object = None
    error: BaseException | None = None
    printed: str = ""
    warned: tuple[str, ...] = ()


class Budget:
    """The seconds that are left to a learner's code in one check."""

    def __init__(self, seconds: float | None = None):
        self.end = time.monotonic() + (SECONDS if seconds is None else seconds)

    @property
    def left(self) -> float:
        return max(self.end - time.monotonic(), 0.01)


class _Printed(io.TextIOBase):
    """A stdout that keeps only the beginning, so that an endless print fills no memory."""

    def __init__(self, size: int = 1000):
        self.text, self.size = "", size

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text[: max(self.size - len(self.text), 0)]
        return len(text)


def call(f: Callable, *args, budget: Budget | None = None) -> Outcome:
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
        with state.undisturbed(), _listening(printed) as caught:
            value = within((budget or Budget()).left, f, *args)
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


def within(seconds: float, f: Callable, *args):
    """f(*args), or TooSlow after some seconds.

    A signal on the main thread interrupts even `time.sleep`. Elsewhere (Windows, other threads) a
    second thread asks the interpreter, which answers between two steps of Python.
    """
    main = threading.current_thread() is threading.main_thread()
    by = _by_signal if main and hasattr(signal, "setitimer") else _by_thread
    return by(seconds, f, *args)


def _inside(f: Callable, *args):
    """The frame above which a signal may stop the code."""
    return f(*args)


def _by_signal(seconds: float, f: Callable, *args):
    ticks = itertools.count()

    def stop(number, frame):
        if next(ticks) == 5:  # it catches every exception: hit it also while it does
            signal.setitimer(signal.ITIMER_REAL, 2e-5, 2e-5)
        while frame is not None:
            if frame.f_code is _inside.__code__:
                raise TooSlow
            frame = frame.f_back

    old = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.05)
        return _inside(f, *args)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def _by_thread(seconds: float, f: Callable, *args):
    target, over = ctypes.c_ulong(threading.get_ident()), threading.Event()
    ask = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def stop():
        late = over.wait(seconds)
        while not late:
            ask(target, ctypes.py_object(TooSlow))
            late = over.wait(0.05)

    asking = threading.Thread(target=stop, daemon=True)
    asking.start()
    try:
        return _inside(f, *args)
    finally:
        over.set()
        asking.join()
        ask(target, None)  # a last question, still unanswered


def safe(thing: object, size: int = 200) -> str:
    """str(thing) in one line, cut at some characters, whatever its __str__ does."""
    try:
        text = " ".join(str(thing).split())
    except Exception:
        return f"a {type(thing).__name__} that cannot be printed"
    return text if len(text) <= size else text[: size - 1] + "…"


def line_of(error: BaseException) -> tuple[int, str] | None:
    """The learner's own line in a traceback, the innermost: (number, source), or None."""
    found, step = None, error.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if not file.startswith(_OURS) and "site-packages" not in file:
            source = linecache.getline(file, step.tb_lineno, step.tb_frame.f_globals)
            found = step.tb_lineno, source.strip()
        step = step.tb_next
    return found


def sentence(error: BaseException) -> str:
    """Say in one sentence what the learner's code raised, and where."""
    if isinstance(error, TooSlow):
        return (
            f"your code was still running after {SECONDS:g} seconds, so it was stopped. "
            "Is there a loop that never ends?"
        )
    if isinstance(error, AskedForInput):
        return "your function asks for input(). Take what it needs from its arguments."
    if isinstance(error, Unreadable):
        return f"what your function returned cannot be read as numbers: {safe(error)}."
    if isinstance(error, Unusable):
        return f"your function ran, but the check can't use what came back: {safe(error)}."
    line = line_of(error)
    source = f", `{line[1]}`," if line and line[1] else ""
    where = f"your line {line[0]}{source} raised" if line else "calling your function raised"
    if isinstance(error, RecursionError):
        return (
            f"{where} RecursionError: it calls itself without end. Which call should be the last?"
        )
    if isinstance(error, SystemExit):
        return f"{where} SystemExit, which ends Python. Return a value."
    what = safe(error)
    if what.startswith("matmul: Input operand"):
        return f"{where} {type(error).__name__}: {_misfit(error, what)}"
    return f"{where} {type(error).__name__}{': ' + what.rstrip('.') if what else ''}.{_hint(what)}"


def _misfit(error: BaseException, message: str) -> str:
    """NumPy's complaint about A @ B as a sentence, with both shapes where they can be read."""
    sizes = re.search(r"\(size (\d+) is different from (\d+)\)", message)
    shapes = _factors(error)
    both = f"{shapes[0]} and {shapes[1]} don't fit. " if shapes else "A and B don't fit. "
    if sizes is None:
        return f"{both}A @ B needs arrays with an axis, and a number has none: `*` is for those."
    right, left = sizes.groups()
    return (
        f"{both}A @ B sums over the last axis of A, here {left} long, and the last but one of B "
        f"(the only one of a vector), here {right}: which should be turned?"
    )


def _factors(error: BaseException) -> tuple[str, str] | None:
    """Both sides of the `@` that failed: ('x of shape (2, 3)', 'W of shape (4, 5)'), or None."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    if step is None:
        return None
    places = list(step.tb_frame.f_code.co_positions())[step.tb_lasti // 2]
    try:
        code = linecache.getline(step.tb_frame.f_code.co_filename, places[0])
        code = code.encode()[places[2] : places[3]].decode() if places[0] == places[1] else ""
        sides = ast.parse(code.strip(), mode="eval").body
        sides = sides.left, sides.right
        return tuple(_shape_of(side, step.tb_frame.f_locals) for side in sides)
    except (AttributeError, KeyError, SyntaxError, TypeError, ValueError):
        return None


def _shape_of(side: ast.expr, names: dict) -> str:
    """'W.T of shape (5, 4)' of a name, perhaps with `.T`."""
    turned = isinstance(side, ast.Attribute) and side.attr == "T"
    array = names[(side.value if turned else side).id]
    if type(array).__module__ != "numpy":
        raise TypeError
    return f"{ast.unparse(side)} of shape {(array.T if turned else array).shape}"


def _hint(message: str) -> str:
    """What NumPy's most frequent and least readable messages mean."""
    if "could not be broadcast" in message:
        return " Sizes are paired from the last axis on; keepdims=True or [:, None] keeps an axis."
    return ""
