"""Grade a class over the cores of a machine, keeping each result, so that nothing is done twice."""

from __future__ import annotations

import functools
import hashlib
import json
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.util import Finalize
from pathlib import Path

from course import files
from course.checking import contract
from course.grading import confine, submission
from course.grading.judge import Grade, Judge
from course.grading.marks import Marks
from course.grading.submission import Handed, Unreadable
from course.words import catalogue, say

_judges: dict[str, Judge] = {}  # of this process, by lesson
_LESSONS = 2  # whose judges a process keeps at a time


def grade(work: list[Handed], *, cores: int, kept: Path | None, vary: bool) -> Iterator[Marks]:
    """Grade what was handed in, and yield each learner's marks as they come.

    Parameters
    ----------
    cores
        How many processes judge.
    kept
        A folder of results; what lies there for the same content isn't graded again.
    vary
        Whether each learner's cases are drawn from what they are called.
    """
    todo = []
    for handed in work:
        name = _key(handed, vary) if kept else ""
        old = _read(kept / name, handed) if kept else None
        if old is None:
            todo.append((handed, name))
        else:
            yield old
    for name, marks in _spread(todo, cores, vary):
        if kept and not marks.note:
            files.replace(kept / name, json.dumps([g._asdict() for g in marks.grades]))
        yield marks


def _spread(todo: list[tuple[Handed, str]], cores: int, vary: bool) -> Iterator:
    """Give the work to processes; who ends one is tried once more, alone."""
    alone = []
    for handed, name, marks in _round(todo, cores, vary):
        if marks is None:
            alone.append((handed, name))
        else:
            yield name, marks
    for one in alone:
        for handed, name, marks in _round([one], 1, vary):
            yield name, marks or _noted(handed, say("Its grading ended twice."))


def _round(todo: list[tuple[Handed, str]], cores: int, vary: bool) -> Iterator:
    """One round over a fresh pool; marks are None where a process was lost."""
    if not todo:
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(cores, len(todo)), mp_context=context) as pool:
        running: dict[Future, tuple] = {pool.submit(one, h, vary): (h, name) for h, name in todo}
        for done in as_completed(running):
            try:
                yield *running[done], done.result()
            except BrokenProcessPool:
                yield *running[done], None


def one(handed: Handed, vary: bool = False) -> Marks:
    """Grade what one learner handed in for one lesson; whatever it is, there are marks."""
    try:
        return _graded(handed, vary)
    except Unreadable as error:
        return _noted(handed, str(error))
    except OSError as error:
        return _noted(handed, say("It can't be read: {why}.", why=error.strerror or error))


def _graded(handed: Handed, vary: bool) -> Marks:
    """The best of each exercise over the files."""
    found = [submission.read(file) for file in handed.files]
    if not handed.slug:
        raise Unreadable(say("No lesson's exercise is in it."))
    seed = contract.seed_of(handed.learner) if vary else 0
    each = [judge(handed.slug).grade(sections, seed) for sections in found]
    grades = [
        max(grades, key=lambda g: (g.points, g.state == "wrong"))
        for grades in zip(*each, strict=True)
    ]
    if all(g.state == "missing" for g in grades):
        return _noted(handed, say("None of the lesson's exercises is in it."), grades)
    return _noted(handed, "", grades)


def _noted(handed: Handed, note: str, grades: Iterable[Grade] = ()) -> Marks:
    names = tuple(str(file) for file in handed.files)
    return Marks(handed.learner, handed.number, handed.slug, names, list(grades), note)


def judge(slug: str) -> Judge:
    """Return this process's judge of a lesson."""
    if not _judges:
        Finalize(None, close, exitpriority=1)
    if slug not in _judges:
        while len(_judges) >= _LESSONS:
            _judges.pop(next(iter(_judges))).close()
        _judges[slug] = Judge(slug)
    return _judges[slug]


def close() -> None:
    """End the processes of this process's judges."""
    while _judges:
        _judges.popitem()[1].close()


# ---- results that are kept ---------------------------------------------------------------------


def _key(handed: Handed, vary: bool) -> str:
    """A name for what was handed in, as it is, graded by the course as it is."""
    known = hashlib.sha256(f"{_course()} {handed.slug} {vary and handed.learner}".encode())
    for file in handed.files:
        if file.is_file() and file.stat().st_size <= submission.LARGEST:
            known.update(hashlib.sha256(file.read_bytes()).digest())
    return f"{known.hexdigest()[:32]}.json"


@functools.cache
def _course() -> str:
    """What the course's code and its language are, in short."""
    known = hashlib.sha256()
    language = filter(None, [catalogue()])
    for file in [*sorted(confine.PACKAGE.rglob("*.py")), *language]:
        known.update(file.read_bytes())
    return known.hexdigest()


def _read(file: Path, handed: Handed) -> Marks | None:
    """A result that is kept, None where none is."""
    try:
        return _noted(handed, "", [Grade(**g) for g in json.loads(file.read_text("utf-8"))])
    except (OSError, ValueError, TypeError):
        return None


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
