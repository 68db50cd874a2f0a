"""What an answer needs of a notebook, read from its text: nothing of a lesson is executed for it.

From the answer's definition the names that it reads are followed to the statements that bind them:
imports, the learner's own helpers, constants. Where a name is bound more than once, the last
binding up to the answer's own cell counts, as if the cells had been run in order, else the first
one after it; what changes a binding (``table[0] = 1``, ``n += 1``) comes along. Statements that
only call something are left out.
"""

from __future__ import annotations

import ast
import re
import symtable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from course.checking import source
from course.learner import names

_MAGIC = re.compile(r"^(\s*)(%|!|\?|.*\?\s*$)")


@dataclass(frozen=True)
class Cell:
    """A code cell: its place in the notebook, from 1, its text and its tags."""

    place: int
    text: str
    tags: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """What a traceback calls it."""
        return f"<cell {self.place}>"

    @cached_property
    def read(self) -> tuple[str, ast.Module | None, SyntaxError | None]:
        """Its text without IPython's commands, as a tree; or why it is no Python."""
        text = self.text
        for attempt in (1, 2):
            try:
                return text, ast.parse(text), None
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                if attempt == 2:
                    trouble = error if isinstance(error, SyntaxError) else SyntaxError(str(error))
                    return text, None, trouble
                lines = text.splitlines()
                text = "\n".join(_MAGIC.sub(r"\1pass  # \2", line) for line in lines)
        raise AssertionError

    @cached_property
    def pieces(self) -> list[Piece]:
        """Its statements but for bare expressions."""
        text, tree, _ = self.read
        lines = text.split("\n")
        statements = tree.body if tree else []
        return [Piece(self, n, lines) for n in statements if not isinstance(n, ast.Expr)]


class Piece:
    """A statement of a cell: what it binds, changes and reads."""

    def __init__(self, cell: Cell, node: Any, lines: list[str]):
        self.cell, self.node = cell, node
        self.line = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        self.text = _alone(node, lines[self.line - 1 : node.end_lineno])
        self.place = cell.place, node.lineno, node.col_offset

    @cached_property
    def binds(self) -> set[str]:
        """The names that it gives a value."""
        try:
            table = symtable.symtable(self.text, "piece", "exec").get_symbols()
        except (SyntaxError, ValueError):
            return set()
        return {s.get_name() for s in table if s.is_assigned() or s.is_imported()}

    @cached_property
    def changes(self) -> set[str]:
        """The names whose values it changes: of ``a[0] = 1``, ``a.b = 1`` and ``a += 1``."""
        targets = getattr(self.node, "targets", [getattr(self.node, "target", None)])
        found = {name for target in targets if (name := _root(target))}
        plus = isinstance(self.node, ast.AugAssign) and isinstance(self.node.target, ast.Name)
        return found | ({self.node.target.id} if plus else set())

    @cached_property
    def reads(self) -> set[str]:
        """The names that it reads and does not bind itself."""
        try:
            return names.free(self.text) | self.changes
        except (SyntaxError, ValueError, RecursionError):
            return set()

    @property
    def is_open(self) -> bool:
        """Whether it is a definition that is still a stub."""
        kinds = ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef
        return isinstance(self.node, kinds) and source.is_stub(self.node)

    def sent(self) -> dict:
        """The piece as it goes to the process that runs it."""
        whole = self.cell.read[0]
        return {"text": self.text, "line": self.line, "file": self.cell.file, "cell": whole}


def _alone(node: Any, lines: list[str]) -> str:
    """The text of a statement in its lines, without others that stand on the first or last."""
    last = lines[-1].encode()[: node.end_col_offset].decode()
    text = "\n".join([*lines[:-1], last])
    decorated = bool(getattr(node, "decorator_list", []))
    return text if decorated else text.encode()[node.col_offset :].decode()


def _root(target: ast.AST | None) -> str:
    """The name at the root of a[0].b, "" of anything else."""
    if not isinstance(target, ast.Subscript | ast.Attribute):
        return ""
    while isinstance(target, ast.Subscript | ast.Attribute):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


def needed(cells: list[Cell], wanted: set[str], at: tuple) -> list[Piece]:
    """Return the pieces that names need, in the order of the notebook.

    Parameters
    ----------
    wanted
        The names.
    at
        The place up to which bindings count before later ones: (cell, line, column).
    """
    pieces = [piece for cell in cells for piece in cell.pieces]
    chosen: dict[tuple, Piece] = {}
    seen: set[str] = set()
    queue = sorted(wanted)
    while queue:
        name = queue.pop()
        if name in seen:
            continue
        seen.add(name)
        for piece in _bindings(pieces, name, at):
            if chosen.setdefault(piece.place, piece) is piece:
                queue += sorted(piece.reads - seen)
    return [chosen[place] for place in sorted(chosen)]


def _bindings(pieces: list[Piece], name: str, at: tuple) -> list[Piece]:
    """The statement that binds a name, and those that change it from there on."""
    binding = [p for p in pieces if name in p.binds and name not in p.changes and not p.is_open]
    if not binding:
        return [p for p in pieces if "*" in p.text and isinstance(p.node, ast.ImportFrom)]
    before = [p for p in binding if p.place <= at]
    first = before[-1] if before else binding[0]
    later = [p for p in pieces if name in p.changes and first.place < p.place <= at]
    return [first, *later]


def answer(cells: list[Cell], name: str, tag: str = "") -> Piece | None:
    """Return the definition of a name that is the learner's answer, None where there is none.

    It is the one in the exercise's own cell, whose tag ends in the name; if that is still a stub,
    or the cell is gone, the last one elsewhere that isn't.
    """
    found = [p for cell in cells for p in cell.pieces if name in p.binds]
    own = [p for p in found if _asks(p.cell, name)]
    written = [p for p in own if not p.is_open] or [p for p in found if not p.is_open]
    return (written or own or found or [None])[-1]  # type: ignore[list-item]


def _asks(cell: Cell, name: str) -> bool:
    """Whether a cell is the one of an exercise."""
    return any(tag.startswith("exercise:") and tag.endswith(f".{name}") for tag in cell.tags)


def syntax_trouble(cells: list[Cell], name: str) -> SyntaxError | None:
    """Return why the cell that defines a name can't be read; None if it can, or there is none."""
    word = re.escape(name)
    defines = re.compile(rf"^\s*((async )?def|class)\s+{word}\b|^\s*{word}\s*=", re.MULTILINE)
    troubles = (c.read[2] for c in reversed(cells) if c.read[2] and defines.search(c.text))
    return next(troubles, None)
