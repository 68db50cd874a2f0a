"""Where things stand in the learners' copies: files, cells, and the links that lead to them.

JupyterLab goes to a cell by its id, wherever it stands. To a heading it goes only where that has
been drawn and has no letter beyond ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from course import lessons
from course.words import later, say

FIRST = f"{lessons.Lesson('start_here').stem}.ipynb"
MAP = "Map of the course"  # a heading of the first lesson
QUESTIONS = later("Questions to answer without looking")  # a heading near the end of each
BELOW = "desk-below"  # the id of the cell under a lesson, which leads to the next
EXERCISE = re.compile(r"^### Exercise: `(\w+)`[ \t]*$", re.MULTILINE)


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
    """Return the id of a cell of prose that links lead to; "" for any other."""
    if found := EXERCISE.search(source):
        return f"exercise-{found[1]}"
    heads = {f"## {MAP}": "course-map", f"## {QUESTIONS}": "questions"}
    return next((heads[line] for line in source.splitlines() if line in heads), "")


def course_map() -> str:
    """Return the link to the map of the course."""
    return f"{FIRST}#cell-id=course-map"


def after(lesson: lessons.Lesson, name: str, ids: Sequence[str], passed: Container[str]) -> tuple:
    """Return what comes next on a lesson's page: a link and its words, both "" if nothing does.

    Parameters
    ----------
    name
        The exercise from which to go on.
    ids
        Those of the page's cells in order; of the exercises below, the first that is open counts,
        unless the closing questions come before it.
    passed
        The names of the exercises that need no further look.
    """
    here, asked = f"exercise-{name}", {f"exercise-{one.name}": one for one in lesson.asked}
    for id in ids[ids.index(here) + 1 :] if here in ids else ():
        link = f"{file(lesson.stem)}#cell-id={id}"
        if (one := asked.get(id)) and one.name not in passed:
            number = f"{int(lesson.number)}.{one.place}"
            return link, say("Exercise {number} · {name}", number=number, name=one.name)
        if id == "questions":
            return link, say(QUESTIONS)
        if id == BELOW:
            return link, say("the next lesson")
    return "", ""


def exercise(lesson: lessons.Lesson, name: str) -> str:
    """Return the link to an exercise."""
    return f"{file(lesson.stem)}#cell-id=exercise-{name}"
