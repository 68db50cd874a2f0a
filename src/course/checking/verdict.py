"""What a learner reads: one sentence, as plain text and as a card in a notebook."""

from __future__ import annotations

import contextlib
import html
import io
import itertools
import keyword
import tokenize
from dataclasses import dataclass
from typing import Any

import numpy as np

from course import cards, columns
from course.checking.relation import apart, number
from course.words import say

_LOOK = {  # a mark and a colour for each state; the words say it too
    "done": ("✓", "var(--jp-success-color1, #2e8540)"),
    "wrong": ("✗", "var(--jp-error-color1, #d1483e)"),
    "not started": ("○", "var(--jp-info-color1, #3a86c8)"),
    "stopped": ("■", "var(--jp-warn-color1, #b8720a)"),
}
_PRE = (
    "margin:.5em 0;padding:.5em .8em;overflow-x:auto;white-space:pre;color:inherit;"
    "background:var(--jp-layout-color1, rgba(128,128,128,.12));"
    "font-family:var(--jp-code-font-family, monospace)"
)
_MOST = 40  # entries of an array that are still worth a table


@dataclass(frozen=True, eq=False)
class Verdict:
    """The result of a check.

    Parameters
    ----------
    exercise
        The exercise's name.
    state
        "not started", "wrong", "done", or "stopped" by the learner.
    stage
        The first stage that failed, or "done".
    case
        "case 3 of 6, z of shape (2, 5)", or "".
    text
        The sentence.
    mistake
        The misconception's name in the bank, if it was recognised.
    got, expected, differs
        The two arrays, and where they differ.
    printed
        What the learner's function printed in that case.
    """

    exercise: str
    state: str
    stage: str
    case: str
    text: str
    mistake: str | None = None
    got: object = None
    expected: object = None
    differs: object = None
    printed: str = ""

    def __str__(self) -> str:
        heads = {"wrong": f"{self.case}: " if self.case else "", "done": f"{say('done')}, "}
        head = f"{self.exercise} · {heads.get(self.state, f'{_title(self.state)}. ')}{self.text}"
        return "\n".join(filter(None, (head, _plain_table(self), _plain_prints(self.printed))))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        case = cards.quiet(self.case) if self.case else ""
        text = f"<div>{cards.prose(self.text)}</div>"
        inner = f"{case}{text}{_html_table(self)}{_html_prints(self.printed)}"
        return _card(self.exercise, _title(self.state), *_LOOK[self.state], inner)


def _title(state: str) -> str:
    titles = {
        "done": say("done"),
        "wrong": say("not yet"),
        "not started": say("not started"),
        "stopped": say("stopped"),
    }
    return titles[state]


