"""The house: who may lean on whom. The arrows are read from the code's own imports."""

import ast
import functools
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = {
    ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "src" / "course").rglob("*.py"))
}
# From the ground up: what stands on one floor leans on lower floors, and on its own.
FLOORS = (
    {"course", "course.cards", "course.columns", "course.files", "course.words"},
    {"course.data"},
    {"course.foundations"},
    {"course.networks"},
    {"course.transformers"},
    {"course.practice"},
    {"course.learner"},
    {"course.checking", "course.interactive"},
    {"course.lessons"},
    {"course.authoring"},
    {"course.grading"},
    {"course.command", "course.__main__"},
)
NUMPY = ("foundations", "networks", "transformers", "practice")
TORCH = re.compile(r"\.(?:gpt|pytorch)(?:\.|$)")  # what is written in PyTorch among them


def floor(module: str) -> int:
    """The floor of a module."""
    part = ".".join(module.split(".")[:2])
    return next(n for n, names in enumerate(FLOORS) if part in names)


@functools.cache
def imported(module: str) -> set[str]:
    """The modules of the course that a module imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(SOURCES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in SOURCES else node.module for name in names}
    return {name for name in found if name.split(".")[0] == "course"} - {"course"}


@pytest.mark.parametrize("module", SOURCES)
def test_no_arrow_points_upward(module):
    upward = {other for other in imported(module) if floor(other) > floor(module)}
    assert not upward, f"{module} leans on {upward}"


@pytest.mark.parametrize("module", SOURCES)
def test_engines_do_not_lean_on_each_other(module):
    part = module.split(".")[1] if "." in module else ""
    other = {"checking": "course.interactive", "interactive": "course.checking"}.get(part)
    leaning = {name for name in imported(module) if other and name.startswith(other)}
    assert not leaning, f"{module} leans on {leaning}"


def test_nothing_goes_round_in_a_circle():
    tuple(TopologicalSorter({m: imported(m) for m in SOURCES}).static_order())


@pytest.mark.parametrize(
    "module",
    [m for m in SOURCES if m.split(".")[1:2] and m.split(".")[1] in NUMPY and not TORCH.search(m)],
)
def test_ideas_in_numpy_load_neither_torch_nor_matplotlib(module):
    code = f"import sys, {module}; print({{'torch', 'matplotlib'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("call", "door"),
    [
        (r"\binspect\.getsource\((?!module|sys\.modules)", "course.checking.source"),
        (r"\bos\.replace\(", "course.files"),
        (r"\bNotebookClient\b", "course.authoring.execute"),
    ],
)
def test_there_is_one_door(call, door):
    """To the source of a function, to files that are whole or not there, to running notebooks."""
    users = {module for module, path in SOURCES.items() if re.search(call, path.read_text("utf-8"))}
    assert users == {door}
