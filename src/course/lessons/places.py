"""Where things stand in the learners' copies: files, headings, and links that lead to them.

JupyterLab goes to the heading that a link's fragment names, its text with a hyphen for each space,
but to no heading with a letter beyond ASCII. To a cell it goes by the cell's id.
"""

from __future__ import annotations

from course import lessons
from course.words import say

FIRST = f"{lessons.Lesson('start_here').stem}.ipynb"
MAP = "Map of the course"  # a heading of the first lesson


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


def course_map(stem: str = "") -> str:
    """Return the link to the map of the course, from the copy of a lesson."""
    fragment = f"#{MAP.replace(' ', '-')}"
    return fragment if file(stem) == FIRST else f"{FIRST}{fragment}"


def cell(exercise: str) -> str:
    """Return the id of the cell that holds an exercise's heading."""
    return f"exercise-{exercise}"


def exercise(lesson: lessons.Lesson, name: str) -> str:
    """Return the link to an exercise."""
    return f"{file(lesson.stem)}#cell-id={cell(name)}"
