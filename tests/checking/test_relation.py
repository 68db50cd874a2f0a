"""How a wrong array relates to the right one."""

import dataclasses

import numpy as np
import pytest
from samples import affine_backward, backward, softmax, weights

from course.checking import Case, Exercise, compare


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            lambda dy, x, W: (dy @ W.T, x.T @ dy),
            "returned a tuple of 2 arrays; 3 values (dx, dW, db) are wanted",
        ),
        (lambda dy, x, W: dy @ W.T, "3 values (dx, dW, db) are wanted"),
        (lambda dy, x, W: (dy @ W.T, dy.T @ x, dy.sum(0)), "dW is an array of shape (3, 4)"),
        (lambda dy, x, W: (dy @ W.T, dy.T @ x, dy.sum(0)), "the transpose"),
        (
            lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum(0, keepdims=True)),
            "of length 1 is too many",
        ),
        (lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum()), "every axis"),
        (
            lambda dy, x, W: (dy @ W.T, -x.T @ dy, dy.sum(0)),
            "dW has the right size and the wrong sign",
        ),
        (
            lambda dy, x, W: (dy @ W.T, x.T @ dy / 5, dy.sum(0)),
            "0.2 times the right one. That is 1/5",
        ),
        (
            lambda dy, x, W: (dy @ W.T, 1 / (x.T @ dy), dy.sum(0)),
            "dW is 1 divided by the right one",
        ),
        (lambda dy, x, W: (dy @ W, x.T @ dy, dy.sum(0)), "the last axis of A, here 3 long"),
        (lambda dy, x, W: (dy @ W.T + dy, x, dy), "paired from the last axis"),
        (
            lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum(0) * [1, 1, 2]),
            "1 of 3 entries of your db is wrong",
        ),
        (lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum(0) + 1), "the right one plus 1"),
        (
            lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum(0)[::-1]),
            "right numbers in the wrong places",
        ),
        (lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum(0).round(6)), "right to a few digits only"),
        (lambda x, dy, W: affine_backward(dy, x, W), "parameters stand in another order"),
    ],
)
def test_a_wrong_value_is_related_to_the_right_one(answer, words):
    verdict = backward.examine(answer)
    assert verdict.state == "wrong"
    assert words in str(verdict)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda z: softmax(z).sum(), "That is the sum over every axis of what is wanted."),
        (lambda z: softmax(z)[..., None] * np.full(2, 0.5), "is the sum over axis 1 of yours."),
        (lambda z: softmax(z)[..., None], "right; an axis of length 1 is too many."),
        (lambda z: softmax(z)[-1], "That is the last row alone."),
        (
            lambda z: np.ones((3, 3)) * z[0],
            "an array of shape (3, 3); an array of shape (2,) is wanted.",
        ),
        (lambda z: (z[:, None], z[:, None]), "a tuple of 2 arrays of shape (2, 1); an"),
    ],
)
def test_a_wrong_shape_is_explained_only_by_its_numbers(answer, words):
    alone = dataclasses.replace(weights, mistakes=[])
    text = alone.examine(answer).text
    assert words in text
    assert text.endswith(("is wanted.", words)) or "row" in words


def test_a_turned_array_of_the_same_shape_is_seen():
    square = Exercise(
        reference=affine,
        cases=[Case.random(lambda rng: (rng.normal(size=(3, 3)),))],
        mistakes=[],
        hints=[],
    )
    assert "axes in another order" in str(square.examine(lambda x: affine(x).T))


def affine(x):
    return x @ x + 1


def test_rows_that_a_loop_never_reached_are_told_from_others():
    right = np.arange(12.0).reshape(4, 3) + 1
    early, lost, one = right.copy(), right.copy(), right[:, :1].copy()
    early[2:], lost[1], one[3:] = 0, 0, 0
    said = compare.first_fault(early, right, rtol=1e-7, atol=0).text
    assert "The first 2 of 4 rows of your result are right, and none after them" in said
    assert "loop" not in compare.first_fault(lost, right, rtol=1e-7, atol=0).text
    assert "loop" not in compare.first_fault(one, right[:, :1], rtol=1e-7, atol=0).text
    early[1:] = 0
    said = compare.first_fault(early, right, rtol=1e-7, atol=0).text
    assert "The first of 4 rows of your result is right, and none after it" in said
