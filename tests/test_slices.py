"""What some cells need is found, and nothing that they need is left out."""

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


def test_the_cells_found_run_by_themselves():
    space = {"show": lambda log: log}
    for index in slices.needed(CELLS, [8]):
        exec(CELLS[index].replace("from a import b as c", "c = 1"), space)
    assert [list(v) for v in space["log"]] == [[3, 2, 2]]
