"""An exercise as data: a reference, cases, laws, named mistakes and hints.

Use::

    softmax = Exercise(layers.softmax, kind="derive", cases=[...], mistakes=[...], ...)
    softmax.check(f)      # what is wrong with the learner's f, and what it means
    softmax.hint()        # the next rung: a question, the formula and shapes, a skeleton
    softmax.solution()    # after an attempt: the course's source, and why it is so
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np

from course.checking import draws, source, stages, watchdog
from course.checking.cases import Case, Edit, Example, Law, Mistake, alike, known
from course.checking.run import Result, example, run
from course.checking.verdict import Note, Verdict, show
from course.learner import answers, beside
from course.words import later, say

KINDS = (
    later("transcribe"),
    later("derive"),
    later("transfer"),
    later("diagnose"),
    later("build"),
)
_ORDER = ("hand", "random", "extreme")
_attempted: set[str] = set()  # exercises tried since this kernel started
_rungs: dict[str, int] = {}  # hints given since this kernel started


@dataclass(frozen=True, eq=False)
class Exercise:
    """One exercise of a notebook.

    Parameters
    ----------
    reference
        The course's implementation; the learner's function and this exercise bear its name.
    cases, laws, mistakes
        What is tried, what must hold, and the misconceptions that are known by name: edits of the
        reference (a text that `cases.edits` reads, or `Edit`), and small wrong functions whose
        docstring is the sentence.
    hints
        A question, then the formula with shapes, then a skeleton.
    why
        Shown with the solution.
    kind
        What is asked: "transcribe" a formula, "derive" it, "transfer" it to a variant, "diagnose"
        what is wrong with something, or "build" from earlier pieces.
    difficulty, minutes, importance
        1 to 5, how long it takes, 1 to 5.
    probe
        probe(answer, *args) gives the outputs to compare where the answer isn't simply called.
    rtol, atol
        An entry may differ by atol + rtol · |expected|; more where the answer is float32.
    lesson
        The slug of its lesson; by default that of the bank in which it is made.

    Raises
    ------
    ValueError
        If the kind is unknown, or there are no cases; when drawn, if the reference fails on one.
    """

    reference: Callable
    cases: Sequence[Case]
    mistakes: Sequence[str | Edit | Callable | Mistake]
    hints: Sequence[str]
    laws: Sequence[Law] = ()
    why: str = ""
    kind: str = "transcribe"
    difficulty: int = 2
    minutes: int = 10
    importance: int = 3
    probe: Callable | None = None
    rtol: float = 1e-7
    atol: float = 1e-9
    lesson: str = ""
    home: dict = field(init=False, repr=False)  # the reference's module as it was imported
    _known: dict = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"{self.name} is of kind {self.kind!r}; kinds are {', '.join(KINDS)}")
        if not self.cases:
            raise ValueError(f"exercise {self.name} has no cases")
        module = self.reference.__module__
        ours = module.startswith("course.")
        mistakes = tuple(m for written in self.mistakes for m in known(written, self.reference))
        object.__setattr__(self, "home", dict(vars(sys.modules[module])) if ours else {})
        object.__setattr__(self, "lesson", self.lesson or _lesson(sys._getframe(2)))
        object.__setattr__(self, "mistakes", mistakes)

    @property
    def name(self) -> str:
        """The learner's function's name."""
        return self.reference.__name__

    @property
    def key(self) -> str:
        """What progress is kept under: lesson and name, as in attention.scores."""
        return f"{self.lesson}.{self.name}"

    def check(self, answer: Callable | None = None) -> None:
        """Say what a learner's function has right, or the first thing that is wrong with it.

        Under nbgrader a check that isn't done raises AssertionError with the same words.
        """
        try:
            with watchdog.watching(self):
                verdict = self.examine(answer)
        except KeyboardInterrupt:  # between two calls
            verdict = stages.stopped(self)
        if verdict.state in ("wrong", "done"):
            _attempted.add(self.key)
            _tell("record_check", self.key, verdict.state == "done", verdict.mistake)
        if verdict.state != "done" and "NBGRADER_EXECUTION" in os.environ:
            raise AssertionError(str(verdict)) from None
        if beside.unread(self.name):
            show(self._older())
        show(verdict)
        if verdict.state == "done":
            answers.keep(self.key, answer)
        beside.put(self, verdict.state == "done")

    def _older(self) -> Note:
        """Say that what is checked is not what stands in the learner's cell."""
        text = say(
            "The cell that defines `{name}` ended in a SyntaxError when you ran it last, so Python "
            "still has your earlier `{name}`. What follows is about that one. Mend the cell and "
            "run it, then run this cell again.",
            name=self.name,
        )
        return Note(self.name, say("an earlier version"), text)

    def examine(self, answer: Callable) -> Verdict:
        """Give the verdict that `check` shows; nothing is recorded or displayed."""
        return stages.examine(self, answer)

    def hint(self) -> None:
        """Show the next hint: a question, then the formula and shapes, then a skeleton."""
        if self.given < len(self.hints):
            show(self.rung())
            return
        text = say(
            "You have seen all {n}. After an attempt, ex.{name}.solution() shows ours.",
            n=len(self.hints),
            name=self.name,
        )
        show(Note(self.name, say("no more hints"), text))

    @property
    def given(self) -> int:
        """How many hints were given since this kernel started."""
        return _rungs.get(self.key, 0)

    def rung(self) -> Note:
        """Give the next hint, and record that it was given."""
        given = self.given
        _rungs[self.key] = given + 1
        _tell("record_hint", self.key)
        return self.note(given)

    def note(self, n: int) -> Note:
        """Return a hint, 0 the first, as it is shown; the last one is code."""
        total, hint = len(self.hints), say(self.hints[n])
        text, code = ("", hint) if n == total - 1 else (hint, "")
        return Note(self.name, say("hint {n} of {all}", n=n + 1, all=total), text, code)

    def solution(self) -> None:
        """Show the course's source and why it is so, after an attempt."""
        if self.tried:
            show(self.ours())
            return
        text = say("Try first: ex.{name}.check({name}). A wrong answer is enough.", name=self.name)
        show(Note(self.name, say("no attempt yet"), text))

    @property
    def tried(self) -> bool:
        """Whether there was an attempt, in this kernel or an earlier one."""
        return self.key in _attempted or _tried_before(self.key)

    def ours(self) -> Note:
        """Return the course's source and why it is so, as it is shown."""
        title, code = say("the course's solution"), source.text(self.reference)
        return Note(self.name, title, say(self.why), code)

    def draw(self, seed: int = 0) -> list[Example]:
        """All cases with their numbers: by hand, then random, then extreme."""
        cases, arguments = [], []
        for i, case in enumerate(sorted(self.cases, key=lambda case: _ORDER.index(case.kind))):
            rng = np.random.default_rng([zlib.crc32(self.key.encode()), i, seed])
            cases += [case] * case.n
            arguments += [case.draw(rng) for _ in range(case.n)]
        pairs = zip(cases, alike(arguments), strict=True)
        return [example(self, case, given) for case, given in pairs]

    @cached_property
    def examples(self) -> list[Example]:
        """The cases, with their numbers, that `check` tries."""
        return self.draw(seed_of(os.environ.get("COURSE_LEARNER", "")))

    def like(self, **changed) -> Exercise:
        """This exercise with some of its fields changed, its examples as they are drawn here."""
        given = {f.name: getattr(self, f.name) for f in fields(self) if f.init}
        other = Exercise(**given | changed)
        vars(other)["examples"] = self.examples
        object.__setattr__(other, "_known", self._known)
        return other

    def varied(self, seed: int) -> Exercise:
        """This exercise with its random cases drawn anew."""
        given = {f.name: getattr(self, f.name) for f in fields(self) if f.init}
        other = Exercise(**given)
        vars(other)["examples"] = self.draw(seed)
        return other

    @cached_property
    def every_law(self) -> tuple[Law, ...]:
        """The bank's laws, and those of drawing where the reference draws at random."""
        return (*self.laws, *draws.laws(self))

    def behaviour(self, mistake: Mistake) -> list[Result]:
        """What a mistake does in each example, worked out once."""
        if mistake not in self._known:
            self._known[mistake] = [run(self, mistake.code, e.arguments) for e in self.examples]
        return self._known[mistake]

    def __repr__(self) -> str:
        ways = f"check({self.name}), hint(), solution()".replace(", ", f", ex.{self.name}.")
        return say(
            "{name} · {kind}, difficulty {difficulty}, about {minutes} minutes: {ways}",
            name=self.name,
            kind=say(self.kind),
            difficulty=self.difficulty,
            minutes=self.minutes,
            ways=f"ex.{self.name}.{ways}",
        )


def seed_of(learner: str) -> int:
    """The seed of a learner's own cases, given what they are called; 0 for nobody in particular."""
    return zlib.crc32(learner.encode()) if learner else 0


def _lesson(frame) -> str:
    """The slug of the bank whose module runs in a frame, as namedtuple finds its module."""
    name: str = frame.f_globals.get("__name__", "")
    *_, folder, module = ("", *name.split("."))
    return folder if module == "bank" else module


def _tell(function: str, *what) -> None:
    """Record progress. A read-only or full disk is no reason to fail a check."""
    try:
        from course.learner import progress

        getattr(progress, function)(*what)
    except Exception:  # whatever is wrong with the file, the learner asked about an answer
        return


def _tried_before(exercise: str) -> bool:
    """Whether the progress file knows a check of this exercise from an earlier kernel."""
    try:
        from course.learner import progress

        return exercise in progress.read()["checks"]
    except Exception:  # as in `_tell`: then only this kernel's attempts count
        return False
