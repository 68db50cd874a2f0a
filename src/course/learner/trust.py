"""A copy that the course has made opens as trusted: signed in a book of the desk's own.

JupyterLab shows scripts and vector pictures of a notebook that it doesn't know only once its cells
have run, for they might come from anybody. A copy comes from the checkout whose code the learner
runs anyway. So what we write is signed, and of what the learner has changed only what was trusted
before. The book and its key lie on the desk; the user's own are neither read nor written.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from course.learner import home


def book(desk: Path) -> Path:
    """Return the folder in which a desk keeps its signatures and their key."""
    return desk / home.OURS / "trust"


def ready(desk: Path) -> bool:
    """See that there is a folder for signatures; without one a server could open no notebook."""
    try:
        book(desk).mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(book(desk), os.W_OK)


def sign(desk: Path, text: str) -> None:
    """Sign a notebook's text as one to trust. A disk that takes no signature stops nothing."""
    with contextlib.suppress(OSError, sqlite3.Error, ValueError), _notary(desk) as notary:
        notary.sign(_read(text))


def signed(desk: Path, file: Path) -> bool:
    """Tell whether a notebook's file is, as it is now, one to trust."""
    with contextlib.suppress(OSError, sqlite3.Error, ValueError), _notary(desk) as notary:
        return notary.check_signature(_read(file.read_text(encoding="utf-8")))
    return False


def _read(text: str):
    import nbformat

    return nbformat.reads(text, as_version=4)


@contextlib.contextmanager
def _notary(desk: Path):
    """Open the desk's book of signatures."""
    from nbformat.sign import NotebookNotary

    book(desk).mkdir(parents=True, exist_ok=True)
    notary = NotebookNotary(data_dir=str(book(desk)))
    try:
        yield notary
    finally:
        notary.store.close()
