"""A button under a check that opens the next hint, and the hints that it has opened."""

from __future__ import annotations

import html

import ipywidgets as w

from course import cards
from course.interactive.names import named
from course.interactive.still import Still, asleep
from course.words import say


class Ladder:
    """The widgets of one exercise's hints; what was opened stays when the kernel is gone.

    Parameters
    ----------
    exercise
        Has a `name`, its `hints`, those `given` so far, and ``rung()``, which gives the next one;
        each one that it gives shows itself as HTML.
    """

    def __init__(self, exercise):
        self.exercise, self.opened = exercise, w.HTML()
        self.button = w.Button(layout=w.Layout(width="auto", align_self="flex-start"))
        self.button.on_click(lambda _: self.press())
        name = say("Hints for {name}", name=exercise.name)
        self.box = named(w.VBox([self.button, self.opened]), name)
        self._still = Still(self.box)
        self._renew()

    def press(self) -> None:
        """Open the next hint, by hand as by a call."""
        if self.exercise.given < len(self.exercise.hints):
            self.exercise.rung()
        self._renew()

    def show(self) -> None:
        """Display what stays, and the button after it."""
        self._still.show(self._stays())

    def _renew(self) -> None:
        """Bring the button and what stays up to date."""
        given, total = self.exercise.given, len(self.exercise.hints)
        if given < total:
            self.button.description = say("Hint {n} of {all}", n=given + 1, all=total)
        else:
            self.button.description = say("All {n} hints are listed below", n=total)
        self.button.disabled = given >= total
        self.opened.value = self._cards()
        self._still.renew(self._stays())

    def _cards(self) -> str:
        """Return the hints given so far; all but the last are folded."""
        shown = [self.exercise.note(n) for n in range(self.exercise.given)]
        folded = "".join(
            f"<details><summary>{html.escape(note.title)}</summary>{note._repr_html_()}</details>"
            for note in shown[:-1]
        )
        return folded + "".join(note._repr_html_() for note in shown[-1:])

    def _stays(self) -> list[tuple[dict, dict]]:
        opened, given = self._cards(), self.exercise.given
        line = say("Run this cell again for the next hint.")
        if not given:
            line = say("Run this cell again if you want a hint.")
        below = cards.quiet(line, size=90) if given < len(self.exercise.hints) else ""
        return [({"text/html": asleep(opened + below), "text/plain": ""}, {})]


def offer(exercise) -> None:
    """Show the button of an exercise's hints, under its check."""
    Ladder(exercise).show()
