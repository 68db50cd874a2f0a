"""The judge's side of a process that runs a learner's answer: it is called like a function."""

from __future__ import annotations

import builtins
import importlib
import inspect
import sys
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from course.checking import guard, limits, source, state, trouble
from course.grading import messages, wire
from course.grading.channel import Channel, Gone, Late
from course.words import say

COMPUTING, WALL = 10.0, 15.0  # seconds for one answer: of computing, and by the clock
PATIENCE = 20.0  # seconds by the clock after which its process is ended


class Ended(limits.TooLong):
    """The answer's process has ended, or had to be; what is said of it is in `elsewhere`."""


class Introduced(NamedTuple):
    """What an answer is, before it is called: there, callable, a stub; its parameters."""

    said: str
    there: bool
    callable: bool
    idle: bool
    signature: list | None
    unused: list


class Answer:
    """An answer in its own process.

    Attributes
    ----------
    about
        What it is; None until `begin`.
    call
        A function that stands for it: arguments go there, what it returns, raises, prints, warns
        of and changes comes back.
    """

    def __init__(self, channel: Channel, shapes: Callable):
        self.channel, self.shapes = channel, shapes
        self.about: Introduced | None = None
        self.lost: Ended | None = None

        def call(*args, **kwargs):
            return self.asked({"do": "call", "probed": False, "first": False}, args, kwargs)

        call.many = self.many
        self.call = call

    def begin(self, message: dict) -> None:
        """Let it run the learner's pieces.

        Raises
        ------
        Ended
            If it doesn't come through.
        """
        seconds = [COMPUTING, WALL]
        reply, _ = self._talk({"do": "begin", "seconds": seconds, **message}, [], _line())
        try:
            self.about = Introduced(**reply)
            self.call.__name__ = self.call.__qualname__ = str(message["name"])
            self.call.__signature__ = _signature(self.about.signature)
            ignored, data = self.about.unused
            unused = list(map(str, ignored)), list(map(str, data))
            self.call.away = source.Away(unused)
        except (TypeError, ValueError, KeyError):
            raise self._ended(say("Its process wrote what can't be read.")) from None

    def many(self, n: int, args: tuple) -> list:
        """Call it n times with the same arguments, in one go: each way there and back takes long.

        What is given and changed, such as a generator, goes from call to call.
        """
        found = self.asked({"do": "many", "n": n}, args, {})
        if not isinstance(found, list) or len(found) != n:
            raise self._ended(say("Its process wrote what can't be read."))
        return found

    def probe(self, args: tuple, kwargs: dict, *, first: bool = False) -> Any:
        """Let the exercise's probe use it there; `first` gives what its first call drew."""
        return self.asked({"do": "call", "probed": True, "first": first}, args, kwargs)

    def law(self, n: int, rng) -> Any:
        """Let a law of the exercise be held against it there."""
        return self.asked({"do": "law", "n": n}, rng)

    def asked(self, message: dict, *given) -> Any:
        """Have something done with arguments; what came of it happens here."""
        line = _line()
        blobs: list[bytes] = []
        message["args"] = line.write(given, blobs)
        reply, theirs = self._talk(message, blobs, line)
        try:
            printed, warned = str(reply["printed"]), [str(w) for w in reply["warned"]]
            if reply["after"] is not None:
                line.read(reply["after"], theirs)
            error = reply["error"] and _raised(reply["error"])
            value = None if error else line.read(reply["value"], theirs)
        except (messages.Garbled, KeyError, TypeError, ValueError):
            raise self._ended(say("Its process wrote what can't be read.")) from None
        print(printed, end="")
        for text in warned:
            warnings.warn(text, stacklevel=2)
        if error:
            raise error
        return value

    def _talk(self, message: dict, blobs: list, line: wire.Wire) -> tuple[Any, list[bytes]]:
        """Send, answer what is asked meanwhile, and return the reply."""
        if self.lost:
            raise self.lost
        try:
            self.channel.send(message, blobs)
            while True:
                got, theirs = self.channel.receive()
                if not isinstance(got, dict):
                    raise messages.Garbled("no message")
                if "reply" in got:
                    return got["reply"], theirs
                self._answer(got, theirs, line)
        except Late:
            raise self._ended(
                say(
                    "Your code was still running after {n:g} seconds, so it was stopped.",
                    n=PATIENCE,
                )
            ) from None
        except Gone:
            raise self._ended(say("Your code ended the process that it ran in.")) from None
        except messages.Garbled:
            raise self._ended(say("Its process wrote what can't be read.")) from None

    def _ended(self, text: str) -> Ended:
        self.lost = Ended(text)
        self.lost.elsewhere = trouble.Elsewhere(text, None)
        return self.lost

    def _answer(self, got: dict, theirs: list, line: wire.Wire) -> None:
        """Call a function of this side for the other."""
        n, given = got.get("ask"), line.read(got.get("args"), theirs)
        ours = self.shapes if n == "shapes" else line.things.get(n) if type(n) is int else None
        if not callable(ours) or not isinstance(given, tuple) or len(given) != 2:
            raise messages.Garbled("no such function")
        args, kwargs = given
        if n == "shapes":
            args = (str(got.get("name")), *args)
        outcome = guard.call(lambda: ours(*args, **kwargs))
        blobs: list[bytes] = []
        error = outcome.error and {
            "kind": type(outcome.error).__name__,
            "words": guard.safe(outcome.error),
        }
        self.channel.send({"value": line.write(outcome.value, blobs), "error": error}, blobs)


