"""Marks as tables: one for teachers, one with the sentences, and what Canvas and Moodle import."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

from course import lessons
from course.grading.judge import Grade
from course.learner.report import harmless
from course.words import say


@dataclass
class Marks:
    """What one learner got for one lesson.

    Attributes
    ----------
    learner, number, slug, files
        As in `submission.Handed`.
    grades
        One for each exercise; none if nothing could be read.
    note
        What is wrong with what was handed in, as a sentence; "" where nothing is.
    """

    learner: str
    number: str
    slug: str
    files: tuple[str, ...]
    grades: list[Grade] = field(default_factory=list)
    note: str = ""

    @property
    def points(self) -> int:
        """What is earned."""
        return sum(grade.points for grade in self.grades)


def places(slugs: list[str]) -> list[tuple[str, str, str, int]]:
    """Return every exercise of some lessons: slug, name, number as in 12.4, and its points."""
    known = [one for one in lessons.lessons() if one.slug in slugs]
    return [
        (one.slug, asked.name, f"{int(one.number or 0)}.{asked.place}", asked.difficulty)
        for one in known
        for asked in one.asked
    ]


def _columns(marks: list[Marks]) -> list[tuple[str, str, str, int]]:
    return places(sorted({m.slug for m in marks}))


def table(marks: list[Marks]) -> str:
    """Return the teacher's table as CSV: a row for each learner and lesson."""
    columns = _columns(marks)
    head = ["learner", "lesson", "points", "of", *(f"{n} {name}" for _, name, n, _ in columns)]
    rows: list[list] = [[*head, "note", "file"]]
    for m in marks:
        of = sum(most for slug, _, _, most in columns if slug == m.slug)
        earned = {(m.slug, g.name): g.points for g in m.grades}
        cells = [_cell(earned, slug, name, m) for slug, name, _, _ in columns]
        rows.append([m.learner, m.slug, m.points, of, *cells, m.note, "; ".join(m.files)])
    return _csv(rows)


def _cell(earned: dict, slug: str, name: str, m: Marks) -> object:
    return earned.get((slug, name), 0 if slug == m.slug else "")


def sentences(marks: list[Marks]) -> str:
    """Return what each check said, as CSV: a row for each learner and exercise."""
    rows: list[list] = [["learner", "lesson", "exercise", "state", "points", "of", "sentence"]]
    rows[0].append("misconception")
    for m in marks:
        who = [m.learner, m.slug]
        rows += [[*who, g.name, g.state, g.points, g.of, g.text, g.mistake] for g in m.grades]
        if not m.grades:
            rows.append([m.learner, m.slug, "", "", 0, "", m.note, ""])
    return _csv(rows)


def canvas(marks: list[Marks]) -> str:
    """Return what Canvas's gradebook imports: a column an exercise, points possible on top.

    Canvas finds a learner by ID where the name of the file had it, else by SIS Login ID.
    """
    columns = _columns(marks)
    names = [f"{n} {name}" for _, name, n, _ in columns]
    rows: list[list] = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *names]]
    rows.append(["    Points Possible", "", "", "", "", *(most for *_, most in columns)])
    for learner, number, earned in _by_learner(marks):
        cells = [earned.get((slug, name), "") for slug, name, _, _ in columns]
        rows.append([learner, number, "", "" if number else learner, "", *cells])
    return _csv(rows)


def moodle(marks: list[Marks]) -> str:
    """Return what Moodle's gradebook imports: a column an exercise, learners by username."""
    columns = _columns(marks)
    rows: list[list] = [["username", *(f"{n} {name}" for _, name, n, _ in columns)]]
    for learner, _, earned in _by_learner(marks):
        rows.append([learner, *(earned.get((slug, name), "-") for slug, name, _, _ in columns)])
    return _csv(rows)


def _by_learner(marks: list[Marks]) -> list[tuple[str, str, dict]]:
    """All points of each learner; 0 for each exercise of what could not be read."""
    found: dict[tuple[str, str], dict] = {}
    for m in marks:
        earned = found.setdefault((m.learner, m.number), {})
        zero = {(m.slug, name): 0 for _, name, *_ in places([m.slug])}
        earned |= zero | {(m.slug, g.name): g.points for g in m.grades}
    return [(learner, number, earned) for (learner, number), earned in sorted(found.items())]


def summary(marks: list[Marks]) -> str:
    """Return what is printed in the end: for each exercise how many did it, and what went wrong."""
    lines = []
    for slug, name, n, _ in _columns(marks):
        tried = [g for m in marks if m.slug == slug for g in m.grades if g.name == name]
        done = sum(g.state == "done" for g in tried)
        lines.append(say("{n} {name}: {done} of {all}", n=n, name=name, done=done, all=len(tried)))
    lines += [
        f"{harmless(m.learner)}, {harmless(m.slug)}: {harmless(m.note)}" for m in marks if m.note
    ]
    return "\n".join(lines)


def _csv(rows: list[list]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows([_safe(cell) for cell in row] for row in rows)
    return file.getvalue()


def _safe(cell: object) -> object:
    """A cell that is text of a stranger's, so that no spreadsheet takes it for a formula."""
    if isinstance(cell, str) and not cell.startswith(" ") and cell != "-":
        return harmless(cell)
    return cell
