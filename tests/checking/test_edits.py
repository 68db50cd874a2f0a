"""A mistake is as short as the idea: one edit of the reference, and the sentence."""

import numpy as np
import pytest

from course.checking import Edit
from course.checking.cases import edits, known
from course.networks import layers


def test_edits_are_read_as_they_are_written():
    read = edits("""
        axis=1 ⇒ axis=0
            Your columns sum to 1.
            Which axis is a row's?
        a ⇒ b
        ->bik ⇒
            Two places, one thought.
        """)
    assert read == [
        Edit(("axis=1",), ("axis=0",), "Your columns sum to 1. Which axis is a row's?"),
        Edit(("a", "->bik"), ("b", ""), "Two places, one thought."),
    ]


def test_what_cannot_be_read_is_named():
    with pytest.raises(ValueError, match="'a ⇒ b' has no sentence"):
        edits("a ⇒ b")
    with pytest.raises(ValueError, match="neither an edit"):
        edits("a -> b\n    A sentence.")


def test_an_edit_occurs_once_and_is_python():
    (softer,) = known(Edit("np.exp(", "np.exp2(", "The base is 2. It is e."), layers.softmax)
    assert softer.name == "The base is 2"
    assert softer.code(np.array([[0.0, 1.0]])) == pytest.approx(np.array([[1 / 3, 2 / 3]]))
    with pytest.raises(ValueError, match="'z' occurs"):
        _ = known(Edit("z", "y", "Another letter."), layers.softmax)[0].code
    with pytest.raises(ValueError, match="occurs 0 times in softmax"):
        _ = known(Edit("nowhere", "y", "Another letter."), layers.softmax)[0].code
    with pytest.raises(ValueError, match="gives no Python"):
        _ = known(Edit("np.exp(", "np.exp((", "A bracket."), layers.softmax)[0].code
