"""Keep notebooks/text/*.py and notebooks/*.ipynb equal, by content and never by file times.

A pair is in step when both hold the same cells: type, source and the metadata that
jupytext.toml keeps. Outputs live in the notebook alone.
"""

import subprocess
from pathlib import Path

import jupytext
import nbformat
from jupytext.combine import combine_inputs_with_outputs
from jupytext.config import load_jupytext_config
from nbformat import NotebookNode

from course import files
from course.authoring.checkout import CourseError, notebook_path, text_path
from course.words import say

_PERCENT = {"extension": ".py", "format_name": "percent"}
KEPT = ("tags", "nbgrader", "editable", "deletable")


def from_text(text: str, root: Path) -> NotebookNode:
    """Return the notebook, without outputs, that a percent script stands for."""
    notebook = jupytext.reads(text, fmt=_PERCENT, config=load_jupytext_config(str(root)))
    notebook.metadata.pop("jupytext", None)
    return notebook


def to_text(notebook: NotebookNode, root: Path) -> str:
    """Return the percent script of a notebook."""
    return jupytext.writes(notebook, fmt=_PERCENT, config=load_jupytext_config(str(root)))


def from_json(text: str, name: str = "the notebook") -> NotebookNode:
    """Return the notebook that an .ipynb file holds.

    Raises
    ------
    CourseError
        If it is no notebook.
    """
    try:
        return nbformat.reads(text, as_version=4)
    except Exception as error:
        sentence = "{name} is not a readable notebook: {error}"
        raise CourseError(say(sentence, name=name, error=error)) from error


def cells(notebook: NotebookNode) -> list[tuple]:
    """Return what a pair must agree on: type, source and kept metadata of each cell."""
    return [
        (cell.cell_type, cell.source, {k: cell.metadata[k] for k in KEPT if k in cell.metadata})
        for cell in notebook.cells
    ]


def read_text(root: Path, stem: str) -> NotebookNode:
    """Read one lesson's text as a notebook."""
    path = text_path(root, stem)
    if not path.is_file():
        sentence = "notebooks/text/{stem}.py is missing; `course sync` writes it."
        raise CourseError(say(sentence, stem=stem))
    return from_text(path.read_text(encoding="utf-8"), root)


def read_notebook(root: Path, stem: str) -> NotebookNode:
    """Read one lesson's executed notebook."""
    path = notebook_path(root, stem)
    if not path.is_file():
        sentence = "notebooks/{stem}.ipynb is missing; `course build {stem}` makes it."
        raise CourseError(say(sentence, stem=stem))
    return from_json(path.read_text(encoding="utf-8"), path.name)


def equal(root: Path, stem: str) -> bool:
    """Say whether notebook and text exist and hold the same cells."""
    if not (notebook_path(root, stem).is_file() and text_path(root, stem).is_file()):
        return False
    return cells(read_text(root, stem)) == cells(read_notebook(root, stem))


def sync(root: Path, stem: str, source: str | None = None) -> str:
    """Copy the edited side of a pair over the other; returns what was done.

    The edited side is the one whose cells differ from the last commit. Outputs of cells that
    did not change are kept.

    Parameters
    ----------
    source
        ``"text"`` or ``"notebooks"`` settles the direction beforehand.

    Raises
    ------
    CourseError
        If both sides were edited, or neither but they differ: nobody can tell which is meant.
    """
    source = source or edited(root, stem)
    if source == "text":
        fresh = read_text(root, stem)
        if notebook_path(root, stem).is_file():
            fresh = combine_inputs_with_outputs(fresh, read_notebook(root, stem))
        files.replace(notebook_path(root, stem), nbformat.writes(fresh) + "\n")
        return say(
            "The notebook now follows the text; `course build {stem}` executes it.", stem=stem
        )
    files.replace(text_path(root, stem), to_text(read_notebook(root, stem), root))
    return say("The text now follows the notebook.")


def edited(root: Path, stem: str) -> str:
    """Return the side, ``"text"`` or ``"notebooks"``, that differs from the last commit.

    Raises
    ------
    CourseError
        If that is not exactly one of the two.
    """
    text, notebook = text_path(root, stem), notebook_path(root, stem)
    if not text.is_file() or not notebook.is_file():
        return "text" if text.is_file() else "notebooks"
    was = {path: _committed(root, path) for path in (text, notebook)}
    changed = []
    if was[text] is None or cells(from_text(was[text], root)) != cells(read_text(root, stem)):
        changed.append("text")
    if was[notebook] is None or (
        cells(from_json(was[notebook], stem)) != cells(read_notebook(root, stem))
    ):
        changed.append("notebooks")
    if len(changed) == 1:
        return changed[0]
    sentence = (
        "{stem}: notebook and text differ, and both were edited since the last commit. Say which "
        "one is right: `course sync {stem} --from text` or `--from notebooks`."
    )
    if not changed:
        sentence = (
            "{stem}: notebook and text differ, and neither was edited since the last commit. Say "
            "which one is right: `course sync {stem} --from text` or `--from notebooks`."
        )
    raise CourseError(say(sentence, stem=stem))


def _committed(root: Path, path: Path) -> str | None:
    """Return a file's text in the last commit; None if it is not there."""
    name = path.relative_to(root).as_posix()
    try:
        shown = subprocess.run(
            ["git", "show", f"HEAD:./{name}"], cwd=root, capture_output=True, check=False
        )
    except FileNotFoundError:  # no git on this machine
        return None
    return shown.stdout.decode("utf-8") if shown.returncode == 0 else None
