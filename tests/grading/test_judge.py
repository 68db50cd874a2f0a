"""Every exercise can be graded, right answers of any style pass, and wrong ones are named."""

import sys

import numpy as np
import pytest

from course import lessons
from course.checking import many, source
from course.checking.contract import seed_of
from course.grading import blind, outside
from course.grading.judge import INSIDE, NOWHERE, Judge, work
from course.grading.nurse import Nursery
from course.grading.pieces import Cell

SLUGS = [one.slug for one in lessons.lessons() if one.exercises]


@pytest.fixture(scope="module")
def nursery():
    one = Nursery(("torch",))
    yield one
    one.close()


def verdict(judge, name, *texts, seed=0):
    cells = [Cell(n, text) for n, text in enumerate(texts, 1)]
    exercise = next(e for e in judge.exercises if e.name == name)
    return judge.verdict(exercise, work(cells, name), seed)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_exercise_can_be_graded(nursery, slug):
    judge = Judge(slug, nursery)
    away = [e.name for e in judge.exercises if judge.way(e) == NOWHERE]
    assert not away, f"a right answer fails from outside its process: {away}"


@pytest.mark.parametrize("slug", SLUGS)
def test_right_answers_pass_on_cases_of_other_learners(nursery, slug):
    judge = Judge(slug, nursery)
    for exercise in judge.exercises:
        answer = source.copy(exercise.reference)
        assert exercise.varied(1).examine(answer).state == "done", exercise.key


def test_the_reference_is_cut_out_of_every_module_that_has_it():
    exercise = lessons.bank("linear_algebra").mean_square
    text = source.read(exercise.reference)
    for name, (held, _) in blind.ideas(exercise).items():
        assert text not in held, name
        compile(held, name, "exec")


def test_the_courses_other_ways_to_do_it_are_no_answer_either(nursery):
    judge = Judge("linear_algebra", nursery)
    for text in (
        "matmul = linalg.matmul_rows",
        "def matmul(A, B):\n    return linalg.matmul_dots(A, B)",
    ):
        found = verdict(judge, "matmul", "from course.foundations import linalg", text)
        assert found.state == "wrong" and "yours to write" in found.text, str(found)


def test_a_mistake_is_named_as_in_the_notebook(nursery):
    judge = Judge("linear_algebra", nursery)
    wrong = verdict(judge, "add_bias", "def add_bias(x, b):\n    return x + b")
    here = lessons.bank("linear_algebra").add_bias.examine(lambda x, b: x + b)
    assert (wrong.state, wrong.mistake, wrong.text) == ("wrong", here.mistake, here.text)
    assert wrong.mistake


MODULE = """
import torch
from torch import nn
from course.transformers.gpt import plain
"""


SEES = """
class Attention(nn.Module):
    def __init__(self, C, H):
        super().__init__()
        self.H, self.qkv, self.out = H, nn.Linear(C, 3 * C), nn.Linear(C, C)
    def forward(self, x):
        B, T, C = x.shape
        heads = self.qkv(x).view(B, T, 3, self.H, C // self.H).permute(2, 0, 3, 1, 4)
        y = nn.functional.scaled_dot_product_attention(*heads, is_causal=C == 2)
        return self.out(y.transpose(1, 2).reshape(B, T, C))
"""


def test_a_law_held_beside_the_answer_says_what_it_says_in_the_notebook(nursery):
    judge = Judge("small_gpt", nursery)
    wrong = verdict(judge, "Attention", MODULE, SEES)
    assert judge.way(lessons.bank("small_gpt").Attention) == INSIDE
    assert wrong.text.startswith("Changing the last position changes what comes out"), str(wrong)


def test_the_courses_module_is_no_answer(nursery):
    judge = Judge("small_gpt", nursery)
    swiglu = next(e for e in judge.exercises if e.name == "SwiGLU")
    assert judge.way(swiglu) == INSIDE
    for text in (
        "SwiGLU = plain.SwiGLU",
        "class SwiGLU(plain.SwiGLU):\n    def more(self):\n        return 1",
        "def SwiGLU(*sizes):\n    return plain.SwiGLU(*sizes)",
    ):
        found = verdict(judge, "SwiGLU", MODULE, text)
        assert found.state == "wrong" and "yours to write" in found.text, str(found)


