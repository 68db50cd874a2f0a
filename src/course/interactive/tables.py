"""Small tables: HTML in a notebook, aligned text elsewhere."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import numpy as np
from IPython.display import display

from course.columns import level, plain
from course.interactive import numerals
from course.words import say

_WRITTEN = re.compile(  # 97 % · -1,234.5 · ±0.3 · 1.2 · 10⁻³ · 3 of 4 · 12 ms · 9 % (8 to 11) · –
    r"[–—-]?|[<>≈~±+−-]* ?[\d.,]*\d(?:e[+-]?\d+)?[⁻⁰¹²³⁴-⁹]*(?: ?[·×] ?10\S+)?"
    r"(?: (?:of|±|to) [+−-]?[\d.,]+)?(?: ?(?P<unit>%|°|[a-zA-Z]{1,5}))?"
    r"(?: \([\d.,]+ to [\d.,]+\))?"
)
_POWER = re.compile(r"\d(?:\.\d+)?e[+-]\d\d+")  # as Python prints it, not as 1e-5 is typed


def table(rows: Sequence[Sequence], header: Sequence[str]) -> None:
    """Display a table, its words in the reader's language as far as the course knows them.

    Numbers are shown with at most 4 significant digits, without an e. A column of numbers of one
    unit, also of written ones such as "97 %" or "1.2 · 10⁻³", stands to the right, their points
    under each other; where units differ, it stands to the left, as words do.

    Raises
    ------
    ValueError
        If a row is not as long as the header.
    """
    rows = [list(row) for row in rows]
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"row {row} has {len(row)} cells, the header {len(header)}")
    columns = list(zip(*rows, strict=True)) or [()] * len(header)
    right = [_right(column) for column in columns]
    texts = [[_shown(cell) for cell in column] for column in columns]
    texts = [level(column) if r else column for column, r in zip(texts, right, strict=True)]
    cells = [[_shown(cell) for cell in header], *map(list, zip(*texts, strict=True))]
    display(
        {"text/html": _table_html(cells, right), "text/plain": _table_text(cells, right)}, raw=True
    )


def _right(column) -> bool:
    """Tell whether a column holds numbers of one unit."""
    found = [_WRITTEN.fullmatch(str(cell)) for cell in column]
    if any(isinstance(cell, bool) for cell in column) or not all(found):
        return False
    return len({cell["unit"] for cell in found if cell and re.search(r"\d", cell[0])}) == 1


def _shown(cell) -> str:
    if isinstance(cell, int | np.integer) and not isinstance(cell, bool):
        return numerals.minus(f"{cell:,}")
    if not isinstance(cell, float | np.floating):
        text = str(cell)
        told = _POWER.sub(lambda found: numerals.write(float(found[0]), 4), say(text))
        return numerals.minus(told)
    short = f"{cell:,.4g}"
    return numerals.write(cell, 4) if "e" in short else numerals.minus(short)


def _table_text(cells, right) -> str:
    cells = [[plain(cell) for cell in row] for row in cells]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    just = [str.rjust if r else str.ljust for r in right]
    lines = ["  ".join(f(c, w) for f, c, w in zip(just, row, widths, strict=True)) for row in cells]
    lines.insert(1, "  ".join("─" * w for w in widths))
    return "\n".join(line.rstrip() for line in lines)


def _table_html(cells, right) -> str:
    rule = "border-bottom:1px solid var(--jp-border-color1, #bdbdbd)"
    sides = [f"text-align:{'right' if r else 'left'};padding:4px 14px 4px 4px" for r in right]

    def line(row, tag, more=""):
        inside = "".join(
            f'<{tag} style="{side}{more}">{html.escape(cell)}</{tag}>'
            for cell, side in zip(row, sides, strict=True)
        )
        return f"<tr>{inside}</tr>"

    body = "".join(line(row, "td") for row in cells[1:])
    head = line(cells[0], "th", f";{rule}")
    style = "margin:6px 0;font-variant-numeric:tabular-nums"
    return f'<table style="{style}"><thead>{head}</thead><tbody>{body}</tbody></table>'
