"""A plain value held against the expected one."""

import dataclasses

import numpy as np
import pytest
from samples import affine_backward, backward, layers_gradients, running

from course.checking import Case, Exercise, source
from course.checking.compare import first_fault, same
from course.checking.names import Names
from course.checking.plain import plain


def test_whole_numbers_may_be_floats_only_alone():
    assert first_fault(plain(3.0), plain(3), rtol=0, atol=0) is None
    assert first_fault(plain([3.0, 4.0]), plain([3, 4]), rtol=0, atol=0).stage == "dtype"
    assert first_fault(plain([3, 4]), plain([3.0, 4.0]), rtol=0, atol=0) is None
    assert first_fault(plain([1, 0]), plain([True, False]), rtol=0, atol=0).stage == "dtype"


def test_a_list_of_numbers_does_for_a_tuple_of_numbers():
    for got in ([3, 4], np.array([3, 4])):
        assert first_fault(plain(got), plain((3, 4)), rtol=0, atol=0) is None
        assert first_fault(plain(got), plain((3, 5)), rtol=0, atol=0).stage == "value"
        assert same(plain(got), plain((3, 4))) and same(plain((3, 4)), plain(got))
        assert not same(plain(got), plain((3, 5)))


def test_numbers_in_a_list_or_an_array_will_do_for_a_pair_of_numbers():
    for got in ([4.0, 3.0], np.array([4.0, 3.0]), (4.0, 3.0)):
        assert first_fault(plain(got), plain((4.0, 3.0)), rtol=0, atol=0) is None
        assert first_fault(plain(got), plain((4.0, 5.0)), rtol=0, atol=0).stage == "value"


nested = Exercise(
    reference=source.copy(layers_gradients),
    cases=[Case.random(lambda rng: (rng.normal(size=(1, 3)),), says="W (1, 3)")],
    mistakes=[],
    hints=["?"],
)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda W: layers_gradients(W)[1], "grads alone; 2 values"),
        (
            lambda W: (W.sum(), [(W, W[0])]),
            "grads is a list of one pair; a list of 2 pairs (dW, db)",
        ),
        (
            lambda W: (W.sum(), [(W, W[0]), (3 * W, 2 * W[0])]),
            "Every entry of your dW of pair 2 of grads is 1.5 times the right one.",
        ),
        (
            lambda W: (W.sum(), [(b, W) for W, b in layers_gradients(W)[1]]),
            "Your pair 1 of grads has the right values in another order. The order is (dW, db).",
        ),
    ],
)
def test_nested_parts_are_named(answer, words):
    assert words in nested.examine(answer).text


def test_right_parts_in_another_order_are_seen():
    text = backward.examine(lambda *a: affine_backward(*a)[::-1]).text
    assert text == (
        "Your function returned the right values in another order. The order is (dx, dW, db)."
    )
    text = backward.examine(lambda *a: tuple(2 * d for d in affine_backward(*a)[::-1])).text
    assert "would fit in another order. The order is (dx, dW, db)." in text


def test_a_probes_keys_read_as_words():
    wide = dataclasses.replace(
        running, probe=lambda answer, xs: {"shape": answer(), "mean, in all": 1.0}, reference=str
    )
    assert "Your “shape” is (2,); " in str(wide.examine(lambda: "(2,)"))
    wide = dataclasses.replace(
        running, probe=lambda answer, xs: {"shape": "", "mean, in all": answer()}, reference=float
    )
    assert "Your “mean, in all” is 2; 0 is right." in str(wide.examine(lambda: 2.0))


def test_numbers_that_look_alike_are_told_apart():
    assert "0.3333333; 0.3333334" in str(
        Exercise(
            reference=lambda: 0.33333340,
            cases=[Case.hand((), 0.33333340)],
            mistakes=[],
            hints=[],
        ).examine(lambda: 1 / 3)
    )


def test_same_compares_in_the_precision_at_hand():
    third = np.full(3, 1 / 3)
    assert same(third, third + 1e-9)
    assert not same(third, third + 1e-4)
    assert same(third.astype(np.float32), third)
    assert same(third, third.astype(np.float32))
    assert same(np.array([np.nan, 1]), np.array([np.nan, 1]))
    assert not same(third, third[:2])
    assert same((third, third), np.stack([third, third]))
    assert same("a", "a")
    assert not same("a", None)


def test_what_a_probe_says_in_words_is_said_before_what_is_lacking():
    words, wanted = Names(words=True), {"names": "as asked for", "output": plain(1.0)}
    told = [
        first_fault(plain(got), wanted, words, rtol=0, atol=0).text
        for got in ({"names": "without b"}, "no list of values", 3.0, {"names": "as asked for"})
    ]
    assert told == [
        "Your “names” is without b; as asked for is wanted.",
        "Your function returned no list of values.",
        "Your function returned a single number, and something of another kind is wanted.",
        "Your dict lacks the key 'output'.",
    ]
    assert first_fault(plain(wanted), wanted, words, rtol=0, atol=0) is None
