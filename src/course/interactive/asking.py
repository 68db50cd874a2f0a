"""The form of a prediction: the question, a field, a button and a line that answers."""

from __future__ import annotations

import html
import math
from collections.abc import Callable

import ipywidgets as w
from IPython import get_ipython

from course.interactive.names import FORM, Told, named
from course.words import say


class Form:
    """The widgets of one question; Enter or the button commits what the field holds.

    A page sends what a field holds on its own, before a press or after it, and late where the
    kernel is busy. So a press tells what stood there: the page's script writes the time and that
    into `pressed`, which nobody sees. What is typed after a press is no part of it. A time alone
    tells that the form is there to be seen: `seen`, in milliseconds by the page's clock.

    Parameters
    ----------
    guess
        The prediction: its question, its options, `commit` and what is kept of it.
    """

    def __init__(self, guess):
        self.guess, self._refused, self.seen = guess, None, math.inf
        self._held, self._at = None, ""  # what the field held at the commit, when a press came last
        self.field, self.said = _field(guess), Told()
        self.pressed = w.Textarea(continuous_update=False, layout=w.Layout(display="none"))
        self.pressed.add_class("course-pressed")
        self.pressed.observe(self._heard, "value")
        self.button = w.Button(
            description=say("Commit"), button_style="primary", layout=w.Layout(width="auto")
        )
        self.button.on_click(lambda _: self.press(self.field.value))  # where no script runs
        question = w.HTML(f"<b>{html.escape(say(guess.question))}</b>")
        wanted = [] if guess.options else [w.HTML(html.escape(guess.asked))]
        for told in (*wanted, self.said):
            told.add_class("course-asked")  # the page describes the field by it
        parts = [self.field, self.button, self.said, self.pressed]
        above = [parts.pop(0)] if guess.options else []  # each option has its line
        answer = w.HBox(parts, layout=w.Layout(flex_flow="row wrap", align_items="center"))
        box = w.VBox([question, *wanted, *above, answer])
        self.box = named(box, say(guess.question), (), FORM)
        _at_the_next_cell(lambda: self.box.add_class("course-passed"))
        self.renew()
        if "guess" in guess.entry:
            self.field.value = guess.typed(guess.entry["guess"])
        self.field.observe(self._changed, "value")

    def press(self, held) -> None:
        """Commit what the field held at the press, and say what came of it."""
        self._refused, self._held = None, held
        try:
            counts = self.guess.commit(held)
        except ValueError as error:
            self._refused = held
            words = f"{_why(error)} {self._stands()}".rstrip()
            self.said.tell(words, "course-refused", at=self._at)
            return
        if not counts:
            self.renew()

    def lead_here(self) -> None:
        """Have the page lead to the question: a run of many cells stopped, and this is why."""
        self.box.add_class("course-awaited")
        # not again when the page is opened anew
        _at_the_next_cell(lambda: self.box.remove_class("course-awaited"))

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
            self.said.tell(self.guess.too_late)
        if "guess" not in entry:
            return
        kept = self.guess.words(entry["guess"])
        if "measured" in entry:
            final = "Your guess stands: {guess}. The result is out, so it is final."
            self.said.tell(say(final, guess=kept), at=self._at)
            self.field.value = self.guess.typed(entry["guess"])
        else:
            self._tell(same=True)

    def _tell(self, *, same: bool) -> None:
        """Say what is committed, and whether the field holds the same; the page reads both."""
        kept = self.guess.entry["guess"]
        if not self._means(self._held, kept):
            self._held = self.guess.typed(kept)
        words = f"{self.guess.words(kept)} {self.guess.doubt(self._held)}".rstrip()
        told = {
            "same": say(
                "Committed: {guess}. Run on (Shift+Enter) to see what comes out.", guess=words
            ),
            "other": say("Committed is {guess}. Press Enter or Commit to change it.", guess=words),
        }
        line = told["same" if same else "other"]
        self.said.tell(line, at=self._at, held=str(self._held).strip(), **told)

    def _stands(self) -> str:
        """Say which guess is kept, "" where there is none."""
        kept = self.guess.entry.get("guess")
        return "" if kept is None else say("{guess} stays committed.", guess=self.guess.words(kept))

    def _heard(self, change: dict) -> None:
        """Take what the page wrote: when Commit was pressed, and what the field held."""
        at, pressed, held = change["new"].partition(" ")
        self.seen = min(self.seen, float(at))
        if not pressed:
            return
        self._at = at
        if self.guess.options:
            self.press(self.guess.options[int(held)] if held else None)
        else:
            self.press(held)

    def _means(self, held, guess) -> bool:
        """Tell whether what a field holds is a guess, however it is written."""
        try:
            return self.guess.check(held) == guess
        except ValueError:
            return False

    def _changed(self, change: dict) -> None:
        """Say whether what the field holds now is what is committed."""
        entry, held = self.guess.entry, change["new"]
        if "measured" in entry:
            self.renew()
        elif "guess" in entry and self._means(held, entry["guess"]):
            self._held = held
            self._tell(same=True)
        elif "guess" in entry and held != self._refused:  # why that was refused is said already
            self._tell(same=False)


def _why(error: ValueError) -> str:
    """Return why an answer is refused; what is asked for stands above it already."""
    return getattr(error, "why", str(error))


def _at_the_next_cell(tell: Callable[[], object]) -> None:
    """Call once another cell runs. A page can't tell: numbers of a kernel that is gone stay."""
    if not (shell := get_ipython()):
        return

    def told(_) -> None:
        shell.events.unregister("pre_run_cell", told)
        tell()

    shell.events.register("pre_run_cell", told)


def _field(guess):
    """Return one button for each option, of which none is chosen, or a line for a number."""
    if guess.options:
        options = [(guess.words(option), option) for option in guess.options]
        return w.RadioButtons(options=options, value=None, layout=w.Layout(width="auto"))
    holds = say("a number, then Enter")
    return w.Text(placeholder=holds, continuous_update=False, layout=w.Layout(width="14em"))
