"""The stages of a check, in order, each with the sentence for its first failure."""

from __future__ import annotations

import contextlib
import copy
import inspect
import sys
import zlib
from dataclasses import dataclass, replace

import numpy as np

from course.exercises import compare, diagnose, guard, source
from course.exercises.verdict import Verdict

_FORM = {"returned", "type", "dtype", "shape", "inputs"}


@dataclass(frozen=True)
class Tried:
    """What came of one call: the plain value, the exception, and which arguments it changed."""

    value: object = None
    error: BaseException | None = None
    changed: frozenset = frozenset()
    printed: str = ""
    warned: tuple = ()


def attempt(exercise, answer, arguments, budget=None) -> Tried:
    """Call an answer on copies of the arguments, under guard, and make its value plain."""
    mine = copy.deepcopy(arguments)
    if exercise.probe is None:
        outcome = guard.call(
            lambda: compare.plain(answer(*mine.positional, **mine.keyword)), budget=budget
        )
    else:
        outcome = guard.call(
            lambda: compare.plain(exercise.probe(answer, *mine.positional, **mine.keyword)),
            budget=budget,
        )
    changed = guard.call(lambda: _changed(arguments, mine, _parameters(exercise)))
    return Tried(
        outcome.value,
        outcome.error,
        changed.value or frozenset(),
        outcome.printed,
        outcome.warned,
    )


def _parameters(exercise) -> list[str]:
    try:
        return list(inspect.signature(exercise.reference).parameters)
    except (TypeError, ValueError):
        return []


def _changed(before, after, names: list[str]) -> frozenset:
    """The names of the arguments that are no longer what they were."""
    names = names + [f"argument {i + 1}" for i in range(len(names), len(before.positional))]
    pairs = list(zip(names, before.positional, after.positional, strict=False))
    pairs += [(k, before.keyword[k], after.keyword.get(k)) for k in before.keyword]
    return frozenset(name for name, old, new in pairs if not _equal(old, new))


def _equal(old: object, new: object) -> bool:
    """Equality of arrays and collections; other objects count as equal."""
    if isinstance(old, np.ndarray):
        return old.shape == new.shape and np.array_equal(old, new, equal_nan=old.dtype.kind in "fc")
    if type(old).__module__.split(".")[0] == "torch" and hasattr(old, "detach"):
        return _equal(old.detach().cpu().numpy(), new.detach().cpu().numpy())
    if isinstance(old, (list, tuple)):
        return len(old) == len(new) and all(map(_equal, old, new))
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(_equal(old[k], new[k]) for k in old)
    return old == new if isinstance(old, (set, int, float, str)) else True


@contextlib.contextmanager
def pristine(exercise):
    """Let the reference see its own module as it was, even if a learner patched the course."""
    module = vars(sys.modules[exercise.reference.__module__]) if exercise.home else {}
    now = dict(module)
    module.update(exercise.home)
    try:
        yield
    finally:
        module.update(now)


def drawn(exercise, case, arguments):
    """Fill a case in: its arguments, and what the reference makes of them."""
    from course.exercises.contract import Arguments, Drawn

    if not isinstance(arguments, Arguments):
        arguments = Arguments(arguments if isinstance(arguments, tuple) else (arguments,), {})
    if isinstance(case.expected, type) and issubclass(case.expected, BaseException):
        return Drawn(case.kind, case.says, arguments, case.expected, frozenset())
    with pristine(exercise):
        tried = attempt(exercise, exercise.reference, arguments, guard.Budget(60))
    if tried.error is not None:
        raise ValueError(
            f"exercise {exercise.id}: the reference fails on {case.says}"
        ) from tried.error
    expected = tried.value if case.expected is None else compare.plain(case.expected)
    return Drawn(case.kind, case.says, arguments, expected, tried.changed)


def examine(exercise, answer) -> Verdict:
    """Take an answer through the stages and stop at the first that fails."""
    with pristine(exercise):
        return _unstarted(exercise, answer) or _judged(exercise, answer)


def passes(exercise, answer) -> bool:
    """Whether an answer would be done; quicker than `examine` where it isn't."""
    with pristine(exercise):
        return _unstarted(exercise, answer) is None and _first(exercise, answer)[0] is None


def _unstarted(exercise, answer) -> Verdict | None:
    """Stage 1: a function at all, written, and callable with the arguments."""
    asked = f"ex.{exercise.name}.check({exercise.name})"
    if not callable(answer):
        what = guard.call(lambda: compare.kind_of(compare.plain(answer))).value or "something"
        text = f"you passed {what}. Pass the function itself: {asked}."
        return exercise._verdict("wrong", "attempted", text)
    if guard.call(source.idle, answer).value:
        text = f"Replace the dots, then run this cell again. ex.{exercise.name}.hint() helps."
        return exercise._verdict("not started", "attempted", text)
    if inspect.iscoroutinefunction(answer) or inspect.isasyncgenfunction(answer):
        text = "your function is async. Write `def`, not `async def`."
        return exercise._verdict("wrong", "signature", text)
    text = guard.call(_signature_fault, exercise, answer).value
    return exercise._verdict("wrong", "signature", text) if text else None


def _signature_fault(exercise, answer) -> str:
    """Say how an answer's parameters differ from the reference's, or ""."""
    if exercise.probe is not None:
        return ""
    try:
        yours, ours = inspect.signature(answer), inspect.signature(exercise.reference)
    except (TypeError, ValueError):  # built-in functions have none
        return ""
    both = f"yours is {exercise.name}{_short(yours)}, {exercise.name}{_short(ours)} is wanted."
    if yours.parameters.keys() == ours.parameters.keys():
        needed = [p for p in yours.parameters if p in ours.parameters]
        swapped = needed != list(ours.parameters)
        return f"the parameters stand in another order: {both}" if swapped else ""
    for case in exercise.drawn:
        try:
            yours.bind(*case.arguments.positional, **case.arguments.keyword)
        except TypeError:
            return f"the parameters don't fit: {both}"
    return ""


