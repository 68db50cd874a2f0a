"""`course report`: a class's progress files in one table."""

import argparse
from pathlib import Path

from course.words import say, say_n

HEADER = ("exercise", "misconception", "learners", "times")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course report`."""
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="progress files, or folders that hold them at any depth",
    )


def run(args: argparse.Namespace) -> None:
    """Print which exercise and which misconception, how many learners and how often."""
    from course.learner import progress

    files = found(args.files)
    rows = [HEADER, *(tuple(map(str, row)) for row in progress.report(files))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    print(say_n("{n} learner", "{n} learners", len(files)))
    for row in rows:
        line = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        print(line.rstrip())


def found(places: list[Path]) -> list[Path]:
    """Return the files named, and for each folder the progress files below it.

    Raises
    ------
    CourseError
        If a folder holds none.
    """
    from course.authoring.checkout import CourseError

    files = []
    for place in places:
        inside = sorted(place.rglob("*.json")) if place.is_dir() else [place]
        inside = [file for file in inside if ".damaged-" not in file.name]
        if not inside:
            raise CourseError(say("{folder} holds no progress file (*.json).", folder=place))
        files += inside
    return files
