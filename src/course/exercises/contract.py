"""An exercise as data: a reference, cases, laws, named mistakes and hints.

Use::

    softmax = Exercise(id="4.2", name="softmax", reference=layers.softmax, cases=[...], ...)
    softmax.check(f)      # what is wrong with the learner's f, and what it means
    softmax.hint()        # the next rung: a question, the formula and shapes, a skeleton
    softmax.solution()    # after an attempt: the course's source, and why it is so
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from course.exercises import source, stages
from course.exercises.attempt import Tried, attempt, drawn
from course.exercises.cases import Case, Drawn, Law, Mistake
from course.exercises.verdict import Note, Verdict, show

_ORDER = ("hand", "random", "extreme")
_attempted: set[str] = set()  # exercises tried since this kernel started
_rungs: dict[str, int] = {}  # hints given since this kernel started


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
    cases, laws, mistakes
        What is tried, what must hold, and the misconceptions that are known by name.
    hints
        A question, then the formula with shapes, then a skeleton.
    why
        Shown with the solution.
    difficulty, minutes, importance
        1 to 5, how long it takes, 1 to 5.
    probe
        probe(answer, *args) gives the outputs to compare where the answer isn't simply called.
    rtol, atol
        An entry may differ by atol + rtol · |expected|; more where the answer is float32.

    Raises
    ------
    ValueError
        If the id has no dot, or there are no cases; when drawn, if the reference fails on one.
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
    home: dict = field(init=False, repr=False)  # the reference's module as it was imported
    _known: dict = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self):
        if "." not in self.id:
            raise ValueError(f"id is {self.id!r}; lesson and number are wanted, such as '4.2'")
        if not self.cases:
            raise ValueError(f"exercise {self.id} has no cases")
        module = self.reference.__module__
        ours = module.startswith("course.")
        object.__setattr__(self, "home", dict(vars(sys.modules[module])) if ours else {})

    def check(self, answer: Callable | None = None) -> None:
        """Say what a learner's function has right, or the first thing that is wrong with it.

        Under nbgrader a check that isn't done raises AssertionError with the same words.
        """
        try:
            verdict = self.examine(answer)
        except KeyboardInterrupt:  # between two calls
            verdict = stages.stopped(self)
        if verdict.state in ("wrong", "done"):
            _attempted.add(self.id)
            _tell("record_check", self.id, verdict.state == "done", verdict.mistake)
        if verdict.state != "done" and "NBGRADER_EXECUTION" in os.environ:
            raise AssertionError(str(verdict)) from None
        show(verdict)

    def examine(self, answer: Callable) -> Verdict:
        """Give the verdict that `check` shows; nothing is recorded or displayed."""
        return stages.examine(self, answer)

    def hint(self) -> None:
        """Show the next hint: a question, then the formula and shapes, then a skeleton."""
        given, n = _rungs.get(self.id, 0), len(self.hints)
        if given >= n:
            text = f"You have seen all {n}. After an attempt, ex.{self.name}.solution() shows ours."
            show(Note(self.name, "no more hints", text))
            return
        _rungs[self.id] = given + 1
        _tell("record_hint", self.id)
        text, code = ("", self.hints[given]) if given == n - 1 else (self.hints[given], "")
        show(Note(self.name, f"hint {given + 1} of {n}", text, code))

    def solution(self) -> None:
        """Show the course's source and why it is so, after an attempt."""
        if self.id in _attempted or _tried_before(self.id):
            show(Note(self.name, "the course's solution", self.why, source.text(self.reference)))
        else:
            text = f"Try first: ex.{self.name}.check({self.name}). A wrong answer is enough."
            show(Note(self.name, "no attempt yet", text))

    def draw(self, seed: int = 0) -> list[Drawn]:
        """All cases with their numbers: by hand, then random, then extreme."""
        cases = []
        for i, case in enumerate(sorted(self.cases, key=lambda case: _ORDER.index(case.kind))):
            rng = np.random.default_rng([zlib.crc32(self.id.encode()), i, seed])
            cases += [drawn(self, case, case.draw(rng)) for _ in range(case.n)]
        return cases

    @cached_property
    def drawn(self) -> list[Drawn]:
        """The cases that `check` tries."""
        return self.draw()

    def behaviour(self, mistake: Mistake) -> list[Tried]:
        """What a mistake does in each case, worked out once."""
        if mistake not in self._known:
            self._known[mistake] = [attempt(self, mistake.code, c.arguments) for c in self.drawn]
        return self._known[mistake]

    def __repr__(self) -> str:
        about = f"exercise {self.id}, difficulty {self.difficulty}, about {self.minutes} minutes"
        ways = f"check({self.name}), hint(), solution()".replace(", ", f", ex.{self.name}.")
        return f"{self.name} · {about}: ex.{self.name}.{ways}"


def _tell(function: str, *what) -> None:
    """Record progress. A read-only or full disk is no reason to fail a check."""
    try:
        from course.interactive import progress

        getattr(progress, function)(*what)
    except Exception:  # whatever is wrong with the file, the learner asked about an answer
        return


def _tried_before(exercise: str) -> bool:
    """Whether the progress file knows a check of this exercise from an earlier kernel."""
    try:
        from course.interactive import progress

        return exercise in progress.read()["checks"]
    except Exception:  # as in `_tell`: then only this kernel's attempts count
        return False
