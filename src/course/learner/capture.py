"""What a function needs to stand alone: its source, and what it reads from the notebook around it.

`section` writes both as one piece of Python: imports, constants, the learner's own helpers, and
last the function. Names are looked up where the function would find them, so that what is written
is what ran, whichever cell it came from.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import math
import textwrap
from collections.abc import Callable
from types import FunctionType

import numpy as np

from course.learner import names
from course.words import say

MOST = 200  # entries of a constant that is written out
_PLAIN = (type(None), bool, int, str, bytes)


class NotAlone(ValueError):
    """A function that can't be written down so that it runs elsewhere; the message says why."""


def section(answer: Callable, name: str, edit: Callable[[str], str] = str) -> str:
    """Write a function with all that it reads, as code that defines `name`.

    Parameters
    ----------
    edit
        What is done to the source of each definition before it is looked through.

    Raises
    ------
    NotAlone
        If it has no source, or reads what can't be written down; the message is a sentence.
    """
    gathered = _Gathered(edit)
    bound = gathered.definition(answer, name)
    if bound != name:
        gathered.pieces.append(f"{name} = {bound}")
    imports = sorted(gathered.imports, key=lambda line: (line.startswith("from"), line))
    return "\n\n".join(["\n".join(imports)] * bool(imports) + gathered.pieces) + "\n"


class _Gathered:
    """The statements of a section, each after those that it needs."""

    def __init__(self, edit: Callable[[str], str]):
        self.edit = edit
        self.imports: set[str] = set()
        self.pieces: list[str] = []
        self.seen: dict[str, object] = {}

    def definition(self, thing: Callable, name: str) -> str:
        """Add a function or class after what it reads; returns the name that it has there."""
        text, bound = statement(thing, name)
        text = self.edit(text)
        self.seen[bound] = thing
        for free in sorted(n for n in names.free(text) - {bound} if not n.startswith("__")):
            for found, value in _look_up(thing, free):
                self.need(found, value)
        self.pieces.append(text)
        return bound

    def need(self, name: str, value: object) -> None:
        """Add what a name stands for."""
        if name in self.seen:
            if self.seen[name] is not value:
                raise NotAlone(say("{name} means two things in it.", name=name))
            return
        self.seen[name] = value
        line = names.import_line(name, value)
        if line:
            self.imports.add(line)
        elif inspect.isclass(value) or inspect.isfunction(inspect.unwrap(value)):
            bound = self.definition(value, name)
            self.pieces += [f"{name} = {bound}"] if bound != name else []
        else:
            self.pieces.append(f"{name} = {self.literal(name, value)}")

    def literal(self, name: str, value: object) -> str:
        """Write a constant as Python.

        Raises
        ------
        NotAlone
            If it is too large, or no constant.
        """
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, _PLAIN) and len(repr(value)) < 20 * MOST:
            return repr(value)
        if isinstance(value, float):
            return repr(value) if math.isfinite(value) else f'float("{value}")'
        if isinstance(value, np.ndarray) and value.size <= MOST and value.dtype.kind in "biuf":
            self.need("np", np)
            return f'np.array({self.literal(name, value.tolist())}, dtype="{value.dtype}")'
        if type(value) in (list, tuple, set, dict) and 0 < len(value) <= MOST:
            return self._collection(name, value)
        if type(value) in (list, tuple, set, dict) and not value:
            return "set()" if value == set() else repr(value)
        raise NotAlone(
            say(
                "It reads {name} from the notebook, {kind}. Give it as an argument.",
                name=name,
                kind=_kind(value),
            )
        )

    def _collection(self, name: str, value) -> str:
        if isinstance(value, dict):
            pairs = [(self.literal(name, k), self.literal(name, v)) for k, v in value.items()]
            return "{" + ", ".join(f"{k}: {v}" for k, v in pairs) + "}"
        items = ", ".join(self.literal(name, item) for item in value)
        if isinstance(value, tuple):
            return f"({items},)" if len(value) == 1 else f"({items})"
        return f"[{items}]" if isinstance(value, list) else "{" + items + "}"


