"""Hold what a learner's function returned against what was expected, whatever style it is in.

Lists, tensors and arrays become NumPy arrays first; then type, dtype and shape, finiteness and
values are looked at in this order, and the first `Fault` is a plain sentence.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from course.exercises.guard import safe

LOOSE = {2: (2e-2, 1e-3), 4: (1e-4, 1e-6)}  # (rtol, atol) by bytes of a learner's floats


@dataclass(frozen=True)
class Odd:
    """A value that is no number, array, text or collection of those."""

    kind: str
    hint: str = ""


@dataclass(frozen=True)
class Fault:
    """The first thing wrong with a value: the stage, the sentence, and the two arrays."""

    stage: str
    text: str
    got: object = None
    expected: object = None
    differs: object = None


def plain(value: object) -> object:
    """Turn tensors, lists and numbers into arrays; keep tuples, dicts, text and None.

    A list whose rows differ in length, or that holds tuples, becomes a tuple. It may run code of
    the learner's objects, so it is called under guard.
    """
    if value is None or value is Ellipsis or isinstance(value, (str, bytes, Odd, type)):
        return Odd("class") if isinstance(value, type) else value
    if type(value).__module__.split(".")[0] == "torch" and hasattr(value, "detach"):
        value = value.detach().cpu()
        return (value.float() if "bfloat16" in str(value.dtype) else value).numpy().copy()
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if isinstance(value, (list, range)):
        return _stacked([plain(item) for item in value])
    if isinstance(value, (bool, int, float, complex, np.generic)) or hasattr(value, "__array__"):
        array = np.array(value)
        return array if array.dtype != object else _odd(value)
    return _odd(value)


def _stacked(items: list) -> object:
    """One array if the items are arrays of one shape, else a tuple."""
    if all(isinstance(i, np.ndarray) for i in items) and len({i.shape for i in items}) <= 1:
        return np.array(items)
    return tuple(items)


def _odd(value: object) -> Odd:
    kind = type(value).__name__
    if inspect.isgenerator(value):
        return Odd("generator", "With `yield` a function returns one by one; `return` all at once.")
    if inspect.iscoroutine(value):
        value.close()
        return Odd("coroutine", "Write `def`, not `async def`.")
    if isinstance(value, (map, zip, filter)):
        return Odd(f"{kind} object", "Put list(...) around it.")
    if isinstance(value, (set, frozenset)):
        return Odd(kind, "A set forgets order and repetition; a list keeps them.")
    if callable(value):
        return Odd(kind, "Are the parentheses of a call missing?")
    if isinstance(value, np.ndarray):
        return Odd("array of Python objects", "Do its rows differ in length?")
    return Odd(f"{kind} object")


def kind_of(value: object) -> str:
    """Name a plain value in a sentence: 'an array of shape (2, 3)'."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.shape else "a single number"
    if isinstance(value, tuple):
        return f"{len(value)} values"
    if isinstance(value, Odd):
        return f"{'an' if value.kind[0] in 'aeiou' else 'a'} {value.kind}"
    words = {dict: "a dict", str: "text", bytes: "bytes", type(None): "None"}
    return words.get(type(value), "the dots" if value is Ellipsis else safe(value, 40))


def first_fault(
    got: object, expected: object, names: tuple = (), *, rtol: float, atol: float
) -> Fault | None:
    """The first fault of a plain value: all types and shapes, then finiteness, then values.

    Parameters
    ----------
    got, expected
        Plain values; see `plain`.
    names
        What to call the outputs where there are several.
    """
    pairs = list(_pairs(got, expected, names))
    for look in (_form, _finite):
        for pair in pairs:
            if isinstance(pair, Fault):
                return pair
            if fault := look(*pair):
                return fault
    for pair in pairs:
        if fault := _value(*pair, rtol=rtol, atol=atol):
            return fault
    return None


