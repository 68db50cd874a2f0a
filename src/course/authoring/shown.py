"""What of a lesson a page shows that has no kernel, what it folds, and what it leaves out."""

from __future__ import annotations

import ast
import html as markup
import itertools
import re
import symtable

from nbformat import NotebookNode

from course import cards, lessons
from course.authoring import listings
from course.interactive import predict, still
from course.lessons import handout, plumbing, yours
from course.lessons import map as course_map
from course.lessons.places import cell as anchor
from course.words import say

_CHECK = re.compile(r"ex\.(\w+)\.check\(")
_BARE = re.compile(r"widgets\.\w+\([^\n]*\)|\w+\.\w+\(\)")  # it draws, and says no more
_LAYOUT = re.compile(r" +# fmt: \w+$", re.MULTILINE)
_BRACKET = re.compile(r"\([^()]{1,24}\)")
_EQUAL = re.compile(r"\S+ [=←] [^,;.:()]{1,24}(?=[,;.]|$)")  # a short formula
_CREDIT = re.compile(r"^print\(\w+\.credit\(.*\)\)\n?", re.MULTILINE)  # prints what `_done` drops
_BAR = re.compile(r"^.*█.*\n?", re.MULTILINE)


def ready(notebook: NotebookNode, stem: str) -> NotebookNode:
    """Return a notebook in which each cell says how its page shows it.

    From a prediction to what explains its result, all that could answer it is `told`: between one
    that `opens` and one that `closes` all of it is folded.
    """
    shown = (cell for cell in notebook.cells if "lab" not in cell.metadata.get("tags", []))
    parts = [part for cell in shown for part in _parts(cell)]
    near = handout.near(parts)
    notebook.cells = [
        piece for part, state in zip(parts, near, strict=True) for piece in _pieces(part, state)
    ]
    for told, run in itertools.groupby(notebook.cells, lambda cell: cell.metadata.page.told):
        cells = list(run)
        cells[0].metadata.page.opens = cells[-1].metadata.page.closes = told
        for cell in cells:
            _lay_out(cell, stem)
    _need(notebook.cells)
    return notebook


def _need(cells: list[NotebookNode]) -> None:
    """Mark what is folded and yet needed to read the code that is open: imports and names."""
    read: set[str] = set()  # below, before it is bound anew
    for cell in reversed([cell for cell in cells if cell.cell_type == "code"]):
        page, code = cell.metadata.page, symtable.symtable(cell.source, cell.id, "exec")
        bound = {name.get_name() for name in code.get_symbols() if name.is_assigned()}
        bound |= {name.get_name() for name in code.get_symbols() if name.is_imported()}
        asks = plumbing.kind(cell) == "predict"  # what it asks stands in its card
        page.needed = bool(page.fold and bound & read and not asks)
        read -= bound
        if not page.fold or page.needed:
            read |= _read(code) - bound


def _read(code: symtable.SymbolTable) -> set[str]:
    """Return the names of a cell's own scope, or of none, that it or its functions read."""
    top = code.get_type() == "module"
    names = {one.get_name() for one in code.get_symbols() if top or one.is_global()}
    return names.union(*map(_read, code.get_children()))


def _lay_out(cell: NotebookNode, stem: str) -> None:
    """Stamp a cell's prose, or fold its code and keep what a page can show of its outputs."""
    if cell.cell_type == "markdown":
        cell.metadata.page.id = anchor(cell.source)
        cell.source = handout.stamped(cell.source, stem)
        return
    kind = plumbing.kind(cell)
    cell.metadata.page.fold = _fold(cell, kind)
    cell.metadata.page.bare = bool(_BARE.fullmatch(cell.source.strip()))
    if found := _CHECK.match(cell.source):
        cell.outputs = [_checked(output, _hints(stem, found[1])) for output in cell.outputs]
    else:
        cell.outputs = _still(cell, kind)
    cell.source = _to_read(cell.source)


def _to_read(source: str) -> str:
    """Return code without what isn't for its reader: words for a formatter, a picture, a credit."""
    source, shorter = _CREDIT.sub("", source).rstrip(), {}
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and any(one.arg == "alt" for one in call.keywords):
            kept = [*call.args, *(one for one in call.keywords if one.arg != "alt")]
            inner = ", ".join(filter(None, (ast.get_source_segment(source, one) for one in kept)))
            shorter[ast.get_source_segment(source, call)] = f"{ast.unparse(call.func)}({inner})"
    for whole, short in shorter.items():
        source = source.replace(whole, short)
    return _LAYOUT.sub("", source)


def _parts(cell: NotebookNode) -> list[NotebookNode]:
    """Return a cell, or an experiment and then its reveal, under which all stands that came out."""
    first, *rest = (NotebookNode(part) for part in handout.parts(cell))
    if rest:
        first.outputs = []
    return [first, *rest]


def _pieces(cell: NotebookNode, state: str) -> list[NotebookNode]:
    """Return what of a cell is open, and what would answer a question nearby: both are marked."""
    answers = "answers" in cell.metadata.get("tags", [])
    if cell.cell_type == "markdown":
        told = answers or state == "told"
        why, rest = handout.explanation(cell.source) if told else ("", cell.source)
        both = _piece(cell, True, source=why), _piece(cell, False, source=rest)
        return [piece for piece in both if piece.source.strip()]
    if answers:
        return [_piece(cell, True)]
    kind = plumbing.kind(cell)
    if not state or kind == "predict" or ".check(" in cell.source:
        return [_piece(cell, False)]
    if state == "told" or kind == "reveal":
        return [_piece(cell, True)]
    came_out = [_piece(cell, True, source="")] if cell.outputs else []
    return [_piece(cell, False, outputs=[]), *came_out]


