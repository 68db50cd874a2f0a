"""Read what was handed in: whose it is, which lesson, and its code cells. All of it is data."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course import lessons
from course.grading.pieces import Cell
from course.learner import answers, home
from course.words import say

LARGEST = 20_000_000  # bytes of a file that is still read
READ = (".ipynb", ".py")
_SKIPPED = {"__pycache__", "node_modules", home.KEPT, home.OURS}
_MOODLE = re.compile(r"_\d+_assignsubmission_.*$")
_CANVAS = re.compile(r"^(.*?)(?:_LATE)?_(\d+)_(\d+)$")
_BY_CANVAS = re.compile(r"_\d+_\d+_")  # in whatever stands before the name that the learner gave
_NUMBER = re.compile(r"(?:^|[\W_])\d\d$")


class Unreadable(ValueError):
    """What was handed in can't be graded; the message is a sentence that says why."""


@dataclass(frozen=True)
class Handed:
    """What one learner handed in for one lesson.

    Attributes
    ----------
    learner
        What the learner is called: the name of the folder, or what a file's name says.
    number
        The number under which Canvas knows the learner, where the file's name has it.
    slug
        The lesson; "" where it can't be told.
    files
        The files; more than one if it was handed in twice, or as a notebook and kept answers.
    """

    learner: str
    number: str
    slug: str
    files: tuple[Path, ...]


def find(places: list[Path], wanted: set[str]) -> list[Handed]:
    """Find what was handed in, by lesson and learner.

    Parameters
    ----------
    places
        Folders that hold a folder or a file for each learner, and files. Another file in such a
        folder is handed in if Canvas has named it, or is named here itself.
    wanted
        The slugs of the lessons to grade; all if it is empty.
    """
    groups: dict[tuple[str, str, str], list[Path]] = {}
    for entry in (e for place in places for e in _entries(place) if _handed(e, places)):
        for file, slug in _files(entry, wanted):
            learner, number = _who(entry, slug)
            groups.setdefault((slug, learner, number), []).append(file)
    return [
        Handed(learner, number, slug, tuple(files))
        for (slug, learner, number), files in sorted(groups.items())
    ]


def passed_by(places: list[Path]) -> list[Path]:
    """Return the files in these folders that nobody handed in: see `find`."""
    return [e for place in places for e in _entries(place) if not _handed(e, places)]


def _handed(entry: Path, places: list[Path]) -> bool:
    """Tell whether somebody handed this in: a folder, notebook or Python, by Canvas, or by name."""
    stands = entry.is_dir() or entry.suffix in READ or entry in places
    return stands or bool(_BY_CANVAS.search(entry.stem))


def _entries(place: Path) -> Iterator[Path]:
    """What stands for a learner: each thing in a folder, or the file itself."""
    inside = sorted(place.iterdir()) if place.is_dir() else [place]
    return (entry for entry in inside if not entry.name.startswith(".") and entry.exists())


def _files(entry: Path, wanted: set[str]) -> Iterator[tuple[Path, str]]:
    """The files of one learner, each with its lesson; the entry itself if there is none."""
    found = [(file, _slug(file, wanted)) for file in _candidates(entry)]
    mine = [(f, s) for f, s in found if s in wanted or not (wanted and s)]
    yield from mine
    if not found:
        yield entry, next(iter(wanted)) if len(wanted) == 1 else ""


def _candidates(entry: Path) -> Iterator[Path]:
    """Notebooks, and Python files that bear a lesson's name."""
    if entry.is_file():
        yield entry
    for here, folders, names in os.walk(entry):
        folders[:] = sorted(f for f in folders if f not in _SKIPPED and not f.startswith("."))
        for name in sorted(n for n in names if not n.startswith(".")):
            file = Path(here, name)
            lesson = file.suffix == ".ipynb" or (file.suffix == ".py" and _named(file.stem))
            if lesson and not file.is_symlink():  # it could point at somebody else's
                yield file


def _named(stem: str) -> str:
    """The lesson that a file's name says, the longest that it holds."""
    plain = re.sub(r"[\W_]+", "_", stem.lower())
    slugs = [one.slug for one in lessons.lessons()]
    held = [slug for slug in slugs if re.search(rf"(?:^|[_\d]){slug}(?:$|_)", plain)]
    return max(held, key=len, default="")


