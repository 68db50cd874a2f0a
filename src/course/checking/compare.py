"""Hold a plain value against the expected one: type, dtype and shape, finiteness, then values.

The first `Fault` is a sentence.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from course.checking.guard import safe
from course.checking.names import Names
from course.checking.plain import Listed, Odd, is_grouped, kind_of, stacked
from course.checking.relation import largest, relation, reshaped
from course.words import say, say_n

LOOSE = {2: (2e-2, 1e-3), 4: (1e-4, 1e-6)}  # (rtol, atol / largest entry) by bytes of a float
_RANK = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}
_NAMELESS = Names()


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
    pairs: list = list(_pairs(got, expected, names))
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
        told = _in_words(got, expected) if names.words and not label else None
        if fault := told or _keys(got, expected, label):
            yield fault
            return
        for key, e in expected.items():
            name = _quoted(key) if names.words else say("entry {key!r}", key=key)
            yield from _pairs(got[key], e, names, f"{label}, {name}" if label else name)
    else:
        yield _leaf(got, expected), expected, label


def _in_words(got, expected: dict) -> Fault | None:
    """What a probe says in words: of the whole result, or of a part, where others may be lacking.

    They are compared in English, in which the probe gives them, and are translated here.
    """
    if isinstance(got, str):
        return Fault("type", say("Your function returned {what}.", what=_said(got)))
    if not isinstance(got, dict):
        text = say(
            "Your function returned {got}, and something of another kind is wanted.",
            got=kind_of(got),
        )
        return Fault("type", text)
    for key, e in expected.items():
        mine = got.get(key)
        if isinstance(e, str) and isinstance(mine, str) and mine != e:
            return Fault("value", _is(_quoted(key), _said(mine), _said(e)))
    return None


def _said(worded: str) -> str:
    return safe(say(worded), 160)


def _quoted(worded: str) -> str:
    """A probe's key as the name of a part: “mean of W, in standard deviations”."""
    return f"“{say(worded).removeprefix('the ')}”"


def _unpacked(got, expected: tuple):
    """An array of as many rows as parts are wanted will do for the parts."""
    rows = isinstance(got, np.ndarray) and got.ndim and len(got) == len(expected)
    return tuple(map(np.asarray, got)) if rows else got


def _leaf(got, expected):
    """A tuple of numbers will do for an array; any other tuple stays one."""
    if isinstance(expected, np.ndarray) and isinstance(got, tuple):
        array = stacked(list(got))
        listed = isinstance(got, Listed) and len(got) != 1
        listed = listed or getattr(array, "shape", None) == expected.shape
        got = array if listed else got
    return _emptied(got, expected)


def _part(expected: tuple, i: int, names: Names, label: str) -> str:
    """Name a part: 'dW', 'W of pair 2', 'grads[0]' or 'first value'."""
    own = names.items if label else names.parts
    if is_grouped(expected):
        pair = len(expected[i]) == 2
        own_name = say("pair {n}", n=i + 1) if pair else say("group {n}", n=i + 1)
    elif len(own) == len(expected):
        own_name = own[i]
    elif label.isidentifier():
        return f"{label}[{i}]"
    else:
        own_name = _ordinal(i)
    return say("{part} of {whole}", part=own_name, whole=label) if label else own_name


def _ordinal(i: int) -> str:
    first = (say("first value"), say("second value"), say("third value"), say("fourth value"))
    return first[i] if i < len(first) else say("value {n}", n=i + 1)


def _parts_fault(got, expected: tuple, names: Names, label: str) -> Fault | None:
    """Too few or too many parts, one of them alone, or all in another order."""
    wanted = _wanted(expected, names, label)
    if not _fits(got, expected) and not label:
        alone = [i for i, e in enumerate(expected) if _fits(got, e)]
        if len(alone) == 1:
            part = _part(expected, alone[0], names, label)
            # Translators: {wanted} is a clause here: "2 values (dW, db) are wanted".
            text = say("Your function returned {part} alone; {wanted}.", part=part, wanted=wanted)
            return Fault("type", text)
    if not isinstance(got, tuple) or len(got) != len(expected):
        if label:
            # Translators: {wanted} is a clause here: "2 values (dW, db) are wanted".
            text = say(
                "Your {part} is {got}; {wanted}.", part=label, got=kind_of(got), wanted=wanted
            )
        else:
            # Translators: {wanted} is a clause here: "2 values (dW, db) are wanted".
            text = say("Your function returned {got}; {wanted}.", got=kind_of(got), wanted=wanted)
        return Fault("type", text)
    return _order_fault(got, expected, names, label)


def _wanted(expected: tuple, names: Names, label: str) -> str:
    own = ", ".join(names.items if label or is_grouped(expected) else names.parts)
    named = ", " in own
    if is_grouped(expected) or isinstance(expected, Listed) or len(expected) == 1:
        kind = kind_of(expected)
        if named:
            return say("{kind} ({names}) is wanted", kind=kind, names=own)
        return say("{kind} is wanted", kind=kind)
    if named:
        return say("{n} values ({names}) are wanted", n=len(expected), names=own)
    return say("{n} values are wanted", n=len(expected))


