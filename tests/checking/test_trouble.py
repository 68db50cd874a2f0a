"""What a learner's code raised, in plain words."""

import math

import numpy as np
import pytest
from samples import backward, is_sentence, weights

from course.checking import Case, Exercise, guard, source, trouble

A, B, z = np.ones((2, 3)), np.ones((4, 5)), np.array([1.0, -2.0])
nothing = None


def later(x):
    if x is None:
        late = 1
    return late


def one_number(z):
    if z > 0:
        return z
    return 0


def in_whole():
    x = np.arange(3)
    x -= 0.5


MEANINGS = {
    "truth": (lambda: one_number(z), "np.where(condition, a, b)"),
    "while": (lambda: not z, "one True or False"),
    "broadcast": (lambda: np.ones((5, 3)) + np.ones((5, 4)), "here 3 meets 4"),
    "assignment": (lambda: A.__setitem__(0, np.ones(4)), "of shape (4,), has no room"),
    "turn": (lambda: _times(A, np.ones((4, 3))), "Which of the two should be turned?"),
    "turn behind a vector": (lambda: _times(A, np.ones(2)), "Which of the two should be turned?"),
    "turn before a vector": (lambda: _times(np.ones(3), A), "Which of the two should be turned?"),
    "no turn": (lambda: _times(A, B), "Turning one doesn't help"),
    "no turn of a vector": (lambda: _times(A, np.ones(4)), "Turning one doesn't help"),
    "doubled": (lambda A=A: 2 * A @ A, "A of shape (2, 3) and A of shape (2, 3) don't fit"),
    "maximum": (lambda: max(z, 0), "np.maximum(a, b) compares entry by entry"),
    "tuple": (lambda: _three(np.ones((1, 2, 3))).mean(), "Give each a name"),
    "two tuples": (lambda: (A, B) - 2.0, "Give each a name"),
    "no range": (lambda: list(3), "counts from 0 to n − 1"),
    "one shape": (lambda: np.zeros(2, 3), "zeros((n, m)) and not zeros(n, m)"),
    "old": (lambda: np.random.default_rng(0).randn(2), "np.random.randn is of the older kind"),
    "not square": (lambda: np.linalg.inv(A), "Only a square matrix"),
    "other way round": (lambda: _times(B, np.ones((3, 4))), "the other way round"),
    "dot": (lambda: np.dot(A, B), "the last axis of A, here 3 long"),
    "a number": (lambda: A @ 2.0, "a number has none"),
    "index": (lambda: z[2], "An axis of length 2 has the indices 0 to 1"),
    "list index": (lambda: [1][3], "Counting starts at 0"),
    "indices": (lambda: z[0, 1], "Each index takes one axis"),
    "real index": (lambda: z[1.0], "An index is a whole number"),
    "axis": (lambda: z.sum(axis=1), "An array with 1 axis has axis 0 alone"),
    "one number": (lambda: math.exp(z), "np.exp for math.exp"),
    "none": (lambda: None + 1, "Something here is None"),
    "none's length": (lambda: len(None), "Something here is None"),
    "none's entry": (lambda: nothing[0], "Something here is None"),
    "unpack": (lambda: _three(A), "3 names"),
    "unpack many": (lambda: _one_of(np.ones((2, 3, 4))), "`*batch, T, C = x.shape`"),
    "zip": (lambda: list(zip([1], [1, 2], strict=True)), "Which is too long?"),
    "unbound": (lambda: later(1), "gives `late` its value later"),
    "alias": (lambda: torch.ones(2), "`import torch`"),  # noqa: F821
    "near": (lambda: one_numbr(z), "Did you mean `one_number`?"),  # noqa: F821
    "attribute": (lambda: np.argmx(z), "Did you mean `argmax`?"),
    "key": (lambda: {}["a"], "has no such key"),
    "lists": (lambda: [1, 2] * 0.5, "np.array(…) makes one"),
    "call": (lambda: z(0), "square brackets look up"),
    "cast": (in_whole, "x.astype(float)"),
    "ragged": (lambda: np.array([[1.0], [1.0, 2.0]]), "Rows of different lengths"),
    "reshape": (lambda: A.reshape(4, 2), "must multiply to 6"),
    "domain": (lambda: math.log(0), "is it 0 or negative?"),
    "overflow": (lambda: math.exp(1000), "too large for a float"),
    "singular": (lambda: np.linalg.inv(np.zeros((2, 2))), "has no inverse"),
}


def _times(a, b):
    return a @ b


def _three(x):
    B, T, C = x.shape
    return B, T, C


def _one_of(x):
    T, C = x.shape
    return T, C


@pytest.mark.parametrize("name", MEANINGS)
def test_the_usual_messages_are_told_in_plain_words(name):
    call, words = MEANINGS[name]
    error = guard.call(call).error
    told = trouble.told(error)
    _, source = trouble.line_of(error) or (0, "")
    assert words in told.replace(
        f"`{source}`", ""
    )  # the line that is quoted holds these words, too
    assert is_sentence(told)
    assert "a.any()" not in told
    assert "gufunc" not in told


def test_the_line_is_the_learners_never_a_librarys():
    exercise = Exercise(
        reference=source.copy(drawn), cases=[Case.hand((3,), 1.0)], mistakes=[], hints=["?"]
    )
    first = drawn.__code__.co_firstlineno
    for answer in (lambda n: np.random.default_rng(0).choice(0, n), lambda n: np.split(z, 7)):
        told = exercise.examine(answer).text
        assert told.startswith(f"Your line {answer.__code__.co_firstlineno}, `"), told
        assert abs(answer.__code__.co_firstlineno - first) < 40
    numpys = np.random.default_rng(0).choice
    told = exercise.examine(lambda n, *, f=numpys: f(0, n)).text
    assert "raised ValueError" in told


def drawn(n):
    """One."""
    return 1.0


def test_a_call_that_never_reaches_the_learners_code_has_no_line():
    told = trouble.told(guard.call(np.random.default_rng(0).integers, 0).error)
    assert told.startswith("Calling your function raised ValueError"), told


def test_a_matrix_product_that_does_not_fit_is_told_with_both_shapes():
    def turned(dy, x, W):
        return dy @ W, x, dy

    told = backward.examine(turned).text
    assert "dy of shape (5, 3) and W of shape (4, 3) don't fit. A @ B sums" in told
    assert "should be turned?" in told
    assert "a number has none" in backward.examine(lambda dy, x, W: dy @ 3.0).text


def test_numpys_own_words_do_not_mislead_in_a_check():
    told = weights.examine(lambda z: z if z > 0 else 0).text
    assert "np.where" in told
    assert "ambiguous" not in told
