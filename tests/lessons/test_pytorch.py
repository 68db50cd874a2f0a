"""What the lesson on PyTorch says of its own: Keras by its door, drawn digits that are read."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from course.checking import source
from course.interactive import pad
from course.lessons.pytorch import bank, trials, widgets
from course.networks import drawing

ROOT = Path(__file__).resolve().parents[2]
DOOR = """
import os, sys
{before}
from course.lessons.pytorch import keras_door
keras = keras_door.load()
print("KERAS_HOME" in os.environ)
if keras: print(keras.backend.backend(), keras.config.floatx(), keras_door.load() is keras)
"""


def door(tmp_path, before=""):
    """What a fresh Python says when it goes through the door, its home a folder of ours."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("KERAS_")}
    done = subprocess.run(
        [sys.executable, "-c", DOOR.format(before=before)],
        capture_output=True,
        text=True,
        check=True,
        env=env | {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)},
    )
    return done.stdout.splitlines()


def test_keras_runs_on_pytorch_and_writes_nothing_into_the_home_folder(tmp_path):
    if find_spec("keras") is None:
        pytest.skip("Keras is not installed")
    assert door(tmp_path) == ["False", "torch float64 True"]
    assert not (tmp_path / ".keras").exists()


def test_without_keras_a_sentence_says_how_to_get_it(tmp_path):
    said, left = door(tmp_path, "sys.modules['keras'] = None")
    assert "`pip install keras`" in said and left == "False"


def test_the_cells_go_on_without_keras():
    """Each cell that uses Keras does so under `if keras`."""
    text = next((ROOT / "notebooks" / "text").glob("*_pytorch.py")).read_text(encoding="utf-8")
    cells = [cell for cell in text.split("# %%") if "keras." in cell and "[markdown]" not in cell]
    uses = [cell for cell in cells if "tags=" not in cell.splitlines()[0]]
    assert len(uses) == 2
    for cell in uses:
        outside = [line for line in cell.splitlines()[1:] if line and not line.startswith(" ")]
        allowed = ("if keras:", "keras = keras_door.load()")
        assert all(line.startswith(allowed) or line == "#" for line in outside), outside


def test_the_course_reads_the_digits_that_it_draws():
    for digit, drawn in widgets.DIGITS.items():
        p = widgets._reads(drawing.picture(pad.strokes(drawn)))
        assert np.isclose(p.sum(), 1) and p.argmax() == digit


def test_a_drawing_in_a_corner_is_read_only_when_it_is_centred():
    strokes = pad.strokes(widgets.SMALL)
    assert widgets._reads(drawing.picture(strokes)).argmax() == 3
    assert widgets._reads(widgets._as_drawn(strokes)).argmax() != 3


def test_gradients_that_are_never_cleared_are_momentum_one():
    rng = np.random.default_rng(0)
    x, y = torch.from_numpy(rng.random((50, 784))), torch.from_numpy(rng.integers(10, size=50))
    runs = [
        trials.few_steps(torch.optim.SGD, 0.1, x, y, steps=20, **how)
        for how in ({"clear": False}, {"momentum": 1.0}, {})
    ]
    forgot, ball, cleared = (torch.cat([p.flatten() for p in net.parameters()]) for net, _ in runs)
    assert torch.allclose(forgot, ball, rtol=0, atol=1e-9)
    assert not torch.allclose(forgot, cleared, rtol=0, atol=1e-3)
    assert runs[0][1][0] == runs[2][1][0], "the same network on the same first batch"


def test_the_best_rate_is_that_of_the_best_mean():
    rng = np.random.default_rng(1)
    x = torch.from_numpy(rng.random((60, 784)))
    y = torch.arange(60) % 10
    state = torch.random.get_rng_state()
    lr, right = trials.best_of_steps(torch.optim.AdamW, (1e-9, 3e-3), x, y, (x, y), steps=60)
    assert lr == 3e-3 and right.shape == (3,) and right.mean() > 20
    assert torch.equal(state, torch.random.get_rng_state()), "PyTorch's own draws go on as before"


def test_a_class_of_static_methods_can_be_written():
    """Softplus has no other methods; a check must see that it is begun."""
    assert not source.idle(bank.Softplus.reference)

    class Stub:
        @staticmethod
        def forward(ctx, z): ...

    assert source.idle(Stub)
