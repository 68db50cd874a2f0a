"""What a progress file holds: written by us, read with care, whoever wrote it."""

from __future__ import annotations

import json
from pathlib import Path

from course.learner import old_numbers
from course.words import say

VERSION = 2  # 1 kept exercises by number: 4.2 for mlp_backprop.sigmoid_backward
SECTIONS = ("checks", "hints", "predictions")
LARGEST = 10_000_000  # bytes; a learner who has done everything needs a hundredth


class Damaged(ValueError):
    """The file is there and is not a progress file; the sentence says how that shows."""


class Newer(ValueError):
    """The file is sound and was written by a newer version of the course."""


def load(file: Path) -> dict:
    """Read one progress file.

    Raises
    ------
    Damaged
        If it is not a progress file, and how that shows.
    Newer
        If a newer version of the course wrote it.
    """
    state = _parsed(file)
    version = state.get("version") if isinstance(state, dict) else None
    if isinstance(version, int) and _count(version) and version > VERSION:
        sentence = (
            "{file} was written by a newer version of the course, and this one leaves it alone. "
            "Bring the course up to date with `git pull`."
        )
        raise Newer(say(sentence, file=file.name))
    if not _sound(state):
        raise Damaged(say("It holds something else than progress."))
    return _carried_over(state)


def _parsed(file: Path):
    """Return what a file of JSON holds."""
    if file.stat().st_size > LARGEST:
        raise Damaged(say("It is larger than {n} MB.", n=LARGEST // 1_000_000))
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Damaged(say("It is not text.")) from error
    except json.JSONDecodeError as error:
        sentence = "It breaks off or is garbled at line {line}."
        raise Damaged(say(sentence, line=error.lineno)) from error
    except ValueError as error:
        raise Damaged(say("A number in it has thousands of digits.")) from error
    except RecursionError as error:
        raise Damaged(say("It is nested without end.")) from error


def _carried_over(state: dict) -> dict:
    """Return what a file holds, under today's names; what stands there already is kept."""
    name_now = old_numbers.renamed if state["version"] == 1 else old_numbers.moved
    sections = {
        name: {name_now(key): entry for key, entry in state[name].items()}
        | {key: entry for key, entry in state[name].items() if name_now(key) == key}
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
        and all(isinstance(p, dict) and _sound_guess(**p) for p in predictions)
        and isinstance(state.get("last", ""), str)
    )


def _sound_check(passed=None, attempts=None, mistakes=(), **_) -> bool:
    counted = mistakes == () or (
        isinstance(mistakes, dict) and all(_count(n) for n in mistakes.values())
    )
    return isinstance(passed, bool) and _count(attempts) and counted


def _sound_guess(close=False, guess=0, measured=0, **_) -> bool:
    values = all(isinstance(value, str | int | float) for value in (guess, measured))
    return isinstance(close, bool) and values


def _count(n) -> bool:
    return isinstance(n, int) and not isinstance(n, bool) and n >= 0


def empty() -> dict:
    """Return the progress of somebody who has done nothing yet."""
    return {"version": VERSION, **{name: {} for name in SECTIONS}}


def as_text(state: dict) -> str:
    """Return the text of a progress file."""
    return json.dumps(state, indent=1, ensure_ascii=False) + "\n"
