"""Tell a cell that teaches from one that only asks, draws or lists; the latter is folded.

What a cell is follows from what it calls. A tag says otherwise: ``open`` keeps a cell open,
``predict``, ``reveal``, ``plot``, ``table``, ``live`` and ``setup`` name its kind.
"""

from __future__ import annotations

import ast
import functools

from course.words import say

KINDS = ("predict", "reveal", "plot", "table", "live", "setup")
DRAWN = {"fig", "ax", "axes", "plot"}  # a statement that mentions one of these draws
MOST = 0.5  # a cell is folded where more than this share of its lines is plumbing


def kind(cell: dict) -> str:
    """Return what a code cell is: one of KINDS, or "" for one that teaches."""
    tags = cell["metadata"].get("tags", [])
    if told := next((tag for tag in tags if tag in KINDS), ""):
        return told
    tree = _tree(cell["source"])
    calls = _calls(cell["source"])
    if any(name.startswith("predict.") for name in calls):
        return "predict"
    if _is_reveal(tree.body[:1]):
        return "reveal"
    if calls & {"plot.show", "plot.table"}:
        return "plot" if "plot.show" in calls else "table"
    last = tree.body[-1] if tree.body else None
    shown = isinstance(last, ast.Expr) and isinstance(last.value, ast.Call)
    name = ast.unparse(last.value.func) if shown else ""
    return "live" if name.startswith(("widgets.", "live.")) else ""


def fold(cell: dict) -> None:
    """Fold a cell of plumbing, under a first line that says what it is."""
    tags = cell["metadata"].get("tags", [])
    first = {
        "predict": _asks(cell),
        "reveal": say("# What came out, beside your guess."),
        "plot": say("# A figure: run this cell to draw it."),
        "table": say("# A table: run this cell to fill it."),
        "setup": say("# What this lesson needs, by name: run this cell first."),
    }.get(kind(cell))
    if first is None or "open" in tags or not mostly_plumbing(cell):
        return
    cell["source"] = f"{first}\n{cell['source']}"
    cell["metadata"].setdefault("jupyter", {})["source_hidden"] = True


def _asks(cell: dict) -> str:
    """Return the first line of a cell that asks for a prediction."""
    calls = _calls(cell["source"])
    if "predict.choice" in calls and "predict.number" not in calls:
        return say("# A prediction: run this cell, then choose your answer.")
    return say("# A prediction: run this cell, then type your guess.")


def mostly_plumbing(cell: dict) -> bool:
    """Tell whether most lines of a cell only ask, draw or list."""
    if kind(cell) == "reveal" or any(tag in KINDS for tag in cell["metadata"].get("tags", [])):
        return True
    body = _tree(cell["source"]).body
    lines = {node: node.end_lineno - node.lineno + 1 for node in body}
    names = set(DRAWN)
    shown = sum(n for node, n in lines.items() if _plumbs(node, names))
    return shown > MOST * sum(lines.values())


def _plumbs(node: ast.stmt, names: set[str]) -> bool:
    """Tell whether a statement draws, asks or reveals."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Name):
        return True  # `guess`: shows the question
    read = {x.id for x in ast.walk(node) if isinstance(x, ast.Name)}
    return bool(read & names) or _is_reveal([node]) or "predict" in read


def before_reveal(source: str) -> tuple[str, str] | None:
    """Return a cell's source in two: what leads to a reveal, and the reveal; None if it has none.

    A cell that begins with its reveal, or whose reveal stands inside a loop, is left whole.
    """
    body = _tree(source).body
    at = next((n for n, node in enumerate(body) if _is_reveal([node])), 0)
    if not at:
        return None
    lines, first = source.splitlines(), body[at].lineno - 1
    while first and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return "\n".join(lines[:first]).rstrip(), "\n".join(lines[first:])


def _is_reveal(body: list[ast.stmt]) -> bool:
    return any(
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr == "reveal"
        for node in body
    )


@functools.lru_cache(maxsize=4)  # several things are asked of a cell, one after another
def _tree(source: str) -> ast.Module:
    """Parse a cell; one with a magic or a mistake in it is taken as one that teaches."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module([], [])


@functools.lru_cache(maxsize=4)
def _calls(source: str) -> set[str]:
    """Return the dotted names that a cell calls."""
    return {ast.unparse(x.func) for x in ast.walk(_tree(source)) if isinstance(x, ast.Call)}
