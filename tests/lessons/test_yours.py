"""`yours`: the learner's functions in the course's place, and the course's wherever they fail."""

import copy
import json
import os
import re
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
from cells import Cells

from course.learner import answers, capture
from course.lessons import form, references, trust, yours
from course.networks import layers
from course.transformers import attention

rng = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """A kernel in which nothing has passed, nothing was loaded and nothing was told."""
    for module, name, value in (
        (answers, "_passed", {}),
        (answers, "_said", set()),
        (yours, "_loaded", {}),
        (trust, "SECONDS", 0.4),
    ):
        monkeypatch.setattr(module, name, value)


@pytest.fixture
def passed(monkeypatch):
    """Keep code as the passed answer of an exercise, and forget this kernel."""

    def passed(key, code, before="import numpy as np\n"):
        cells = Cells()
        cells.run(before)
        answers.keep(key, cells.run(code, key.rpartition(".")[2]))
        answers._passed.clear()

    return passed


AFFINE = "def affine(x, W, b):\n    return np.einsum('ni,io->no', x, W) + b\n"
Q, K, V = (
    rng.normal(size=(2, 3, 5, 4)),
    rng.normal(size=(2, 3, 6, 4)),
    rng.normal(size=(2, 3, 6, 7)),
)


def test_without_a_learner_all_is_the_course_s():
    assert yours.attend is attention.attend
    assert yours["attention.attend"] is attention.attend
    made = yours.using("affine", "attention.attend")
    assert made.affine is layers.affine
    assert made.credit("Your reader").startswith("Your reader: 0 of 2 parts are yours")
    assert not answers.folder().exists()


def test_no_exercise_loads_pytorch_unless_its_idea_needs_it():
    code = "import sys\nfrom course.lessons import yours\nyours.attend\nyours.embed\n"
    code += "yours.references.places()\nprint('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_every_reference_is_that_of_its_bank():
    from course.lessons import bank

    for key in references.places():
        slug, _, name = key.partition(".")
        assert references.course(key) is getattr(bank(slug), name).reference