@dataclass(frozen=True, eq=False)
class Note:
    """A hint or a solution: a name, what it is, prose and code."""

    name: str
    title: str
    text: str
    code: str = ""

    def __str__(self) -> str:
        return "\n\n".join(
            filter(None, (f"{self.name} · {self.title}. {self.text}".rstrip(), self.code))
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        code = f'<pre style="{_PRE}">{coloured(self.code)}</pre>' if self.code else ""
        prose = f'<div style="white-space:pre-wrap">{cards.prose(self.text)}</div>'
        text = prose if self.text else ""
        return _card(self.name, self.title, "→", _LOOK["not started"][1], text + code)


def show(thing: Verdict | Note) -> None:
    """Display a card in a notebook, its text in a plain shell."""
    try:
        from IPython import get_ipython

        in_notebook = get_ipython() is not None
    except ImportError:
        in_notebook = False
    if not in_notebook:
        print(thing)
        return
    from IPython.display import display

    display({"text/plain": str(thing), "text/html": thing._repr_html_()}, raw=True)


def _card(name: str, title: str, mark: str, colour: str, inner: str) -> str:
    sign = f'<span aria-hidden="true" style="color:{colour};font-weight:bold">{mark}</span>'
    head = f"<div>{sign} <b>{html.escape(name)}</b> · {html.escape(title)}</div>"
    return cards.card(head + inner, edge=colour, role="status")


def _table(verdict: Verdict) -> tuple[list, list, np.ndarray] | None:
    """Both arrays as rows of text, and where they differ; None where no table would help."""
    arrays: list[Any] = [verdict.got, verdict.expected, verdict.differs]
    if not all(isinstance(a, np.ndarray) and 1 < a.size <= _MOST and a.ndim <= 2 for a in arrays):
        return None
    got, expected, differs = (np.atleast_2d(a) for a in arrays)
    wanted = [[number(v, 4) for v in row] for row in expected.tolist()]
    texts = [list(row) for row in wanted]
    for i, j in np.argwhere(differs):
        texts[i][j], wanted[i][j] = apart(got[i, j].item(), expected[i, j].item())
    return _level(texts), _level(wanted), differs


def _level(rows: list[list[str]]) -> list[list[str]]:
    """Put the points of each column under each other."""
    return [list(row) for row in zip(*map(columns.level, zip(*rows, strict=True)), strict=True)]


def _plain_table(verdict: Verdict) -> str:
    table = _table(verdict)
    if table is None:
        return ""
    got, expected, differs = table
    marks = np.where(differs & (not differs.all()), "*", " ")
    left = _lines([list(map(columns.marked, *row)) for row in zip(got, marks, strict=True)])
    right = _lines(expected)
    title = f"  {say('yours') if differs.all() else say('yours (* differs)')}"
    size = max(len(left[0]), len(title)) + 3
    rows = [f"{a:<{size}}{b}".rstrip() for a, b in zip(left, right, strict=True)]
    return "\n".join([f"{title:<{size}}  {say('expected')}", *rows])


def _lines(rows: list[list[str]]) -> list[str]:
    width = max(len(text) for row in rows for text in row) + 2
    return [columns.plain("".join(text.rjust(width) for text in row)) for row in rows]


def _html_table(verdict: Verdict) -> str:
    table = _table(verdict)
    if table is None:
        return ""
    got, expected, differs = table
    title = say("yours") if differs.all() else say("yours (≠ differs)")
    marks = differs & (not differs.all())
    grids = _grid(title, got, marks), _grid(say("expected"), expected, marks & False)
    return f'<div style="display:flex;flex-wrap:wrap;gap:0 2.5em">{"".join(grids)}</div>'


def _grid(title: str, rows: list[list[str]], marks: np.ndarray) -> str:
    look = f"text-align:left;white-space:nowrap;color:{cards.QUIET}"
    caption = f'<caption style="{look}">{title}</caption>'
    body = "".join(
        f"<tr>{''.join(_cell(*cell, marks.any()) for cell in zip(row, marked, strict=True))}</tr>"
        for row, marked in zip(rows, marks, strict=True)
    )
    style = (
        "margin:.4em 0 .2em;border-collapse:separate;border-spacing:2px;color:inherit;font:inherit;"
        "font-variant-numeric:tabular-nums"
    )
    return f'<table style="{style}">{caption}{body}</table>'


def _cell(text: str, marked: bool, room: bool) -> str:
    """Return a cell, with room for the mark where others have it: points stay under each other."""
    style = "padding:.1em .5em;text-align:right;background:transparent;color:inherit"
    if marked:
        style += ";font-weight:bold;outline:1px solid currentColor"
    unseen = '<span style="visibility:hidden"> ≠</span>' if room and not marked else ""
    shown = columns.marked(text, " ≠") if marked else text
    return f'<td style="{style}">{html.escape(shown)}{unseen}</td>'


def _plain_prints(printed: str) -> str:
    if not printed.strip():
        return ""
    return f"{say('Your function printed:')}\n{_few(printed)}"


def _html_prints(printed: str) -> str:
    shown = f'<pre style="{_PRE}">{html.escape(_few(printed))}</pre>'
    return f"<div>{say('Your function printed:')}</div>{shown}" if printed.strip() else ""


def _few(text: str) -> str:
    lines = text.rstrip().splitlines()
    return "\n".join(lines[:10] + ["…"] * (len(lines) > 10))


def coloured(code: str) -> str:
    """Source as HTML: keywords, text and numbers in the theme's colours, comments pale.

    A skeleton with gaps in it is coloured as far as Python can read it.
    """
    starts = list(itertools.accumulate(map(len, code.splitlines(keepends=True)), initial=0))
    pieces, end = [], 0
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if look := _style(token):
                begin, stop = (starts[row - 1] + at for row, at in (token.start, token.end))
                pieces.append(html.escape(code[end:begin]))
                pieces.append(f'<span style="{look}">{html.escape(code[begin:stop])}</span>')
                end = stop
    return "".join(pieces) + html.escape(code[end:])


def _style(token: tokenize.TokenInfo) -> str:
    looks = {
        tokenize.COMMENT: f"color:{cards.QUIET};font-style:italic",  # a theme's is too dark on dark
        tokenize.STRING: "color:var(--jp-mirror-editor-string-color,#c0504d)",
        tokenize.NUMBER: "color:var(--jp-mirror-editor-number-color,#2e8540)",
    }
    if token.type == tokenize.NAME and keyword.iskeyword(token.string):
        return "color:var(--jp-mirror-editor-keyword-color,#3a9a3a);font-weight:bold"
    return looks.get(token.type, "")
