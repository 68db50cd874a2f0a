"""What repeats is counted, and what is a word."""

import numpy as np
import pytest

from course.transformers import repetition


def test_by_hand():
    ids = np.array([1, 2, 3, 1, 2, 3, 1, 2])
    assert repetition.repeated(ids, 3) == 0.5  # 123 231 312 came, 123 231 312 come again
    assert repetition.repeated(ids, 1) == 5 / 8
    assert repetition.repeated(np.arange(9), 2) == 0


def test_words_are_whole_and_in_lower_case():
    lines = ["st wind, and Rain's\nPROSPERO:\nmy Ariel, ch", "one two"]
    assert repetition.words(lines) == ["wind", "and", "rain's", "prospero", "my", "ariel"]
    assert repetition.words([]) == []


def test_a_text_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match="2 tokens has no runs of 3"):
        repetition.repeated(np.array([1, 2]), 3)
