"""The benches find what they measure: what they name of the course and of the tests is there.

To run them all would take an hour; `make bench` does.
"""

import ast
import importlib
from pathlib import Path

import pytest

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


def found(module: str, name: str):
    """What an import brings: something of a module, or a module of a package."""
    place = importlib.import_module(module)
    return getattr(place, name, None) or importlib.import_module(f"{module}.{name}")
