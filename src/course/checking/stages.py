"""The stages of a check, in order; it stops at the first that fails."""

from __future__ import annotations

import copy
import inspect
import zlib
from dataclasses import dataclass, field, replace

import numpy as np

from course.checking import compare, diagnose, guard, source, state
from course.checking.attempt import Tried, attempt, case_fault, pristine
from course.checking.plain import kind_of, plain, shown, stacked
from course.checking.verdict import Verdict
from course.words import say

_FORM = {"returned", "type", "dtype", "shape", "inputs"}
_LAST = (guard.TooSlow, KeyboardInterrupt)  # after these nothing more is tried


@dataclass(frozen=True)
class Found:
    """A fault, the call that showed it, and where: in words, and the number if it is a case."""

    fault: compare.Fault
    tried: Tried
    where: str
    number: int | None = None


@dataclass
class Trial:
    """A run through cases and laws: what was found, how near the rest came, the time left."""

    found: Found | None = None
    later: Found | None = None  # the first case that fails after a law that does
    gaps: list[float] = field(default_factory=list)
    budget: guard.Budget = field(default_factory=guard.Budget)


def examine(exercise, answer) -> Verdict:
    """Take an answer through the stages."""
    with pristine(exercise), state.undisturbed():
        return _unstarted(exercise, answer) or _judged(exercise, answer)


def passes(exercise, answer) -> bool:
    """Whether `examine` would say done; quicker where it would not."""
    with pristine(exercise), state.undisturbed():
        return _unstarted(exercise, answer) is None and _trial(exercise, answer).found is None


def _unstarted(exercise, answer) -> Verdict | None:
    """Stage 1: a function at all, written, and callable with the arguments."""
    looked = guard.call(_look, exercise, answer)
    what, stage, text = looked.value or ("wrong", "attempted", guard.sentence(looked.error))
    return Verdict(exercise.name, what, stage, "", text) if what else None


def _look(exercise, answer) -> tuple[str, str, str]:
    """(state, stage, sentence) of an answer that needn't be called, or ("", "", "")."""
    if not callable(answer):
        text = f"you passed {kind_of(plain(answer))}. Pass the function itself: {_asked(exercise)}."
        return "wrong", "attempted", text
    if source.idle(answer):
        return "not started", "attempted", _begin(exercise)
    if inspect.iscoroutinefunction(answer) or inspect.isasyncgenfunction(answer):
        return "wrong", "signature", "your function is async. Write `def`, not `async def`."
    text = _signature_fault(exercise, answer)
    return ("wrong", "signature", text) if text else ("", "", "")


def _asked(exercise) -> str:
    return f"ex.{exercise.name}.check({exercise.name})"


def _begin(exercise) -> str:
    return (
        f"Difficulty {exercise.difficulty} of 5, about {exercise.minutes} minutes. "
        f"Replace the dots, then run this cell again. ex.{exercise.name}.hint() helps."
    )


def _signature_fault(exercise, answer) -> str:
    """Say how an answer's parameters differ from the reference's, or ""."""
    if exercise.probe is not None:
        return ""
    try:
        yours, ours = inspect.signature(answer), inspect.signature(exercise.reference)
    except (TypeError, ValueError):  # built-in functions have none
        return ""
    name = exercise.name
    both = f"yours is {name}{short(yours)}, {name}{short(ours)} is wanted."
    mine, wanted = list(yours.parameters), list(ours.parameters)
    if sorted(mine) == sorted(wanted) and mine != wanted:
        return f"the parameters stand in another order: {both}"
    for case in exercise.drawn:
        try:
            yours.bind(*case.arguments.positional, **case.arguments.keyword)
        except TypeError:
            return f"the parameters don't fit: {both}"
    return ""


def short(signature: inspect.Signature) -> str:
    """A signature without annotations."""
    parameters = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return str(inspect.Signature(parameters))


def _trial(exercise, answer) -> Trial:
    """Try hand cases, the form of random cases, laws, then values and extremes, in this order."""
    trial = Trial()
    for number, case in enumerate(exercise.drawn):
        tried = attempt(exercise, answer, case.arguments, trial.budget)
        if fault := case_fault(exercise, case, tried):
            where = f"case {number + 1} of {len(exercise.drawn)}, {case.says}".removesuffix(", ")
            trial.later = trial.later or Found(fault, tried, where, number)
            formless = case.kind == "random" and fault.stage in _FORM
            if case.kind == "hand" or formless or isinstance(tried.error, _LAST):
                trial.found = Found(fault, tried, where, number)
                return trial
        else:
            trial.gaps.append(compare.largest_gap(tried.value, case.expected))
    trial.found = _lawless(exercise, answer, trial) or trial.later
    return trial


def _lawless(exercise, answer, trial: Trial) -> Found | None:
    """The first law that fails."""
    for i, law in enumerate(exercise.laws, 1):
        rng = np.random.default_rng([zlib.crc32(exercise.key.encode()), 1000 + i])
        seen = _Seen(exercise, answer)
        outcome = guard.call(lambda law=law, f=seen, r=rng: _held(law, f, r), budget=trial.budget)
        text = outcome.value
        if outcome.error is not None:
            text = seen.sentence(outcome.error)
        if text and not (seen.is_loose and trial.later is None and outcome.error is None):
            tried = Tried(None, outcome.error, printed=outcome.printed)
            return Found(compare.Fault("law", text), tried, f"law {i} of {len(exercise.laws)}")
    return None


