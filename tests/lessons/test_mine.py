"""`course mine`: one file of a learner's own functions, which runs in an empty folder."""

import re
import shlex
import subprocess
import sys

import pytest
from cells import Cells

from course.command import main as command
from course.learner import answers
from course.lessons import mine, statements, trial, yours
from course.transformers import tokens
from course.transformers.gpt import generate, pretrained

# Right answers, each in another style than the course's: loops, einsum, helpers, constants, lists.
SETUP = "import math\nimport numpy\nimport numpy as np\nfrom course.networks import layers\n"
STYLES = {
    "mlp_backprop.affine": """
def affine(inputs, weights, shift):
    rows = []
    for row in inputs:
        rows.append([row @ weights[:, j] + shift[j] for j in range(weights.shape[1])])
    return np.array(rows)
""",
    "initialization.layer_norm": """
TINY = 1e-5

def middle(a):
    return a.mean(axis=-1, keepdims=True)

def layer_norm(x, gamma, beta, eps=TINY):
    centred = x - middle(x)
    return gamma * centred * (middle(centred * centred) + eps) ** -0.5 + beta
""",
    "attention.scores": """
def scores(q, k):
    return numpy.einsum("...td,...sd->...ts", q, k) / math.sqrt(q.shape[-1])
""",
    "attention.causal_mask": """
def causal_mask(T, past=0):
    return np.array([[s <= t + past for s in range(T + past)] for t in range(T)])
""",
    "attention.attend": """
NEVER = -float("inf")

def middle(z):
    return layers.softmax(z)

def attend(q, k, v, *, causal=False, mask=None):
    z = scores(q, k)
    if causal:
        z = np.where(causal_mask(q.shape[-2], k.shape[-2] - q.shape[-2]), z, NEVER)
    if mask is not None:
        z = np.where(mask, z, NEVER)
    weights = middle(z)
    return np.einsum("...ts,...se->...te", weights, v), weights
""",
    "attention.split_heads": """
def split_heads(x, H):
    D = x.shape[-1] // H
    return np.stack([x[..., h * D : (h + 1) * D] for h in range(H)], axis=1)
""",
    "attention.rotate": """
def rotate(x, theta):
    turned = (x[..., ::2] + 1j * x[..., 1::2]) * np.exp(1j * theta)
    out = np.empty(x.shape)
    out[..., ::2], out[..., 1::2] = turned.real, turned.imag
    return out
""",
    "generation.attend_cached": """
def attend_cached(q, k, v, k_past, v_past):
    k, v = (np.append(old, new, axis=-2) for old, new in ((k_past, k), (v_past, v)))
    T, S = q.shape[-2], k.shape[-2]
    y, _ = attend(q, k, v, mask=np.arange(S) <= np.arange(S - T, S)[:, None])
    return y, k, v
""",
    "small_gpt.embed": """
def embed(ids, E, P, past=0):
    return np.take(E, ids, axis=0) + P[np.arange(past, past + ids.shape[-1])]
""",
    "small_gpt.block": """
def add(stream, part, norm):
    return stream + part(norm(stream))

def block(x, norm1, attend, norm2, mlp):
    return add(add(x, attend, norm1), mlp, norm2)
""",
}


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """A kernel in which nothing has passed."""
    for module, name, value in ((answers, "_passed", {}), (yours, "_loaded", {})):
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(answers, "_said", set())


@pytest.fixture
def notebook():
    """Pass answers in one notebook, through their checks."""
    from course.lessons import bank

    cells = Cells()
    cells.run(SETUP)

    def passed(key, code):
        slug, _, name = key.partition(".")
        f = cells.run(code, name)
        exercise = getattr(bank(slug), name)
        assert exercise.examine(f).state == "done", exercise.examine(f).text
        answers.keep(key, f)

    return passed


@pytest.fixture(scope="module")
def greedy():
    """What the course's own model goes on with."""
    model, alphabet = pretrained.small_gpt()
    ids = generate.generate(model, tokens.encode("ROMEO:", alphabet), 90, temperature=0)
    return tokens.decode(ids, alphabet)


