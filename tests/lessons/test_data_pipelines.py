"""The report of the cleaned table, and the neighbours of pictures."""

import numpy as np
import pytest

from course.foundations import linalg
from course.lessons.data_pipelines import lookalikes, report

TRUTH = {
    "row": ["0", "1", "2", "3", "0"],
    "column": ["ink", "ink", "label", "", "label"],
    "kind": ["unit", "comma", "wrong", "repeat", "spelling"],
    "before": ["12.0", "7.5", "4", "", "1"],
}


def test_what_stood_in_a_column_is_told_by_row():
    assert report.damaged(TRUTH, "ink") == {0: "12.0", 1: "7.5"}
    assert report.damaged(TRUTH, "ink", "unit", "code") == {0: "12.0"}
    assert report.damaged(TRUTH, "label") == {2: "4", 0: "1"}


def test_a_gap_or_the_right_number_deals_with_a_wrong_one():
    x = np.array([[np.nan], [7.5], [3.0], [np.nan]])
    y, again = np.array([1, 2, 4, 5]), np.array([False, False, False, True])
    rows, lost = report.dealt_with(TRUTH, ["ink"], x, y, again)
    assert rows == [("unit", 1, 1), ("spelling", 1, 1), ("wrong", 1, 1), ("comma", 1, 1),
                    ("repeat", 1, 1)]  # fmt: skip
    assert lost == 0  # the gap of a repeated row is no loss


def test_what_is_left_wrong_and_what_is_lost_is_counted():
    x = np.array([[120.0], [7.0], [np.nan], [5.0]])
    y, again = np.array([1, 2, 3, 5]), np.array([False, False, False, False])
    rows, lost = report.dealt_with(TRUTH, ["ink"], x, y, again)
    assert {kind: done for kind, _, done in rows} == {
        "unit": 0, "comma": 0, "wrong": 0, "repeat": 0, "spelling": 1
    }  # fmt: skip
    assert lost == 1


@pytest.mark.parametrize("N", [30, 41])
def test_the_ten_nearest_are_those_of_all_distances(N):
    x = np.random.default_rng(N).random((N, 784))
    small = x.reshape(N, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(N, 196)
    D = linalg.pairwise_distances(small, small)
    np.fill_diagonal(D, np.inf)
    near = lookalikes.ten_nearest(x)
    np.testing.assert_array_equal(np.sort(near), np.sort(np.argsort(D)[:, :10]))
