"""Bring a learner's notebook up to a changed lesson: three-way, cell by cell, nothing lost.

Three notebooks: `base`, the copy as it was handed out; `mine`, what the learner made of it; and
`fresh`, the copy as it would be handed out today. Cells are recognised by their ids, an exercise
also by its tag, a changed cell by what stands around it and how alike it is.
"""

from __future__ import annotations

import ast
import copy
import difflib
from dataclasses import dataclass, field

from course.words import say

ALIKE = 0.5  # two texts of one cell share at least this part


@dataclass
class Merged:
    """A merged notebook, and what became of the learner's cells."""

    notebook: dict
    carried: list[str] = field(default_factory=list)  # answers put into a changed stub
    beside: int = 0  # cells of theirs that stand beside a changed one


def merge(base: dict, mine: dict, fresh: dict) -> Merged:
    """Return `fresh` with what the learner did since `base`.

    A cell changed on one side is taken from that side. Where both changed it, an answer is
    carried into the new stub if its signature still stands; anything else is kept beside the
    new cell, marked, as raw text that does not run. Cells that the learner added stay where they
    were put, cells that they deleted stay away unless the lesson changed them, and cells that
    they moved stand in the lesson's order again.
    """
    done = Merged({key: value for key, value in fresh.items() if key != "cells"})
    if state := mine.get("metadata", {}).get("widgets"):
        done.notebook["metadata"] = done.notebook["metadata"] | {"widgets": state}
    was, became = _origins(base, mine, fresh)
    theirs, seats = _seated(mine["cells"], was, became, done)
    origin = {new: was[old] for old, new in became.items()}
    cells = seats.get(None, [])
    for cell in fresh["cells"]:
        id = cell["id"]
        cells += _settled(origin.get(id), theirs.get(id), cell, done) + seats.get(id, [])
    done.notebook["cells"] = _unique(cells)
    return done


def _origins(base: dict, mine: dict, fresh: dict) -> tuple[dict[str, dict], dict[str, str]]:
    """Return the cells of `base` by id, and which became which of `fresh`.

    A cell that an update cut short has renewed already counts as handed out as it is now.
    """
    was = {cell["id"]: cell for cell in base["cells"]}
    now = {cell["id"]: cell for cell in fresh["cells"]}
    renewed = {cell.get("id") for cell in mine["cells"]} & set(now) - set(was)
    pairs = paired(base["cells"], fresh["cells"]).items()
    became = {old: new for old, new in pairs if new not in renewed} | {id: id for id in renewed}
    return was | {id: now[id] for id in renewed}, became


def _seated(cells: list[dict], was: dict, became: dict, done: Merged) -> tuple[dict, dict]:
    """Go through the learner's cells.

    Returns
    -------
    theirs : dict
        Id in `fresh`: what the learner made of that cell.
    seats : dict
        Id in `fresh`: the cells of their own that follow it; None for those that come first.
    """
    theirs: dict[str, dict] = {}
    seats: dict[str | None, list[dict]] = {}
    seat, seen = None, set()
    for cell in cells:
        id = cell.get("id")
        if id not in was or id in seen:  # added, or a second copy of one
            seats.setdefault(seat, []).append(copy.deepcopy(cell))
        elif id in became:
            seat, theirs[became[id]] = became[id], cell
        elif _text(cell) != _text(was[id]):  # the lesson has no such cell any more
            seats.setdefault(seat, []).append(_marked(cell))
            done.beside += 1
        seen.add(id)
    return theirs, seats


def _settled(was: dict | None, mine: dict | None, now: dict, done: Merged) -> list[dict]:
    """Return what one cell of the lesson becomes: none, one, or a new one with theirs beside."""
    if was is None:
        return [copy.deepcopy(now)]
    ours_changed = _text(was) != _text(now)
    if mine is None:
        return [copy.deepcopy(now)] if ours_changed else []
    if not ours_changed:
        return [_as_theirs(mine, now)]
    if _text(mine) in (_text(was), _text(now)):
        return [copy.deepcopy(now)]
    if _exercise(now) and signature(mine["source"]) == signature(now["source"]) is not None:
        done.carried.append(_exercise(now))
        return [_as_theirs(mine, now) | {"outputs": [], "execution_count": None}]
    done.beside += 1
    return [copy.deepcopy(now), _marked(mine)]


