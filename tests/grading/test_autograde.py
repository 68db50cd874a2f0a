"""Through nbgrader itself: hand out, autograde, feedback, gradebook, export."""

import csv
import io
import os
import sys
import types
from pathlib import Path

import nbformat
import pytest
from traitlets.config import PyFileConfigLoader

from course import lessons
from course.authoring import editions, grading, pairs, twins
from course.grading import pool

pytest.importorskip("nbgrader")

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
ROOT = Path(__file__).resolve().parents[2]
STEM = "01_linear_algebra"
EXERCISES = lessons.Lesson("linear_algebra").asked
ALL = sum(one.difficulty for one in EXERCISES)
POPPED = "import os\nos.environ.pop('NBGRADER_EXECUTION', None)"
ALIAS = "mean_square = ex.mean_square.reference"
EXIT = "import os\n\ndef matmul(A, B):\n    os._exit(0)"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A course folder in which three learners have handed in, graded by nbgrader."""
    from nbgrader.apps import NbGraderAPI

    place = tmp_path_factory.mktemp("nbgrader")
    grading.nbgrader(ROOT, [STEM], place)
    before = os.environ["PATH"], os.getcwd()
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before[0]}"
    os.chdir(place)
    config = PyFileConfigLoader("nbgrader_config.py", str(place)).load_config()
    config.CourseDirectory.root = str(place)
    api = NbGraderAPI(config=config)
    assert api.generate_assignment(STEM)["success"]
    for learner, change in {"ada": solved, "bob": tricks, "cleo": deleted}.items():
        book = nbformat.read(place / "release" / STEM / f"{STEM}.ipynb", as_version=4)
        change(book)
        file = place / "submitted" / learner / STEM / f"{STEM}.ipynb"
        file.parent.mkdir(parents=True)
        nbformat.write(book, file)
        done = api.autograde(STEM, learner)
        assert done["success"], done["log"]
    assert api.generate_feedback(STEM)["success"]
    yield types.SimpleNamespace(folder=place, api=api)
    os.environ["PATH"], _ = before
    os.chdir(before[1])
    pool.close()


def right() -> dict[str, str]:
    """The cell of each exercise, solved."""
    whole = editions.solve(pairs.read_text(ROOT, STEM))
    cells = [(cell, twins.targets(cell, "exercise")) for cell in whole.cells]
    return {targets[0].split(".")[-1]: cell.source for cell, targets in cells if targets}


def fill(book, **changed):
    for cell in book.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            name = cell.metadata.nbgrader.grade_id
            cell.source = (right() | changed)[name]


def solved(book):
    fill(book)
    book.cells.insert(3, nbformat.v4.new_code_cell("import time\ntime.sleep(45)\n1 / 0"))


def tricks(book):
    fill(book, mean_square=ALIAS, matmul=EXIT)
    book.cells.insert(1, nbformat.v4.new_code_cell(POPPED))
    for cell in book.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.source, cell.metadata.nbgrader.points = "print('done')", 100


def deleted(book):
    fill(book)
    names = [one.name for one in EXERCISES[:3]]
    gone = {f"check-{names[0]}", f"check-{names[1]}", names[1], names[2]}
    at = [c.metadata.get("nbgrader", {}).get("grade_id") for c in book.cells]
    book.cells = [cell for cell, name in zip(book.cells, at, strict=True) if name not in gone]
    book.cells.insert(1, nbformat.v4.new_code_cell("def broken(:"))


def scores(place) -> dict[str, dict[str, float]]:
    found = {}
    with place.api.gradebook as book:
        for learner in ("ada", "bob", "cleo"):
            (notebook,) = book.find_submission(STEM, learner).notebooks
            found[learner] = {g.name.removeprefix("check-"): g.score for g in notebook.grades}
    return found


def test_marks_are_what_was_done_and_nothing_else(place):
    points = {one.name: float(one.difficulty) for one in EXERCISES}
    found = scores(place)
    assert found["ada"] == points
    assert found["bob"] == points | {"mean_square": 0, "matmul": 0}
    assert found["cleo"] == points | {EXERCISES[1].name: 0, EXERCISES[2].name: 0}


def test_the_check_s_sentence_is_in_the_feedback(place):
    (page,) = (place.folder / "feedback" / "bob").rglob("*.html")
    text = page.read_text(encoding="utf-8")
    assert "ended the process that it ran in" in text
    assert "there while an answer is graded" in text
    (page,) = (place.folder / "feedback" / "ada").rglob("*.html")
    assert page.read_text(encoding="utf-8").count(" · done: ") == len(EXERCISES)


def test_what_is_released_is_the_learner_s_edition_and_holds_no_answer(place):
    book = nbformat.read(place.folder / "release" / STEM / f"{STEM}.ipynb", as_version=4)
    ours = pairs.read_text(ROOT, STEM)
    stubs = {c.source for c in ours.cells if twins.targets(c, "exercise")}
    assert {c.source for c in book.cells if twins.targets(c, "exercise")} == stubs
    whole = "\n".join(cell.source for cell in book.cells)
    assert "SOLUTION" not in whole and "stub" not in str([c.metadata for c in book.cells])
    taught = "\n".join(cell.source for cell in ours.cells)
    for name, source in right().items():
        body = source[source.index(f"def {name}") :].splitlines()[1:]
        lines = {line.strip() for line in body if len(line.strip()) > 12}
        assert not [line for line in lines if line in whole and line not in taught], name


def test_grades_leave_as_canvas_and_moodle_want_them(place):
    from course.grading import autograde

    for kind, first in ((autograde.Canvas, 5), (autograde.Moodle, 1), (autograde.Table, 4)):
        out = place.folder / "out.csv"
        with place.api.gradebook as book:
            kind(to=str(out)).export(book)
        head, *rows = csv.reader(io.StringIO(out.read_text(encoding="utf-8")))
        assert head[first].endswith("mean_square")
        bob = next(row for row in rows if row[0] == "bob")
        assert bob[first : first + 2] == ["0", f"{EXERCISES[1].difficulty}"]
