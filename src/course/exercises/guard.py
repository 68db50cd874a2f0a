"""Run a learner's code so that nothing it does reaches the course, the notebook or the next check.

`call` never raises: what was returned, raised, printed and warned about comes back as an `Outcome`.
Around the call, global state (random seeds, error settings, environment, modules) is put back.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import linecache
import os
import random
import signal
import sys
import sysconfig
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import ismodule
from pathlib import Path

import numpy as np

SECONDS = 10.0  # for all calls of one check together
_COURSE = str(Path(__file__).parents[1])
_LIBRARY = (sysconfig.get_path("stdlib"), "<frozen", _COURSE)


class TooSlow(BaseException):
    """The time limit; not an Exception, so that a learner's `except Exception` lets it pass."""


class AskedForInput(Exception):
    """The learner's function called `input()`."""


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


def call(f: Callable, *args, budget: Budget | None = None, **kwargs) -> Outcome:
    """Call f(*args, **kwargs) under guard.

    Parameters
    ----------
    f
        Anything callable.
    budget
        The time left to it; a fresh one when None.

    Returns
    -------
    outcome
        What it did; never an exception.
    """
    value, error, printed = None, None, _Printed()
    caught: list = []
    try:
        with undisturbed(), _listening(printed) as caught, limit((budget or Budget()).left):
            value = f(*args, **kwargs)
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
    with streams[0], streams[1], warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        builtins.input = no_input  # `undisturbed` puts the real one back
        yield caught


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Put global state back as it was, and start from the same state each time."""
    modules = [vars(m) for m in (builtins, np, *_course_modules())]
    before = [dict(m) for m in modules]
    seeds, numpy_seeds, torch_state = random.getstate(), np.random.get_state(), _torch_state()
    environment, folder, depth = dict(os.environ), _folder(), sys.getrecursionlimit()
    path, prints, errors = list(sys.path), np.get_printoptions(), np.geterr()
    try:
        random.seed(0)
        np.random.seed(0)  # noqa: NPY002 - the learner may use the old generator
        np.seterr(all="warn")
        yield
    finally:
        for module, old in zip(modules, before, strict=True):
            module.update(old)
            for name in [n for n, v in module.items() if n not in old and not ismodule(v)]:
                del module[name]  # a module is loaded when first asked for, and stays
        random.setstate(seeds)
        np.random.set_state(numpy_seeds)
        np.seterr(**errors)
        np.set_printoptions(**prints)
        sys.path[:] = path
        sys.setrecursionlimit(depth)
        _restore_process(environment, folder)
        _restore_torch(torch_state)


def _course_modules() -> list:
    return [
        m for n, m in list(sys.modules.items()) if n.startswith("course.") and n.count(".") == 1
    ]


def _folder() -> str | None:
    with contextlib.suppress(OSError):
        return os.getcwd()
    return None


def _restore_process(environment: dict, folder: str | None) -> None:
    if dict(os.environ) != environment:
        os.environ.clear()
        os.environ.update(environment)
    if folder is not None and _folder() != folder:
        os.chdir(folder)


def _torch_state() -> tuple | None:
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "get_rng_state"):
        return None
    return torch.get_rng_state(), torch.get_default_dtype(), torch.is_grad_enabled()


def _restore_torch(state: tuple | None) -> None:
    if state is None:
        return
    torch = sys.modules["torch"]
    torch.set_rng_state(state[0])
    torch.set_default_dtype(state[1])
    torch.set_grad_enabled(state[2])


@contextlib.contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Raise TooSlow in the body after some seconds, and again until it gives in.

    A signal on the main thread interrupts even `time.sleep`. Elsewhere (Windows, other threads) a
    timer asks the interpreter, which answers between two lines of Python.
    """
    main = threading.current_thread() is threading.main_thread()
    with _by_signal(seconds) if main and hasattr(signal, "setitimer") else _by_timer(seconds):
        yield


@contextlib.contextmanager
def _by_signal(seconds: float) -> Iterator[None]:
    def stop(number, frame):
        raise TooSlow

    old = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
        finally:  # also where the last tick came just before it was switched off
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old)


@contextlib.contextmanager
def _by_timer(seconds: float) -> Iterator[None]:
    import ctypes

    target, over = ctypes.c_ulong(threading.get_ident()), threading.Event()

    def stop():
        if not over.wait(seconds):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(target, ctypes.py_object(TooSlow))

    threading.Thread(target=stop, daemon=True).start()
    try:
        yield
    finally:
        over.set()


def safe(thing: object, size: int = 200) -> str:
    """str(thing) in one line, cut at some characters, whatever its __str__ does."""
    try:
        text = " ".join(str(thing).split())
    except BaseException:
        return f"a {type(thing).__name__} that cannot be printed"
    return text if len(text) <= size else text[: size - 1] + "…"


def line_of(error: BaseException) -> tuple[str, int, str] | None:
    """The learner's own line in a traceback: (function, line number, source), or None."""
    found, step = None, error.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if not file.startswith(_LIBRARY) and "site-packages" not in file:
            source = linecache.getline(file, step.tb_lineno, step.tb_frame.f_globals).strip()
            found = step.tb_frame.f_code.co_name, step.tb_lineno, source
        step = step.tb_next
    return found


def sentence(error: BaseException) -> str:
    """Say in one sentence what the learner's code raised, and where."""
    if isinstance(error, TooSlow):
        return (
            f"your code was still running after {SECONDS:g} seconds, so it was stopped. "
            "Is there a loop that never ends?"
        )
    if isinstance(error, RecursionError):
        return "your function calls itself without end. Which call should be the last?"
    if isinstance(error, AskedForInput):
        return "your function asks for input(). Take what it needs from its arguments."
    line = line_of(error)
    kind, what = type(error).__name__, safe(error)
    raised = f"{kind}: {what}" if what else kind
    if isinstance(error, SystemExit):
        raised = "SystemExit, which would end Python. Return a value"
    if line is None:
        return f"calling your function raised {raised.rstrip('.')}."
    source = f", `{line[2]}`," if line[2] else ""
    return f"your line {line[1]}{source} raised {raised.rstrip('.')}."
