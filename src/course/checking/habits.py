"""What can be said of a wrong answer from how it is written, and from running it once more."""

from __future__ import annotations

import ast

from course.checking import compare, guard, source
from course.checking.run import Result, run
from course.words import say


def told(exercise, answer, result: Result, number: int | None) -> str:
    """A sentence about a `return` inside a loop or a result that changes from call to call, or "".

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
    again = run(exercise, answer, exercise.examples[number].arguments)
    alike = guard.call(compare.same, again.value, result.value)
    if again.error is None and alike.value is False:
        return say(
            "Called again with the same arguments, your function returned something else: does "
            "it draw at random, or keep something from one call to the next?"
        )
    return ""


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
