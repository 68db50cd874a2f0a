"""How long a learner's code may run, and how it is stopped.

What counts is the processor's time of the thread that runs it, so that a busy machine takes
nothing away from anyone. Sleeps and deadlocks use none; a longer limit by the clock ends those.
Both are looked at between two steps of Python: one long step inside C, such as
``sum(range(10**11))``, is left to `watchdog`.
"""

from __future__ import annotations

import ctypes
import itertools
import signal
import sys
import threading
import time
from collections.abc import Callable

SECONDS = 10.0  # of computing, for all calls of one check together
WALL = 60.0  # by the clock, while nothing or little is computed
DEPTH = 3000  # calls inside calls: a right answer may well recurse 2,000 deep
_TICK = 0.05  # how often the clocks are looked at


class TooSlow(BaseException):
    """The limit of computing; not an Exception: a learner's `except Exception` lets it pass."""


class TooLong(TooSlow):
    """The limit by the clock."""


class Budget:
    """What is left to a learner's code in one check, in seconds of computing and by the clock."""

    def __init__(self, seconds: float | None = None, wall: float | None = None):
        self.computing = SECONDS if seconds is None else seconds
        self.wall = WALL if wall is None else wall

    def spent(self, computing: float, wall: float) -> type[TooSlow] | None:
        """Which limit one more call has reached, or None."""
        if computing >= max(self.computing, 0.01):
            return TooSlow
        return TooLong if wall >= max(self.wall, 0.01) else None

    def spend(self, computing: float, wall: float) -> None:
        """Take one call's seconds away."""
        self.computing -= computing
        self.wall -= wall


def within(budget: Budget, f: Callable, *args):
    """f(*args), or TooSlow once the budget is spent.

    A signal on the main thread interrupts even `time.sleep`. Elsewhere (Windows, other threads) a
    second thread asks the interpreter, which answers between two steps of Python.
    """
    main = threading.current_thread() is threading.main_thread()
    by_signal = main and hasattr(signal, "setitimer")
    used = _used_here() if by_signal else _used_at_most()
    try:
        return (_by_signal if by_signal else _by_thread)(budget, used, f, *args)
    finally:
        budget.spend(*used())


def _used_here() -> Callable[[], tuple[float, float]]:
    """A stop watch for the thread that starts it: seconds of computing, seconds by the clock."""
    computing, wall = time.thread_time(), time.monotonic()
    return lambda: (time.thread_time() - computing, time.monotonic() - wall)


def _used_at_most() -> Callable[[], tuple[float, float]]:
    """The same read from another thread: a process computes at least as long as one thread."""
    computing, wall = time.process_time(), time.monotonic()

    def used():
        by_clock = time.monotonic() - wall
        return min(time.process_time() - computing, by_clock), by_clock

    return used


def _inside(f: Callable, *args):
    """The frame above which a signal may stop the code."""
    return f(*args)


def _by_signal(budget: Budget, used: Callable, f: Callable, *args):
    late = itertools.count()
    reached: list[str] = []

    def look(number, frame):
        if not reached:  # asked once: from then on there is no time to lose
            reached.extend(filter(None, [budget.spent(*used())]))
        if not reached:
            return
        if next(late) == 5:  # it catches every exception: hit it also while it does
            signal.setitimer(signal.ITIMER_REAL, 2e-5, 2e-5)
        while frame is not None:
            if frame.f_code is _inside.__code__:
                raise reached[0]
            frame = frame.f_back

    old = signal.signal(signal.SIGALRM, look)
    try:
        signal.setitimer(signal.ITIMER_REAL, _TICK, _TICK)
        return _inside(f, *args)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def _by_thread(budget: Budget, used: Callable, f: Callable, *args):
    target, ended = ctypes.c_ulong(threading.get_ident()), threading.Event()
    ask = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def look():
        while not ended.wait(_TICK):
            if over := budget.spent(*used()):
                ask(target, ctypes.py_object(over))

    asking = threading.Thread(target=look, daemon=True)
    asking.start()
    try:
        return _inside(f, *args)
    finally:
        _end(ended, asking)


def _end(ended: threading.Event, asking: threading.Thread) -> None:
    """End the asking, and let a last question, still unanswered, come to nothing.

    It is answered by a few more steps. Taking it back instead, by asking for None, would leave
    Python 3.11 with a flag that nobody lowers, and a function under `sys.setprofile` without end.
    """
    while True:
        try:
            ended.set()
            asking.join()
            for _ in range(10):
                pass
            return
        except TooSlow:
            continue


def allow_depth() -> None:
    """Let calls stand deeper inside one another than Python allows by itself."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), DEPTH))
