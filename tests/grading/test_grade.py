"""`course grade` on a class's folder: every row is there, whatever was handed in."""

import contextlib
import csv
import json
import re
from pathlib import Path

import pytest
import tongue

from course import words
from course.command import main
from course.grading import exported, marks, pool, submission
from course.grading.judge import Grade
from course.grading.marks import Marks

GOOD = {
    "mean_square": "def mean_square(p, y):\n    return ((p.ravel() - y.ravel()) ** 2).mean()",
    "add_bias": "def add_bias(x, b):\n    return x + b[:, None]",
}
STEM = "01_linear_algebra"


def notebook(*cells, **metadata) -> str:
    made = [{"cell_type": "code", "source": text, "metadata": {}} for text in cells]
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def old_notebook(*cells) -> str:
    made = [{"cell_type": "code", "input": text.splitlines(True)} for text in cells]
    return json.dumps({"worksheets": [{"cells": made}], "metadata": {}, "nbformat": 3})


R = {"kernelspec": {"language": "R", "name": "ir", "display_name": "R"}}
KEPT = "# -- mean_square, passed on 2026-01-01 ---\n\nimport numpy as np\n\n{}\n"
CLASS = {  # what is handed in: the points of the first two exercises, and the note
    f"ada/{STEM}.ipynb": (notebook(*GOOD.values()), ("1", "1"), ""),
    f"bob_{STEM}.ipynb": (notebook(GOOD["add_bias"]), ("0", "1"), ""),
    f"cleo_81_9001_{STEM}-2.ipynb": (notebook(GOOD["mean_square"]), ("1", "0"), ""),
    "Dan Day_77_assignsubmission_file_/work.ipynb": (old_notebook(*GOOD.values()), ("1", "1"), ""),
    "eve/answers/linear_algebra.py": (KEPT.format(GOOD["mean_square"]), ("1", "0"), ""),
    f"fay/{STEM}.ipynb": ("{", ("0", "0"), "It is no notebook, or a damaged one."),
    "gus/essay.pdf": ("%PDF", ("0", "0"), "No notebook lies in this folder."),
    f"hal/{STEM}.ipynb": (notebook("x <- 1", **R), ("0", "0"), "Its language is R, not Python."),
    f"ida/{STEM}.ipynb": (
        notebook("x = 1"),
        ("0", "0"),
        "None of the lesson's exercises is in it.",
    ),
    f"jon/{STEM}.ipynb": (b"\xff\xfe\x00", ("0", "0"), "It is no notebook: its bytes are no text."),
    f"kim/{STEM}.ipynb": (None, ("0", "0"), "It has 200 MB; 20 are read."),
    f"=lea/{STEM}.ipynb": (notebook(GOOD["add_bias"]), ("0", "1"), ""),
}


@pytest.fixture
def handed_in(tmp_path):
    place = tmp_path / "in"
    for name, (content, *_) in CLASS.items():
        file = place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            with open(file, "wb") as empty:
                empty.truncate(200_000_000)
        else:
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return place


def rows(file):
    with open(file, newline="", encoding="utf-8") as text:
        return list(csv.reader(text))


def test_a_class_with_all_that_can_be_wrong(handed_in, tmp_path, monkeypatch, capsys):
    out, said = tmp_path / "marks.csv", tmp_path / "said.csv"
    canvas, moodle = tmp_path / "canvas.csv", tmp_path / "moodle.csv"
    call = ["grade", str(handed_in), "--csv", str(out), "--sentences", str(said)]
    call += ["--canvas", str(canvas), "--moodle", str(moodle), "--lesson", "1", "--cores", "1"]
    assert main.main(call) == 1  # some could not be read
    head, *found = rows(out)
    assert head[4:6] == ["1.1 mean_square", "1.2 add_bias"]
    learners = ["ada", "bob", "cleo", "Dan Day", "eve", "fay", "gus", "hal", "ida", "jon", "kim"]
    wanted = dict(zip([*learners, "'=lea"], CLASS.values(), strict=True))
    assert {row[0] for row in found} == set(wanted)
    for row in found:
        _, points, note = wanted[row[0]]
        assert (tuple(row[4:6]), row[-2]) == (points, note), row
        assert int(row[2]) == sum(map(int, points)) and row[3] == "13", row
    assert "1.1 mean_square: 4 of 7" in capsys.readouterr().out
    assert ["ada", "linear_algebra", "matmul", "missing"] in [row[:4] for row in rows(said)]
    by_login = {row[3]: row for row in rows(canvas)[2:]}
    assert rows(canvas)[1][5:7] == ["1", "1"] and by_login["ada"][5:7] == ["1", "1"]
    assert next(row for row in rows(canvas) if row[0] == "cleo")[1:4] == ["81", "", ""]
    assert ["bob", "0", "1"] in [row[:3] for row in rows(moodle)]

    assert rows(canvas)[0][:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert "Points Possible" in rows(canvas)[1][0] and rows(moodle)[0][0] == "username"
    # what Canvas's importer, lib/gradebook_importer.rb, would pass over in a heading
    readonly = re.compile("(Current|Final|Override) (Score|Points|Grade|Status)|read only")
    assert not any(readonly.search(cell) for row in rows(canvas)[:2] for cell in row)

    monkeypatch.setattr(pool, "_round", lambda todo, cores, vary: _all_unreadable(todo))
    again = tmp_path / "again.csv"
    call = ["grade", str(handed_in), "--csv", str(again), "--lesson", "1"]
    assert main.main(call) == 1
    assert rows(again) == rows(out)  # what could be graded was not graded again


def _all_unreadable(todo):
    for handed, name in todo:
        done = pool.one(handed)
        assert done.note, f"{handed.learner} is graded again"
        yield handed, name, done


def test_who_handed_in_twice_gets_the_better_of_each(tmp_path):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / f"{STEM}.ipynb").write_text(notebook(GOOD["mean_square"]))
    (tmp_path / "ada" / f"{STEM} (1).ipynb").write_text(notebook(GOOD["add_bias"]))
    (found,) = submission.find([tmp_path], set())
    got = pool.one(found)
    pool.close()
    assert got.points == 2 and len(got.files) == 2


