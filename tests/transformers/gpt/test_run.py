"""A run can be stopped, killed, damaged: it goes on bit for bit, or says what is wrong."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from course.transformers.gpt import checkpoint, train
from course.transformers.gpt import run as runs
from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.recipe import Recipe

SIZES = {"context": 8, "layers": 1, "heads": 2, "width": 16}
TEXT = np.random.default_rng(0).permutation(np.tile(np.arange(7), 60))
VARIANTS = {"plain": {}, "modern": MODERN}
HOW = {"plainly": {}, "fast": {"fast": True}, "by two": {"fast": True, "threads": 2}}


def run_of(steps=12, variant="modern", text=TEXT, fast=False, **recipe):
    c = Config(7, **SIZES, **VARIANTS[variant])
    return runs.Run(c, Recipe(steps=steps, batch=4, warmup=2, **recipe), text, fast=fast)


def finish(run, **options):
    return list(runs.follow(run, **options))


def same(a, b):
    """Bit for bit."""
    x, y = a.model.state_dict(), b.model.state_dict()
    return a.losses == b.losses and all(torch.equal(x[k], y[k]) for k in x)


def test_a_run_is_the_loop_step_by_step():
    run = run_of()
    finish(run)
    model = runs.GPT(run.config, run.recipe.seed)
    assert run.losses == [loss for _, loss in train.fit(model, TEXT, run.recipe)]
    with pytest.raises(ValueError, match="all 12 steps"):
        run.advance()


def test_fit_reports_each_step_and_keeps_the_best():
    run = run_of(10)
    reports = finish(run, val=TEXT[:50], every=4)
    assert [r.step for r in reports] == list(range(1, 11))
    assert [r.step for r in reports if r.val is not None] == [4, 8, 10]
    assert run.best[0] == min(r.val for r in reports if r.val is not None)
    assert reports[-1].seconds_left == 0
    assert all(r.tokens_per_second > 0 for r in reports)


def test_pace_is_the_median_step_after_three_to_warm_up(monkeypatch):
    run, clock = run_of(200), [0.0]
    takes = [100, 100, 100, 1, 2, 50, 2, 3]  # seconds of each step, by a clock of our own
    step = runs.Run.advance

    def advance(self):
        clock[0] += takes[self.step]
        return step(self)

    monkeypatch.setattr(runs.Run, "advance", advance)
    monkeypatch.setattr(runs.time, "perf_counter", lambda: clock[0])
    assert runs.pace(run.config, run.recipe, TEXT, seconds=58) == 2  # of 1, 2, 50, 2, 3
    assert runs.pace(run.config, run.recipe, TEXT, seconds=0) == 1  # one step at least
    assert runs.pace(run.config, Recipe(steps=1), TEXT, seconds=58) == 1
    assert (run.step, run.losses) == (0, [])


def test_a_stopped_run_goes_on():
    whole, parts = run_of(), run_of()
    finish(whole)
    for report in runs.follow(parts):
        if report.step == 5:
            break
    finish(parts)
    assert same(whole, parts)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("at", [0, 1, 7, 12])
def test_resumed_training_is_uninterrupted_training_bit_for_bit(tmp_path, variant, at, how):
    whole, first = (run_of(variant=variant, **HOW[how]) for _ in range(2))
    finish(whole, val=TEXT[:40], every=3)
    for report in runs.follow(first, val=TEXT[:40], every=3) if at else ():
        if report.step == at:
            break
    checkpoint.save(tmp_path, first, alphabet="abcdefg")
    again = checkpoint.restore(tmp_path, TEXT)
    assert again.step == at
    finish(again, val=TEXT[:40], every=3)
    assert same(whole, again)
    assert whole.best[0] == again.best[0]
    assert all(torch.equal(whole.best[1][k], again.best[1][k]) for k in whole.best[1])


def test_a_run_that_an_earlier_version_wrote_goes_on(tmp_path):
    """Then every run was fast, and its config said so by `by_hand`."""
    whole, first = (run_of(fast=True) for _ in range(2))
    for _ in range(5):
        first.advance()
    checkpoint.save(tmp_path, first)
    words = json.loads((tmp_path / "run.json").read_text())
    del words["fast"]
    words["config"]["by_hand"] = True
    (tmp_path / "run.json").write_text(json.dumps(words))
    again = checkpoint.restore(tmp_path, TEXT)
    finish(again)
    finish(whole)
    assert same(whole, again)


def test_what_a_kill_left_half_written_is_tidied(tmp_path):
    left = [".latest-0000001.safetensors.0a1b.part", ".run.json.0a1b.part"]
    for name in (*left, ".mine.part"):
        (tmp_path / name).write_text("half")
    checkpoint.save(tmp_path, run_of())
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {".mine.part", "run.json", "latest-0000000.safetensors"}


def test_load_gives_the_best_model_and_the_facts(tmp_path):
    run = run_of()
    finish(run, val=TEXT[:40], every=3)
    checkpoint.save(tmp_path, run, alphabet="abcdefg")
    model, facts = checkpoint.load(tmp_path)
    assert facts == {"alphabet": "abcdefg"}
    assert train.evaluate(model, TEXT[:40]) == pytest.approx(run.best[0], rel=1e-6)
    latest, _ = checkpoint.load(tmp_path, which="latest")
    assert torch.equal(latest.E, run.model.E)


def test_old_states_are_tidied_and_nothing_else(tmp_path):
    (tmp_path / "mine.safetensors").write_text("not yours")
    run = run_of()
    for _ in range(3):
        run.advance()
        checkpoint.save(tmp_path, run)
    names = {p.name for p in tmp_path.iterdir()}
    assert names == {"mine.safetensors", "run.json", "latest-0000003.safetensors"}


def damage(path, how):
    content = bytearray(path.read_bytes())
    if how == "cut":
        del content[len(content) // 2 :]
    elif how == "bit":
        content[len(content) // 2] ^= 1
    elif how == "empty":
        content.clear()
    path.unlink()
    if how != "gone":
        path.write_bytes(content)


@pytest.mark.parametrize("how", ["cut", "bit", "empty", "gone"])
@pytest.mark.parametrize("which", ["run.json", "latest-*", "best-*"])
def test_a_damaged_checkpoint_is_refused_with_a_sentence(tmp_path, how, which):
    run = run_of()
    finish(run, val=TEXT[:40])
    checkpoint.save(tmp_path, run)
    (path,) = tmp_path.glob(which)
    if (which, how) == ("run.json", "bit"):
        path.write_text(path.read_text().replace('"step"', '"stop"'))
    else:
        damage(path, how)
    with pytest.raises(checkpoint.CheckpointError, match=r"run|safetensors") as caught:
        checkpoint.restore(tmp_path, TEXT)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 99},
        {"config": {"vocab": 7, "colour": "red"}},
        {"config": {"vocab": 8, **SIZES}},
        {"recipe": {"steps": -1}},
        {"files": {}},
        {"step": "many"},
    ],
)
def test_nonsense_in_run_json_is_refused(tmp_path, change):
    checkpoint.save(tmp_path, run_of())
    path = tmp_path / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(checkpoint.CheckpointError):
        checkpoint.restore(tmp_path, TEXT)


def test_a_memory_of_other_vectors_is_refused(tmp_path):
    run = run_of()
    finish(run)
    memory = run.optimizer.memory
    run.optimizer.memory = memory._replace(slots=memory.slots[:-1])
    checkpoint.save(tmp_path, run)
    with pytest.raises(checkpoint.CheckpointError, match="not those of its config"):
        checkpoint.restore(tmp_path, TEXT)


# A process of its own, to be killed. Its run is made by this module, which isn't in the package.
KILLED = """
import sys, numpy as np
sys.path.insert(0, {tests!r})
from test_run import run_of, TEXT
from course.transformers.gpt import checkpoint
from course.transformers.gpt import run as runs
run = run_of(100_000)
print("go", flush=True)
for report in runs.follow(run):
    checkpoint.save({folder!r}, run)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a signal of Unix")
def test_a_run_killed_at_any_moment_resumes(tmp_path):
    whole = run_of(100_000)
    for i in range(3):
        folder = tmp_path / str(i)
        script = KILLED.format(
            tests=str(__import__("pathlib").Path(__file__).parent), folder=str(folder)
        )
        child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        child.stdout.readline()
        while not (folder / "run.json").exists():
            time.sleep(0.01)
        time.sleep(0.05 + 0.037 * i)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        again = checkpoint.restore(folder, TEXT)
        again.advance()
        while whole.step < again.step:
            whole.advance()
        assert again.losses == whole.losses[: again.step]


def test_no_pickle_anywhere():
    source = __import__("inspect").getsource(checkpoint)
    assert "pickle" not in source
    assert "torch.load" not in source.replace("safetensors.torch.load", "")
