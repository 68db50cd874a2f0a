"""What the usual messages of Python, NumPy and PyTorch mean, in a learner's words.

A rule is a pattern of the message and a function of its match and a `Scene`. The rules of
`_INSTEAD` replace a message that would mislead or can't be read; those of `_BESIDE` explain it.
"""

from __future__ import annotations

import ast
import difflib
import itertools
import re
import types
from typing import NamedTuple

from course.checking.guard import safe
from course.words import say, say_n

_MODULES = {
    "np": "import numpy as np",
    "numpy": "import numpy",
    "torch": "import torch",
    "math": "import math",
    "plt": "import matplotlib.pyplot as plt",
    "F": "import torch.nn.functional as F",
    "random": "import random",
    "itertools": "import itertools",
}


class Scene(NamedTuple):
    """Where it happened: the exception, the source of the expression, the names it could use."""

    error: BaseException
    expression: str
    local: dict
    names: dict


def meaning(error: BaseException, place: tuple[str, dict], names: dict) -> tuple[str, bool]:
    """What an exception means, "" if nothing is known, and whether its own words are dropped.

    Parameters
    ----------
    place
        The source of the expression that failed, and the local names there.
    names
        All names that the failing line could use.
    """
    scene = Scene(error, *place, names)
    message = safe(error, 1000)
    for rules, instead in ((_INSTEAD, True), (_BESIDE, False)):
        for kinds, pattern, tell in rules:
            match = re.search(pattern, message)
            if isinstance(error, kinds) and match and (text := tell(match, scene)):
                return text, instead
    return "", False


# ---- truth ------------------------------------------------------------------------------------


def _truth(match, scene: Scene) -> str:
    if found := re.match(r"(max|min)\(", scene.expression):
        return say(
            "Python's {name} asks which of two whole arrays is larger. np.{other}(a, b) compares "
            "entry by entry, and a.{name}() finds the one of all entries.",
            name=found[1],
            other=f"{found[1]}imum",
        )
    return say(
        "`if`, `while`, `and`, `or` and `not` need one True or False, and here an array gives one "
        "for each entry. To choose entry by entry, write np.where(condition, a, b), and & or | "
        "for `and` or `or`. Ask for .all() or .any() only if one answer for the whole array is "
        "meant."
    )


# ---- shapes -----------------------------------------------------------------------------------


