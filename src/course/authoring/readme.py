"""The README's tables that are made and not typed: each stands between two marks."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

from course import files, lessons
from course.authoring import pairs
from course.authoring.checkout import CourseError
from course.data import glossary
from course.words import say

WORDS, LINES = 150, 6  # read in a minute: of prose, of code
_MARKED = re.compile(r"(?<=<!-- table: )(\w+)( -->\n).*?(?=\n<!-- end -->)", re.DOTALL)


FURTHER = "## Further"  # what a lesson offers beyond it is optional: nothing later needs it


def minutes(lesson: lessons.Lesson) -> tuple[int, int]:
    """Return how long a lesson takes, and what it offers further: each to the next ten.

    A minute is 150 words of prose or 6 lines of code, read and run; exercises say their own.
    """
    root = lessons.NOTEBOOKS.parent
    bank, spent, further = lessons.bank(lesson.slug), [0.0, 0.0], False
    for cell in pairs.read_text(root, lesson.stem).cells:
        if cell.cell_type == "code":
            spent[further] += len(cell.source.splitlines()) / LINES
            continue
        further = further or cell.source.startswith(FURTHER)
        spent[further] += len(cell.source.split()) / WORDS
        named = re.findall(r"^### Exercise: `(\w+)`", cell.source, re.MULTILINE)
        spent[further] += sum(getattr(bank, name).minutes for name in named)
    first, second = (10 * math.ceil(part / 10) for part in spent)
    return first, second


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
