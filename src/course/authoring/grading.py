"""Make the teacher's tree for nbgrader, which hands out, collects and grades.

The checks that learners see are the ones that grade, from outside the answer's process
(`course.grading.autograde`); nothing is written for grading alone.
"""

import ast
import copy
import itertools
from pathlib import Path

from nbformat import NotebookNode

from course import files, lessons
from course.authoring import editions, execute, pairs, twins

SETTINGS = '''"""Settings of nbgrader for this course; yours to change, a new build leaves them."""

from course.grading import autograde
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.preprocessors import ClearSolutions, Execute

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "llm-course"

# What is released has the stubs of the learner's edition, with their comments.
c.GenerateAssignment.preprocessors = [
    autograde.Stubs if one is ClearSolutions else one
    for one in GenerateAssignment.preprocessors.default_args[0]
]
c.ClearSolutions.code_stub = {"python": "..."}

# Answers are examined each in a process of its own; the lesson is not executed.
c.Autograde.autograde_preprocessors = [
    autograde.Examine if one is Execute else one
    for one in Autograde.autograde_preprocessors.default_args[0]
]

# True draws each learner's cases from the student's name.
c.Examine.vary = False

# Notebooks of your own are executed as ever; a busy machine needs more than 30 seconds a cell.
c.Execute.timeout = 300
c.Examine.timeout = 300
'''


def nbgrader(root: Path, stems: list[str], out: Path) -> list[Path]:
    """Write the teacher's tree for nbgrader: `out`/source/LESSON/LESSON.ipynb and its settings.

    ``nbgrader generate_assignment LESSON`` makes the students' version from it, with the answers
    between the markers taken out, and ``nbgrader autograde LESSON`` grades by the same checks.
    """
    written = []
    for stem in stems:
        handed_out = pairs.read_text(root, stem)
        notebook = execute.normalise(editions.solve(copy.deepcopy(handed_out), marked))
        _grade(notebook, lessons.slug(stem), [cell.source for cell in handed_out.cells])
        written.append(out / "source" / stem / f"{stem}.ipynb")
        files.replace(written[-1], execute.as_json(notebook))
    if not (out / "nbgrader_config.py").exists():  # a teacher's own settings stay
        files.replace(out / "nbgrader_config.py", SETTINGS)
    return written


def _grade(notebook: NotebookNode, slug: str, stubs: list[str]) -> None:
    """Give answers and their checks the metadata that nbgrader grades by.

    A check is worth its exercise's difficulty in points, 1 to 5. An answer's cell remembers the
    stub of the learner's edition, which `course.grading.autograde` releases.
    """
    both = zip(notebook.cells, stubs, strict=True)
    code = [(cell, stub) for cell, stub in both if cell.cell_type == "code"]
    for (cell, stub), (check, _) in itertools.pairwise(code):
        for target in twins.targets(cell, "exercise"):
            name = target.split(".")[-1]
            cell.metadata.stub = stub
            cell.metadata.nbgrader = _metadata(name, solution=True)
            attribute = check.source.split("ex.")[1].split(".")[0]
            points = getattr(lessons.bank(slug), attribute).difficulty
            check.metadata.nbgrader = _metadata(f"check-{name}", grade=True, points=points)


def _metadata(name: str, *, solution: bool = False, grade: bool = False, **points) -> NotebookNode:
    kind = {"solution": solution, "grade": grade, "locked": grade, "task": False}
    return NotebookNode(schema_version=3, grade_id=name, **kind, **points)


def marked(answer: str) -> str:
    """Put a definition's body, with its docstring, between nbgrader's markers."""
    body = ast.parse(answer).body[0].body
    lines = answer.splitlines()
    first, indent = body[0].lineno - 1, " " * body[0].col_offset
    inside = [f"{indent}### BEGIN SOLUTION", *lines[first:], f"{indent}### END SOLUTION"]
    return "\n".join([*lines[:first], *inside])
