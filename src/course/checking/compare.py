"""Hold a plain value against the expected one: type, dtype and shape, finiteness, then values.

The first `Fault` is a sentence.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from course.checking.guard import safe
from course.checking.plain import Listed, Odd, is_grouped, kind_of, stacked
from course.checking.relation import largest, relation, reshaped
from course.checking.source import Names

LOOSE = {2: (2e-2, 1e-3), 4: (1e-4, 1e-6)}  # (rtol, atol / largest entry) by bytes of a float
_RANK = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}
_NAMELESS = Names()
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_WORDS = ("True and False", "whole numbers", "real numbers", "complex numbers", "no numbers")


@dataclass(frozen=True)
class Fault:
    """The first thing wrong: the stage, the sentence, and the two arrays where a table helps."""

    stage: str
    text: str
    got: object = None
    expected: object = None
    differs: object = None
    factor: float | None = None  # got = factor · expected


def first_fault(
    got, expected, names: Names = _NAMELESS, *, rtol: float, atol: float
) -> Fault | None:
    """The first fault of a plain value: all types and shapes, then finiteness, then values.

    Parameters
    ----------
    got, expected
        Plain values.
    names
        What to call the parts where there are several.
    rtol, atol
        An entry may differ by atol + rtol · |expected|.
    """
    pairs = list(_pairs(got, expected, names))
    for look in (_form, _finite):
        for pair in pairs:
            if fault := pair if isinstance(pair, Fault) else look(*pair):
                return fault
    values = (_value(*pair, rtol=rtol, atol=atol) for pair in pairs)
    return next((fault for fault in values if fault), None)


def _pairs(got, expected, names: Names = _NAMELESS, label: str = "") -> Iterator[tuple | Fault]:
    """Each (got, expected, label) of the leaves, or a Fault where the structures differ."""
    if isinstance(expected, tuple):
        got = _unpacked(got, expected)
        if fault := _parts_fault(got, expected, names, label):
            yield fault
            return
        for i, (g, e) in enumerate(zip(got, expected, strict=True)):
            yield from _pairs(g, e, names, _part(expected, i, names, label))
    elif isinstance(expected, dict):
        if fault := _keys(got, expected, label):
            yield fault
            return
        for key, e in expected.items():
            name = _worded(key) if names.words else f"entry {key!r}"
            if names.words and isinstance(e, str) and isinstance(got[key], str) and got[key] != e:
                yield Fault("value", f"{name} is {safe(got[key], 60)}; {e} is wanted.")
            yield from _pairs(got[key], e, names, f"{label}, {name}" if label else name)
    else:
        yield _leaf(got, expected), expected, label


def _worded(key: str) -> str:
    """A probe's key in a sentence: 'the mean, in standard deviations,'."""
    the = "the " if key.split(" ")[0].rstrip(",").isalpha() else ""
    return f"{the}{key}{',' if ',' in key else ''}"


def _unpacked(got, expected: tuple):
    """An array of as many rows as parts are wanted will do for the parts."""
    rows = isinstance(got, np.ndarray) and got.ndim and len(got) == len(expected)
    return tuple(got) if rows else got


def _leaf(got, expected):
    """A tuple of numbers will do for an array; any other tuple stays one."""
    if isinstance(expected, np.ndarray) and isinstance(got, tuple) and len(got) != 1:
        array = stacked(list(got))
        listed = isinstance(got, Listed) or getattr(array, "shape", None) == expected.shape
        got = array if listed else got
    return _emptied(got, expected)


def _part(expected: tuple, i: int, names: Names, label: str) -> str:
    """Name a part: 'dW', 'W of pair 2', 'grads[0]' or 'the first value'."""
    of = f" of {label}" if label else ""
    if is_grouped(expected):
        return f"{'pair' if len(expected[i]) == 2 else 'group'} {i + 1}{of}"
    own = names.items if label else names.parts
    if len(own) == len(expected):
        return own[i] + of
    if label.isidentifier():
        return f"{label}[{i}]"
    return f"the {_ORDINALS[i]} value{of}" if i < len(_ORDINALS) else f"value {i + 1}{of}"


