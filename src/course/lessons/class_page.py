"""The class report as one page: where the class stands, what it misunderstands, how it guesses.

What learners' files hold is data: every word of theirs is escaped, and the page loads nothing.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from html import escape
from typing import Any, NamedTuple

import numpy as np

from course import cards, lessons
from course.checking import Exercise
from course.learner.report import Report
from course.words import language, say, say_n

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em;
       color-scheme: light dark; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3em .8em .3em 0;
         border-bottom: 1px solid rgba(128, 128, 128, .35); }
td:not(:last-child) { white-space: nowrap; } .q { white-space: normal; }
meter { width: 6em; } p.m { margin: .1em 0; }
p.w { margin: 0; font-size: 85%; white-space: normal; }
"""


def html(report: Report, *, names: bool = False, every: int = 0) -> str:
    """Return the page of a report.

    Parameters
    ----------
    names
        Whether it says who is stuck where.
    every
        Seconds after which a browser loads the page again; 0 for never.
    """
    title = say("Class report")
    known = lessons.lessons()
    if not names:
        report = replace(report, who={})
    parts = [part for one in known if (part := _lesson(one, report))]
    rest = _others(report, {one.slug for one in known})
    many = say_n("{n} learner", "{n} learners", report.learners)
    head = f"<title>{escape(title)}</title><style>{_STYLE}</style>"
    body = [f"<h1>{escape(title)}</h1><p>{escape(many)}</p>", *parts, rest, _left_out(report)]
    again = f'<meta http-equiv="refresh" content="{every}">' if every else ""
    page = f'<meta charset="utf-8">{again}{head}</head>\n<body>\n' + "\n".join(filter(None, body))
    return f'<!DOCTYPE html>\n<html lang="{language()}"><head>{page}\n</body></html>\n'


def _lesson(one: lessons.Lesson, report: Report) -> str:
    """One lesson's exercises and predictions; "" where nobody has begun it."""
    rows = [_exercise(one, asked, report) for asked in one.asked]
    tried = [row for row in rows if row]
    guesses = {q: facts for q, facts in report.guesses.items() if q.split(".")[0] == one.slug}
    if not tried and not guesses:
        return ""
    met = say("misunderstood, by how many")
    heads = (say("exercise"), say("passed"), "", say("with hints"), met)
    table = _table(heads, tried) if tried else ""
    return (
        f"<h2>{escape(f'{one.number} · {say(one.about.title)}')}</h2>{table}{_asked(one, guesses)}"
    )


def _exercise(one: lessons.Lesson, asked: lessons.Asked, report: Report) -> list[str]:
    """A row: number and name, passed of tried, a bar, hints, misconceptions with sentences."""
    key = f"{one.slug}.{asked.name}"
    tried, passed = report.tried.get(key, 0), report.passed.get(key, 0)
    if not tried:
        return []
    hints = report.hints.get(key, [])
    bar = f'<meter min="0" max="{tried}" value="{passed}">{passed}/{tried}</meter>'
    took = str(len(hints)) if hints else ""
    number = f"{int(one.number or 0)}.{asked.place}"
    count = escape(say("{n} of {all}", n=passed, all=tried))
    if stuck := report.named(key):
        count += f'<p class="w">{escape(say("not yet: {names}", names=stuck))}</p>'
    name = f"{number} <code>{escape(asked.name)}</code>"
    return [name, count, bar, escape(took), _mistakes(one.slug, key, report)]


def _mistakes(slug: str, key: str, report: Report) -> str:
    """Each misconception by its whole sentence where the bank still knows it."""
    met = [(name, times) for (exercise, name), times in report.mistakes.items() if exercise == key]
    met.sort(key=lambda one: (-len(one[1]), -sum(one[1]), one[0]))
    says = _sentences(slug, key.rpartition(".")[2]) if met else {}
    return "".join(
        f'<p class="m"><b>{len(times)}</b> · {cards.prose(says.get(name, name))}</p>'
        + f'<p class="w">{escape(report.named(key, name))}</p>' * ((key, name) in report.who)
        for name, times in met
    )