def _line() -> wire.Wire:
    """A fresh wire of this end; a function of the other is never called."""
    return wire.Wire(_class, lambda n, name: wire.Odd("function"), 0)


def _class(names: list):
    """The class of an object that arrives: one of the course's ideas in plain Python, or none."""
    for name in names:
        module, _, inner = str(name).partition(":")
        if module.startswith(tuple(f"course.{part}." for part in state.PARTS)):
            kind = getattr(sys.modules.get(module), inner, None)
            torch = sys.modules.get("torch")
            if isinstance(kind, type) and not (torch and issubclass(kind, torch.nn.Module)):
                return kind
    return None


_OURS = {
    "TooSlow": limits.TooSlow,
    "TooLong": limits.TooLong,
    "AskedForInput": guard.AskedForInput,
    "Unreadable": guard.Unreadable,
    "Unusable": guard.Unusable,
}


_FIRST: dict = {  # what these are made of before their words
    UnicodeEncodeError: ("ascii", "", 0, 1),
    UnicodeDecodeError: ("ascii", b"", 0, 1),
    UnicodeTranslateError: ("", 0, 1),
}


def _raised(error: dict) -> BaseException:
    """An exception like the one that was raised there."""
    kind = _OURS.get(error["kind"]) or getattr(builtins, error["kind"], None)
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        kind = Exception
    if issubclass(kind, (KeyboardInterrupt, GeneratorExit)):
        kind = SystemExit
    try:
        made = kind(*_FIRST.get(kind, ()), str(error["words"]))
    except TypeError:  # it wants more than words
        made = ValueError(str(error["words"]))
    line = error["line"]
    where = (int(line[0]), str(line[1])) if line else None
    made.elsewhere = trouble.Elsewhere(str(error["told"]), where)
    return made


def _signature(parts: list | None) -> inspect.Signature | None:
    """A signature as the other side described it; None where it has none."""
    if parts is None:
        return None
    line, empty = _line(), inspect.Parameter.empty
    return inspect.Signature(
        [
            inspect.Parameter(
                str(name),
                inspect._ParameterKind(kind),
                default=empty if default is None else line.read(default, []),
            )
            for name, kind, default in parts
        ]
    )


def _are_sizes(values: Any) -> bool:
    """Whether there are small numbers alone, and few."""
    if isinstance(values, (tuple, list)):
        return len(values) < 20 and all(map(_are_sizes, values))
    return isinstance(values, (int, float)) and 0 <= values < 2000


def shapes_of(reference: Callable) -> Callable:
    """A function that tells the parameters of the course's module of some sizes, and no more."""

    def shapes(name: str, *sizes, **named):
        torch = importlib.import_module("torch")
        plain = _are_sizes((*sizes, *named.values()))
        if name != reference.__name__ or not issubclass(reference, torch.nn.Module) or not plain:
            raise ValueError("sizes of a module are whole numbers")
        return [(n, list(p.shape)) for n, p in reference(*sizes, **named).named_parameters()]

    return shapes