def _parts_fault(got, expected: tuple, names: Names, label: str) -> Fault | None:
    """Too few or too many parts, one of them alone, or all in another order."""
    if not _fits(got, expected) and not label:
        alone = [i for i, e in enumerate(expected) if _fits(got, e)]
        if len(alone) == 1:
            what = f"{_part(expected, alone[0], names, label)} alone"
            return Fault("type", f"{_subject('')} {what}; {_wanted(expected, names, label)}.")
    if not isinstance(got, tuple) or len(got) != len(expected):
        return Fault(
            "type", f"{_subject(label)} {kind_of(got)}; {_wanted(expected, names, label)}."
        )
    return _order_fault(got, expected, names, label)


def _wanted(expected: tuple, names: Names, label: str) -> str:
    own = names.items if label or is_grouped(expected) else names.parts
    own = f" ({', '.join(own)})" if len(own) > 1 else ""
    if is_grouped(expected) or isinstance(expected, Listed) or len(expected) == 1:
        return f"{kind_of(expected)}{own} is wanted"
    return f"{len(expected)} values{own} are wanted"


def _order_fault(got: tuple, expected: tuple, names: Names, label: str) -> Fault | None:
    """The right parts, or parts of the right shapes, in another order."""
    if is_grouped(expected) or not 2 <= len(got) <= 4 or same(got, expected):
        return None
    own = names.items if label else names.parts
    wanted = f": ({', '.join(own)}) is wanted." if len(own) == len(expected) else "."
    orders = list(itertools.permutations(got))[1:]
    if any(same(order, expected) for order in orders):
        has = f"{label} has" if label else "your function returned"
        return Fault("value", f"{has} the right values in another order{wanted}")
    if not _fits(got, expected) and any(_fits(order, expected) for order in orders):
        parts = label or "what your function returned"
        return Fault("shape", f"the shapes of {parts} would fit in another order{wanted}")
    return None


def _fits(got, expected) -> bool:
    """Whether structure, types and shapes are right."""
    if isinstance(expected, tuple):
        got = _unpacked(got, expected)
        fits = isinstance(got, tuple) and len(got) == len(expected)
        return fits and all(map(_fits, got, expected))
    if isinstance(expected, dict):
        return isinstance(got, dict) and got.keys() == expected.keys()
    return _form(_leaf(got, expected), expected, "") is None


def _emptied(got, expected):
    """An empty list knows nothing of the axes behind the one that is empty."""
    both = isinstance(got, np.ndarray) and isinstance(expected, np.ndarray)
    if both and not got.size and not expected.size and got.shape == expected.shape[: got.ndim]:
        return got.reshape(expected.shape)
    return got


def _keys(got, expected: dict, label: str) -> Fault | None:
    if not isinstance(got, dict):
        return Fault("type", f"{_subject(label)} {kind_of(got)}; a dict is wanted.")
    for words, keys in (
        ("lacks", expected.keys() - got),
        ("should not have", got.keys() - expected),
    ):
        if keys:
            more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
            key = min(map(repr, keys))
            return Fault("value", f"{label or 'your dict'} {words} the key {key}{more}.")
    return None


def _subject(label: str) -> str:
    return f"{label} is" if label else "your function returned"


def _form(got, expected, label: str) -> Fault | None:
    """Type, dtype and shape."""
    if not isinstance(expected, np.ndarray) or not isinstance(got, np.ndarray):
        return None if type(got) is type(expected) else _wrong_type(got, expected, label)
    if got.shape != expected.shape:
        text = f"{_subject(label)} {kind_of(got)}; {kind_of(expected)} is wanted."
        return Fault("shape", f"{text} {reshaped(got, expected)}".strip(), got, expected)
    have, want = (_RANK.get(a.dtype.kind, 4) for a in (got, expected))
    whole = want == 1 and have == 2 and not got.shape  # 3.0 for 3 will do
    if (have > want and not whole) or (want and not have):
        text = f"{label or 'your result'} holds {_WORDS[have]} ({got.dtype})"
        return Fault(
            "dtype", f"{text}; {_WORDS[want]} ({expected.dtype}) are wanted.", got, expected
        )
    return None


