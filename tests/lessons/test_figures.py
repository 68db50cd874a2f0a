"""What a figure's words say comes from what is drawn: other data, other words."""

import ast
import re

import numpy as np
import pytest

from course.interactive import plot
from course.lessons.initialization import curves as initialization
from course.lessons.mlp_backprop import figures as mlp_backprop
from course.lessons.mlp_backprop import widgets
from course.lessons.optimizers import figures as optimizers
from course.lessons.training_runs import curves as training_runs

MODULES = [initialization, mlp_backprop, optimizers, training_runs]


@pytest.fixture
def words(monkeypatch):
    """The alt text of each figure that was shown."""
    said = []
    monkeypatch.setattr(plot, "show", lambda fig, alt: said.append(alt))
    return said


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.split(".")[-2])
def test_no_number_is_typed_into_what_is_said(module):
    with open(module.__file__, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    given = [n.args[0] for n in calls if ast.unparse(n.func) == "say"]
    said = [ast.literal_eval(n) for n in given if not isinstance(n, ast.Name)]
    assert said
    for sentence in said:
        assert not re.search(r"\d", re.sub(r"\{[^}]*\}", "", sentence)), sentence


def test_the_ends_of_each_line_are_said(words):
    initialization.spreads({("relu", 2): [1.0, 0.3], ("tanh", 25 / 9): [1.0, 70.0]})
    assert "relu, variance 2/n: from 1 to 0.3." in words[0]
    assert "tanh, variance 2.78/n: from 1 to 70." in words[0]
    optimizers.step_lengths({"steady": np.array([2.0, 9.0, 4.0])})
    assert "steady: 2.0 at first, at most 9.0, at last 4.0." in words[1]
    training_runs.remedies({"nothing": np.array([[3.0, 1.0, 2.0], [5.0, 2.0, 4.0]])})
    assert "nothing: at its lowest 1.50, at last 3.00." in words[2]


def test_the_best_of_each_curve_is_said(words):
    rates = np.array([0.5, 2.0, 8.0])
    mlp_backprop.over_rates(rates, {"new": np.array([[10.0, 30.0], [80.0, 90.0], [40.0, 40.0]])})
    assert "new: 20 % at rate 0.5, at best 85 %, at rate 2, and 40 % at rate 8." in words[0]
    flat, steep = ([[2.0], [1.0], [1.5]], [[2.0], [0.5], [5.0]])
    optimizers.valleys(rates, {"A": np.array(flat), "B": np.array(steep)})
    assert "the lowest, B, goes down to 0.50" in words[1]
    assert "B rises most and A least" in words[1]


@pytest.mark.parametrize(("level", "said"), [(4.0, "a scale of 4."), (30.0, "a scale of 30.")])
def test_where_a_signal_keeps_its_length_is_said(words, level, said):
    scales = 2.0 ** np.arange(8)
    mlp_backprop.signals(scales, {"ReLU": (scales / level) ** 3})
    assert said in words[0]
    assert "it peaks at 0.15" in words[0]  # the maximum of o²(1 − o), 4/27


@pytest.mark.parametrize(
    ("losses", "said"), [([3.0, 2.0, 1.0], "at every step"), ([3.0, 3.5, 1.0], "in jumps")]
)
def test_a_loss_that_rises_on_its_way_is_said_to_jump(words, losses, said):
    optimizers.curvatures({0.5: (np.array(losses), np.array([2.0, 6.0, 4.0]))})
    assert "from 2 to 4, at most 6, where two over the rate is 4" in words[0]
    assert said in words[0]


def test_a_loss_off_the_scale_is_not_read_to_the_last_digit():
    assert training_runs.seen(5.994) == "5.99"
    assert training_runs.seen(6.0) == training_runs.seen(1e9) == "> 6"
    assert training_runs.seen(float("nan")) == "> 6"


def test_digits_that_are_not_learnt_yet_show_where_learning_begins_and_what_to_press():
    shown = widgets.digits()
    shown.run(1)
    line = shown.stage.figure.axes[0].lines[0]
    assert line.get_marker() == "o" and "Press Start to see how they change" in shown.stage.words()
    shown.run(2)
    assert "Press Start" not in shown.stage.words()
