"""An exercise: check, hints, solution, and errors of its author."""

import dataclasses
import os
import subprocess
import sys

import pytest
from samples import columns, dots, softmax, weights

from course.checking import contract


def test_an_interrupt_between_two_calls_is_no_traceback(monkeypatch, capsys):
    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(contract.stages, "examine", interrupted)
    weights.check(softmax)
    assert capsys.readouterr().out == "softmax · stopped. Run the cell again to go on.\n"


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """A new kernel and an empty progress file."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(contract, "_attempted", set())
    monkeypatch.setattr(contract, "_rungs", {})


@pytest.mark.usefixtures("fresh")
class TestLadder:
    def test_check_prints_the_plain_text_and_returns_none(self, capsys):
        assert weights.check(softmax) is None
        assert capsys.readouterr().out == str(weights.examine(softmax)) + "\n"
        assert weights.check() is None
        assert "You passed None" in capsys.readouterr().out

    def test_hints_come_one_by_one(self, capsys):
        for _ in range(5):
            weights.hint()
        assert capsys.readouterr().out.splitlines() == [
            "softmax · hint 1 of 3. What do the weights sum to?",
            "softmax · hint 2 of 3. p = exp(z) / sum exp(z), z (..., K)",
            "softmax · hint 3 of 3.",
            "",
            "return … / …",
            *["softmax · no more hints. You have seen all 3. "
              "After an attempt, ex.softmax.solution() shows ours."] * 2,
        ]  # fmt: skip

    def test_the_solution_waits_for_an_attempt(self, capsys):
        weights.solution()
        weights.check(dots)
        weights.solution()
        told = capsys.readouterr().out
        assert told.count("no attempt yet. Try first: ex.softmax.check(softmax).") == 2
        weights.check(columns)
        capsys.readouterr()
        weights.solution()
        told = capsys.readouterr().out
        assert "A constant in every entry cancels." in told
        assert "e / e.sum(axis=-1, keepdims=True)  # (..., K)" in told
        assert "Weights that sum to 1" not in told, "the docstring is stripped"

    def test_an_attempt_in_an_earlier_kernel_counts(self, capsys, monkeypatch):
        weights.check(columns)
        monkeypatch.setattr(contract, "_attempted", set())
        weights.solution()
        assert "the course's solution" in capsys.readouterr().out

    def test_progress_is_recorded(self):
        from course.learner import progress

        weights.check(dots)
        assert "samples.softmax" not in progress.read()["checks"]
        weights.check(columns)
        weights.check(softmax)
        weights.hint()
        entry = progress.read()["checks"]["samples.softmax"]
        assert entry["passed"]
        assert entry["attempts"] == 2
        assert entry["mistakes"] == {"Your columns sum to 1, not your rows": 1}
        assert progress.read()["hints"] == {"samples.softmax": 1}

    def test_no_progress_is_no_failure(self, monkeypatch, capsys):
        monkeypatch.setitem(sys.modules, "course.learner.progress", None)
        monkeypatch.delattr("course.learner.progress", raising=False)
        weights.check(softmax)
        weights.hint()
        weights.solution()
        assert "Traceback" not in capsys.readouterr().out

    def test_under_nbgrader_a_failed_check_raises(self, monkeypatch, capsys):
        monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
        for answer in (columns, dots, None):
            with pytest.raises(AssertionError) as raised:
                weights.check(answer)
            assert str(raised.value) == str(weights.examine(answer))
        assert weights.check(softmax) is None
        assert capsys.readouterr().err == ""


def test_check_works_in_a_plain_shell(tmp_path):
    code = (
        "from course.lessons.start_here import bank as ex\n"
        "def probabilities(counts): return counts / 0 * nope\n"
        "ex.probabilities.check(probabilities)\n"
    )
    env = {**os.environ, "COURSE_PROGRESS": str(tmp_path / "progress.json")}
    done = subprocess.run(
        [sys.executable, "-"], input=code, capture_output=True, text=True, check=True, env=env
    )
    assert done.stderr == ""
    assert "Your line 2 raised NameError: name 'nope' is not defined." in done.stdout


def test_an_exercise_tells_how_to_use_it():
    assert "ex.softmax.check(softmax), ex.softmax.hint(), ex.softmax.solution()" in repr(weights)


def test_a_wrong_exercise_is_refused():
    with pytest.raises(ValueError, match="of kind 'copy'; kinds are transcribe, derive"):
        dataclasses.replace(weights, kind="copy")
    with pytest.raises(ValueError, match="no cases"):
        dataclasses.replace(weights, cases=[])
    with pytest.raises(ValueError, match="give the exercise a probe"):
        dataclasses.replace(weights, reference=lambda z: iter(z)).draw()
    with pytest.raises(ValueError, match="the reference fails"):
        dataclasses.replace(weights, reference=lambda z: z.nope).draw()
