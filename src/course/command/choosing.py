"""Which lesson is meant: by number, name or title, alike for every command."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable
from pathlib import Path

from course import lessons
from course.authoring import checkout
from course.authoring.checkout import CourseError
from course.words import say

NEAR = 0.6  # of difflib: `gradient` is near `gradients`, `first` near nothing


def stems(root: Path, words: list[str], editions: Iterable[str] = ()) -> list[str]:
    """Return the stems of a checkout's lessons that are meant; all of them if none is named.

    Parameters
    ----------
    editions
        What could have been meant as well, where that is told.

    Raises
    ------
    CourseError
        If one is no lesson; its sentence names those that are nearly called so.
    """
    there = checkout.lessons(root)
    return [choose(there, word, editions) for word in words] if words else there


def built(root: Path, words: list[str]) -> list[str]:
    """Return what `stems` does, of lessons that can be opened.

    Raises
    ------
    CourseError
        If one is a draft whose notebook isn't made yet, or as for `stems`.
    """
    found = stems(root, words)
    for stem in found:
        if not checkout.notebook_path(root, stem).exists():
            told = "{stem} has no notebook yet; `course build {number}` makes it."
            raise CourseError(say(told, stem=stem, number=_number(stem) or stem))
    return found


def choose(there: list[str], word: str, editions: Iterable[str] = ()) -> str:
    """Return the one stem (NN_slug) that a word means; see `stems`."""
    names = {name: stem for stem in reversed(there) for name in _names(stem)}
    meant = _plain(word)
    if meant.isdecimal():
        meant = meant.zfill(2)
    if meant in names:
        return names[meant]
    inside = [name for name in names if len(meant) > 2 and meant in name]
    near = inside or difflib.get_close_matches(meant, names, 3, NEAR)
    found = [stem for stem in there if stem in {names[name] for name in near}]
    if not found:
        sentence = "There is no lesson {word!r}. There are: {all}."
        said = say(sentence, word=word, all=", ".join(there))
        if editions:
            named = "An edition is named before lessons: {editions}."
            said = f"{said} {say(named, editions=', '.join(editions))}"
        raise CourseError(said)
    told = ", ".join(f"{_number(stem)} ({_title(stem) or lessons.slug(stem)})" for stem in found)
    raise CourseError(say("There is no lesson {word!r}. Is it {near}?", word=word, near=told))


def _names(stem: str) -> set[str]:
    """Return all that a lesson answers to."""
    said = (stem, _number(stem), lessons.slug(stem), _title(stem))
    return {_plain(name) for name in said if name}


def _number(stem: str) -> str:
    return stem.removesuffix(lessons.slug(stem)).rstrip("_")


def _plain(word: str) -> str:
    """Return a name as it is compared: no folder, no suffix, no capitals, words parted by _."""
    file = Path(word)
    name = file.stem if file.suffix in (".ipynb", ".py") else file.name
    return "_".join(name.casefold().replace("_", " ").replace("-", " ").split())


def _title(stem: str) -> str:
    return _titles().get(lessons.slug(stem), "")  # of a draft elsewhere the package knows nothing


@functools.cache
def _titles() -> dict[str, str]:
    """Return the title of each lesson, by slug."""
    return {one.slug: one.about.title for one in lessons.lessons()}
