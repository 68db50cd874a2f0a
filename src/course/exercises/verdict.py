"""What a learner reads: one sentence, as plain text and as a card in a notebook."""

from __future__ import annotations

import html
import keyword
import re
from dataclasses import dataclass

import numpy as np

_LOOK = {
    "done": ("✓", "var(--jp-success-color1, #2e8540)"),
    "wrong": ("✗", "var(--jp-error-color1, #d1483e)"),
    "not started": ("○", "var(--jp-info-color1, #3a86c8)"),
    "stopped": ("■", "var(--jp-warn-color1, #b8720a)"),
}
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
        The two arrays and where they differ, if a table helps.
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

    @property
    def head(self) -> str:
        return self.case or self.state

    def __str__(self) -> str:
        mark = ": " if self.case else (", " if self.state == "done" else ". ")
        if self.state == "wrong" and not self.case:
            head = f"{self.exercise} · {self.text}"
        else:
            head = f"{self.exercise} · {self.head}{mark}{self.text}"
        parts = [head, _plain_table(self), _plain_prints(self.printed)]
        return "\n".join(part for part in parts if part)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        title = "not yet" if self.state == "wrong" else self.state
        case = f'<div style="opacity:.75">{html.escape(self.case)}</div>' if self.case else ""
        text = _prose(self.text[:1].upper() + self.text[1:])
        inner = f"{case}<div>{text}</div>{_html_table(self)}{_html_prints(self.printed)}"
        return _card(self.exercise, title, *_LOOK[self.state], inner)


@dataclass(frozen=True)
class Note:
    """A hint or a solution."""

    name: str
    title: str
    text: str
    code: str = ""

    def __str__(self) -> str:
        return f"{self.name} · {self.title}. {self.text}" + (
            f"\n\n{self.code}" if self.code else ""
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        code = f'<pre style="{_PRE}">{_coloured(self.code)}</pre>' if self.code else ""
        lines = "<br>".join(_prose(line) for line in self.text.splitlines())
        return _card(
            self.name, self.title, "→", _LOOK["not started"][1], f"{code}<div>{lines}</div>"
        )


note = Note
_PRE = "margin:.5em 0;padding:.5em;overflow-x:auto;background:rgba(128,128,128,.12);color:inherit"


def show(thing) -> None:
    """Display a verdict or note: a card in a notebook, its text in a plain shell."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        get_ipython = lambda: None  # noqa: E731
    if get_ipython() is None:
        print(thing)
    else:
        display({"text/plain": str(thing), "text/html": thing._repr_html_()}, raw=True)


def _card(name: str, title: str, mark: str, colour: str, inner: str) -> str:
    return (
        f'<div role="status" style="border-left:4px solid {colour};padding:.4em .9em;margin:.3em 0;'
        f'background:rgba(128,128,128,.08);line-height:1.5;max-width:60em">'
        f'<div><span aria-hidden="true" style="color:{colour};font-weight:bold">{mark}</span> '
        f"<b>{html.escape(name)}</b> · {html.escape(title)}</div>{inner}</div>"
    )


def _prose(text: str) -> str:
    """Escaped text with `code` in it."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _tabled(verdict: Verdict) -> bool:
    arrays = verdict.got, verdict.expected, verdict.differs
    if not all(isinstance(a, np.ndarray) for a in arrays):
        return False
    return 1 < verdict.got.size <= _MOST and verdict.got.ndim <= 2


def _cells(verdict: Verdict) -> tuple[list[list[str]], list[list[str]], np.ndarray]:
    """Both arrays as rows of text, with digits enough to tell differing entries apart."""
    got, expected, differs = (
        np.atleast_2d(a) for a in (verdict.got, verdict.expected, verdict.differs)
    )
    for digits in (4, 7, 10, 17):
        texts = [[[_number(v, digits) for v in row] for row in a] for a in (got, expected)]
        clash = (np.array(texts[0]) == np.array(texts[1])) & differs
        if not clash.any():
            break
    return texts[0], texts[1], differs


def _number(value, digits: int) -> str:
    return f"{value:.{digits}g}" if np.asarray(value).dtype.kind in "fc" else str(value)


def _plain_table(verdict: Verdict) -> str:
    if not _tabled(verdict):
        return ""
    got, expected, differs = _cells(verdict)
    marked = [
        [text + ("*" if d else " ") for text, d in zip(row, marks, strict=True)]
        for row, marks in zip(got, differs, strict=True)
    ]
    width = max(len(t) for row in marked + expected for t in row) + 1
    left = ["".join(t.rjust(width) for t in row) for row in marked]
    right = ["".join(t.rjust(width) for t in row) for row in expected]
    size = max(len(left[0]), len("  yours (* differs)"))
    lines = [f"{'  yours (* differs)':<{size}}    expected"]
    return "\n".join(lines + [f"{a:<{size}}  {b}" for a, b in zip(left, right, strict=True)])


def _html_table(verdict: Verdict) -> str:
    if not _tabled(verdict):
        return ""
    got, expected, differs = _cells(verdict)
    mark = (
        'style="padding:.1em .5em;text-align:right;font-weight:bold;outline:1px solid currentColor"'
    )
    bare = 'style="padding:.1em .5em;text-align:right"'

    def grid(title: str, rows: list[list[str]], marks) -> str:
        body = "".join(
            "<tr>"
            + "".join(
                f"<td {mark if m else bare}>{html.escape(t)}{' ≠' if m else ''}</td>"
                for t, m in zip(row, row_marks, strict=True)
            )
            + "</tr>"
            for row, row_marks in zip(rows, marks, strict=True)
        )
        caption = f'<caption style="text-align:left;color:inherit">{title}</caption>'
        return f'<table style="margin:.4em 2em .2em 0">{caption}{body}</table>'

    tables = grid("yours", got, differs) + grid("expected", expected, np.zeros_like(differs))
    return f'<div style="display:flex;flex-wrap:wrap">{tables}</div>'


def _plain_prints(printed: str) -> str:
    return f"your function printed:\n{_few(printed)}" if printed.strip() else ""


def _html_prints(printed: str) -> str:
    if not printed.strip():
        return ""
    return (
        f'<div>Your function printed:<pre style="{_PRE}">{html.escape(_few(printed))}</pre></div>'
    )


def _few(text: str) -> str:
    lines = text.rstrip().splitlines()
    return "\n".join(lines[:10] + (["…"] if len(lines) > 10 else []))


def _coloured(code: str) -> str:
    """Source with keywords bold and comments and text in the theme's colours."""
    rules = (
        (
            "comment",
            r"#[^\n]*",
            "color:var(--jp-mirror-editor-comment-color,#4d8080);font-style:italic",
        ),
        ("text", r"'[^'\n]*'|\"[^\"\n]*\"", "color:var(--jp-mirror-editor-string-color,#c0504d)"),
        (
            "word",
            rf"\b(?:{'|'.join(keyword.kwlist)})\b",
            "color:var(--jp-mirror-editor-keyword-color,#3a9a3a);font-weight:bold",
        ),
    )
    style = {name: look for name, _, look in rules}
    pattern = re.compile("|".join(f"(?P<{name}>{rule})" for name, rule, _ in rules))
    out, end = [], 0
    for found in pattern.finditer(code):
        out.append(html.escape(code[end : found.start()]))
        out.append(f'<span style="{style[found.lastgroup]}">{html.escape(found.group())}</span>')
        end = found.end()
    return "".join(out) + html.escape(code[end:])
