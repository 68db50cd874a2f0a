"""The course as a map: its lessons, part by part, and how far the learner has come."""

from __future__ import annotations

import html
import itertools
from collections.abc import Callable

from course import cards
from course.learner import progress
from course.lessons import Lesson, lessons, places
from course.words import say, say_n

TILES = (
    "repeat(auto-fill,minmax(min(13.5em,100%),1fr))"  # as many side by side as there is room for
)
GRID = f"display:grid;grid-template-columns:{TILES};gap:10px;flex:1 1 13.5em;min-width:0"


class Map:
    """The map with a learner's progress; show it as the last expression of a cell."""

    def __init__(self, state: dict):
        by_part = itertools.groupby(lessons(), lambda lesson: lesson.about.part)
        self.parts = [(part, tuple(inside)) for part, inside in by_part]
        self.state, self.checks, self.hints = state, state["checks"], state["hints"]
        self.predictions, self.last = state["predictions"], state.get("last", "")

    @property
    def lessons(self) -> list[Lesson]:
        """All lessons in order."""
        return [lesson for _, inside in self.parts for lesson in inside]

    def here(self) -> tuple[Lesson, str] | None:
        """Return where to go on: a lesson, and its first exercise that is open.

        It begins with the lesson worked on last and looks back for what was left out only when
        nothing lies ahead; None where all is solved.
        """
        order, slug = self.lessons, self.last.partition(".")[0]
        at = next((n for n, lesson in enumerate(order) if lesson.slug == slug), 0)
        for lesson in order[at:] + order[:at]:
            for key, name in zip(keys(lesson), lesson.exercises, strict=True):
                if not self.checks.get(key, {}).get("passed"):
                    return lesson, name
        return None

    def next_step(self) -> str:
        """Say where to go on."""
        if (here := self.here()) is None:
            return say("Every exercise of the course is solved.")
        if self._ahead(*here):
            sentence = (
                "Go on where you were: lesson {number}, {title}, a prediction before exercise "
                "`{name}`."
            )
        elif self._goes_on(here[0]):
            sentence = "Go on where you were: lesson {number}, {title}, exercise `{name}`."
        elif self.last:
            sentence = "Next: lesson {number}, {title}. Its first open exercise is `{name}`."
        else:
            sentence = "Begin with lesson {number}, {title}. Its first exercise is `{name}`."
        return say(sentence, **_at(here))

    def way_on(self, stem: str) -> str:
        """Return where to go on, a link in Markdown, as it stands above a lesson; or "".

        It stands above the first lesson, once something was done, and above the one in which the
        learner was.
        """
        here, first = self.here(), places.file(stem) == places.FIRST
        if here is None:
            return self.next_step() if first else ""
        words = self.next_step() if first and self.last else ""
        if stem == here[0].stem and self._goes_on(here[0]):
            place = places.named(*here)
            if self._ahead(*here):
                place = say("a prediction before {place}", place=place)
            words = say("Go on where you were: {place}", place=place)
        return f"[{words}]({self._link(*here)})" if words else ""

    def _goes_on(self, lesson: Lesson) -> bool:
        """Tell whether a lesson is the one that the learner was in."""
        return self.last.partition(".")[0] == lesson.slug

    def _ahead(self, lesson: Lesson, name: str) -> str:
        """Return the id of a prediction on the way to an exercise, "" where none waits there.

        The way begins where the learner was; what they went past lies behind them.
        """
        slug, _, last = self.last.partition(".")
        if slug != lesson.slug:
            return ""
        ids, done = places.order(lesson), places.finished(lesson, self.state)
        was = next((n for n, id in enumerate(ids) if id.partition("-")[2] == last), -1)
        to = f"exercise-{name}"
        way = ids[was + 1 : ids.index(to)] if to in ids else []
        return next((id for id in way if id.startswith("prediction-") and id not in done), "")

    def _link(self, lesson: Lesson, name: str) -> str:
        """Return the link to where to go on."""
        return places.link(lesson, self._ahead(lesson, name) or f"exercise-{name}")

    def solved(self, lesson: Lesson) -> int:
        """Count the exercises of a lesson that have passed."""
        return sum(self.checks.get(key, {}).get("passed", False) for key in keys(lesson))

    def tried(self, key: str) -> bool:
        """Tell whether an exercise was attempted."""
        return self.checks.get(key, {}).get("attempts", 0) > 0

    def summary(self) -> str:
        """Return the whole in one line."""
        every = self.lessons
        done, all_ = sum(map(self.solved, every)), sum(len(le.exercises) for le in every)
        words = [say("{done} of {all} exercises solved.", done=done, all=all_)]
        if hints := sum(self.hints.values()):
            words.append(say_n("{n} hint used.", "{n} hints used.", hints))
        known = [p["close"] for p in self.predictions.values() if "close" in p]
        if known:
            close, n = sum(known), len(known)
            words.append(say("{close} of {n} predictions close.", close=close, n=n))
        return " ".join(words)

    def __str__(self) -> str:
        lines = []
        for part, inside in self.parts:
            lines += [say(part)]
            for lesson in inside:
                marks = "".join(self._mark(key) for key in keys(lesson))
                count = self._count(lesson)
                lines.append(f"  {lesson.number}  {say(lesson.about.title):<16} {marks}  {count}")
        return "\n".join([*lines, self.summary()])

    __repr__ = __str__

    def _count(self, lesson: Lesson) -> str:
        return say("{done} of {all}", done=self.solved(lesson), all=len(lesson.exercises))

    def _mark(self, key: str) -> str:
        if self.checks.get(key, {}).get("passed"):
            return "●"
        return "◐" if self.tried(key) else "○"

    def to_read(self) -> str:
        """Return the lessons alone as HTML, for a page that knows of no progress."""
        rows = "".join(self._part(name, inside, bars=False) for name, inside in self.parts)
        return f'<div style="color:{cards.INK};margin:8px 0;max-width:960px">{rows}</div>'

    def _repr_html_(self) -> str:
        from course.interactive import names  # the command line shows no page

        rows = "".join(self._part(name, inside) for name, inside in self.parts)
        foot = f'<div style="color:{cards.QUIET};margin:12px 2px 2px">{self.summary()}</div>'
        step = f'<div style="margin:0 2px 12px"><b>{self._step()}</b></div>'
        return (
            f'<div style="color:{cards.INK};margin:8px 0;max-width:960px">{step}{rows}{foot}</div>'
            f"{names.script(names.LEAD)}"
        )

    def _step(self) -> str:
        """Return where to go on, as a link."""
        words, here = html.escape(self.next_step().replace("`", "")), self.here()
        return words if here is None else f'<a href="{self._link(*here)}">{words}</a>'

    def _part(self, name: str, inside, bars: bool = True) -> str:
        tiles = "".join(self._card(lesson, bars) for lesson in inside)
        style = f"width:7.6em;flex:none;padding-top:10px;color:{cards.QUIET};font-weight:600"
        head = f'<div role="heading" aria-level="3" style="{style}">{html.escape(say(name))}</div>'
        row = f'<div role="list" style="{GRID}">{tiles}</div>'
        style = "display:flex;flex-wrap:wrap;gap:10px;margin-bottom:10px"
        return f'<div style="{style}">{head}{row}</div>'

    def _card(self, lesson: Lesson, bars: bool) -> str:
        title = f"{lesson.number}&nbsp; {html.escape(say(lesson.about.title))}"
        promise = cards.quiet(say(lesson.about.promise), size=88)
        link = f'<a href="{lesson.stem}.ipynb"><b>{title}</b></a>'
        bar = self._bar(lesson) if bars else ""
        return cards.tile(f"{link}{promise}{bar}", role="listitem")

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
        count = self._count(lesson)
        style = f"color:{cards.QUIET};font-size:88%;margin-left:4px;white-space:nowrap"
        words = f'<span style="{style}">{count}</span>'
        style = "display:flex;flex-wrap:wrap;gap:2px;align-items:center;margin-top:7px"
        title = say("{count} exercises solved", count=count)
        return f'<div style="{style}" title="{html.escape(title)}">{boxes}{words}</div>'