def _kind(value: object) -> str:
    shape = getattr(value, "shape", None)
    return f"{type(value).__name__} {tuple(shape)}" if shape else type(value).__name__


def _look_up(thing: Callable, name: str) -> list[tuple[str, object]]:
    """The value that a function finds under a name; [] if it is built in, or there is none."""
    for f in _functions(thing):
        cells = dict(zip(f.__code__.co_freevars, f.__closure__ or (), strict=True))
        if name in cells:
            try:
                return [(name, cells[name].cell_contents)]
            except ValueError:  # still empty
                return []
        if name in f.__globals__:
            return [(name, f.__globals__[name])]
        if hasattr(builtins, name):
            return []
    return []


def _functions(thing: Callable) -> list[FunctionType]:
    """The function itself, or the methods of a class."""
    if inspect.isclass(thing):
        held = [inspect.unwrap(getattr(v, "__func__", v)) for v in vars(thing).values()]
        return [v for v in held if inspect.isfunction(v) and v.__module__ == thing.__module__]
    f = inspect.unwrap(thing)
    return [f] if inspect.isfunction(f) else []


def statement(thing: Callable, name: str) -> tuple[str, str]:
    """Return the statement that defines a function or class, as typed, and the name it binds.

    Raises
    ------
    NotAlone
        If it was made by something else than `def`, `class` or one `lambda`, or its text is gone.
    """
    functions = _functions(thing)
    lines = [linecache.getlines(f.__code__.co_filename, f.__globals__) for f in functions[:1]]
    if not lines or not lines[0]:
        raise NotAlone(say("Its source can't be found; write it with def in a cell."))
    try:
        tree = ast.parse("".join(lines[0]))
    except SyntaxError:  # the file was changed since
        raise NotAlone(say("Its source can't be found; write it with def in a cell.")) from None
    code = functions[0].__code__
    wanted = thing.__name__ if inspect.isclass(thing) else code.co_name
    nodes = [n for n in ast.walk(tree) if _defines(n, wanted, code.co_firstlineno)]
    if len(nodes) != 1:
        raise NotAlone(say("Its source can't be told apart; write it with def on its own lines."))
    if isinstance(nodes[0], ast.Lambda):
        return _assigned(nodes[0], tree, lines[0], name)
    return textwrap.dedent(_text(nodes[0], lines[0])), nodes[0].name


def _defines(node: ast.AST, name: str, line: int) -> bool:
    """Whether a node is the definition of that name on that line, or around it for a class."""
    if isinstance(node, ast.ClassDef):
        return node.name == name and line in range(node.lineno, (node.end_lineno or 0) + 1)
    if isinstance(node, ast.FunctionDef):
        return node.name == name and _first(node) == line
    return isinstance(node, ast.Lambda) and name == "<lambda>" and node.lineno == line


def _first(node: ast.stmt) -> int:
    return min([node.lineno, *(d.lineno for d in node.decorator_list)])


def _text(node: ast.stmt, lines: list[str]) -> str:
    """The lines of a definition, with a comment at its end and without what follows a semicolon."""
    found = lines[_first(node) - 1 : node.end_lineno]
    last = found[-1].encode()
    rest = last[node.end_col_offset :].decode().rstrip()
    kept = rest if rest.lstrip().startswith("#") else ""
    return "".join(found[:-1]) + last[: node.end_col_offset].decode() + kept


def _assigned(node: ast.Lambda, tree: ast.Module, lines: list[str], name: str) -> tuple[str, str]:
    """A lambda as an assignment: the one in which it stands, or one to the name wanted."""
    text = ast.get_source_segment("".join(lines), node) or ""
    for around in ast.walk(tree):
        if isinstance(around, ast.Assign) and around.value is node:
            target = around.targets[0]
            name = target.id if isinstance(target, ast.Name) else name
    return f"{name} = ({text})" if "\n" in text else f"{name} = {text}", name