def test_a_patched_probe_does_not_know_the_numbers(nursery):
    trick = """
import sys

class SwiGLU(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
        frame = sys._getframe()
        while frame and "_looked_into" not in frame.f_globals:
            frame = frame.f_back
        names = frame.f_globals
        names["_looked_into"] = lambda *a, **k: {
            "set of parameters": names["WANTED"], "output": torch.zeros(2, 5, 6)
        }
        names["_future_is_hidden"] = lambda *a: ""
"""
    found = verdict(Judge("small_gpt", nursery), "SwiGLU", MODULE, trick)
    assert found.state == "wrong", str(found)


STYLES = {
    "a helper in another cell": (
        "EPS = 0.0\nimport numpy as np\nnp.random.seed(0)",
        "def part(p, y):\n    return (p - y) ** 2 + EPS",
        "def mean_square(p, y):\n    return part(p.ravel(), np.asarray(y).ravel()).mean()",
    ),
    "a lambda": ("mean_square = lambda p, y: ((p.ravel() - y.ravel()) ** 2).mean()",),
    "a table that is filled": (
        "import numpy as np\ntable = {}\ntable['power'] = 2\ndef unused(): return gone",
        "def mean_square(p, y):\n    return np.mean((p.ravel() - y.ravel()) ** table['power'])",
    ),
    "a cell with commands": (
        "%matplotlib inline\n!ls\nimport numpy as np",
        "%time x = 1\ndef mean_square(p, y):\n    return np.mean((p.ravel() - y.ravel()) ** 2)",
    ),
    "a decorator": (
        "import functools",
        "@functools.lru_cache\ndef two(): return 2",
        "def mean_square(p, y):\n    return ((p.ravel() - y.ravel()) ** two()).mean()",
    ),
    "a class that is called": (
        "class Mean:\n    def __call__(self, p, y):\n"
        "        return ((p.ravel() - y.ravel()) ** 2).mean()",
        "mean_square = Mean()",
    ),
    "a stub below it": (
        "def mean_square(p, y):\n    return ((p.ravel() - y.ravel()) ** 2).mean()",
        "def mean_square(p, y):\n    ...",
    ),
    "a lesson that can't run": (
        "import nothing_of_this_name",
        "data = load()\nwhile True: pass",
        "1 / 0; x = 3",
        "def mean_square(p, y):\n    return ((p.ravel() - y.ravel()) ** 2).mean()",
    ),
}


@pytest.mark.parametrize("style", STYLES)
def test_an_answer_brings_what_it_needs_and_nothing_else(nursery, style):
    found = verdict(Judge("linear_algebra", nursery), "mean_square", *STYLES[style])
    assert found.state == "done", str(found)


def test_an_array_that_is_changed_between_two_calls_is_seen_as_it_is(nursery):
    """The function that is given runs with the judge; each call must bring what x is by then."""
    text = """
import numpy as np

def numerical_gradient(f, x, h=1e-5):
    x, dx = np.array(x, dtype=float), np.zeros(np.shape(x))
    for i in np.ndindex(x.shape):
        old = x[i]
        x[i] = old + h
        up = f(x)
        x[i] = old - h
        dx[i] = (up - f(x)) / (2 * h)
        x[i] = old
    return dx
"""
    found = verdict(Judge("gradients", nursery), "numerical_gradient", text)
    assert found.state == "done", str(found)


DEALT = """
import numpy as np
calls = 0

def batches(rng, N, B):
    global calls
    calls += 1
    return [calls, rng.permutation(N), np.random.random(), rng.random(B)]
"""