class Ahead:
    """How far a learner is in one lesson; shown at its end."""

    def __init__(self, slug: str, state: dict):
        self.map = Map(state)
        found = (lesson for lesson in self.map.lessons if lesson.slug == slug)
        self.lesson = next(found, None)
        if self.lesson is None:
            known = ", ".join(lesson.slug for lesson in self.map.lessons)
            raise ValueError(
                say("There is no lesson {slug}. There are: {known}.", slug=slug, known=known)
            )

    def open(self) -> list[str]:
        """Return the names of its exercises that have not passed."""
        pairs = zip(keys(self.lesson), self.lesson.exercises, strict=True)
        return [name for key, name in pairs if not self.map.checks.get(key, {}).get("passed")]

    def __str__(self) -> str:
        return self._told("`{}`".format)

    def _told(self, shown: Callable[[str], str]) -> str:
        """Say how far the learner is; `shown` is how an exercise's name is written."""
        left, total = self.open(), len(self.lesson.exercises)
        done = say("{done} of {total} exercises solved.", done=total - len(left), total=total)
        if not left:
            return done
        names = ", ".join(map(shown, left))
        return say("{done} Still open: {names}.", done=done, names=names)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from course.interactive import names  # the command line shows no page

        def link(name: str) -> str:
            return f'<a href="{places.exercise(self.lesson, name)}">{name}</a>'

        marks = "".join(self.map._mark(key) for key in keys(self.lesson))
        return f"<div>{marks} &nbsp; {self._told(link)}</div>{names.script(names.LEAD)}"


def _at(here: tuple[Lesson, str]) -> dict[str, str]:
    lesson, name = here
    return {"number": lesson.number, "title": say(lesson.about.title), "name": name}


def keys(lesson: Lesson) -> list[str]:
    """Return what the progress of a lesson's exercises is kept under."""
    return [f"{lesson.slug}.{name}" for name in lesson.exercises]


def show() -> Map:
    """Return the map with the learner's progress on it, to display in a notebook or a terminal."""
    return Map(progress.read())


def ahead(slug: str) -> Ahead:
    """Return how far the learner is in one lesson, to display at its end.

    Raises
    ------
    ValueError
        If there is no such lesson.
    """
    return Ahead(slug, progress.read())
