"""The README's tables that are made and not typed: each stands between two marks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from course import files, lessons
from course.authoring import pairs
from course.authoring.checkout import CourseError
from course.data import glossary
from course.lessons import minutes as counting
from course.words import say

_MARKED = re.compile(r"(?<=<!-- table: )(\w+)( -->\n).*?(?=\n<!-- end -->)", re.DOTALL)


def minutes(lesson: lessons.Lesson) -> tuple[int, int]:
    """Return how long a lesson takes, and what it offers further: each to the next ten."""
    return counting.count(lesson, pairs.read_text(lessons.NOTEBOOKS.parent, lesson.stem).cells)


def contents() -> str:
    """Return the table of the lessons that have a notebook: number, title, aim, minutes."""
    rows = [
        f"| {lesson.number} | [{lesson.about.title}](notebooks/{lesson.stem}.ipynb) "
        f"| {lesson.about.builds} | {' + '.join(str(part) for part in minutes(lesson) if part)} |"
        for lesson in lessons.lessons()
        if lesson.number
    ]
    head = ["| | lesson | you build | minutes |", "|---|---|---|---|"]
    return "\n".join([*head, *rows])


TABLES: dict[str, Callable[[], str]] = {"notation": glossary.notation, "lessons": contents}


def made(text: str) -> str:
    """Return a README with each table as it is made now.

    Raises
    ------
    CourseError
        If a mark names a table that nobody makes.
    """

    def table(found: re.Match) -> str:
        name, rest = found.groups()
        if name not in TABLES:
            told = ", ".join(TABLES)
            raise CourseError(
                say("README.md marks a table {name}; there are {all}.", name=name, all=told)
            )
        return f"{name}{rest}\n{TABLES[name]()}\n"

    return _MARKED.sub(table, text)


def sync(root: Path) -> bool:
    """Write the tables of a checkout's README; return whether anything changed."""
    path = root / "README.md"
    if not path.is_file():
        return False
    old = path.read_text(encoding="utf-8")
    if (new := made(old)) != old:
        files.replace(path, new)
    return new != old
