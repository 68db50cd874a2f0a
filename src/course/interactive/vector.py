"""A figure as SVG: letters as outlines, few digits, the same bytes each time, and its words."""

from __future__ import annotations

import html
import io
import re

import matplotlib
from matplotlib.figure import Figure

SETTINGS = {"svg.fonttype": "path", "svg.hashsalt": "course"}
_NOISE = re.compile(
    r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>"
    r'| id="(?:figure|axes|patch|text)_\d+"|\s+(?=<)',  # nothing refers to these
    re.DOTALL,
)
_NUMBERS = re.compile(r' (?:d|x|y|transform|width|height|viewBox)="[^"]*"')
_PATHS = re.compile(r' (?:d|style)="[^"]*"')


def svg(fig: Figure, alt: str) -> str:
    """Return a figure as SVG, its words as title and label.

    It stands alone, needs no font and no style sheet, and holds its own light card.
    """
    file = io.StringIO()
    with matplotlib.rc_context(SETTINGS):
        fig.savefig(file, format="svg", metadata={"Date": None})
    text = re.sub(r"\s+", " ", _NOISE.sub("", file.getvalue())).replace("<defs></defs>", "")
    text = _NUMBERS.sub(lambda found: re.sub(r"-?\d+\.\d+", _short, found[0]), text)
    text = _PATHS.sub(lambda found: re.sub(r"(?<!^) ?([A-Zz:;]) ?", r"\1", found[0]), text)
    text = re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', _size(fig), text, count=1)
    words = html.escape(alt)
    head = f'<svg role="img" aria-label="{words}" '
    return text.strip().replace("<svg ", head, 1).replace(">", f"><title>{words}</title>", 1)


def _size(fig: Figure) -> str:
    """Return width and height on the page: 100 pixels an inch, as the PNG of a figure has."""
    width, height = (round(100 * side) for side in fig.get_size_inches())
    return f'width="{width}" height="{height}"'


def _short(number: re.Match) -> str:
    """Write a number with three digits, or one after the point: as far as an eye can see."""
    value = float(number[0])
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.1f}".removesuffix(".0")
