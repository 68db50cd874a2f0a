"""The process that runs one learner's answer to one exercise, and answers calls of it.

It knows neither the exercise's reference nor its cases: the course's ideas come to it as source in
which the reference is cut out (`blind`), and each call brings its arguments. Whatever the learner's
code does here, walk through memory, patch, write to the socket, amounts to returning some value.
"""

from __future__ import annotations

import builtins
import copy
import importlib
import inspect
import linecache
import sys
import types
import warnings
from dataclasses import replace
from typing import Any

from course.checking import draws, guard, limits, run, source, state, trouble
from course.checking.cases import Arguments
from course.checking.plain import plain
from course.grading import ideas, messages, wire
from course.grading.channel import Channel
from course.words import say


class Elsewhere(Exception):
    """A function of the judge's raised an exception that has no name here."""


class Room:
    """One answer, and the conversation about it."""

    def __init__(self, channel: Channel):
        self.channel, self.wire = channel, wire.Wire(_class, self.callback, 1)
        self.budget = limits.Budget()
        self.answer: Any = None
        self.probe: Any = None
        self.laws: list = []

    def serve(self) -> None:
        """Take what the judge asks for until nobody asks any more."""
        with state.undisturbed():  # once for all calls: each of them inside costs little then
            while True:
                message, blobs = self.channel.receive()
                self.wire = wire.Wire(_class, self.callback, 1)
                getattr(self, f"do_{message['do']}")(message, blobs)

    # ---- what is asked for ---------------------------------------------------------------------

    def do_begin(self, message: dict, blobs: list) -> None:
        """Run the learner's pieces, and say what came of them."""
        limits.SECONDS, limits.WALL = message["seconds"]
        self.budget = limits.Budget()
        sys.meta_path.insert(0, ideas.Ideas(message["ideas"], self.shapes))
        sys.modules["course"].__path__ = []
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        if message["probe"]:
            space: dict = {"__name__": "course.lessons.bank"}
            for piece in message["probe"]["pieces"]:
                exec(compile(piece["text"], piece["file"], "exec"), space)
            self.probe = eval(message["probe"]["probe"], space)
            self.laws = eval(message["probe"]["laws"], space | {"Law": lambda says, holds: holds})
        said = [_run(piece, vars(main), self.budget) for piece in message["pieces"]]
        self.answer = vars(main).get(message["name"])
        self.reply(self._introduced(next(filter(None, said), "")), [])

    def _introduced(self, said: str) -> dict:
        """What the judge should know of the answer before it is called."""
        answer, found = self.answer, {"said": said, "there": self.answer is not None}
        found["callable"] = callable(answer)
        found["idle"] = guard.call(source.idle, answer).value is True
        parts = guard.call(_parameters, answer).value
        found["signature"] = parts
        found["unused"] = guard.call(source.unused, answer).value or [[], []]
        return found

    def do_call(self, message: dict, blobs: list) -> None:
        """Call the answer, or a probe with it."""
        args, kwargs = self.wire.read(message["args"], blobs)
        before = self._as_bytes((args, kwargs))
        if message["first"]:
            outcome = self._first(args, kwargs)
        elif message["probed"]:
            fake = types.SimpleNamespace(probe=self.probe, reference=self.probe)
            given = Arguments(*copy.deepcopy((args, kwargs)))
            result = run.run(fake, self.answer, given, self.budget)
            outcome = guard.Outcome(result.value, result.error, result.printed, result.warned)
        else:
            use = self.answer
            outcome = guard.call(lambda: use(*args, **kwargs), budget=self.budget)
        self._told_with(before, (args, kwargs), outcome)

    def do_many(self, message: dict, blobs: list) -> None:
        """Call the answer some times; each call finds the process as the first one did."""
        args, kwargs = self.wire.read(message["args"], blobs)
        before = self._as_bytes((args, kwargs))
        use, found = self.answer, []

        def go() -> list:
            for _ in range(message["n"]):
                with state.undisturbed():
                    found.append(use(*args, **kwargs))
            return found

        self._told_with(before, (args, kwargs), guard.call(go, budget=self.budget))

    def _told_with(self, before: tuple, given: tuple, outcome: guard.Outcome) -> None:
        """Reply what calls did, and their arguments where these have changed."""
        after: Any = self._as_bytes(given)
        self.told(outcome, None if after == before else after)

    def _first(self, args: tuple, kwargs: dict) -> guard.Outcome:
        """What the answer's first call in the probe drew, or what the probe makes of it."""
        first = draws.first_of(self.answer)
        outcome = guard.call(lambda: self.probe(first, *args, **kwargs), budget=self.budget)
        if isinstance(outcome.error, draws.Drew):
            drew = guard.call(plain, outcome.error.args[0])
            return replace(outcome, value=drew.value, error=drew.error)
        return outcome

    def do_law(self, message: dict, blobs: list) -> None:
        """Hold the answer against a law of its bank."""
        (rng,) = self.wire.read(message["args"], blobs)
        law, answer = self.laws[message["n"]], self.answer
        outcome = guard.call(lambda: law(answer, rng), budget=self.budget)
        if isinstance(outcome.error, RuntimeError) and "requires grad" in str(outcome.error):
            outcome = guard.call(lambda: law(run.detaching(answer), rng), budget=self.budget)
        self.told(outcome, None)

    # ---- replies -------------------------------------------------------------------------------

    def _as_bytes(self, value: object) -> tuple[list, list]:
        blobs: list[bytes] = []
        return self.wire.write(value, blobs), blobs

    def told(self, outcome: guard.Outcome, after) -> None:
        """Reply what a call did, and what became of its arguments."""
        printed, warned = outcome.printed, list(outcome.warned)
        message: dict = {"printed": printed, "warned": warned, "error": None, "after": None}
        blobs: list[bytes] = []
        if after is not None:
            message["after"], blobs = after
        error = outcome.error
        try:
            message["value"] = None if error is not None else self.wire.write(outcome.value, blobs)
        except BaseException as broken:  # a value of the learner's may break when it is read
            deep = isinstance(broken, RecursionError)
            words = say("it is nested too deep") if deep else guard.safe(broken)
            message["value"], error = None, guard.Unreadable(words)
        message["error"] = None if error is None else _error(error)
        try:
            self.reply(message, blobs)
        except (messages.Garbled, RecursionError) as trouble:
            large = isinstance(trouble, messages.Garbled)
            words = say("it is too large") if large else say("it is nested too deep")
            error = guard.Unreadable(words)
            self.reply({**message, "value": None, "after": None, "error": _error(error)}, [])

    def reply(self, message: dict, blobs: list) -> None:
        self.channel.send({"reply": message}, blobs)

    # ---- questions to the judge ----------------------------------------------------------------

    def callback(self, n: int, name: str) -> Any:
        """What stands here for a function of the judge's."""

        def ask(*args, **kwargs):
            blobs: list[bytes] = []
            node = self.wire.write((args, kwargs), blobs)
            return self.asked({"ask": n, "args": node}, blobs)

        ask.__name__ = name if name.isidentifier() else "f"
        return ask

    def shapes(self, name: str, *args, **kwargs) -> list:
        """Names and shapes of the parameters of the course's module, made with these sizes."""
        blobs: list[bytes] = []
        node = self.wire.write((args, kwargs), blobs)
        return self.asked({"ask": "shapes", "name": name, "args": node}, blobs)

    def asked(self, message: dict, blobs: list) -> Any:
        self.channel.send(message, blobs)
        answer, blobs = self.channel.receive()
        if answer["error"]:
            kind = getattr(builtins, answer["error"]["kind"], Elsewhere)
            raise kind(answer["error"]["words"])
        return self.wire.read(answer["value"], blobs)