def test_a_passed_answer_stands_in_and_is_counted(passed):
    passed("mlp_backprop.affine", AFFINE)
    made = yours.using("affine", "attend")
    x, W, b = rng.normal(size=(5, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    for _ in range(3):
        np.testing.assert_allclose(made.affine(x, W, b), x @ W + b)
    assert made.credit("Your reader") == (
        "Your reader: 1 of 2 parts are yours (affine; the course's: attend)."
    )
    assert "einsum" in answers.path("mlp_backprop").read_text(encoding="utf-8")
    assert made.affine.mine.__code__.co_filename == str(answers.path("mlp_backprop"))


def test_all_parts_can_be_theirs(passed):
    passed("mlp_backprop.affine", AFFINE)
    assert yours.using("affine").credit("It") == "It: 1 of 1 parts are yours (affine)."


LOOPS = """
def one(q, k):
    total = 0.0
    for a, b in zip(q, k):
        total += a * b
    return total / SCALE(len(q))

def scores(q, k):
    if q.ndim > 2:
        return [scores(a, b) for a, b in zip(q, k)]
    return [[one(a, b) for b in k] for a in q]
"""


def test_lists_and_small_floats_become_what_the_course_returns(passed):
    passed("attention.scores", LOOPS, "import math\nSCALE = math.sqrt\n")
    s = yours.scores
    for _ in range(2):
        got = s(Q, K)
        assert isinstance(got, np.ndarray)
        np.testing.assert_allclose(got, attention.scores(Q, K))
    assert not s.fault
    half = "def scores(q, k):\n    return (q @ k.swapaxes(-1, -2) / 2).astype(np.float32)\n"
    passed("attention.scores", half)
    assert yours.scores(Q, K).dtype == float
    tensor = "def scores(q, k):\n    return torch.tensor(q @ k.swapaxes(-1, -2) / 2)"
    passed("attention.scores", tensor, "import torch\n")
    assert isinstance(yours.scores(Q, K), np.ndarray)
    assert not yours.scores.fault


BROKEN = {
    "raises": ("return q.no_such_thing", "its line .*no_such_thing.*raised AttributeError"),
    "exits": ("raise SystemExit", "raised SystemExit"),
    "hangs": ("while True: pass", "still running"),
    "hangs and catches": (
        "while True:\n        try:\n            while True: pass\n        except Exception: pass",
        "still running",
    ),
    "returns nothing": ("return None", "returned None"),
    "other shape": ("return np.zeros((9, 9))", r"returned an array of shape \(9, 9\)"),
    "other type": ("return {'q': q}", "returned a dict"),
    "complex": ("return q @ k.swapaxes(-1, -2) * 1j", "returned an array"),
    "a pair": ("return q, k", "returned a tuple"),
    "changes arguments": ("q *= 2; return q @ k.swapaxes(-1, -2) / 4", "changed its arguments"),
    "nan": ("return q @ k.swapaxes(-1, -2) * np.nan", "infinity or nan"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_one_that_fails_is_replaced_with_one_sentence(passed, capsys, how):
    body, told = BROKEN[how]
    passed("attention.scores", f"def scores(q, k):\n    {body}\n")
    made, before = yours.using("scores"), Q.copy()
    for _ in range(3):
        np.testing.assert_allclose(made.scores(Q, K), attention.scores(before, K))
    np.testing.assert_array_equal(Q, before)
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert said.count("stands in") == 1
    assert said.startswith("Your scores ")
    assert re.search(told, said), said
    assert "0 of 1" in made.credit("It")
    assert yours.scores is attention.scores


LATER = """
def scores(q, k):
    calls.append(1)
    if len(calls) > 2:
        {body}
    return q @ k.swapaxes(-1, -2) / 2
"""


@pytest.mark.parametrize("how", ["raises", "hangs", "returns nothing", "other shape", "other type"])
def test_one_that_fails_later_is_replaced_then(passed, capsys, how):
    body, _ = BROKEN[how]
    passed("attention.scores", LATER.format(body=body), "import numpy as np\ncalls = []\n")
    s = yours.scores
    for _ in range(4):
        np.testing.assert_allclose(s(Q, K), attention.scores(Q, K))
    assert capsys.readouterr().out.count("stands in") == 1
    assert s.fault


def test_what_the_course_refuses_is_refused_and_nobody_s_fault(passed, capsys):
    passed("attention.scores", "def scores(q, k):\n    return q @ k.swapaxes(-1, -2) / 2\n")
    with pytest.raises(ValueError, match="last axis"):
        yours.scores(Q, V)
    np.testing.assert_allclose(yours.scores(Q, K), attention.scores(Q, K))
    assert not yours.scores.fault
    assert capsys.readouterr().out == ""


def test_a_slow_answer_is_used_until_a_page_would_wait_for_it(passed, capsys, monkeypatch):
    monkeypatch.setattr(trust, "PATIENCE", 0.2)
    passed("attention.scores", "def scores(q, k):\n    import time; time.sleep(0.08)\n"
           "    return q @ k.swapaxes(-1, -2) / 2\n")  # fmt: skip
    s = yours.scores
    s(Q, K)
    assert not s.fault
    begun = time.perf_counter()
    for _ in range(40):
        s(Q, K)
    assert time.perf_counter() - begun < 1
    assert "would have taken" in capsys.readouterr().out


def test_a_slow_inner_part_is_the_one_replaced(passed):
    passed("small_gpt.block", "def block(x, norm1, attend, norm2, mlp):\n"
           "    h = x + attend(norm1(x))\n    return h + mlp(norm2(h))\n")  # fmt: skip
    passed("mlp_backprop.affine", "def affine(x, W, b):\n    while True: pass\n")
    made = yours.using("block", "affine")
    x, W = np.ones((2, 3)), np.eye(3)
    same = np.zeros_like

    def mlp(x):
        return made.affine(x, W, np.ones(3))

    y = made.block(x, np.copy, same, np.copy, mlp)
    np.testing.assert_allclose(y, 2 * x + 1)
    assert made.yours() == ["block"]


def test_a_call_in_another_thread_has_its_limit_too(passed):
    passed("attention.scores", "def scores(q, k):\n    while True: pass\n")
    got = []
    thread = threading.Thread(target=lambda: got.append(yours.scores(Q, K)))
    thread.start()
    thread.join(20)
    np.testing.assert_allclose(got[0], attention.scores(Q, K))


def test_random_draws_go_on_as_with_the_course_s(passed):
    ids = np.arange(50)
    expected, ours = np.random.default_rng(5), references.course("small_gpt.batch")
    passed("small_gpt.batch", "def batch(rng, ids, B, T):\n    rng.normal(); raise ValueError\n")
    given = np.random.default_rng(5)
    for _ in range(2):
        np.testing.assert_array_equal(yours.batch(given, ids, 3, 4), ours(expected, ids, 3, 4))
    passed("small_gpt.batch", "def batch(rng, ids, B, T):\n"
           "    s = [int(rng.integers(0, len(ids) - T)) for _ in range(B)]\n"
           "    cut = lambda o: np.array([ids[i + o : i + o + T] for i in s])\n"
           "    return cut(0), cut(1)\n")  # fmt: skip
    first, second = yours.batch(given, ids, 3, 4), yours.batch(given, ids, 3, 4)
    assert not yours.batch.fault
    assert not np.array_equal(first[0], second[0])


def test_a_trusted_call_costs_little(passed):
    passed("attention.causal_mask", "def causal_mask(T, past=0):\n    return MASK\n",
           "import numpy as np\nMASK = np.tri(3, dtype=bool)\n")  # fmt: skip
    mask = yours.causal_mask
    mask(3)
    begun = time.process_time()  # a busy machine doesn't count
    for _ in range(2000):
        mask(3)
    assert (time.process_time() - begun) / 2000 < 100e-6


DAMAGE = {
    "syntax": (lambda text: text.replace("return", "retrun oops"), r"line \d+: invalid syntax"),
    "binary": (lambda text: "\udcff\udcfe", "not text"),
    "missing import": (lambda text: text.replace("import numpy as np", "import no_such_thing"),
                       "No module named 'no_such_thing'"),
    "another name": (lambda text: text.replace("def affine", "def afine"), "KeyError: 'affine'"),
    "it exits": (lambda text: text.replace("import numpy as np", "raise SystemExit"), "SystemExit"),
    "it never ends": (lambda text: text.replace("import numpy as np", "while 1: 0"), "Too(Slow|Long)"),  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_file_is_told_of_once_and_the_course_s_stands_in(
    passed, capsys, monkeypatch, how
):
    monkeypatch.setattr(yours, "LOADING", 0.3)
    passed("mlp_backprop.affine", AFFINE)
    passed("mlp_backprop.relu_backward", "def relu_backward(da, z):\n    return da * (z > 0)\n", "")
    damage, told = DAMAGE[how]
    file = answers.path("mlp_backprop")
    text = file.read_text(encoding="utf-8")
    at = text.index("# -- relu_backward")
    damaged = damage(text[:at]) + text[at:]
    file.write_bytes(damaged.encode("utf-8", "surrogateescape"))
    for _ in range(2):
        assert yours.affine is layers.affine
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert re.search(told, said), said
    assert "answers/mlp_backprop.py" in said
    assert "Mend the file" in said
    if how != "binary":  # one damaged answer damages no other
        assert yours.is_yours(yours.relu_backward)


def test_a_mended_file_is_read_again(passed):
    passed("mlp_backprop.affine", AFFINE)
    file = answers.path("mlp_backprop")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("return", "retrun oops"), encoding="utf-8")
    assert yours.affine is layers.affine
    file.write_text(text, encoding="utf-8")
    assert yours.is_yours(yours.affine)


def test_what_can_not_be_kept_serves_this_kernel():
    cells = Cells()
    cells.run("import numpy as np\nBIG = np.zeros(10_000)\n")
    f = cells.run("def affine(x, W, b):\n    return x @ W + b + BIG[0]\n", "affine")
    answers.keep("mlp_backprop.affine", f)
    assert yours.affine.mine is f


def test_under_a_grader_all_is_the_course_s(passed, monkeypatch):
    passed("mlp_backprop.affine", AFFINE)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert yours.affine is layers.affine


def test_a_name_of_two_lessons_asks_which(monkeypatch):
    known = references.places() | {"b.tanh": "course.networks.layers:tanh"}
    monkeypatch.setattr(references, "places", lambda: known)
    with pytest.raises(ValueError, match=r'yours\["gradients.tanh"\], yours\["b.tanh"\]'):
        yours.tanh  # noqa: B018
    assert yours["b.tanh"] is layers.tanh
    with pytest.raises(ValueError, match="share a name"):
        yours.using("b.tanh", "gradients.tanh")


def test_an_unknown_name_is_told_with_the_near_ones():
    with pytest.raises(AttributeError, match="No lesson asks for atend; there are attend"):
        yours.atend  # noqa: B018
    assert not hasattr(yours, "pytestmark")
    assert {"attend", "affine"} <= set(dir(yours))
    with pytest.raises(ValueError, match="softmax is not among the parts: affine"):
        yours.using("affine").softmax  # noqa: B018


@pytest.mark.parametrize("key", references.places())
def test_the_course_s_answer_to_every_exercise_is_kept_and_stands_in(passed, capsys, key):
    """Typed in a notebook, kept, read on another day, and used on every case of its check."""
    slug, _, name = key.partition(".")
    exercise = getattr(yours.lessons.bank(slug), name)
    passed(key, capture.section(exercise.reference, name))
    part = yours[key]
    assert part is not exercise.reference, capsys.readouterr().out
    for case in exercise.examples:
        args, kwargs = copy.deepcopy(tuple(case.arguments))
        if not isinstance(case.expected, type):
            exercise.probe(part, *args) if exercise.probe else part(*args, **kwargs)
    assert not getattr(part, "fault", ""), part.fault
    assert capsys.readouterr().out == ""


def listed(value):
    """Arrays as lists."""
    if isinstance(value, tuple):
        return tuple(map(listed, value))
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


def single(value):
    """Real arrays as 32-bit ones."""
    if isinstance(value, tuple):
        return tuple(map(single, value))
    real = isinstance(value, np.ndarray) and value.dtype == float
    return value.astype(np.float32) if real else value


@pytest.mark.parametrize("style", [listed, single])
@pytest.mark.parametrize("key", references.places())
def test_answers_of_other_types_give_what_the_course_gives(key, style):
    slug, _, name = key.partition(".")
    exercise = getattr(yours.lessons.bank(slug), name)
    ours = exercise.reference
    part = trust.Part(key, lambda *args, **kwargs: style(ours(*args, **kwargs)), ours)
    for case in [] if exercise.probe else exercise.examples:
        if not isinstance(case.expected, type):
            for _ in range(2):  # compared, then trusted
                args, kwargs = copy.deepcopy(tuple(case.arguments))
                got, wanted = part(*args, **kwargs), ours(*args, **kwargs)
                assert form.Form.of(got) == form.Form.of(wanted)
    assert not part.fault


def test_no_exercise_is_hidden_by_a_name_of_the_module():
    names = {key.rpartition(".")[2] for key in references.places()}
    assert not names & set(vars(yours))
    assert not names & set(vars(yours.using()) | vars(yours.Made))


@pytest.mark.parametrize("state", ["done", "wrong"])
def test_a_class_is_tried_by_its_check_and_then_used_as_it_is(passed, monkeypatch, capsys, state):
    exercise = SimpleNamespace(name="Form", examine=lambda answer: SimpleNamespace(state=state))
    known = references.places() | {"attention.Form": "course.lessons.form:Form"}
    monkeypatch.setattr(references, "places", lambda: known)
    monkeypatch.setattr(yours.lessons, "bank", lambda slug: SimpleNamespace(Form=exercise))
    passed("attention.Form", "class Form:\n    def size(self):\n        return np.size(3)\n")
    if state == "done":
        assert yours.Form().size() == 1
        assert "1 of 1" in yours.using("Form").credit("It")
    else:
        assert yours.Form is form.Form
        assert "no longer says done" in capsys.readouterr().out


def test_a_report_executes_nothing(passed, tmp_path, capsys):
    """A class's folder may hold answers beside the progress: data only."""
    from course.command import main as command

    handed_in = tmp_path / "class" / "ann"
    (handed_in / "answers").mkdir(parents=True)
    (handed_in / "progress.json").write_text(
        json.dumps({"version": 2, "checks": {}, "hints": {}, "predictions": {}})
    )
    trap = tmp_path / "trap"
    code = f"# -- affine, passed on 2026-01-01 ---\nopen({str(trap)!r}, 'w')\n"
    (handed_in / "answers" / "mlp_backprop.py").write_text(code)
    assert command.main(["report", str(tmp_path / "class")]) == 0
    assert not trap.exists()


@pytest.mark.parametrize(
    ("value", "like", "fits"),
    [
        ([1, 2], np.zeros(2), np.array([1.0, 2.0])),
        (3, np.float64(2), np.float64(3)),
        (np.float64(3), 2, 3),
        ([np.ones(2), 4.0], (np.zeros(2), 1.0), (np.ones(2), 4.0)),
        ({"a": 1}, {"a": 2.0}, {"a": 1.0}),
        (np.array(True), False, True),
    ],
)
def test_a_value_is_made_into_the_form_of_another(value, like, fits):
    got = form.Form.of(like).fit(value)
    assert type(got) is type(fits)
    assert form.equal(got, fits)


@pytest.mark.parametrize(
    ("value", "like", "fits"),
    [
        ([256, 97], (97, 98, 99), (256, 97)),
        (np.array([256, 97]), (), (256, 97)),
        ({(1, 2): np.int64(3)}, {(3, 4): 5, (5, 6): 7}, {(1, 2): 3}),
        ({(1, 2): 3}, {}, {(1, 2): 3}),
        (np.ones(5), np.ones(3), np.ones(5)),
    ],
)
def test_data_may_be_of_any_length_where_the_form_is_loose(value, like, fits):
    got = form.Form.of(like).loose().fit(value)
    assert type(got) is type(fits)
    assert got == fits if isinstance(got, dict | tuple) else form.equal(got, fits)


@pytest.mark.parametrize(
    ("value", "like"), [((1.0,), (1.0, 2.0)), ({"a": 1.0}, {"b": 1.0}), ((1.5,), (1, 2))]
)
def test_what_is_named_or_real_keeps_its_form_where_it_is_loose(value, like):
    with pytest.raises(form.Unfit):
        form.Form.of(like).loose().fit(value)


@pytest.mark.parametrize(
    ("value", "like"),
    [([1, 2], np.zeros(3)), (2.5, 1), ("a", 1.0), (None, 1.0), ((1.0,), (1.0, 2.0)), (1j, 1.0)],
)
def test_a_value_of_another_form_is_refused(value, like):
    with pytest.raises(form.Unfit):
        form.Form.of(like).fit(value)


NOTEBOOK = [
    "import numpy as np\nfrom course.lessons.attention import bank as ex\nROOT = 0.5",
    "def turned(k):\n    return k.swapaxes(-1, -2)",
    "def scores(q, k):\n    return q @ turned(k) / q.shape[-1] ** ROOT",
    "ex.scores.check(scores)",
    "from course.lessons import yours\nprint(yours.using('scores', 'attend').credit('Here'))",
]
NEXT_DAY = """
import numpy as np
from course.lessons import yours
made = yours.using("scores", "attend")
print(made.scores(np.ones((1, 4)), np.ones((1, 4))), made.credit("There"))
"""


def test_an_answer_of_a_real_notebook_runs_the_next_day(tmp_path):
    """A kernel of its own passes a check; another process on another day uses the answer."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, NOTEBOOK)])
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    said = "Here: 1 of 2 parts are yours (scores; the course's: attend).\n"
    assert notebook.cells[-1].outputs[0].text == said
    kept = answers.path("attention").read_text(encoding="utf-8")
    assert "ROOT = 0.5" in kept
    assert "def turned(k):\n    return k.swapaxes(-1, -2)\n" in kept
    done = subprocess.run(
        [sys.executable, "-c", NEXT_DAY], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout == f"[[2.]] {said.replace('Here', 'There')}"


def test_handing_on_to_the_course_is_no_answer():
    """What stands in for an open exercise is the course's, also under the name `yours`."""
    verdict = yours.lessons.bank("attention").scores.examine(lambda q, k: yours.scores(q, k))
    assert verdict.text == "That is the course's scores; write yours."