def _sentences(slug: str, name: str) -> dict[str, str]:
    """The sentence of each misconception of an exercise, by its name."""
    exercise = getattr(lessons.bank(slug), name, None)
    known = exercise.mistakes if isinstance(exercise, Exercise) else ()
    return {mistake.name: say(mistake.says) for mistake in known}


# ---- predictions ------------------------------------------------------------------------------


def _asked(one: lessons.Lesson, guesses: dict[str, list[dict]]) -> str:
    """The predictions of a lesson: how many were close, what was guessed, what came out."""
    if not guesses:
        return ""
    texts = _questions(one)
    heads = (say("prediction"), say("close"), say("guessed"), say("measured"))
    return _table(heads, [_guessed(q, facts, texts) for q, facts in sorted(guesses.items())])


def _guessed(question: str, facts: list[dict], texts: dict[str, str]) -> list[str]:
    given = [f["guess"] for f in facts if "guess" in f]
    judged = [f for f in facts if "close" in f]
    close = say("{n} of {all}", n=sum(bool(f["close"]) for f in judged), all=len(judged))
    measured = [f["measured"] for f in facts if "measured" in f]
    shown = _spread(measured[:1]) if measured else ""
    asked = f'<span class="q">{escape(texts.get(question, question))}</span>'
    return [asked, escape(close), _spread(given), shown]


def _spread(values: list[Any]) -> str:
    """Numbers by their quartiles, choices by how often each was made."""
    numbers = [float(v) for v in values if isinstance(v, int | float)]
    numbers = [v for v in numbers if np.isfinite(v)]
    if numbers and len(numbers) == len(values):
        low, middle, high = (f"{q:.3g}" for q in np.quantile(numbers, [0.25, 0.5, 0.75]))
        if len(numbers) == 1:
            return middle
        return escape(
            say("half between {low} and {high}, middle {m}", low=low, high=high, m=middle)
        )
    texts = [str(v)[:80] for v in values]
    counts = sorted(((texts.count(t), t) for t in set(texts)), key=lambda pair: (-pair[0], pair[1]))
    return "<br>".join(escape(f"{n} × {text}" if len(texts) > 1 else text) for n, text in counts)


class _Prediction(NamedTuple):
    """A prediction as its lesson's text has it."""

    id: str
    question: str


def _questions(one: lessons.Lesson) -> dict[str, str]:
    """The text of each prediction by its id, read from the lesson's own; {} without a checkout."""
    file = lessons.NOTEBOOKS / "text" / f"{one.stem}.py"
    if not file.is_file():
        return {}
    calls = [n for n in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(n, ast.Call)]
    found = {}
    for call in calls:
        texts = [a.value for a in call.args[:2] if isinstance(a, ast.Constant)]
        if getattr(call.func, "attr", "") in ("number", "choice") and len(texts) == 2:
            asked = _Prediction(*map(str, texts))
            found[asked.id] = say(asked.question)
    return found


# ---- what is left -----------------------------------------------------------------------------


def _others(report: Report, known: set[str]) -> str:
    """Exercises of no lesson that is here, by their ids."""
    odd = sorted(key for key in report.tried if key.rpartition(".")[0] not in known)
    rows = [[f"<code>{escape(k)}</code>", f"{report.passed[k]}/{report.tried[k]}"] for k in odd]
    head = f"<h2>{escape(say('Of no lesson that is here'))}</h2>"
    return head + _table((say("exercise"), say("passed")), rows) if rows else ""


def _left_out(report: Report) -> str:
    """The files that could not be read, and why."""
    rows = [[escape(str(file)), escape(why)] for file, why in report.bad]
    head = f"<h2>{escape(say('Files left out'))}</h2>"
    return head + _table((say("file"), say("why")), rows) if rows else ""


def _table(heads: tuple, rows: list[list[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>\n{body}</tbody></table>"
