"""The course as a map: sixteen lessons in four parts, and how far the learner has come.

A lesson is there when the package holds its exercises; the others are shown dim.
"""

from __future__ import annotations

import functools
import html
import re
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Lesson:
    """One notebook: its number and name, what it is called, and what it answers."""

    name: str
    title: str
    promise: str

    @property
    def number(self) -> str:
        """Return its two digits."""
        return self.name[:2]

    @functools.cached_property
    def exercises(self) -> tuple[str, ...]:
        """Return the ids of its exercises, read from its bank without running it."""
        bank = resources.files("course.exercises") / f"lesson_{self.number}.py"
        if not bank.is_file():
            return ()
        text = bank.read_text(encoding="utf-8")
        return tuple(re.findall(rf'\bid="({int(self.number)}\.\d+)"', text))


PARTS = {
    "Start": (Lesson("00_start_here", "Start here", "How the course works"),),
    "Foundations": (
        Lesson("01_linear_algebra", "Linear algebra", "Why networks are matrix products"),
        Lesson("02_probability", "Probability", "What a loss means"),
        Lesson("03_data", "Data", "From raw rows to batches"),
    ),
    "Training networks": (
        Lesson("04_mlp_backprop", "Backpropagation", "Every gradient by hand"),
        Lesson("05_initialization", "Initialization", "Why the first numbers matter"),
        Lesson("06_optimizers", "Optimizers", "From the bowl to noise"),
        Lesson("07_pytorch", "PyTorch", "The same network four times"),
    ),
    "Transformers": (
        Lesson("08_tokenization", "Tokenization", "Text becomes numbers"),
        Lesson("09_attention", "Attention", "Averages that choose"),
        Lesson("10_small_gpt", "A small GPT", "Trained before your eyes"),
        Lesson("11_generation", "Generation", "From probabilities to text"),
    ),
    "Using models": (
        Lesson("12_evaluation", "Evaluation", "What a score is worth"),
        Lesson("13_adaptation", "Adaptation", "Teach an old model"),
        Lesson("14_scaling", "Scaling", "Parameters, bytes, cost"),
        Lesson("15_product", "Product", "What is worth building"),
    ),
}
INK = "var(--jp-content-font-color1, inherit)"
QUIET = "var(--jp-content-font-color2, inherit)"
LINE = "var(--jp-border-color2, rgba(128,128,128,.35))"
CARD = (
    f"border:1px solid {LINE};border-radius:8px;padding:9px 13px 10px;"
    "box-sizing:border-box;line-height:1.35;background:var(--jp-layout-color1, transparent)"
)
GRID = "display:grid;grid-template-columns:repeat(4,minmax(150px,1fr));gap:10px;flex:1"


class Map:
    """The map with a learner's progress; show it as the last expression of a cell."""

    def __init__(self, state: dict):
        self.checks, self.hints = state["checks"], state["hints"]
        self.predictions = state["predictions"]

    def solved(self, lesson: Lesson) -> int:
        """Count the exercises of a lesson that have passed."""
        return sum(self.checks.get(id, {}).get("passed", False) for id in lesson.exercises)

    def tried(self, id: str) -> bool:
        """Tell whether an exercise was attempted."""
        return self.checks.get(id, {}).get("attempts", 0) > 0

    def summary(self) -> str:
        """Return the whole in one line."""
        lessons = [lesson for part in PARTS.values() for lesson in part]
        done, all_ = sum(map(self.solved, lessons)), sum(len(le.exercises) for le in lessons)
        words = [f"{done} of {all_} exercises solved"]
        if hints := sum(self.hints.values()):
            words.append(f"{hints} hint{'s' * (hints > 1)} used")
        known = [p["close"] for p in self.predictions.values() if "close" in p]
        if known:
            words.append(f"{sum(known)} of {len(known)} predictions close")
        return ", ".join(words) + "."

    def __str__(self) -> str:
        lines = []
        for part, lessons in PARTS.items():
            lines += [part]
            for lesson in lessons:
                marks = "".join(self._mark(id) for id in lesson.exercises)
                count = f"{self.solved(lesson)} of {len(lesson.exercises)}"
                state = f"{marks}  {count}" if lesson.exercises else "in preparation"
                lines.append(f"  {lesson.number}  {lesson.title:<16} {state}")
        return "\n".join([*lines, self.summary()])

    __repr__ = __str__

    def _mark(self, id: str) -> str:
        if self.checks.get(id, {}).get("passed"):
            return "●"
        return "◐" if self.tried(id) else "○"

    def _repr_html_(self) -> str:
        rows = "".join(self._part(name, lessons) for name, lessons in PARTS.items())
        foot = f'<div style="color:{QUIET};margin:12px 2px 2px">{self.summary()}</div>'
        return f'<div style="color:{INK};margin:8px 0;max-width:960px">{rows}{foot}</div>'

    def _part(self, name: str, lessons) -> str:
        cards = "".join(self._card(lesson) for lesson in lessons)
        style = f"width:104px;flex:none;padding-top:10px;color:{QUIET};font-weight:600"
        head = f'<div style="{style}">{name}</div>'
        row = f'<div style="{GRID}">{cards}</div>'
        return f'<div style="display:flex;gap:10px;margin-bottom:10px">{head}{row}</div>'

    def _card(self, lesson: Lesson) -> str:
        title = f"{lesson.number}&nbsp; {html.escape(lesson.title)}"
        promise = f'<div style="color:{QUIET};font-size:88%">{html.escape(lesson.promise)}</div>'
        if not lesson.exercises:
            note = f'<div style="color:{QUIET};font-size:88%;margin-top:7px">in preparation</div>'
            return f'<div style="{CARD};opacity:.6"><b>{title}</b>{promise}{note}</div>'
        link = f'<a href="{lesson.name}.ipynb"><b>{title}</b></a>'
        return f'<div style="{CARD}">{link}{promise}{self._bar(lesson)}</div>'

    def _bar(self, lesson: Lesson) -> str:
        """Return a row of small squares, one for each exercise, and their count in words."""
        looks = {
            "●": "background:#009E73;border-color:#009E73",
            "◐": "border-color:#D55E00",
            "○": "",
        }
        boxes = "".join(
            f'<span style="width:6px;height:6px;border-radius:3px;border:2px solid {LINE};'
            f'{looks[self._mark(id)]}"></span>'
            for id in lesson.exercises
        )
        count = f"{self.solved(lesson)} of {len(lesson.exercises)}"
        words = f'<span style="color:{QUIET};font-size:88%;margin-left:4px">{count}</span>'
        style = "display:flex;flex-wrap:wrap;gap:3px;align-items:center;margin-top:7px"
        return f'<div style="{style}" title="{count} exercises solved">{boxes}{words}</div>'
