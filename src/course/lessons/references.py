"""Where the course's function of each exercise is, read from the banks without running them.

A bank may load PyTorch, which takes seconds; who asks for `attend` needs NumPy alone.
"""

from __future__ import annotations

import ast
import difflib
import functools
import importlib
import re
from collections.abc import Callable

from course import lessons
from course.learner import answers
from course.words import say


class Unknown(AttributeError, ValueError):
    """No exercise of that name, or more than one."""


def key_of(name: str) -> str:
    """Return the key of an exercise: attention.attend, of attend; see `find`."""
    known = places()
    if name in known:
        return name
    keys = [key for key in known if key.rpartition(".")[2] == name]
    if len({known[key] for key in keys}) == 1:  # perhaps asked for again later
        *later, last = keys
        return next((key for key in (last, *later[::-1]) if later and _kept(key)), last)
    if not keys:
        near = difflib.get_close_matches(name, names(), 5, 0.3) or names()
        known = ", ".join(near)
        raise Unknown(say("No lesson asks for {name}; there are {known}.", name=name, known=known))
    sentence = "{name} is asked for in more than one lesson; write one of {ways}."
    raise Unknown(say(sentence, name=name, ways=", ".join(f'yours["{key}"]' for key in keys)))


def names() -> list[str]:
    """Return the names of all exercises, in the order of the lessons."""
    return list(dict.fromkeys(key.rpartition(".")[2] for key in places()))


@functools.cache
def places() -> dict[str, str]:
    """Return where the course's function of each exercise is: course.transformers.attention:attend.

    Read from the banks without running them, since one may load PyTorch.
    """
    found = {}
    for lesson in lessons.lessons():
        tree = ast.parse((lessons.FOLDER / lesson.slug / "bank.py").read_text(encoding="utf-8"))
        imported = dict(_imported(tree))
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name, call = node.targets[0].id, node.value
                if name in lesson.exercises and isinstance(call, ast.Call):
                    found[f"{lesson.slug}.{name}"] = _reference(lesson.slug, name, call, imported)
    return found


def _imported(tree: ast.Module):
    """Each name that a bank imports, and its place."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, (node.module, alias.name)


def _reference(slug: str, name: str, call: ast.Call, imported: dict) -> str:
    """The place of an exercise's reference, as its bank names it."""
    named = [k.value for k in call.keywords if k.arg == "reference"]
    first, *rest = ast.unparse(next(iter([*call.args, *named]))).split(".")
    if first in imported and re.fullmatch(r"\w+", first):
        module, inner = imported[first]
        return f"{module}.{inner}:{'.'.join(rest)}" if rest else f"{module}:{inner}"
    reference = getattr(lessons.bank(slug), name).reference  # made in the bank itself
    return f"{reference.__module__}:{reference.__qualname__}"


def course(key: str) -> Callable:
    """Return the course's function of an exercise."""
    module, _, inner = places()[key].partition(":")
    found = importlib.import_module(module)
    for name in inner.split("."):
        found = getattr(found, name)
    return found


def _kept(key: str) -> bool:
    slug, _, name = key.rpartition(".")
    try:
        return name in answers.read(slug)
    except (OSError, UnicodeDecodeError):
        return False
