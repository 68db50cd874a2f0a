"""What stands under a check: buttons that open hints, then the solution; once done, the way on.

A button that has nothing left to open is gone, and a line says why. The page moves the focus to
what a button opened (see `names`).
"""

from __future__ import annotations

import html

import ipywidgets as w
from IPython.display import display

from course import cards
from course.interactive.names import LEAD, named, opened, script
from course.interactive.still import Still, asleep
from course.words import say


class Ladder:
    """The widgets of one exercise's hints; what was opened stays when the kernel is gone.

    Parameters
    ----------
    exercise
        Has a `name`, its `hints`, those `given` so far, ``rung()``, which gives the next one,
        and after an attempt (`tried`) ``ours()``, the solution; each shows itself as HTML.
    """

    def __init__(self, exercise):
        self.exercise, self.line, self.opened = exercise, w.HTML(), w.HTML()
        self.button, self.last = (w.Button(layout=w.Layout(width="auto")) for _ in range(2))
        self.last.description = say("Solution")
        self.button.on_click(lambda _: self.press())
        self.last.on_click(lambda _: self.solve())
        self.solved = False  # whether the solution is open
        name = say("Hints for {name}", name=exercise.name)
        row = w.HBox([self.line, self.button, self.last], layout=w.Layout(align_items="center"))
        self.box = named(w.VBox([self.opened, row]), name)
        self._still = Still(self.box)
        self._renew()

    def press(self) -> None:
        """Open the next hint, by hand as by a call."""
        if self.exercise.given < len(self.exercise.hints):
            self.exercise.rung()
        self._renew()

    def solve(self) -> None:
        """Open the solution."""
        self.solved = self.exercise.tried
        self._renew()

    def show(self) -> None:
        """Display what stays, and the buttons after it."""
        self._still.show(self._stays())

    def _renew(self) -> None:
        """Bring the buttons and what stays up to date."""
        given, total = self.exercise.given, len(self.exercise.hints)
        self.button.description = say("Hint {n} of {all}", n=given + 1, all=total)
        self.line.value = html.escape(self._told()) if given >= total else ""
        _show(self.line, given >= total)
        _show(self.button, given < total)
        _show(self.last, given >= total and self.exercise.tried and not self.solved)
        self.opened.value = self._cards(reached=True)
        self._still.renew(self._stays())

    def _told(self) -> str:
        """Say that no hint is left, and where the solution is."""
        total = len(self.exercise.hints)
        if self.solved:
            return say("All {n} hints and the solution are open above.", n=total)
        if self.exercise.tried:
            return say("All {n} hints are open above.", n=total)
        sentence = (
            "All {n} hints are open above. Try an answer and run this check again: then a button "
            "here opens the solution."
        )
        return say(sentence, n=total)

    def _cards(self, *, reached: bool = False) -> str:
        """Return what is open, in the order of opening; all but the last are folded.

        Parameters
        ----------
        reached
            Whether the focus can be moved to the last one.
        """
        shown = [self.exercise.note(n) for n in range(self.exercise.given)]
        shown += [self.exercise.ours()] if self.solved else []
        folded = "".join(
            f"<details><summary>{html.escape(note.title)}</summary>{note._repr_html_()}</details>"
            for note in shown[:-1]
        )
        last = "".join(note._repr_html_() for note in shown[-1:])
        told = folded + (opened(last, shown[-1].title) if shown and reached else last)
        return told.replace(' role="status"', "")  # it was read out when it was opened

    def _stays(self) -> list[tuple[dict, dict]]:
        given = self.exercise.given
        more = given < len(self.exercise.hints)
        line = say("Run this cell again for the next hint.") if more else ""
        if not given:
            line = say("Run this cell again if you want a hint.")
        elif not (more or self.solved):
            line = say("Run this cell again for the solution.")
        below = cards.quiet(line, size=90) if line else ""
        return [({"text/html": asleep(self._cards() + below), "text/plain": ""}, {})]


def passed(exercise, link: str, words: str) -> None:
    """Show under a check that is done how the course does it, folded, and what comes next.

    Parameters
    ----------
    exercise
        ``ours()`` gives the solution, which shows itself as HTML.
    link, words
        To a place further down on this page, and what it is; both "" where nothing comes next.
    """
    title = html.escape(say("How the course does it, and why"))
    shown = f"<details><summary>{title}</summary>{exercise.ours()._repr_html_()}</details>"
    told = _way_on(words) if link else ""
    if link:
        there = f'<a href="{html.escape(link)}">{html.escape(words)}</a>{script(LEAD)}'
        shown += f"<div>{_way_on(there)}</div>"
    display({"text/html": shown, "text/plain": told}, raw=True)


def _way_on(place: str) -> str:
    """Say what comes next: it leans on what stands between."""
    return say("Read on and run the cells on the way. Next to do: {place}", place=place)


def _show(part: w.Widget, seen: bool) -> None:
    """Show a part or leave it out of the page."""
    part.layout.display = None if seen else "none"


def offer(exercise) -> None:
    """Show the buttons of an exercise's hints and its solution, under its check."""
    Ladder(exercise).show()
