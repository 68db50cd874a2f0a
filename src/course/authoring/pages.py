"""The lessons as web pages for reading: nothing to install, no network, dark where the reader is.

What is executed in `notebooks/` is laid out by nbconvert with a template of ours (`page/`). Live
figures are their pictures. A prediction is its question; what was measured is folded, until it is
revealed; on paper, where nothing folds, it stands at the end. Code that only draws is folded too.
What is said of working in JupyterLab, in cells tagged `lab`, is left out; instead a line says how
the lesson is opened there.
"""

from __future__ import annotations

import ast
import html as markup
import itertools
import re
from pathlib import Path

from nbformat import NotebookNode

from course import cards, files, lessons
from course.authoring import formulas, pairs, ways
from course.authoring.checkout import CourseError
from course.interactive import still
from course.lessons import handout, plumbing
from course.lessons import map as course_map
from course.lessons.places import cell as anchor
from course.words import say

TEMPLATE = Path(__file__).with_name("page")
CONTENTS = "index.html"
COMMAND = "python start.py lab"
_LINES = re.compile(r"(?:(?<=<pre>)|(?<=\n)).*(?=\n)")
WRAPPED = 80  # so many characters of code stand in one line on paper, whatever its font
# Figures whose words speak of dark and light would be belied by a filter that swaps the two.
SHADES = ("dark", "white", "black", "pale", "bright", "shade", "grey")


def html(root: Path, stems: list[str], out: Path) -> list[Path]:
    """Write these lessons as pages that lead to each other, and a page of contents.

    Raises
    ------
    CourseError
        If a notebook is missing, or a formula can't be set.
    """
    written = [out / CONTENTS, *(out / f"{stem}.html" for stem in stems)]
    made = [contents(stems)]
    for place in places(stems):
        try:
            made.append(page(pairs.read_notebook(root, place.stem), place, stems))
        except CourseError as error:
            raise CourseError(f"{place.stem}: {error}") from error
    for path, text in zip(written, made, strict=True):
        files.replace(path, text)
    return written


def places(stems: list[str]) -> list[handout.Place]:
    """Return where each lesson stands among those that are written."""
    around = ["", *stems, ""]
    return [
        handout.Place(stem, before=before, after=after)
        for before, stem, after in zip(around, stems, around[2:], strict=False)
    ]


def page(notebook: NotebookNode, place: handout.Place, stems: list[str]) -> str:
    """Return a lesson as one page of HTML, whole in itself; it leads to the pages of `stems`."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="page", extra_template_basedirs=[str(TEMPLATE.parent)])
    exporter.register_filter("prose", formulas.prose)
    exporter.register_filter("keeps_light", keeps_light)
    exporter.register_filter("lined", lined)
    known = [stem for stem in (place.before, place.stem, place.after) if stem]
    exporter.environment.globals.update(
        place=place,
        titles={stem: handout.title(stem) for stem in known},
        style=_style(),
        words={
            "runs": cards.prose(_runs(place.stem)),
            "above": say("Other lessons"),
            "below": say("Go on"),
            "contents": say("All lessons"),
            "answers": say("Answers"),
            "came_out": say("What came out"),
        },
    )
    text, _ = exporter.from_notebook_node(ready(notebook, place.stem))
    return ways.headed(ways.numbered(ways.led(text, place.stem, stems)))


def _runs(stem: str) -> str:
    """Say what a page can't do, and how the lesson is opened where it is done."""
    sentence = (
        "This page is for reading. To run its cells, move its figures and have your answers "
        "checked, open the lesson in JupyterLab: `{command}` in the course's folder."
    )
    return say(sentence, command=f"{COMMAND} {handout.number(stem) or stem}")


def contents(stems: list[str]) -> str:
    """Return the page from which every lesson is reached."""
    from jinja2 import Environment, FileSystemLoader

    about = [lesson for lesson in lessons.lessons() if lesson.stem in stems]
    inside = (list(group) for _, group in itertools.groupby(about, lambda one: one.about.part))
    parts = [(say(some[0].about.part), [_row(lesson) for lesson in some]) for some in inside]
    words = {
        "course": say("How large language models work, built by you"),
        "about": cards.prose(
            say(
                "These pages are for reading: each lesson as it was run, with its figures. To "
                "answer the exercises and to move the figures, open the course in JupyterLab: "
                "`{command}` in its folder.",
                command=COMMAND,
            )
        ),
    }
    environment = Environment(loader=FileSystemLoader(TEMPLATE), autoescape=False)
    return environment.get_template("contents.html.j2").render(
        parts=parts, words=words, style=_style()
    )


