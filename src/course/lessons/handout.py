"""A lesson as it is handed to a learner: nothing given away, the plumbing folded, a way on.

The shipped notebook is executed, for reading without a kernel. The learner's copy has no outputs
but the pictures of live figures and the questions of predictions; cells that only ask, draw or
list are folded, and so is what explains a result; headings bear numbers; a line above and one
below lead to the neighbours. The map of the course and the cell at the end, which tells how far one
is, are drawn.
"""

from __future__ import annotations

import copy
import platform
import re
from typing import NamedTuple

from course import cards, lessons
from course.lessons import minutes, places, plumbing
from course.words import say, say_n

ABOVE, BELOW, AHEAD = "desk-above", places.BELOW, "desk-ahead"  # ids of the cells that we add
MAP = "desk-map"  # the id of the cell that draws the course's map
OURS = (ABOVE, BELOW, AHEAD)
WIDGET = "application/vnd.jupyter.widget-view+json"
_BRINGS_MAP, DRAWS_MAP = "from course.lessons import map as course_map", "course_map.show()"
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)


class Place(NamedTuple):
    """Where a lesson stands: its own stem, those before and after it, what is solved."""

    stem: str
    before: str = ""
    after: str = ""
    solved: frozenset = frozenset()  # keys of the exercises that have passed
    step: str = ""  # where the learner goes on, a link in Markdown
    map: str = ""  # the map of the course as it is drawn now, as HTML
    ahead: str = ""  # how far the learner is in this lesson, as HTML


def make(notebook: dict, place: Place) -> dict:
    """Return the copy of a shipped notebook that a learner works in.

    Parameters
    ----------
    notebook
        As `json` or nbformat reads it; it is left as it was.
    place
        Its neighbours, for the line above and the line below.
    """
    fresh = copy.deepcopy(notebook)
    # JupyterLab writes it down when it opens a page, which then asks to be saved.
    fresh["metadata"].get("language_info", {})["version"] = platform.python_version()
    fresh["cells"] = [
        piece for cell in fresh["cells"] for part in parts(cell) for piece in _headed(part)
    ]
    fold_explanations(fresh["cells"])
    for cell, state in zip(fresh["cells"], near(fresh["cells"]), strict=True):
        cell["id"] = places.cell(cell["source"]) or cell["id"]
        if cell["cell_type"] == "markdown":
            cell["source"] = stamped(cell["source"], place.stem)
            continue
        _strip(cell, gives_away=state == "asked")
        plumbing.fold(cell)
        if cell["source"].strip() == DRAWS_MAP:
            _draw_map(cell, place.map)
    known = _known(place.stem)
    spent = minutes.count(known, notebook["cells"]) if known else (0, 0)
    fresh["cells"] = [above(place, spent), *fresh["cells"], *below(place)]
    return fresh


def parts(cell: dict) -> list[dict]:
    """Return a cell, or the two that it becomes: the experiment, then what it revealed.

    A line such as ``guess.reveal("the outputs change")`` is the answer, in plain sight.
    """
    if cell["cell_type"] != "code" or not (pieces := plumbing.before_reveal(cell["source"])):
        return [cell]
    first, second = copy.deepcopy(cell), copy.deepcopy(cell)
    first["source"], second["source"] = pieces
    second["id"] = f"{cell['id']}-reveal"
    second["metadata"] = {}
    return [first, second]


def _headed(cell: dict) -> list[dict]:
    """Return a cell, or two where an exercise begins within it: links lead to the top of a cell."""
    found = places.EXERCISE.search(cell["source"])
    if cell["cell_type"] != "markdown" or not found or not found.start():
        return [cell]
    first, second = copy.deepcopy(cell), copy.deepcopy(cell)
    first["source"] = cell["source"][: found.start()].rstrip()
    second["source"] = cell["source"][found.start() :]
    return [first, second]


