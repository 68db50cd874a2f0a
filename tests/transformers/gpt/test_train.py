"""Training: rates, steps that equal PyTorch's, evaluation that equals a slow loop, and resuming."""

import json
import math
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from course.transformers import tokens
from course.transformers.gpt import checkpoint, parallel, train
from course.transformers.gpt import model as gpt

SIZES = {"context": 8, "layers": 1, "heads": 2, "width": 16}
TEXT = np.random.default_rng(0).permutation(np.tile(np.arange(7), 60))
VARIANTS = {"plain": {}, "modern": gpt.MODERN}


def run_of(steps=12, variant="modern", text=TEXT, **recipe):
    c = gpt.Config(7, **SIZES, **VARIANTS[variant])
    return train.Run(c, train.Recipe(steps=steps, batch=4, warmup=2, **recipe), text)


def finish(run, **options):
    return list(train.fit(run, **options))


def same(a, b):
    """Bit for bit."""
    x, y = a.model.state_dict(), b.model.state_dict()
    return a.losses == b.losses and all(torch.equal(x[k], y[k]) for k in x)


def test_rates_rise_stay_and_fall():
    r = train.Recipe(steps=100, warmup=10, cooldown=0.5, final=0.1)
    rates = [r.rate(t) for t in range(100)]
    assert np.all(np.diff(rates[:11]) > 0)
    assert rates[10:50] == [1.0] * 40
    assert np.all(np.diff(rates[51:]) < 0)
    assert 0.1 < rates[-1] < 0.13


def test_the_cosine_is_the_customary_one():
    r = train.Recipe(**train.PLAIN)
    for t in (0, 50, 100, 700, 1999):
        part = (t - 100) / 1900
        cosine = 0.1 + 0.9 * (1 + math.cos(math.pi * part)) / 2
        assert r.rate(t) == pytest.approx((t + 1) / 101 if t < 100 else cosine)


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_short_runs_have_rates_too(steps):
    for schedule in ("linear", "cosine"):
        r = train.Recipe(steps=steps, schedule=schedule)
        assert all(0 < r.rate(t) <= 1 for t in range(steps))


@pytest.mark.parametrize("variant", VARIANTS)
def test_steps_equal_those_of_torch(variant):
    recipe = {"lr": 3e-3, "lr_head": 2e-2, "lr_embed": 1e-2, "weight_decay": 0.07, "clip": 0.3}
    run = run_of(6, variant, **recipe)
    model = gpt.GPT(run.config, 0)
    groups = {}
    for name, p in model.named_parameters():
        table = name in ("E", "P", "earlier")
        rate = recipe["lr_embed" if table else "lr_head" if name == "head.W" else "lr"]
        decay = 0.07 if p.ndim == 2 and not table else 0.0
        groups.setdefault((rate, decay), []).append(p)
    theirs = torch.optim.AdamW(
        [
            {"params": ps, "lr": rate, "full": rate, "weight_decay": decay}
            for (rate, decay), ps in groups.items()
        ],
        betas=(0.85, 0.99),
    )
    for t in range(6):
        x, y = run.batch()
        for group in theirs.param_groups:
            group["lr"] = group["full"] * run.recipe.rate(t)
        theirs.zero_grad()
        model.loss(x, y).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.3)
        theirs.step()
        run.advance()
    for a, b in zip(run.model.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-5)


@pytest.fixture
def double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("threads", [2, 3, 4])
@pytest.mark.parametrize("variant", VARIANTS)
def test_threads_change_nothing_but_the_order_of_additions(variant, threads, double):
    before = torch.get_num_threads()
    alone, together = run_of(variant=variant), run_of(variant=variant, threads=threads)
    for _ in range(4):
        assert together.advance() == pytest.approx(alone.advance(), rel=1e-12)
        for a, b in zip(alone.flat, together.flat, strict=True):
            torch.testing.assert_close(a, b, rtol=0, atol=1e-10)
            torch.testing.assert_close(a.grad, b.grad, rtol=0, atol=1e-12)
    assert len({m.loss.__self__ for m in together.team.members}) == threads
    assert torch.get_num_threads() == before


def test_a_step_that_was_interrupted_leaves_nothing_behind(monkeypatch):
    whole, run = run_of(threads=2), run_of(threads=2)
    monkeypatch.setattr(parallel, "sum", _interrupted, raising=False)  # as Ctrl-C in a notebook
    with pytest.raises(KeyboardInterrupt):
        run.advance()
    monkeypatch.undo()
    assert (run.step, run.losses) == (0, [])
    finish(whole)
    finish(run)
    assert same(whole, run)


def test_a_thread_needs_work_and_an_equal_share_of_it(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 4)
    sizes = [(12, 64), (6, 128), (3, 256), (12, 128), (24, 128), (1, 4096), (4, 16)]
    assert [parallel.threads_for(*size) for size in sizes] == [2, 2, 1, 4, 4, 1, 1]
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    assert parallel.threads_for(24, 128) == 1


def _interrupted(_):
    raise KeyboardInterrupt


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_loss_for_a_gpu_compiles_whole_and_is_the_same_but_for_bfloat16(variant):
    """Walked on a CPU, with a compiler that needs no C++; bfloat16 keeps 8 bits: 1 part in 256."""
    run = run_of(variant=variant)
    finish(run)  # away from the start, where projections are zero
    x, y = run.batch()
    exact = torch.autograd.grad(run.model.loss(x, y), list(run.model.parameters()))
    loss = train.for_gpu(run.model.loss, "cpu", backend="aot_eager", fullgraph=True)(x, y)
    assert loss.item() == pytest.approx(run.model.loss(x, y).item(), rel=2**-8)
    for a, b in zip(torch.autograd.grad(loss, list(run.model.parameters())), exact, strict=True):
        assert torch.linalg.vector_norm(a - b) < 0.03 * torch.linalg.vector_norm(b)


