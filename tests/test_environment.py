"""One list of dependencies, told three times: pyproject.toml, environment.yml, constraints.txt."""

import ast
import contextlib
import re
import runpy
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

# What conda-forge calls differently, and why: builds without CUDA, and without Qt.
CONDA = {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base"}


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def required(project):
    """Everything that a learner or a maintainer needs."""
    extras = project["optional-dependencies"]
    return [Requirement(line) for line in project["dependencies"] + extras["test"]]


@pytest.fixture(scope="module")
def environment(root):
    """Lines of environment.yml's list: (name, specifier, reason)."""
    text = (root / "environment.yml").read_text(encoding="utf-8")
    line = re.compile(r"^(?:  |      )- ([\w-]+)([<>=!~][^ #]*)?(?: *# (.*))?$", re.MULTILINE)
    lists = text.split("dependencies:")[1]
    return {name: (spec or "", reason or "") for name, spec, reason in line.findall(lists)}


def normal(spec: str) -> SpecifierSet:
    """Read conda's ``=1.2.3`` and pip's ``==1.2.3`` alike."""
    return SpecifierSet(re.sub(r"^=(?!=)", "==", spec))


def test_conda_gets_what_pip_gets(required, environment):
    wanted = {CONDA.get(r.name, r.name): r.specifier for r in required}
    given = {
        name: normal(spec)
        for name, (spec, _) in environment.items()
        if name not in ("python", "pip")
    }
    assert given == wanted


def test_each_dependency_has_its_reason(environment):
    for name, (_, reason) in environment.items():
        assert name == "pip" or len(reason.split()) >= 2, f"{name} has no reason"


def test_only_conda_forge_is_asked_and_the_course_itself_installed(root):
    text = (root / "environment.yml").read_text(encoding="utf-8")
    assert re.findall(r"^channels:\n((?:  - .*\n)+)", text, re.M) == ["  - conda-forge\n"]
    assert re.search(r"- pip:\n\s+- (--editable|-e) \.", text)


def test_both_ask_for_the_same_python(project, environment):
    assert normal(environment["python"][0]) == SpecifierSet(project["requires-python"])


def test_the_pinned_versions_satisfy_the_required_ones(root, required):
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    assert all(len(pin) == 2 for pin in pins), "every pin is exact"
    exact = {name.lower().replace("_", "-"): Version(version) for name, version in pins}
    for requirement in required:
        assert requirement.specifier.contains(exact[requirement.name.lower()], prereleases=True)


def test_each_pinned_version_takes_the_oldest_python(root):
    """README promises Python 3.11; a package may want a later patch of it than Debian 12 has."""
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    names = [line.partition("==")[0] for line in lines if line and not line.startswith("#")]
    asked = {}
    for name in names:
        with contextlib.suppress(metadata.PackageNotFoundError):  # pinned for another system
            asked[name] = metadata.metadata(name).get("Requires-Python") or ""
    assert len(asked) > 100
    assert {n: r for n, r in asked.items() if not SpecifierSet(r).contains("3.11.0")} == {}


def test_nbval_is_exact_because_the_plugin_is_written_against_it(required):
    (nbval,) = [r for r in required if r.name == "nbval"]
    assert str(nbval.specifier) == "==0.11.0"


def test_old_pythons_can_read_the_starter(root):
    """Python 2.7 must meet a sentence and no SyntaxError: nothing that it cannot parse."""
    text = (root / "start.py").read_text(encoding="utf-8")
    assert text.isascii()
    for node in ast.walk(ast.parse(text)):
        assert not isinstance(node, ast.JoinedStr | ast.AnnAssign | ast.NamedExpr | ast.Nonlocal)
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            assert not any(isinstance(x, ast.Starred) for x in node.elts), ast.unparse(node)
        if isinstance(node, ast.arguments):
            assert not node.kwonlyargs
            assert not any(argument.annotation for argument in node.args)


def test_a_missing_wheel_is_not_told_as_a_silent_registry(root, capsys):
    start = runpy.run_path(str(root / "start.py"), run_name="start")
    told = {
        "ERROR: No matching distribution found for torch==2.13.0": "no torch==2.13.0 for Python",
        "WARNING: Retrying after connection broken by 'NewConnectionError'\n"
        "ERROR: No matching distribution found for torch==2.13.0": "could not be reached",
        "ERROR: No space left on device": "disk is full",
        "ERROR: something else": "pip failed",
    }
    for log, sentence in told.items():
        with pytest.raises(SystemExit, match=sentence):
            start["explain_failure"](log)


def test_a_lesson_is_chosen_by_number_or_name(root, monkeypatch):
    start = runpy.run_path(str(root / "start.py"), run_name="start")
    monkeypatch.chdir(root)
    for word in ("12", "attention", "12_attention"):
        chosen = start["of_one_lesson"](["--lesson", word, "-x"])
        assert "notebooks/12_attention.ipynb" in chosen
        assert chosen[-1] == "-x"
    with pytest.raises(SystemExit, match="There is no lesson 'attentoin'"):
        start["of_one_lesson"](["--lesson", "attentoin"])


def test_nothing_local_or_remote_is_pinned_to(root):
    for name in ("pyproject.toml", "constraints.txt", "environment.yml"):
        text = (root / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://|file:|@ ", text), f"{name} names a place"


def test_each_dependency_is_used(root, project):
    """A package that nothing imports or starts is deleted, not kept."""
    places = (
        [p for f in ("src", "tests", "bench") for p in (root / f).rglob("*.py")]
        + [root / "start.py", root / "pyproject.toml"]
        + [p for p in (root / "notebooks" / "text").glob("*.py")]
    )
    text = "\n".join(
        p.read_text(encoding="utf-8") for p in places if p.name != "test_environment.py"
    )
    names = {
        "axe-playwright-python": "axe_playwright_python",
        "scikit-learn": "sklearn",
        "pytest-xdist": "--dist",
    }
    extras = project["optional-dependencies"].values()
    for line in [*project["dependencies"], *(line for extra in extras for line in extra)]:
        name = names.get(Requirement(line).name, Requirement(line).name)
        word = re.escape(name)
        assert re.search(rf"^\s*(?:import|from) {word}\b|[\"']{word}[\"']", text, re.M), name