def near(cells: list[dict]) -> list[str]:
    """Say of each cell how near it stands to a question that it could answer.

    "asked" from a prediction to its reveal, "told" from there to the end of the text that follows,
    as far as its first heading; else "". A text tagged ``open`` explains nothing: it leads on.
    """
    state, states = "", []
    for cell in cells:
        source, told = cell["source"], state == "told"
        if cell["cell_type"] == "markdown":
            leads_on = _HEADING.match(source) or "open" in cell["metadata"].get("tags", [])
            states.append("" if told and leads_on else state)
            state = "" if told else state
            continue
        if plumbing.kind(cell) == "predict":
            state = "asked"
        states.append(state)
        if state == "asked" and ".reveal(" in source:
            state = "told"
    return states


def fold_explanations(cells: list[dict]) -> None:
    """Fold the text that follows a prediction's reveal: so near the question it would answer it."""
    for cell, state in zip(cells, near(cells), strict=True):
        if cell["cell_type"] == "markdown" and state == "told":
            cell["source"] = _folded(cell["source"])


def explanation(text: str) -> tuple[str, str]:
    """Return what stands before a text's first heading, and the rest."""
    head = _HEADING.search(text)
    return (text[: head.start()], text[head.start() :]) if head else (text, "")


def _folded(text: str) -> str:
    """Fold a text down to its first heading."""
    first, rest = explanation(text)
    if not first.strip():
        return text
    title = say("What it means: open this once you have seen what came out.")
    # Between blank lines, what stands inside is Markdown.
    fold = f"<details><summary>{title}</summary>\n\n{first.strip()}\n\n</details>"
    return f"{fold}\n\n{rest}" if rest else fold


def _strip(cell: dict, *, gives_away: bool) -> None:
    """Drop the outputs of a cell, but for a question and for the picture of a live figure."""
    kind = plumbing.kind(cell)
    keep = kind == "predict" or (kind == "live" and not gives_away)
    cell["execution_count"] = None
    cell["outputs"] = [bare for output in cell["outputs"] if keep and (bare := _bare(output))]


def _draw_map(cell: dict, drawn: str) -> None:
    """Let the map stand there drawn, and its cell run by itself: a link leads straight to it."""
    cell["id"], cell["source"] = MAP, f"{_BRINGS_MAP}\n\n{DRAWS_MAP}"
    if drawn:
        cell["outputs"] = _as_of_now(drawn)


def _as_of_now(drawn: str) -> list[dict]:
    """Return outputs that show the learner's progress without a run of their cell."""
    told = say("As it was when you opened the course. Run this cell to bring it up to date.")
    data = {"text/html": drawn + cards.quiet(told), "text/plain": ""}
    return [{"output_type": "display_data", "data": data, "metadata": {}}]


def without_widgets(cell: dict) -> list[dict]:
    """Return the outputs of a cell but for the course's widgets: a still stands before each.

    Where its kernel is gone a page would say in its place that it was not found.
    """
    return [out for out in cell["outputs"] if WIDGET not in out.get("data", {}) or _bare(out)]


def _bare(output: dict) -> dict | None:
    """Return an output without a widget, whose kernel is gone; None if nothing is left of it."""
    output = {name: value for name, value in output.items() if name != "execution_count"}
    if output["output_type"] == "execute_result":
        output["output_type"] = "display_data"
    if "data" in output:
        output["data"] = {mime: it for mime, it in output["data"].items() if mime != WIDGET}
        return output if any(map("".join, output["data"].values())) else None
    return output


def number(stem: str) -> str:
    """Return a lesson's number as it is shown."""
    return stem[:2] if stem[:2].isdigit() else ""


def title(stem: str) -> str:
    """Return a lesson's number and name, as in "12 · Attention"."""
    known = _known(stem)
    name = known.about.title if known else lessons.slug(stem)
    return say("{number} · {name}", number=number(stem), name=say(name))


def _known(stem: str) -> lessons.Lesson | None:
    lesson = lessons.Lesson(lessons.slug(stem))
    return lesson if (lessons.FOLDER / lesson.slug / "__init__.py").is_file() else None


