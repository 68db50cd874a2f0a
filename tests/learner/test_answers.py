"""Passed answers: kept with all that they need, readable, whole through crowds and damage."""

import os
import subprocess
import sys

import numpy as np
import pytest
from cells import Cells

from course.learner import answers, capture, progress

AT_REST = "import numpy as np\nfrom course.networks import layers\n"


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """A kernel in which nothing has passed and nothing was told."""
    monkeypatch.setattr(answers, "_passed", {})
    monkeypatch.setattr(answers, "_said", set())


@pytest.fixture
def cells():
    """An empty notebook."""
    return Cells()


def again(code, name):
    """What a section's function is in a world that has nothing else."""
    space = {"__name__": "answers.test"}
    exec(code, space)
    return space[name]


STYLES = {
    "import": ("import numpy as np\ndef f(x):\n    return np.sqrt(x)\n", 16.0, 4.0),
    "renamed import": ("import numpy as N\ndef f(x):\n    return N.sqrt(x)\n", 16.0, 4.0),
    "from import": ("from numpy import sqrt as root\ndef f(x):\n    return root(x)\n", 9.0, 3.0),
    "submodule": ("import numpy.linalg as la\ndef f(x):\n    return la.norm(x)\n", [3, 4], 5.0),
    "the course's": (AT_REST + "def f(x):\n    return layers.relu(np.array(x))[0]\n", [-2], 0),
    "constant": ("A = 3\ndef f(x):\n    return A * x\n", 2, 6),
    "minus infinity": ("A = -float('inf')\ndef f(x):\n    return max(A, x)\n", 2, 2),
    "array": ("import numpy as np\nA = np.eye(2)\ndef f(x):\n    return (A @ x)[1]\n", [3, 4], 4),
    "nested constant": ("A = {'a': (1,), 'b': [2, {3}]}\ndef f(x):\n    return A[x]\n", "a", (1,)),
    "helper": ("B = 2\ndef g(x):\n    return x + B\ndef f(x):\n    return g(x)\n", 1, 3),
    "helpers in a circle": (
        "def g(n):\n    return n if n < 1 else f(n - 1)\ndef f(n):\n    return g(n)\n", 5, 0
    ),
    "recursion": ("def f(n):\n    return 1 if n < 2 else n * f(n - 1)\n", 5, 120),
    "lambda": ("f = lambda x: x + 1\n", 1, 2),
    "default": ("B = 5\ndef f(x, b=B):\n    return x + b\n", 1, 6),
    "decorator": (
        "import functools\n@functools.lru_cache\ndef f(x):\n    return x + 1  # because\n", 1, 2
    ),
    "closure": (
        "def make(a):\n    def inner(x):\n        return a * x\n    return inner\nf = make(7)\n",
        2,
        14,
    ),
    "other name": ("def mine(x):\n    return x + 1\nf = mine\n", 1, 2),
    "two in one line": ("def f(x): return x + 1; y = 3\n", 1, 2),
    "number type": ("import numpy as np\nT = np.float32\ndef f(x):\n    return T(x)\n", 1, 1.0),
    "own class": (
        "class P:\n    def __init__(self, x):\n        self.x = x\ndef f(x):\n    return P(x).x\n",
        4,
        4,
    ),
    "class method": (
        "import math\nclass f:\n    R = 2\n    def __init__(self, x):\n        self.x = x\n"
        "    def __eq__(self, other):\n        return math.sqrt(self.x) == other\n", 9, 3
    ),
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_a_section_runs_where_nothing_else_is(cells, style):
    code, x, y = STYLES[style]
    f = again(capture.section(cells.run(code, "f"), "f"), "f")
    assert f(x) == y


def test_what_ran_is_kept_though_names_changed_since(cells):
    f = cells.run("def g(x):\n    return x + 1\ndef f(x):\n    return g(x)\n", "f")
    cells.run("def h(x):\n    return -x\n")
    assert again(capture.section(f, "f"), "f")(1) == 2
    cells.run("def g(x):\n    return x + 5\n")
    assert again(capture.section(f, "f"), "f")(1) == 6 == f(1)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import numpy as np\nA = np.zeros(1000)\ndef f(x):\n    return A[x]\n", r"A.*\(1000,\)"),
        ("A = object()\ndef f(x):\n    return A\n", "A from the notebook, object"),
        ("f = eval('lambda x: x')\n", "source can't be found"),
        ("f = (lambda x: x); g = lambda x: -x\n", "told apart"),
    ],
)
def test_what_can_not_stand_alone_says_why(cells, code, why):
    with pytest.raises(capture.NotAlone, match=why):
        capture.section(cells.run(code, "f"), "f")


