"""What to call the parts of a result: by the reference's return line, or by its docstring."""

from __future__ import annotations

import ast
import functools
import inspect
import re
from collections.abc import Callable
from typing import NamedTuple

from course.checking import source


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
        tree = ast.parse(source.text(reference))
    except (OSError, TypeError, SyntaxError):
        return Names()
    documented = _documented(inspect.getdoc(reference) or "")
    listed = re.search(r"list of \((\w+(?:, \w+)+)\)", documented)
    items = tuple(listed[1].split(", ")) if listed else ()
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
    lines = re.findall(r"^(\w+(?:, \w+)*)(?: :|$)", documented, re.MULTILINE)
    said = tuple(", ".join(lines).split(", "))
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