def test_one_batch_can_be_learnt_by_heart():
    text = np.array([0, 3, 1, 6, 2, 5, 4, 1, 2])
    run = train.Run(gpt.Config(7, **SIZES, **gpt.MODERN), train.Recipe(steps=100, batch=1), text)
    finish(run)
    assert run.losses[0] == pytest.approx(math.log(7), rel=1e-5)
    assert run.losses[-1] < 0.05


def test_batches_depend_on_seed_and_step_alone():
    a, b, c = run_of(), run_of(), run_of(seed=1)
    torch.testing.assert_close(a.batch(), b.batch())
    assert not torch.equal(a.batch()[0], c.batch()[0])
    first = a.batch()[0]
    a.advance()
    assert not torch.equal(a.batch()[0], first)


@pytest.mark.parametrize("n", [2, 8, 9, 10, 100, 417])
def test_evaluation_asks_for_every_token_but_the_first_once(n):
    model, ids = run_of().model, torch.as_tensor(TEXT[:n])
    with torch.no_grad():
        model.head.W.normal_(generator=torch.Generator().manual_seed(1))
        slow = []
        for t in range(1, n):
            start = (t - 1) // 8 * 8
            z = model(ids[None, start:t])[0, -1]
            slow.append(-z.log_softmax(-1)[ids[t]].item())
    assert train.evaluate(model, TEXT[:n], batch=3) == pytest.approx(np.mean(slow), rel=1e-5)


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
    step = train.Run.advance

    def advance(self):
        clock[0] += takes[self.step]
        return step(self)

    monkeypatch.setattr(train.Run, "advance", advance)
    monkeypatch.setattr(train.time, "perf_counter", lambda: clock[0])
    assert train.pace(run.config, run.recipe, TEXT, seconds=58) == 2  # of 1, 2, 50, 2, 3
    assert train.pace(run.config, run.recipe, TEXT, seconds=0) == 1  # one step at least
    assert train.pace(run.config, train.Recipe(steps=1), TEXT, seconds=58) == 1
    assert (run.step, run.losses) == (0, [])


def test_a_stopped_run_goes_on():
    whole, parts = run_of(), run_of()
    finish(whole)
    for report in train.fit(parts):
        if report.step == 5:
            break
    finish(parts)
    assert same(whole, parts)


def test_a_blown_up_run_says_so_before_it_spoils_the_weights():
    run = run_of(variant="plain", lr=1e30, lr_embed=1e30)
    with pytest.raises(ValueError, match="blown up"):
        finish(run)
    assert all(torch.isfinite(p).all() for p in run.model.parameters())


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"steps": 0}, "steps is 0"),
        ({"schedule": "steps"}, "'linear' or 'cosine'"),
        ({"cooldown": 1.2}, "from 0 to 1"),
        ({"clip": -1.0}, "negative"),
        ({"threads": 0}, "threads is 0; allowed is from 1 to the batch, 12"),
        ({"threads": 13}, "threads is 13"),
    ],
)
def test_recipes_that_are_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        train.Recipe(**wrong)


def test_texts_that_are_too_short():
    with pytest.raises(ValueError, match="8 tokens, too few for one window of 8"):
        run_of(text=TEXT[:8])
    with pytest.raises(ValueError, match="has no token to ask for"):
        train.evaluate(run_of().model, TEXT[:1])


# --- checkpoints ----------------------------------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("at", [0, 1, 7, 12])
def test_resumed_training_is_uninterrupted_training_bit_for_bit(tmp_path, variant, at, threads):
    whole, first = (run_of(variant=variant, threads=threads) for _ in range(2))
    finish(whole, val=TEXT[:40], every=3)
    for report in train.fit(first, val=TEXT[:40], every=3) if at else ():
        if report.step == at:
            break
    checkpoint.save(tmp_path, first, alphabet="abcdefg")
    again = checkpoint.restore(tmp_path, TEXT)
    assert again.step == at
    finish(again, val=TEXT[:40], every=3)
    assert same(whole, again)
    assert whole.best[0] == again.best[0]
    assert all(torch.equal(whole.best[1][k], again.best[1][k]) for k in whole.best[1])


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
    run.memory = run.memory._replace(slots=run.memory.slots[:-1])
    checkpoint.save(tmp_path, run)
    with pytest.raises(checkpoint.CheckpointError, match="not those of its config"):
        checkpoint.restore(tmp_path, TEXT)


# A process of its own, to be killed. Its run is made by this module, which isn't in the package.
KILLED = """
import sys, numpy as np
sys.path.insert(0, {tests!r})
from test_train import run_of, TEXT
from course.transformers.gpt import checkpoint, train
run = run_of(100_000)
print("go", flush=True)
for report in train.fit(run):
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


def test_characters_train_end_to_end():
    text = "the cat sat on the mat. " * 40
    letters = tokens.alphabet(text)
    ids = tokens.encode(text, letters)
    c = gpt.Config(len(letters), **SIZES, **gpt.MODERN)
    run = train.Run(c, train.Recipe(steps=60, batch=8), ids[:800])
    finish(run, val=ids[800:])
    assert run.best[0] < 0.5
