"""Where things stand in the learners' copies: files, cells, and the links that lead to them.

JupyterLab goes to a cell by its id, wherever it stands. To a heading it goes only where that has
been drawn and has no letter beyond ASCII.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Mapping, Sequence

from course import lessons
from course.words import later, say

FIRST = f"{lessons.Lesson('start_here').stem}.ipynb"
MAP = "Map of the course"  # a heading of the first lesson
QUESTIONS = later("Questions to answer without looking")  # a heading near the end of each
BELOW = "desk-below"  # the id of the cell under a lesson, which leads to the next
EXERCISE = re.compile(r"^### Exercise: `(\w+)`[ \t]*$", re.MULTILINE)
_ASKED = re.compile(r"\bpredict\.\w+\(\s*\"\w+\.(\w+)\"")


def file(stem: str) -> str:
    """Return the file name of a lesson's copy."""
    return f"{stem}.ipynb"


def heading(lesson: lessons.Lesson, asked: lessons.Asked) -> str:
    """Return the heading of an exercise, in Markdown and without its hashes."""
    return say(
        "Exercise {number} · `{name}` · difficulty {difficulty} · about {minutes} minutes",
        number=f"{int(lesson.number)}.{asked.place}",
        name=asked.name,
        difficulty=asked.difficulty,
        minutes=asked.minutes,
    )


def cell(source: str) -> str:
    """Return the id of a cell that links lead to; "" for any other."""
    if found := EXERCISE.search(source):
        return f"exercise-{found[1]}"
    if found := _ASKED.search(source):
        return f"prediction-{found[1]}"
    heads = {f"## {MAP}": "course-map", f"## {QUESTIONS}": "questions"}
    return next((heads[line] for line in source.splitlines() if line in heads), "")


def order(lesson: lessons.Lesson) -> list[str]:
    """Return the ids that links lead to on a lesson's page, in order; none without a checkout."""
    page = lessons.NOTEBOOKS / file(lesson.stem)
    cells = json.loads(page.read_text(encoding="utf-8"))["cells"] if page.is_file() else []
    return list(filter(None, (cell("".join(one["source"])) for one in cells)))


def course_map() -> str:
    """Return the link to the map of the course."""
    return f"{FIRST}#cell-id=course-map"


def finished(lesson: lessons.Lesson, state: Mapping) -> set[str]:
    """Return the ids of a lesson's cells that need no further look, by a learner's progress.

    That is an exercise that has passed, and a prediction that was made or whose result was shown.
    """
    kept = [("exercise", key, entry["passed"]) for key, entry in state["checks"].items()]
    kept += [("prediction", key, entry) for key, entry in state["predictions"].items()]
    parts = ((kind, *key.partition(".")) for kind, key, so in kept if so)
    return {f"{kind}-{name}" for kind, slug, _, name in parts if slug == lesson.slug}


def after(lesson: lessons.Lesson, name: str, ids: Sequence[str], done: Container[str]) -> tuple:
    """Return what comes next on a lesson's page: a link and its words, both "" if nothing does.

    Parameters
    ----------
    name
        The exercise from which to go on.
    ids
        Those of the page's cells in order. The first below the exercise counts that is a prediction
        or an exercise and not done, the closing questions, or what leads to the next lesson.
    done
        The ids of cells that need no further look.
    """
    here, told = f"exercise-{name}", {"questions": say(QUESTIONS), BELOW: say("the next lesson")}
    told |= {f"exercise-{one}": named(lesson, one) for one in lesson.exercises}
    for id in ids[ids.index(here) + 1 :] if here in ids else ():
        words = say("a prediction") if id.startswith("prediction-") else told.get(id)
        if words and id not in done:
            return link(lesson, id), words
    return "", ""


def named(lesson: lessons.Lesson, name: str) -> str:
    """Return what an exercise is called, as its heading begins."""
    number = f"{int(lesson.number)}.{lesson.exercises.index(name) + 1}"
    return say("Exercise {number} · {name}", number=number, name=name)


def link(lesson: lessons.Lesson, id: str) -> str:
    """Return the link to a cell of a lesson."""
    return f"{file(lesson.stem)}#cell-id={id}"


def exercise(lesson: lessons.Lesson, name: str) -> str:
    """Return the link to an exercise."""
    return link(lesson, f"exercise-{name}")
