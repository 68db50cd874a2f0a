"""Hold a notebook's definitions equal to the package's: same syntax tree, where it matters.

Left aside are docstrings, annotations, the course's module prefixes (``layers.softmax`` in one
place is ``softmax`` in the other) and the guards that only the package needs: ``if …: raise`` and
calls of a private ``_check…`` function.
"""

import ast
import importlib
from pathlib import Path
from typing import Any

from course.checking import source

PACKAGE = Path(__file__).resolve().parents[1]
PARTS = ("foundations", "networks", "transformers", "practice")


def _ideas() -> dict[str, str]:
    """Every module of ideas: its name, and where it is; read from the files, none is loaded."""
    found: dict[str, str] = {}
    for part in PARTS:
        for file in sorted((PACKAGE / part).rglob("*.py")):
            whole = ".".join(("course", *file.relative_to(PACKAGE).with_suffix("").parts))
            whole = whole.removesuffix(".__init__")
            name = whole.rpartition(".")[2]
            if name in found:
                raise ValueError(f"{found[name]} and {whole} have one name")
            if name != part:
                found[name] = whole
    return found


MODULES = _ideas()


def find(target: str) -> Any:
    """Return the package's object that a tag names, as in ``layers.softmax``.

    Raises
    ------
    ValueError
        If there is none.
    """
    module, *names = target.split(".")
    try:
        found = importlib.import_module(MODULES[module])
        for name in names:
            found = getattr(found, name)
    except (KeyError, ImportError, AttributeError):
        raise ValueError(f"no module of ideas holds {target}") from None
    return found


def targets(cell: dict, kind: str) -> list[str]:
    """Return what a cell's tags name: kind ``"worked"`` or ``"exercise"``."""
    tags = cell.get("metadata", {}).get("tags", [])
    return [tag.removeprefix(f"{kind}:") for tag in tags if tag.startswith(f"{kind}:")]


def definitions(text: str) -> dict[str, ast.stmt]:
    """Return the functions and classes that a piece of source defines at its top level."""
    kinds = ast.FunctionDef | ast.ClassDef
    return {node.name: node for node in ast.parse(text).body if isinstance(node, kinds)}


def package_definition(target: str) -> ast.stmt:
    """Return the package's definition of a target as a syntax tree."""
    return definitions(source.read(find(target)))[target.split(".")[-1]]


def essence(node: ast.stmt) -> str:
    """Return a definition as text, reduced to what must be equal."""
    return ast.unparse(_Essence().visit(ast.parse(ast.unparse(node))))


def signature(node: ast.stmt) -> str:
    """Return a definition's arguments without annotations; of a class, its methods with theirs."""
    if isinstance(node, ast.ClassDef):
        methods = [f"{n.name}({signature(n)})" for n in node.body if isinstance(n, ast.FunctionDef)]
        return f"{node.name}: {', '.join(methods)}"
    return ast.unparse(_Essence().visit(ast.parse(ast.unparse(node)).body[0].args))


class _Essence(ast.NodeTransformer):
    """Drop what is left aside."""

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.returns = None
        node.body = [
            line for line in node.body if not (source.is_words(line) or source.is_guard(line))
        ] or node.body
        return node

    def visit_ClassDef(self, node):
        self.generic_visit(node)
        node.body = [line for line in node.body if not source.is_words(line)] or node.body
        return node

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_AnnAssign(self, node):
        self.generic_visit(node)
        return node if node.value is None else ast.Assign([node.target], node.value, lineno=1)

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id in MODULES:
            return ast.Name(node.attr, node.ctx)
        return node