def _shape(text: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", text))


def _broadcast(match, scene: Scene) -> str:
    shapes = [_shape(t) for t in re.findall(r"\(([\d, ]*)\)", match[1])]
    if len(shapes) != 2:
        return ""
    turned = itertools.zip_longest(*(reversed(s) for s in shapes), fillvalue=1)
    a, b = next(((a, b) for a, b in turned if a != b and 1 not in (a, b)), (0, 0))
    return say(
        "The shapes {first} and {second} don't fit. Sizes are paired from the last axis on, and "
        "two of a pair must be equal unless one is 1: here {a} meets {b}. keepdims=True or "
        "[:, None] keeps an axis.",
        first=shapes[0],
        second=shapes[1],
        a=a,
        b=b,
    )


def _torch_broadcast(match, scene: Scene) -> str:
    return say(
        "Sizes are paired from the last axis on, and two of a pair must be equal unless one is 1: "
        "here {a} meets {b}. keepdim=True or [:, None] keeps an axis.",
        a=match[1],
        b=match[2],
    )


def _assigned(match, scene: Scene) -> str:
    return say(
        "What stands on the right, of shape {right}, has no room on the left, of shape {left}.",
        right=f"({match[1]})",
        left=f"({match[2]})",
    )


def _in_place(match, scene: Scene) -> str:
    return say(
        "The result has more entries than the array that should hold it: +=, -= and *= can't "
        "make an array larger. Write x = x + … instead."
    )


def _matmul(match, scene: Scene) -> str:
    if "does not have enough dimensions" in match[0]:
        return say(
            "A @ B needs arrays with an axis on both sides, and a number has none: "
            "`*` is for those."
        )
    sizes = re.search(r"size (\d+) is different from (\d+)", match[0])
    right, left = sizes.groups() if sizes else ("", "")
    return _product(_factors(scene), left, right) if sizes else ""


def _dot(match, scene: Scene) -> str:
    shapes = _shape(match[1]), _shape(match[2])
    named = [("A", shapes[0]), ("B", shapes[1])]
    return _product(named, shapes[0][-1], shapes[1][max(len(shapes[1]) - 2, 0)])


def _product(named: list, left, right) -> str:
    """Why A @ B doesn't fit; a turn is asked for only where one would make it fit."""
    rule = say(
        "A @ B sums over the last axis of A, here {left} long, and the last but one of B "
        "(the only one of a vector), here {right}.",
        left=left,
        right=right,
    )
    if not named:
        return rule
    (a, first), (b, second) = named
    both = say(
        "{a} of shape {first} and {b} of shape {second} don't fit.",
        a=a,
        first=first,
        b=b,
        second=second,
    )
    return f"{both} {rule} {_turn(first, second)}"


def _turn(first: tuple, second: tuple) -> str:
    """Ask which factor should be turned, where turning one of them makes the product fit."""
    of_second = len(second) > 1 and first[-1] == second[-1]
    of_first = len(first) > 1 and first[-2] == second[max(len(second) - 2, 0)]
    if of_first or of_second:
        return say("Which of the two should be turned?")
    if len(first) > 1 and len(second) > 1 and first[-2] == second[-1]:
        return say("They would fit the other way round: B @ A.")
    return say("Turning one doesn't help. Which array is not the one you meant?")


def _factors(scene: Scene) -> list:
    """Both sides of the `@` that failed: [("x", (2, 3)), ("W", (4, 5))], or []."""
    try:
        product = ast.parse(scene.expression, mode="eval").body
        sides = (product.left, product.right)
        return [_named(side, scene.local) for side in sides]
    except (AttributeError, KeyError, SyntaxError, TypeError):
        return []


def _named(side: ast.expr, names: dict) -> tuple[str, tuple]:
    """("W.T", (5, 4)) of a name, perhaps with `.T`, perhaps behind a number as in 2 * W."""
    if isinstance(side, ast.BinOp) and isinstance(side.left, ast.Constant):
        side = side.right
    turned = isinstance(side, ast.Attribute) and side.attr == "T"
    array = names[(side.value if turned else side).id]
    if type(array).__module__ != "numpy":
        raise TypeError
    return ast.unparse(side), (array.T if turned else array).shape


def _reshape(match, scene: Scene) -> str:
    return say(
        "A reshape keeps every entry: the sizes of the new shape must multiply to {n}.", n=match[1]
    )


def _axis(match, scene: Scene) -> str:
    n = int(match[2])
    if n == 0:
        return say("A single number has no axes.")
    return say_n(
        "An array with {n} axis has axis 0 alone, which is −1 as well.",
        "An array with {n} axes has axis 0 to axis {last}, or −{n} to −1 from the end.",
        n,
        last=n - 1,
    )


def _ragged(match, scene: Scene) -> str:
    return say("Rows of different lengths make no array. Which row is too short or too long?")


def _joined(match, scene: Scene) -> str:
    return say(
        "Arrays are joined along one axis; all their other sizes must be equal. "
        "np.stack puts arrays of one shape along a new axis."
    )


# ---- indices ----------------------------------------------------------------------------------


def _bounds(match, scene: Scene) -> str:
    n = int(match[2])
    if n == 0:
        return say("This axis is empty: it has no index at all.")
    return say_n(
        "An axis of length {n} has the index 0 alone, which is −1 as well.",
        "An axis of length {n} has the indices 0 to {last}, or −{n} to −1 from the end.",
        n,
        last=n - 1,
    )


def _range(match, scene: Scene) -> str:
    return say("Counting starts at 0, so the last index is the length minus 1.")


def _too_many_indices(match, scene: Scene) -> str:
    return say("Each index takes one axis; `…, None` adds one, [...] keeps all the others.")


def _whole_index(match, scene: Scene) -> str:
    return say(
        "An index is a whole number: // divides to one, and / never does; an array of indices is "
        "made whole by .astype(int)."
    )


def _unpack_few(match, scene: Scene) -> str:
    return say_n(
        "On the left stand {wanted} names, and what stands on the right has {n} part. "
        "For x.shape: how many axes does x have here?",
        "On the left stand {wanted} names, and what stands on the right has {n} parts. "
        "For x.shape: how many axes does x have here?",
        int(match[2]),
        wanted=match[1],
    )


def _unpack_many(match, scene: Scene) -> str:
    return say(
        "On the left stand {wanted} names, and what stands on the right has more parts. "
        "For x.shape: how many axes does x have here? `*batch, T, C = x.shape` takes any.",
        wanted=match[1],
    )


def _zip(match, scene: Scene) -> str:
    return say("Two collections that should go in step have different lengths. Which is too long?")


# ---- kinds of values --------------------------------------------------------------------------


def _one_number(match, scene: Scene) -> str:
    return say(
        "float(), int() and the functions of `math` take one number, and this is an array of "
        "several. NumPy's own, such as np.exp for math.exp, work on every entry."
    )


def _nothing(match, scene: Scene) -> str:
    return say(
        "Something here is None. A function without `return` gives None, and so does one that "
        "works in place, such as list.sort() or rng.shuffle()."
    )


def _tuple(match, scene: Scene) -> str:
    return say(
        "A function that returns several values gives a tuple of them. Give each a name, as in "
        "a, b = f(x)."
    )


def _lists(match, scene: Scene) -> str:
    return say("A list is no array and does not calculate. np.array(…) makes one of it.")


def _not_a_range(match, scene: Scene) -> str:
    return say("A number is nothing to go through. `for i in range(n)` counts from 0 to n − 1.")


def _one_shape(match, scene: Scene) -> str:
    return say("A shape is one argument, a tuple: zeros((n, m)) and not zeros(n, m).")


def _old_generator(match, scene: Scene) -> str:
    return say(
        "np.random.{name} is of the older kind. An rng has standard_normal(shape), "
        "normal(mean, spread, shape), uniform(low, high, shape) and integers(low, high, shape).",
        name=match[1],
    )


def _called(match, scene: Scene) -> str:
    return say(
        "Round brackets call a function; square brackets look up an entry. Or was a function's "
        "name given to a value?"
    )


def _subscripted(match, scene: Scene) -> str:
    return say("Square brackets look up an entry; round brackets call a function.")


def _cast(match, scene: Scene) -> str:
    return say(
        "An array of whole numbers can't take real numbers in place. Make it real first with "
        "x.astype(float), or write x = x - … instead of x -= …."
    )


def _torch_kinds(match, scene: Scene) -> str:
    return say("Both must hold numbers of one kind: .float() or .double() makes them so.")


def _power(match, scene: Scene) -> str:
    return say("In Python a power is `**`; `^` compares the bits of whole numbers.")


def _few_letters(match, scene: Scene) -> str:
    return say(
        "In einsum each axis of an array has a letter of its own: an array with three axes needs "
        "three of them before the arrow."
    )


def _torch_product(match, scene: Scene) -> str:
    (n, left), (right, m) = ([int(k) for k in match[i].split("x")] for i in (1, 2))
    return _product([("A", (n, left)), ("B", (right, m))], left, right)


def _classes(match, scene: Scene) -> str:
    return say(
        "F.cross_entropy wants the classes on axis 1: logits of (N, K) and targets of (N,). "
        "Flatten B and T into one axis N first."
    )


def _no_way_back(match, scene: Scene) -> str:
    return say(
        "The way back from this number to the weights is lost: was it found under "
        "torch.no_grad(), or did .detach(), .item() or .numpy() come before backward()?"
    )


def _table_of_rows(match, scene: Scene) -> str:
    return say(
        "An nn.Embedding looks up rows by whole numbers. For products with its rows, take its "
        "table, `.weight`."
    )


def _wants_gradient(match, scene: Scene) -> str:
    return say("The tensor keeps track of its gradient. Write .detach() before .numpy().")


def _unhashable(match, scene: Scene) -> str:
    return say("A key must not change. A tuple can be a key, a list or an array can't.")


# ---- names ------------------------------------------------------------------------------------


def _name(match, scene: Scene) -> str:
    name = match[1]
    if name in _MODULES:
        return say(
            "It is not imported in this notebook: `{line}`. Was the first cell run?",
            line=_MODULES[name],
        )
    if near := _near(name, scene.names):
        return say("Nothing has this name. Did you mean `{near}`?", near=near)
    return say("Nothing has this name here: is it misspelled, or is a cell above not yet run?")


def _unbound(match, scene: Scene) -> str:
    return say(
        "Your function gives `{name}` its value later than this line, or in a branch or loop that "
        "was not entered. A name that a function assigns is its own everywhere in it.",
        name=match[1],
    )


def _attribute(match, scene: Scene) -> str:
    owner, name = getattr(scene.error, "obj", None), getattr(scene.error, "name", "") or ""
    known = isinstance(owner, types.ModuleType) or type(owner).__module__ in ("numpy", "torch")
    near = _near(name, dir(owner)) if known else ""
    if near:
        return say("Did you mean `{near}`?", near=near)
    if "self" in scene.local and owner is scene.local["self"]:
        return say(
            "What __init__ was given is forgotten unless it is kept in `self`: self.{name} = … "
            "there. Or has it another name?",
            name=name,
        )
    return ""


def _near(name: str, names) -> str:
    """The one known name that is spelled almost alike, or ""."""
    found = [n for n in names if isinstance(n, str) and not n.startswith("_") and n != name]
    return next(iter(difflib.get_close_matches(name, found, n=1, cutoff=0.75)), "")


def _key(match, scene: Scene) -> str:
    return say("The dict has no such key. `in` asks whether it has; .get(key, 0) never fails.")


# ---- arithmetic, and the rest -----------------------------------------------------------------


def _overflow(match, scene: Scene) -> str:
    return say("The number is too large for a float: exp(709) is about the largest there is.")


def _domain(match, scene: Scene) -> str:
    return say("The logarithm or root of this number does not exist: is it 0 or negative?")


def _not_square(match, scene: Scene) -> str:
    return say("Only a square matrix has an inverse, a determinant or eigenvalues.")


def _singular(match, scene: Scene) -> str:
    return say("The matrix has no inverse: its columns depend on one another.")


def _recursion(match, scene: Scene) -> str:
    return say("It calls itself without end. Which call should be the last?")


def _exit(match, scene: Scene) -> str:
    return say("That ends Python. Return a value.")


def _memory(match, scene: Scene) -> str:
    return say("An array of that shape has no room in memory. Which axis should not be there?")


_INSTEAD = (
    (
        (ValueError, RuntimeError),
        r"truth value of an array|Boolean value of Tensor with more than one",
        _truth,
    ),
    (ValueError, r"^matmul: .*(?:size \d+ is different from \d+|enough dimensions).*", _matmul),
    (ValueError, r"^shapes \(([\d,]+)\) and \(([\d,]+)\) not aligned", _dot),
    (RecursionError, r"", _recursion),
    (SystemExit, r"", _exit),
    (
        TypeError,
        r"only length-1 arrays can be converted|only 0-dimensional arrays can be converted"
        r"|only one element tensors can be converted",
        _one_number,
    ),
    (ValueError, r"zip\(\) argument", _zip),
)
_BESIDE = (
    (ValueError, r"operands could not be broadcast together with shapes (.*)", _broadcast),
    (
        RuntimeError,
        r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)",
        _torch_broadcast,
    ),
    (
        ValueError,
        r"could not broadcast input array from shape \(([\d,]*)\) into shape \(([\d,]*)\)",
        _assigned,
    ),
    (ValueError, r"non-broadcastable output operand", _in_place),
    (ValueError, r"cannot reshape array of size (\d+)", _reshape),
    (Exception, r"axis (-?\d+) is out of bounds for array of dimension (\d+)", _axis),
    (ValueError, r"inhomogeneous shape|setting an array element with a sequence", _ragged),
    (ValueError, r"concatenation axis must match|must have the same shape", _joined),
    (IndexError, r"index (-?\d+) is out of bounds for axis \d+ with size (\d+)", _bounds),
    (IndexError, r"index out of range", _range),
    (IndexError, r"too many indices", _too_many_indices),
    (
        (IndexError, TypeError),
        r"only integers, slices|must be of integer|indices must be integers|cannot be interpreted "
        r"as an integer",
        _whole_index,
    ),
    (
        ValueError,
        r"not enough values to unpack \(expected (?:at least )?(\d+), got (\d+)",
        _unpack_few,
    ),
    (ValueError, r"too many values to unpack \(expected (\d+)", _unpack_many),
    ((TypeError, AttributeError), r"NoneType", _nothing),
    (
        TypeError,
        r"unsupported operand .*'list'|multiply sequence by non-int|concatenate list"
        r"|not supported between instances of 'list'|bad operand type .*'list'",
        _lists,
    ),
    (
        (AttributeError, TypeError),
        r"'tuple' object has no attribute|unsupported operand .*'tuple'|bad operand .*'tuple'",
        _tuple,
    ),
    (TypeError, r"'int' object is not iterable", _not_a_range),
    (TypeError, r"Cannot interpret '\d+' as a data type", _one_shape),
    (AttributeError, r"Generator' object has no attribute '(randn?|randint|seed)'", _old_generator),
    (TypeError, r"object is not callable", _called),
    (
        TypeError,
        r"'(?:function|builtin_function_or_method|type)' object is not subscriptable",
        _subscripted,
    ),
    (TypeError, r"Cannot cast ufunc", _cast),
    (TypeError, r"'?bitwise_xor'?|operand type\(s\) for \^", _power),
    (ValueError, r"more dimensions than subscripts|too many subscripts in einsum", _few_letters),
    (RuntimeError, r"mat1 and mat2 .*\((\d+x\d+) and (\d+x\d+)\)", _torch_product),
    (RuntimeError, r"Expected target size|only batches of spatial targets", _classes),
    (RuntimeError, r"does not require grad and does not have a grad_fn", _no_way_back),
    (RuntimeError, r"argument #1 'indices' to have one of", _table_of_rows),
    (RuntimeError, r"same dtype|expected scalar type", _torch_kinds),
    (RuntimeError, r"numpy\(\) on Tensor that requires grad", _wants_gradient),
    (TypeError, r"unhashable type", _unhashable),
    (UnboundLocalError, r"local variable '(\w+)'", _unbound),
    (NameError, r"name '(\w+)' is not defined", _name),
    (AttributeError, r"", _attribute),
    (KeyError, r"", _key),
    (OverflowError, r"range|too large", _overflow),
    (ValueError, r"math domain error", _domain),
    (Exception, r"Singular matrix", _singular),
    (Exception, r"dimensions of the array must be square", _not_square),
    (MemoryError, r"", _memory),
)
