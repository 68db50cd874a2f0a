"""Which cells of a notebook some others need: all that bind, change or import a name they read."""

import ast
from collections.abc import Iterable


def needed(sources: list[str], wanted: Iterable[int]) -> list[int]:
    """Return the wanted cells and those above that they lean on, in order.

    Told from the text, and generously: whatever binds a name, or might change what it names,
    is taken as often as it occurs.
    """
    taken, names = set(wanted), set()
    for index in range(len(sources) - 1, -1, -1):
        tree = ast.parse(sources[index])
        if index in taken or changed(tree) & names:
            taken.add(index)
            names |= read(tree)
    return sorted(taken)


def read(tree: ast.AST) -> set[str]:
    """Return every name that is looked up, also inside functions."""
    nodes = ast.walk(tree)
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def changed(tree: ast.Module) -> set[str]:
    """Return every name that is bound, or whose value may be changed: x = …, x[0] = …, x.add(…)."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            found |= read(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            found |= read(node.value)
    return found
