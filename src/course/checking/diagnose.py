"""Recognise a misconception by what the answer does, however it is written."""

from __future__ import annotations

from course.checking import compare, guard, limits
from course.checking.cases import Mistake
from course.checking.run import fault_of, run

_RAGGED = ("inhomogeneous", "must have the same shape", "array element with a sequence")
_AXES = ("matmul", "broadcast", "shape", "axis", "axes", "dimension", "out of bounds", "aligned")


def results(exercise, answer, budget: limits.Budget, known: list) -> list | None:
    """What an answer gives in every example, given the first; None if it ran out of time."""
    found = list(known)
    for example in exercise.examples[len(known) :]:
        if not isinstance(found[-1].error, limits.TooSlow):
            found.append(run(exercise, answer, example.arguments, budget))
    return None if isinstance(found[-1].error, limits.TooSlow) else found


def recognise(exercise, yours: list, failed: int | None) -> Mistake | None:
    """The mistake in the bank that behaves as the answer does, or None.

    Both ran on every example. A mistake explains the answer if they agree wherever the mistake
    differs from the reference, and on the example that failed. Among several, one that agrees on
    every example is preferred, then the one that differs from the reference most often.

    Parameters
    ----------
    yours
        What the answer gave in every example.
    failed
        The number of the first example in which it failed; None if only a law did.
    """
    best: Mistake | None = None
    best_rank: tuple[int, ...] = (0, 0, 0, 0)
    for mistake in exercise.mistakes:
        rank = _rank(exercise, mistake, yours, failed)
        if rank > best_rank:
            best, best_rank = mistake, rank
    return best


def _rank(exercise, mistake: Mistake, yours: list, failed: int | None) -> tuple[int, ...]:
    """Grade of an explanation, cases that tell, that agree, that raise the same type or none."""
    cases, theirs = exercise.examples, exercise.behaviour(mistake)
    if failed is not None and not _alike(yours[failed], theirs[failed], exercise.atol):
        return (0, 0, 0, 0)  # most end here, after one comparison
    tells = [i for i, c in enumerate(cases) if fault_of(exercise, c, theirs[i])]
    if not tells:
        return (0, 0, 0, 0)
    agree = [_alike(a, b, exercise.atol) for a, b in zip(yours, theirs, strict=True)]
    ordinary = [i for i in tells if cases[i].kind != "extreme"]
    values = [i for i in tells if theirs[i].error is None]  # an error alone says little
    grades = (
        all(agree),
        values and all(agree[i] for i in tells),
        set(values) & set(ordinary) and all(agree[i] for i in ordinary),
    )
    grade = next((3 - i for i, reached in enumerate(grades) if reached), 0)
    exact = sum(type(a.error) is type(b.error) for a, b in zip(yours, theirs, strict=True))
    return (grade, len(tells), sum(agree), exact) if grade else (0, 0, 0, 0)


def _alike(a, b, atol: float) -> bool:
    """The same value and the same arguments changed, or the same trouble."""
    if a.error is not None or b.error is not None:
        return _trouble(a.error) == _trouble(b.error)
    outcome = guard.call(compare.same, a.value, b.value, atol)
    return a.changed == b.changed and outcome.value is True


def _trouble(error: BaseException | None) -> object:
    """What an exception is about: NumPy tells of misfitting axes by several types of it."""
    if isinstance(error, AttributeError):
        has_no_such_name = getattr(error, "name", None) is not None
        return AttributeError, has_no_such_name
    if isinstance(error, (ValueError, IndexError)):
        text = guard.safe(error)
        if "unpack" in text:
            return "unpacking"
        if any(word in text for word in _RAGGED):
            return "rows of different lengths"
        if text.startswith("index ") or "only integers" in text:
            return text.split()[0]  # a place that isn't there, or no whole number
        if any(word in text for word in _AXES):
            return "axes"
    return type(error)
