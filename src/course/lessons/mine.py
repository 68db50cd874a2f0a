"""One file made of the learner's own functions from all lessons, and the course's for the gaps.

The file begins from `my_gpt.main` and follows every name that a function reads, through the course
and through the learner's answers. A function that a lesson asks for is the learner's if it has
passed. So the parts are read from the code: a new exercise on a function that writing needs makes
that function a part, and nothing is listed by hand.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType

from course.learner import answers, capture
from course.lessons import my_gpt, references, statements, yours
from course.lessons.statements import Unplaceable
from course.words import say

MARK = "# Written by `course mine`"
GUARD = 'if __name__ == "__main__":\n    sys.exit(main())\n'


@dataclass
class Piece:
    """A function of the file with what stands before it.

    Attributes
    ----------
    name, key
        The function, and its exercise; "" where no lesson asks for it.
    date
        When the learner's passed; "" where it is the course's.
    statements
        (name, code) of constants, the learner's helpers, and the function itself.
    users
        The functions that read it.
    """

    name: str
    key: str = ""
    date: str = ""
    statements: list[tuple[str, str]] = field(default_factory=list)
    users: list[str] = field(default_factory=list)


class Program:
    """The functions that writing needs, each once, after those that it reads.

    Parameters
    ----------
    mine
        Answers by exercise.
    """

    def __init__(self, mine: dict[str, answers.Answer]):
        self.mine = mine
        self.pieces: dict[str, Piece] = {}
        self.functions: dict[str, Callable] = {}
        self.modules: dict[str, dict[str, str]] = {}  # layers: {softmax: softmax}
        self.add(my_gpt.main)
        self.pieces = {n: self.pieces[n] for n in sorted(self.pieces, key=self._place)}
        self._settle()

    def add(self, function: Callable, user: str = "") -> str:
        """Add a function of the course, or the learner's in its place; returns its name.

        Raises
        ------
        Unplaceable
            If another function has that name.
        """
        name = function.__name__
        if self.functions.setdefault(name, function) is not function:
            raise Unplaceable(user, name)
        known = self.pieces.get(name)
        if known is None:
            key = _key(function)
            answer = self.mine.get(key)
            code = answer.code if answer else capture.section(function, name, statements.shortened)
            known = Piece(name, key, answer.date if answer else "")
            self.pieces[name] = known
            known.statements = self._resolved(code, name)
        if user and user not in (*known.users, name):
            known.users.append(user)
        return name

    def _place(self, name: str) -> tuple[int, str, int]:
        """Where a function stands in the course: a module comes after those that it imports."""
        f = self.functions[name]
        return _depth(f.__module__), f.__module__, inspect.getsourcelines(f)[1]

    def _resolved(self, code: str, user: str) -> list[tuple[str, str]]:
        """The statements of a section, those that import from the course followed."""
        found, end = [], 0
        lines, tree = code.splitlines(), ast.parse(code)
        for node in tree.body:
            text, end = "\n".join(lines[end : node.end_lineno]).strip(), node.end_lineno
            if isinstance(node, ast.Import | ast.ImportFrom):
                found += [pair for a in node.names for pair in self._import(node, a, tree, user)]
            elif function := self._passed_too(statements.bound(node), text, user):
                self.add(function, user)
            elif name := statements.bound(node):
                found.append((name, text))
        return found

    def _passed_too(self, name: str, text: str, user: str) -> Callable | None:
        """The course's function for which a statement of another answer has passed, if any."""
        passed = [key for key, answer in self.mine.items() if text in answer.code]
        keys = [key for key in passed if name != user and key.rpartition(".")[2] == name]
        return references.course(keys[0]) if keys else None

    def _import(self, node, alias: ast.alias, tree: ast.Module, user: str):
        """One name of an import: the course's functions become pieces, all else stays."""
        module = getattr(node, "module", None)
        name = alias.asname or alias.name.partition(".")[0]
        asname = f" as {name}" if alias.asname else ""
        line = f"from {module} import {alias.name}{asname}" if module else ast.unparse(node)
        whole = module or alias.name
        if whole.split(".")[0] != "course":
            return [(name, line)]
        thing = _imported(module, alias.name) if module or alias.asname else None
        if isinstance(thing, ModuleType) and (read := _attributes(tree, name, thing)):
            names = {attribute: self.add(f, user) for attribute, f in read.items()}
            self.modules.setdefault(name, {}).update(names)
            return []
        if _inlined(thing):
            there = self.add(thing, user)
            return [] if there == name else [(name, f"{name} = {there}")]
        return [(name, line)]

    def _settle(self):
        """Give each name one meaning: what differs between two pieces is renamed in one of them."""
        own = {name: dict(piece.statements)[name] for name, piece in self.pieces.items()}
        table = own | dict.fromkeys(self.modules)
        for piece in self.pieces.values():
            kept, rest = [], list(piece.statements)
            while rest:
                name, code = rest.pop(0)
                if name == piece.name or name not in table:
                    kept.append((name, code))
                    table[name] = code
                elif table[name] != code:
                    new = f"{name}_of_{piece.name}"
                    kept.append((new, statements.renamed(code, name, new)))
                    table[new] = kept[-1][1]
                    rest = [(n, statements.renamed(c, name, new)) for n, c in rest]
            piece.statements = kept

    def whose(self) -> tuple[list[str], list[str]]:
        """Return the names of the parts that are the learner's, and of those that could be."""
        asked = [piece for piece in self.pieces.values() if piece.key]
        return [p.name for p in asked if p.date], [p.name for p in asked if not p.date]

    def text(self) -> str:
        """Return the file."""
        imports, parts, module = {"import sys", "from types import SimpleNamespace"}, [], ""
        for name, piece in self.pieces.items():
            home = self.functions[name].__module__.rpartition(".")[2]
            title, module = ("" if home == module else f"# {f'-- {home} ':-<86}\n\n"), home
            codes = [code for _, code in piece.statements]
            imports |= {code for code in codes if statements.is_import(code)}
            body = "\n\n".join(code for code in codes if not statements.is_import(code))
            parts.append(f"{title}{heading(piece)}\n{body}")
        order = sorted(imports, key=lambda line: (line.startswith("from"), line))
        return "\n\n\n".join([f"{self._top()}\n\n" + "\n".join(order), *parts, *self._end()])

    def _top(self) -> str:
        says = yours.credit(say("A small GPT that writes"), *self.whose())
        return f'{MARK}\n"""{textwrap.fill(says, 88)}"""'

    def _end(self) -> tuple[str, str]:
        """What stands after the functions: the modules that they name, and the start."""
        note = say("# Where a lesson says layers.softmax, this file's softmax is meant.")
        spaces = []
        for name, read in sorted(self.modules.items()):
            pairs = ", ".join(f"{a}={n}" for a, n in sorted(read.items()))
            spaces.append(textwrap.fill(f"{name} = SimpleNamespace({pairs})", 88, **_HANGING))
        return "\n".join([note, *spaces]), GUARD


