"""The words of the course: what each means, its letter, and the lesson that introduces it.

The file glossary.toml is read by the README's table of letters, by the laws of the notebooks and
by the catalogue of sentences.
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("glossary.toml")


@dataclass(frozen=True)
class Term:
    """A word of the course.

    Attributes
    ----------
    term
        The word, in the singular.
    lesson
        The slug of the lesson that introduces it.
    says
        What it means, in one sentence.
    symbol, meaning
        Its letter in LaTeX; what the letter stands for in every lesson, or "".
    forms
        Other forms than the plural with s.
    earlier
        Lessons that use the word before, in its everyday sense.
    marked
        Whether its first use in its lesson is bold; else it stands in the lesson's symbols, or is
        an ordinary word.
    """

    term: str
    lesson: str
    says: str
    symbol: str = ""
    meaning: str = ""
    forms: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    marked: bool = True

    def __post_init__(self):
        if not re.fullmatch(r"[A-Z].*\.", self.says) or re.search(r"[.!?] [A-Z]", self.says):
            raise ValueError(f"{self.term}: one sentence is wanted, not {self.says!r}")
        if self.meaning and not self.symbol:
            raise ValueError(f"{self.term}: {self.meaning!r} is the meaning of no symbol")

    @property
    def pattern(self) -> re.Pattern:
        """What finds the word in a text, in all its forms."""
        words = "|".join(re.escape(w) for w in (*self.forms, self.term))
        return re.compile(rf"(?<![\w-])(?:{words})s?(?![\w-])", re.IGNORECASE)


@functools.cache
def terms() -> tuple[Term, ...]:
    """Return all terms in the order of the file.

    Raises
    ------
    ValueError
        If an entry lacks a field, has one that is unknown, or a term occurs twice.
    """
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> tuple[Term, ...]:
    """Return the terms that a file holds."""
    found = [_term(entry) for entry in tomllib.loads(text).get("term", [])]
    names = [term.term.lower() for term in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"the glossary explains {', '.join(sorted(twice))} more than once")
    return tuple(found)


def _term(entry: dict) -> Term:
    lists = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
    try:
        return Term(**(entry | lists))
    except TypeError as error:
        fields = ", ".join(Term.__dataclass_fields__)
        raise ValueError(f"the glossary's entry {entry}: its fields are {fields}") from error


def notation() -> str:
    """Return the table of the letters that mean the same everywhere, in Markdown."""
    letters = [term for term in terms() if term.meaning]
    half = -(-len(letters) // 2)
    cells = [f"| {_letter(term.symbol)} | {term.meaning} " for term in letters]
    cells += ["| | "] * (2 * half - len(cells))
    rows = [f"{left}{right}|" for left, right in zip(cells[:half], cells[half:], strict=True)]
    head = ["| letter | meaning | letter | meaning |", "|---|---|---|---|"]
    return "\n".join([*head, *rows])


def _letter(symbol: str) -> str:
    return f"`{symbol}`" if symbol in ("rng", "lr") else f"${symbol}$"
