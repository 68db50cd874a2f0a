"""The course as a map: its lessons, part by part, and how far the learner has come."""

from __future__ import annotations

import html
import itertools

from course import cards
from course.learner import progress
from course.lessons import Lesson, lessons

GRID = "display:grid;grid-template-columns:repeat(4,minmax(150px,1fr));gap:10px;flex:1"


class Map:
    """The map with a learner's progress; show it as the last expression of a cell."""

    def __init__(self, state: dict):
        by_part = itertools.groupby(lessons(), lambda lesson: lesson.about.part)
        self.parts = {part: tuple(inside) for part, inside in by_part}
        self.checks, self.hints = state["checks"], state["hints"]
        self.predictions = state["predictions"]

    def solved(self, lesson: Lesson) -> int:
        """Count the exercises of a lesson that have passed."""
        return sum(self.checks.get(key, {}).get("passed", False) for key in keys(lesson))

    def tried(self, key: str) -> bool:
        """Tell whether an exercise was attempted."""
        return self.checks.get(key, {}).get("attempts", 0) > 0

    def summary(self) -> str:
        """Return the whole in one line."""
        every = [lesson for inside in self.parts.values() for lesson in inside]
        done, all_ = sum(map(self.solved, every)), sum(len(le.exercises) for le in every)
        words = [f"{done} of {all_} exercises solved"]
        if hints := sum(self.hints.values()):
            words.append(f"{hints} hint{'s' * (hints > 1)} used")
        known = [p["close"] for p in self.predictions.values() if "close" in p]
        if known:
            words.append(f"{sum(known)} of {len(known)} predictions close")
        return ", ".join(words) + "."

    def __str__(self) -> str:
        lines = []
        for part, inside in self.parts.items():
            lines += [part]
            for lesson in inside:
                marks = "".join(self._mark(key) for key in keys(lesson))
                count = f"{self.solved(lesson)} of {len(lesson.exercises)}"
                lines.append(f"  {lesson.number}  {lesson.about.title:<16} {marks}  {count}")
        return "\n".join([*lines, self.summary()])

    __repr__ = __str__

    def _mark(self, key: str) -> str:
        if self.checks.get(key, {}).get("passed"):
            return "●"
        return "◐" if self.tried(key) else "○"

    def _repr_html_(self) -> str:
        rows = "".join(self._part(name, inside) for name, inside in self.parts.items())
        foot = f'<div style="color:{cards.QUIET};margin:12px 2px 2px">{self.summary()}</div>'
        return f'<div style="color:{cards.INK};margin:8px 0;max-width:960px">{rows}{foot}</div>'

    def _part(self, name: str, inside) -> str:
        tiles = "".join(self._card(lesson) for lesson in inside)
        style = f"width:104px;flex:none;padding-top:10px;color:{cards.QUIET};font-weight:600"
        head = f'<div style="{style}">{name}</div>'
        row = f'<div style="{GRID}">{tiles}</div>'
        return f'<div style="display:flex;gap:10px;margin-bottom:10px">{head}{row}</div>'

    def _card(self, lesson: Lesson) -> str:
        title = f"{lesson.number}&nbsp; {html.escape(lesson.about.title)}"
        promise = cards.quiet(lesson.about.promise, size=88)
        link = f'<a href="{lesson.stem}.ipynb"><b>{title}</b></a>'
        return cards.tile(f"{link}{promise}{self._bar(lesson)}")

    def _bar(self, lesson: Lesson) -> str:
        """Return a row of small squares, one for each exercise, and their count in words."""
        looks = {
            "●": "background:#009E73;border-color:#009E73",
            "◐": "border-color:#D55E00",
            "○": "",
        }
        boxes = "".join(
            f'<span style="width:6px;height:6px;border-radius:3px;border:2px solid {cards.LINE};'
            f'{looks[self._mark(key)]}"></span>'
            for key in keys(lesson)
        )
        count = f"{self.solved(lesson)} of {len(lesson.exercises)}"
        words = f'<span style="color:{cards.QUIET};font-size:88%;margin-left:4px">{count}</span>'
        style = "display:flex;flex-wrap:wrap;gap:3px;align-items:center;margin-top:7px"
        return f'<div style="{style}" title="{count} exercises solved">{boxes}{words}</div>'


def keys(lesson: Lesson) -> list[str]:
    """Return what the progress of a lesson's exercises is kept under."""
    return [f"{lesson.slug}.{name}" for name in lesson.exercises]


def show() -> Map:
    """Return the map with the learner's progress on it, to display in a notebook or a terminal."""
    return Map(progress.read())
