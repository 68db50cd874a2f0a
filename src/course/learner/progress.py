"""What a learner has done, kept in one small file on their own machine and never sent anywhere.

The file is ``$COURSE_PROGRESS`` where that is set, else ``progress.json`` on the learner's desk
(see `home`), else, where no desk was made yet, in Jupyter's data folder. Every change reads it
under a lock, adds to it and replaces it in one step: a kill at any moment leaves the old or the
new file, and two kernels lose nothing of each other's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from course import files
from course.learner import home, record
from course.words import say

NAME = "progress.json"
_said: set[str] = set()  # each trouble is told once


def path() -> Path:
    """Return where the progress file is, or would be."""
    if own := os.environ.get("COURSE_PROGRESS"):
        return Path(own).expanduser().resolve()
    desk = home.folder()
    return desk / NAME if home.made(desk) or os.environ.get("COURSE_HOME") else old_path()


def old_path() -> Path:
    """Return where progress lay before there were desks."""
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir(), "llm-course", NAME)


def carry_over(desk: Path) -> None:
    """Bring progress and answers from the old place to a desk that has none; done once.

    What was there stays there under another name, so that nobody counts it twice.
    """
    old, new = old_path(), desk / NAME
    if new.exists() or not old.is_file():
        return
    shutil.copy2(old, new)
    if (old.parent / "answers").is_dir() and not (desk / "answers").exists():
        shutil.copytree(old.parent / "answers", desk / "answers")
    with contextlib.suppress(OSError):
        old.rename(old.with_name("progress.carried-over.json"))


def reset() -> Path | None:
    """Begin afresh; returns where the old file is kept, None if there was none.

    Raises
    ------
    OSError
        If the folder can't be written; the old file stands.
    """
    file = path()
    if not file.exists():
        return None
    with files.locked(file):
        kept = home.dated(file)
        file.rename(kept)
        _write(file, record.empty())  # and nothing is carried over again
    return kept


def export(to: Path) -> None:
    """Write a copy of the progress, as `course report` reads it.

    Raises
    ------
    ValueError
        If something is there already.
    OSError
        If it can't be written.
    """
    if to.exists():
        raise ValueError(say("{file} is there already; choose another name.", file=to))
    files.replace(to.resolve(), record.as_text(read()))


def record_check(exercise: str, passed: bool, mistake: str | None = None) -> None:
    """Count an attempt at an exercise: passed or not, and the misconception it showed."""

    def change(state: dict) -> None:
        entry = state["checks"].setdefault(exercise, {"passed": False, "attempts": 0})
        entry["attempts"] += 0 if entry["passed"] else 1
        entry["passed"] = entry["passed"] or bool(passed)
        if mistake:
            seen = entry.setdefault("mistakes", {})
            seen[mistake] = seen.get(mistake, 0) + 1

    _change(change, at=exercise)


def record_hint(exercise: str) -> None:
    """Count a hint shown."""

    def change(state: dict) -> None:
        state["hints"][exercise] = state["hints"].get(exercise, 0) + 1

    _change(change, at=exercise)


def record_prediction(question: str, **facts) -> None:
    """Add facts to a prediction: its guess, what was measured, whether they are close."""

    def change(state: dict) -> None:
        state["predictions"].setdefault(question, {}).update(facts)

    _change(change, at=question)


def record_shown(question: str, measured) -> None:
    """Keep that the truth was shown to somebody who had not guessed; it is no work done."""

    def change(state: dict) -> None:
        state["predictions"].setdefault(question, {}).setdefault("measured", measured)

    _change(change)


def read() -> dict:
    """Return what the file holds: `checks`, `hints` and `predictions`, each by id.

    `last`, where something was done, is the id of the exercise or prediction done last. A damaged
    file is set aside under a new name, with a sentence, and the course begins afresh. A file of a
    newer version is left alone, with a sentence.
    """
    file = path()
    try:
        with contextlib.suppress(record.Damaged):
            return record.load(file)
        with files.locked(file):
            return _read(file)
    except FileNotFoundError:
        return record.empty()
    except record.Newer as error:
        _say(str(error))
    except OSError as error:
        _say(
            say(
                "Your progress can't be read from {file}: {reason}.",
                file=file.name,
                reason=_why(error),
            )
        )
    return record.empty()


def _read(file: Path) -> dict:
    """Return what the file holds, under the lock: only then may it be set aside."""
    try:
        return record.load(file)
    except FileNotFoundError:
        return record.empty()
    except record.Damaged as error:
        _set_aside(file, error)
        return record.empty()


def _change(change, at: str = "") -> None:
    """Apply a change to the file, whole or not at all; a file that can't be written is no error.

    Parameters
    ----------
    at
        The exercise or the prediction that was worked on; empty if none was.
    """
    if "NBGRADER_EXECUTION" in os.environ:  # the grader's runs are not the learner's
        return
    file = path()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with files.locked(file):
            state = _read(file)
            change(state)
            _write(file, state | ({"last": at} if at else {}))
    except record.Newer as error:
        _say(str(error))
    except OSError as error:
        sentence = "Your progress can't be kept in {file}: {reason}. The course goes on."
        _say(say(sentence, file=file.name, reason=_why(error)))


def _write(file: Path, state: dict) -> None:
    files.replace(file, record.as_text(state))


def _why(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _set_aside(file: Path, error: record.Damaged) -> None:
    """Rename a damaged file to the first free name beside it, and say so."""
    number = 1
    while (aside := file.with_name(f"{file.stem}.damaged-{number}{file.suffix}")).exists():
        number += 1
    file.rename(aside)
    sentence = "Your progress file was damaged. {why} It is kept as {name}, and a new one is begun."
    _say(say(sentence, why=error, name=aside.name))


def _say(sentence: str) -> None:
    """Tell a trouble once."""
    if sentence not in _said:
        _said.add(sentence)
        print(sentence)
