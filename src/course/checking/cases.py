"""What an exercise is made of: cases, laws and mistakes."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from course.checking import source


class Arguments(NamedTuple):
    """What a function is called with."""

    positional: tuple
    keyword: dict


def call(*positional, **keyword) -> Arguments:
    """Write a case's arguments as in a call: `call(q, k, v, causal=True)`."""
    return Arguments(positional, keyword)


def alike(drawn: list) -> list[Arguments]:
    """Arguments of one exercise, numbers made arrays wherever another case has an array.

    The text says arrays there, and a right answer may well ask one for its shape.
    """
    calls = [_arguments(given) for given in drawn]
    arrays = {key for c in calls for key, value in _items(c) if isinstance(value, np.ndarray)}

    def made(key, value):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return np.array(value) if number and key in arrays else value

    return [
        Arguments(
            tuple(made(i, value) for i, value in enumerate(positional)),
            {name: made(name, value) for name, value in keyword.items()},
        )
        for positional, keyword in calls
    ]


def _arguments(given) -> Arguments:
    if isinstance(given, Arguments):
        return given
    return Arguments(given if isinstance(given, tuple) else (given,), {})


def _items(arguments: Arguments) -> list[tuple[int | str, object]]:
    return [*enumerate(arguments.positional), *arguments.keyword.items()]


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
        holds(f, rng) is True or "" where the law holds, else False or the sentence of failure, gone
        through `say`. f is the learner's function with its results made into NumPy arrays and its
        inputs copied; where the exercise has a probe, f is the answer itself.
    """

    says: str
    holds: Callable


@dataclass(frozen=True)
class Edit:
    """A misconception that is one edit of the reference: the old text, the new text, the sentence.

    The old text occurs exactly once in the reference as learners see it (`source.text`), so that a
    changed reference breaks loudly. Where one thought shows in several places, `old` and `new` are
    tuples of equal length.
    """

    old: str | tuple[str, ...]
    new: str | tuple[str, ...]
    says: str

    def code(self, reference: Callable) -> Callable:
        """The reference with this edit made.

        Raises
        ------
        ValueError
            If an old text does not occur exactly once, or the result is no Python.
        """
        text = source.text(reference)
        several = isinstance(self.old, tuple)
        olds, news = (self.old, self.new) if several else ((self.old,), (self.new,))
        for old, new in zip(olds, news, strict=True):
            if text.count(old) != 1:
                name = reference.__name__
                raise ValueError(f"{old!r} occurs {text.count(old)} times in {name}; once is due")
            text = text.replace(old, new)
        try:
            return source.compiled(text, reference, f"<{reference.__name__} with {news[0]!r}>")
        except SyntaxError as error:
            raise ValueError(f"{olds[0]!r} to {news[0]!r} gives no Python: {error}") from error


def edits(text: str) -> list[Edit]:
    """Read misconceptions written under one another: each an edit, then its sentence, indented.

    Several edits above one sentence belong together::

        axis=1 ⇒ axis=0
            Your columns sum to 1, not your rows. Which axis runs along a row?
        (x @ v) ⇒ abs(x @ v)
            The sign of x·v is lost: where x points away from v, p lies on the other side.

    Raises
    ------
    ValueError
        If an edit has no sentence or no arrow ⇒.
    """
    found: list[tuple[list[str], list[str]]] = []  # edits, lines of the sentence
    for line in textwrap.dedent(text).strip().splitlines():
        if line.startswith(" ") and found:
            found[-1][1].append(line.strip())
            continue
        if "⇒" not in line:
            raise ValueError(f"{line!r} is neither an edit (old ⇒ new) nor an indented sentence")
        if not found or found[-1][1]:
            found.append(([], []))
        found[-1][0].append(line)
    return [_edit(changes, " ".join(sentence)) for changes, sentence in found]


def _edit(changes: list[str], says: str) -> Edit:
    if not says:
        raise ValueError(f"the edit {changes[-1]!r} has no sentence")
    olds, news = zip(*([side.strip() for side in line.split("⇒")] for line in changes), strict=True)
    return Edit(olds, news, says)


class Mistake:
    """A misconception: a small wrong implementation, and the sentence that names it.

    Its name is the sentence's beginning, up to the first full stop, colon or question mark.
    """

    def __init__(self, says: str, make: Callable):
        self.says, self._make = " ".join(says.split()), make

    @cached_property
    def code(self) -> Callable:
        """The wrong implementation."""
        return self._make()

    @property
    def name(self) -> str:
        """What it is called in a report."""
        return re.split(r"[.:;?](?= |$)", self.says)[0]


def known(written: str | Edit | Callable | Mistake, reference: Callable) -> list[Mistake]:
    """Make misconceptions of what a bank writes down: edits, or a function with a docstring."""
    if isinstance(written, str):
        return [m for edit in edits(written) for m in known(edit, reference)]
    if isinstance(written, Mistake):
        return [written]
    if isinstance(written, Edit):
        return [Mistake(written.says, lambda: written.code(reference))]
    if not written.__doc__:
        raise ValueError(f"the mistake {written.__name__} has no docstring: its sentence")
    return [Mistake(written.__doc__, lambda: written)]


class Example(NamedTuple):
    """A case with its numbers: what to call with, and what should come back."""

    kind: str
    says: str
    arguments: Arguments
    expected: object  # a plain value, or an exception's class
    changes: frozenset  # the arguments that the reference itself changes
