"""The form of a prediction: the question, a field, a button and a line that answers."""

from __future__ import annotations

import html
import math
import time

import ipywidgets as w

from course.interactive.names import named
from course.words import say

LATE = 1.0  # seconds in which the rest of what was typed may arrive after the press


class Form:
    """The widgets of one question; Enter or the button commits what the field holds.

    Parameters
    ----------
    guess
        The prediction: its question, its options, `commit` and what is kept of it.
    """

    def __init__(self, guess):
        self.guess, self._pressed, self._before, self._met = guess, -math.inf, None, ""
        self.field, self.said = _field(guess), w.HTML()
        self.button = w.Button(
            description=say("Commit"), button_style="primary", layout=w.Layout(width="auto")
        )
        self.button.on_click(lambda _: self.press())
        self.field.on_msg(self._heard)
        question = w.HTML(f"<b>{html.escape(say(guess.question))}</b>")
        wanted = [] if guess.options else [w.HTML(html.escape(guess.asked))]
        for told in (*wanted, self.said):
            told.add_class("course-asked")  # the page describes the field by it
        parts = [self.field, self.button, self.said]
        above = [parts.pop(0)] if guess.options else []  # each option has its line
        answer = w.HBox(parts, layout=w.Layout(flex_flow="row wrap", align_items="center"))
        self.box = named(w.VBox([question, *wanted, *above, answer]), say(guess.question))
        self.renew()
        self.field.observe(self._changed, "value")

    def press(self) -> None:
        """Commit, and once more if the page was still sending what was typed before."""
        self._pressed, self._met = time.monotonic(), self.field.value or ""
        self._before = self.guess.entry.get("guess")
        self.commit()

    def commit(self) -> bool:
        """Commit what the field holds, and say what came of it; False if it is no answer."""
        try:
            counts = self.guess.commit(self.field.value)
        except ValueError as error:
            self.tell(f"{_why(error)} {self._stands()}".rstrip(), role="alert")
            return False
        if counts:
            kept = self.guess.words(self.guess.entry["guess"])
            self.tell(say("Committed: {guess}. Now run on to what came out.", guess=kept))
        else:
            self.renew()
        return True

    def collect(self) -> str:
        """Commit what was typed or chosen and never committed; returns what is to be said."""
        value = self.field.value
        if value is None or not str(value).strip():
            return ""
        try:
            if not self.guess.commit(value):
                return self.guess.too_late
        except ValueError as error:
            return say("What you typed was not committed and can't count. {why}", why=_why(error))
        if self.guess.options:
            return say("You had not pressed Commit; what you had chosen counts as your prediction.")
        return say("You had not pressed Commit; what you had typed counts as your prediction.")

    def renew(self) -> None:
        """Show the guess that is kept; nothing can be set any more once the result is out."""
        entry = self.guess.entry
        self.field.disabled = self.button.disabled = "measured" in entry
        if self.guess.too_late:
            self.tell(self.guess.too_late)
        if "guess" not in entry:
            return
        kept = self.guess.words(entry["guess"])
        if "measured" in entry:
            final = "Your guess stands: {guess}. The result is out, so it is final."
            self.tell(say(final, guess=kept))
            self.field.value = self.guess.typed(entry["guess"])
        else:
            self.tell(say("Committed: {guess}.", guess=kept))
            self.field.value = self.field.value or self.guess.typed(entry["guess"])

    def tell(self, text: str, role: str = "status") -> None:
        """Say something beside the button; a screen reader says it too."""
        self.said.value = f'<span role="{role}">{html.escape(text)}</span>'

    def _stands(self) -> str:
        """Say which guess is kept, "" where there is none."""
        kept = self.guess.entry.get("guess")
        return "" if kept is None else say("{guess} stays committed.", guess=self.guess.words(kept))

    def _heard(self, _, content: dict, __) -> None:
        if content.get("event") == "submit":  # Enter in a text field
            self.press()

    def _means(self, held, guess) -> bool:
        """Tell whether what a field holds is a guess, however it is written."""
        try:
            return self.guess.check(held) == guess
        except ValueError:
            return False

    def _changed(self, change: dict) -> None:
        """Say that a change after a commit is not committed yet."""
        entry, late = self.guess.entry, time.monotonic() - self._pressed < LATE
        if late and (self.guess.options or change["new"].startswith(self._met)):
            self.guess.withdraw(self._before)  # the press had met less than was typed or chosen
            self.commit()
            return
        if "guess" not in entry or self._means(change["new"], entry["guess"]):
            return
        if "measured" in entry:
            self.renew()
            return
        kept = self.guess.words(entry["guess"])
        self.tell(say("Committed is {guess}. Press Commit again to change it.", guess=kept))


def _why(error: ValueError) -> str:
    """Return why an answer is refused; what is asked for stands above it already."""
    return getattr(error, "why", str(error))


def _field(guess):
    """Return one button for each option, of which none is chosen, or a line for a number."""
    if guess.options:
        options = [(guess.words(option), option) for option in guess.options]
        return w.RadioButtons(options=options, value=None, layout=w.Layout(width="auto"))
    return w.Text(placeholder=say("a number"), layout=w.Layout(width="12em"))
