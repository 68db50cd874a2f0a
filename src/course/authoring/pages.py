"""The lessons as web pages for reading: nothing to install, no network, dark where the reader is.

What is executed in `notebooks/` is laid out by nbconvert with a template of ours (`page/`). Live
figures are their pictures. A prediction is its question; what answers it is folded, down to the
next heading, and so are an exercise's hints and the cells tagged `answers`. On paper nothing
folds: there what answers a prediction stands below it, best overleaf, and the others, hints and
imports at the end. Code that only draws is folded too, and left out on paper unless open code
reads a name of it; there checks are left out. What is said of working in JupyterLab, in cells
tagged `lab`, is left out, and a line says how the lesson is opened there.
"""

from __future__ import annotations

import base64
import functools
import itertools
from pathlib import Path

from nbformat import NotebookNode

from course import cards, files, lessons
from course.authoring import formulas, listings, pairs, panels, readme, shown, ways
from course.authoring.checkout import CourseError
from course.lessons import handout
from course.words import language, say

TEMPLATE = Path(__file__).with_name("page")
CONTENTS = "index.html"
COMMAND = "python start.py lab"
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
    exporter = _exporter()
    known = [stem for stem in (place.before, place.stem, place.after) if stem]
    exporter.environment.globals.update(
        place=place,
        titles={stem: handout.title(stem) for stem in known},
        style=_style(),
        words={
            "page": say(
                "This page is for reading; its results are those of the course's own code."
            ),
            "print": say(
                "This print is for reading; its results are those of the course's own code, and "
                "most code that only draws or reports is left out."
            ),
            "runs": cards.prose(_runs(place.stem)),
            "above": say("Other lessons"),
            "below": say("Go on"),
            "contents": say("All lessons"),
            "answers": say("Answers"),
            "hints": say("Hints"),
            "imports": say("What this lesson imports"),
            "rungs": [say("First hints"), say("Second hints"), say("Third hints")],
            "solved": cards.prose(_solved(place.stem)),
            "came_out": say("What came out"),
            "language": language(),
        },
    )
    text, _ = exporter.from_notebook_node(shown.ready(notebook, place.stem))
    return ways.headed(ways.numbered(ways.led(text, place.stem, stems)))


@functools.cache
def _exporter():
    """Return nbconvert's exporter with our template, in which every picture has its words.

    To make sure of that HTMLExporter would read the whole page again, half of its time.
    """
    from nbconvert.exporters import HTMLExporter, TemplateExporter

    class Exporter(HTMLExporter):
        from_notebook_node = TemplateExporter.from_notebook_node

    filters = {
        "listed": listings.code,
        "printed": listings.printed,
        "prose": formulas.prose,
        "kept": formulas.kept,
        "keeps_light": keeps_light,
        "panels": panels_of,
    }
    where = [str(TEMPLATE.parent)]
    return Exporter(template_name="page", extra_template_basedirs=where, filters=filters)


def _runs(stem: str) -> str:
    """Say what a page can't do, and how the lesson is opened where it is done."""
    sentence = (
        "To run its cells, move its figures and have your answers checked, open the lesson in "
        "JupyterLab: `{command}` in the course's folder."
    )
    return say(sentence, command=f"{COMMAND} {handout.number(stem) or stem}")


def _solved(stem: str) -> str:
    """Say what hints leave out, and where it is told."""
    sentence = (
        "Dots stand for what is yours to write. A whole solution opens in JupyterLab, after an "
        "attempt: `{command}`."
    )
    return say(sentence, command=f"{COMMAND} {handout.number(stem) or stem}")


def contents(stems: list[str]) -> str:
    """Return the page from which every lesson is reached."""
    from jinja2 import Environment, FileSystemLoader

    about = [lesson for lesson in lessons.lessons() if lesson.stem in stems]
    inside = (list(group) for _, group in itertools.groupby(about, lambda one: one.about.part))
    parts = [(say(some[0].about.part), [_row(lesson) for lesson in some]) for some in inside]
    words = {
        "language": language(),
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
    lasts = handout.lasts(*readme.minutes(lesson)).replace("*", "")
    told = {"promise": say(lesson.about.promise), "builds": say(lesson.about.builds)}
    told |= {"title": handout.title(lesson.stem), "lasts": lasts}
    return {name: cards.prose(text) for name, text in told.items()} | {"stem": lesson.stem}


def _style() -> str:
    return (TEMPLATE / "page.css").read_text(encoding="utf-8")


def keeps_light(alt: str | None) -> bool:
    """Tell whether a figure stays light on a dark page: its words would be wrong otherwise."""
    return not alt or any(shade in alt.lower() for shade in SHADES)


def panels_of(output: NotebookNode) -> list[panels.Piece]:
    """Return the pieces of a picture that may stand under each other; a drawing's are drawings."""
    picture = output.data["image/png"].replace("\n", "")
    pieces = panels.cut(picture, output.metadata.get("image/png", {}).get("width", 0))
    if not (drawing := output.data.get("image/svg+xml")):
        return pieces
    windows = itertools.accumulate((piece.width for piece in pieces), initial=0)
    return [
        piece._replace(picture=_window(drawing, left, piece))
        for left, piece in zip(windows, pieces, strict=False)
    ]


def _window(drawing: str, left: int, piece: panels.Piece) -> str:
    """Return what is seen of an SVG in a window, itself an SVG, in base64."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{piece.width}" height="{piece.height}"'
    view = f'viewBox="{left} 0 {piece.width} {piece.height}"'
    return base64.b64encode(f"{head} {view}>{drawing}</svg>".encode()).decode()
