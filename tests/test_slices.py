"""What some cells need is found, and nothing that they need is left out."""

import pytest
import slices

CELLS = [
    "import numpy as np\nfrom a import b as c",
    "x = np.zeros(3)",
    "y = 2",
    "x[0] = 1",
    "def f(z):\n    return z + y",
    "log = []",
    "log.append(f(x))",
    "print(c)",
    "show(log)",
]


def test_what_binds_or_changes_a_name_is_needed():
    assert slices.needed(CELLS, [8]) == [0, 1, 2, 3, 4, 5, 6, 8]
    assert slices.needed(CELLS, [7]) == [0, 7]
    assert slices.needed(CELLS, [3]) == [0, 1, 3]
    assert slices.needed(CELLS, []) == []


@pytest.mark.parametrize(
    ("cells", "needs"),
    [
        (["x = 1", "x = 2", "print(x)"], [1, 2]),  # the first x is gone
        (["x = 1", "x += 2", "print(x)"], [0, 1, 2]),
        (["x = 1", "x = x + 2", "print(x)"], [0, 1, 2]),
        (["x = 1", "x = 2; print(x)", "print(x)"], [1, 2]),
        (["x = 1", "for y in z:\n    x = y\n    print(x)", "print(x)"], [1, 2]),
        (["x = 1", "for y in z:\n    x = x + y", "print(x)"], [0, 1, 2]),
        (["x = 1", "if late:\n    x = 2", "print(x)"], [0, 1, 2]),
        (["x = []", "for y in z:\n    x.append(y)", "print(x)"], [0, 1, 2]),
        (["x = []", "x.sort()", "x"], [0, 1, 2]),
        (["import a", "x = []", "a.show(x)", "print(x)", "a.f(x)"], [0, 1, 4]),
        (["x = 1", "def f():\n    x = 2", "[x for x in y]", "x"], [0, 3]),  # other names
        (["x = 1", "def f(x):\n    return x", "f"], [1, 2]),
        (["x = 1", "def f():\n    return x", "f"], [0, 1, 2]),
        (["x = 1", "class F:\n    y = x", "F"], [0, 1, 2]),
    ],
)
def test_what_was_bound_last_and_may_have_been_changed_since_is_needed(cells, needs):
    assert slices.needed(cells, [len(cells) - 1]) == needs


def test_the_cells_found_run_by_themselves():
    space = {"show": lambda log: log}
    for index in slices.needed(CELLS, [8]):
        exec(CELLS[index].replace("from a import b as c", "c = 1"), space)
    assert [list(v) for v in space["log"]] == [[3, 2, 2]]
