"""Shared by all tests."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    """Keep the tests' answers apart from the progress and the desk of whoever runs them."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "desk"))


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
