"""The benches find what they measure: what they name of the course and of the tests is there.

To run them all would take an hour; `make bench` does.
"""

import ast
import importlib
import inspect
from pathlib import Path

import pytest

Function = type(lambda: None)
ROOT = Path(__file__).resolve().parents[1]
BENCHES = sorted((ROOT / "bench").glob("*.py"))


@pytest.mark.parametrize("path", BENCHES, ids=lambda path: path.stem)
def test_what_a_bench_names_is_there(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "course":
            for alias in node.names:
                known[alias.asname or alias.name] = found(node.module, alias.name)
        if isinstance(node, ast.Assign) and "of_the_tests(" in ast.unparse(node.value):
            known[node.targets[0].id] = importlib.import_module(node.value.args[0].value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            place = known.get(node.value.id)
            there = not hasattr(place, "__file__") or hasattr(place, node.attr)
            assert there, f"line {node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.Call) and isinstance(called := meant(node.func, known), Function):
            given = [arg for arg in node.args if not isinstance(arg, ast.Starred)]
            named = {word.arg: word for word in node.keywords if word.arg}
            inspect.signature(called).bind_partial(*given, **named)  # as many, and so called


def meant(name: ast.expr, known: dict):
    """What a name, or a module's attribute, stands for; None where that isn't known."""
    if isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name):
        return getattr(known.get(name.value.id), name.attr, None)
    return known.get(name.id) if isinstance(name, ast.Name) else None


def found(module: str, name: str):
    """What an import brings: something of a module, or a module of a package."""
    place = importlib.import_module(module)
    return getattr(place, name, None) or importlib.import_module(f"{module}.{name}")