def test_a_kept_file_reads_as_written(cells):
    cells.run("import numpy as np\nROOT = 0.5\n")
    q = "def scores(q, k):  # mine\n    return q @ k.T / q.shape[-1] ** ROOT\n"
    answers.keep("attention.scores", cells.run(q, "scores"))
    m = "def causal_mask(T, past=0):\n    return np.tri(T, past + T, past, dtype=bool)\n"
    answers.keep("attention.causal_mask", cells.run(m, "causal_mask"))
    text = answers.path("attention").read_text(encoding="utf-8")
    assert q in text
    assert m in text
    assert text.index("def scores") < text.index("def causal_mask")
    kept = answers.read("attention")
    assert list(kept) == ["scores", "causal_mask"]
    f = answers.run("attention", kept["causal_mask"])
    np.testing.assert_array_equal(f(2, 1), np.tri(2, 3, 1))
    line = f.__code__.co_firstlineno
    assert text.splitlines()[line - 1].startswith("def causal_mask")


def test_an_answer_that_passes_again_takes_its_old_place_and_nothing_else_moves(cells):
    for name in ("a", "b", "c"):
        answers.keep(f"x.{name}", cells.run(f"def {name}():\n    return 1\n", name))
    file = answers.path("x")
    mended = file.read_text(encoding="utf-8").replace("return 1", "return 1  # mended", 1)
    file.write_text(mended, encoding="utf-8")
    answers.keep("x.b", cells.run("def b():\n    return 2\n", "b"))
    assert file.read_text(encoding="utf-8").count("# -- ") == 3
    kept = answers.read("x")
    assert list(kept) == ["a", "b", "c"]
    assert "# mended" in kept["a"].code
    assert [answers.run("x", kept[n])() for n in "abc"] == [1, 2, 1]


def test_the_same_answer_again_writes_nothing(cells):
    answers.keep("x.a", cells.run("def a():\n    return 1\n", "a"))
    before = answers.path("x").stat().st_mtime_ns
    answers.keep("x.a", cells.run("def a():\n    return 1\n", "a"))
    assert answers.path("x").stat().st_mtime_ns == before


def test_under_a_grader_nothing_is_kept_or_read(cells, monkeypatch):
    answers.keep("x.a", cells.run("def a():\n    return 1\n", "a"))
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    answers.keep("x.b", cells.run("def b():\n    return 1\n", "b"))
    assert answers.read("x") == {}
    monkeypatch.delenv("NBGRADER_EXECUTION")
    assert list(answers.read("x")) == ["a"]


def test_the_course_s_own_functions_are_nobody_s_answers():
    answers.keep("attention.scores", capture.section)
    assert not answers.folder().exists()


def test_an_object_that_resists_is_told_of(capsys):
    class Hostile:
        def __getattribute__(self, name):
            raise RuntimeError("no")

    answers.keep("x.a", Hostile())
    assert "isn't kept for later lessons: RuntimeError: no." in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_can_not_be_written_is_told_once(cells, capsys):
    progress.path().parent.chmod(0o500)
    for _ in range(2):
        answers.keep("x.a", cells.run("def a():\n    return 1\n", "a"))
    assert capsys.readouterr().out.count("isn't kept") == 1


def test_a_file_in_the_folder_s_place_is_told_and_stops_nothing(cells, capsys):
    answers.folder().write_text("no folder")
    for _ in range(2):
        answers.keep("x.a", cells.run("def a():\n    return 1\n", "a"))
    assert capsys.readouterr().out.count("isn't kept") == 1
    assert answers.here("x.a")() == 1


def test_a_binary_file_is_set_aside_and_a_new_one_begun(cells, capsys):
    answers.folder().mkdir()
    answers.path("x").write_bytes(b"\xff\xfe\x00")
    answers.keep("x.a", cells.run("def a():\n    return 1\n", "a"))
    assert "x.damaged-1.py" in capsys.readouterr().out
    assert (answers.folder() / "x.damaged-1.py").read_bytes() == b"\xff\xfe\x00"
    assert list(answers.read("x")) == ["a"]


WRITER = """
import sys
from cells import Cells
from course.learner import answers
cells = Cells()
for i in range(12):
    name = f"{sys.argv[1]}{i}"
    answers.keep(f"x.{name}", cells.run(f"def {name}():\\n    return {i}\\n", name))
"""


def test_two_kernels_at_once_lose_nothing(root):
    paths = os.pathsep.join([str(root / "tests"), *sys.path])
    command = [sys.executable, "-c", WRITER]
    running = [
        subprocess.Popen([*command, who], env=os.environ | {"PYTHONPATH": paths}) for who in "ab"
    ]
    assert [process.wait() for process in running] == [0, 0]
    kept = answers.read("x")
    assert sorted(kept) == sorted(f"{who}{i}" for who in "ab" for i in range(12))
    assert all(answers.run("x", a)() == int(name[1:]) for name, a in kept.items())
