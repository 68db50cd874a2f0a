"""A result that is too large or too small by a factor: say by which, and where it may come from.

One number is no evidence: a factor counts where it is the same in several examples, or follows the
length of an axis from one to the next, so that no coincidence of sizes is taken for a cause.
"""

from __future__ import annotations

import numpy as np

from course.checking import run
from course.checking.compare import Fault
from course.checking.relation import largest
from course.words import say

_TELLING = 5  # factors such as 2, 3 and 4 have too many other reasons


def told(exercise, results: list, fault: Fault) -> str:
    """What to add to the sentence of a wrong value, "" where there is nothing to say for sure.

    Parameters
    ----------
    results
        What the answer gave in each of the exercise's examples.
    fault
        What was found, with a factor.
    """
    if fault.factor is None:
        return ""
    factors = _factors(exercise, results)
    if factors is None or not any(np.isclose(f, fault.factor) for f in factors.values()):
        return ""
    if text := _axis(exercise, factors, fault.factor):
        return text
    wrong = [f for f in factors.values() if not np.isclose(f, 1)]
    alone = fault.got.size == 1 and len(wrong) > 1 and np.allclose(wrong, fault.factor, 1e-6)
    if not alone or len(wrong) < len(factors):
        return ""
    if np.isclose(fault.factor, -1):
        return say("In every case the size is right and the sign is wrong.")
    return say("In every case yours is {factor:.4g} times the right one.", factor=fault.factor)


def _factors(exercise, results: list) -> dict[int, float] | None:
    """The factor in each example that shows one; None if something else is wrong somewhere."""
    found = {}
    for i, (example, result) in enumerate(zip(exercise.examples, results, strict=True)):
        fault = run.fault_of(exercise, example, result)
        if fault is None:
            if _is_nonzero(example.expected):
                found[i] = 1.0
        elif fault.factor is None:
            return None
        else:
            found[i] = fault.factor
    return found


def _is_nonzero(expected: object) -> bool:
    arrays = expected if isinstance(expected, tuple) else (expected,)
    return any(isinstance(a, np.ndarray) and a.dtype.kind in "fiu" and largest(a) for a in arrays)


def _axis(exercise, factors: dict[int, float], factor: float) -> str:
    """Name the axis whose length is the factor in every example."""
    lengths = {i: _lengths(exercise, i) for i in factors}
    for name, axis in sorted(set.intersection(*(set(found) for found in lengths.values()))):
        sizes = {i: lengths[i][name, axis] for i in factors}
        for power in (1, -1):
            if all(np.isclose(f, float(sizes[i]) ** power) for i, f in factors.items()):
                several = len(set(sizes.values())) > 1
                at = next(i for i, f in factors.items() if np.isclose(f, factor))
                if several or _is_alone(exercise, at, sizes[at]):
                    form = "{n}" if power == 1 else "1/{n}"
                    return say(
                        "That is {size}, with {n} the length of axis {axis} of {name}.",
                        size=form.format(n=sizes[at]),
                        n=sizes[at],
                        axis=axis,
                        name=name,
                    )
    return ""


def _lengths(exercise, number: int) -> dict[tuple[str, int], int]:
    """The length of each axis of each array in an example: {("x", 0): 5}."""
    found: dict[tuple[str, int], int] = {}
    for name, value in _named(exercise, number):
        if isinstance(value, np.ndarray):
            found |= {(name, axis): n for axis, n in enumerate(value.shape)}
    return found


def _named(exercise, number: int) -> list[tuple[str, object]]:
    positional, keyword = exercise.examples[number].arguments
    named = zip(run.parameters(exercise.reference), positional, strict=False)
    return [*named, *keyword.items()]


def _is_alone(exercise, number: int, n: int) -> bool:
    """Whether a length says one thing only: large, of one axis in an array, no other number."""
    values = [value for _, value in _named(exercise, number)]
    shapes = [value.shape for value in values if isinstance(value, np.ndarray)]
    plain = [value for value in values if isinstance(value, (int, float))]
    return n >= _TELLING and n not in plain and all(shape.count(n) <= 1 for shape in shapes)
