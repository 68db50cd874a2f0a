"""The widgets of a prediction: the question, a field, a button and a line that answers."""

from __future__ import annotations

import html

import ipywidgets as w


def box(guess) -> w.VBox:
    """Return a question as widgets; the button commits what the field holds."""
    field, said = _field(guess), w.HTML()
    if "guess" in guess.entry:
        field.value = guess.typed(guess.entry["guess"])
        said.value = _say(f"Committed: {guess.words(guess.entry['guess'])}")
    button = w.Button(description="Commit", button_style="primary", layout=w.Layout(width="auto"))

    def clicked(_) -> None:
        try:
            guess.commit(field.value)
            said.value = _say("Committed. Now run the next cell.")
        except ValueError as error:
            said.value = _say(f"{error}.", role="alert")

    button.on_click(clicked)
    layout = w.Layout(flex_flow="row wrap", align_items="center")
    question = w.HTML(f"<b>{html.escape(guess.question)}</b>")
    return w.VBox([question, w.HBox([field, button, said], layout=layout)])


def _field(guess):
    """Return buttons for a few options, of which none is chosen, or a line for a number."""
    if guess.options:
        return w.ToggleButtons(options=guess.options, value=None, style={"button_width": "auto"})
    unit = f" ({guess.unit})" if guess.unit else ""
    return w.Text(placeholder=f"a number{unit}")


def _say(text: str, role: str = "status") -> str:
    return f'<span role="{role}">{html.escape(text)}</span>'