def _pairs(got: object, expected: object, names: tuple, label: str = ""):
    """Each (got, expected, label) of the leaves, or a Fault where the structures differ."""
    if isinstance(expected, tuple):
        if isinstance(got, np.ndarray) and got.ndim and len(got) == len(expected):
            got = tuple(got)
        if not isinstance(got, tuple) or len(got) != len(expected):
            wanted = f"{len(expected)} values{', ' + ', '.join(names) if names else ''}"
            yield Fault("type", f"{_subject(label)} {kind_of(got)}; {wanted} are wanted.")
            return
        for i, (g, e) in enumerate(zip(got, expected, strict=True)):
            name = names[i] if i < len(names) else f"value {i + 1} of {len(expected)}"
            yield from _pairs(g, e, (), f"{label}, {name}" if label else name)
    elif isinstance(expected, dict):
        if not isinstance(got, dict) or set(got) != set(expected):
            has = f"the keys {sorted(map(safe, got))}" if isinstance(got, dict) else kind_of(got)
            keys = sorted(map(safe, expected))
            yield Fault("type", f"{_subject(label)} {has}; a dict with the keys {keys} is wanted.")
            return
        for key in expected:
            yield from _pairs(got[key], expected[key], (), f"{label}[{key!r}]")
    else:
        if isinstance(expected, np.ndarray) and isinstance(got, tuple) and len(got) != 1:
            got = _stacked(list(got))
        yield got, expected, label


def _subject(label: str) -> str:
    return f"{label} is" if label else "your function returned"


def _form(got: object, expected: object, label: str) -> Fault | None:
    """Type, dtype and shape."""
    if not isinstance(expected, np.ndarray):
        return None if type(got) is type(expected) else _wrong_type(got, expected, label)
    if not isinstance(got, np.ndarray):
        return _wrong_type(got, expected, label)
    if got.shape != expected.shape:
        text = f"{_subject(label)} {kind_of(got)}; {kind_of(expected)} is wanted."
        hint = _shape_hint(got, expected)
        return Fault("shape", f"{text}{' ' + hint if hint else ''}", got, expected)
    rank = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}
    have, want = (rank.get(a.dtype.kind, 4) for a in (got, expected))
    words = ["True and False", "whole numbers", "real numbers", "complex numbers", "numbers"]
    whole = want == 1 and have == 2 and not got.shape  # 3.0 for 3 will do
    if (have > want and not whole) or (want and not have):
        dtypes = f"{words[have]} ({got.dtype}); {words[want]} ({expected.dtype})"
        return Fault("dtype", f"{label or 'your result'} holds {dtypes} are wanted.", got, expected)
    return None


def _wrong_type(got: object, expected: object, label: str) -> Fault:
    text = f"{_subject(label)} {kind_of(got)}; {kind_of(expected)} is wanted."
    hint = got.hint if isinstance(got, Odd) else ""
    if isinstance(got, tuple) and len(got) == 1:
        text = f"{_subject(label)} a tuple of one; {kind_of(expected)} is wanted."
        hint = "Is there a comma at the end of the return line?"
    return Fault("type", f"{text}{' ' + hint if hint else ''}")


def _shape_hint(got: np.ndarray, expected: np.ndarray) -> str:
    if got.ndim > 1 and got.shape == expected.shape[::-1]:
        return "That is the transpose: which axis comes first?"
    if [n for n in got.shape if n != 1] == [n for n in expected.shape if n != 1]:
        few = got.ndim < expected.ndim
        return f"An axis of length 1 is {'missing: keepdims=True keeps it' if few else 'too many'}."
    if not got.shape:
        return "Did a sum or a mean run over every axis?"
    if sorted(got.shape) == sorted(expected.shape):
        return "The same axes in another order."
    if got.ndim != expected.ndim:
        few = "fewer" if got.ndim < expected.ndim else "more"
        return f"It has {few} axes: over which axis do you sum, and which do you keep?"
    return ""


def _finite(got: object, expected: object, label: str) -> Fault | None:
    if not isinstance(expected, np.ndarray) or expected.dtype.kind not in "fc":
        return None
    odd = ~np.isfinite(got) & ~(np.isinf(expected) & (got == expected)) & ~np.isnan(expected)
    odd &= np.isfinite(expected)
    if not odd.any():
        return None
    found = sorted({str(v) for v in np.asarray(got)[odd].ravel()})
    where = f"{int(odd.sum())} of {odd.size} entries are" if odd.size > 1 else "it is"
    text = f"{label or 'your result'} is not finite: {where} {' or '.join(found)}."
    return Fault("finite", text, got, expected, odd)