_HANGING = {"subsequent_indent": "    ", "break_long_words": False}


def heading(piece: Piece) -> str:
    """Return the comment over a piece: whose it is, and what reads it."""
    users = ", ".join(piece.users)
    if piece.date:
        return say("# Yours, passed on {date}; used by {users}.", date=piece.date, users=users)
    if piece.key:
        return say(
            "# The course's, until you pass {key}; used by {users}.", key=piece.key, users=users
        )
    if users:
        return say("# The course's; used by {users}.", users=users)
    return say("# The course's.")


@functools.cache
def _depth(name: str) -> int:
    """How many floors of the course's modules lie under a module."""
    held = vars(importlib.import_module(name)).values()
    homes = {
        v.__name__ if isinstance(v, ModuleType) else getattr(v, "__module__", "") for v in held
    }
    below = {h for h in homes if isinstance(h, str) and h.startswith("course.")} - {name}
    return 1 + max(map(_depth, below), default=0)


def _key(function: Callable) -> str:
    """The exercise that asks for a function; "" where there is none."""
    place = f"{function.__module__}:{function.__qualname__}"
    asked = [key for key, at in references.places().items() if at == place]
    return references.key_of(asked[0].rpartition(".")[2]) if len(asked) > 1 else "".join(asked)


def _imported(module: str | None, name: str):
    """What an import statement gives, or None."""
    try:
        if module is None:
            return importlib.import_module(name)
        package = importlib.import_module(module)
        return getattr(package, name, None) or importlib.import_module(f"{module}.{name}")
    except ImportError:
        return None


def _inlined(thing: object) -> bool:
    ours = str(getattr(thing, "__module__", "")).startswith("course.")
    return ours and (inspect.isfunction(thing) or inspect.isclass(thing))


def _attributes(tree: ast.Module, name: str, module: ModuleType) -> dict[str, Callable]:
    """What code reads of a module, if all of it can be written into the file; else {}."""
    read = {
        n.attr: getattr(module, n.attr, None)
        for n in ast.walk(tree)
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == name
    }
    return read if all(map(_inlined, read.values())) else {}
