"""One call of an answer on one case: what came of it, and the first thing wrong with that."""

from __future__ import annotations

import contextlib
import copy
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, wraps

import numpy as np

from course.checking import compare, guard, source
from course.checking.cases import Arguments, Case, Drawn
from course.checking.plain import has_odd, is_tensor, numbers, plain


@dataclass(frozen=True)
class Tried:
    """What came of one call: the plain value, the exception, and which arguments it changed."""

    value: object = None
    error: BaseException | None = None
    changed: frozenset = frozenset()
    printed: str = ""
    warned: tuple = ()


def attempt(exercise, answer, arguments: Arguments, budget: guard.Budget | None = None) -> Tried:
    """Call an answer on copies of the arguments, under guard, and make its value plain."""
    mine = copy.deepcopy(arguments)
    use = answer if exercise.probe is None else exercise.probe
    first = () if exercise.probe is None else (answer,)

    def run():
        value = use(*first, *mine.positional, **mine.keyword)
        try:
            return plain(value)
        except Exception as error:
            raise guard.Unreadable(f"{type(error).__name__}, {guard.safe(error)}") from None

    outcome = guard.call(run, budget=budget)
    if first and isinstance(outcome.error, Exception) and guard.line_of(outcome.error) is None:
        outcome = replace(outcome, error=_unusable(exercise, answer, arguments, outcome.error))
    changed = guard.call(_changed, arguments, mine, _parameters(exercise.reference))
    return Tried(
        outcome.value, outcome.error, changed.value or frozenset(), outcome.printed, outcome.warned
    )


def _unusable(exercise, answer, arguments: Arguments, error: Exception) -> Exception:
    """The error of a probe, told as such if every call of the learner's function succeeded."""
    if not inspect.isfunction(answer):
        return error
    calls, returned = [], []

    @wraps(answer)
    def seen(*args, **kwargs):
        calls.append(args)
        returned.append(answer(*args, **kwargs))
        return returned[-1]

    mine = copy.deepcopy(arguments)
    guard.call(lambda: exercise.probe(seen, *mine.positional, **mine.keyword))
    if not calls or len(calls) != len(returned):
        return error
    kind = guard.safe(type(returned[-1]).__name__, 40)
    return guard.Unusable(f"type {kind}, {type(error).__name__}, {guard.safe(error).rstrip('.')}")


@cache
def _parameters(reference) -> tuple[str, ...]:
    with contextlib.suppress(TypeError, ValueError):
        return tuple(inspect.signature(reference).parameters)
    return ()


def _changed(before: Arguments, after: Arguments, names: tuple) -> frozenset:
    """The names of the arguments that are no longer what they were."""
    names += tuple(f"argument {i + 1}" for i in range(len(names), len(before.positional)))
    pairs = list(zip(names, before.positional, after.positional, strict=False))
    pairs += [(k, before.keyword[k], after.keyword.get(k)) for k in before.keyword]
    return frozenset(name for name, old, new in pairs if not _equal(old, new))


def _equal(old: object, new: object) -> bool:
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


def drawn(exercise, case: Case, arguments) -> Drawn:
    """Fill a case in: its arguments, and what the reference makes of them.

    Raises
    ------
    ValueError
        If the reference fails, or gives something that can't be compared.
    """
    if not isinstance(arguments, Arguments):
        arguments = Arguments(arguments if isinstance(arguments, tuple) else (arguments,), {})
    if isinstance(case.expected, type) and issubclass(case.expected, BaseException):
        return Drawn(case.kind, case.says, arguments, case.expected, frozenset())
    with pristine(exercise):
        tried = attempt(exercise, exercise.reference, arguments, guard.Budget(60))
    name = f"exercise {exercise.key}, case {case.says!r}"
    if tried.error is not None:
        raise ValueError(f"{name}: the reference fails, {tried.error!r}") from tried.error
    expected = tried.value if case.expected is None else plain(case.expected)
    if expected is None or has_odd(expected):
        raise ValueError(f"{name}: {expected} can't be compared; give the exercise a probe")
    return Drawn(case.kind, case.says, arguments, expected, tried.changed)


def case_fault(exercise, case: Drawn, tried: Tried) -> compare.Fault | None:
    """The first fault of one case: raised, returned nothing, form, inputs changed, values."""
    if isinstance(case.expected, type):
        if isinstance(tried.error, case.expected):
            return None
        name = case.expected.__name__
        return compare.Fault("returned", f"your function should raise {name} here.")
    if tried.error is not None:
        return compare.Fault("returned", guard.sentence(tried.error))
    if tried.value is None:
        return compare.Fault("returned", "your function returned None. Is a `return` missing?")
    names = source.returned_names(exercise.reference)
    names = names if exercise.probe is None else source.Names(words=True)
    fault = compare.first_fault(
        tried.value, case.expected, names, rtol=exercise.rtol, atol=exercise.atol
    )
    if fault is None or fault.stage in ("finite", "value"):
        fault = _inputs_fault(tried.changed - case.changes) or fault
    if fault is None:
        return None
    if fault.stage == "finite" and tried.warned:
        return replace(fault, text=f"{fault.text} NumPy says: {tried.warned[0]}.")
    if fault.stage == "value":
        return replace(fault, stage=case.kind, text=fault.text + _size_of(fault.factor, case))
    return fault


def _inputs_fault(changed: frozenset) -> compare.Fault | None:
    if not changed:
        return None
    what = " and ".join(sorted(changed))
    text = f"your function changes {what} in place. Work on a copy: the caller still needs {what}."
    return compare.Fault("inputs", text)


def _size_of(factor: float | None, case: Drawn) -> str:
    """Name the axis whose length is the factor by which a result is too large or too small."""
    arrays = [a for a in case.arguments.positional if isinstance(a, np.ndarray)]
    for length in sorted({n for a in arrays for n in a.shape if n > 1}):
        for value, words in ((length, f"{length}"), (1 / length, f"1/{length}")):
            if factor is not None and np.isclose(factor, value):
                shapes = " and ".join(str(a.shape) for a in arrays if length in a.shape)
                return f" That is {words}, with {length} the length of an axis in {shapes}."
    return ""