def _slug(file: Path, wanted: set[str]) -> str:
    """The lesson of a file, by its name, else by the exercises in it."""
    if named := _named(file.stem):
        return named
    try:
        cells = [cell for part in read(file).values() for cell in part]
    except (Unreadable, OSError):
        cells = []
    defined = {name for cell in cells for piece in cell.pieces for name in piece.binds}
    counts = {one.slug: len(defined & set(one.exercises)) for one in lessons.lessons()}
    best = max(counts, key=lambda slug: counts[slug])
    only = next(iter(wanted)) if len(wanted) == 1 else ""
    return best if counts[best] and not only else only


def _who(entry: Path, slug: str) -> tuple[str, str]:
    """What a learner is called, and their number in Canvas, from the name of what they gave."""
    if entry.is_dir():
        return _MOODLE.sub("", entry.name), ""
    stem = entry.stem
    if slug:
        words = r"[\W_]*".join(slug.split("_"))
        stem = re.sub(rf"{words}([\W_]*\(?\d*\)?)$", "", stem, flags=re.IGNORECASE)
        stem = _NUMBER.sub("", stem.rstrip("_- ")).rstrip("_- ")
    if found := _CANVAS.match(stem):
        return found[1], found[2]
    return (stem or entry.parent.name), ""


# ---- cells ------------------------------------------------------------------------------------


def read(file: Path) -> dict[str, list[Cell]]:
    """Return the cells of a file: under "" those of a notebook, else each kept answer's own.

    Raises
    ------
    Unreadable
        If it is no notebook and no Python, in another language, or too large.
    OSError
        If it can't be opened.
    """
    if file.is_dir():
        raise Unreadable(say("No notebook lies in this folder."))
    if (size := file.stat().st_size) > LARGEST:
        raise Unreadable(
            say("It has {n:.0f} MB; {most:.0f} are read.", n=size / 1e6, most=LARGEST / 1e6)
        )
    if file.suffix not in READ:
        raise Unreadable(say("It is no notebook."))
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(say("It is no notebook: its bytes are no text.")) from None
    return of_text(text) if file.suffix == ".py" else {"": of_notebook(text)}


def of_notebook(text: str) -> list[Cell]:
    """Return the code cells of a notebook's JSON, of any version of the format."""
    try:
        book = json.loads(text)
        metadata = book.get("metadata", {})
        cells = book["cells"] if "cells" in book else book["worksheets"][0]["cells"]
        found = [
            Cell(place, _source(cell), tuple(map(str, cell.get("metadata", {}).get("tags", []))))
            for place, cell in enumerate(cells, 1)
            if cell["cell_type"] == "code"
        ]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise Unreadable(say("It is no notebook, or a damaged one.")) from None
    language = _language(metadata)
    if language != "python":
        raise Unreadable(say("Its language is {name}, not Python.", name=language))
    return found


def _source(cell: dict) -> str:
    source = cell.get("source", cell.get("input", ""))
    return source if isinstance(source, str) else "".join(source)


def _language(metadata: object) -> str:
    """The programming language that a notebook says it is in."""
    for part, name in (("kernelspec", "language"), ("language_info", "name")):
        held = metadata.get(part, {}) if isinstance(metadata, dict) else {}
        said = held.get(name) if isinstance(held, dict) else None
        if isinstance(said, str) and said:
            return "python" if "python" in said.lower() else said[:40]
    return "python"


def of_text(text: str) -> dict[str, list[Cell]]:
    """Return the cells of a Python file: of kept answers, each alone; else as percent cells."""
    kept = dict(answers.parts(text))
    if kept:
        return {name: [Cell(1, answer.code)] for name, answer in kept.items()}
    parts = re.split(r"^# ?%%(.*)$", text, flags=re.MULTILINE)
    code = [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]
    return {
        "": [
            Cell(n, body, tuple(re.findall(r'"([\w:.]+)"', head)))
            for n, (head, body) in enumerate(code)
            if "[markdown]" not in head
        ]
    }
