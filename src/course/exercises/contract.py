"""An exercise as data: a reference, cases, laws, named mistakes and hints.

softmax = Exercise(id="4.2", name="softmax", reference=layers.softmax, cases=[...], ...)
softmax.check(softmax_of_the_learner)   # what is wrong, and what it means
softmax.hint()                          # the next rung: question, formula, skeleton
softmax.solution()                      # after an attempt: the course's source, and why
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from course.exercises import source, stages
from course.exercises.verdict import Verdict, note, show

_attempted: set[str] = set()  # exercises tried since this kernel started
_rungs: dict[str, int] = {}  # hints given since this kernel started


class Arguments(NamedTuple):
    """What a function is called with."""

    positional: tuple
    keyword: dict


def call(*positional, **keyword) -> Arguments:
    """Write a case's arguments as in a call: `call(q, k, v, causal=True)`."""
    return Arguments(positional, keyword)


class Drawn(NamedTuple):
    """A case with its numbers: what to call with, and what should come back."""

    kind: str
    says: str
    arguments: Arguments
    expected: object  # a plain value, or an exception's class
    changes: frozenset  # the arguments that the reference itself changes


@dataclass(frozen=True, eq=False)
class Case:
    """Arguments to try, made by `hand`, `random` or `extreme`.

    `args` is a tuple of positional arguments, or `call(...)` where some are given by keyword.
    """

    kind: str
    says: str
    draw: Callable
    expected: object = None
    n: int = 1

    @classmethod
    def hand(cls, args, expected, says: str = "") -> Case:
        """A case worked by hand; its numbers stand in the text above the stub."""
        return cls("hand", says, lambda rng: args, expected)

    @classmethod
    def random(cls, draw: Callable, says: str = "", n: int = 1) -> Case:
        """n cases drawn by draw(rng), expected from the reference; give all sizes distinct values."""
        return cls("random", says, draw, n=n)

    @classmethod
    def extreme(cls, args, says: str = "", expected=None) -> Case:
        """A case at the edge; expected from the reference, or an exception's class, or a value."""
        return cls("extreme", says, lambda rng: args, expected)


@dataclass(frozen=True, eq=False)
class Law:
    """What every right answer obeys.

    Parameters
    ----------
    says
        The law: "rows sum to 1".
    holds
        holds(f, rng) is True or "" where the law holds, else False or the sentence of failure. f is
        the learner's function with its results made into NumPy arrays and its inputs copied; where
        the exercise has a probe, f is the answer itself.
    """

    says: str
    holds: Callable


@dataclass(frozen=True, eq=False)
class Mistake:
    """A misconception: a small wrong implementation, and the sentence that names it."""

    name: str
    says: str
    code: Callable


@dataclass(frozen=True, eq=False)
class Exercise:
    """One exercise of a notebook.

    Parameters
    ----------
    id
        Lesson and number: "4.2".
    name
        The learner's function, and this exercise's name in its bank.
    reference
        The course's implementation.
    hints
        A question, then the formula with shapes, then a skeleton.
    why
        Shown with the solution.
    probe
        probe(answer, *args) gives the outputs to compare where the answer isn't simply called.
    rtol, atol
        An entry may differ by atol + rtol · |expected|; more where the answer is float32.

    Raises
    ------
    ValueError
        If the id has no dot, or there are no cases.
    """

    id: str
    name: str
    reference: Callable
    cases: Sequence[Case]
    mistakes: Sequence[Mistake]
    hints: Sequence[str]
    laws: Sequence[Law] = ()
    why: str = ""
    difficulty: int = 2
    minutes: int = 10
    importance: int = 3
    probe: Callable | None = None
    rtol: float = 1e-7
    atol: float = 1e-9
    home: dict = field(init=False, repr=False)

    def __post_init__(self):
        if "." not in self.id:
            raise ValueError(f"id is {self.id!r}; lesson and number are wanted, such as '4.2'")
        if not self.cases:
            raise ValueError(f"exercise {self.id} has no cases")
        module = sys.modules.get(getattr(self.reference, "__module__", ""))
        object.__setattr__(self, "home", dict(vars(module)) if module else {})

    def check(self, answer) -> None:
        """Say what a learner's function has right, or the first thing that is wrong with it.

        Under nbgrader a check that isn't done raises AssertionError with the same words.
        """
        try:
            verdict = self.examine(answer)
        except KeyboardInterrupt:
            verdict = self._verdict("stopped", "attempted", "Run the cell again to go on.")
        if verdict.state in ("wrong", "done"):
            _attempted.add(self.id)
            _tell("record_check", self.id, verdict.state == "done", verdict.mistake)
        if verdict.state != "done" and os.environ.get("NBGRADER_EXECUTION"):
            raise AssertionError(str(verdict)) from None
        show(verdict)

    def examine(self, answer) -> Verdict:
        """The verdict on an answer, as `check` shows it; nothing is recorded or displayed."""
        return stages.examine(self, answer)

    def hint(self) -> None:
        """Show the next hint: a question, then the formula and shapes, then a skeleton."""
        given = _rungs.get(self.id, 0)
        if given >= len(self.hints):
            solve = f"ex.{self.name}.solution() shows the course's, once you have tried."
            show(note(self.name, "no more hints", f"That was the last one. {solve}"))
            return
        _rungs[self.id] = given + 1
        _tell("record_hint", self.id)
        show(note(self.name, f"hint {given + 1} of {len(self.hints)}", self.hints[given]))

    def solution(self) -> None:
        """Show the course's source and why it is so, after an attempt."""
        if self.id not in _attempted and not _tried_before(self.id):
            text = f"Try first: ex.{self.name}.check({self.name}). A wrong answer is enough."
            show(note(self.name, "no attempt yet", text))
            return
        show(note(self.name, "solution", self.why, code=source.text(self.reference)))

    def draw(self, seed: int = 0) -> list[Drawn]:
        """All cases with their numbers, by hand first, then random, then extreme."""
        order = {"hand": 0, "random": 1, "extreme": 2}
        drawn = []
        for i, case in enumerate(sorted(self.cases, key=lambda c: order[c.kind])):
            rng = np.random.default_rng([zlib.crc32(self.id.encode()), i, seed])
            drawn += [stages.drawn(self, case, case.draw(rng)) for _ in range(case.n)]
        return drawn

    @cached_property
    def drawn(self) -> list[Drawn]:
        """The cases that `check` uses."""
        return self.draw()

    def _verdict(self, state: str, stage: str, text: str, **more) -> Verdict:
        return Verdict(self.name, state, stage, more.pop("case", ""), text, **more)

    def __repr__(self) -> str:
        way = f"ex.{self.name}"
        return (
            f"{self.name} · exercise {self.id}, difficulty {self.difficulty}, about {self.minutes} "
            f"minutes. {way}.check({self.name}), {way}.hint(), {way}.solution()"
        )


def _tell(function: str, *what) -> None:
    """Record progress. A read-only disk or a full one is no reason to fail a check."""
    try:
        from course.interactive import progress

        getattr(progress, function)(*what)
    except Exception:
        pass


def _tried_before(exercise: str) -> bool:
    """Whether progress knows a check of this exercise from an earlier kernel."""
    try:
        from course.interactive import progress

        return exercise in progress.read().get("checks", {})
    except Exception:  # as in `_tell`: then only this kernel's attempts count
        return False
