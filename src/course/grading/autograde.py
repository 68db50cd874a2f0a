"""Inside nbgrader: its autograde, feedback and gradebook, with marks that are made by the judge.

`nbgrader_config.py`, which `course build nbgrader` writes, puts these classes where nbgrader asks
for them: `Stubs` where answers are taken out of what is released, `Examine` where a notebook would
be executed, `Canvas`, `Moodle` and `Table` where grades are exported. A notebook that is none of
the course's is treated as nbgrader treats it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from nbgrader import preprocessors, utils
from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.plugins import ExportPlugin
from traitlets import Bool

from course import files, lessons
from course.checking import contract
from course.grading import judge, marks, pool
from course.grading.pieces import Cell
from course.words import say

CHECK = "check-"  # what the names of the cells begin with that hold the points


class Stubs(preprocessors.ClearSolutions):
    """Puts back into each answer's cell what the learner's edition has there, comments and all."""

    def preprocess_cell(self, cell: NotebookNode, resources: dict, cell_index: int) -> tuple:
        """Replace one cell's source."""
        stub = cell.metadata.pop("stub", None)
        if stub is None:
            return super().preprocess_cell(cell, resources, cell_index)
        cell.source = stub
        return cell, resources


class Examine(preprocessors.Execute):
    """Examines each answer in a process of its own, in place of executing the notebook."""

    vary = Bool(False, help="Draw each learner's cases from the name of the student.").tag(
        config=True
    )

    def preprocess(self, nb: NotebookNode, resources: dict, km: Any = None) -> tuple:
        """Write under each check what it says, as an error where it isn't done."""
        about = resources["nbgrader"]
        slug = lessons.slug(about["notebook"])
        if slug not in {one.slug for one in lessons.lessons()}:
            return super().preprocess(nb, resources, km)
        self._add_missing(nb, about)
        seed = contract.seed_of(about["student"]) if self.vary else 0
        grades = {g.name: g for g in pool.judge(slug).grade({"": cells(nb)}, seed)}
        for cell in nb.cells:
            if cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell):
                name = cell.metadata.nbgrader.grade_id.removeprefix(CHECK)
                cell.outputs = [_told(grades.get(name))]
        return nb, resources

    def _add_missing(self, nb: NotebookNode, about: dict) -> None:
        """Append the checks that were deleted, so that what they check is graded all the same."""
        there = {c.metadata.nbgrader.grade_id for c in nb.cells if utils.is_grade(c)}
        again = preprocessors.OverwriteCells(parent=self.parent)
        with Gradebook(about["db_url"]) as book:
            source = book.find_notebook(about["notebook"], about["assignment"])
            points = {cell.name: cell.max_score for cell in source.grade_cells}
            for cell in source.source_cells:
                if cell.name in points and cell.name not in there and cell.cell_type == "code":
                    added = again.missing_cell_transform(cell, points[cell.name])
                    nb.cells.append(new_code_cell(added.source, metadata=added.metadata))


def cells(nb: NotebookNode) -> list[Cell]:
    """Return a notebook's code cells as the judge reads them."""
    return [
        Cell(place, cell.source, tuple(cell.metadata.get("tags", [])))
        for place, cell in enumerate(nb.cells, 1)
        if cell.cell_type == "code"
    ]


def _told(grade: judge.Grade | None) -> NotebookNode:
    """What stands under a check: nbgrader takes an error for no points, anything else for all."""
    if grade is None:
        text = say("This cell isn't run by the course's grading. Grade it by hand.")
        return new_output("error", ename=say("not graded"), evalue=text, traceback=[text])
    text = f"{grade.name} · {grade.state}: {grade.text}"
    if grade.state == "done":
        return new_output("display_data", {"text/plain": text})
    return new_output("error", ename=grade.state, evalue=grade.text, traceback=[text])


# ---- export ------------------------------------------------------------------------------------


class _Export(ExportPlugin):
    """Writes one column an exercise, for the learners and assignments that are asked for."""

    name = "grades"

    def write(self, found: list[marks.Marks]) -> str:
        """The marks as CSV."""
        raise NotImplementedError

    def export(self, gradebook: Gradebook) -> None:
        """Write the file that --to names."""
        found = [
            _marks(submission, notebook)
            for submission in gradebook.db.query(SubmittedAssignment).all()
            if not self.student or submission.student.id in map(str, self.student)
            if not self.assignment or submission.name in map(str, self.assignment)
            for notebook in submission.notebooks
        ]
        known = {one.slug for one in lessons.lessons()}
        found = sorted((m for m in found if m.slug in known), key=lambda m: (m.slug, m.learner))
        out = self.to or f"{self.name}.csv"
        files.replace(Path(out).resolve(), self.write(found))
        self.log.info("Wrote %s", out)


def _marks(submission, notebook) -> marks.Marks:
    """What the gradebook holds of one notebook; points given by hand count before others."""
    grades = [
        judge.Grade(g.name.removeprefix(CHECK), _whole(g.score), _whole(g.max_score), "", "")
        for g in notebook.grades
        if g.name.startswith(CHECK)
    ]
    slug = lessons.slug(notebook.name)
    return marks.Marks(submission.student.id, "", slug, (f"{notebook.name}.ipynb",), grades)


def _whole(points: float) -> Any:
    return int(points) if float(points).is_integer() else points


class Table(_Export):
    """The teacher's table."""

    def write(self, found):
        """A row for each learner and lesson."""
        return marks.table(found)


class Canvas(_Export):
    """What Canvas's gradebook imports."""

    name = "canvas"

    def write(self, found):
        """A column an exercise, points possible on top."""
        return marks.canvas(found)


class Moodle(_Export):
    """What Moodle's gradebook imports."""

    name = "moodle"

    def write(self, found):
        """A column an exercise, learners by username."""
        return marks.moodle(found)
