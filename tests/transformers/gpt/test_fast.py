"""Whatever is fast computes what the plain model and the plain loop compute."""

import copy
import json
import math
import pickle
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
import torch

from course.transformers.gpt import fast, train
from course.transformers.gpt import model as gpt
from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.fast import compiled, fused, team
from course.transformers.gpt.recipe import Recipe
from course.transformers.gpt.run import Run

SIZES = {"vocab": 7, "context": 8, "layers": 2, "heads": 2, "width": 16}
TEXT = np.random.default_rng(0).permutation(np.tile(np.arange(7), 60))
VARIANTS = {
    "plain": {},
    "modern": MODERN,
    "no taps": {**MODERN, "taps": 0},
    "rotary alone": {"positions": "rotary"},
    "normalised alone": {"qk_norm": True, "activation": "gelu_tanh"},
    "no layers": {"layers": 0, "taps": 2},
}


@pytest.fixture
def double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("name", ["rms_norm", "relu2"])
def test_backward_passes_by_hand_are_derivatives(name):
    generator = torch.Generator().manual_seed(6)
    x = torch.randn(3, 4, 16, dtype=torch.float64, requires_grad=True, generator=generator)
    by_hand = getattr(fused, name)
    assert torch.autograd.gradcheck(by_hand, x)
    torch.testing.assert_close(by_hand(x), getattr(gpt, name)(x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("threads", [1, 2, 3, 4])
def test_a_fast_run_is_the_plain_loop_to_rounding(variant, threads, double):
    before = torch.get_num_threads()
    config = Config(**{**SIZES, **VARIANTS[variant]})
    recipe = Recipe(steps=6, batch=4, warmup=2, weight_decay=0.07, clip=0.3, threads=threads)
    model = gpt.GPT(config, recipe.seed)
    plain = [loss for _, loss in train.fit(model, TEXT, recipe)]
    run = Run(config, recipe, TEXT, fast=True)
    assert [run.advance() for _ in range(6)] == pytest.approx(plain, rel=0, abs=1e-9)
    for name, p in run.model.state_dict().items():
        torch.testing.assert_close(p, model.state_dict()[name], rtol=0, atol=1e-9)
    assert torch.get_num_threads() == before
    assert threads == 1 or len({id(m.model) for m in run.stand_in.members}) == threads


def test_what_is_fast_is_not_the_plain_code():
    """Else the test above would compare a thing with itself."""
    model = fused.fuse(gpt.GPT(Config(**SIZES, **MODERN)))
    changed = [part for part in model.modules() if type(part).__module__ == fused.__name__]
    assert len(changed) == 1 + 2 * 4 + 1  # the GPT, four parts of each block, the last norm


@pytest.mark.parametrize("variant", VARIANTS)
def test_fused_gradients_are_those_of_the_plain_model(variant, double):
    plain = gpt.GPT(Config(**{**SIZES, **VARIANTS[variant]}))
    with torch.no_grad():
        for p in plain.parameters():
            p.normal_(0, 0.5, generator=torch.Generator().manual_seed(5))
    fast_one = fused.fuse(copy.deepcopy(plain))
    x, y = train.batch(TEXT, Recipe(), 8, 0)
    for model in (plain, fast_one):
        model.loss(x, y).backward()
    for a, b in zip(plain.parameters(), fast_one.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad, rtol=1e-9, atol=1e-10)


ALONE = """
import sys
sys.modules["course.transformers.gpt.fast"] = None  # as if the folder were deleted
import numpy as np
from course.transformers.gpt import checkpoint, generate, gpt2, pretrained, speedrun, train
from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.recipe import Recipe
from course.transformers.gpt.run import Run
run = Run(Config(**{sizes}, **MODERN), Recipe(steps=6, batch=4), np.array({text}))
print([run.advance() for _ in range(6)])
"""


def test_without_the_folder_everything_else_works_and_gives_the_same():
    code = ALONE.format(sizes=SIZES, text=TEXT.tolist())
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    run = Run(Config(**SIZES, **MODERN), Recipe(steps=6, batch=4), TEXT, fast=True)
    assert json.loads(done.stdout) == pytest.approx([run.advance() for _ in range(6)], rel=1e-5)


def test_a_fast_model_pickles_and_its_hooks_fire():
    config, recipe, seen = Config(**SIZES, **MODERN), Recipe(), []
    model = gpt.GPT(config)
    fast.speed_up(model, recipe)
    again = pickle.loads(pickle.dumps(model))
    x, _ = train.batch(TEXT, recipe, 8, 0)
    torch.testing.assert_close(again(x), model(x), rtol=0, atol=0)
    for part in again.modules():
        part.register_forward_hook(lambda part, *_: seen.append(part))
    again(x)
    assert set(seen) == set(again.modules()) - {again.blocks}


@pytest.mark.parametrize("name", ["plain", "modern"])
def test_the_loss_for_a_gpu_compiles_whole_and_is_the_same_but_for_bfloat16(name):
    """Walked on a CPU, with a compiler that needs no C++; bfloat16 keeps 8 bits: 1 part in 256."""
    recipe = Recipe(steps=12, batch=4)
    run = Run(Config(**{**SIZES, **VARIANTS[name]}), recipe, TEXT, fast=True)
    for _ in range(12):
        run.advance()  # away from the start, where projections are zero
    x, y = train.batch(TEXT, recipe, 8, 12)
    exact = torch.autograd.grad(run.model.loss(x, y), list(run.model.parameters()))
    loss = compiled.for_gpu(run.model.loss, "cpu", backend="aot_eager", fullgraph=True)(x, y)
    assert loss.item() == pytest.approx(run.model.loss(x, y).item(), rel=2**-8)
    for a, b in zip(torch.autograd.grad(loss, list(run.model.parameters())), exact, strict=True):
        assert torch.linalg.vector_norm(a - b) < 0.03 * torch.linalg.vector_norm(b)


@pytest.mark.skipif(sys.platform == "win32", reason="waiting can't be interrupted there")
def test_a_step_that_was_interrupted_leaves_nothing_behind():
    """As by Ctrl-C in a notebook, while the other thread still works."""
    recipe = Recipe(steps=12, batch=4, threads=2)
    whole, run = (Run(Config(**SIZES, **MODERN), recipe, TEXT, fast=True) for _ in range(2))
    twin, going = run.stand_in.members[1].model, threading.Event()
    loss, main = twin.loss, threading.main_thread().ident

    def slow(x, y):
        signal.pthread_kill(main, signal.SIGINT)  # it wakes even from a wait
        assert going.wait(60)
        return loss(x, y)

    twin.loss = slow
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever ran before this
    try:
        with pytest.raises(KeyboardInterrupt):
            run.advance()
    finally:
        signal.signal(signal.SIGINT, before)
    twin.loss = loss
    going.set()
    assert (run.step, run.losses) == (0, [])
    for _ in range(12):
        assert whole.advance() == run.advance()


def test_a_thread_needs_work_and_an_equal_share_of_it(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 4)
    sizes = [(12, 64), (6, 128), (3, 256), (12, 128), (24, 128), (1, 4096), (4, 16)]
    assert [team.threads_for(*size) for size in sizes] == [2, 2, 1, 4, 4, 1, 1]
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    assert team.threads_for(24, 128) == 1


def test_a_loss_that_blows_up_is_noticed_by_a_team_too():
    recipe = Recipe(steps=12, batch=4, threads=2)
    run = Run(Config(**SIZES, tied=False), recipe, TEXT, fast=True)
    run.advance()
    W = run.model.head.W
    signs = torch.randint(2, W.shape, generator=torch.Generator().manual_seed(0)) * 2 - 1
    # Finite weights, whose logits overflow in whatever order they are summed.
    W.data.copy_(3e38 * signs)
    with pytest.raises(ValueError, match="blown up"):
        run.advance()
    assert len(run.losses) == 1
    assert all(math.isfinite(loss) for loss in run.losses)
