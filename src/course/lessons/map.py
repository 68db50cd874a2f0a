"""The course as a map: its lessons, part by part, and how far the learner has come."""

from __future__ import annotations

import html
import itertools

from course.learner import progress
from course.lessons import Lesson, lessons
from course.words import say, say_n

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
        told = [say("{done} of {all} exercises solved.", done=done, all=all_)]
        if hints := sum(self.hints.values()):
            told.append(say_n("{n} hint used.", "{n} hints used.", hints))
        known = [p["close"] for p in self.predictions.values() if "close" in p]
        if known:
            n = len(known)
            told.append(say("{close} of {all} predictions close.", close=sum(known), all=n))
        return " ".join(told)

    def __str__(self) -> str:
        lines = []
        for part, inside in self.parts.items():
            lines += [say(part)]
            for lesson in inside:
                marks = "".join(self._mark(key) for key in keys(lesson))
                title = say(lesson.about.title)
                lines.append(f"  {lesson.number}  {title:<16} {marks}  {self._count(lesson)}")
        return "\n".join([*lines, self.summary()])

    __repr__ = __str__

    def _count(self, lesson: Lesson) -> str:
        return say("{done} of {all}", done=self.solved(lesson), all=len(lesson.exercises))

    def _mark(self, key: str) -> str:
        if self.checks.get(key, {}).get("passed"):
            return "●"
        return "◐" if self.tried(key) else "○"

    def _repr_html_(self) -> str:
        rows = "".join(self._part(name, inside) for name, inside in self.parts.items())
        foot = f'<div style="color:{QUIET};margin:12px 2px 2px">{self.summary()}</div>'
        return f'<div style="color:{INK};margin:8px 0;max-width:960px">{rows}{foot}</div>'

    def _part(self, name: str, inside) -> str:
        cards = "".join(self._card(lesson) for lesson in inside)
        style = f"width:104px;flex:none;padding-top:10px;color:{QUIET};font-weight:600"
        head = f'<div style="{style}">{html.escape(say(name))}</div>'
        row = f'<div style="{GRID}">{cards}</div>'
        return f'<div style="display:flex;gap:10px;margin-bottom:10px">{head}{row}</div>'

    def _card(self, lesson: Lesson) -> str:
        title = f"{lesson.number}&nbsp; {html.escape(say(lesson.about.title))}"
        words = html.escape(say(lesson.about.promise))
        promise = f'<div style="color:{QUIET};font-size:88%">{words}</div>'
        link = f'<a href="{lesson.stem}.ipynb"><b>{title}</b></a>'
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
            f'{looks[self._mark(key)]}"></span>'
            for key in keys(lesson)
        )
        count = self._count(lesson)
        words = f'<span style="color:{QUIET};font-size:88%;margin-left:4px">{count}</span>'
        style = "display:flex;flex-wrap:wrap;gap:3px;align-items:center;margin-top:7px"
        title = say("{count} exercises solved", count=count)
        return f'<div style="{style}" title="{html.escape(title)}">{boxes}{words}</div>'


def keys(lesson: Lesson) -> list[str]:
    """Return what the progress of a lesson's exercises is kept under."""
    return [f"{lesson.slug}.{name}" for name in lesson.exercises]


def show() -> Map:
    """Return the map with the learner's progress on it, to display in a notebook or a terminal."""
    return Map(progress.read())
