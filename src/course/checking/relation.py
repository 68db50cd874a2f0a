"""Say how a wrong array relates to the right one: sign, factor, offset, order, precision."""

from __future__ import annotations

import itertools

import numpy as np

_MOST = 100_000  # entries of an array whose sums over axes are tried


def relation(got, expected, differs, name: str) -> tuple[str, float | None]:
    """How a wrong array relates to the right one: (sentence, constant factor or None)."""
    if got.size == 1:
        mine, right = apart(got.item(), expected.item())
        return f"{name} is {mine}; {right} is right.", None
    if np.isfinite(got).all() and np.isfinite(expected).all() and expected.dtype.kind == "f":
        if (factor := _factor(got, expected)) is not None:
            if np.isclose(factor, -1):
                return f"{name} has the right size and the wrong sign.", -1.0
            return f"every entry of {name} is {factor:.4g} times the right one.", factor
        offset = np.subtract(got, expected, dtype=float)
        if np.allclose(offset, offset.flat[0], 1e-6, 0):
            return f"every entry of {name} is the right one plus {offset.flat[0]:.4g}.", None
    return _arrangement(got, expected, differs, name), None


def reshaped(got, expected) -> str:
    """How an array of the wrong shape relates to the right one; "" where nothing is sure."""
    if max(got.size, expected.size) > _MOST:
        return ""
    if sorted(got.shape) == sorted(expected.shape):
        if _equal(got.T, expected):
            return "That is the transpose: which axis comes first?"
        return "The same axes in another order."
    if got.size == expected.size and _equal(got.reshape(expected.shape), expected):
        few = got.ndim < expected.ndim
        if [n for n in got.shape if n != 1] == [n for n in expected.shape if n != 1]:
            how = "missing: keepdims=True keeps it" if few else "too many"
            return f"The numbers are right; an axis of length 1 is {how}."
        return "The numbers are right, and cut into other axes."
    if over := _summed(expected, got):
        return f"That is {over} of what is wanted."
    if over := _summed(got, expected):
        return f"What is wanted is {over} of yours."
    for row, name in ((-1, "last"), (0, "first")):
        if expected.ndim and len(expected) > 1 and _equal(got, expected[row]):
            return f"That is the {name} row alone. Is the `return` inside the loop, or a row lost?"
    return ""


def _summed(whole, part) -> str:
    """'the sum over axis 0' if that makes the part out of the whole, else ""."""
    if part.size >= whole.size or whole.dtype.kind not in "fiu" or whole.ndim > 4:
        return ""
    for n in range(1, whole.ndim + 1):
        for axes in itertools.combinations(range(whole.ndim), n):
            for name, f in (("sum", np.sum), ("mean", np.mean)):
                if any(_equal(part, f(whole, axis=axes, keepdims=k)) for k in (False, True)):
                    names = "axis " + " and ".join(map(str, axes))
                    every = n == whole.ndim
                    return f"the {name} over {'every axis' if every else names}"
    return ""


def _equal(a, b) -> bool:
    """Whether two arrays of numbers have one shape and, nearly, the same entries."""
    if a.shape != b.shape or not a.size or a.dtype.kind not in "fiub" or b.dtype.kind not in "fiub":
        return False
    with np.errstate(all="ignore"):
        return bool(np.allclose(a, b, 1e-6, 1e-12, equal_nan=True))


def _factor(got, expected) -> float | None:
    """c where got = c · expected, and expected isn't constant."""
    with np.errstate(all="ignore"):
        ratio = (got / expected)[np.abs(expected) > 1e-12 * largest(expected)]
    several = ratio.size > 1 and np.ptp(expected) > 1e-6 * largest(expected)
    if not several or not ratio[0] or abs(ratio[0] - 1) < 1e-4:
        return None
    if not np.allclose(got, ratio[0] * expected, 1e-6, 1e-12):
        return None
    return float(ratio[0])


def _arrangement(got, expected, differs, name: str) -> str:
    """The right numbers in other places, or nearly right, or how many differ."""
    with np.errstate(all="ignore"):
        if np.allclose(got * expected, 1, 1e-6, 0):
            return f"every entry of {name} is 1 divided by the right one: upside down."
    for axes in itertools.islice(itertools.permutations(range(got.ndim)), 1, 24):
        turned = got.transpose(axes)
        if turned.shape == expected.shape and np.allclose(turned, expected, equal_nan=True):
            return f"{name} has the right numbers with its axes in another order."
    if np.allclose(got, expected, 1e-4, 1e-6, equal_nan=True):
        return f"{name} is right to a few digits only. Does something pass through float32?"
    if np.allclose(np.sort(got, None), np.sort(expected, None), equal_nan=True):
        return f"{name} has the right numbers in the wrong places."
    at = tuple(int(i) for i in np.argwhere(differs)[0])
    mine, right = apart(got[at].item(), expected[at].item())
    n, size = int(differs.sum()), differs.size
    count = f"{n} of {size} entries of {name} {'is' if n == 1 else 'are'} wrong"
    where = f"at {list(at)}" if n == 1 else f"the first at {list(at)}"
    return f"{count}, {where}: {mine}, where {right} is right."


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
