"""The archive for a room without a network, made of small wheels that lie in a folder."""

import runpy
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from course.authoring import bundle, wheels
from course.authoring.checkout import CourseError

BESIDE = str(Path(sys.executable).parent)
needs_pip_and_uv = pytest.mark.skipif(
    not all(shutil.which(name, path=BESIDE) for name in ("pip", "uv")),
    reason="pip or uv is not installed in this environment",
)
PROJECT = """\
[build-system]
requires = ["course-trial-builder"]
[project]
name = "small"
version = "1"
dependencies = ["torch>=2.7", "course-trial-library"]
"""
TORCH = "torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl"
LINUX = {"platforms": ["linux-x86_64"], "pythons": ["3.11"]}


def wheel(folder, name, python=">=3.8"):
    """Write a wheel that holds nothing."""
    project, version = name.split("-")[:2]
    inside = f"{project}-{version}.dist-info"
    about = f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n"
    tag = name.removesuffix(".whl").split("-", 2)[2]
    with zipfile.ZipFile(folder / name, "w") as new:
        new.writestr(f"{inside}/METADATA", f"{about}Requires-Python: {python}\n")
        new.writestr(f"{inside}/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\n")
        new.writestr(f"{inside}/RECORD", "")


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A folder of wheels, the only place that pip and uv are told of."""
    folder = tmp_path / "house"
    folder.mkdir()
    wheel(folder, TORCH)
    wheel(folder, "uv-999.0-py3-none-any.whl")
    wheel(folder, "course_trial_library-1.0-cp311-abi3-manylinux_2_17_x86_64.whl", ">=3.11.5")
    wheel(folder, "course_trial_library-1.0-cp311-abi3-win_amd64.whl")
    wheel(folder, "course_trial_builder-2.0-py3-none-any.whl")
    for name in ("PIP_NO_INDEX", "UV_OFFLINE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null" if sys.platform != "win32" else "nul")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def small(checkout, root):
    """A checkout with all that is shipped, and with much that isn't."""
    shutil.copy(root / "start.py", checkout)
    (checkout / "pyproject.toml").write_text(PROJECT)
    (checkout / "constraints.txt").write_text("torch==2.13.0\n")
    names = ("notebooks/00_first.ipynb", "notebooks/01_second.ipynb", "src/course/a.py")
    names += ("docs/page.md", "src/course/__pycache__/a.pyc", "src/x.egg-info/PKG-INFO")
    names += ("my_course/00_first.ipynb", ".git/config", "src/course/.a.py.12.part", "tests/b.py")
    for name in names:
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text(name)
    return checkout


def names(archive):
    with zipfile.ZipFile(archive) as inside:
        assert inside.testzip() is None
        assert all(name.startswith("llm-course/") for name in inside.namelist())
        return {name.removeprefix("llm-course/") for name in inside.namelist()}


@needs_pip_and_uv
def test_it_holds_the_lessons_and_the_wheels_of_one_kind_of_machine(house, small, tmp_path):
    out = tmp_path / "new" / "folder"
    (archive,) = bundle.bundle(small, ["00_first", "01_second"], out, **LINUX)
    assert [path.name for path in out.iterdir()] == [archive.name]
    assert archive.name.endswith("-linux-x86_64-python3.11.zip")
    brought = {f"wheels/{path.name}" for path in house.iterdir() if "win" not in path.name}
    text = {"INSTALL.txt", "start.py", "pyproject.toml", "constraints.txt", "jupytext.toml"}
    assert names(archive) == brought | text | {
        "notebooks/00_first.ipynb",
        "notebooks/01_second.ipynb",
        "src/course/a.py",
        "docs/page.md",
    }
    with zipfile.ZipFile(archive) as inside:
        told = inside.read("llm-course/INSTALL.txt").decode()
    assert "Linux x86_64 (glibc 2.28 or later)" in told
    assert "Python 3.11 (3.11.5 or later)" in told


@needs_pip_and_uv
def test_what_has_no_wheel_for_a_machine_is_named_and_the_old_archive_stands(
    house, small, tmp_path
):
    out = tmp_path / "out.zip"
    out.write_text("old")
    (house / TORCH).unlink()
    wheel(house, TORCH.replace("manylinux_2_28_x86_64", "win_amd64"))
    with pytest.raises(CourseError, match="torch"):
        bundle.bundle(small, ["00_first", "01_second"], out, **LINUX)
    assert out.read_text() == "old"
    assert not list(tmp_path.glob(".*"))


