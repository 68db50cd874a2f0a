"""Small tables: HTML in a notebook, aligned text elsewhere."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
from IPython.display import display


def table(rows: Sequence[Sequence], header: Sequence[str]) -> None:
    """Display a table.

    Numbers are shown with at most 4 significant digits and stand to the right.

    Raises
    ------
    ValueError
        If a row is not as long as the header.
    """
    rows = [list(row) for row in rows]
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"row {row} has {len(row)} cells, the header {len(header)}")
    right = [bool(rows) and all(_numeric(row[j]) for row in rows) for j in range(len(header))]
    cells = [[str(h) for h in header], *([_shown(cell) for cell in row] for row in rows)]
    display(
        {"text/html": _table_html(cells, right), "text/plain": _table_text(cells, right)}, raw=True
    )


def _numeric(cell) -> bool:
    return isinstance(cell, int | float | np.number) and not isinstance(cell, bool)


def _shown(cell) -> str:
    return f"{cell:.4g}" if isinstance(cell, float | np.floating) else str(cell)


def _table_text(cells, right) -> str:
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
    return f'<table style="margin:6px 0"><thead>{head}</thead><tbody>{body}</tbody></table>'