def _wrong_type(got, expected, label: str) -> Fault:
    text = f"{_subject(label)} {kind_of(got)}; {kind_of(expected)} is wanted."
    hint = got.hint if isinstance(got, Odd) else ""
    if isinstance(got, tuple) and len(got) == 1 and not isinstance(got, Listed):
        hint = "Is there a comma at the end of the return line?"
    return Fault("type", f"{text} {hint}".strip())


def _finite(got, expected, label: str) -> Fault | None:
    if not isinstance(expected, np.ndarray) or expected.dtype.kind not in "fc":
        return None
    odd = ~np.isfinite(got) & np.isfinite(expected)
    if not odd.any():
        return None
    found = " or ".join(sorted({str(v) for v in np.asarray(got)[odd].ravel()}))
    where = f"{int(odd.sum())} of {odd.size} entries are" if odd.size > 1 else "it is"
    text = f"{label or 'your result'} is not finite: {where} {found}."
    return Fault("finite", text, got, expected, odd)


def _value(got, expected, label: str, *, rtol: float, atol: float) -> Fault | None:
    if not isinstance(expected, np.ndarray):
        if got == expected:
            return None
        text = f"{_subject(label)} {safe(repr(got), 60)}; {safe(repr(expected), 60)} is wanted."
        return Fault("value", text)
    differs = ~close(got, expected, rtol, atol)
    if not differs.any():
        return None
    text, factor = relation(got, expected, differs, label or "your result")
    return Fault("value", text, got, expected, differs, factor)


def close(got: np.ndarray, expected: np.ndarray, rtol: float, atol: float) -> np.ndarray:
    """Where two arrays of one shape agree, within what the precision of got allows."""
    size = largest(expected)
    if got.dtype.kind == "f" and got.dtype.itemsize in LOOSE:
        loose = LOOSE[got.dtype.itemsize]
        rtol, atol = max(rtol, loose[0]), max(atol, loose[1] * size)
    elif expected.dtype.kind in "biu":
        return np.asarray(got == expected)
    with np.errstate(all="ignore"):  # 1e-13: sums of large terms in another order
        return np.isclose(got, expected, rtol, atol + 1e-13 * size, equal_nan=True)


def largest_gap(got, expected) -> float:
    """The largest difference of two plain values that agree, relative to the largest entry."""
    gaps = [0.0]
    for pair in _pairs(got, expected):
        if not isinstance(pair, Fault) and isinstance(pair[1], np.ndarray) and pair[1].size:
            with np.errstate(all="ignore"):
                gap = np.abs(np.subtract(pair[0], pair[1], dtype=complex))
            gaps.append(largest(gap) / max(largest(pair[1]), 1.0))
    return max(gaps)


def same(a, b) -> bool:
    """Whether two plain values are the same wrong value, to about six digits."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.shape != b.shape or "f" not in (a.dtype.kind, b.dtype.kind):
            return bool(np.array_equal(a, b))
        mine, other = (b, a) if b.dtype.kind == "f" and b.dtype.itemsize < 8 else (a, b)
        return bool(close(mine, other.astype(float), 1e-6, 1e-9).all())
    if isinstance(a, np.ndarray) and isinstance(b, tuple):
        a, b = b, a
    if isinstance(a, tuple) and isinstance(b, np.ndarray) and b.ndim:
        b = tuple(b)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return set(a) == set(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, Odd) and isinstance(b, Odd):
        return a.kind == b.kind
    return type(a) is type(b) and a == b
