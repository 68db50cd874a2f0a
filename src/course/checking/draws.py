"""Laws that every exercise obeys whose reference draws at random; no bank has to state them.

The same rng gives the same draw, whatever the state of the global generators; another rng, and a
second call with the same one, give another. That is asked only where the reference's draws differ.
"""

from __future__ import annotations

import copy
import itertools
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, wraps

import numpy as np

from course.checking import compare
from course.checking.cases import Arguments, Law
from course.checking.plain import has_odd, plain
from course.words import say

_SEEDS = range(8)


class Drew(BaseException):
    """Carries what an answer drew out of a probe."""


def many(f, n: int, *args) -> list:
    """Return what n calls of an answer give; where it runs in a process apart, in one go.

    A probe that calls an answer hundreds of times does it through this.
    """
    there = getattr(f, "many", None)
    return [f(*args) for _ in range(n)] if there is None else there(n, args)


def first_of(answer):
    """A function that gives an answer's first call away, as `Drew`; marked as `first`."""

    @wraps(answer, updated=())
    def first(*args, **kwargs):
        raise Drew(answer(*args, **kwargs))

    first.first = True
    return first


@dataclass(frozen=True, eq=False)
class Drawing(Law):
    """A law that is told the answer itself: its generator is not copied, its draws are raw."""


def laws(exercise) -> tuple[Law, ...]:
    """The laws of drawing, () for an exercise that draws nothing."""
    if not any(_generators(example.arguments) for example in exercise.examples):
        return ()
    return (
        Drawing("the same rng, the same draw", lambda f, rng: _repeats(exercise, f)),
        Drawing("another rng, another draw", lambda f, rng: _varies(exercise, f)),
    )


def _generators(arguments: Arguments) -> list[np.random.Generator]:
    given = (*arguments.positional, *arguments.keyword.values())
    return [value for value in given if isinstance(value, np.random.Generator)]


def _repeats(exercise, answer) -> str:
    for example, whole in _telling(exercise):
        pairs = (_pair(exercise, answer, example, seed, whole) for seed in _SEEDS)
        if not all(compare.same(*pair) for pair in pairs):  # one pair may agree by chance
            return say(
                "Called twice with an rng of the same seed ({case}), your function drew two "
                "different things. Draw from `rng` alone, not from np.random or a generator of "
                "your own: then a run can be repeated.",
                case=say(example.says),
            )
    return ""


def _pair(exercise, answer, example, seed: int, whole: bool) -> list:
    """Two draws of an answer from one seed, with the global generators in another state."""
    pair = []
    for state in (1, 2):
        disturb(state)
        pair.append(_draw(exercise, answer, example, np.random.default_rng(seed), whole))
    return pair


def _varies(exercise, answer) -> str:
    for example, whole in _telling(exercise):
        fresh = (np.random.default_rng(seed) for seed in _SEEDS)
        if _all_same(_draw(exercise, answer, example, rng, whole) for rng in fresh):
            return say(
                "Generators of {n} seeds ({case}) all gave the same. Draw from the `rng` that is "
                "given.",
                n=len(_SEEDS),
                case=say(example.says),
            )
        once = np.random.default_rng(5)
        if _all_same(_draw(exercise, answer, example, once, whole) for _ in _SEEDS):
            return say(
                "Called {n} times with one rng ({case}), your function drew the same each time. "
                "Draw from `rng` itself, not from a copy of it.",
                n=len(_SEEDS),
                case=say(example.says),
            )
    return ""


def _all_same(draws: Iterator) -> bool:
    """Whether all draws are the first; stops at the first that is not."""
    first = next(draws)
    return all(compare.same(first, other) for other in draws)


@cache
def _telling(exercise) -> tuple:
    """An example where the reference's draws differ, and whether through the probe; or none."""
    drawing = [example for example in exercise.examples if _generators(example.arguments)]
    ways = (
        next(filter(lambda way: _tells(exercise, *way), [(e, False), (e, True)]), None)
        for e in drawing
    )
    return tuple(itertools.islice(filter(None, ways), 1))


def _tells(exercise, example, whole: bool) -> bool:
    """Whether the reference's draws can be compared, and differ from seed to seed."""
    rngs = map(np.random.default_rng, _SEEDS)
    draws = (_draw(exercise, exercise.reference, example, rng, whole) for rng in rngs)
    first = next(draws)
    return not has_odd(first) and not _all_same(itertools.chain([first], draws))


def _draw(exercise, answer, example, rng, whole: bool) -> object:
    """What an answer's first call draws from an rng; with `whole`, what the probe makes of it."""
    given = [
        rng if isinstance(value, np.random.Generator) else copy.deepcopy(value)
        for value in example.arguments.positional
    ]
    keyword = {
        name: rng if isinstance(value, np.random.Generator) else copy.deepcopy(value)
        for name, value in example.arguments.keyword.items()
    }
    if exercise.probe is None:
        return plain(answer(*given, **keyword))

    first = first_of(answer)
    try:
        return plain(exercise.probe(answer if whole else first, *given, **keyword))
    except Drew as drew:
        return plain(drew.args[0])


def disturb(seed: int) -> None:
    """Put the global generators into another state; the guard puts them back."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - a learner may use the old generator
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)
