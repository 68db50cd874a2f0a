"""A notebook's file, read with care: a damaged one is a sentence that names it."""

from __future__ import annotations

import json
from pathlib import Path

from course.words import say


class Trouble(ValueError):
    """A copy or a lesson that can't be read or written: which, why, and how to mend it."""


def read(file: Path) -> dict:
    """Read a notebook.

    Raises
    ------
    Trouble
        If it is missing, can't be read, or is no notebook; its sentence names the file.
    """
    try:
        notebook = json.loads(file.read_text(encoding="utf-8-sig"))
        json.dumps(notebook, ensure_ascii=False).encode()  # half a character can't be written again
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise Trouble(say("{file} can't be read: {reason}.", file=file, reason=reason)) from error
    except json.JSONDecodeError as error:
        sentence = "{file} is damaged: it breaks off or is garbled at line {line}."
        raise Trouble(say(sentence, file=file, line=error.lineno)) from error
    except (ValueError, RecursionError) as error:
        raise Trouble(say("{file} is damaged: it is no text of a notebook.", file=file)) from error
    if not _sound(notebook):
        raise Trouble(say("{file} is damaged: it holds no cells of a notebook.", file=file))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def _sound(notebook) -> bool:
    """Tell whether this is a notebook's content, as far as we lean on it."""
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        return False
    if not isinstance(notebook.setdefault("metadata", {}), dict):
        return False
    return all(
        isinstance(cell, dict)
        and cell.get("cell_type") in ("code", "markdown", "raw")
        and isinstance(cell.get("source"), str | list)
        and isinstance(cell.setdefault("metadata", {}), dict)
        and isinstance(cell.setdefault("id", f"cell-{n}"), str)
        and all(isinstance(line, str) for line in cell["source"])
        for n, cell in enumerate(notebook["cells"])
    )


def as_text(notebook: dict) -> str:
    """Return the bytes, as text, of a notebook's file: sources as lists of lines, as Jupyter's."""
    cells = [
        cell | {"source": cell["source"].splitlines(keepends=True)} for cell in notebook["cells"]
    ]
    whole = notebook | {"cells": cells}
    return json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