def _as_theirs(mine: dict, now: dict) -> dict:
    """Return the learner's cell under the id and the tags that it has today."""
    cell = copy.deepcopy(mine)
    cell["id"] = now["id"]
    tags = now["metadata"].get("tags")
    cell["metadata"] = cell.get("metadata", {}) | ({"tags": tags} if tags else {})
    return cell


def _marked(cell: dict) -> dict:
    """Return a learner's cell as it is kept beside: raw, under a sentence that says what it is."""
    mark = say(
        "# Yours, kept from before the lesson changed. It doesn't run as it stands: "
        "press Esc, then Y, to make it a cell of code."
    )
    kept = {"cell_type": "raw", "id": f"{cell['id']}-yours", "metadata": {"tags": ["yours"]}}
    return kept | {"source": f"{mark}\n{cell['source']}"}


def paired(base: list[dict], fresh: list[dict]) -> dict[str, str]:
    """Return which cell of `base` became which of `fresh`, by id.

    By the same id first, then by the exercise that both hold. What is left between two such
    pairs is matched in order, if it is of one type and alike.
    """
    same = {cell["id"] for cell in fresh} & {cell["id"] for cell in base}
    became = {id: id for id in same}
    stubs = {_exercise(cell): cell["id"] for cell in fresh if _exercise(cell)}
    for cell in base:
        if cell["id"] not in became and (new := stubs.get(_exercise(cell))) not in (None, *same):
            became[cell["id"]] = new
    taken = set(became.values())
    keys = ([became.get(c["id"], f"- {c['id']}") for c in base], [c["id"] for c in fresh])
    match = difflib.SequenceMatcher(None, *keys, autojunk=False)
    for _, i1, i2, j1, j2 in match.get_opcodes():
        old = [cell for cell in base[i1:i2] if cell["id"] not in became]
        new = [cell for cell in fresh[j1:j2] if cell["id"] not in taken]
        for was, now in _alike(old, new):
            became[was["id"]] = now["id"]
    return became


def _alike(old: list[dict], new: list[dict]) -> list[tuple[dict, dict]]:
    """Pair cells of two stretches: all, where their types agree one by one, else what is alike."""
    if [cell["cell_type"] for cell in old] == [cell["cell_type"] for cell in new]:
        return list(zip(old, new, strict=True))
    pairs, start = [], 0
    for was in old:
        for n in range(start, len(new)):
            if was["cell_type"] == new[n]["cell_type"] and _likeness(was, new[n]) >= ALIKE:
                pairs.append((was, new[n]))
                start = n + 1
                break
    return pairs


def _likeness(a: dict, b: dict) -> float:
    return difflib.SequenceMatcher(None, a["source"], b["source"], autojunk=False).ratio()


def signature(source: str) -> str | None:
    """Return the first definition's line of a piece of code; None where there is none to read."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return None
    kinds = ast.FunctionDef | ast.ClassDef
    node = next((node for node in body if isinstance(node, kinds)), None)
    if isinstance(node, ast.FunctionDef):
        return f"{node.name}({ast.unparse(node.args)})"
    return node.name if node else None


def answers(base: dict, mine: dict) -> dict[str, str]:
    """Return what the learner wrote into each exercise's cell, by its tag, where they wrote."""
    stubs = {_exercise(cell): _text(cell) for cell in base["cells"] if _exercise(cell)}
    return {
        name: cell["source"]
        for cell in mine["cells"]
        if (name := _exercise(cell)) in stubs and _text(cell) != stubs[name]
    }


def _exercise(cell: dict) -> str:
    """Return what exercise a cell is the stub of; "" for none."""
    tags = cell.get("metadata", {}).get("tags", [])
    return next((tag for tag in tags if tag.startswith("exercise:")), "")


def _text(cell: dict) -> tuple[str, str]:
    return cell["cell_type"], cell["source"].strip()


def _unique(cells: list[dict]) -> list[dict]:
    """Give a cell whose id is taken, or which has none, another one."""
    seen: set[str] = set()
    for n, cell in enumerate(cells):
        id = str(cell.get("id") or f"yours-{n}")[:56]
        while id in seen:
            id = f"{id[:56]}-{n}"
        cell["id"] = id
        seen.add(id)
    return cells