def _row(lesson: lessons.Lesson) -> dict[str, str]:
    told = {"promise": say(lesson.about.promise), "builds": lesson.about.builds}
    escaped = {name: cards.prose(text) for name, text in told.items()}
    return escaped | {"stem": lesson.stem, "title": markup.escape(handout.title(lesson.stem))}


def _style() -> str:
    return (TEMPLATE / "page.css").read_text(encoding="utf-8")


def keeps_light(alt: str | None) -> bool:
    """Tell whether a figure stays light on a dark page: its words would be wrong otherwise."""
    return not alt or any(shade in alt.lower() for shade in SHADES)


def lined(code: str) -> str:
    """Mark each long line of highlighted code: paper sets in what it wraps of it."""
    return _LINES.sub(_marked, code)


def _marked(line: re.Match) -> str:
    """Return a line of code, in an element of its own if it is long."""
    bare = markup.unescape(re.sub(r"<[^>]*>", "", line[0]))
    if len(bare) <= WRAPPED:
        return line[0]
    indent = len(bare) - len(bare.lstrip())
    return f'<span class="wraps" style="--in:{indent}ch">{line[0]}</span>'


def ready(notebook: NotebookNode, stem: str) -> NotebookNode:
    """Return a notebook in which each cell says how its page shows it.

    From a prediction to the heading after its reveal, what could answer it is `told`: between one
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
    return notebook


def _lay_out(cell: NotebookNode, stem: str) -> None:
    """Stamp a cell's prose, or fold its code and keep what a page can show of its outputs."""
    if cell.cell_type == "markdown":
        cell.metadata.page.id = anchor(cell.source)
        cell.source = handout.stamped(cell.source, stem)
        return
    kind = plumbing.kind(cell)
    cell.metadata.page.fold = _fold(cell, kind)
    cell.outputs = _still(cell, kind)


def _parts(cell: NotebookNode) -> list[NotebookNode]:
    """Return a cell, or an experiment and then its reveal, under which all stands that came out."""
    first, *rest = (NotebookNode(part) for part in handout.parts(cell))
    if rest:
        first.outputs = []
    return [first, *rest]


def _pieces(cell: NotebookNode, state: str) -> list[NotebookNode]:
    """Return what of a cell is open, and what would answer a question nearby: both are marked."""
    if cell.cell_type == "markdown":
        why, rest = handout.explanation(cell.source) if state == "told" else ("", cell.source)
        both = _piece(cell, True, source=why), _piece(cell, False, source=rest)
        return [piece for piece in both if piece.source.strip()]
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
    if ".check(" in cell.source:
        return [_checked(output) for output in cell.outputs]
    kept: list[NotebookNode] = []
    for output in cell.outputs:
        alt = kept[-1].get("metadata", {}).get("image/png", {}).get("alt") if kept else None
        words = output.get("data", {}).get("text/html", "")
        if not alt or markup.escape(alt) not in words:
            kept.append(output)
        elif still.ASLEEP in words:  # the line of a figure that moves; its alt is on the picture
            told = say("In JupyterLab this figure moves; here it stands still.")
            output.data["text/html"] = cards.quiet(told, size=90)
            kept.insert(-1, output)  # above it, where the prose asks to move something
    return kept


def _checked(output: NotebookNode) -> NotebookNode:
    """Return what stands under a check as a line that asks for nothing to be run."""
    told = say("In JupyterLab this says what is right in your answer, or what is wrong and why.")
    output.data = NotebookNode({"text/html": cards.quiet(told, size=90)})
    return output


def _question(source: str, output: NotebookNode) -> NotebookNode:
    """Return a prediction's question as a card that asks for nothing to be typed."""
    call = next(
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("predict.")
    )
    text, *options = (ast.literal_eval(argument) for argument in call.args[1:])
    chosen = options[0] if options else []
    items = "".join(f"<li>{markup.escape(say(option))}</li>" for option in chosen)
    told = cards.quiet(say("Decide for yourself before you read on."))
    listed = f"<ul>{items}</ul>" if items else ""
    card = cards.card(f'<b class="asked">{markup.escape(say(text))}</b>{listed}{told}')
    output.data = NotebookNode({"text/html": card})
    return output
