"""An answer before it is called: a function at all, begun, callable as asked, and its own work."""

from __future__ import annotations

import copy
import functools
import inspect
import sys

import numpy as np

from course.checking import compare, guard, limits, run, source, trouble
from course.checking.plain import kind_of, plain
from course.checking.state import PARTS
from course.words import say, say_n

_OWN = (*(f"course.{part}." for part in PARTS), "course.checking.")
_LONG_ENOUGH = 0.3  # seconds for looking whose function runs
_EMPTY = inspect.Parameter.empty


def look(exercise, answer) -> tuple[str, str, str]:
    """(state, stage, sentence) of an answer that needn't be called, or ("", "", "")."""
    if not callable(answer):
        text = say(
            "You passed {kind}. Pass the function itself: ex.{name}.check({name}).",
            kind=kind_of(plain(answer)),
            name=exercise.name,
        )
        return "wrong", "attempted", text
    if source.idle(answer):
        return "not started", "attempted", begin(exercise)
    if inspect.iscoroutinefunction(answer) or inspect.isasyncgenfunction(answer):
        text = say("Your function is async. Write `def`, not `async def`.")
        return "wrong", "signature", text
    text = _misfit(exercise, answer)
    return ("wrong", "signature", text) if text else ("", "", "")


def begin(exercise) -> str:
    """What is said of an exercise that is not started."""
    return say(
        "Difficulty {difficulty} of 5, about {minutes} minutes. Replace the dots, run their cell, "
        "then run this one again. ex.{name}.hint() helps.",
        difficulty=exercise.difficulty,
        minutes=exercise.minutes,
        name=exercise.name,
    )


def _misfit(exercise, answer) -> str:
    """Say how an answer's parameters differ from the reference's, or ""."""
    if exercise.probe is not None:
        return ""
    try:
        yours, ours = inspect.signature(answer), inspect.signature(exercise.reference)
    except (TypeError, ValueError):  # built-in functions have none
        return ""
    name, fields = exercise.name, {"yours": short(yours), "ours": short(ours)}
    mine, wanted = list(yours.parameters), list(ours.parameters)
    if sorted(mine) == sorted(wanted) and mine != wanted:
        return say(
            "The parameters stand in another order: yours is {name}{yours}, {name}{ours} is "
            "wanted.",
            name=name,
            **fields,
        )
    for example in exercise.examples:
        try:
            yours.bind(*example.arguments.positional, **example.arguments.keyword)
        except TypeError:
            return say(
                "The parameters don't fit: yours is {name}{yours}, {name}{ours} is wanted.",
                name=name,
                **fields,
            )
    return ""


def short(signature: inspect.Signature) -> str:
    """A signature without annotations."""
    parameters = [p.replace(annotation=_EMPTY) for p in signature.parameters.values()]
    return str(inspect.Signature(parameters))


# ---- defaults ---------------------------------------------------------------------------------


def changed_default(exercise, answer) -> str:
    """Name a default that the answer dropped or changed, or "".

    A default of None may stand for another that the function fills in; then it is called.
    """
    try:
        yours = inspect.signature(answer).parameters
        ours = inspect.signature(exercise.reference).parameters
    except (TypeError, ValueError):
        return ""
    for i, (name, wanted) in enumerate(ours.items()):
        mine = _same_place(name, i, wanted, yours)
        if wanted.default is _EMPTY or mine is None or _equal(mine.default, wanted.default):
            continue
        if mine.default is None and _fills_in(exercise, answer, name):
            continue
        fields = {"name": mine.name, "wanted": wanted.default}
        if mine.default is _EMPTY:
            return say(
                "Your argument `{name}` has no default; asked for is {name}={wanted!r}. A call "
                "that leaves it out fails.",
                **fields,
            )
        return say(
            "Your argument `{name}` has the default {mine!r}; asked for is {wanted!r}. A call that "
            "leaves it out gives something else.",
            mine=mine.default,
            **fields,
        )
    return ""


