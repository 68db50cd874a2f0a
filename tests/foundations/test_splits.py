"""Splits keep what they promise, as scikit-learn's do."""

import numpy as np
import pytest
from sklearn.model_selection import GroupShuffleSplit, StratifiedKFold

from course.foundations import splits


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_a_plain_split_takes_its_share_at_random(rng):
    tests = np.array([splits.plain_split(rng, 20, 0.3) for _ in range(2000)])
    assert set(tests.sum(axis=1)) == {6}
    assert np.abs(tests.mean(axis=0) - 0.3).max() < 0.05


def test_a_stratified_split_takes_its_share_of_each_class(rng):
    y = rng.permutation(np.repeat([0, 1, 2], [50, 20, 5]))
    test = splits.stratified_split(rng, y, 0.2)
    assert np.bincount(y[test]).tolist() == [10, 4, 1]
    with pytest.raises(ValueError, match=r"0\.2 of 2 rows of class 1 is 0; 1 to 1 is allowed"):
        splits.stratified_split(rng, np.array([0] * 9 + [1] * 2), 0.2)


def test_a_group_split_parts_no_group_and_counts_as_scikit_learn(rng):
    groups = rng.permutation(np.repeat(list("abcdefgh"), [1, 2, 3, 4, 5, 6, 7, 8]))
    ((_, theirs),) = GroupShuffleSplit(1, test_size=0.25, random_state=0).split(
        groups, groups=groups
    )
    for _ in range(20):
        test = splits.group_split(rng, groups, 0.25)
        assert not set(groups[test]) & set(groups[~test])
        assert len(set(groups[test])) == len(set(groups[theirs])) == 2


def test_folds_deal_each_class_out_evenly_as_scikit_learn(rng):
    y = rng.permutation(np.repeat([0, 1], [23, 17]))
    fold = splits.stratified_folds(rng, y, 5)
    theirs = list(StratifiedKFold(5).split(y, y))
    for k in (0, 1):
        ours = sorted(np.bincount(fold[y == k]).tolist())
        assert ours == sorted(int((y[test] == k).sum()) for _, test in theirs)
        assert max(ours) - min(ours) <= 1
    with pytest.raises(ValueError, match="K is 5 and class 2 has 4 rows"):
        splits.stratified_folds(rng, np.repeat([0, 2], [9, 4]), 5)
    with pytest.raises(ValueError, match="K is 1"):
        splits.stratified_folds(rng, y, 1)
    with pytest.raises(ValueError, match="no rows"):
        splits.stratified_folds(rng, y[:0], 5)


@pytest.mark.parametrize("share", [0, 1, -1, 0.01])
def test_a_part_without_rows_is_refused(share, rng):
    with pytest.raises(ValueError, match=rf"share of {share} of 9 rows .* 1 to 8 is allowed"):
        splits.plain_split(rng, 9, share)
    with pytest.raises(ValueError, match=rf"share of {share} of 3 groups"):
        splits.group_split(rng, np.array(list("abcabc")), share)