@needs_pip_and_uv
def test_without_a_network_it_says_so(house, small, tmp_path, monkeypatch):
    """Nothing listens at this port of this machine."""
    for name in ("PIP_NO_INDEX", "UV_OFFLINE", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(CourseError, match="registry could not be reached"):
        bundle.bundle(small, ["00_first", "01_second"], tmp_path / "out", **LINUX)
    assert not list((tmp_path / "out").iterdir())


def test_whatever_ends_it_early_leaves_nothing(small, tmp_path, monkeypatch):
    def interrupted(*_, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(wheels, "fill", lambda folder, *_: wheel(folder, TORCH))
    monkeypatch.setattr(zipfile.ZipFile, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bundle.bundle(small, ["00_first", "01_second"], tmp_path / "out", **LINUX)
    assert not list((tmp_path / "out").iterdir())


def test_some_lessons_alone_a_draft_and_an_unknown_python_are_refused(small, write, tmp_path):
    with pytest.raises(CourseError, match="every lesson"):
        bundle.bundle(small, ["00_first"], tmp_path)
    both = ["00_first", "01_second"]
    with pytest.raises(CourseError, match=r"runs on Python 3\.11, .*; 3\.9 was asked for"):
        bundle.bundle(small, both, tmp_path, platforms=["linux-x86_64"], pythons=["3.9"])
    write("02_draft", "# %%\n1;\n")
    with pytest.raises(CourseError, match="02_draft has no notebook"):
        bundle.bundle(small, [*both, "02_draft"], tmp_path)


def test_the_command_knows_every_system(root):
    text = (root / "src/course/command/build.py").read_text(encoding="utf-8")
    assert all(f'"{name}"' in text for name in wheels.SYSTEMS)


@pytest.fixture
def starter(root, tmp_path, monkeypatch):
    """The starter in an unpacked archive; gives its names, and a way to lay wheels there."""
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    shutil.copy(root / "constraints.txt", tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wheels").mkdir()
    start = runpy.run_path(str(root / "start.py"), run_name="start")

    def lay(python: str, platform: str):
        pinned = start["torch_pin"]().replace("==", "-")
        (tmp_path / "wheels" / f"{pinned}-{python}-{python}-{platform}.whl").touch()
        return start

    return lay


def test_the_starter_looks_into_the_wheels_and_nowhere_else(starter, monkeypatch):
    tag = wheels.SYSTEMS[wheels.here()].tags[0]
    start = starter(f"cp3{sys.version_info.minor}", tag)
    start["find_python"]()
    for name in ("PIP_NO_INDEX", "UV_FIND_LINKS", "UV_OFFLINE"):
        monkeypatch.setenv(name, "")  # put back at the end
    start["use_archive"]("lab")
    assert start["offline"]()
    with pytest.raises(SystemExit, match=r"INSTALL\.txt says which"):
        start["explain_failure"]("ERROR: No matching distribution found for numpy")
    with pytest.raises(SystemExit, match="the tests are in the repository"):
        start["use_archive"]("test")


def test_the_starter_says_for_which_machines_an_archive_is(starter, monkeypatch):
    start = starter(f"cp3{sys.version_info.minor}", "solaris_2_5_sparc")
    with pytest.raises(SystemExit, match=r"is for solaris_2_5_sparc; this machine is \w+"):
        start["use_archive"]("lab")


def test_the_starter_says_for_which_pythons_an_archive_is(starter, monkeypatch):
    monkeypatch.setenv("PATH", "")
    start = starter("cp399", "win_amd64")
    monkeypatch.setitem(start["find_python"].__globals__, "STAMP", "no environment")
    with pytest.raises(SystemExit, match=r"is for Python 3\.99; this is 3\.\d+ and no other"):
        start["find_python"]()


def test_a_later_release_that_all_need_is_found(tmp_path):
    wheel(tmp_path, "a-1.0-py3-none-any.whl", ">=3.11.5")
    wheel(tmp_path, "b-1.0-py3-none-any.whl", ">=3.11.2,!=3.11.6")
    assert "3.11.5 or later" in bundle.install(["linux-x86_64"], ["3.11"], tmp_path)
    assert "Python 3.12. 2 GB" in bundle.install(["linux-x86_64"], ["3.12"], tmp_path)
