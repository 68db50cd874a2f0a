"""Bring lessons that changed to a learner's desk, and lose nothing of what they wrote there."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

from course import files
from course.learner import home, merging
from course.learner.notebook import Trouble, as_text, read
from course.lessons.desk import Desk, put_lines, unwritable
from course.words import say, say_n


def update(desk: Desk, *, stamp: bool = False) -> Iterator[tuple[str, bool]]:
    """Bring lessons in, new and changed ones; trouble with one doesn't stop the rest.

    Parameters
    ----------
    stamp
        Whether the others are written to as well: how far the learner is by now. A notebook that
        is open elsewhere must not change without need.

    Yields
    ------
    sentence : str
        What was done with a lesson that has changed, or why it could not be; of one that was not
        on the desk yet (see `Desk.missing`) only the latter.
    well : bool
    """
    told = set()  # what is wrong with the folder is wrong for every lesson
    for stem in desk.stems:
        try:
            desk.base("").parent.mkdir(parents=True, exist_ok=True)
            if sentence := _renew(desk, stem, stamp):
                yield sentence, True
        except Trouble as trouble:
            yield str(trouble), False
        except OSError as error:
            if (sentence := unwritable(desk.folder, error)) not in told:
                told.add(sentence)
                yield sentence, False


def _renew(desk: Desk, stem: str, stamp: bool) -> str:
    """Bring one lesson in; returns what was done, "" where there was nothing to do."""
    desk.renumber(stem)
    if not desk.path(stem).exists():
        desk.hand_out(stem)
        return ""
    mine = desk.mine(stem)  # a damaged one is told of, whether the lesson changed or not
    desk.fresh(stem)
    if desk.changed(stem):
        return _update(desk, stem, mine)
    if stamp:
        desk.stamp(stem)
    return ""


def _update(desk: Desk, stem: str, mine: dict) -> str:
    """Merge one lesson; returns what was done."""
    fresh = desk.fresh(stem)
    put_lines(mine["cells"], fresh["cells"])
    try:
        base = read(desk.base(stem))
    except Trouble:
        return _without_base(desk, stem, mine, fresh)
    done = merging.merge(base, mine, fresh)
    kept = _replace(desk, stem, done.notebook)
    words = [say("{stem} is renewed, and what you wrote is kept.", stem=stem)]
    if done.beside:
        words.append(
            say_n(
                "{n} cell of yours stands beside a changed one, marked.",
                "{n} cells of yours stand beside changed ones, marked.",
                done.beside,
            )
        )
    return " ".join([*words, _kept(kept)])


def _without_base(desk: Desk, stem: str, mine: dict, fresh: dict) -> str:
    """Renew a lesson of which nobody knows how it was handed out: answers are carried over."""
    written, renewed = merging.answers(fresh, mine), copy.deepcopy(fresh)
    for cell in renewed["cells"]:
        tags = cell["metadata"].get("tags", [])
        cell["source"] = next((written[t] for t in tags if t in written), cell["source"])
    kept = _replace(desk, stem, renewed)
    words = say(
        "{stem} is renewed. How it was handed out is not known any more, so only your answers "
        "to its exercises are carried over.",
        stem=stem,
    )
    return f"{words} {_kept(kept)}"


def _replace(desk: Desk, stem: str, notebook: dict) -> Path | None:
    """Put a renewed copy in its place; returns where the old one is kept.

    The copy comes before the memory of what was handed out: after a kill between the two, the
    next update finds the copy renewed and changes nothing of it.
    """
    kept = desk.keep(stem)
    desk.rewrite(stem, notebook)
    files.replace(desk.base(stem), as_text(desk.fresh(stem)))
    return kept


def _kept(file: Path | None) -> str:
    return say("The old file is kept as {file}.", file=f"{home.KEPT}/{file.name}") if file else ""
