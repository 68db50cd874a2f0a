"""Mechanical mistakes: every small change of a reference's source that might slip through a check.

Signs, operators, comparisons, constants and axes are changed, terms, calls and statements dropped,
arguments swapped. Guards that raise, calls of a `_check…`, docstrings and annotations stay.
"""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from course.checking import source

_BINARY = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
_COMPARE = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq, ast.GtE),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_NAMES = {
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "minimum": "maximum",
    "argmax": "argmin",
    "zeros": "ones",
    "ones": "zeros",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "tril": "triu",
    "std": "var",
    "var": "std",
    "floor": "ceil",
    "ceil": "floor",
    "log": "log2",
    "exp": "expm1",
    "tanh": "sin",
    "sqrt": "square",
}


@dataclass(frozen=True)
class Mutant:
    """A changed copy of a function or class: what was changed, and the copy."""

    label: str
    code: Callable


def mutants(reference: Callable) -> Iterator[Mutant]:
    """Every mutant of a function or class that compiles, each with one change.

    Parameters
    ----------
    reference
        A function or class whose source can be read.

    Yields
    ------
    mutant
        Its label names the line, the old and the new piece.
    """
    tree = ast.parse(source.read(reference))
    seen, left_alone = {ast.unparse(tree)}, _left_alone(tree)
    for i, node in enumerate(ast.walk(tree)):
        if i not in left_alone:
            for new in _changes(node):
                changed = _replaced(tree, i, new)
                if (text := ast.unparse(changed)) not in seen:
                    seen.add(text)
                    new_text = "nothing" if isinstance(new, ast.Pass) else ast.unparse(new)
                    line = getattr(node, "lineno", "?")
                    label = f"line {line}: `{ast.unparse(node)}` became `{new_text}`"
                    yield Mutant(label, source.compiled(changed, reference, "<mutant>"))


def _left_alone(tree: ast.AST) -> set[int]:
    """The numbers, in walking order, of nodes inside guards, docstrings and annotations."""
    skipped: list[ast.AST] = []
    for node in ast.walk(tree):
        aside = source.is_guard(node) or source.is_words(node)
        if aside or isinstance(node, (ast.Raise, ast.Assert, ast.JoinedStr)):
            skipped.append(node)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            skipped += [*node.decorator_list, getattr(node, "returns", None)]
        if isinstance(node, (ast.arg, ast.AnnAssign)):
            skipped.append(node.annotation)
    inside = {id(n) for s in skipped if s is not None for n in ast.walk(s)}
    return {i for i, n in enumerate(ast.walk(tree)) if id(n) in inside}


def _replaced(tree: ast.AST, number: int, new: ast.AST) -> ast.AST:
    """A copy of the tree in which one node, by its number in walking order, is another."""
    changed = copy.deepcopy(tree)
    target = next(n for i, n in enumerate(ast.walk(changed)) if i == number)

    class Swap(ast.NodeTransformer):
        def visit(self, node):
            return new if node is target else self.generic_visit(node)

    return ast.fix_missing_locations(Swap().visit(changed))


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """What a node might wrongly have been."""
    made = getattr(sys.modules[__name__], f"_{type(node).__name__.lower()}", None)
    if made is not None:
        yield from made(copy.deepcopy(node))


def _binop(node: ast.BinOp) -> Iterator[ast.AST]:
    for other in _BINARY.get(type(node.op), ()):
        yield ast.BinOp(node.left, other(), node.right)
    yield node.left
    minus = isinstance(node.op, ast.Sub)
    yield ast.UnaryOp(ast.USub(), node.right) if minus else node.right
    if isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult)):
        yield ast.BinOp(node.right, node.op, node.left)


def _unaryop(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


def _compare(node: ast.Compare) -> Iterator[ast.AST]:
    for i, op in enumerate(node.ops):
        for other in _COMPARE.get(type(op), ()):
            ops = [*node.ops[:i], other(), *node.ops[i + 1 :]]
            yield ast.Compare(node.left, ops, node.comparators)


def _boolop(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    yield from node.values


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
    elif isinstance(node.value, float):
        yield ast.Constant(node.value * 1.5 if node.value else 0.5)


def _keyword(node: ast.keyword) -> Iterator[ast.AST]:
    if node.arg == "axis":
        for axis in (0, -1, None):
            yield ast.keyword("axis", ast.Constant(axis), lineno=node.lineno)


def _call(node: ast.Call) -> Iterator[ast.AST]:
    if node.args:
        yield node.args[0]
    if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
        yield node.func.value
    for i in range(len(node.args) - 1):
        before, (a, b), after = node.args[:i], node.args[i : i + 2], node.args[i + 2 :]
        yield ast.Call(node.func, [*before, b, a, *after], node.keywords)
    for i in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:i] + node.keywords[i + 1 :])


def _is_module(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "torch", "math", "layers")


def _attribute(node: ast.Attribute) -> Iterator[ast.AST]:
    if node.attr == "T":
        yield node.value
    elif node.attr in _NAMES:
        yield ast.Attribute(node.value, _NAMES[node.attr], node.ctx)


def _name(node: ast.Name) -> Iterator[ast.AST]:
    if node.id in _NAMES and isinstance(node.ctx, ast.Load):
        yield ast.Name(_NAMES[node.id], node.ctx)


def _subscript(node: ast.Subscript) -> Iterator[ast.AST]:
    if isinstance(node.ctx, ast.Load):
        yield node.value


def _slice(node: ast.Slice) -> Iterator[ast.AST]:
    if node.lower is not None:
        yield ast.Slice(None, node.upper, node.step, lineno=node.lower.lineno)
    if node.upper is not None:
        yield ast.Slice(node.lower, None, node.step, lineno=node.upper.lineno)


def _break(node: ast.Break) -> Iterator[ast.AST]:
    yield ast.Pass()


def _continue(node: ast.Continue) -> Iterator[ast.AST]:
    yield ast.Pass()


def _comprehension(node: ast.comprehension) -> Iterator[ast.AST]:
    for i in range(len(node.ifs)):
        yield ast.comprehension(
            node.target, node.iter, node.ifs[:i] + node.ifs[i + 1 :], node.is_async
        )


def _ifexp(node: ast.IfExp) -> Iterator[ast.AST]:
    yield node.body
    yield node.orelse


def _if(node: ast.If) -> Iterator[ast.AST]:
    yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse, lineno=node.lineno)


def _tuple(node: ast.Tuple) -> Iterator[ast.AST]:
    if len(node.elts) > 1 and isinstance(node.ctx, ast.Load):
        yield ast.Tuple([node.elts[1], node.elts[0], *node.elts[2:]], node.ctx)


def _assign(node: ast.Assign) -> Iterator[ast.AST]:
    yield ast.Pass()


def _expr(node: ast.Expr) -> Iterator[ast.AST]:
    yield ast.Pass()


def _augassign(node: ast.AugAssign) -> Iterator[ast.AST]:
    yield ast.Pass()
    for other in _BINARY.get(type(node.op), ()):
        yield ast.AugAssign(node.target, other(), node.value)
    yield ast.Assign([node.target], node.value)