def _run(piece: dict, space: dict, budget: limits.Budget) -> str:
    """Run one piece of a submission; returns what is to be said if it fails."""
    file, text = piece["file"], piece["cell"]
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    padded = "\n" * (piece["line"] - 1) + piece["text"]

    def go():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(padded, file, "exec"), space)

    outcome = guard.call(go, budget=budget)
    return "" if outcome.error is None else trouble.told(outcome.error)


def _parameters(answer) -> list:
    """Names, kinds and defaults of an answer's parameters."""
    return [
        [p.name, int(p.kind), None if p.default is p.empty else _small(p.default)]
        for p in inspect.signature(answer).parameters.values()
    ]


def _small(default: object) -> list:
    """A default, if it is written without blobs; else by its kind."""
    blobs: list[bytes] = []
    node = wire.Wire(_class, None, 1).write(default, blobs)
    return ["O", type(default).__name__, ""] if blobs else node


def _error(error: BaseException) -> dict:
    """An exception as data: its kind by the nearest name that Python has, and what is said."""
    kinds = [c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins"]
    own = isinstance(error, (limits.TooSlow, guard.AskedForInput, guard.Unreadable, guard.Unusable))
    line: Any = guard.call(trouble.line_of, error).value
    told = guard.call(trouble.told, error).value or kinds[0]
    told = str(error) if isinstance(error, ideas.NotYours) else told
    return {
        "kind": type(error).__name__ if own else kinds[0],
        "words": guard.safe(error),
        "told": str(told)[:2000],
        "line": list(line) if line else None,
    }


def _class(names: list):
    """The class of an argument: the nearest that the course's ideas have."""
    for name in names:
        module, _, inner = name.partition(":")
        if module.startswith(tuple(f"course.{part}." for part in state.PARTS)):
            found = guard.call(importlib.import_module, module).value
            if isinstance(kind := getattr(found, inner, None), type):
                return kind
    return None
