"""One-hot rows and batches, against PyTorch."""

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from course.foundations import loader


def test_one_hot_is_torch_s():
    y = np.array([3, 0, 2, 3])
    theirs = torch.nn.functional.one_hot(torch.from_numpy(y), 5).numpy()
    np.testing.assert_array_equal(loader.one_hot(y, 5), theirs)
    np.testing.assert_array_equal(loader.one_hot(y, 5).argmax(axis=1), y)
    assert loader.one_hot(np.array([], dtype=int), 4).shape == (0, 4)
    np.testing.assert_array_equal(loader.one_hot(np.array([-1, 1]), 2), [[0, 0], [0, 1]])


@pytest.mark.parametrize(("y", "ends"), [([0, 4], "0 to 4"), ([-2, 2], "-2 to 2")])
def test_classes_out_of_range_are_refused(y, ends):
    with pytest.raises(ValueError, match=f"classes run from {ends}; -1 to 3 is allowed"):
        loader.one_hot(np.array(y), 4)


@pytest.mark.parametrize(("N", "B"), [(10, 3), (9, 3), (1, 5), (7, 7), (5, 1)])
def test_every_row_comes_once_and_batches_are_as_large_as_torch_s(N, B):
    dealt = loader.batches(np.random.default_rng(0), N, B)
    assert sorted(np.concatenate(dealt)) == list(range(N))
    assert [len(rows) for rows in dealt] == [len(b) for b in DataLoader(range(N), B, shuffle=True)]


def test_the_order_is_random_and_each_place_equally_likely():
    rng = np.random.default_rng(1)
    firsts = [loader.batches(rng, 5, 2)[0][0] for _ in range(5000)]
    assert np.abs(np.bincount(firsts) / 5000 - 0.2).max() < 0.03


def test_nothing_to_deal_out_is_no_batch_and_bad_sizes_are_refused():
    rng = np.random.default_rng(0)
    assert loader.batches(rng, 0, 4) == []
    for N, B in [(-1, 4), (5, 0)]:
        with pytest.raises(ValueError, match=f"N is {N} and B {B}; 0 or more rows"):
            loader.batches(rng, N, B)
