"""What an exercise is made of: cases, laws and mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class Arguments(NamedTuple):
    """What a function is called with."""

    positional: tuple
    keyword: dict


def call(*positional, **keyword) -> Arguments:
    """Write a case's arguments as in a call: `call(q, k, v, causal=True)`."""
    return Arguments(positional, keyword)


@dataclass(frozen=True, eq=False)
class Case:
    """Arguments to try, made by `hand`, `random` or `extreme`.

    `args` is a tuple of positional arguments, or `call(...)` where some are given by keyword.
    """

    kind: str
    says: str
    draw: Callable
    expected: object = None
    n: int = 1

    @classmethod
    def hand(cls, args, expected, says: str = "") -> Case:
        """A case worked by hand; its numbers stand in the text above the stub."""
        return cls("hand", says, lambda rng: args, expected)

    @classmethod
    def random(cls, draw: Callable, says: str = "", n: int = 1) -> Case:
        """Draw n cases with draw(rng), all sizes distinct; the reference says what to expect."""
        return cls("random", says, draw, n=n)

    @classmethod
    def extreme(cls, args, says: str = "", expected=None) -> Case:
        """A case at the edge. Expect a value, an exception's class, or what the reference gives."""
        return cls("extreme", says, lambda rng: args, expected)


@dataclass(frozen=True, eq=False)
class Law:
    """What every right answer obeys.

    Parameters
    ----------
    says
        The law: "rows sum to 1".
    holds
        holds(f, rng) is True or "" where the law holds, else False or the sentence of failure. f is
        the learner's function with its results made into NumPy arrays and its inputs copied; where
        the exercise has a probe, f is the answer itself.
    """

    says: str
    holds: Callable


@dataclass(frozen=True, eq=False)
class Mistake:
    """A misconception: a small wrong implementation, and the sentence that names it."""

    name: str
    says: str
    code: Callable


class Drawn(NamedTuple):
    """A case with its numbers: what to call with, and what should come back."""

    kind: str
    says: str
    arguments: Arguments
    expected: object  # a plain value, or an exception's class
    changes: frozenset  # the arguments that the reference itself changes
