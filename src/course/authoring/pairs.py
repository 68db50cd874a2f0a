"""Keep notebooks/text/*.py and notebooks/*.ipynb equal, by content and never by file times.

A pair is in step when both hold the same cells: type, source and the metadata that
jupytext.toml keeps. Outputs live in the notebook alone.
"""

import os
from pathlib import Path

import jupytext
import nbformat
from jupytext.config import load_jupytext_config
from nbformat import NotebookNode

from course.authoring.checkout import CourseError, notebook_path, text_path

_PERCENT = {"extension": ".py", "format_name": "percent"}
_KEPT = ("tags", "nbgrader", "editable", "deletable")


def write_atomically(path: Path, text: str) -> None:
    """Write `path` whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    os.replace(part, path)


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
        raise CourseError(f"{name} is not a readable notebook: {error}") from error


def cells(notebook: NotebookNode) -> list[tuple]:
    """Return what a pair must agree on: type, source and kept metadata of each cell."""
    return [
        (cell.cell_type, cell.source, {k: cell.metadata[k] for k in _KEPT if k in cell.metadata})
        for cell in notebook.cells
    ]


def read_text(root: Path, stem: str) -> NotebookNode:
    """Read one lesson's text as a notebook."""
    path = text_path(root, stem)
    if not path.is_file():
        raise CourseError(f"notebooks/text/{stem}.py is missing; `course sync` writes it.")
    return from_text(path.read_text(encoding="utf-8"), root)


def read_notebook(root: Path, stem: str) -> NotebookNode:
    """Read one lesson's executed notebook."""
    path = notebook_path(root, stem)
    if not path.is_file():
        raise CourseError(f"notebooks/{stem}.ipynb is missing; `course build {stem}` makes it.")
    return from_json(path.read_text(encoding="utf-8"), path.name)
