"""What can be said of a wrong answer from how it is written, and from running it once more."""

from __future__ import annotations

import ast
import inspect
from functools import wraps

import numpy as np

from course.checking import compare, draws, guard, source
from course.checking.run import Result, run
from course.words import say

_COMMON = (0, 1, 2)  # in every formula


def told(exercise, answer, result: Result, number: int | None) -> str:
    """A sentence about a `return`, a number of the example, or a result that changes, or "".

    Parameters
    ----------
    result, number
        What the answer gave in the example that failed, and that example's number; None for a law.
    """
    if guard.call(ends_its_loop, answer).value:
        return say(
            "A `return` stands at the end of a loop's body, so the loop ends in its first round. "
            "Move it left, behind the loop."
        )
    if number is None or result.error is not None:
        return ""
    if result.value is None:
        return _unreached(answer)
    again = run(exercise, _another_time(answer), exercise.examples[number].arguments)
    alike = guard.call(compare.same, again.value, result.value)
    if again.error is None and alike.value is False:
        return say(
            "Called again with the same arguments, your function returned something else: does "
            "it draw at random, or keep something from one call to the next?"
        )
    found = guard.call(_of_the_example, exercise, answer).value
    if found is None or exercise.examples[number].kind != "random":
        return ""
    return say(
        "Your code holds the number {n}, which belongs to the case by hand. Take what it stands "
        "for from the arguments.",
        n=found,
    )


def _unreached(answer) -> str:
    """A sentence about a `return` of something that a call didn't come to, or ""."""
    returns = guard.call(_returns_something, answer).value
    if not returns:
        return ""
    return say(
        "There is one, and this call didn't come to it: is it in a branch or loop that is skipped?"
    )


def _returns_something(answer) -> bool:
    tree = ast.parse(source.read(answer))
    return any(isinstance(n, ast.Return) and n.value is not None for n in ast.walk(tree))


def _another_time(answer):
    """The answer with NumPy's and Python's own generators in another state."""
    if not inspect.isfunction(answer):
        return answer

    @wraps(answer)
    def again(*args, **kwargs):
        draws.disturb(7)
        return answer(*args, **kwargs)

    return again


def _of_the_example(exercise, answer) -> float | None:
    """A number in the code that is a size or an entry of a case by hand, and not the course's."""
    numbers = _numbers(answer) - _numbers(exercise.reference)
    known: set = set()
    for example in exercise.examples:
        if example.kind == "hand":
            for value in (*example.arguments.positional, example.expected):
                if isinstance(value, (int, float, np.ndarray)):
                    known |= {*np.shape(value), *np.ravel(value).tolist()}
    return min(numbers & known, default=None)


def _numbers(function) -> set:
    """The numbers that stand in a function's code, but for 0, 1 and 2."""
    constants = {c for code in source.codes(function) for c in code.co_consts}
    return {c for c in constants if type(c) in (int, float) and abs(c) not in _COMMON}


def ends_its_loop(answer) -> bool:
    """Whether a loop's body ends in `return`, with no `continue` that would go round again.

    Raises
    ------
    OSError, TypeError
        If the source can't be read.
    """
    loops = [n for n in ast.walk(ast.parse(source.read(answer))) if isinstance(n, _LOOPS)]
    return any(
        isinstance(loop.body[-1], ast.Return)
        and not any(isinstance(inner, ast.Continue) for inner in ast.walk(loop))
        for loop in loops
    )


_LOOPS = (ast.For, ast.While)
