"""Where a learner's own files lie: their copies of the lessons, progress and passed answers.

One folder, the desk: ``$COURSE_HOME`` where that is set, else ``my_course`` in the checkout that
the course is installed from, else (a read-only installation, a hub) ``my_course`` in the home
folder. Git ignores it, so that no tracked file is ever edited by learning.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

NAME = "my_course"
OURS = ".course"  # inside the desk: what the course keeps for itself
KEPT = "kept"  # inside the desk: old files under dated names
CHECKOUT = Path(__file__).resolve().parents[3]


def folder(checkout: Path | None = None) -> Path:
    """Return where the desk is, or would be.

    Parameters
    ----------
    checkout
        The checkout it belongs to; by default the one that the course is installed from.
    """
    if own := os.environ.get("COURSE_HOME"):
        return Path(own).expanduser().resolve()
    checkout = checkout or CHECKOUT
    if (checkout / "notebooks").is_dir() and os.access(checkout, os.W_OK):
        return checkout / NAME
    return Path.home() / NAME


def made(desk: Path) -> bool:
    """Tell whether a desk stands there."""
    return (desk / OURS).is_dir()


def dated(file: Path, into: Path | None = None) -> Path:
    """Return a free name for an old file that tells when it was put away.

    Parameters
    ----------
    into
        The folder to put it in; by default the one it is in.
    """
    now = f"{datetime.now():%Y-%m-%d %H.%M.%S}"
    into, number = into or file.parent, 1
    name = f"{file.stem}.kept {now}"
    while (place := into / f"{name}{file.suffix}").exists():
        number += 1
        name = f"{file.stem}.kept {now}-{number}"
    return place