def _held(law, f, rng) -> str:
    """Give the sentence of a law's failure, empty where it holds."""
    holds = law.holds(f if f.exercise.probe is None else f.answer, rng)
    broken = f"this should hold, and does not: {law.says.rstrip('.')}.{f.told()}"
    return holds if isinstance(holds, str) else ("" if bool(holds) else broken)


def _named(reference, args: tuple, kwargs: dict) -> str:
    """'A of shape (3, 3), steps = 5': what a law called with."""
    try:
        given = inspect.signature(reference).bind(*args, **kwargs).arguments
    except (TypeError, ValueError):
        given = {f"argument {i}": value for i, value in enumerate(args, 1)} | kwargs
    return "".join(f"{name} {_given(plain(value))}, " for name, value in given.items()).rstrip(" ")


def _given(value: object) -> str:
    text = shown(value)
    return text.replace("an array ", "") if text.startswith("an array") else f"= {text}"


class _Seen:
    """The answer as a law sees it: arrays out, inputs unharmed; it remembers what was seen."""

    def __init__(self, exercise, answer):
        self.exercise, self.answer = exercise, answer
        self.error, self.is_loose, self.calls = None, False, []

    def __call__(self, *args, **kwargs):
        self.calls.append(_named(self.exercise.reference, args, kwargs))
        args, kwargs = copy.deepcopy((args, kwargs))
        try:
            value = plain(self.answer(*args, **kwargs))
            if isinstance(value, tuple) and isinstance(self.exercise.drawn[0].expected, np.ndarray):
                value = stacked(list(value))
        except BaseException as error:
            self.error = error
            raise
        leaves = value if isinstance(value, tuple) else (value,)
        real = [v.dtype for v in leaves if isinstance(v, np.ndarray) and v.dtype.kind == "f"]
        self.is_loose |= any(dtype.itemsize in compare.LOOSE for dtype in real)
        self.calls[-1] += f" your function returned {shown(value)}"
        return value

    def told(self) -> str:
        """The last call in a sentence, "" where there was none."""
        return f" With {self.calls[-1]}." if self.calls else ""

    def sentence(self, error: BaseException) -> str:
        """Tell an exception; one of the law's own means that the result is of another kind."""
        probed = self.exercise.probe is not None and guard.line_of(error) is not None
        if error is self.error or probed or isinstance(error, _LAST):
            return guard.sentence(error)
        return "your function returned something of another kind than this law reads."


def _judged(exercise, answer) -> Verdict:
    """Stages 2 to 6, and the misconception if one is recognised."""
    trial = _trial(exercise, answer)
    if trial.found is None:
        return _done(exercise, trial)
    error = trial.found.tried.error
    if isinstance(error, KeyboardInterrupt):
        return stopped(exercise)
    if isinstance(error, NotImplementedError) or trial.found.tried.value is Ellipsis:
        return Verdict(exercise.name, "not started", "attempted", "", _begin(exercise))
    mistake = diagnose.recognise(exercise, answer, trial)
    found = trial.found
    if mistake and found.number is None and trial.later:
        found = trial.later  # its numbers show what the law says
    if mistake is None and (error is None or isinstance(error, NameError)):
        text = f"{found.fault.text} {_unread(exercise, answer)}".rstrip()
        found = replace(found, fault=replace(found.fault, text=text))
    return _wrong(exercise, found, mistake)


def _unread(exercise, answer) -> str:
    """Name an argument that the reference reads and the answer doesn't, or ""."""
    unread, data = guard.call(source.unused, answer).value or ((), ())
    fine = source.unused(exercise.reference)[0]
    wanted = inspect.signature(answer).parameters if unread else {}
    names = [n for n in unread if n not in fine and wanted[n].default is inspect.Parameter.empty]
    if not names:
        return ""
    instead = f"; it reads the notebook's {' and '.join(data)} instead" if data else ""
    plural = "s" if len(names) > 1 else ""
    return f"Your function never uses its argument{plural} {' and '.join(names)}{instead}."


def _wrong(exercise, found: Found, mistake) -> Verdict:
    fault, text = found.fault, found.fault.text
    if mistake:
        text = f"{text} {say(mistake.says)}" if found.tried.error else say(mistake.says)
    return Verdict(
        exercise.name,
        "wrong",
        fault.stage,
        found.where,
        text,
        mistake.name if mistake else None,
        fault.got,
        fault.expected,
        fault.differs,
        found.tried.printed,
    )


def stopped(exercise) -> Verdict:
    """The verdict where the learner interrupted the kernel."""
    return Verdict(exercise.name, "stopped", "attempted", "", "Run the cell again to go on.")


def _done(exercise, trial: Trial) -> Verdict:
    gap = next((g for g in ("1e-12", "1e-9", "1e-6") if max(trial.gaps) <= float(g)), "1e-3")
    n, laws = len(trial.gaps), len(exercise.laws)
    also = f", {laws} law{'s' if laws > 1 else ''}" if laws else ""
    text = f"{n} of {n} cases{also}. Yours and the course's agree to {gap}."
    return Verdict(exercise.name, "done", "done", "", text)