def test_a_link_to_somebody_else_s_work_is_no_work(tmp_path):
    for name in ("ada", "bob"):
        (tmp_path / name).mkdir()
    (tmp_path / "ada" / f"{STEM}.ipynb").write_text(notebook(*GOOD.values()))
    (tmp_path / "bob" / f"{STEM}.ipynb").symlink_to(tmp_path / "ada" / f"{STEM}.ipynb")
    found = {handed.learner: handed for handed in submission.find([tmp_path], set())}
    assert pool.one(found["bob"]).note == "No notebook lies in this folder."


def test_a_file_that_nobody_handed_in_is_passed_by_and_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("readme.txt", "cleo_81_9001_essay.pdf", "dan.pdf", f"ada_{STEM}.ipynb"):
        (tmp_path / name).write_text(notebook(*GOOD.values()))
    found = submission.find([tmp_path, Path("dan.pdf")], set())
    assert [handed.learner for handed in found] == ["cleo_81_9001_essay", "dan", "ada"]
    call = ["grade", str(tmp_path), "--csv", "marks.csv", "--cores", "1"]
    assert main.main(call) == 1  # for what Canvas has named is somebody's
    assert capsys.readouterr().out.endswith(": dan.pdf, readme.txt.\n")


def test_an_unknown_lesson_is_told(tmp_path, capsys):
    assert main.main(["grade", str(tmp_path), "--lesson", "77"]) == 1
    assert "There is no lesson '77'" in capsys.readouterr().err


def test_a_lost_process_is_tried_once_more_and_costs_one_row(monkeypatch):
    calls = []

    def lost(todo, cores, vary):
        calls.append(len(todo))
        for handed, name in todo:
            bad = handed.learner == "bad"
            yield handed, name, None if bad else Marks(handed.learner, "", "x", ())

    monkeypatch.setattr(pool, "_round", lost)
    work = [submission.Handed(name, "", "x", ()) for name in ("a", "bad", "c")]
    found = {m.learner: m.note for m in pool.grade(work, cores=2, kept=None, vary=False)}
    assert calls == [3, 1] and found == {"a": "", "c": "", "bad": "Its grading ended twice."}


def test_tables_are_no_formulas():
    grade = Grade("mean_square", 2, 2, "done", "=HYPERLINK(1)")
    one = Marks("@x", "", "linear_algebra", ("+f",), [grade], "")
    for text in (marks.table([one]), marks.sentences([one]), marks.canvas([one])):
        assert not any(
            cell[:1] in "=+@" for row in csv.reader(text.splitlines()) for cell in row if cell
        )


def test_each_answer_becomes_a_file_for_tools_that_look_for_copies(handed_in, tmp_path):
    twice = notebook(
        "k = 2", "def add_bias(x, b):\n    return x + k * b", "def matmul(a, b):\n    ..."
    )
    (handed_in / "bob").mkdir()
    (handed_in / "bob" / f"{STEM}.ipynb").write_text(twice)
    out = tmp_path / "answers"
    assert exported.write(submission.find([handed_in], set()), out) == 9
    written = {str(f.relative_to(out / STEM)): f.read_text() for f in sorted(out.rglob("*.py"))}
    assert {name for name in written if name.startswith("mean_square")} == {
        f"mean_square/{name}.py" for name in ("ada", "cleo", "Dan Day", "eve")
    }
    assert written["mean_square/eve.py"] == (
        "import numpy as np\n\n" * ("np" in GOOD["mean_square"]) + GOOD["mean_square"] + "\n"
    )
    added = {name: text for name, text in written.items() if name.startswith("add_bias")}
    assert set(added) == {f"add_bias/{n}.py" for n in ("ada", "bob", "bob 2", "Dan Day", "_lea")}
    assert "k = 2\n\ndef add_bias" in added["add_bias/bob.py"] + added["add_bias/bob 2.py"]
    assert not any(name.startswith("matmul") for name in written)


def test_an_answer_s_own_process_speaks_the_language_of_the_command(tmp_path):
    """What is said of a call of input is said there; results are kept by language."""
    cell = "def mean_square(p, y):\n    return float(input())"
    file = tmp_path / f"{STEM}.ipynb"
    file.write_text(notebook(cell), encoding="utf-8")
    handed = submission.Handed("ada", "01", "linear_algebra", (file,))

    def told() -> tuple[str, str]:
        pool._course.cache_clear()
        with contextlib.closing(pool):
            return pool.one(handed).grades[0].text, pool._key(handed, False)

    english, name = told()
    words.speak(tongue.catalogue(tmp_path / "course.mo"))
    try:
        other, other_name = told()
    finally:
        words.speak(None)
        pool._course.cache_clear()
    sentence = "Your function asks for input(). Take what it needs from its arguments."
    assert sentence in english
    assert tongue.told(sentence) in other
    assert name != other_name
