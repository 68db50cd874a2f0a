"""Shared by all tests."""

import gc
import itertools
import os
import sys
from pathlib import Path

import hypothesis
import pytest

BROWSER = "test_browser.py"  # some thirty seconds a lesson

NUMBERS = itertools.count()

hypothesis.settings.load_profile("ci")  # the same examples each time, and no clock
pytest_plugins = ["pytester"]


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What is collected lives to the end, so it isn't searched for garbage again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What takes longest comes first, so that no worker ends long after the others."""
    items.sort(key=lambda item: (item.path.name != BROWSER, item.path.suffix != ".ipynb"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give a worker a file at a time; of the browser's tests, all of one lesson."""
    from xdist.scheduler import LoadFileScheduling

    class OneLesson(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file, _, test = nodeid.partition("::")
            return file + test.partition("[")[2] if file.endswith(BROWSER) else file

    return OneLesson(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def folders(tmp_path_factory) -> Path:
    """Where a test that asks for no `tmp_path` has a folder too, at a third of its cost."""
    return tmp_path_factory.mktemp("folders")


@pytest.fixture(autouse=True)
def own_progress(request, folders, monkeypatch):
    """Keep the tests' answers apart from the progress and the desk of whoever runs them."""
    if "tmp_path" in request.fixturenames:
        folder = request.getfixturevalue("tmp_path")
    else:
        folder = folders / str(next(NUMBERS))
        folder.mkdir()
    monkeypatch.setenv("COURSE_PROGRESS", str(folder / "progress.json"))
    monkeypatch.setenv("COURSE_HOME", str(folder / "desk"))


@pytest.fixture(autouse=True)
def own_dtype():
    """Put PyTorch's default data type back: the setup cells of some lessons change it."""
    torch = sys.modules.get("torch")
    before = torch and torch.get_default_dtype()
    yield
    if torch := sys.modules.get("torch"):
        torch.set_default_dtype(before or torch.float32)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture
def checkout(tmp_path, root, monkeypatch):
    """A small checkout to work in: `write(name, text)` adds a lesson's text."""
    folder = tmp_path / "checkout"
    (folder / "notebooks" / "text").mkdir(parents=True)
    settings = (root / "jupytext.toml").read_text(encoding="utf-8")
    (folder / "jupytext.toml").write_text(settings, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def write(checkout):
    """Write the text of a lesson of the small checkout."""

    def write(stem: str, text: str) -> Path:
        path = checkout / "notebooks" / "text" / f"{stem}.py"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def missing(what: str):
    """Skip for want of a browser, or fail where one is required."""
    sentence = f"{what} is not installed, so nobody has looked at the notebooks"
    if os.environ.get("COURSE_REQUIRE_BROWSER"):
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture(scope="module")
def browser():
    """A real browser; tests of one module share it."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright")
    import lab_page

    from course.authoring import paper

    if (path := paper.browser()) is None:
        missing("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=lab_page.CHROMIUM)
        yield browser.new_context(viewport={"width": 1120, "height": 1500})  # one cache for all
        browser.close()
