"""Every answer as a file of its own, as tools that look for copies want them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from course import files, lessons
from course.grading import judge, submission
from course.grading.submission import Handed, Unreadable


def write(work: list[Handed], folder: Path) -> int:
    """Write a file such as ``attend/Ada Lovelace.py`` in a folder for each lesson; return how many.

    A file holds the answer with the learner's helpers and constants that it reads. What isn't
    begun or can't be read has no file.
    """
    known = {lesson.slug: lesson for lesson in lessons.lessons()}
    taken: set[Path] = set()
    for handed in work:
        if lesson := known.get(handed.slug):
            for name, text in _answers(handed, lesson.exercises):
                place = folder / lesson.stem / name
                files.replace(_free(place, handed.learner, taken), text)
    return len(taken)


def _answers(handed: Handed, exercises: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Go through a learner's answers: the exercise and the code."""
    for file in handed.files:
        try:
            sections = submission.read(file)
        except (Unreadable, OSError):
            continue  # the table of marks says why
        for name in exercises:
            found = judge.work(sections.get(name, sections.get("", [])), name).pieces
            if found:
                yield name, "\n\n".join(piece["text"] for piece in found) + "\n"


def _free(place: Path, learner: str, taken: set[Path]) -> Path:
    """Return a file that bears the learner's name, and is nobody else's."""
    plain = re.sub(r"[^\w -]+", "_", learner).strip() or "_"
    names = (place / f"{plain}{n}.py" for n in ("", *(f" {n}" for n in range(2, 10_000))))
    file = next(name for name in names if name not in taken)
    taken.add(file)
    return file
