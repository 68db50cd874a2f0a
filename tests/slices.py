"""Which cells of a notebook some others need, so that these alone can be run."""

import ast
import symtable
from collections.abc import Iterable

_SCOPES = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.comprehension)


def needed(sources: list[str], wanted: Iterable[int]) -> list[int]:
    """Return the wanted cells and those above that they lean on, in order.

    A name leans on the cell that bound it last, and on those that have changed its value since.
    What a function does to its arguments isn't seen: a model may be there, and not be trained.
    """
    taken, names = set(wanted), set()
    modules = set().union(*map(imported, sources))
    for index in range(len(sources) - 1, -1, -1):
        source = sources[index]
        if index in taken or (bound(source) | changed(source) - modules) & names:
            taken.add(index)
            names = names - bound(source) | read(source)
    return sorted(taken)


def read(source: str) -> set[str]:
    """Return every name that the cell looks up before it binds it itself."""
    return _read(ast.parse(source).body)


def _read(statements: list[ast.stmt]) -> set[str]:
    found: set[str] = set()
    for node in reversed(statements):
        found -= _bound(node)
        if isinstance(node, ast.For):  # whose body runs at least once
            found |= (_read(node.body) - _names(node.target)) | _looked_up(node.iter)
        else:
            found |= _looked_up(node)
    return found


def _looked_up(node: ast.AST) -> set[str]:
    """Return the notebook's names that a statement looks up, also from inside functions."""
    found, tables = set(), [symtable.symtable(ast.unparse(node), "cell", "exec")]
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
    return set().union(*map(_bound, ast.parse(source).body))


def _bound(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(one.asname or one.name).split(".")[0] for one in node.names}
    if isinstance(node, ast.Assign):
        return set().union(*map(_names, node.targets))
    if isinstance(node, ast.For):
        return _names(node.target).union(*map(_bound, node.body))
    return set()


def _names(target: ast.AST) -> set[str]:
    """Return the names that are bound by what stands left of an equals sign."""
    return {n.id for n in ast.walk(target) if isinstance(n, ast.Name) and _stored(n)}


def imported(source: str) -> set[str]:
    """Return the names that the cell imports."""
    nodes = ast.walk(ast.parse(source))
    return {(n.asname or n.name).split(".")[0] for n in nodes if isinstance(n, ast.alias)}


def changed(source: str) -> set[str]:
    """Return every name whose value the cell may change: x += …, x[0] = …, x.add(…)."""
    found = set()
    for node in _outside(ast.parse(source)):
        if isinstance(node, ast.Name) and _stored(node):
            found.add(node.id)
        elif isinstance(node, ast.Subscript | ast.Attribute) and _stored(node):
            found.add(_root(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = node.value.func
            found |= {_root(called)} if isinstance(called, ast.Attribute) else set()
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
