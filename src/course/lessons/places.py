"""Where things stand in the learners' copies: files, cells, and the links that lead to them.

JupyterLab goes to a cell by its id, wherever it stands. To a heading it goes only where that has
been drawn and has no letter beyond ASCII.
"""

from __future__ import annotations

import re

from course import lessons
from course.words import say

FIRST = f"{lessons.Lesson('start_here').stem}.ipynb"
MAP = "Map of the course"  # a heading of the first lesson
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
    return "course-map" if source.startswith(f"## {MAP}") else ""


def course_map() -> str:
    """Return the link to the map of the course."""
    return f"{FIRST}#cell-id=course-map"


def exercise(lesson: lessons.Lesson, name: str) -> str:
    """Return the link to an exercise."""
    return f"{file(lesson.stem)}#cell-id=exercise-{name}"