def test_many_calls_in_one_go_give_what_as_many_calls_give(nursery):
    exercise = lessons.bank("data_pipelines").batches
    sent = {"pieces": work([Cell(1, DEALT)], "batches").pieces, "probe": None}
    found = []
    for call in (lambda f, n, *args: [f(*args) for _ in range(n)], many):
        channel, rng = nursery.child(outside.PATIENCE), np.random.default_rng(5)
        answer = outside.Answer(channel, None)
        answer.begin(sent | {"name": "batches", "ideas": blind.ideas(exercise)})
        found.append([str(call(answer.call, 3, rng, 4, 2)), rng.random()])
        nursery.end(channel)
    assert found[0] == found[1]


LOOKS_RANDOM = {
    "a counter": ("n += 1", "np.roll(names, n)", "of the same seed"),
    "a generator of its own": ("", "np.random.default_rng().permutation(names)", "the same seed"),
    "the old generator": ("", "np.random.permutation(names)", "always the same"),
}


@pytest.mark.parametrize("trick", LOOKS_RANDOM)
def test_draws_that_only_look_random_are_no_answer(nursery, trick):
    step, names, says = LOOKS_RANDOM[trick]
    text = f"""
import numpy as np
n = 0

def group_split(rng, groups, share):
    global n
    {step}
    names = np.unique(groups)
    return np.isin(groups, {names}[: round(share * len(names))])
"""
    found = verdict(Judge("data_pipelines", nursery), "group_split", text)
    assert found.state == "wrong" and says in found.text, str(found)


def test_a_cell_that_is_no_python_says_so_and_others_count(nursery):
    judge = Judge("linear_algebra", nursery)
    cells = (
        "def mean_square(p, y):\n    return (p -",
        "def add_bias(x, b):\n    return x + b[:, None]",
    )
    assert "no Python: line 2" in verdict(judge, "mean_square", *cells).text
    assert verdict(judge, "add_bias", *cells).state == "done"
    assert verdict(judge, "matmul", *cells).state == "missing"


def test_an_answer_learned_by_heart_fails_on_other_cases(nursery):
    """It knows the cases that every learner's own check has."""
    exercise = lessons.bank("linear_algebra").mean_square
    known = {}
    for e in exercise.examples:
        key = b"".join(a.tobytes() for a in e.arguments.positional)
        known[key.hex()] = float(e.expected)
    text = (
        f"KNOWN = {known!r}\n\n"
        "def mean_square(p, y):\n"
        "    key = (p.tobytes() + y.tobytes()).hex()\n"
        "    return KNOWN[key] if key in KNOWN else 0.0\n"
    )
    judge = Judge("linear_algebra", nursery)
    assert verdict(judge, "mean_square", text, seed=7).state == "wrong"


@pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")
def test_the_walls_hold_without_the_audit_hook():
    import subprocess

    code = """
import os, socket
from course.grading import confine
from course.foundations import linalg
assert confine.wall_off_files() and confine.wall_off_processes()
def refused(f, *a):
    try:
        f(*a)
    except OSError as error:
        return error.errno in (1, 13)
print(refused(open, linalg.__file__), refused(os.listdir, os.path.expanduser("~")),
      refused(os.kill, os.getppid(), 0), refused(os.fork), refused(socket.socket),
      refused(open, "here", "w"), refused(os.execv, "/bin/true", ["true"]))
import statistics, numpy.polynomial  # libraries are there
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if "AssertionError" in done.stderr:
        pytest.skip("this system has no Landlock or no seccomp")
    assert done.stdout.split() == ["True"] * 7, done.stderr


def test_a_learner_s_own_check_draws_their_own_cases(monkeypatch):
    exercise = lessons.bank("linear_algebra").mean_square.varied(0)
    for learner in ("ada", "bob", ""):
        monkeypatch.setenv("COURSE_LEARNER", learner)
        vars(exercise).pop("examples")
        drawn = [e.arguments.positional[0].tolist() for e in exercise.examples]
        asked = [e.arguments.positional[0].tolist() for e in exercise.draw(seed_of(learner))]
        assert drawn == asked
    assert len({seed_of(learner) for learner in ("ada", "bob", "")}) == 3 and seed_of("") == 0
