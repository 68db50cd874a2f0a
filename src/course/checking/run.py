"""Run an answer on one example: what came of it, and the first thing wrong with that."""

from __future__ import annotations

import contextlib
import copy
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, wraps
from typing import Any

import numpy as np

from course.checking import compare, guard, limits, trouble
from course.checking.cases import Arguments, Case, Example
from course.checking.names import Names, returned_names
from course.checking.plain import detached, has_odd, is_tensor, numbers, plain
from course.words import say


@dataclass(frozen=True)
class Result:
    """What came of one call: the plain value, the exception, and which arguments it changed."""

    value: object = None
    error: BaseException | None = None
    changed: frozenset = frozenset()
    printed: str = ""
    warned: tuple = ()


def run(exercise, answer, arguments: Arguments, budget: limits.Budget | None = None) -> Result:
    """Call an answer on copies of the arguments, under guard, and make its value plain."""
    mine, outcome = _outcome(exercise, answer, arguments, budget)
    if exercise.probe is not None and isinstance(outcome.error, Exception):
        if "requires grad" in guard.safe(outcome.error):
            mine, outcome = _outcome(exercise, detaching(answer), arguments, budget)
        if outcome.error is not None and trouble.line_of(outcome.error) is None:
            error = _unusable(exercise, answer, arguments, outcome.error)
            outcome = replace(outcome, error=error)
    changed = guard.call(_changed, arguments, mine, parameters(exercise.reference))
    return Result(
        outcome.value, outcome.error, changed.value or frozenset(), outcome.printed, outcome.warned
    )


def _outcome(exercise, answer, arguments: Arguments, budget) -> tuple[Arguments, guard.Outcome]:
    """The arguments after the call, and what it did."""
    mine = copy.deepcopy(arguments)
    use = answer if exercise.probe is None else exercise.probe
    first = () if exercise.probe is None else (answer,)

    def call():
        value = use(*first, *mine.positional, **mine.keyword)
        try:
            return plain(value)
        except Exception as error:
            raise guard.Unreadable(f"{type(error).__name__}, {guard.safe(error)}") from None

    return mine, guard.call(call, budget=budget)


def detaching(answer):
    """An answer whose tensors no longer keep track of their gradients, which a probe may need."""
    if inspect.isclass(answer):
        return answer

    @wraps(answer, updated=())
    def without(*args, **kwargs):
        return detached(answer(*args, **kwargs))

    return without


def _unusable(exercise, answer, arguments: Arguments, error: Exception) -> Exception:
    """The error of a probe, told as such if every call of the learner's function succeeded."""
    if not inspect.isfunction(answer):
        return error
    calls, returned = [], []

    @wraps(answer, updated=())  # so that `draws.many` calls it one by one
    def seen(*args, **kwargs):
        calls.append(args)
        returned.append(answer(*args, **kwargs))
        return returned[-1]

    mine = copy.deepcopy(arguments)
    guard.call(lambda: exercise.probe(seen, *mine.positional, **mine.keyword))
    if not calls or len(calls) != len(returned):
        return error
    if returned[-1] is None:
        return guard.Empty()
    kind = guard.safe(type(returned[-1]).__name__, 40)
    error_kind, words = type(error).__name__, guard.safe(error).rstrip(".")
    told = say("type {kind}, {error}, {words}", kind=kind, error=error_kind, words=words)
    return guard.Unusable(told)


@cache
def parameters(reference) -> tuple[str, ...]:
    """The names of a function's parameters, () where they can't be read."""
    with contextlib.suppress(TypeError, ValueError):
        return tuple(inspect.signature(reference).parameters)
    return ()


def _changed(before: Arguments, after: Arguments, names: tuple) -> frozenset:
    """The names of the arguments that are no longer what they were."""
    names += tuple(say("argument {n}", n=i + 1) for i in range(len(names), len(before.positional)))
    pairs = list(zip(names, before.positional, after.positional, strict=False))
    pairs += [(k, before.keyword[k], after.keyword.get(k)) for k in before.keyword]
    return frozenset(name for name, old, new in pairs if not _equal(old, new))


def _equal(old: Any, new: Any) -> bool:
    """Equality of arrays and collections; other objects count as equal."""
    if isinstance(old, np.ndarray):
        return old.shape == new.shape and np.array_equal(old, new, equal_nan=old.dtype.kind in "fc")
    if is_tensor(old):
        return _equal(numbers(old), numbers(new))
    if isinstance(old, (list, tuple)):
        return len(old) == len(new) and all(map(_equal, old, new))
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(_equal(old[k], new[k]) for k in old)
    return old == new if isinstance(old, (set, int, float, str)) else True


@contextlib.contextmanager
def pristine(exercise) -> Iterator[None]:
    """Let the reference see its own module as it was, even if a learner patched the course."""
    names = vars(sys.modules[exercise.reference.__module__]) if exercise.home else {}
    now = dict(names)
    names.update(exercise.home)
    try:
        yield
    finally:
        names.update(now)


def example(exercise, case: Case, arguments: Arguments) -> Example:
    """Fill a case in: its arguments, and what the reference makes of them.

    Raises
    ------
    ValueError
        If the reference fails, or gives something that can't be compared.
    """
    if isinstance(case.expected, type) and issubclass(case.expected, BaseException):
        return Example(case.kind, case.says, arguments, case.expected, frozenset())
    with pristine(exercise):
        result = run(exercise, exercise.reference, arguments, limits.Budget(60))
    name = f"exercise {exercise.key}, case {case.says!r}"
    if result.error is not None:
        raise ValueError(f"{name}: the reference fails, {result.error!r}") from result.error
    expected = result.value if case.expected is None else plain(case.expected)
    if expected is None or has_odd(expected):
        raise ValueError(f"{name}: {expected} can't be compared; give the exercise a probe")
    return Example(case.kind, case.says, arguments, expected, result.changed)


def fault_of(exercise, case: Example, result: Result) -> compare.Fault | None:
    """The first fault in one example: raised, returned nothing, form, inputs changed, values."""
    if isinstance(case.expected, type):
        if isinstance(result.error, case.expected):
            return None
        text = say("Your function should raise {kind} here.", kind=case.expected.__name__)
        return compare.Fault("returned", text)
    if result.error is not None:
        return compare.Fault("returned", trouble.told(result.error))
    if result.value is None:
        return compare.Fault("returned", trouble.told(guard.Empty()))
    names = returned_names(exercise.reference) if exercise.probe is None else Names(words=True)
    fault = compare.first_fault(
        result.value, case.expected, names, rtol=exercise.rtol, atol=exercise.atol
    )
    if fault is None or fault.stage in ("finite", "value"):
        fault = _inputs_fault(result.changed - case.changes) or fault
    if fault is None:
        return None
    if fault.stage == "finite" and result.warned:
        said = say("NumPy says: {warning}.", warning=result.warned[0].rstrip("."))
        return replace(fault, text=f"{fault.text} {said}")
    return replace(fault, stage=case.kind) if fault.stage == "value" else fault


def _inputs_fault(changed: frozenset) -> compare.Fault | None:
    if not changed:
        return None
    text = say(
        "Your function changes {names} in place. Work on a copy: the caller still needs {names}.",
        names=", ".join(sorted(changed)),
    )
    return compare.Fault("inputs", text)
