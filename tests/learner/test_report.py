"""The class report: everybody is counted, whoever hands in what, and no file stops it."""

import csv
import io
import json
import time

import pytest

from course.command import main
from course.learner import record, report
from course.lessons import class_page

STUCK = {"passed": False, "attempts": 4, "mistakes": {"axis": 3, "sign": 1}}
DONE = {"passed": True, "attempts": 2, "mistakes": {"axis": 1}}
AT_ONCE = {"passed": True, "attempts": 1}


def learner(path, **checks):
    """Write a progress file; names of exercises have _ for their dot."""
    checks = {name.replace("_", ".", 1): entry for name, entry in checks.items()}
    state = {"version": 2, "checks": checks, "hints": {}, "predictions": {}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(state))
    return path


def test_untried_tried_and_passed_are_told_apart(tmp_path):
    files = [
        learner(tmp_path / "a.json", attention_attend=STUCK, attention_scores=DONE),
        learner(tmp_path / "b.json", attention_attend=DONE, attention_scores=AT_ONCE),
        learner(tmp_path / "c.json"),
        learner(tmp_path / "d.json", attention_attend={"passed": False, "attempts": 0}),
    ]
    done = report.report(files)
    assert done.learners == 4
    assert done.bad == []
    assert done.rows() == [
        ("attention.attend", 2, 1, "", "", ""),
        ("attention.attend", "", "", "axis", 2, 4),
        ("attention.attend", "", "", "sign", 1, 1),
        ("attention.scores", 2, 2, "", "", ""),
        ("attention.scores", "", "", "axis", 1, 1),
    ]


def test_learners_who_passed_all_are_not_an_empty_table(tmp_path):
    files = [learner(tmp_path / f"{n}.json", attention_scores=AT_ONCE) for n in range(3)]
    text = report.report(files).text()
    assert text.splitlines()[0] == "3 learners"
    assert text.splitlines()[2].split() == ["attention.scores", "3", "3"]
    assert "No exercise has been tried yet." in report.report([learner(tmp_path / "x.json")]).text()


def test_of_nobody_the_causes_are_told_first_and_no_table_is_written(tmp_path, capsys):
    (bad := tmp_path / "a.json").write_text("{")
    words = ["report", str(bad), "--csv", str(tmp_path / "t.csv")]
    assert main.main([*words, "--html", str(tmp_path / "t.html")]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "No progress file can be read:"
    assert said[1].startswith(f"  {bad}: It breaks off")
    assert [line.split(" isn't written")[0] for line in said[2:]] == [
        words[-1],
        f"{tmp_path}/t.html",
    ]
    assert list(tmp_path.iterdir()) == [bad]
    learner(bad, attention_scores=DONE)
    assert main.main(words) == 0
    assert capsys.readouterr().out.endswith(f"Written to {words[-1]}.\n")


DAMAGE = {
    "cut": (b"{", "breaks off or is garbled at line 1"),
    "null": (
        b'{"version": 2, "checks": {"a.b": {"passed": true, "attempts": 1, "mistakes": null}},'
        b' "hints": {}, "predictions": {}}',
        "something else than progress",
    ),
    "digits": (
        b'{"version": 2, "checks": {}, "hints": {"a.b": %s}, "predictions": {}}' % (b"1" * 5000),
        "thousands of digits",
    ),
    "newer": (b'{"version": 7}', "newer version"),
    "large": (b" " * 11_000_000, "larger than 10 MB"),
    "binary": (b"\xff\xfe", "not text"),
    "deep": (b"[" * 100_000, "nested without end"),
}


def test_bad_files_are_listed_at_the_end_and_the_rest_is_shown(tmp_path):
    files = []
    for name, (content, _) in DAMAGE.items():
        files.append(tmp_path / f"{name}.json")
        files[-1].write_bytes(content)
    good = learner(tmp_path / "good.json", attention_attend=STUCK)
    done = report.report([*files, good, tmp_path / "none.json"])
    assert done.learners == 1
    assert done.tried == {"attention.attend": 1}
    assert [file.name for file, _ in done.bad] == [*(f.name for f in files), "none.json"]
    for (_, why), (_, said) in zip(DAMAGE.values(), done.bad, strict=False):
        assert why in said
    assert "no such file" in done.bad[-1][1]
    tail = done.text().split("\n\n")[-1].splitlines()
    assert tail[0] == f"{len(files) + 1} files left out:"
    for (content, _), file in zip(DAMAGE.values(), files, strict=True):
        assert file.read_bytes() == content  # another's file is not touched


def test_an_id_with_a_strange_digit_is_an_id(tmp_path):
    file = tmp_path / "a.json"
    old = {"version": 1, "checks": {"9.²": STUCK}, "hints": {"².²": 1}, "predictions": {"0².x": {}}}
    file.write_text(json.dumps(old))
    assert report.report([file]).tried == {"9.²": 1}


def test_a_file_given_twice_counts_once(tmp_path):
    file = learner(tmp_path / "a" / "progress.json", attention_attend=STUCK)
    (tmp_path / "link.json").symlink_to(file)
    again = tmp_path / "a" / ".." / "a" / "progress.json"
    assert report.report([file, file, again, tmp_path / "link.json", tmp_path / "a"]).learners == 1


def test_in_a_folder_of_homes_only_progress_is_looked_at(tmp_path):
    learner(tmp_path / "ann" / "my_course" / "progress.json", attention_attend=DONE)
    learner(tmp_path / "bob" / ".local/share/jupyter/llm-course/progress.json")
    learner(tmp_path / "handed in" / "eve.json", attention_attend=STUCK)
    (tmp_path / "ann" / "fontlist-v390.json").write_text('{"_version": 390}')
    (tmp_path / "ann" / "broken.json").write_text("{")
    (tmp_path / "bob" / "my_course").mkdir()
    (tmp_path / "bob" / "my_course" / "progress.json").write_text("{")
    learner(tmp_path / "bob" / "my_course" / "progress.damaged-1.json")
    learner(tmp_path / "bob" / "progress.kept 2026-01-01 10.00.00.json")
    learner(tmp_path / "bob" / "progress.carried-over.json")
    done = report.report([tmp_path])
    assert (done.learners, done.passed) == (3, {"attention.attend": 1})
    assert [file.parent.parent.name for file, _ in done.bad] == ["bob"]  # broken.json is none
    told = done.text().splitlines()[-1]
    assert told.startswith("5 other files were passed by, with no progress in them or old copies: ")
    assert {"broken.json", "fontlist-v390.json"} <= set(told.rstrip(".").split(": ")[1].split(", "))


def test_the_same_work_twice_counts_twice_and_is_told(tmp_path):
    most = {f"attention_{n}": DONE for n in range(report.BY_CHANCE)}
    for name in ("ada", "bob", "cleo"):
        learner(
            tmp_path / name / "progress.json",
            **most | ({"attention_0": STUCK, "attention_more": DONE} if name > "b" else {}),
        )
    early = {key: most[key] for key in list(most)[1:]}  # so few may be equal by chance
    for name in ("dan", "eve"):
        learner(tmp_path / name / "progress.json", **early)
    done = report.report([tmp_path])
    assert done.learners == 5
    assert "Some files hold the same work" in done.text() and "cleo" not in done.text()
    assert "the same work, and each counts as a learner: bob, cleo." in done.text(names=True)
    assert "the same work" not in report.report([tmp_path / "ada", tmp_path / "bob"]).text()


def test_a_folder_without_progress_says_so(tmp_path):
    assert report.report([tmp_path]).bad == [(tmp_path, "No progress file lies in this folder.")]


HOSTILE = "\x1b[2J=cmd\u202e\n<b>"


def test_nothing_in_a_file_moves_the_cursor_or_begins_a_formula(tmp_path):
    checks = {HOSTILE: STUCK, "=cmd|'/c calc'!A1": DONE, "\ud800": DONE}
    state = {"version": 2, "checks": checks, "hints": {}, "predictions": {}}
    file = tmp_path / "=a\x1b.json"
    file.write_text(json.dumps(state))
    (tmp_path / "\x1b[2J.json").write_text("{")
    done = report.report([file, tmp_path / "\x1b[2J.json"])
    for text in (done.text(), done.csv()):
        text.encode()
        assert all(c.isprintable() or c in "\r\n" for c in text)
    rows = list(csv.reader(io.StringIO(done.csv())))
    assert rows[0] == list(report.HEADER)
    assert len(rows) == 1 + len(done.rows())
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row if cell)


