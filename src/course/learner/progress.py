"""What a learner has done, kept in one small file on their own machine and never sent anywhere.

The file is ``$COURSE_PROGRESS`` where that is set, else ``llm-course/progress.json`` in Jupyter's
data folder. Every change reads it under a lock, adds to it and replaces it in one step: a kill at
any moment leaves the old or the new file, and two kernels lose nothing of each other's.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from course import files
from course.learner import old_numbers

VERSION = 2  # 1 kept exercises by number: 4.2 for mlp_backprop.sigmoid_backward
SECTIONS = ("checks", "hints", "predictions")
_said: set[str] = set()  # each trouble is told once


class Damaged(ValueError):
    """The file is there and is not a progress file."""


def path() -> Path:
    """Return where the progress file is, or would be."""
    if own := os.environ.get("COURSE_PROGRESS"):
        return Path(own).expanduser().resolve()
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir(), "llm-course", "progress.json")


def record_check(exercise: str, passed: bool, mistake: str | None = None) -> None:
    """Count an attempt at an exercise: passed or not, and the misconception it showed."""

    def change(state: dict) -> None:
        entry = state["checks"].setdefault(exercise, {"passed": False, "attempts": 0})
        entry["attempts"] += 0 if entry["passed"] else 1
        entry["passed"] = entry["passed"] or bool(passed)
        if mistake:
            seen = entry.setdefault("mistakes", {})
            seen[mistake] = seen.get(mistake, 0) + 1

    _change(change)


def record_hint(exercise: str) -> None:
    """Count a hint shown."""

    def change(state: dict) -> None:
        state["hints"][exercise] = state["hints"].get(exercise, 0) + 1

    _change(change)


def record_prediction(question: str, **facts) -> None:
    """Add facts to a prediction: its guess, what was measured, whether they are close."""
    _change(lambda state: state["predictions"].setdefault(question, {}).update(facts))


def read() -> dict:
    """Return what the file holds: `checks`, `hints` and `predictions`, each by id.

    A damaged file is set aside under a new name, with a sentence, and the course begins afresh.
    """
    file = path()
    try:
        with contextlib.suppress(Damaged):
            return load(file)
        with files.locked(file):
            return _read(file)
    except FileNotFoundError:
        return _empty()
    except OSError as error:
        _say(f"Your progress can't be read from {file.name}: {_why(error)}.")
        return _empty()


def _read(file: Path) -> dict:
    """Return what the file holds, under the lock: only then may it be set aside."""
    try:
        return load(file)
    except FileNotFoundError:
        return _empty()
    except Damaged as error:
        _set_aside(file, error)
        return _empty()


def load(file: Path) -> dict:
    """Read one progress file.

    Raises
    ------
    Damaged
        If it is not a progress file, and how.
    """
    try:
        state = json.loads(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise Damaged("it is not text") from error
    except json.JSONDecodeError as error:
        raise Damaged(f"it breaks off or is garbled at line {error.lineno}") from error
    except RecursionError as error:
        raise Damaged("it is nested without end") from error
    if not _sound(state):
        raise Damaged("it holds something else than progress")
    return _carried_over(state) if state["version"] == 1 else state


def _carried_over(state: dict) -> dict:
    """Return what a file of the first version holds, under today's names."""
    sections = {
        name: {old_numbers.renamed(key): entry for key, entry in state[name].items()}
        for name in SECTIONS
    }
    return state | sections | {"version": VERSION}


def _sound(state) -> bool:
    """Tell whether this is a progress file's content, entry by entry."""
    if not isinstance(state, dict) or state.get("version") not in (1, VERSION):
        return False
    if not all(isinstance(state.get(name), dict) for name in SECTIONS):
        return False
    checks, hints, predictions = (state[name].values() for name in SECTIONS)
    return (
        all(isinstance(c, dict) and _sound_check(**c) for c in checks)
        and all(_count(n) for n in hints)
        and all(isinstance(p, dict) for p in predictions)
    )


def _sound_check(passed=None, attempts=None, mistakes=None, **_) -> bool:
    counted = mistakes is None or (
        isinstance(mistakes, dict) and all(_count(n) for n in mistakes.values())
    )
    return isinstance(passed, bool) and _count(attempts) and counted


def _count(n) -> bool:
    return isinstance(n, int) and not isinstance(n, bool) and n >= 0


def _empty() -> dict:
    return {"version": VERSION, **{name: {} for name in SECTIONS}}


def _change(change) -> None:
    """Apply a change to the file, whole or not at all; a file that can't be written is no error."""
    if "NBGRADER_EXECUTION" in os.environ:  # the grader's runs are not the learner's
        return
    file = path()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with files.locked(file):
            state = _read(file)
            change(state)
            files.replace(file, json.dumps(state, indent=1, ensure_ascii=False) + "\n")
    except OSError as error:
        _say(f"Your progress can't be kept in {file.name}: {_why(error)}. The course goes on.")


def _why(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _set_aside(file: Path, error: Damaged) -> None:
    """Rename a damaged file to the first free name beside it, and say so."""
    number = 1
    while (aside := file.with_name(f"{file.stem}.damaged-{number}{file.suffix}")).exists():
        number += 1
    file.rename(aside)
    _say(
        f"Your progress file was damaged ({error}). "
        f"It is kept as {aside.name}, and a new one is begun."
    )


def _say(sentence: str) -> None:
    """Tell a trouble once."""
    if sentence not in _said:
        _said.add(sentence)
        print(sentence)


def report(paths: Iterable) -> list[tuple]:
    """Merge the files of a class.

    Parameters
    ----------
    paths
        Progress files.

    Returns
    -------
    rows : list of (exercise, misconception, learners, times)
        For each exercise the misconceptions met, most learners first, and "not solved" for
        those who tried and have not passed.

    Raises
    ------
    ValueError
        If a file is missing or is no progress file: which, and why.
    """
    seen: dict[tuple, list[int]] = {}
    for name in paths:
        for exercise, entry in _loaded(Path(name))["checks"].items():
            met = dict(entry.get("mistakes", {}))
            if not entry["passed"]:
                met["not solved"] = entry["attempts"]
            for mistake, times in met.items():
                seen.setdefault((exercise, mistake), []).append(times)
    rows = [(*key, len(times), sum(times)) for key, times in seen.items()]
    return sorted(rows, key=lambda row: (row[0], -row[2], -row[3], row[1]))


def _loaded(file: Path) -> dict:
    try:
        return load(file)
    except Damaged as error:
        raise ValueError(f"{file} is no progress file: {error}") from error
    except OSError as error:
        raise ValueError(f"{file} can't be read: {_why(error)}") from error
