"""The ways through a page and on to others: its contents, its answers, lessons named in prose."""

from __future__ import annotations

import html as markup
import itertools
import re

from course import lessons
from course.lessons import handout
from course.words import say

_LINK = re.compile(
    r'<a\b([^>]*)href="([0-9]{2}_\w+)\.ipynb(?:(#)cell-id=([\w-]+))?("[^>]*)>(.*?)</a>', re.DOTALL
)
_NAMED = re.compile(r"<em>([A-Z][^<]*)</em>")
_HEADING = re.compile(r"<h([23])>(.*?)</h\1>", re.DOTALL)
_LONG = 160  # letters of a question, two lines on paper
_PARTS = re.compile(
    r"<h[1-4]\b[^>]*>(?P<heading>.*?)</h[1-4]>"
    r'|(?P<asked><b class="asked")>'
    r"|(?P<item><li>(?:(?!</?li>|</?details).)*|<p>(?:(?!</?p>).)*\?</p>\s*(?:</section>\s*)?)?"
    r'<details(?P<kind> class="(?:answer|hints)")?><summary>(?P<told>.*?)</summary>',
    re.DOTALL,
)


def numbered(text: str) -> str:
    """Give folded answers and hints an id, by which paper, where nothing folds, sends to its end.

    There it stands under the item of a list that it is folded in, or a paragraph before it that
    ends with a question; else under the name of its section. What answers a prediction stays where
    it is, on paper too, since what follows leans on it; it says where that was asked.
    """
    heading, asked, predictions, count = "", 0, itertools.count(1), itertools.count(1)

    def part(found: re.Match) -> str:
        nonlocal heading, asked
        if (words := found["heading"]) is not None:
            heading = _name(words)
            return found[0]
        if found["asked"]:
            asked = next(predictions)
            return f'{found["asked"]} id="asked-{asked}">'
        item, kind = found["item"] or "", found["kind"] or ""
        if asked and "answer" in kind:
            number, asked = asked, 0
            told = f"{found['told']} {_asked('asked', number)}"
            return f"{item}<details{kind}><summary>{told}</summary>"
        number = next(count)
        fold = _fold(number, _inner(item), heading, kind, found["told"])
        sends = _sends(number, "hints" if "hints" in kind else "answer")
        if not item:
            return f'<p class="paper">{sends}</p>{fold}'
        return re.sub(r"\s*(</p>\s*(?:</section>\s*)?)?$", rf" {sends}\1", item, count=1) + fold

    return _PARTS.sub(part, text)


def _inner(item: str) -> str:
    """Return what an item says, without its paragraphs and links; if long, its question alone."""
    words = re.sub(r"\s*</?(?:p|li|section)>\s*", " ", re.sub(r"</?a\b[^>]*>", "", item)).strip()
    last = re.split(r"(?<=[.?!:]) (?=[A-Z])", words)[-1]
    whole = last.endswith("?") and last.count("</") * 2 == last.count("<")
    return last if whole and len(_plain(words)) > _LONG else words


def _sends(number: int, kind: str) -> str:
    """Return the words that on paper send to an answer, or to hints."""
    below, sheet = say("The answer stands at the end."), say("The answer stands on page {sheet}.")
    if kind == "hints":
        below, sheet = say("Hints stand at the end."), say("Hints stand on page {sheet}.")
    return (
        f'<a class="paper sends" id="question-{number}" href="#{kind}-{number}" '
        f'data-sheet="{sheet}" data-then=", {say("then")} ">{below}</a>'
    )


def _asked(kind: str, number: int) -> str:
    """Return the words that on paper lead from an answer, or a hint, to where it was asked."""
    asked = say("Asked on page {sheet}.")
    return f'<a class="paper" href="#{kind}-{number}" data-sheet="{asked}"></a>'


def _fold(number: int, question: str, heading: str, kind: str, told: str) -> str:
    """Return the head of a folded answer."""
    id = f"{'hints' if 'hints' in kind else 'answer'}-{number}"
    back = question or heading
    screen = ' class="screen"' if question or "hints" in kind else ""
    return (
        f'<details{kind} id="{id}"><summary>'
        f'<span class="paper"><a href="#question-{number}">{back}</a></span> '
        f"{_asked('question', number)} "
        f"<span{screen}>{told}</span></summary>"
    )


def headed(text: str) -> str:
    """Give each heading an id, and list sections and what stands in them before the first.

    Beside them, and in none, the list can stay in sight.
    """
    used = set(re.findall(r'\bid="([^"]*)"', text))
    sections: list[str] = []

    def heading(found: re.Match) -> str:
        level, words = found.groups()
        id = _id(words, used)
        used.add(id)
        inner = ' class="inner"' if level == "3" else ""
        sections.append(f'<li{inner}><a href="#{id}">{_name(words)}</a></li>')
        return f'<h{level} id="{id}">{_kept(words)}</h{level}>'

    text = _HEADING.sub(heading, text)
    for id, words in re.findall(r'<h2 id="([\w-]*at-the-end)">(.*?)</h2>', text):
        sections.append(f'<li class="paper"><a href="#{id}">{words}</a></li>')
    told = say("On this page")
    listed = (
        f'<nav class="contents" aria-label="{told}"><details><summary>{told}</summary>'
        f"<ul>{''.join(sections)}</ul></details></nav>\n"
    )
    return re.sub(r"(?=<section[^>]*>\s*<h2 )", lambda _: listed, text, count=1)


def _kept(words: str) -> str:
    """Return a heading in which no line ends at a hyphen, or before a point or between two."""
    first, *rest = words.split(" · ")
    if "<" not in first:
        first = re.sub(r"\w+(?:-\w+)+", r'<span class="kept">\g<0></span>', first)
    space = "\N{NO-BREAK SPACE}"
    return f"{space}· ".join([first, *(part.replace(" ", space) for part in rest)])


def _id(words: str, used: set[str]) -> str:
    """Return an id that is free, made of a heading's words up to its first point."""
    name = re.sub(r"\W+", "-", markup.unescape(_plain(words)).partition(" · ")[0].lower())
    name = name.strip("-")
    free = itertools.chain([name], (f"{name}-{n}" for n in itertools.count(2)))
    return next(id for id in free if id not in used)


def _name(words: str) -> str:
    """Return a heading as it is cited: of an exercise its number and its name alone."""
    return " · ".join(_plain(words).split(" · ")[:2])


def _plain(words: str) -> str:
    return re.sub(r"<[^>]*>", "", words)


def led(text: str, here: str, stems: list[str]) -> str:
    """Let links to lessons, and lessons named in prose, lead to those pages that are written."""
    titles = {say(one.about.title): one.stem for one in lessons.lessons() if one.stem in stems}
    titles = {title: stem for title, stem in titles.items() if stem != here}

    def link(found: re.Match) -> str:
        before, stem, mark, id, after, words = found.groups(default="")
        return (
            f'<a{before}href="{stem}.html{mark}{id}{after}>{words}</a>' if stem in stems else words
        )

    def name(found: re.Match) -> str:
        if not (stem := titles.get(" ".join(found[1].split()))):
            return found[0]
        number = f'<span class="paper">{handout.number(stem)}\xa0·\xa0</span>'  # prints bear it
        return f'<a href="{stem}.html">{number}{found[0]}</a>'

    return _NAMED.sub(name, _LINK.sub(link, text))
