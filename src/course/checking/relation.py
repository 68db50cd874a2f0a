"""Say how a wrong array relates to the right one: sign, factor, offset, order, precision."""

from __future__ import annotations

import itertools

import numpy as np

from course.words import say, say_n

_MOST = 100_000  # entries of an array whose sums over axes are tried


def relation(got, expected, differs, part: str) -> tuple[str, float | None]:
    """How a wrong array relates to the right one: (sentence, factor or None).

    Of a single number the factor is told by nobody: any two numbers have one.
    """
    if got.size == 1:
        mine, right = apart(got.item(), expected.item())
        text = say("Your {part} is {mine}; {right} is right.", part=part, mine=mine, right=right)
        ratio = _ratio(got, expected)
        if ratio and abs(ratio - 1) < 0.01 and expected.dtype.kind == "f":
            near = say("That is near, and not equal: is something rounded, or an estimate?")
            text = f"{text} {near}"
        return text, ratio
    if np.isfinite(got).all() and np.isfinite(expected).all() and expected.dtype.kind == "f":
        if (factor := _factor(got, expected)) is not None:
            if np.isclose(factor, -1):
                return say("Your {part} has the right size and the wrong sign.", part=part), -1.0
            return _times(part, factor), factor
        offset = np.subtract(got, expected, dtype=float)
        if np.allclose(offset, offset.flat[0], 1e-6, 0):
            return _plus(part, offset.flat[0]), None
    return _arrangement(got, expected, differs, part), None


def _times(part: str, factor: float) -> str:
    return say("Every entry of your {part} is {n:.4g} times the right one.", part=part, n=factor)


def _plus(part: str, n: float) -> str:
    return say("Every entry of your {part} is the right one plus {n:.4g}.", part=part, n=n)


def _ratio(got, expected) -> float | None:
    with np.errstate(all="ignore"):
        numbers = got.dtype.kind in "fiu" and expected.dtype.kind in "fiu"
        ratio = float(got.item() / expected.item()) if numbers and expected.item() else np.nan
    return ratio if np.isfinite(ratio) and ratio else None


def reshaped(got, expected) -> str:
    """How an array of the wrong shape relates to the right one; "" where nothing is sure."""
    if max(got.size, expected.size) > _MOST:
        return ""
    if sorted(got.shape) == sorted(expected.shape):
        if _equal(got.T, expected):
            return say("That is the transpose: which axis comes first?")
        return say("The same axes in another order.")
    if got.size == expected.size and _equal(got.reshape(expected.shape), expected):
        if [n for n in got.shape if n != 1] != [n for n in expected.shape if n != 1]:
            return say("The numbers are right, and cut into other axes.")
        if got.ndim < expected.ndim:
            return say(
                "The numbers are right; an axis of length 1 is missing: keepdims=True keeps it."
            )
        return say("The numbers are right; an axis of length 1 is too many.")
    if over := _summed(expected, got):
        return say("That is {over} of what is wanted.", over=over)
    if over := _summed(got, expected):
        return say("What is wanted is {over} of yours.", over=over)
    if expected.ndim and len(expected) > 1:
        why = say("Is the `return` inside the loop, or a row lost?")
        if _equal(got, expected[-1]):
            return f"{say('That is the last row alone.')} {why}"
        if _equal(got, expected[0]):
            return f"{say('That is the first row alone.')} {why}"
    return ""


def _summed(whole, part) -> str:
    """'the sum over axis 0' if that makes the part out of the whole, else ""."""
    if part.size >= whole.size or whole.dtype.kind not in "fiu" or whole.ndim > 4:
        return ""
    for n in range(1, whole.ndim + 1):
        for axes in itertools.combinations(range(whole.ndim), n):
            for name, f in (("sum", np.sum), ("mean", np.mean)):
                if any(_equal(part, f(whole, axis=axes, keepdims=k)) for k in (False, True)):
                    return _over(name, axes, every=n == whole.ndim)
    return ""


def _over(name: str, axes: tuple[int, ...], *, every: bool) -> str:
    all_ = ", ".join(map(str, axes))
    if name == "sum":
        return (
            say("the sum over every axis") if every else say("the sum over axis {axes}", axes=all_)
        )
    return say("the mean over every axis") if every else say("the mean over axis {axes}", axes=all_)


