"""Statements at the top of a piece of code: what each binds, cut short, or under another name."""

from __future__ import annotations

import ast
import dis
import re

from course.learner import names

_GLOBAL = {"LOAD_GLOBAL", "LOAD_NAME", "STORE_NAME", "STORE_GLOBAL"}


class Unplaceable(ValueError):
    """A piece that can't stand in one file with the others: its name, and the name in the way."""


def renamed(code: str, old: str, new: str) -> str:
    """Return a statement in which a global name is another.

    Where a name is global is read from the byte code, which knows every place.

    Raises
    ------
    Unplaceable
        If some places can't be told, as in an f-string on Python 3.11.
    """
    node = ast.parse(code).body[0]
    if isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            if (alias.asname or alias.name) == old:
                alias.asname = new
        return ast.unparse(node)
    lines = [line.encode() for line in code.split("\n")]
    places = {place for place in _places(compile(code, "piece", "exec"), old)}
    for line, start, end in sorted(places, reverse=True):
        if lines[line - 1][start:end] == old.encode():
            lines[line - 1] = lines[line - 1][:start] + new.encode() + lines[line - 1][end:]
    text = b"\n".join(lines).decode()
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == old:
        text = re.sub(
            rf"^((?:async )?(?:def|class)\s+){old}\b", rf"\g<1>{new}", text, count=1, flags=re.M
        )
    if old in names.free(text):
        raise Unplaceable(new, old)
    return text


def _places(code, name: str):
    """(line, first byte, last byte) of every instruction that reads or binds a global name."""
    for step in dis.get_instructions(code):
        at = step.positions
        if step.opname in _GLOBAL and step.argval == name and at.lineno == at.end_lineno:
            yield at.lineno, at.col_offset, at.end_col_offset
    for inner in code.co_consts:
        if hasattr(inner, "co_code"):
            yield from _places(inner, name)


def bound(node: ast.stmt) -> str:
    """The name that a statement of a section binds, or ""."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return target.id if isinstance(target, ast.Name) else ""


def is_import(code: str) -> bool:
    return isinstance(ast.parse(code).body[0], ast.Import | ast.ImportFrom)


def shortened(source: str) -> str:
    """Cut a function's docstrings to their first line, and leave out `_check…(…)` calls."""
    lines = source.splitlines()
    for node in sorted(ast.walk(ast.parse(source)), key=lambda n: -getattr(n, "lineno", 0)):
        if not isinstance(node, ast.Expr):
            continue
        first, last, text = node.lineno - 1, node.end_lineno, ast.unparse(node)
        if isinstance(node.value, ast.Call) and text.split(".")[-1].startswith("_check"):
            lines[first:last] = []
        elif isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            words = node.value.value.strip().splitlines()[0]
            lines[first:last] = [f'{" " * node.col_offset}"""{words}"""']
    return "\n".join(lines)
