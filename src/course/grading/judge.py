"""Examine the answers of one lesson, each in a process of its own, and say what each is worth."""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from dataclasses import dataclass, replace
from typing import NamedTuple

from course import lessons
from course.checking import Exercise, Law, draws, signature, stages
from course.checking.verdict import Verdict
from course.grading import blind, outside, pieces
from course.grading.nurse import Nursery
from course.grading.pieces import Cell
from course.words import say

CALLED, INSIDE, NOWHERE = "called", "inside", "nowhere"  # where the exercise's probe runs


class Grade(NamedTuple):
    """What came of one exercise.

    Attributes
    ----------
    name, points, of
        The exercise, what is earned, and what could be.
    state
        done, wrong, not started, or missing.
    text
        What the check says.
    mistake
        The misconception that was recognised, or "".
    """

    name: str
    points: int
    of: int
    state: str
    text: str
    mistake: str = ""


@dataclass(frozen=True)
class Work:
    """What a learner's code is for one exercise: its pieces, or a sentence why there are none."""

    pieces: list
    state: str = ""
    text: str = ""


class Judge:
    """The exercises of a lesson, and the process that forks answers to them.

    Parameters
    ----------
    slug
        The lesson.
    nursery
        The process; its own by default, with PyTorch if the lesson has loaded it.
    """

    def __init__(self, slug: str, nursery: Nursery | None = None):
        bank = vars(lessons.bank(slug)).values()
        self.slug = slug
        self.exercises = [e for e in bank if isinstance(e, Exercise)]
        modules = ("torch",) if "torch" in sys.modules else ()
        self.nursery = nursery or Nursery(modules)
        self._ways: dict[str, str] = {}

    def close(self) -> None:
        """End its processes."""
        self.nursery.close()

    def grade(self, sections: dict[str, list[Cell]], seed: int = 0) -> list[Grade]:
        """Examine every exercise of the lesson.

        Parameters
        ----------
        sections
            The cells in which each exercise's answer is looked for; "" is for all others.
        seed
            Which cases are drawn; 0 gives those that every learner's own check has.
        """
        found = []
        for exercise in self.exercises:
            cells = sections.get(exercise.name, sections.get("", []))
            verdict = self.verdict(exercise, work(cells, exercise.name), seed)
            found.append(_grade(exercise, verdict))
        return found

    def verdict(self, exercise: Exercise, answer: Work, seed: int = 0) -> Verdict:
        """Examine one answer."""
        if not answer.pieces:
            return Verdict(exercise.name, answer.state, "attempted", "", answer.text)
        way = self.way(exercise)
        if way == NOWHERE:
            text = say("This exercise can't be graded here: the course's own answer fails too.")
            return Verdict(exercise.name, "wrong", "attempted", "", text)
        return self._examined(exercise.varied(seed) if seed else exercise, answer.pieces, way)

    def way(self, exercise: Exercise) -> str:
        """Where the exercise's probe must run so that a right answer is done; found by trying."""
        if exercise.name not in self._ways:
            right = work([Cell(1, blind.right_answer(exercise))], exercise.name).pieces
            ways = (CALLED, INSIDE) if exercise.probe is not None else (CALLED,)
            ways = ways[::-1] if inspect.isclass(exercise.reference) else ways
            good = (w for w in ways if self._examined(exercise, right, w).state == "done")
            self._ways[exercise.name] = next(good, NOWHERE)
        return self._ways[exercise.name]

    def _examined(self, exercise: Exercise, sent: list, way: str) -> Verdict:
        """Take an answer through the stages of the check, from outside its process."""
        probe = _probe(self.slug, exercise.name) if way == INSIDE else None
        beside = blind.beside_banks(probe["pieces"]) if probe else {}
        ideas = blind.ideas(exercise) | beside
        message = {"name": exercise.name, "pieces": sent, "ideas": ideas, "probe": probe}
        channel = self.nursery.child(outside.PATIENCE)
        answer = outside.Answer(channel, outside.shapes_of(exercise.reference))
        try:
            answer.begin(message)
            return _judged(exercise, answer, way)
        except outside.Ended as ended:
            return Verdict(exercise.name, "wrong", "attempted", "", str(ended))
        except Exception as error:  # whatever this answer does to the judge, the others have theirs
            text = say("It could not be judged: {kind}.", kind=type(error).__name__)
            return Verdict(exercise.name, "wrong", "attempted", "", text)
        finally:
            self.nursery.end(channel)