def stamped(text: str, stem: str) -> str:
    """Return a lesson's prose with numbers in its title and in the headings of exercises."""
    known = _known(stem)
    asked = {one.name: one for one in known.asked} if known else {}

    def heading(found: re.Match) -> str:
        one = asked.get(found[1])
        return f"### {places.heading(known, one)}" if one else found[0]

    text = _TITLE.sub(rf"# {number(stem)} · \1", text, count=1) if number(stem) else text
    return places.EXERCISE.sub(heading, text)


def above(place: Place, spent: tuple[int, int]) -> dict:
    """Return the line above a lesson: where to go from here, and how far you are.

    Parameters
    ----------
    spent
        The minutes that the lesson takes, and those of what it offers further.
    """
    before, after = place.before, place.after
    links = [
        before and say("←\u00a0[{name}]({file})", name=title(before), file=places.file(before)),
        say("[Map of the course]({file})", file=places.course_map()),
        after and say("[{name}]({file})\u00a0→", name=title(after), file=places.file(after)),
    ]
    lines = [" &nbsp;·&nbsp; ".join(filter(None, links))]
    if far := _how_far(place, spent):
        lines.append(far)
    if place.step:
        lines.append(f"**{place.step}**")
    return _markdown(ABOVE, "  \n".join(lines))


def _how_far(place: Place, spent: tuple[int, int]) -> str:
    """Say how long a lesson takes, and what of it was solved by now."""
    known = _known(place.stem)
    if known is None or not known.asked:
        return ""
    words = [lasts(*spent), say_n("{n} exercise.", "{n} exercises.", len(known.asked))]
    done = sum(f"{known.slug}.{one.name}" in place.solved for one in known.asked)
    if done:
        sentence = (
            "{done} solved when you opened this page; run its last cell of code to see how far you "
            "are by now."
        )
        words.append(say(sentence, done=done))
    return " ".join(words)


def lasts(first: int, further: int) -> str:
    """Say how many minutes a lesson takes, and how many more what it offers further."""
    if not further:
        return say("About {minutes} minutes.", minutes=first)
    sentence = "About {minutes} minutes, and {more} for what stands under *Further*."
    return say(sentence, minutes=first, more=further)


def rerun(cells: list[dict]) -> str:
    """Say above a copy whose kernel is gone what is gone with it; "" where no cell was run."""
    return gone() if any(cell.get("execution_count") for cell in cells) else ""


def gone() -> str:
    """Say that the variables are gone."""
    return say(
        "Variables don't outlast a session: before you go on, choose the cell where you were and "
        "run again what stands above it (menu Run, Run All Above Selected Cell). A cell with an "
        "error ends that run."
    )


def below(place: Place) -> list[dict]:
    """Return what stands below a lesson: how far you are by then, and the next lesson."""
    slug, cells = lessons.slug(place.stem), []
    known = _known(place.stem)
    if known:
        call = f'course_map.ahead("{slug}")'
        source = f"# {say('How far you are.')}\n{_BRINGS_MAP}\n\n{call}"
        cells.append(_code(AHEAD, source, _as_of_now(place.ahead) if place.ahead else []))
    after = place.after and _known(place.after)
    words = say("This was the last lesson. [Map of the course]({file})", file=places.course_map())
    if place.after:
        words = say(
            "**Next:** [{name}]({file}) · {promise}",
            name=title(place.after),
            file=places.file(place.after),
            promise=say(after.about.promise) if after else "",
        )
    return [*cells, _markdown(BELOW, words)]


def _markdown(id: str, source: str) -> dict:
    return {"cell_type": "markdown", "id": id, "metadata": {"tags": ["desk"]}, "source": source}


def _code(id: str, source: str, outputs: list[dict]) -> dict:
    cell = {"cell_type": "code", "id": id, "metadata": {"tags": ["desk"]}, "source": source}
    folded = {"jupyter": {"source_hidden": True}}
    cell["metadata"] |= folded
    return cell | {"execution_count": None, "outputs": outputs}
