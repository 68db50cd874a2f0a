"""A learner's answers that have passed, kept where their progress is: one readable file a lesson.

`answers/attention.py` holds each passed answer of that lesson under a line with its name and date,
together with what it needs from its notebook, so that it runs on another day and in another
lesson. The files are the learner's own, beside their progress file; no other is ever executed.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from course import files
from course.learner import capture, old_numbers, progress
from course.words import say

MARK = re.compile(r"^# -- (\w+), passed on (\d{4}-\d\d-\d\d) -*$", re.MULTILINE)
_passed: dict[str, Callable] = {}  # what passed since this kernel started, by exercise
_read: dict[Path, tuple] = {}  # each file's version, and what it holds
_said: set[str] = set()  # each trouble is told once


class Answer(NamedTuple):
    """A passed answer as it lies in its lesson's file.

    Attributes
    ----------
    name, date
        The function, and the day on which its check last said done.
    code
        The function with all that it needs.
    line
        The number of lines of the file before the code.
    """

    name: str
    date: str
    code: str
    line: int = 0


def folder() -> Path:
    """Return where the answers lie, or would lie."""
    return progress.path().parent / "answers"


def path(slug: str) -> Path:
    """Return the file of a lesson's answers."""
    return folder() / f"{slug}.py"


def graded() -> bool:
    """Tell whether a grader runs: then answers are neither kept nor used."""
    return "NBGRADER_EXECUTION" in os.environ


def keep(exercise: str, answer: Callable) -> None:
    """Keep an answer that has passed. Whatever prevents it is no reason to fail a check.

    Parameters
    ----------
    exercise
        The lesson's slug and the function's name, as in attention.scores.
    """
    slug, _, name = exercise.rpartition(".")
    try:
        if graded() or str(getattr(answer, "__module__", "")).startswith("course."):
            return
        _passed[exercise] = answer
        _put(slug, Answer(name, f"{datetime.date.today()}", capture.section(answer, name)))
    except capture.NotAlone as error:
        _tell_not_kept(name, error)
    except OSError as error:
        _tell_not_kept(name, f"{path(slug).name}: {error.strerror}.")
    except Exception as error:  # the learner asked about an answer, and that is answered
        _tell_not_kept(name, f"{type(error).__name__}: {error}.")


def _tell_not_kept(name: str, why: object) -> None:
    tell(say("Your {name} has passed. It isn't kept for later lessons: {why}", name=name, why=why))


def here(exercise: str) -> Callable | None:
    """Return what passed in this kernel, which may be more than could be kept."""
    return None if graded() else _passed.get(exercise)


def read(slug: str) -> dict[str, Answer]:
    """Return a lesson's answers by name; {} where nothing has passed yet.

    Raises
    ------
    OSError, UnicodeDecodeError
        If the file is there and can't be read.
    """
    return {} if graded() else _left_behind(slug) | _kept(slug)


def _left_behind(slug: str) -> dict[str, Answer]:
    """Return what was kept under the lesson in which an exercise of this one stood before."""
    found = {}
    for old, new in old_numbers.MOVED.items():
        if new.startswith(f"{slug}."):
            was, _, name = old.rpartition(".")
            if (answer := _kept(was).get(name)) is not None:
                found[name] = answer
    return found


def _kept(slug: str) -> dict[str, Answer]:
    """Return what the file of a lesson holds."""
    file = path(slug)
    try:
        now = file.stat()
    except FileNotFoundError:
        return {}
    version = now.st_mtime_ns, now.st_size, now.st_ino
    if _read.get(file, (None,))[0] != version:
        _read[file] = version, dict(parts(file.read_text(encoding="utf-8")))
    return _read[file][1]


def run(slug: str, answer: Answer) -> Callable:
    """Execute a kept answer and return its function; errors are those of its code.

    Lines are counted as in the file, so that a traceback shows the right one.
    """
    file = path(slug)
    space: dict = {"__name__": f"answers.{slug}", "__file__": str(file)}
    exec(compile("\n" * answer.line + answer.code, str(file), "exec"), space)
    return space[answer.name]


def tell(sentence: str) -> None:
    """Tell a trouble once."""
    if sentence not in _said:
        _said.add(sentence)
        print(sentence)


def parts(text: str):
    """Each answer of a file's text, by name."""
    marks = list(MARK.finditer(text))
    for mark, after in zip(marks, [*marks[1:], None], strict=False):
        end = after.start() if after else len(text)
        line = text.count("\n", 0, mark.end()) + 1
        yield mark[1], Answer(mark[1], mark[2], text[mark.end() + 1 : end], line)


def _put(slug: str, answer: Answer) -> None:
    """Write an answer into its file, in the place of an earlier one; all else stays as it is."""
    file = path(slug)
    file.parent.mkdir(parents=True, exist_ok=True)
    with files.locked(file):
        text = _whole(file) or say(
            "# Your answers in the lesson {slug} that have passed their checks.\n"
            "# Later lessons run on them. You may mend them here; what is damaged is left out.\n",
            slug=slug,
        )
        known = dict(parts(text)).get(answer.name)
        if known and known.code.strip() == answer.code.strip():
            return
        files.replace(file, _with(text, answer))


def _with(text: str, answer: Answer) -> str:
    """A file's text with an answer put in."""
    title = f"# -- {answer.name}, passed on {answer.date} "
    part = f"{title:-<88}\n\n{answer.code.strip()}\n"
    for mark in MARK.finditer(text):
        if mark[1] == answer.name:
            after = MARK.search(text, mark.end())
            rest = f"\n\n{text[after.start() :]}" if after else ""
            return text[: mark.start()] + part + rest
    return f"{text.rstrip()}\n\n\n{part}"


def _whole(file: Path) -> str:
    """A file's text; one that is no text is set aside, so that nothing in it is lost."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        aside = _free(file)
        with contextlib.suppress(FileNotFoundError):
            file.rename(aside)
        tell(
            say(
                "{file} is damaged. It is kept as {aside}, and a new one is begun.",
                file=file.name,
                aside=aside.name,
            )
        )
        return ""


def _free(file: Path) -> Path:
    number = 1
    while (aside := file.with_name(f"{file.stem}.damaged-{number}{file.suffix}")).exists():
        number += 1
    return aside
