"""The one door to the source of a function or class, and what can be told from it.

Here is said what a guard is (``if …: raise`` and calls of a private ``_check…``), what words are,
and what a stub is, once for solutions, mutants, editions and the twins in the notebooks.
"""

from __future__ import annotations

import ast
import dis
import functools
import inspect
import linecache
import sys
import textwrap
from collections.abc import Callable
from typing import NamedTuple

_IDLE = {
    "RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST", "POP_TOP", "PUSH_NULL",
    "LOAD_GLOBAL", "LOAD_NAME", "PRECALL", "CALL", "RAISE_VARARGS", "COPY_FREE_VARS",
    "MAKE_CELL", "CACHE", "EXTENDED_ARG",  "LOAD_COMMON_CONSTANT", "NOT_TAKEN",
}  # fmt: skip


def read(thing: Callable) -> str:
    """The source of a function or class as it was written, dedented.

    Raises
    ------
    OSError, TypeError
        If there is none, as for what was typed into a plain shell or is written in C.
    """
    return textwrap.dedent(inspect.getsource(thing))


def text(reference: Callable) -> str:
    """The source of a function or class, without docstrings and checks of its arguments."""
    lines = read(reference).splitlines()
    drop: set[int] = set()
    for node in ast.walk(ast.parse("\n".join(lines))):
        for statement in _beside_the_point(node):
            drop |= set(range(statement.lineno, (statement.end_lineno or 0) + 1))
    return "\n".join(line for i, line in enumerate(lines, 1) if i not in drop)


def _beside_the_point(node: ast.AST) -> list[ast.stmt]:
    """Docstring and guards of a body, unless nothing else is left."""
    if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return []
    found = [s for s in node.body if is_guard(s)]
    if ast.get_docstring(node) is not None:
        found.append(node.body[0])
    return found if len(found) < len(node.body) else []


def is_guard(statement: ast.AST) -> bool:
    """Whether a statement only refuses bad input: `if …: raise`, or a call of a `_check…`."""
    if isinstance(statement, ast.If):
        return not statement.orelse and all(isinstance(s, ast.Raise) for s in statement.body)
    return is_check(statement)


def is_check(statement: ast.AST) -> bool:
    """Whether a statement is a call of a private `_check…` function."""
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)):
        return False
    called = statement.value.func
    return getattr(called, "id", getattr(called, "attr", "")).startswith("_check")


def is_words(statement: ast.AST) -> bool:
    """Whether a statement is text that nobody reads, as a docstring is."""
    return _is_constant(statement) and isinstance(statement.value.value, str)


def _is_constant(statement: ast.AST) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def is_stub(node: ast.stmt) -> bool:
    """Whether a definition is still to be written: dots and words, nothing else."""
    if isinstance(node, ast.ClassDef):
        return all(is_stub(n) for n in node.body if isinstance(n, ast.FunctionDef))
    return all(isinstance(line, ast.Pass) or _is_constant(line) for line in node.body)


def compiled(tree: ast.AST | str, reference: Callable, file: str) -> Callable:
    """A definition in the reference's name and among the names of its module, as it were there."""
    space = dict(vars(sys.modules[reference.__module__]))
    if isinstance(tree, str):  # so that it can be read again
        linecache.cache[file] = (len(tree), None, tree.splitlines(keepends=True), file)
    exec(compile(tree, file, "exec"), space)
    return space[reference.__name__]


def copy(reference: Callable) -> Callable:
    """The reference compiled once more: the same to every caller, but not the course's own."""
    return compiled(read(reference), reference, f"<a copy of {reference.__name__}>")


def codes(thing: object) -> frozenset:
    """The code objects of a function, or of a class's own methods."""
    found = vars(thing).values() if inspect.isclass(thing) else [thing]
    codes = (getattr(inspect.unwrap(f), "__code__", None) for f in found if callable(f))
    return frozenset(code for code in codes if code is not None)


class Away(NamedTuple):
    """What is known of an answer in another process, on the function that stands for it here.

    Attributes
    ----------
    unused
        What `unused` says of it there.
    """

    unused: tuple[list[str], list[str]]


def elsewhere(answer: object) -> Away | None:
    """Tell what is known of an answer that runs in another process; None of one that runs here."""
    found = vars(answer).get("away") if inspect.isfunction(answer) else None
    return found if isinstance(found, Away) else None


def unused(answer: object) -> tuple[list[str], list[str]]:
    """The arguments that a function never reads, and the notebook's values that it reads.

    From the byte code, as in `idle`; ([], []) where that can't be told.
    """
    if not inspect.isfunction(answer):
        return [], []
    if away := elsewhere(answer):
        return away.unused
    code = inspect.unwrap(answer).__code__
    read = set(code.co_cellvars)
    for step in dis.get_instructions(code):
        if "FAST" in step.opname and step.opname != "STORE_FAST":
            read |= set(step.argval if isinstance(step.argval, tuple) else (step.argval,))
    if {"locals", "eval", "exec", "vars"} & set(code.co_names):
        return [], []
    arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    held = {name: answer.__globals__.get(name) for name in code.co_names}
    data = [
        n
        for n, v in held.items()
        if isinstance(v, (list, tuple, dict, int, float))
        or (type(v).__module__ in ("numpy", "torch") and hasattr(v, "shape"))
    ]
    return [name for name in arguments if name not in read], data


def _bare(method: object) -> object:
    """The function inside a static or class method; anything else as it is."""
    return method.__func__ if isinstance(method, (staticmethod, classmethod)) else method


def idle(answer: object) -> bool:
    """Whether a function's body is still a stub: dots, pass, a docstring, NotImplementedError.

    Read from the byte code, since a function typed into a plain shell has no source.
    """
    while isinstance(answer, functools.partial):
        answer = answer.func
    if inspect.isclass(answer):
        methods = [f for m in vars(answer).values() if inspect.isfunction(f := _bare(m))]
        return answer.__module__ != "builtins" and all(map(idle, methods))
    code = getattr(inspect.unwrap(answer), "__code__", None)
    if not inspect.iscode(code):
        return False
    for step in dis.get_instructions(code):
        if step.opname not in _IDLE:
            return False
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME") and step.argval != "NotImplementedError":
            return False
        if step.opname == "RETURN_CONST" and step.argval not in (None, Ellipsis):
            return False
    returned = [s.argval for s in dis.get_instructions(code) if s.opname == "LOAD_CONST"]
    raises = any(s.opname == "RAISE_VARARGS" for s in dis.get_instructions(code))
    return raises or all(value is None or value is Ellipsis for value in returned)