def _short(signature: inspect.Signature) -> str:
    parameters = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return str(inspect.Signature(parameters))


def _judged(exercise, answer) -> Verdict:
    fault, tried, where, budget = _first(exercise, answer)
    if fault is None:
        return _done(exercise, tried)
    if isinstance(tried.error, KeyboardInterrupt):
        return exercise._verdict("stopped", "returned", "Run the cell again to go on.", case=where)
    if isinstance(tried.error, NotImplementedError) or tried.value is Ellipsis:
        text = f"Replace the dots, then run this cell again. ex.{exercise.name}.hint() helps."
        return exercise._verdict("not started", "attempted", text)
    mistake = None
    if not isinstance(tried.error, guard.TooSlow):
        mistake = diagnose.recognise(exercise, answer, where, budget)
    text = fault.text if mistake is None else _named(fault, mistake, tried)
    return exercise._verdict(
        "wrong",
        fault.stage,
        text,
        case=where,
        mistake=mistake.name if mistake else None,
        got=fault.got,
        expected=fault.expected,
        differs=fault.differs,
        printed=tried.printed,
    )


def _named(fault, mistake, tried) -> str:
    """The misconception's sentence, after what was raised where something was."""
    return f"{fault.text} {_capital(mistake.says)}" if tried.error else mistake.says


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _first(exercise, answer):
    """The first fault: (fault, tried, where, budget), or (None, gaps, "", budget).

    Hand cases, then the form of random cases, then laws, then values and extremes.
    """
    budget, gaps, later = guard.Budget(), [], []
    cases = exercise.drawn
    for number, case in enumerate(cases, 1):
        tried = attempt(exercise, answer, case.arguments, budget)
        if fault := case_fault(exercise, case, tried):
            where = f"case {number} of {len(cases)}{', ' + case.says if case.says else ''}"
            later.append((fault, tried, where, budget))
            if case.kind == "hand" or (case.kind == "random" and fault.stage in _FORM):
                return later[-1]
        else:
            gaps.append(compare.largest_gap(tried.value, case.expected))
    if failed := _lawless(exercise, answer, budget):
        return *failed, budget
    return later[0] if later else (None, gaps, "", budget)


def case_fault(exercise, case, tried) -> compare.Fault | None:
    """The first fault of one case: raised, returned nothing, form, inputs changed, values."""
    if isinstance(case.expected, type):
        if isinstance(tried.error, case.expected):
            return None
        return compare.Fault("returned", f"a {case.expected.__name__} should be raised here.")
    if tried.error is not None:
        return compare.Fault("returned", guard.sentence(tried.error))
    if tried.value is None and case.expected is not None:
        return compare.Fault("returned", "your function returned None. Is a `return` missing?")
    names = source.returned_names(exercise.reference)
    fault = compare.first_fault(
        tried.value, case.expected, names, rtol=exercise.rtol, atol=exercise.atol
    )
    changed = sorted(tried.changed - case.changes)
    if changed and (fault is None or fault.stage in ("finite", "value")):
        what = " and ".join(changed)
        text = f"your function changes {what} in place. Work on a copy: whoever calls it still needs {what}."
        return compare.Fault("inputs", text)
    if fault is None:
        return None
    if fault.stage == "finite" and tried.warned:
        fault = replace(fault, text=f"{fault.text} NumPy says: {tried.warned[0]}.")
    return replace(fault, stage=case.kind) if fault.stage == "value" else fault


def _lawless(exercise, answer, budget):
    """The first law that fails: (fault, tried, where), or None."""
    for i, law in enumerate(exercise.laws, 1):
        rng = np.random.default_rng([zlib.crc32(exercise.id.encode()), 1000 + i])
        outcome = guard.call(law.holds, _lawful(exercise, answer), rng, budget=budget)
        where = f"law {i} of {len(exercise.laws)}, {law.says}"
        tried = Tried(None, outcome.error, frozenset(), outcome.printed)
        if outcome.error is not None:
            ours = guard.line_of(outcome.error) is None
            slow = isinstance(outcome.error, (guard.TooSlow, KeyboardInterrupt))
            text = (
                "what your function returns is of another kind than this law reads."
                if ours and not slow
                else guard.sentence(outcome.error)
            )
            return compare.Fault("law", text), tried, where
        holds = guard.call(
            lambda outcome=outcome: (isinstance(outcome.value, str), bool(outcome.value))
        )
        is_text, true = holds.value or (False, False)
        if is_text and true:
            return compare.Fault("law", outcome.value), replace(tried, error=None), where
        if not is_text and not true:
            return compare.Fault("law", "this must hold, and doesn't."), tried, where
    return None


def _lawful(exercise, answer):
    """The answer as a law sees it: arrays out, inputs unharmed."""
    if exercise.probe is not None:
        return answer

    def f(*args, **kwargs):
        mine = copy.deepcopy((args, kwargs))
        return compare.plain(answer(*mine[0], **mine[1]))

    return f


def _done(exercise, gaps) -> Verdict:
    gap = next((g for g in ("1e-12", "1e-9", "1e-6", "1e-4") if max(gaps) <= float(g)), "1e-2")
    laws = len(exercise.laws)
    also = f", {laws} law{'s' if laws > 1 else ''}" if laws else ""
    text = f"{len(gaps)} of {len(gaps)} cases{also}. Yours and the course's agree to {gap}."
    return exercise._verdict("done", "done", text)
