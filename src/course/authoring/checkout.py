"""Where the notebooks of this checkout are, and what is one of them."""

from pathlib import Path

from course.words import say


class CourseError(Exception):
    """Something the person at the keyboard can mend; its text is one sentence or two."""


def find_root(start: Path | None = None) -> Path:
    """Return the checkout that contains `start` (default: the current folder).

    Raises
    ------
    CourseError
        If neither `start` nor a folder above it is a checkout of the course.
    """
    start = Path(start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "jupytext.toml").is_file() and (folder / "notebooks").is_dir():
            return folder
    raise CourseError(
        say("{folder} is not inside a checkout of the course. Change to one with cd.", folder=start)
    )


def notebook_path(root: Path, stem: str) -> Path:
    """Return where the executed notebook lies."""
    return root / "notebooks" / f"{stem}.ipynb"


def text_path(root: Path, stem: str) -> Path:
    """Return where the text that it is made from lies."""
    return root / "notebooks" / "text" / f"{stem}.py"


def lessons(root: Path) -> list[str]:
    """Return the stems of all lessons.

    Raises
    ------
    CourseError
        If there is none.
    """
    texts, notebooks = (root / "notebooks/text").glob("*.py"), (root / "notebooks").glob("*.ipynb")
    stems = sorted({path.stem for path in (*texts, *notebooks)})
    if not stems:
        folder = root / "notebooks" / "text"
        raise CourseError(say("There is no lesson in {folder}.", folder=folder))
    return stems
