"""Which cells of a notebook some others need, so that these alone can be run."""

import ast
import symtable
from collections.abc import Iterable

SHOWING = {"print", "plot"}  # they change nothing
_SCOPES = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.comprehension)


def needed(sources: list[str], wanted: Iterable[int]) -> list[int]:
    """Return the wanted cells and those above that they lean on, in order.

    A name leans on the cell that bound it last, and on those that may have changed its value since.
    """
    taken, names = set(wanted), set()
    modules = set().union(*map(imported, sources))
    for index in range(len(sources) - 1, -1, -1):
        source = sources[index]
        if index in taken or (bound(source) | changed(source, modules)) & names:
            taken.add(index)
            names = names - bound(source) | read(source)
    return sorted(taken)


def read(source: str) -> set[str]:
    """Return every name that is looked up among the notebook's, also from inside functions."""
    found, tables = set(), [symtable.symtable(source, "cell", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        outer = table.get_type() == "module"
        found |= {
            one.get_name()
            for one in table.get_symbols()
            if one.is_referenced() and (outer or one.is_global())
        }
    return found


def bound(source: str) -> set[str]:
    """Return every name that the cell certainly binds anew."""
    found = imported(source)
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            targets = [each for target in node.targets for each in ast.walk(target)]
            found |= {n.id for n in targets if isinstance(n, ast.Name) and _stored(n)}
    return found


def imported(source: str) -> set[str]:
    """Return the names that the cell imports."""
    nodes = ast.walk(ast.parse(source))
    return {(n.asname or n.name).split(".")[0] for n in nodes if isinstance(n, ast.alias)}


def changed(source: str, modules: set[str]) -> set[str]:
    """Return every name whose value the cell may change: x += …, x[0] = …, x.add(…), fill(x)."""
    found = set()
    for node in _outside(ast.parse(source)):
        if isinstance(node, ast.Name) and _stored(node):
            found.add(node.id)
        elif isinstance(node, ast.Subscript | ast.Attribute) and _stored(node):
            found.add(_root(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            root = _root(node.value.func)
            if root in modules or isinstance(node.value.func, ast.Name):
                parts = [] if root in SHOWING else node.value.args
                found |= {n.id for part in parts for n in ast.walk(part) if isinstance(n, ast.Name)}
            else:
                found.add(root)
    return found


def _outside(node: ast.AST) -> Iterable[ast.AST]:
    """Walk through what is done when the cell runs: not through functions, which have own names."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, _SCOPES):
            yield child
            yield from _outside(child)


def _stored(node) -> bool:
    return isinstance(node.ctx, ast.Store | ast.Del)


def _root(node: ast.AST) -> str:
    """Return the name that an expression like x[0].y begins with, or nothing."""
    while not isinstance(node, ast.Name):
        node = next(ast.iter_child_nodes(node), None)
        if node is None:
            return ""
    return node.id
