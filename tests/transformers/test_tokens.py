"""Characters to integers and back, and batches whose targets are the next tokens."""

import numpy as np
import pytest

from course.transformers import tokens

TEXT = "to be, or not to be: 你好 😀\n"


def test_round_trip():
    letters = tokens.alphabet(TEXT)
    assert letters == "".join(sorted(set(TEXT)))
    ids = tokens.encode(TEXT, letters)
    assert ids.dtype == np.int64
    assert ids.shape == (len(TEXT),)
    assert ids.max() == len(letters) - 1
    assert tokens.decode(ids, letters) == TEXT


def test_by_hand():
    assert tokens.encode("cab", "abc").tolist() == [2, 0, 1]
    assert tokens.decode([2, 0, 1], "abc") == "cab"
    assert tokens.encode("", "abc").shape == (0,)
    assert tokens.decode([], "abc") == ""


def test_targets_are_the_tokens_that_follow():
    x, y = tokens.batch(np.random.default_rng(1), np.arange(50), B=7, T=4)
    assert x.shape == y.shape == (7, 4)
    np.testing.assert_array_equal(y, x + 1)
    np.testing.assert_array_equal(np.diff(x), 1)


def test_every_window_is_drawn_and_no_other():
    x, y = tokens.batch(np.random.default_rng(2), np.arange(8), B=500, T=3)
    assert set(x[:, 0]) == {0, 1, 2, 3, 4}
    assert y.max() == 7


def test_a_batch_depends_on_the_generator_alone():
    a, b = (tokens.batch(np.random.default_rng(3), np.arange(99), 4, 5)[0] for _ in range(2))
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: tokens.alphabet(""), "empty"),
        (lambda: tokens.encode("abz", "abc"), "'z' at place 2"),
        (lambda: tokens.decode([3], "abc"), "0 to 2"),
        (lambda: tokens.decode([-1], "abc"), "-1"),
        (lambda: tokens.batch(np.random.default_rng(), np.arange(4), 2, 4), "at most 3"),
    ],
)
def test_refused_with_a_sentence(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()
