"""The lessons: what each notebook asks (its bank) and shows (its widgets), a folder for each.

A lesson is known by its slug, the name of its folder. Its number stands in the file name of its
notebook and nowhere else: everything that shows one asks `number` here.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import pkgutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
NOTEBOOKS = FOLDER.parents[2] / "notebooks"  # of the checkout that the package is installed from


@dataclass(frozen=True)
class About:
    """What a lesson says of itself, in its folder's `__init__`.

    Attributes
    ----------
    part
        The part of the course that it belongs to.
    title, promise
        What it is called, and what it answers.
    builds
        What the learner builds in it.
    seconds
        The longest that its notebook may take to run.
    chaotic
        Whether some of its runs are at the limit of stability, where rounding decides how they
        end: then its outputs hold on one kind of processor only.
    pytorch
        Whether its notebook loads PyTorch, which takes 230 MB and seconds to start.
    megabytes
        The most memory that the kernel may hold when its notebook has run without PyTorch.
    """

    part: str
    title: str
    promise: str
    builds: str
    seconds: int = 60
    chaotic: bool = False
    pytorch: bool = False
    megabytes: int = 250


@dataclass(frozen=True)
class Asked:
    """One exercise as its bank declares it, read without running the bank."""

    name: str
    place: int  # 1, 2, …: its place in the bank
    difficulty: int = 2
    minutes: int = 10
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """One lesson: its slug, and what is known of it without running its bank."""

    slug: str

    @property
    def about(self) -> About:
        """What it says of itself."""
        return importlib.import_module(f"course.lessons.{self.slug}").ABOUT

    @property
    def stem(self) -> str:
        """The name of its notebook without suffix, as in NN_slug; the slug where it has none.

        Notebooks are found beside the package, in the checkout that it is installed from.
        """
        texts, notebooks = (
            NOTEBOOKS.glob(f"text/[0-9][0-9]_{self.slug}.py"),
            NOTEBOOKS.glob(f"[0-9][0-9]_{self.slug}.ipynb"),
        )
        return next((path.stem for path in (*notebooks, *texts)), self.slug)

    @property
    def number(self) -> str:
        """The two digits that its notebook's name begins with; empty where it has no notebook."""
        return self.stem.removesuffix(self.slug).rstrip("_")

    @functools.cached_property
    def exercises(self) -> tuple[str, ...]:
        """The names of its exercises in order."""
        return tuple(one.name for one in self.asked)

    @functools.cached_property
    def asked(self) -> tuple[Asked, ...]:
        """Its exercises in order, read from its bank without running it.

        A bank may load PyTorch, which takes seconds.
        """
        return _asked(FOLDER / self.slug / "bank.py")


@functools.cache
def _asked(bank: Path) -> tuple[Asked, ...]:
    """Read what a bank asks from its source."""
    calls = (
        (node.targets[0].id, node.value)
        for node in ast.parse(bank.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "Exercise"
    )
    return tuple(
        Asked(name, place, **_declared(call)) for place, (name, call) in enumerate(calls, start=1)
    )


def _declared(call: ast.Call) -> dict[str, Any]:
    """Return difficulty, minutes and hints that stand in the call which makes an exercise."""
    found = {
        word.arg: ast.literal_eval(word.value)
        for word in call.keywords
        if word.arg in ("difficulty", "minutes", "hints")
    }
    return found | {"hints": tuple(found.get("hints", ()))}


def lessons() -> list[Lesson]:
    """Return all lessons by number; those without a notebook come last."""
    found = [Lesson(m.name) for m in pkgutil.iter_modules([str(FOLDER)]) if m.ispkg]
    return sorted(found, key=lambda lesson: (lesson.number or "99", lesson.slug))


def bank(slug: str):
    """Return the module of a lesson's exercises."""
    return importlib.import_module(f"course.lessons.{slug}.bank")


def widgets(slug: str):
    """Return the module of a lesson's widgets."""
    return importlib.import_module(f"course.lessons.{slug}.widgets")


def diagrams(slug: str) -> tuple:
    """Return the functions that draw a lesson's diagrams; a lesson may have none."""
    name = f"course.lessons.{slug}.diagrams"
    return importlib.import_module(name).DIAGRAMS if importlib.util.find_spec(name) else ()


def slug(stem: str) -> str:
    """Return the slug in a notebook's name: the name without its number."""
    return stem.partition("_")[2] if stem[:2].isdigit() else stem