@pytest.mark.parametrize("value", ["attention.attend", "", "3"])
def test_what_is_harmless_stays_as_it_is(value):
    assert report.harmless(value) == value


def test_the_size_is_looked_at_before_anything_is_read(tmp_path, monkeypatch):
    file = tmp_path / "a.json"
    file.write_bytes(b" " * (record.LARGEST + 1))

    def read(*_, **__):
        raise AssertionError("it was read")

    monkeypatch.setattr(type(file), "read_text", read)
    assert "larger than 10 MB" in report.report([file]).bad[0][1]


def test_names_say_who_is_stuck_and_who_showed_what(tmp_path):
    learner(tmp_path / "ada" / "my_course" / "progress.json", attention_attend=STUCK)
    learner(tmp_path / "bob" / "progress.json", attention_attend=DONE)
    learner(tmp_path / "progress-cleo.json", attention_attend=STUCK)
    learner(tmp_path / "=dan.json", attention_attend=STUCK)
    done = report.report([tmp_path])
    assert done.rows(names=True) == [
        ("attention.attend", 4, 1, "", "", "", "=dan, ada, cleo"),
        ("attention.attend", "", "", "axis", 4, 10, "=dan, ada, bob, cleo"),
        ("attention.attend", "", "", "sign", 3, 3, "=dan, ada, cleo"),
    ]
    assert "cleo" in done.text(names=True)
    assert next(csv.reader(io.StringIO(done.csv(names=True))))[-1] == "who"
    rows = list(csv.reader(io.StringIO(done.csv(names=True))))
    assert rows[1][-1] == "'=dan, ada, cleo"
    page = class_page.html(done, names=True)
    assert "not yet: =dan, ada, cleo" in page
    for shown in (done.text(), done.csv(), class_page.html(done)):
        assert not any(name in shown for name in ("ada", "cleo", "dan"))


def test_a_folder_is_read_again_as_files_come(tmp_path, monkeypatch, capsys):
    learner(tmp_path / "in" / "ada.json", attention_attend=STUCK)
    page, readings = tmp_path / "class.html", []

    def sleep(seconds):
        readings.append(page.read_text())
        if len(readings) == 2:
            learner(tmp_path / "in" / "bob.json", attention_attend=DONE)
        if len(readings) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", sleep)
    assert main.main(["report", str(tmp_path / "in"), "--html", str(page), "--follow"]) == 0
    assert ["1 learner<" in text for text in readings] == [True, True, False, False]
    assert "2 learners<" in readings[2]
    assert 'http-equiv="refresh"' in readings[0]
    assert capsys.readouterr().out.count("attention.attend") == 2  # told when it changed