def _piece(cell: NotebookNode, told: bool, **change) -> NotebookNode:
    """Return a cell with another source or other outputs; `told` is folded."""
    metadata = NotebookNode(cell.metadata, page=NotebookNode(told=told))
    id = f"{cell.id}-told" if told else cell.id
    return NotebookNode({**cell, "id": id, "metadata": metadata, **change})


def _fold(cell: NotebookNode, kind: str) -> str:
    """Return the line under which a cell's code is folded; empty where it is open."""
    known = {
        "predict": say("Code of the question"),
        "reveal": say("Code"),
        "plot": say("Code of the figure"),
        "table": say("Code of the table"),
    }
    tags = cell.metadata.get("tags", [])
    if "setup" in tags:
        return say("What this lesson imports")
    if kind not in known or "open" in tags or not plumbing.mostly_plumbing(cell):
        return ""
    return known[kind]


def _still(cell: NotebookNode, kind: str) -> list[NotebookNode]:
    """Return the outputs that a page without a kernel shows."""
    if cell.source.strip() == handout.DRAWS_MAP:
        bare = course_map.Map({"checks": {}, "hints": {}, "predictions": {}})
        for output in cell.outputs:
            output.data["text/html"] = bare.to_read()
    if kind == "predict":
        return [_question(cell.source, output) for output in cell.outputs]
    kept: list[NotebookNode] = []
    for output in cell.outputs:
        if "text" in output and not (output := _done(output)).text:
            continue
        drawn = kept[-1].get("metadata", {}).get("image/png", {}) if kept else {}
        alt = drawn.get("alt")
        words = output.get("data", {}).get("text/html", "")
        if not alt or markup.escape(alt) not in words:
            kept.append(output)
        elif still.ASLEEP in words:  # the line of a figure that moves; its alt is on the picture
            output.data["text/html"] = cards.quiet(_still_at(drawn.get("settings")), size=90)
            kept.insert(-1, output)  # above it, where the prose asks to move something
    return kept


def _still_at(settings: str) -> str:
    """Say that a figure moves, and at which settings of its controls it was drawn."""
    if not settings:
        return say("In JupyterLab this figure moves; here it stands still.")
    sentence = "In JupyterLab this figure moves. Here it stands still, drawn with {settings}."
    return say(sentence, settings=settings.replace(": ", ":\N{NO-BREAK SPACE}"))


def _done(output: NotebookNode) -> NotebookNode:
    """Return what was printed without the bar that showed how far a run was: it is over.

    Nor is said that nothing is the reader's: here nothing could be, as the page says once.
    """
    lines = _BAR.sub("", output.text).splitlines(keepends=True)
    output.text = "".join(line for line in lines if not _credits_nothing(line))
    return output


def _credits_nothing(line: str) -> bool:
    """Tell whether a line that was printed says that no part of something is the learner's."""
    what = line.partition(":")[0]
    counts = map(int, re.findall(r"\b\d\d?\b", line))
    return line.strip() in (yours.credit(what, [], [""] * n) for n in counts)


def _checked(output: NotebookNode, hints: tuple[str, ...]) -> NotebookNode:
    """Return what stands under a check as a line that asks for nothing to be run, and hints."""
    told = say("In JupyterLab your answer is checked here, and after an attempt a solution opens.")
    output.data = NotebookNode({"text/html": cards.quiet(told, size=90) + _ladder(hints)})
    return output


def _hints(stem: str, name: str) -> tuple[str, ...]:
    asked = lessons.Lesson(lessons.slug(stem)).asked
    return next((one.hints for one in asked if one.name == name), ())


def _ladder(hints: tuple[str, ...]) -> str:
    """Return hints as folds, each in the one before it; the last one is code."""
    inner = ""
    for n in range(len(hints), 0, -1):
        told, hint = say("Hint {n} of {all}", n=n, all=len(hints)), say(hints[n - 1])
        whole = _EQUAL.sub(_unbroken, _BRACKET.sub(_unbroken, hint))
        words = listings.code(hint) if n == len(hints) else f"<p>{cards.prose(whole)}</p>"
        kind = "hints" if n == 1 else "rung"
        head = told if n == 1 else f'<span class="screen">{told}</span>'
        inner = f'<details class="{kind}"><summary>{head}</summary>{words}{inner}</details>'
    return inner


def _unbroken(words: re.Match) -> str:
    return words[0].replace(" ", "\N{NO-BREAK SPACE}")


def _question(source: str, output: NotebookNode) -> NotebookNode:
    """Return a prediction's question as a card that asks for nothing to be typed."""
    call = next(
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("predict.")
    )
    make = getattr(predict, ast.unparse(call.func).removeprefix("predict."))
    arguments = [ast.literal_eval(argument) for argument in call.args]
    named = {argument.arg: ast.literal_eval(argument.value) for argument in call.keywords}
    guess = make(*arguments, **named)
    items = "".join(f"<li>{markup.escape(say(option))}</li>" for option in guess.options)
    told = f"{guess.ends} {say('Decide for yourself before you read on.')}".strip()
    listed = f'<ul class="options">{items}</ul>'
    if not items:
        unit = markup.escape(say(guess.unit)) if guess.unit else ""
        listed = f'<p class="paper guess">{say("Your guess:")}<span>{unit}</span></p>'
    asked = f'<b class="asked">{markup.escape(say(guess.question))}</b>'
    card = cards.card(f"{asked}{listed}{cards.quiet(told)}")
    output.data = NotebookNode({"text/html": card})
    return output
