"""A learner's function in the course's place: tried first, then trusted, replaced if it fails.

A passed check says that a function is right on the cases of its check. A later lesson calls it on
other sizes, and must go on whatever it does. So the first call for each form of arguments is made
twice, by the course's function and by the learner's on copies: type, shape and finiteness must
agree, and the arguments must stay as they were. Further calls of that form cost a few microseconds
more than the learner's function itself. A call of either kind has a time limit.
"""

from __future__ import annotations

import copy
import functools
import signal
import threading
import time
from collections.abc import Callable

from course.checking.guard import safe
from course.checking.limits import Budget, TooSlow, within
from course.checking.trouble import line_of
from course.learner import answers
from course.lessons import form
from course.words import say

SECONDS = 10.0  # for one call
PATIENCE = 20.0  # for all calls together, where the course's would take a tenth of that
FORMS = 12  # forms of arguments that are tried; after that the type is looked at, not the shape
TRYING = 1.0  # seconds spent in the course's function for trying
_FAILED = (Exception, SystemExit)
_local = threading.local()


class Part:
    """A function of the course in which a learner's stands, as long as it does its work.

    Attributes
    ----------
    key
        Its exercise: attention.attend.
    mine, ours
        The learner's function and the course's.
    fault
        Why the course's is used, as a sentence; empty as long as the learner's is.
    """

    def __init__(self, key: str, mine: Callable, ours: Callable):
        functools.update_wrapper(self, ours)
        self.key, self.mine, self.ours, self.fault = key, mine, ours, ""
        self._known: dict = {}  # the form of arguments: the form of the result
        self._calls = self._tried = 0
        self._seconds, self._course_seconds = 0.0, 0.0

    def __repr__(self) -> str:
        whose = say("the course's") if self.fault else say("yours")
        return f"{self.__name__}: {whose}"

    def __call__(self, *args, **kwargs):
        if self.fault:
            return self.ours(*args, **kwargs)
        given = form.of((args, kwargs))
        if given in self._known:
            return self._trusted(self._known[given], args, kwargs)
        if len(self._known) < FORMS and self._course_seconds < TRYING:
            return self._compared(given, args, kwargs)
        known = next(reversed(self._known.values()), None)
        return self._trusted(known and known.loose(), args, kwargs)

    def _compared(self, given, args, kwargs):
        """Call both, and give the learner's result if it is like the course's."""
        try:
            spare, copies = copy.deepcopy((args, kwargs)), form.copied((args, kwargs))
        except Exception:  # a generator, say: nothing can be called twice
            return self._trusted(None, args, kwargs)
        begun = time.perf_counter()
        expected = self.ours(*spare[0], **spare[1])  # what the course refuses is refused
        self._course_seconds += time.perf_counter() - begun
        self._tried += 1
        wanted = form.Form.of(expected)
        try:
            value = wanted.fit(self._run(*copies))
            if not form.equal(copies, spare):
                raise form.Unfit("changed")
            if form.finite(expected) and not form.finite(value):
                raise form.Unfit("infinite")
        except _FAILED as error:
            self._replace(error)
            form.go_on((args, kwargs), spare)
            return expected
        self._known[given] = wanted
        return value

    def _trusted(self, wanted, args, kwargs):
        """Call the learner's; the course's if it fails. What both refuse is no fault of theirs."""
        try:
            value = self._run(args, kwargs)
            value = value if wanted is None else wanted.fit(value)
        except _FAILED as error:
            value = self.ours(*args, **kwargs)
            self._replace(error)
        return value

    def _run(self, args, kwargs):
        """The learner's function, within the time limit of the outermost call.

        Parts call each other. Where an inner one is the slow one, the outer is run once more.
        """
        stack = _local.__dict__.setdefault("stack", [])
        inner = bool(stack) or _limited()
        begun = time.perf_counter()
        stack.append(self)
        try:
            if inner:
                return self.mine(*args, **kwargs)
            return limited(SECONDS, lambda: self.mine(*args, **kwargs))
        except TooSlow as late:
            late.part = getattr(late, "part", self)
            if inner:
                raise
            culprit = late.part
        finally:
            stack.pop()
            self._count(time.perf_counter() - begun)
        if culprit is self:
            raise Slow(SECONDS, None)
        culprit._replace(Slow(SECONDS, None))
        return self._run(args, kwargs)

    def _count(self, seconds: float):
        """Add up what the learner's function takes; leave it where a page would wait for it."""
        self._calls += 1
        self._seconds += seconds
        course = self._course_seconds / max(self._tried, 1) * self._calls
        if self._tried and self._seconds > PATIENCE and self._seconds > 10 * course:
            self._replace(Slow(self._seconds, course))

    def _replace(self, error: Exception):
        """Let the course's function take over, and say once why."""
        if not self.fault:
            then = say("The course's {name} stands in from here on.", name=self.__name__)
            self.fault = f"{_told(self.__name__, error)} {then}"
            answers.tell(self.fault)


class Slow(Exception):
    """Too long: the seconds it took, and the course's function would have taken if known."""


def limited(seconds: float, f: Callable):
    """f(), or `TooSlow` after some seconds."""
    return within(Budget(seconds, seconds), f)


def _limited() -> bool:
    """Whether a time limit runs already, as in a check; a second one would end it."""
    return hasattr(signal, "getitimer") and signal.getitimer(signal.ITIMER_REAL)[0] > 0


def _told(name: str, error: Exception) -> str:
    """What happened, in a sentence."""
    if isinstance(error, form.Unfit):
        return _unfit(name, *error.args)
    if isinstance(error, Slow):
        return _slow(name, *error.args)
    line, message = line_of(error), safe(error).rstrip(".")
    raised = f"{type(error).__name__}: {message}" if message else type(error).__name__
    if line is None:
        return say(
            "Your {name} passed its check, but here it raised {error}.", name=name, error=raised
        )
    return say(
        "Your {name} passed its check, but here its line {n}, `{line}`, raised {error}.",
        name=name,
        n=line[0],
        line=line[1],
        error=raised,
    )


def _unfit(name: str, what: str, kind: str = "") -> str:
    if what == "changed":
        return say("Your {name} passed its check, but here it changed its arguments.", name=name)
    if what == "infinite":
        return say("Your {name} passed its check, but here it returned infinity or nan.", name=name)
    return say("Your {name} passed its check, but here it returned {kind}.", name=name, kind=kind)


def _slow(name: str, seconds: float, course: float | None) -> str:
    n = f"{seconds:.3g}"
    if course is None:
        return say("Your {name} was still running here after {n} seconds.", name=name, n=n)
    return say(
        "Your {name} has taken {n} seconds so far, where the course's would have taken {m}.",
        name=name,
        n=n,
        m=f"{course:.2g}",
    )
