"""A widget where its kernel runs, and a still of it where none does.

A widget lives as long as its kernel: on the second day JupyterLab says "model not found" in its
place, even where the same output holds a picture. So the still and the widget are outputs of
their own, one after the other. A style that travels with the still hides it beside a living
widget, and hides a widget that no longer lives. Where no style is obeyed both are seen.
"""

from __future__ import annotations

from importlib import resources

import ipywidgets as w
from IPython.display import display

ASLEEP, AWAKE = "course-asleep", "course-awake"
_CSS = (resources.files(__package__) / "still.css").read_text(encoding="utf-8")


def asleep(inner: str) -> str:
    """Return HTML that is seen where the widget after it doesn't live."""
    style = " ".join(_CSS.split())
    return f'<style>{style}</style><div class="{ASLEEP}">{inner}</div>'


class Still:
    """The outputs of one cell: some that stay and the widget after them.

    Parameters
    ----------
    box
        The widget, marked as awake. The last output that stays before it is marked asleep.
    """

    def __init__(self, box: w.Widget):
        self.box = box
        self._handles: list = []

    def show(self, outputs: list[tuple[dict, dict]]) -> None:
        """Display outputs that stay, each as data and metadata, and the widget."""
        self._handles = [
            display(data, metadata=metadata, raw=True, display_id=True)
            for data, metadata in outputs
        ]
        view = self.box._repr_mimebundle_()
        display({**view, "text/plain": ""}, raw=True)

    def renew(self, outputs: list[tuple[dict, dict]]) -> None:
        """Put newer outputs in the place of those that stay."""
        for handle, (data, metadata) in zip(self._handles, outputs, strict=False):
            if handle is not None:
                handle.update(data, metadata=metadata, raw=True)
