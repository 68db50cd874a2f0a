"""The stages of a check, in order; it stops at the first that fails."""

from __future__ import annotations

from dataclasses import dataclass, field

from course.checking import (
    compare,
    diagnose,
    guard,
    habits,
    laws,
    limits,
    scale,
    signature,
    state,
    trouble,
)
from course.checking.run import Result, fault_of, pristine, run
from course.checking.verdict import Verdict
from course.words import say, say_n

_FORM = {"returned", "type", "dtype", "shape", "inputs"}
_LAST = (limits.TooSlow, KeyboardInterrupt)  # after these nothing more is tried


@dataclass(frozen=True)
class Finding:
    """A fault, the result that showed it, and where: in words, and the number of an example."""

    fault: compare.Fault
    result: Result
    where: str
    number: int | None = None


@dataclass
class Examination:
    """A run through examples and laws: what came, what was wrong, how near the rest, time left."""

    results: list[Result] = field(default_factory=list)
    finding: Finding | None = None
    later: Finding | None = None  # the first example that fails after a law that does
    gaps: list[float] = field(default_factory=list)
    budget: limits.Budget = field(default_factory=limits.Budget)


def examine(exercise, answer) -> Verdict:
    """Take an answer through the stages."""
    with pristine(exercise), state.undisturbed():
        return _unstarted(exercise, answer) or _judged(exercise, answer)


def passes(exercise, answer) -> bool:
    """Whether `examine` would say done; quicker where it would not."""
    with pristine(exercise), state.undisturbed():
        return _unstarted(exercise, answer) is None and _tried(exercise, answer).finding is None


def _unstarted(exercise, answer) -> Verdict | None:
    """Stage 1: a function at all, written, and callable with the arguments."""
    looked = guard.call(signature.look, exercise, answer)
    what, stage, text = looked.value or ("wrong", "attempted", trouble.told(looked.error))
    return Verdict(exercise.name, what, stage, "", text) if what else None


def _tried(exercise, answer) -> Examination:
    """Try hand cases, the form of random cases, laws, values and extremes, defaults: so ordered."""
    trial = Examination()
    for number, example in enumerate(exercise.examples):
        result = run(exercise, answer, example.arguments, trial.budget)
        trial.results.append(result)
        if fault := fault_of(exercise, example, result):
            found = Finding(fault, result, _where(exercise, number), number)
            trial.later = trial.later or found
            formless = example.kind == "random" and fault.stage in _FORM
            if example.kind == "hand" or formless or isinstance(result.error, _LAST):
                trial.finding = found
                return trial
        else:
            trial.gaps.append(compare.largest_gap(result.value, example.expected))
    trial.finding = _lawless(exercise, answer, trial) or trial.later
    trial.finding = trial.finding or _defaults(exercise, answer)
    return trial


def _where(exercise, number: int) -> str:
    n, every, example = number + 1, len(exercise.examples), exercise.examples[number]
    if example.says:
        return say("case {n} of {all}, {says}", n=n, all=every, says=say(example.says))
    return say("case {n} of {all}", n=n, all=every)


def _lawless(exercise, answer, trial: Examination) -> Finding | None:
    """The first law that fails."""
    broken = laws.broken(exercise, answer, trial.budget, loosely=trial.later is None)
    if broken is None:
        return None
    text, outcome, where = broken
    result = Result(None, outcome.error, printed=outcome.printed)
    return Finding(compare.Fault("law", text), result, where)


def _defaults(exercise, answer) -> Finding | None:
    """A default that was changed, in an answer that has nothing else wrong with it."""
    text = guard.call(signature.changed_default, exercise, answer).value
    return Finding(compare.Fault("signature", text), Result(), "") if text else None


def _judged(exercise, answer) -> Verdict:
    """Stages 2 to 6, and the misconception if one is recognised."""
    trial = _tried(exercise, answer)
    finding = trial.finding
    if finding is None:
        return _passed(exercise, answer, trial)
    error = finding.result.error
    if isinstance(error, KeyboardInterrupt):
        return stopped(exercise)
    if isinstance(error, NotImplementedError) or finding.result.value is Ellipsis:
        return _not_started(exercise, signature.begin(exercise))
    yours = diagnose.results(exercise, answer, trial.budget, trial.results)
    failed = (trial.later or finding).number
    mistake = diagnose.recognise(exercise, yours, failed) if yours else None
    scaled = None if mistake or not yours else _scale(exercise, yours, trial)
    if finding.number is None and trial.later and (mistake or scaled is not None):
        finding = trial.later  # its numbers show what the law says
    return _wrong(exercise, answer, finding, mistake, scaled or "")


def _scale(exercise, yours: list, trial: Examination) -> str | None:
    """What is to be said of a factor; None if no factor is what is wrong."""
    found = trial.later or trial.finding
    if found is None or found.fault.factor is None:
        return None
    said = scale.told(exercise, yours, found.fault)
    return said if said or found.fault.got.size > 1 else None


def _wrong(exercise, answer, finding: Finding, mistake, scaled: str) -> Verdict:
    fault, error = finding.fault, finding.result.error
    text = fault.text
    if mistake:
        text = f"{text} {say(mistake.says)}" if error else say(mistake.says)
    elif error is None or isinstance(error, NameError):
        habit = habits.told(exercise, answer, finding.result, finding.number)
        unread = signature.unread(exercise, answer)
        text = " ".join(filter(None, (text, scaled, habit, unread)))
    return Verdict(
        exercise.name,
        "wrong",
        fault.stage,
        finding.where,
        text,
        mistake.name if mistake else None,
        fault.got,
        fault.expected,
        fault.differs,
        finding.result.printed,
    )


def stopped(exercise) -> Verdict:
    """The verdict where the learner interrupted the kernel."""
    return Verdict(exercise.name, "stopped", "attempted", "", say("Run the cell again to go on."))


def _not_started(exercise, text: str) -> Verdict:
    return Verdict(exercise.name, "not started", "attempted", "", text)


def _passed(exercise, answer, trial: Examination) -> Verdict:
    """Done, if the answer is the learner's own."""
    if text := signature.borrowed(exercise, answer):
        return _not_started(exercise, text)
    n, laws_kept = len(exercise.examples), len(exercise.every_law)
    counted = say("{n} of {n} cases.", n=n)
    if laws_kept:
        counted = say_n(
            "{cases} of {cases} cases, {n} law.",
            "{cases} of {cases} cases, {n} laws.",
            laws_kept,
            cases=n,
        )
    return Verdict(exercise.name, "done", "done", "", f"{counted} {_agreement(max(trial.gaps))}")


def _agreement(gap: float) -> str:
    """How near the two came, and never nearer than was measured."""
    for known in ("1e-12", "1e-9", "1e-6"):
        if gap <= float(known):
            return say("Yours and the course's agree to {gap}.", gap=known)
    percent = 100 * gap
    digits = next(d for d in range(6) if percent >= 10.0**-d or d == 5)
    up = -(-percent * 10**digits // 1) / 10**digits  # rounded up to one digit
    return say("Yours and the course's agree to within {percent:g} %.", percent=up)
