"""The course's ideas as an answer may use them: everything but what the answer is to be.

The exercise's reference is cut out of its module's source, and so is every other function of the
course that does the same, however it is called. What leans on the reference fails there, with a
sentence that says so.
"""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from pathlib import Path

from course.authoring import twins
from course.checking import Exercise, stages, state
from course.grading import confine
from course.learner import capture
from course.lessons import references

_YOURS = """
import importlib

PLACES = {places!r}


def __getattr__(name):
    module, _, inner = PLACES[name].partition(":")
    return getattr(importlib.import_module(module), inner)
"""


_cut: dict[str, dict] = {}  # what `ideas` has made, by exercise


@functools.cache
def _sources() -> dict[str, tuple[str, str]]:
    """The source and the file of every module that an answer may import, by its name."""
    found = {}
    for part in (*state.PARTS, "data"):
        for file in sorted((confine.PACKAGE / part).rglob("*.py")):
            inner = file.relative_to(confine.PACKAGE).with_suffix("").parts
            name = ".".join(("course", *inner)).removesuffix(".__init__")
            found[name] = file.read_text(encoding="utf-8"), str(file)
    places = {key.rpartition(".")[2]: at for key, at in references.places().items()}
    ours = {name: at for name, at in places.items() if not at.startswith("course.lessons.")}
    shim = str(confine.PACKAGE / "lessons" / "yours.py")
    found["course.lessons"] = "", str(Path(shim).with_name("__init__.py"))
    found["course.lessons.yours"] = _YOURS.format(places=ours), shim
    return found


@functools.cache
def _definitions() -> list[tuple[str, ast.stmt, str]]:
    """Every function and class at the top of an idea: its module, its tree, its essence."""
    return [
        (name, node, _essence(node))
        for name, (text, _) in _sources().items()
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]


def _essence(node: ast.stmt) -> str:
    """What a definition does, whatever it is called."""
    essence = ast.parse(twins.essence(node)).body[0]
    essence.name = "it"
    return ast.unparse(essence)


def ideas(exercise: Exercise) -> dict[str, tuple[str, str]]:
    """Return the sources without an exercise's reference, by module: source and file.

    Raises
    ------
    ValueError
        If the reference isn't found among them, and might be.
    """
    if exercise.key not in _cut:
        _cut[exercise.key] = _blinded(exercise)
    return _cut[exercise.key]


def _blinded(exercise: Exercise) -> dict[str, tuple[str, str]]:
    """Cut out the reference, its equals, and its neighbours that would pass its check."""
    reference = exercise.reference
    home, name = reference.__module__, reference.__qualname__
    if home not in _sources():  # made in the bank, which no answer can import
        return _sources()
    own = [e for module, node, e in _definitions() if module == home and node.name == name]
    if not own:
        raise ValueError(f"{name} is not defined at the top of {home}")
    near = _neighbours(exercise)
    alike = [
        (m, node)
        for m, node, essence in _definitions()
        if essence in own or (m == home and node.name in near)
    ]
    cut = dict(_sources())
    for module in {m for m, _ in alike}:
        nodes = [node for m, node in alike if m == module]
        text, file = cut[module]
        cut[module] = _without(text, nodes), file
    return cut


def _neighbours(exercise: Exercise) -> set[str]:
    """Other functions of the reference's module that its check would take for an answer."""
    home = vars(sys.modules[exercise.reference.__module__])
    own = [f for f in home.values() if getattr(f, "__module__", "") == home["__name__"]]
    functions = [f for f in own if inspect.isfunction(f) and f is not exercise.reference]
    return {f.__name__ for f in functions if stages.passes(exercise, f)}


def _without(text: str, nodes: list[ast.stmt]) -> str:
    """A module's source with definitions replaced by what says that they are away."""
    lines = text.splitlines()
    for node in sorted(nodes, key=lambda n: -n.lineno):
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        if isinstance(node, ast.ClassDef) and _is_module(node):
            stub = [f'{node.name} = __course_away__.skeleton("{node.name}")']
        else:
            stub = [
                f"def {node.name}(*args, **kwargs):",
                f'    return __course_away__.away("{node.name}")',
            ]
        rest = [""] * (node.end_lineno - first + 1 - len(stub))
        lines[first - 1 : node.end_lineno] = [*stub, *rest]
    return "\n".join(lines)


def _is_module(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith("Module") for base in node.bases)


def right_answer(exercise: Exercise) -> str:
    """Return an answer that is right and not the course's own, with the imports that it needs."""
    home = inspect.getsource(sys.modules[exercise.reference.__module__])
    whole = [ast.unparse(n) for n in ast.parse(home).body if isinstance(n, ast.Import)]
    return "\n".join([*whole, capture.section(exercise.reference, exercise.name)])


def beside_banks(code: list[dict]) -> dict[str, tuple[str, str]]:
    """Return the sources of the modules beside the lessons that pieces of a bank import."""
    found: dict[str, tuple[str, str]] = {}
    for node in (n for piece in code for n in ast.walk(ast.parse(piece["text"]))):
        name = str(node.module) if isinstance(node, ast.ImportFrom) else ""
        if name.startswith("course.lessons."):
            file = confine.PACKAGE / "lessons" / f"{name.rpartition('.')[2]}.py"
            if file.is_file():
                found[name] = file.read_text(encoding="utf-8"), str(file)
    return found


@functools.cache
def bank_text(slug: str) -> str:
    """Return the source of a lesson's bank."""
    module = sys.modules[f"course.lessons.{slug}.bank"]
    return inspect.getsource(module)