def _judged(exercise: Exercise, answer: outside.Answer, way: str) -> Verdict:
    """The verdict on an answer that has begun."""
    about = answer.about
    if not about.there:
        text = about.said or say("There is no {name} in it.", name=exercise.name)
        return Verdict(exercise.name, "wrong", "attempted", "", text)
    if about.idle:
        text = signature.begin(exercise)
        return Verdict(exercise.name, "not started", "attempted", "", text)
    if not about.callable:
        text = say("{name} is no function.", name=exercise.name)
        return Verdict(exercise.name, "wrong", "attempted", "", text)
    verdict = stages.examine(_beside(exercise, answer) if way == INSIDE else exercise, answer.call)
    if about.said and verdict.state != "done":
        return replace(verdict, text=f"{verdict.text} {about.said}")
    return verdict


def _beside(exercise: Exercise, answer: outside.Answer) -> Exercise:
    """The exercise with its probe and laws used in the answer's process, where it is the answer's.

    The reference and the mistakes go through the real ones.
    """

    def theirs(f) -> bool:
        return inspect.isfunction(f) and inspect.unwrap(f) is answer.call

    def probe(f, *args, **kwargs):
        if not theirs(f):
            return exercise.probe(f, *args, **kwargs)
        if getattr(f, "first", False):
            raise draws.Drew(answer.probe(args, kwargs, first=True))
        return answer.probe(args, kwargs)

    def law(n: int, one: Law) -> Law:
        return Law(one.says, lambda f, r: answer.law(n, r) if theirs(f) else one.holds(f, r))

    laws = [law(n, one) for n, one in enumerate(exercise.laws)]
    return exercise.like(probe=probe, laws=laws)


@functools.cache
def _probe(slug: str, name: str) -> dict:
    """The code of an exercise's probe and laws, with what it needs of the bank."""
    exercise = getattr(lessons.bank(slug), name)
    cell = Cell(1, blind.bank_text(slug))
    own = next(p for p in cell.pieces if exercise.name in p.binds and "Exercise(" in p.text)
    said = {k.arg: ast.unparse(k.value) for k in own.node.value.keywords if k.arg}
    probe, laws = said.get("probe", exercise.probe.__name__), said.get("laws", "()")
    reads = pieces.names.free(f"({probe}, {laws})")
    file = inspect.getsourcefile(lessons.bank(slug))
    code = [p.sent() | {"file": file} for p in pieces.needed([cell], reads, (1, 1 << 30, 0))]
    return {"pieces": code, "probe": probe, "laws": laws}


def work(cells: list[Cell], name: str) -> Work:
    """Return what the learner's code is for one exercise."""
    piece = pieces.answer(cells, name)
    error = pieces.syntax_trouble(cells, name)
    if error and (piece is None or piece.is_open):
        said = say(
            "The cell of your {name} is no Python: line {n}, {why}.",
            name=name,
            n=error.lineno or 1,
            why=error.msg,
        )
        return Work([], "wrong", said)
    if piece is None:
        return Work([], "missing", say("There is no {name} in it.", name=name))
    if piece.is_open:
        return Work([], "not started", say("It is as it was handed out."))
    at = (piece.cell.place, 1 << 30, 0)  # the whole of its cell has run when it is checked
    rest = [p for p in pieces.needed(cells, piece.reads, at) if p.place != piece.place]
    code = sorted([*rest, piece], key=lambda p: p.place)
    return Work([p.sent() for p in code])


def _grade(exercise: Exercise, verdict: Verdict) -> Grade:
    """A verdict as points: all of them for done, else none."""
    points = exercise.difficulty if verdict.state == "done" else 0
    text = f"{verdict.case}: {verdict.text}" if verdict.case else verdict.text
    name, of = exercise.name, exercise.difficulty
    return Grade(name, points, of, verdict.state, text, verdict.mistake or "")
