"""Misconceptions are recognised by what an answer does."""

import dataclasses

import numpy as np
import pytest
from samples import columns, softmax, weights, wrong

from course.checking import Case, Exercise, diagnose


def test_a_misconception_is_recognised_however_it_is_written():
    def columns_by_loop(scores):
        out = np.array(scores, dtype=np.float32)
        if out.ndim == 1:
            return softmax(out) if False else columns(scores).tolist()
        for j in range(out.shape[1]):
            out[:, j] = [np.exp(v) / sum(np.exp(scores[:, j])) for v in scores[:, j]]
        return out

    assert weights.examine(columns_by_loop).mistake == "Your columns sum to 1, not your rows"
    assert (
        weights.examine(lambda z: 1 / np.exp(-z) / sum(np.exp(z.T))[..., None]).mistake
        == "exp(1000) overflows"
    )


def test_a_mistake_that_only_raises_explains_what_agrees_with_it_everywhere():
    wide, square = np.ones((2, 3)), np.ones((2, 2))
    added = Exercise(
        reference=np.add,
        cases=[Case.hand((a, a), 2 * a) for a in (wide, square)],
        mistakes=[wrong("You multiplied.", lambda a, b: a + b if len(a) == len(a.T) else a @ b)],
        hints=[],
    )
    assert added.examine(lambda a, b: a + b[: len(a), : len(a)]).mistake == "You multiplied"
    assert added.examine(lambda a, b: a - b[: len(a), : len(a)]).mistake is None


@pytest.mark.parametrize("mistake", weights.mistakes, ids=lambda m: m.name)
def test_each_mistake_is_named_and_its_sentence_shown(mistake):
    verdict = weights.examine(mistake.code)
    assert (verdict.state, verdict.mistake) == ("wrong", mistake.name)
    assert mistake.says in str(verdict)


def test_a_mistake_that_raises_is_named_beside_the_learners_line():
    def wrong(z):
        return z.Sum()

    verdict = weights.examine(wrong)
    assert verdict.mistake == "A row has no .Max"
    assert "`return z.Sum()`, raised AttributeError" in verdict.text


def test_an_unknown_error_gets_no_misconception():
    assert weights.examine(lambda z: softmax(z) + 0.001 * z).mistake is None


def test_a_mistake_that_agrees_everywhere_is_preferred():
    half = wrong("It is like another one in places.", lambda x: x * 2 if x > 0 else x)
    whole = wrong("X is doubled.", lambda x: x * 2)
    double = Exercise(
        reference=np.positive,
        cases=[Case.hand((1.0,), 1.0), Case.hand((-2.0,), -2.0)],
        mistakes=[half, whole],
        hints=[],
    )
    assert double.examine(lambda x: x + x).mistake == "X is doubled"
    assert double.examine(lambda x: x + max(x, 0)).mistake == "It is like another one in places"


def test_misfitting_axes_are_one_trouble_whatever_numpy_raises():
    third = dataclasses.replace(
        weights, mistakes=[wrong("There is no third axis.", lambda z: z.sum(axis=2))]
    )
    assert third.examine(lambda z: z[:, :, 0]).mistake == "There is no third axis"
    assert third.examine(lambda z: z @ np.ones((7, 7))).mistake == "There is no third axis"
    assert third.examine(lambda z: int("x")).mistake is None
    assert third.examine(lambda z: [a for a, b, c, d in [z]]).mistake is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("np.zeros(3)[5]", "np.zeros(3)[0.5]"),
        ("np.zeros(3)[5]", "np.zeros(3) + np.zeros(4)"),
        ("np.array([[1], [2, 3]])", "np.zeros(3) @ np.zeros(4)"),
        (
            "object().H",
            "setattr(Unready(), 'part', torch.nn.ReLU())",
        ),
    ],
)
def test_different_troubles_are_told_apart(one, other):
    torch = pytest.importorskip("torch")

    class Unready(torch.nn.Module):
        def __init__(self):
            pass

    def of(expression):
        try:
            eval(expression, {"np": np, "torch": torch, "Unready": Unready})
        except Exception as error:
            return diagnose._trouble(error)

    assert of(one) == of(one) != of(other)


def test_rows_of_different_lengths_are_one_trouble():
    def of(make):
        with pytest.raises(ValueError) as caught:
            make([np.zeros(2), np.zeros(3)])
        return diagnose._trouble(caught.value)

    assert of(np.array) == of(np.stack)