ALONE = """
import runpy, sys
sys.modules["course"] = None  # as where it was never installed
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def written(folder, *words):
    """Run the file where the course can't be imported."""
    command = [sys.executable, "-I", "-c", ALONE, str(folder / "my_gpt.py"), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def made(capsys, folder):
    """Run `course mine` into a folder; returns what it said and the file's text."""
    folder.mkdir(exist_ok=True)
    assert command.main(["mine", "--out", str(folder / "my_gpt.py")]) == 0
    return capsys.readouterr().out, (folder / "my_gpt.py").read_text(encoding="utf-8")


GREEDY = ("--prompt", "ROMEO:", "--length", "90", "--temperature", "0")


def test_with_no_answers_it_is_the_course_s_and_writes_its_text(capsys, tmp_path, greedy):
    said, text = made(capsys, tmp_path / "empty")
    assert said.startswith(f"my_gpt.py: 0 of {len(STYLES)} parts are yours")
    assert "# Yours" not in text
    done = written(tmp_path / "empty", *GREEDY)
    assert (done.stdout, done.stderr, done.returncode) == (greedy + "\n", "", 0)


def test_made_of_right_answers_of_other_styles_it_writes_the_same(
    notebook, capsys, tmp_path, greedy
):
    for key, code in STYLES.items():
        notebook(key, code)
    said, text = made(capsys, tmp_path / "mine")
    assert said.startswith(f"my_gpt.py: {len(STYLES)} of {len(STYLES)} parts are yours (")
    assert text.count("# Yours, passed on ") == len(STYLES)
    assert "course." not in "".join(line for line in text.splitlines() if "import" in line)
    assert "def middle_of_attend(z):" in text  # two helpers of one name
    assert (
        text.count("def scores(") == text.count("def causal_mask(") == 1
    )  # what a later answer reads is there once
    command = [sys.executable, "my_gpt.py", *GREEDY]
    done = subprocess.run(command, cwd=tmp_path / "mine", capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == (greedy + "\n", "", 0)


def test_gaps_are_the_course_s_and_marked(notebook, capsys, tmp_path, greedy):
    notebook("attention.rotate", STYLES["attention.rotate"])
    said, text = made(capsys, tmp_path / "some")
    assert said.startswith(
        f"my_gpt.py: 1 of {len(STYLES)} parts are yours (rotate; the course's: affine, "
    )
    assert text.count("# The course's, until you pass ") == len(STYLES) - 1
    assert text.index("# Yours") < text.index("def rotate(x, theta):\n    turned")
    assert written(tmp_path / "some", *GREEDY).stdout == greedy + "\n"


BROKEN = {
    "mlp_backprop.affine": ("raise KeyError('here')", "KeyError: 'here'"),
    "attention.split_heads": ("import os; os._exit(3)", "stops with"),
    "attention.rotate": ("return np.zeros_like(x)", "other probabilities"),
    "attention.causal_mask": ("while True: pass", "takes more than 5 seconds"),
    "small_gpt.embed": ("return (", "damaged"),
}


def test_answers_that_fail_there_are_left_out_each_with_a_sentence(
    notebook, capsys, tmp_path, greedy, monkeypatch
):
    monkeypatch.setattr(trial, "SECONDS", 5.0)
    notebook("attention.scores", STYLES["attention.scores"])
    for key, (body, _) in BROKEN.items():
        notebook(key, STYLES[key])
        slug, _, name = key.partition(".")
        file = answers.path(slug)
        kept = file.read_text(encoding="utf-8")
        kept = re.sub(rf"(def {name}\(.*\n)", rf"\1    {body}\n", kept)
        file.write_text(kept, encoding="utf-8")
    said, _ = made(capsys, tmp_path / "broken")
    for key, (_, why) in BROKEN.items():
        line = next(line for line in said.splitlines() if line.startswith(f"Your {key} is left"))
        assert why in line
    assert f"my_gpt.py: 1 of {len(STYLES)} parts are yours (scores" in said
    assert written(tmp_path / "broken", *GREEDY).stdout == greedy + "\n"


def test_a_seed_gives_a_text_and_bad_words_give_a_sentence(capsys, tmp_path):
    folder = tmp_path / "words"
    made(capsys, folder)
    one, same, other = (written(folder, "--n", "40", "--seed", s).stdout for s in "112")
    assert one == same != other
    bad = written(folder, "--prompt", "é")
    assert (bad.returncode, bad.stderr.count("\n")) == (1, 1)
    assert "character 'é' at place 0" in bad.stderr
    (folder / "small_gpt.safetensors").unlink()
    lost = written(folder)
    assert (lost.returncode, lost.stderr.count("\n")) == (1, 1)


def test_it_replaces_its_own_file_and_no_other(capsys, tmp_path):
    folder = tmp_path / "twice"
    made(capsys, folder)
    made(capsys, folder)
    (folder / "my_gpt.py").write_text("print('my own work')\n")
    assert command.main(["mine", "--out", str(folder / "my_gpt.py")]) == 1
    assert "is something else" in capsys.readouterr().err
    assert command.main(["mine", "--out", str(tmp_path / "no" / "my_gpt.py")]) == 1
    assert "There is no folder" in capsys.readouterr().err


def test_what_it_suggests_can_be_pasted_and_what_lies_beside_it_is_told(capsys, tmp_path):
    folder = tmp_path / "a b"
    folder.mkdir()
    assert command.main(["mine", "--out", str(folder / "my gpt.py")]) == 0
    said = capsys.readouterr().out
    (beside,) = {file.name for file in folder.iterdir()} - {"my gpt.py"}
    assert beside in said
    with pytest.raises(SystemExit):
        command.main(["mine", "--help"])
    assert beside in capsys.readouterr().out
    _, *words = shlex.split(said.split("Let it write: ")[1])
    done = subprocess.run([sys.executable, *words, "--length", "3"], capture_output=True, text=True)
    assert done.stdout.startswith("ROMEO:")


def test_an_edit_is_kept_under_a_date_and_what_is_as_written_leaves_no_copy(capsys, tmp_path):
    folder = tmp_path / "edited"
    _, text = made(capsys, folder)
    assert "it is kept" not in made(capsys, folder)[0]
    assert len(list(folder.iterdir())) == 2
    names = {}
    for edit in (text + "print('mine')\n", text.replace("300", "301"), text.rsplit("# ", 1)[0]):
        (folder / "my_gpt.py").write_text(edit, encoding="utf-8")
        said, again = made(capsys, folder)
        assert again == text
        names |= {file: edit for file in folder.glob("my_gpt.kept *.py") if file not in names}
        assert said.splitlines()[0].endswith(f"it is kept as {list(names)[-1].name}.")
    assert [file.read_text(encoding="utf-8") for file in names] == list(names.values())
    assert len(names) == 3
    (folder / "small_gpt.safetensors").write_bytes(b"weights of my own")
    assert "small_gpt.kept" in made(capsys, folder)[0]
    (kept,) = folder.glob("small_gpt.kept *")
    assert kept.read_bytes() == b"weights of my own"


def test_every_part_has_its_reader():
    program = mine.Program({})
    assert all(piece.users for piece in program.pieces.values() if piece.name != "main")
    assert program.whose()[0] == []


@pytest.mark.parametrize(
    ("code", "new"),
    [
        ("def f(x):\n    return g(x) + g", "def f(x):\n    return h(x) + h"),
        ("def f(g):\n    return g(1)", "def f(g):\n    return g(1)"),
        ("def f(x, y=g):\n    g = 1\n    return g", "def f(x, y=h):\n    g = 1\n    return g"),
        ("def g(x):\n    return g(x - 1)", "def h(x):\n    return h(x - 1)"),
        ("@g\ndef f(é):\n    return 'g', é, g", "@h\ndef f(é):\n    return 'g', é, h"),
        ("g = [g for g in range(3)]", "h = [g for g in range(3)]"),
        ("f = lambda: [g for x in y]", "f = lambda: [h for x in y]"),
        ("class f:\n    a = g\n    def m(self):\n        return self.g, g(g=g)",
         "class f:\n    a = h\n    def m(self):\n        return self.g, h(g=h)"),
        ("from a import g", "from a import g as h"),
        ("import a.b as g", "import a.b as h"),
    ],
)  # fmt: skip
def test_only_what_is_global_is_renamed(code, new):
    assert statements.renamed(code, "g", "h") == new
