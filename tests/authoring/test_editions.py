"""The other editions: stubs filled from the package, for a learner who is done and for graders."""

import ast
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course import lessons
from course.authoring import checkout, editions, grading, pairs, twins
from course.authoring.checkout import CourseError
from course.checking import Exercise, source
from course.command import main as command
from course.networks import layers
from course.transformers import attention

ROOT = Path(__file__).resolve().parents[2]
STEMS = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]


@pytest.mark.parametrize("stem", STEMS)
def test_no_stub_is_left_and_all_imports_stand_in_the_setup_cell(stem):
    """That every check says done, the notebooks' own validation asks."""
    solved = editions.solve(pairs.read_text(ROOT, stem))
    for cell in solved.cells:
        if not twins.targets(cell, "exercise"):
            continue
        nodes = twins.definitions(cell.source).values()
        assert nodes
        assert not any(source.is_stub(node) for node in nodes)
    (setup,) = [cell for cell in solved.cells if "setup" in cell.metadata.get("tags", [])]
    compile(setup.source, "setup", "exec")


def test_the_command_writes_the_solved_edition_executed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert command.main(["build", "solutions", STEMS[0], "--out", str(tmp_path)]) == 0
    solved = nbformat.read(tmp_path / f"{STEMS[0]}.ipynb", as_version=4)
    counts = [cell.execution_count for cell in solved.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    editions.require_done(solved, STEMS[0])


def test_siblings_get_their_prefix_and_checks_go():
    source, imports = editions.solution("attention.attend_backward")
    assert "layers.softmax_backward(da, a)" in source
    assert imports == {"np": "import numpy as np", "layers": "from course.networks import layers"}
    source, imports = editions.solution("layers.cross_entropy")
    assert "-layers.log_softmax(z)" in source
    assert "_check" not in source
    assert source.splitlines()[1].endswith('labels: −(1/B) Σᵢ log softmax(zᵢ)[yᵢ]."""')
    assert imports["layers"] == "from course.networks import layers"


@pytest.mark.parametrize("target", ["layers.softmax", "layers.affine_backward", "attention.rotate"])
def test_a_solution_is_the_package_in_the_notebook_namespace(target):
    source, imports = editions.solution(target)
    namespace = {}
    exec("\n".join([*imports.values(), source]), namespace)
    answer = namespace[target.split(".")[1]]
    rng = np.random.default_rng(0)
    arguments = {
        "layers.softmax": (rng.normal(size=(2, 3)),),
        "layers.affine_backward": tuple(rng.normal(size=s) for s in [(2, 3), (2, 4), (4, 3)]),
        "attention.rotate": (rng.normal(size=(5, 4)), attention.angles(5, 4)),
    }[target]
    for got, expected in zip(answer(*arguments), twins.find(target)(*arguments), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_only_the_stub_is_replaced():
    source = "a = 1\n\n\n@wrap\ndef f(x):\n    ...  # two lines\n    # hint\n\n\nb = 2"
    assert editions.replace(source, "f", "def f(x):\n    return x") == (
        "a = 1\n\n\ndef f(x):\n    return x\n\n\nb = 2"
    )


def test_missing_imports_join_the_setup_cell_once():
    cell = new_code_cell("import numpy as np\n\nfrom course.networks import layers")
    needed = {
        "np": "import numpy as np",
        "math": "import math",
        "layers": "from course.networks import layers",
    }
    editions.add_imports(cell, needed)
    assert cell.source == "import numpy as np\n\nfrom course.networks import layers\nimport math"


def test_a_check_that_is_not_done_stops_the_edition():
    stub = new_code_cell("def softmax(z): ...", metadata={"tags": ["exercise:layers.softmax"]})
    said = new_output("display_data", {"text/plain": "softmax · case 1 of 6: your rows sum to 2"})
    check = new_code_cell("ex.softmax.check(softmax)", outputs=[said])
    notebook = new_notebook(cells=[stub, check])
    with pytest.raises(CourseError, match=r"does not accept layers.softmax: .* sum to 2"):
        editions.require_done(notebook, "04_x")
    said.data["text/plain"] = "softmax · done, 6 of 6 cases"
    editions.require_done(notebook, "04_x")


# --- the teacher's edition ------------------------------------------------------------------


@pytest.mark.parametrize("stem", STEMS)
def test_nbgrader_finds_an_answer_and_its_points_for_every_exercise(stem, tmp_path):
    (path,) = grading.nbgrader(ROOT, [stem], tmp_path)
    assert path == tmp_path / "source" / stem / f"{stem}.ipynb"
    made = nbformat.read(path, as_version=4)
    nbformat.validate(made)
    graded = [cell for cell in made.cells if "nbgrader" in cell.metadata]
    answers = [cell for cell in graded if cell.metadata.nbgrader.solution]
    checks = [cell for cell in graded if cell.metadata.nbgrader.grade]
    held = vars(lessons.bank(lessons.slug(stem))).values()
    bank = [exercise for exercise in held if isinstance(exercise, Exercise)]
    assert len(answers) == len(checks) == len(bank)
    assert sum(cell.metadata.nbgrader.points for cell in checks) == sum(e.difficulty for e in bank)
    ids = [cell.metadata.nbgrader.grade_id for cell in graded]
    assert len(ids) == len(set(ids))
    for cell in answers:
        assert given_out(cell.source).count("...") == 1
        for node in twins.definitions(given_out(cell.source)).values():
            assert source.is_stub(node)


def given_out(source: str) -> str:
    """What nbgrader makes of a cell with markers: the region becomes the code stub."""
    return re.sub(r" *### BEGIN SOLUTION.*### END SOLUTION", "    ...", source, flags=re.DOTALL)


def test_a_teacher_s_own_settings_stay(tmp_path):
    settings = tmp_path / "nbgrader_config.py"
    for _ in range(2):
        grading.nbgrader(ROOT, STEMS[:1], tmp_path)
        compile(settings.read_text(), "settings", "exec")
        settings.write_text("# mine\n" + settings.read_text())
    assert settings.read_text().startswith("# mine\n# mine\n")


# --- twins: what counts as equal ------------------------------------------------------------

SAME = [
    ("def f(x):\n    'Doc.'\n    return x", "def f(x: int) -> int:\n    return x"),
    ("def f(z):\n    return softmax(z)", "def f(z):\n    return layers.softmax(z)"),
    ("def f(x):\n    return x", "def f(x):\n    if x < 0:\n        raise ValueError\n    return x"),
    ("def f(x):\n    return x", "def f(x):\n    _check_shape(x)\n    return x"),
    ("def f(x):\n    return (x)  # why", "def f(x):\n    return x"),
    (
        "class A:\n    def f(self):\n        return 1",
        "class A:\n    'Doc.'\n    def f(self):\n        return 1",
    ),
]
OTHER = [
    ("def f(x):\n    return x", "def f(x):\n    return -x"),
    ("def f(x):\n    return x", "def f(y):\n    return y"),
    ("def f(x, k=1):\n    return x", "def f(x, k=2):\n    return x"),
    ("def f(x, k=1):\n    return x", "def f(x, *, k=1):\n    return x"),
    ("def f(x):\n    return np.exp(x)", "def f(x):\n    return exp(x)"),
    ("def f(x):\n    if x:\n        return 1\n    return x", "def f(x):\n    return x"),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs"), SAME)
def test_twins(ours, theirs):
    assert essence(ours) == essence(theirs)


@pytest.mark.parametrize(("ours", "theirs"), OTHER)
def test_no_twins(ours, theirs):
    assert essence(ours) != essence(theirs)


def essence(source):
    return twins.essence(ast.parse(source).body[0])


def test_the_package_is_found_by_tag():
    assert twins.find("layers.softmax") is layers.softmax
    for missing in ("layers.sofmax", "layer.softmax"):
        with pytest.raises(ValueError, match=f"no module of ideas holds {missing}"):
            twins.find(missing)


def test_there_is_a_lesson_to_hold_to_all_this():
    assert checkout.lessons(ROOT)
