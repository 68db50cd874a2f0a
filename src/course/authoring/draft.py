"""A new lesson, as a draft that keeps every law: its text, bank, widgets and diagrams."""

from __future__ import annotations

import importlib.util
import keyword
import re
from pathlib import Path

from course import files, lessons
from course.authoring.checkout import CourseError, text_path
from course.words import say

PARTS = ("Start", "Foundations", "Networks", "Transformers", "Practice")
TITLE = re.compile(r"[^\W\d_][\w ,:'’–-]{2,39}")  # stands in Markdown and in a string
SLUG = re.compile(r"[a-z][a-z0-9_]{2,29}")
_TEMPLATES = Path(__file__).with_name("draft")
_MODULES = ("init", "bank", "widgets", "diagrams")


def write(root: Path, slug: str, *, title: str, part: str, number: int | None = None) -> list[Path]:
    """Write a draft into a checkout: four modules, and the text of its notebook.

    Parameters
    ----------
    number
        That of its notebook; by default the first free one after the last lesson of its part.

    Returns
    -------
    paths
        What was written, the text first.

    Raises
    ------
    CourseError
        If a name, the part or the number can't be that of a new lesson. Nothing is written then.
    """
    _check_names(slug, title, part)
    number = next_number(root, part) if number is None else _checked(number, root)
    folder = root / "src" / "course" / "lessons" / slug
    made = {text_path(root, f"{number:02}_{slug}"): "text"}
    for name in _MODULES:
        made[folder / f"{'__init__' if name == 'init' else name}.py"] = name
    folder.mkdir()
    for path, template in made.items():
        files.replace(path, _filled(template, slug=slug, title=title, part=part))
    return list(made)


def next_number(root: Path, part: str) -> int:
    """Return the first number that no notebook has, after the last lesson of a part."""
    order = PARTS.index(part)
    before = [one for one in lessons.lessons() if PARTS.index(one.about.part) <= order]
    number = max((int(one.number or 0) for one in before), default=0) + 1
    taken = _taken(root)
    return next(n for n in range(number, 100) if n not in taken)


def _taken(root: Path) -> set[int]:
    found = [*root.glob("notebooks/*.ipynb"), *root.glob("notebooks/text/*.py")]
    return {int(path.stem[:2]) for path in found if path.stem[:2].isdigit()}


def _checked(number: int, root: Path) -> int:
    if not 0 <= number < 100 or number in _taken(root):
        told = say("{number} is taken or no number from 0 to 99.", number=number)
        raise CourseError(told)
    return number


def _check_names(slug: str, title: str, part: str) -> None:
    """Refuse names that can't be those of a new lesson."""
    if not SLUG.fullmatch(slug) or keyword.iskeyword(slug):
        raise CourseError(
            say("{slug!r} is no slug: 3 to 30 of a to z, 0 to 9 and _, a letter first.", slug=slug)
        )
    if importlib.util.find_spec(f"course.lessons.{slug}"):
        raise CourseError(say("course.lessons.{slug} exists already.", slug=slug))
    if not TITLE.fullmatch(title):
        raise CourseError(
            say("{title!r} is no title: 3 to 40 letters, digits, spaces and , : ' –", title=title)
        )
    if part not in PARTS:
        told = ", ".join(PARTS)
        raise CourseError(say("There is no part {part!r}. There are: {all}.", part=part, all=told))


def _filled(template: str, **names: str) -> str:
    text = (_TEMPLATES / f"{template}.py.txt").read_text(encoding="utf-8")
    for name, value in names.items():
        text = text.replace(f"{{{{{name}}}}}", value)
    return text