def _same_place(name: str, place: int, wanted, yours) -> inspect.Parameter | None:
    """The answer's parameter of this name, or at this place if it may be given by place."""
    if name in yours or wanted.kind is wanted.KEYWORD_ONLY:
        return yours.get(name)
    at = list(yours.values())[place : place + 1]
    return at[0] if at and at[0].kind in (wanted.POSITIONAL_ONLY, wanted.kind) else None


def _equal(a: object, b: object) -> bool:
    """Equality of defaults, of any kind, without an exception."""
    if a is b:
        return True
    outcome = guard.call(lambda: bool(np.all(a == b)) and (a is _EMPTY) == (b is _EMPTY))
    return outcome.value is True


def _fills_in(exercise, answer, name: str) -> bool:
    """Whether an answer called without an argument does as the reference does without it."""
    place = list(inspect.signature(exercise.reference).parameters).index(name)
    for example in exercise.examples:
        positional, keyword = example.arguments
        if len(positional) > place + 1:
            continue
        rest = {k: v for k, v in keyword.items() if k != name}
        without = example.arguments._replace(positional=positional[:place], keyword=rest)
        right = run.run(exercise, exercise.reference, without)
        if right.error is not None:
            continue
        got = run.run(exercise, answer, without)
        return got.error is None and compare.same(got.value, right.value)
    return False


# ---- whose work it is -------------------------------------------------------------------------


def unread(exercise, answer) -> str:
    """Name an argument that the reference reads and the answer doesn't, or ""."""
    ignored, data = guard.call(source.unused, answer).value or ((), ())
    fine = source.unused(exercise.reference)[0]
    wanted = inspect.signature(answer).parameters if ignored else {}
    names = [n for n in ignored if n not in fine and wanted[n].default is _EMPTY]
    if not names:
        return ""
    if data:
        return say_n(
            "Your function never uses its argument {names}; it reads the notebook's {data} "
            "instead.",
            "Your function never uses its arguments {names}; it reads the notebook's {data} "
            "instead.",
            len(names),
            names=", ".join(names),
            data=", ".join(data),
        )
    return say_n(
        "Your function never uses its argument {names}.",
        "Your function never uses its arguments {names}.",
        len(names),
        names=", ".join(names),
    )


def borrowed(exercise, answer) -> str:
    """Say that an answer leaves the work to the course's own function, or "".

    Where it runs in another process, there is none that it could leave the work to.
    """
    if source.elsewhere(answer):
        return ""
    if not (_is_ours(answer, exercise.reference) or _calls_ours(exercise, answer)):
        return ""
    return say("That is the course's {name}; write yours.", name=exercise.name)


def _is_ours(answer, reference) -> bool:
    while isinstance(answer, functools.partial):
        answer = answer.func
    if inspect.isclass(answer) and inspect.isclass(reference):
        return issubclass(answer, reference)
    return answer is reference


def _calls_ours(exercise, answer) -> bool:
    """Whether the reference runs on behalf of the answer and of no other function of the course.

    By its code, so that no alias hides it; looked for in one more run through the examples.
    """
    codes, calls = source.codes(exercise.reference), []

    def look(frame, event, argument):
        if event == "call" and frame.f_code in codes and _for_a_learner(frame.f_back):
            calls.append(frame)

    def watched(use, positional, keyword):
        before = sys.getprofile()
        sys.setprofile(look)
        try:
            use(*positional, **keyword)
        finally:
            sys.setprofile(before)

    use = answer if exercise.probe is None else functools.partial(exercise.probe, answer)
    budget = limits.Budget(_LONG_ENOUGH)
    for example in exercise.examples if codes else ():
        if not calls and budget.computing > 0:
            guard.call(watched, use, *copy.deepcopy(example.arguments), budget=budget)
    return bool(calls)


def _for_a_learner(frame) -> bool:
    """Whether a learner's code called, through libraries at most, or through what hands on.

    An idea of the course that calls another does so for itself; so do a bank's probe and we.
    """
    while frame is not None:
        if trouble.is_theirs(frame):
            return True
        name = str(frame.f_globals.get("__name__"))
        if name.startswith(_OWN) or name.endswith(".bank"):
            return False
        frame = frame.f_back
    return False
