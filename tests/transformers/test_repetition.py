"""What repeats is counted, and what would repeat is banned, as other people's code bans it."""

import numpy as np
import pytest
import torch

from course.transformers import repetition


def test_by_hand():
    ids = np.array([1, 2, 3, 1, 2, 3, 1, 2])
    assert repetition.repeated(ids, 3) == 0.5  # 123 231 312 came, 123 231 312 come again
    assert repetition.repeated(ids, 1) == 5 / 8
    assert repetition.repeated(np.arange(9), 2) == 0
    assert np.flatnonzero(repetition.banned(ids, 3, 5)).tolist() == [3]
    assert np.flatnonzero(repetition.banned(ids, 1, 5)).tolist() == [1, 2, 3]
    assert np.flatnonzero(repetition.banned(np.array([1, 2, 1, 3, 1]), 2, 5)).tolist() == [2, 3]


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_transformers_bans_the_same(n):
    from transformers import NoRepeatNGramLogitsProcessor

    rng = np.random.default_rng(n)
    for T in (1, 2, 3, 30):
        ids = rng.integers(0, 3, T)
        z = NoRepeatNGramLogitsProcessor(n)(torch.from_numpy(ids)[None], torch.zeros(1, 5))
        np.testing.assert_array_equal(repetition.banned(ids, n, 5), torch.isinf(z[0]).numpy())


def test_what_obeys_the_ban_never_repeats():
    rng, ids = np.random.default_rng(0), [0]
    while not (stop := repetition.banned(np.array(ids), 3, 3)).all() and len(ids) < 40:
        ids.append(rng.choice(np.flatnonzero(~stop)))
    assert len(ids) > 9
    assert repetition.repeated(np.array(ids), 3) == 0


def test_a_text_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match="2 tokens has no runs of 3"):
        repetition.repeated(np.array([1, 2]), 3)
    assert not repetition.banned(np.array([1]), 3, 4).any()
