"""Read a function's source: the solution as learners see it, and whether it was begun at all."""

from __future__ import annotations

import ast
import dis
import functools
import inspect
import re
import textwrap
from collections.abc import Callable
from typing import NamedTuple

_IDLE = {
    "RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST", "POP_TOP", "PUSH_NULL",
    "LOAD_GLOBAL", "LOAD_NAME", "PRECALL", "CALL", "RAISE_VARARGS", "COPY_FREE_VARS",
    "MAKE_CELL", "CACHE", "EXTENDED_ARG",  "LOAD_COMMON_CONSTANT", "NOT_TAKEN",
}  # fmt: skip


def text(reference: Callable) -> str:
    """The source of a function or class, without docstrings and checks of its arguments."""
    lines = textwrap.dedent(inspect.getsource(reference)).splitlines()
    drop: set[int] = set()
    for node in ast.walk(ast.parse("\n".join(lines))):
        for statement in _beside_the_point(node):
            drop |= set(range(statement.lineno, statement.end_lineno + 1))
    return "\n".join(line for i, line in enumerate(lines, 1) if i not in drop)


def _beside_the_point(node: ast.AST) -> list[ast.stmt]:
    """Docstring, `if …: raise` and `_check…(…)` of a body, unless nothing else is left."""
    if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return []
    found = [s for s in node.body if _is_guard(s)]
    if ast.get_docstring(node) is not None:
        found.append(node.body[0])
    return found if len(found) < len(node.body) else []


def _is_guard(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.If):
        return not statement.orelse and all(isinstance(s, ast.Raise) for s in statement.body)
    called = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    return called and ast.unparse(statement.value.func).split(".")[-1].startswith("_check")


class Names(NamedTuple):
    """What to call the parts of a result.

    Parameters
    ----------
    parts
        Of a tuple: ("dx", "dW", "db"), or ().
    items
        Of each tuple in a list of them: ("W", "b"), or ().
    words
        Whether the keys of a dict are words of the course's rather than a learner's data.
    """

    parts: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    words: bool = False


@functools.cache
def returned_names(reference: Callable) -> Names:
    """What the last return statement or the docstring's Returns call the parts of a result."""
    try:
        tree = ast.parse(text(reference))
    except (OSError, TypeError, SyntaxError):
        return Names()
    documented = _documented(inspect.getdoc(reference) or "")
    items = re.search(r"list of \((\w+(?:, \w+)+)\)", documented)
    items = tuple(items[1].split(", ")) if items else ()
    values = [n.value for n in ast.walk(tree) if isinstance(n, ast.Return)]
    last = values[-1] if values else None
    if isinstance(last, ast.ListComp) and isinstance(last.elt, ast.Tuple):
        return Names(items=items or _distinct(last.elt))
    if isinstance(last, ast.Call) and isinstance(last.func, ast.Name):  # it hands on another's
        other = getattr(reference, "__globals__", {}).get(last.func.id)
        own = inspect.isfunction(other) and other is not reference
        return returned_names(other) if own else Names()
    if not isinstance(last, ast.Tuple):
        return Names()
    said = re.findall(r"^(\w+(?:, \w+)*)(?: :|$)", documented, re.MULTILINE)
    said = tuple(", ".join(said).split(", "))
    plainly = all(isinstance(n, ast.Name) for n in last.elts)
    fits = not plainly and len(said) == len(last.elts)
    return Names(said if fits else _distinct(last), items)


def _documented(doc: str) -> str:
    """The part of a docstring under Returns, up to the next heading."""
    under = re.split(r"^Returns\n-+\n", doc, flags=re.MULTILINE)
    return re.split(r"\n\n\w+\n-+\n", under[1])[0] if len(under) == 2 else ""


def _distinct(values: ast.Tuple) -> tuple[str, ...]:
    """The first variable in each value, such as p in p − lr · v, or () if two are alike."""
    names = []
    for value in values.elts:
        value = value.generators[0].iter if isinstance(value, ast.ListComp) else value
        called = {id(n.func) for n in ast.walk(value) if isinstance(n, ast.Call)}
        found = [n for n in ast.walk(value) if isinstance(n, ast.Name) and id(n) not in called]
        names += [min(found, key=lambda n: (n.lineno, n.col_offset)).id] if found else [""]
    return tuple(names) if all(names) and len(set(names)) == len(names) else ()


def unused(answer: object) -> tuple[list[str], list[str]]:
    """The arguments that a function never reads, and the notebook's values that it reads.

    From the byte code, as in `idle`; ([], []) where that can't be told.
    """
    if not inspect.isfunction(answer):
        return [], []
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


def idle(answer: object) -> bool:
    """Whether a function's body is still a stub: dots, pass, a docstring, NotImplementedError.

    Read from the byte code, since a function typed into a plain shell has no source.
    """
    while isinstance(answer, functools.partial):
        answer = answer.func
    if inspect.isclass(answer):
        methods = [m for m in vars(answer).values() if inspect.isfunction(m)]
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
