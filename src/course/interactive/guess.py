"""What every prediction is: a question, an answer committed once, a reveal and a score."""

from __future__ import annotations

import html

from IPython.display import display

from course import cards
from course.interactive import asking, numerals
from course.interactive.still import Still, asleep
from course.interactive.waiting import Waiting
from course.learner import beside, progress
from course.words import say

_waiting: dict[str, Waiting] = {}  # results that wait for a guess, by the prediction's id


class Refused(ValueError):
    """A value is no answer to the question: `why`, and what is asked for."""

    def __init__(self, why: str, asked: str):
        super().__init__(f"{why} {asked}")
        self.why = why


class Guess:
    """A question and the learner's answer to it, committed before it is known."""

    options: tuple = ()

    def __init__(self, id: str, question: str):
        if not id or not question:
            raise ValueError(f"a prediction needs an id and a question, not {id!r}, {question!r}")
        self.id, self.question = id, question
        self._form: asking.Form | None = None
        self._still: Still | None = None
        self._shown = ""

    def commit(self, value) -> bool:
        """Commit to an answer. Returns whether it counts: once the truth is shown, none does.

        Raises
        ------
        Refused
            If the value is not one that the question allows: what was given, what is allowed.
        """
        value = self.check(value)
        if "measured" in self.entry:
            return False
        progress.record_prediction(self.id, guess=value)
        if waiting := _waiting.get(self.id):
            waiting.open()
        self.renew()
        return True

    def doubt(self, held) -> str:
        """Say what else may have been meant by what a field held, which is an answer."""
        return ""

    @property
    def ends(self) -> str:
        """Unit and range, as a sentence for a page on which nothing is typed; "" for neither."""
        return ""

    @property
    def entry(self) -> dict:
        """What is kept of this prediction; empty where nobody guessed."""
        return progress.read()["predictions"].get(self.id, {})

    @property
    def too_late(self) -> str:
        """Why no guess counts here, as a sentence; empty where one was made or still can be."""
        if "guess" in self.entry or "measured" not in self.entry:
            return ""
        return say("The result was shown before you committed a guess, so no guess counts here.")

    def reveal(self, measured, shown: str | None = None) -> None:
        """Show the guess beside the truth, and keep the score.

        A guess that was typed or chosen and never committed counts, and that is said. Where there
        is none, it is kept that the truth was shown: what is committed after that doesn't count.
        What is judged is what stands on the page: both as they are written there. Where a page
        asked for the result before the question was seen, as in a run of all cells, it waits for
        the guess, and so does all that would run after it.

        Parameters
        ----------
        measured
            What came out.
        shown
            How it is written, by default with 3 significant digits; of a choice, what is said
            after the option.

        Raises
        ------
        ValueError
            If what was measured is no answer to the question.
        beside.Unanswered
            If the result waits.
        """
        measured = self.check(measured, truth=True)
        shown = self._shown = self.came_out(measured, shown)
        late = self._form.collect() if self._form and "guess" not in self.entry else ""
        if not self.entry and self._form and beside.sent() < self._form.seen:
            waiting = Waiting(lambda: self._result(measured, shown, ""), more=beside.more())
            _waiting[self.id] = waiting
            waiting.show()
            self._form.lead_here()
            told = "The run ended here: the question above had no answer yet."
            raise beside.Unanswered(say(told))
        display(self._result(measured, shown, late), raw=True)

    def _result(self, measured, shown: str, late: str) -> dict:
        """Keep the score; return what is shown of it."""
        _waiting.pop(self.id, None)
        entry = self.entry
        if "guess" not in entry:
            progress.record_shown(self.id, measured)
            self.renew()
            plain = say("Measured: {measured}", measured=shown)
            return _told(late, [(say("Measured"), shown)], plain)
        guess = self.words(entry["guess"])
        seen = self.seen(entry["guess"], guess), self.seen(measured, shown)
        close = self.close(*seen)
        progress.record_prediction(self.id, measured=measured, close=close)
        text = f"{self.verdict(*seen, close)} {score(progress.read())}"
        plain = say("You predicted: {guess}. Measured: {measured}.", guess=guess, measured=shown)
        pair = [(say("You predicted"), guess), (say("Measured"), shown)]
        self.renew()
        return _told(late, pair, plain, text)

    def came_out(self, measured, shown: str | None) -> str:
        """Write what was measured."""
        return self.words(measured) if shown is None else numerals.minus(shown)

    def seen(self, value, text: str):
        """Return a value as a text on the page writes it."""
        return value

    def renew(self) -> None:
        """Bring up to date what stands under the question.

        Where nobody learns, what stays of it goes on asking: so a lesson is handed out.
        """
        if self._form:
            self._form.renew()
        if self._still and (beside.served() or "guess" in self.entry):
            self._still.renew(self._card())

    def _card(self) -> list[tuple[dict, dict]]:
        """Return the question as it reads without a kernel, with what is known by now."""
        entry, told = self.entry, [say("Predict before you run the next cell."), self.asked]
        if self.too_late:
            told = [self.too_late]
        if "guess" in entry:
            told = [say("You predicted: {guess}.", guess=self.words(entry["guess"]))]
        if "measured" in entry:
            shown = self._shown or self.words(entry["measured"])
            told += [say("Measured: {measured}.", measured=shown)]
        elif "guess" in entry:
            told += [say("Run this cell again, then go on.")]
        inner = f"<b>{html.escape(say(self.question))}</b>{cards.quiet(' '.join(told))}"
        return [({"text/plain": repr(self), "text/html": asleep(cards.card(inner))}, {})]

    def _ipython_display_(self) -> None:
        self._form = asking.Form(self)
        self._still = Still(self._form.box)
        self._still.show(self._card())

    def __repr__(self) -> str:
        return say(
            "Prediction {id}: {question} {asked}",
            id=self.id,
            question=say(self.question),
            asked=self.asked,
        )


def score(state: dict) -> str:
    """Say how many of the predictions revealed so far were close."""
    known = [p["close"] for p in state["predictions"].values() if "close" in p]
    if not known:
        return ""
    return say("So far {close} of {n} were close.", close=sum(known), n=len(known))


def _told(late: str, pair: list[tuple[str, str]], plain: str, verdict: str = "") -> dict:
    """Return names and values side by side, a verdict and a note on what was typed late."""
    row = "".join(
        f'<div style="margin-right:3em">{cards.quiet(name, size=90)}'
        f'<div style="font-size:150%;font-weight:600">{html.escape(value)}</div></div>'
        for name, value in pair
    )
    below = "".join(f"<div>{html.escape(line)}</div>" for line in (verdict, late) if line)
    inner = f'<div style="display:flex;flex-wrap:wrap">{row}</div>{below}'
    text = "\n".join(filter(None, (plain, verdict, late)))
    return {"text/plain": text, "text/html": cards.card(inner, role="status")}
