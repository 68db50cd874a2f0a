"""A result that was asked for before its question could be answered: it waits for the guess."""

from __future__ import annotations

import html
from collections.abc import Callable

import ipywidgets as w

from course import cards
from course.interactive.names import named, opened
from course.interactive.still import Still, asleep
from course.words import say


class Waiting:
    """A card in a result's place, and a button that opens it without a guess.

    Parameters
    ----------
    result
        Keeps the score, and returns the result as plain text and HTML.
    more
        Whether more of the cell waits with it.
    """

    def __init__(self, result: Callable[[], dict], *, more: bool):
        self.result, self.more = result, more
        told = say(
            "The run ended here: you have not guessed yet. Commit a guess above, and what came out "
            "stands here."
        )
        self.shown = w.HTML(cards.card(html.escape(told)))
        self.shown.add_class("course-told")
        layout = w.Layout(width="auto", align_self="flex-start")
        self.button = w.Button(description=say("Show it without a guess"), layout=layout)
        self.button.on_click(lambda _: self.open())
        self.box = named(w.VBox([self.shown, self.button]), say("What came out"))
        self.box.add_class("course-waiting")
        self._still = Still(self.box)

    def show(self) -> None:
        """Display the card, and what stands there on another day."""
        told = say(
            "You had not guessed yet. Run the question's cell and commit a guess, then run this "
            "cell again."
        )
        self._still.show([_asleep(cards.card(html.escape(told)), told)])

    def open(self) -> None:
        """Show the result in place, for good."""
        data = self.result()
        self.shown.value = opened(data["text/html"] + self._rest(), say("What came out"))
        self.button.layout.display = "none"
        self._still.renew([_asleep(data["text/html"], data["text/plain"])])

    def _rest(self) -> str:
        told = say("The rest of this cell waited: run it again.")
        return cards.quiet(told) if self.more else ""


def _asleep(inner: str, plain: str) -> tuple[dict, dict]:
    return {"text/html": asleep(inner), "text/plain": plain}, {}
