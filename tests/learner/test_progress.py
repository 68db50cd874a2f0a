"""The progress file: kept whole through kills and crowds, set aside when damaged, never lost."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from course.learner import home, progress, record, report

WRITER = """
import sys
from course.learner import home, progress, record
n = 0
while n < int(sys.argv[2]):
    progress.record_check(f"{sys.argv[1]}.{n % 9}", n % 2 == 0, "one of many mistakes" * 20)
    n += 1
    print(n, flush=True)
"""


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Forget which troubles were told."""
    monkeypatch.setattr(progress, "_said", set())


def writer(name, times):
    command = [sys.executable, "-c", WRITER, name, str(times)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_what_is_recorded_is_read():
    progress.record_check("4.1", False, "axis")
    progress.record_check("4.1", False, "axis")
    progress.record_check("4.1", True)
    progress.record_check("4.1", False, "sign")  # later play does not undo it
    progress.record_hint("4.1")
    progress.record_prediction("4.a", guess=3)
    progress.record_prediction("4.a", measured=4, close=False)
    state = progress.read()
    mistakes = {"axis": 2, "sign": 1}
    assert state["checks"] == {"4.1": {"passed": True, "attempts": 3, "mistakes": mistakes}}
    assert state["hints"] == {"4.1": 1}
    assert state["predictions"] == {"4.a": {"guess": 3, "measured": 4, "close": False}}


def test_that_the_truth_was_shown_is_no_work_and_no_guess():
    progress.record_shown("4.a", 4)
    progress.record_shown("4.a", 5)
    state = progress.read()
    assert state["predictions"] == {"4.a": {"measured": 4}}
    assert "last" not in state
    assert report.report([progress.path()]).guesses == {}


def test_reading_makes_no_file():
    assert progress.read()["checks"] == {}
    assert not progress.path().exists()


def test_without_a_path_it_lies_in_jupyters_data_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_PROGRESS")
    monkeypatch.delenv("COURSE_HOME")
    monkeypatch.setattr(home, "CHECKOUT", tmp_path)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    progress.record_hint("4.1")
    assert record.load(tmp_path / "data" / "llm-course" / "progress.json")["hints"]
    (tmp_path / "my_course" / ".course").mkdir(parents=True)
    assert progress.path() == tmp_path / "my_course" / "progress.json"


def test_a_desk_takes_over_what_lay_in_the_old_place_once(monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COURSE_PROGRESS", str(progress.old_path()))
    progress.record_hint("4.1")
    answers = progress.old_path().with_name("answers")
    answers.mkdir()
    (answers / "attention.py").write_text("def scores(): ...\n")
    monkeypatch.delenv("COURSE_PROGRESS")
    desk = tmp_path / "desk"
    desk.mkdir()
    progress.carry_over(desk)
    assert progress.path() == desk / "progress.json"
    assert progress.read()["hints"] == {"4.1": 1}
    assert (desk / "answers" / "attention.py").is_file()
    assert [file.name for file in progress.old_path().parent.glob("*.json")] == [
        "progress.carried-over.json"
    ]
    progress.reset()
    progress.carry_over(desk)
    assert progress.read()["hints"] == {}


def test_a_reset_keeps_the_old_file():
    assert progress.reset() is None
    progress.record_hint("4.1")
    kept = progress.reset()
    assert record.load(kept)["hints"] == {"4.1": 1}
    assert progress.read()["hints"] == {}


def test_an_export_is_progress_and_covers_nothing(tmp_path):
    progress.record_hint("4.1")
    progress.export(tmp_path / "mine.json")
    assert record.load(tmp_path / "mine.json")["hints"] == {"4.1": 1}
    with pytest.raises(ValueError, match=r"mine\.json is there already"):
        progress.export(tmp_path / "mine.json")


@pytest.mark.parametrize("use", [progress.read, lambda: progress.record_hint("4.1")])
def test_a_newer_versions_file_is_left_alone_with_a_sentence(use, capsys):
    newer = b'{"version": 3, "whatever": []}'
    progress.path().write_bytes(newer)
    use()
    assert progress.path().read_bytes() == newer
    assert [p.name for p in progress.path().parent.glob("*.json")] == ["progress.json"]
    said = capsys.readouterr().out
    assert "newer version of the course" in said
    assert "damaged" not in said


def test_what_was_done_last_is_known():
    assert "last" not in progress.read()
    progress.record_check("attention.attend", True)
    progress.record_prediction("attention.leak", guess=1)
    assert progress.read()["last"] == "attention.leak"


def test_a_byte_order_mark_is_no_damage():
    progress.record_hint("4.1")
    progress.path().write_bytes(b"\xef\xbb\xbf" + progress.path().read_bytes())
    assert progress.read()["hints"] == {"4.1": 1}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_kill_at_any_moment_leaves_a_whole_file():
    done = 0
    for pause in (0.0, 0.003, 0.011, 0.017, 0.029):
        process = writer("4", 100_000)
        process.stdout.readline()  # it writes now
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        done += 1 + len(process.communicate()[0].splitlines())
        state = record.load(progress.path())
        attempts = sum(sum(entry["mistakes"].values()) for entry in state["checks"].values())
        assert done <= attempts <= done + 1  # at most the write that was not yet reported
        done = attempts
    assert not list(progress.path().parent.glob("*damaged*"))


def test_kernels_that_write_at_once_lose_nothing():
    crowd = [writer(name, 40) for name in ("4", "5", "6")]
    for process in crowd:
        process.communicate()
        assert process.returncode == 0
    checks = progress.read()["checks"]
    counts = [sum(checks[f"{name}.{n}"]["mistakes"].values()) for name in "456" for n in range(9)]
    assert sum(counts) == 3 * 40


DAMAGE = {
    "cut off": b'{"version": 1, "checks": {"4.1": {"pass',
    "empty": b"",
    "binary": b"\xff\xfe\x00\x01",
    "another thing": b"[1, 2, 3]",
    "no sections": b'{"version": 1}',
    "a wrong entry": b'{"version": 1, "checks": {"4.1": 3}, "hints": {}, "predictions": {}}',
    "a wrong count": b'{"version": 1, "checks": {}, "hints": {"4.1": -2}, "predictions": {}}',
    "no version of ours": b'{"version": 0, "checks": {}, "hints": {}, "predictions": {}}',
    "a version in words": b'{"version": "2", "checks": {}, "hints": {}, "predictions": {}}',
    "no mistakes": b'{"version": 2, "checks": {"a.b": {"passed": true, "attempts": 1, '
    b'"mistakes": null}}, "hints": {}, "predictions": {}}',
    "a count without end": b'{"version": 2, "checks": {}, "hints": {"a.b": %s}, "predictions": {}}'
    % (b"9" * 5_000),
    "a score that is none": b'{"version": 2, "checks": {}, "hints": {}, '
    b'"predictions": {"a.b": {"close": "yes"}}}',
    "too large": b" " * 10_000_001,
    "nested without end": b"[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
@pytest.mark.parametrize("use", [progress.read, lambda: progress.record_hint("4.1")])
def test_a_damaged_file_is_set_aside_with_a_sentence(damage, use, capsys):
    progress.path().write_bytes(damage)
    use()
    aside = progress.path().with_name("progress.damaged-1.json")
    assert aside.read_bytes() == damage
    said = capsys.readouterr().out
    assert said.startswith("Your progress file was damaged. ")
    assert "It is kept as progress.damaged-1.json, and a new one is begun." in said
    assert said.count("\n") == 1


def test_a_second_damage_does_not_cover_the_first():
    for n in range(3):
        progress.path().write_text(f"damage {n}")
        progress.read()
    names = sorted(path.name for path in progress.path().parent.glob("*.damaged-*"))
    assert names == [f"progress.damaged-{n}.json" for n in (1, 2, 3)]


def test_a_place_that_cannot_be_written_is_a_sentence_and_the_course_goes_on(
    monkeypatch, tmp_path, capsys
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "file" / "progress.json"))
    for _ in range(3):
        progress.record_check("4.1", True)
    assert progress.read()["checks"] == {}
    said = capsys.readouterr().out
    assert said.startswith("Your progress can't be kept in progress.json: ")
    assert said.count("can't be kept") == 1  # told once


def test_a_folder_in_its_place_is_a_sentence(capsys):
    progress.path().mkdir()
    assert progress.read()["checks"] == {}
    progress.record_hint("4.1")
    assert capsys.readouterr().out.count("Your progress can't be ") == 2
    assert progress.path().is_dir()


def test_a_write_that_fails_leaves_the_old_file_and_no_litter(monkeypatch):
    progress.record_hint("4.1")
    before = progress.path().read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    progress.record_hint("4.1")
    assert progress.path().read_bytes() == before
    names = {path.name for path in progress.path().parent.iterdir()}
    assert names == {"progress.json", ".progress.json.lock"}


def test_the_graders_runs_are_not_the_learners(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    progress.record_check("4.1", True)
    assert not progress.path().exists()


def test_progress_by_old_numbers_is_carried_over():
    entry = {"passed": True, "attempts": 2, "mistakes": {"axis": 1}}
    old = {
        "version": 1,
        "checks": {"4.2": entry, "10.8": entry, "99.1": entry},
        "hints": {"9.3": 2},
        "predictions": {"04.check": {"guess": 1}, "00.right": {"guess": 30}},
    }
    progress.path().write_text(json.dumps(old))
    state = progress.read()
    names = ["mlp_backprop.sigmoid_backward", "small_gpt.warmup_stable_decay", "99.1"]
    assert state["checks"] == dict.fromkeys(names, entry)
    assert state["hints"] == {"attention.attend": 2}
    assert list(state["predictions"]) == ["mlp_backprop.check", "start_here.right"]
    progress.record_hint("attention.attend")
    assert json.loads(progress.path().read_text())["version"] == 2
    assert progress.read()["hints"] == {"attention.attend": 3}


def test_what_moved_to_another_lesson_keeps_its_progress():
    state = {"version": 2, "checks": {"optimizers.clip_by_norm": {"passed": True, "attempts": 2}},
             "hints": {"optimizers.lr_range_test": 1},
             "predictions": {"optimizers.batch": {"guess": 4}}}  # fmt: skip
    progress.path().parent.mkdir(parents=True, exist_ok=True)
    progress.path().write_text(json.dumps(state))
    now = progress.read()
    assert now["checks"] == {"training_runs.clip_by_norm": {"passed": True, "attempts": 2}}
    assert now["hints"] == {"training_runs.lr_range_test": 1}
    assert now["predictions"] == {"training_runs.batch": {"guess": 4}}


def test_what_moved_to_another_lesson_is_carried_over_and_kept_once():
    old = {"passed": True, "attempts": 2}
    state = {
        "version": 2,
        "checks": {"mlp_backprop.tanh": old, "mlp_backprop.affine": old},
        "hints": {"mlp_backprop.numerical_gradient": 2, "gradients.numerical_gradient": 1},
        "predictions": {"mlp_backprop.single": {"guess": 3}},
    }
    progress.path().write_text(json.dumps(state))
    carried = progress.read()
    assert carried["checks"] == {"gradients.tanh": old, "mlp_backprop.affine": old}
    assert carried["hints"] == {"gradients.numerical_gradient": 1}
    assert carried["predictions"] == {"gradients.single": {"guess": 3}}
    progress.record_check("gradients.multiply", False)
    assert progress.read()["checks"]["gradients.tanh"] == old


def test_progress_by_old_numbers_goes_straight_to_where_an_exercise_is_now():
    old = {"version": 1, "checks": {"4.9": {"passed": True, "attempts": 1}}}
    progress.path().write_text(json.dumps(old | {"hints": {"4.4": 1}, "predictions": {}}))
    assert list(progress.read()["checks"]) == ["gradients.tanh"]
    assert progress.read()["hints"] == {"gradients.numerical_gradient": 1}


def test_what_moved_to_inside_a_matrix_keeps_its_progress():
    entry = {"passed": True, "attempts": 2, "mistakes": {}}
    state = progress.read() | {"checks": {"linear_algebra.low_rank": entry}}
    progress.path().write_text(json.dumps(state))
    assert progress.read()["checks"] == {"inside_a_matrix.low_rank": entry}
