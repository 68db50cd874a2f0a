"""Notebook and text as a pair: compared by content, copied from the side that was edited."""

import os
import subprocess

import pytest

from course.authoring import execute, pairs
from course.authoring.checkout import CourseError

STEM = "04_pair"
LESSON = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A title, $x^2$ and *more*

# %% tags=["setup"]
a = 1


# %% tags=["worked:layers.relu"]
def f(x):
    return x


# %%
f(a)
"""


def git(folder, *arguments):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def pair(checkout, write):
    """A committed pair in step."""
    write(STEM, LESSON)
    execute.build(checkout, [STEM], quiet=True)
    git(checkout, "init", "-q")
    git(checkout, "add", ".")
    git(checkout, "commit", "-qm", "pair")
    return checkout


def edit(path, old, new):
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")


def text(folder):
    return folder / "notebooks" / "text" / f"{STEM}.py"


def notebook(folder):
    return folder / "notebooks" / f"{STEM}.ipynb"


def test_a_built_pair_is_in_step(pair):
    assert pairs.equal(pair, STEM)


def test_there_and_back_changes_nothing(checkout):
    made = pairs.from_text(LESSON, checkout)
    again = pairs.from_text(pairs.to_text(made, checkout), checkout)
    assert pairs.cells(again) == pairs.cells(made)
    assert pairs.cells(made)[1] == ("code", "a = 1", {"tags": ["setup"]})


@pytest.mark.parametrize("older", ["text", "notebook"])
def test_file_times_say_nothing(pair, older):
    os.utime({"text": text, "notebook": notebook}[older](pair), (0, 0))
    assert pairs.equal(pair, STEM)


@pytest.mark.parametrize(
    ("old", "new"), [("a = 1", "a = 2"), ("setup", "other"), ("# # A", "# # B"), ("[markdown]", "")]
)
def test_any_difference_counts(pair, old, new):
    edit(text(pair), old, new)
    assert not pairs.equal(pair, STEM)


@pytest.mark.parametrize("when", [0, 4_000_000_000])
def test_an_edited_text_wins_whatever_its_time(pair, when):
    edit(text(pair), "f(a)", "f(a) + 1")
    os.utime(text(pair), (when, when))
    assert "follows the text" in pairs.sync(pair, STEM)
    assert pairs.equal(pair, STEM)
    assert pairs.read_notebook(pair, STEM).cells[-1].source == "f(a) + 1"


@pytest.mark.parametrize("when", [0, 4_000_000_000])
def test_an_edited_notebook_wins_whatever_its_time(pair, when):
    edit(notebook(pair), "a = 1", "a = 5")
    os.utime(notebook(pair), (when, when))
    assert "follows the notebook" in pairs.sync(pair, STEM)
    assert pairs.equal(pair, STEM)
    assert "a = 5" in text(pair).read_text()


def test_outputs_alone_are_no_edit(pair):
    edit(notebook(pair), '"1"', '"2"')
    assert pairs.equal(pair, STEM)


def test_both_edited_is_refused_and_nothing_is_lost(pair):
    edit(text(pair), "a = 1", "a = 2")
    edit(notebook(pair), "a = 1", "a = 3")
    before = text(pair).read_text(), notebook(pair).read_text()
    with pytest.raises(CourseError, match="both were edited"):
        pairs.sync(pair, STEM)
    assert (text(pair).read_text(), notebook(pair).read_text()) == before


@pytest.mark.parametrize(("side", "value"), [("text", "a = 2"), ("notebooks", "a = 3")])
def test_from_settles_it(pair, side, value):
    edit(text(pair), "a = 1", "a = 2")
    edit(notebook(pair), "a = 1", "a = 3")
    pairs.sync(pair, STEM, side)
    assert pairs.read_text(pair, STEM).cells[1].source == value
    assert pairs.equal(pair, STEM)


def test_neither_edited_yet_apart_is_refused(pair):
    edit(text(pair), "a = 1", "a = 2")
    git(pair, "commit", "-qam", "apart")
    with pytest.raises(CourseError, match="neither was edited"):
        pairs.sync(pair, STEM)


@pytest.mark.parametrize("lost", [text, notebook])
def test_a_lost_side_is_made_from_the_other(pair, lost):
    lost(pair).unlink()
    pairs.sync(pair, STEM)
    assert pairs.equal(pair, STEM)


def test_without_git_it_asks(checkout, write):
    write(STEM, LESSON)
    pairs.sync(checkout, STEM, "text")
    write(STEM, LESSON.replace("a = 1", "a = 2"))
    with pytest.raises(CourseError, match="--from text"):
        pairs.sync(checkout, STEM)


def test_unchanged_cells_keep_their_outputs(pair):
    edit(text(pair), "# # A title", "# # Another title")
    pairs.sync(pair, STEM)
    assert pairs.read_notebook(pair, STEM).cells[-1].outputs


def test_a_broken_notebook_is_a_sentence(pair):
    notebook(pair).write_text('{"cells": [')
    with pytest.raises(CourseError, match=f"{STEM}.ipynb is not a readable notebook"):
        pairs.equal(pair, STEM)