def _order_fault(got: tuple, expected: tuple, names: Names, label: str) -> Fault | None:
    """The right parts, or parts of the right shapes, in another order."""
    if is_grouped(expected) or not 2 <= len(got) <= 4 or same(got, expected):
        return None
    own = names.items if label else names.parts
    order = f"({', '.join(own)})" if len(own) == len(expected) else ""
    wanted = say("The order is {order}.", order=order) if order else ""
    orders = list(itertools.permutations(got))[1:]
    if any(same(order, expected) for order in orders):
        if label:
            text = say("Your {part} has the right values in another order.", part=label)
        else:
            text = say("Your function returned the right values in another order.")
        return Fault("value", f"{text} {wanted}".rstrip())
    if not _fits(got, expected) and any(_fits(order, expected) for order in orders):
        if label:
            text = say("The shapes in your {part} would fit in another order.", part=label)
        else:
            text = say("The shapes of what your function returned would fit in another order.")
        return Fault("shape", f"{text} {wanted}".rstrip())
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
        return Fault("type", _instead(got, expected, label))
    missing, extra = expected.keys() - got, got.keys() - expected
    part, key = label or say("dict"), min(map(repr, missing or extra), default="")
    if missing:
        text = say_n(
            "Your {part} lacks the key {key}.",
            "Your {part} lacks {n} keys, such as {key}.",
            len(missing),
            part=part,
            key=key,
        )
    else:
        text = say_n(
            "Your {part} should not have the key {key}.",
            "Your {part} has {n} keys that it should not have, such as {key}.",
            len(extra),
            part=part,
            key=key,
        )
    return Fault("value", text) if missing or extra else None


def _instead(got, expected, label: str) -> str:
    """What came and what is wanted, by their kinds."""
    return _is(label, kind_of(got), kind_of(expected))


def _is(part: str, got: str, wanted: str) -> str:
    """What came and what is wanted: of a part, or of all that was returned."""
    if part:
        return say("Your {part} is {got}; {wanted} is wanted.", part=part, got=got, wanted=wanted)
    return say("Your function returned {got}; {wanted} is wanted.", got=got, wanted=wanted)


def _form(got, expected, label: str) -> Fault | None:
    """Type, dtype and shape."""
    if not isinstance(expected, np.ndarray) or not isinstance(got, np.ndarray):
        return None if type(got) is type(expected) else _wrong_type(got, expected, label)
    if got.shape != expected.shape:
        text = f"{_instead(got, expected, label)} {reshaped(got, expected)}"
        return Fault("shape", text.strip(), got, expected)
    have, want = (_RANK.get(a.dtype.kind, 4) for a in (got, expected))
    whole = want == 1 and have == 2 and not got.shape  # 3.0 for 3 will do
    if (have > want and not whole) or (want and not have):
        text = say(
            "Your {part} holds {have} ({dtype}); {want} ({other}) are wanted.",
            part=label or say("result"),
            have=_content(have),
            dtype=got.dtype,
            want=_content(want),
            other=expected.dtype,
        )
        return Fault("dtype", text, got, expected)
    return None


def _content(rank: int) -> str:
    """What an array holds, by the rank of its kind."""
    words = (
        say("True and False"),
        say("whole numbers"),
        say("real numbers"),
        say("complex numbers"),
        say("no numbers"),
    )
    return words[rank]


def _wrong_type(got, expected, label: str) -> Fault:
    hint = got.hint if isinstance(got, Odd) else ""
    if isinstance(got, tuple) and len(got) == 1 and not isinstance(got, Listed):
        hint = say("Is there a comma at the end of the return line?")
    return Fault("type", f"{_instead(got, expected, label)} {hint}".strip())


def _finite(got, expected, label: str) -> Fault | None:
    if not isinstance(expected, np.ndarray) or expected.dtype.kind not in "fc":
        return None
    odd = ~np.isfinite(got) & np.isfinite(expected)
    if not odd.any():
        return None
    text = say_n(
        "Your {part} is not finite: {n} of {size} entries is {found}.",
        "Your {part} is not finite: {n} of {size} entries are {found}.",
        int(odd.sum()),
        part=label or say("result"),
        size=odd.size,
        found=", ".join(sorted({str(v) for v in np.asarray(got)[odd].ravel()})),
    )
    if odd.size == 1:
        text = say("Your {part} is {found}.", part=label or say("result"), found=got.item())
    return Fault("finite", text, got, expected, odd)


def _value(got, expected, label: str, *, rtol: float, atol: float) -> Fault | None:
    if not isinstance(expected, np.ndarray):
        if got == expected:
            return None
        return Fault("value", _is(label, safe(repr(got), 60), safe(repr(expected), 60)))
    differs = ~close(got, expected, rtol, atol)
    if not differs.any():
        return None
    text, factor = relation(got, expected, differs, label or say("result"))
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
    """The largest difference of two plain values that agree, as a share of the largest entry.

    A difference below 1e-12 counts as it is, however small the entries.
    """
    gaps = [0.0]
    for pair in _pairs(got, expected):
        if not isinstance(pair, Fault) and isinstance(pair[1], np.ndarray) and pair[1].size:
            with np.errstate(all="ignore"):
                gap = largest(np.abs(np.subtract(pair[0], pair[1], dtype=complex)))
            gaps.append(gap if gap <= 1e-12 else gap / (largest(pair[1]) or 1.0))
    return max(gaps)


def same(a, b, atol: float = 1e-9) -> bool:
    """Whether two plain values are the same wrong value, to about six digits or to atol."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.shape != b.shape or "f" not in (a.dtype.kind, b.dtype.kind):
            return bool(np.array_equal(a, b))
        mine, other = (b, a) if b.dtype.kind == "f" and b.dtype.itemsize < 8 else (a, b)
        return bool(close(mine, other.astype(float), 1e-6, atol).all())
    if isinstance(a, np.ndarray) and isinstance(b, tuple):
        a, b = b, a
    if isinstance(a, tuple) and isinstance(b, np.ndarray) and b.ndim:
        b = tuple(map(np.asarray, b))
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(same(x, y, atol) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return set(a) == set(b) and all(same(a[k], b[k], atol) for k in a)
    if isinstance(a, Odd) and isinstance(b, Odd):
        return a.kind == b.kind
    return type(a) is type(b) and a == b
