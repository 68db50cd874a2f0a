"""The learner's own functions where they have passed, else the course's.

For a lesson's artefact, and for each later one's::

    from course.lessons import yours

    y, a = yours.attend(q, k, v)          # theirs if it has passed, on whatever day
    yours["attention.attend"]             # where two lessons ask for one name

    made = yours.using("affine", "attention.attend", "embed", "block")
    made.attend(q, k, v)
    print(made.credit("Your reader"))     # Your reader: 3 of 4 parts are yours (…).

Names are those of exercises, whichever lesson asks for them. Until a check has said done, and for
everyone who reads without a kernel, each is the course's own function, and the credit says "0 of 4
parts are yours": what a page stores depends on nobody's answers. A learner's function that raises,
hangs, returns another form than the course's or changes its arguments is replaced by the course's
with one sentence (see `trust`); so a cell needs no guard of its own. Take `yours.name` once,
before a loop: each time it looks whether the answer was passed anew. A class is tried by its own
check when it is first used, and is then used as it is.

Answers come from one folder, that of `answers.folder`, and from nowhere else.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from types import ModuleType

from course import lessons
from course.learner import answers
from course.lessons import references, trust
from course.lessons.trust import Part
from course.words import say

LOADING = 10.0  # seconds for the code of one answer to run
_loaded: dict[str, tuple] = {}  # the code of an answer, and what came of it, by exercise


def find(name: str) -> Callable:
    """Return an exercise's function: the learner's if it has passed and runs, else the course's.

    Parameters
    ----------
    name
        attend, or attention.attend.

    Raises
    ------
    Unknown
        If no lesson asks for it, or two lessons do.
    """
    key = references.key_of(name)
    mine = passed(key)
    if not isinstance(mine, Part) or mine.fault:
        return mine if inspect.isclass(mine) else references.course(key)
    return mine


def using(*names: str) -> Made:
    """Return these parts together, to make something of and to say whose they are."""
    return Made(names)


class Made:
    """What an artefact is made of: parts by name, and whose each is."""

    def __init__(self, names: Iterable[str]):
        keys = [references.key_of(name) for name in names]
        self.parts = {key.rpartition(".")[2]: find(key) for key in keys}
        if len(self.parts) < len(keys):
            sentence = "{names} share a name; use one of them, and find the other."
            raise ValueError(say(sentence, names=", ".join(keys)))

    def __getattr__(self, name: str) -> Callable:
        try:
            return self.__dict__["parts"][name]
        except KeyError:
            known = ", ".join(self.parts)
            sentence = "{name} is not among the parts: {known}."
            raise references.Unknown(say(sentence, name=name, known=known)) from None

    def yours(self) -> list[str]:
        """Return the names of the parts that are the learner's and have not failed so far."""
        return [name for name, part in self.parts.items() if is_yours(part)]

    def credit(self, what: str) -> str:
        """Say how many parts of a thing are the learner's, and which: one sentence."""
        mine = self.yours()
        return credit(what, mine, [name for name in self.parts if name not in mine])


def is_yours(part: Callable) -> bool:
    """Tell whether a part is the learner's and has done its work so far."""
    if isinstance(part, Part):
        return not part.fault
    return not str(getattr(part, "__module__", "")).startswith("course.")


def credit(what: str, mine: list[str], ours: list[str]) -> str:
    """Say how many parts of a thing are the learner's: 'Your reader: 6 of 8 parts are yours …'."""
    k, n = len(mine), len(mine) + len(ours)
    if not mine:
        return say(
            "{what}: 0 of {n} parts are yours so far; each becomes yours when its check says done.",
            what=what,
            n=n,
        )
    if not ours:
        return say(
            "{what}: {k} of {n} parts are yours ({mine}).",
            what=what,
            k=k,
            n=n,
            mine=", ".join(mine),
        )
    return say(
        "{what}: {k} of {n} parts are yours ({mine}; the course's: {ours}).",
        what=what,
        k=k,
        n=n,
        mine=", ".join(mine),
        ours=", ".join(ours),
    )


def passed(key: str) -> Part | type | None:
    """Return the learner's function of an exercise, in its place, or None; trouble is told."""
    slug, _, name = key.rpartition(".")
    try:
        answer = answers.read(slug).get(name)
    except (OSError, UnicodeDecodeError) as error:
        text = not isinstance(error, UnicodeDecodeError)
        why = error.strerror if text else say("it is not text")
        _tell_damage(slug, name, why)
        answer = None
    code = answer.code if answer else answers.here(key)
    if code is None:
        return None
    if _loaded.get(key, (None,))[0] != code:
        _loaded[key] = code, _placed(key, slug, answer)
    return _loaded[key][1]


def _placed(key: str, slug: str, answer: answers.Answer | None) -> Part | type | None:
    """Make a kept answer, or what passed in this kernel, a part."""
    try:
        made = answers.here(key)
        if answer is not None:
            made = trust.limited(LOADING, lambda: answers.run(slug, answer))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever its code does when it is run
        _tell_damage(slug, answer.name, _why(error))
        return None
    if not inspect.isclass(made):
        return Part(key, made, references.course(key))
    exercise = getattr(lessons.bank(slug), key.rpartition(".")[2])
    if exercise.examine(made).state == "done":
        return made
    _tell_damage(slug, exercise.name, say("its check no longer says done"))
    return None


def _why(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return say("line {n}: {why}", n=error.lineno, why=trust.safe(error.msg))
    line = trust.line_of(error)
    words = f"{type(error).__name__}: {trust.safe(error)}"
    return say("line {n}: {why}", n=line[0], why=words) if line else words


def _tell_damage(slug: str, name: str, why: str) -> None:
    answers.tell(
        say(
            "Your {name} can't be used from {file} ({why}). Mend the file, or run the check of "
            "{name} again in its lesson; until then the course's {name} stands in.",
            name=name,
            file=f"answers/{slug}.py",
            why=why,
        )
    )


class _Yours(ModuleType):
    """This module, so that `yours.attend` and `yours["attention.attend"]` find exercises."""

    def __getattr__(self, name: str):
        if name.startswith("_"):  # what tools ask of every object
            raise AttributeError(name)
        return find(name)

    def __getitem__(self, name: str):
        return find(name)

    def __dir__(self):
        return [*super().__dir__(), *references.names()]


sys.modules[__name__].__class__ = _Yours
