"""Turn whatever a learner's function returns into plain data: arrays, tuples, dicts and text."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from course.checking.guard import safe
from course.words import say, say_n

_MOST = 1_000_000  # entries of a list that is still looked through
_MOST_BYTES = 1 << 26  # of an array that is still copied


@dataclass(frozen=True)
class Odd:
    """A value that is no number, array, text or collection of those."""

    kind: str
    hint: str = ""


class Listed(tuple):
    """The items of a list that makes no array; told from a tuple where it is named."""

    __slots__ = ()


def plain(value: object) -> object:
    """Make tensors, lists and numbers NumPy arrays; keep tuples, dicts, text and None.

    A list whose rows differ in length, or that holds tuples, becomes `Listed`. Reading a value may
    run code of the learner's own classes, so this is called under guard.
    """
    if value is None or value is Ellipsis or isinstance(value, Odd):
        return value
    if isinstance(value, str):
        return str.__str__(value)  # a plain str, also of a subclass
    if isinstance(value, bytes):
        return bytes(memoryview(value))
    if isinstance(value, type) or _is_long(value):
        return _odd(value)
    if isinstance(value, Mapping):
        return {_key(k): plain(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if isinstance(value, (list, range)):
        return stacked([plain(item) for item in value])
    if is_tensor(value):
        value = numbers(value)
    if isinstance(value, (bool, int, float, complex, np.generic)) or hasattr(value, "__array__"):
        array = np.asarray(value) if getattr(value, "nbytes", 0) > _MOST_BYTES else np.array(value)
        return array if array.dtype != object else _odd(value)
    return _odd(value)


def is_tensor(value: object) -> bool:
    """Whether it is a PyTorch tensor, without loading PyTorch."""
    return type(value).__module__.split(".")[0] == "torch" and hasattr(value, "detach")


def numbers(tensor) -> np.ndarray:
    """The numbers of a PyTorch tensor; bfloat16, which NumPy lacks, as float32."""
    tensor = tensor.detach().cpu()
    return (tensor.float() if "bfloat16" in str(tensor.dtype) else tensor).numpy()


def detached(value: object) -> object:
    """A result whose tensors no longer keep track of their gradients."""
    if is_tensor(value):
        return value.detach()
    if isinstance(value, list | tuple) and type(value) in (list, tuple):  # no named tuple
        return type(value)(map(detached, value))
    return value


def stacked(items: list) -> object:
    """One array if all items are arrays of one shape, else `Listed`."""
    if all(isinstance(i, np.ndarray) for i in items) and len({i.shape for i in items}) <= 1:
        return np.array(items)
    return Listed(items)


def _is_long(value: object) -> bool:
    return isinstance(value, (list, tuple, Mapping)) and len(value) > _MOST


def _key(key: object) -> object:
    """A key that compares without running a learner's code."""
    if isinstance(key, tuple):
        return tuple(map(_key, key))
    return key if type(key) in (str, int, float, bool, bytes, type(None)) else safe(key)


def _odd(value: object) -> Odd:
    kind = safe(type(value).__name__, 40)
    if isinstance(value, type):
        return Odd("class", say("Are the parentheses of a call missing?"))
    if _is_long(value):
        return Odd(say("{kind} of {n} entries", kind=kind, n=len(value)))
    if inspect.isgenerator(value):
        return Odd("generator", say("`yield` gives one by one; `return` gives all at once."))
    if inspect.iscoroutine(value):
        value.close()  # or Python would complain that nobody waited for it
        return Odd("coroutine", say("Write `def`, not `async def`."))
    if isinstance(value, (map, zip, filter)):
        return Odd(f"{kind} object", say("Put list(...) around it."))
    if isinstance(value, (set, frozenset)):
        return Odd(kind, say("A set forgets order and repetition; a list keeps them."))
    if isinstance(value, np.ndarray):
        return Odd(say("array of Python objects"), say("Do its rows differ in length?"))
    return Odd(kind, say("Are the parentheses of a call missing?") if callable(value) else "")


def kind_of(value: object) -> str:
    """Name a plain value in a sentence: 'an array of shape (2, 3)'."""
    if isinstance(value, np.ndarray):
        if not value.shape:
            return say("a single number")
        return say("an array of shape {shape}", shape=value.shape)
    if isinstance(value, Listed):
        return say("a list of {items}", items=_items(value))
    if isinstance(value, tuple):
        return say("a tuple of {items}", items=_items(value))
    if isinstance(value, Odd):
        if value.kind[:1].lower() in "aeiou":
            return say("an {kind}", kind=value.kind)
        return say("a {kind}", kind=value.kind)
    words = {dict: say("a dict"), str: say("text"), bytes: "bytes", type(None): "None"}
    return words.get(type(value), say("the dots"))


def shown(value: object) -> str:
    """A small plain value in full, a large one by its kind."""
    if isinstance(value, np.ndarray) and value.size <= 6 and value.ndim < 3:
        return safe(np.array2string(value, precision=4, separator=", ", suppress_small=True))
    if isinstance(value, tuple) and 0 < len(value) <= 3 and not has_odd(value):
        return f"({', '.join(map(shown, value))})"
    return kind_of(value)


def _items(values: tuple) -> str:
    """'one pair', '2 arrays of shape (3,)', '3 values'."""
    shapes = {v.shape if isinstance(v, np.ndarray) else None for v in values}
    n = len(values)
    if is_grouped(values) and all(len(v) == 2 for v in values):
        return say_n("one pair", "{n} pairs", n)
    if not n or shapes & {None, ()}:
        return say_n("one value", "{n} values", n)
    if len(shapes) > 1:
        return say_n("one array", "{n} arrays", n)
    (shape,) = shapes
    return say_n("one array of shape {shape}", "{n} arrays of shape {shape}", n, shape=shape)


def is_grouped(value: object) -> bool:
    """Whether it is a collection of collections, as the pairs (W, b) of some layers."""
    return isinstance(value, tuple) and bool(value) and all(isinstance(v, tuple) for v in value)


def has_odd(value: object) -> bool:
    """Whether there is an Odd anywhere in a plain value."""
    if isinstance(value, dict):
        value = tuple(value.values())
    return any(map(has_odd, value)) if isinstance(value, tuple) else isinstance(value, Odd)