def _value(got: object, expected: object, label: str, *, rtol: float, atol: float):
    if not isinstance(expected, np.ndarray):
        if got == expected:
            return None
        text = f"{_subject(label)} {safe(got, 60)!r}; {safe(expected, 60)!r} is wanted."
        return Fault("value", text, got, expected)
    differs = ~close(got, expected, rtol, atol)
    if not differs.any():
        return None
    return Fault("value", relation(got, expected, differs, label), got, expected, differs)


def close(got: np.ndarray, expected: np.ndarray, rtol: float, atol: float) -> np.ndarray:
    """Where two arrays of one shape agree, within what the precision of got allows."""
    if got.dtype.kind == "f" and got.dtype.itemsize in LOOSE:
        loose = LOOSE[got.dtype.itemsize]
        rtol, atol = max(rtol, loose[0]), max(atol, loose[1] * max(_size(expected), 1e-6))
    elif expected.dtype.kind in "biu":
        return np.asarray(got == expected)
    with np.errstate(all="ignore"):
        return np.isclose(got, expected, rtol, atol + 1e-13 * _size(expected), equal_nan=True)


def _size(a: np.ndarray) -> float:
    finite = np.abs(a[np.isfinite(a)])
    return float(finite.max()) if finite.size else 0.0


def largest_gap(got: object, expected: object) -> float:
    """The largest difference of two plain values that agree, relative to the largest entry."""
    gaps = [0.0]
    for pair in _pairs(got, expected, ()):
        if not isinstance(pair, Fault) and isinstance(pair[1], np.ndarray) and pair[1].size:
            with np.errstate(all="ignore"):
                gap = np.abs(np.subtract(pair[0], pair[1], dtype=complex))
            gaps.append(_size(gap) / max(_size(pair[1]), 1.0))
    return max(gaps)


def relation(got: np.ndarray, expected: np.ndarray, differs: np.ndarray, label: str = "") -> str:
    """Say how a wrong array relates to the right one: sign, factor, offset, order, transpose."""
    yours = label or "your result"
    if got.size == 1:
        return f"{yours} is {got.item():.6g}; {expected.item():.6g} is right."
    with np.errstate(all="ignore"):
        ratio, offset = got / expected, np.subtract(got, expected, dtype=float)
    ratio = ratio[np.abs(expected) > 1e-12 * _size(expected)]
    if np.isfinite(got).all() and np.isfinite(expected).all() and expected.dtype.kind == "f":
        if (
            ratio.size > 1
            and np.allclose(ratio, ratio[0], 1e-6)
            and np.allclose(got, ratio[0] * expected, 1e-6)
        ):
            if np.isclose(ratio[0], -1):
                return f"{yours} has the right size and the wrong sign."
            return f"every entry of {yours} is {ratio[0]:.4g} times the right one."
        if np.allclose(offset, offset.flat[0], 1e-6, 0):
            return f"every entry of {yours} is the right one plus {offset.flat[0]:.4g}."
    for axes in list(itertools.permutations(range(got.ndim)))[1:24]:
        if got.transpose(axes).shape == expected.shape and np.allclose(
            got.transpose(axes), expected, equal_nan=True
        ):
            return f"{yours} has the right numbers with its axes in another order."
    if np.allclose(got, expected, 1e-4, 1e-6, equal_nan=True):
        return f"{yours} is right to about five digits only. Does something pass through float32?"
    if np.allclose(np.sort(got, None), np.sort(expected, None), equal_nan=True):
        return f"{yours} has the right numbers in the wrong places."
    return f"{int(differs.sum())} of {differs.size} entries of {yours} differ."


def same(a: object, b: object) -> bool:
    """Whether two plain values are the same wrong value, to about six digits."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.shape != b.shape:
            return False
        if "f" not in (a.dtype.kind, b.dtype.kind):
            return bool(np.array_equal(a, b))
        short = next((x for x in (a, b) if x.dtype.kind == "f" and x.dtype.itemsize < 8), None)
        left, right = (a, b) if short is None or short is a else (b, a)
        return bool(close(left, right, 1e-6, 1e-9).all())
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return set(a) == set(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, Odd) and isinstance(b, Odd):
        return a.kind == b.kind
    return type(a) is type(b) and a == b