def _equal(a, b) -> bool:
    """Whether two arrays of numbers have one shape and, nearly, the same entries."""
    if a.shape != b.shape or not a.size or a.dtype.kind not in "fiub" or b.dtype.kind not in "fiub":
        return False
    with np.errstate(all="ignore"):
        return bool(np.allclose(a, b, 1e-6, 1e-12, equal_nan=True))


def _factor(got, expected) -> float | None:
    """c where got = c · expected, and expected isn't constant; a sign needs no second entry."""
    if np.allclose(got, -expected, 1e-6, 1e-12):
        return -1.0
    with np.errstate(all="ignore"):
        ratio = (got / expected)[np.abs(expected) > 1e-12 * largest(expected)]
    several = ratio.size > 1 and np.ptp(expected) > 1e-6 * largest(expected)
    if not several or not ratio[0] or abs(ratio[0] - 1) < 1e-4:
        return None
    if not np.allclose(got, ratio[0] * expected, 1e-6, 1e-12):
        return None
    return float(ratio[0])


def _arrangement(got, expected, differs, part: str) -> str:
    """The right numbers in other places, or nearly right, or how many differ."""
    with np.errstate(all="ignore"):
        if np.allclose(got * expected, 1, 1e-6, 0):
            return say("Every entry of your {part} is 1 divided by the right one.", part=part)
    for axes in itertools.islice(itertools.permutations(range(got.ndim)), 1, 24):
        turned = got.transpose(axes)
        if turned.shape == expected.shape and np.allclose(turned, expected, equal_nan=True):
            return say(
                "Your {part} has the right numbers with its axes in another order.", part=part
            )
    if np.allclose(got, expected, 1e-4, 1e-6, equal_nan=True):
        return say(
            "Your {part} is right to a few digits only. Does something pass through float32, or "
            "stop early?",
            part=part,
        )
    if np.allclose(np.sort(got, None), np.sort(expected, None), equal_nan=True):
        return say("Your {part} has the right numbers in the wrong places.", part=part)
    at = tuple(int(i) for i in np.argwhere(differs)[0])
    mine, right = apart(got[at].item(), expected[at].item())
    n = int(differs.sum())
    if k := _right_at_first(differs):
        return say_n(
            "The first of {rows} rows of your {part} is right, and none after it: {mine} at {at}, "
            "where {right} is right. Does a loop end early?",
            "The first {n} of {rows} rows of your {part} are right, and none after them: {mine} at "
            "{at}, where {right} is right. Does a loop end early?",
            k,
            rows=len(differs),
            part=part,
            at=list(at),
            mine=mine,
            right=right,
        )
    return say_n(
        "{n} of {size} entries of your {part} is wrong, at {at}: {mine}, where {right} is right.",
        "{n} of {size} entries of your {part} are wrong, the first at {at}: {mine}, where {right} "
        "is right.",
        n,
        size=differs.size,
        part=part,
        at=list(at),
        mine=mine,
        right=right,
    )


def _right_at_first(differs) -> int:
    """How many rows are right before all others are wrong; 0 of anything but a table."""
    if differs.ndim < 2 or differs[0].size < 2:
        return 0
    wrong = differs.reshape(len(differs), -1).all(axis=1)
    k = int(wrong.argmax())
    return k if wrong[k:].all() and not differs[:k].any() else 0


def apart(a, b) -> tuple[str, str]:
    """Two numbers as text, with as many digits as tell them apart."""
    for digits in (4, 7, 10, 17):
        texts = number(a, digits), number(b, digits)
        if texts[0] != texts[1]:
            break
    return texts


def number(value, digits: int) -> str:
    """A number with so many significant digits; whole numbers in full."""
    return f"{value:.{digits}g}" if isinstance(value, (float, complex)) else str(value)


def largest(a: np.ndarray) -> float:
    """The largest finite entry in size, 0 where there is none."""
    finite = np.abs(a[np.isfinite(a)])
    return float(finite.max()) if finite.size else 0.0
