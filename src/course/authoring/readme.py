"""The README's tables that are made and not typed: each stands between two marks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from course import files
from course.authoring.checkout import CourseError
from course.data import glossary
from course.words import say

TABLES: dict[str, Callable[[], str]] = {"notation": glossary.notation}
_MARKED = re.compile(r"(?<=<!-- table: )(\w+)( -->\n).*?(?=\n<!-- end -->)", re.DOTALL)


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
