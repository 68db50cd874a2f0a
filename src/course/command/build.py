"""`course build [NN …]` executes the notebooks; with the name of an edition it makes that."""

import argparse
import importlib
from pathlib import Path

# name: module with a function of that name, (root, stems, out) -> paths written
EDITIONS = {
    "solutions": "course.authoring.editions",
    "nbgrader": "course.authoring.grading",
    "html": "course.authoring.pages",
    "pdf": "course.authoring.paper",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course build`."""
    parser.add_argument(
        "what",
        nargs="*",
        metavar="solutions|nbgrader|html|pdf|NN",
        help="lessons by number or name (default: all), an edition's name may lead",
    )
    parser.add_argument("--out", type=Path, help="folder of the edition (default: build/EDITION)")


def run(args: argparse.Namespace) -> None:
    """Execute, normalise and write the lessons asked for, or an edition of them."""
    from course.authoring import checkout, execute

    root = checkout.find_root()
    edition = args.what[0] if args.what and args.what[0] in EDITIONS else None
    stems = checkout.lessons(root, args.what[1:] if edition else args.what)
    if edition:
        make = getattr(importlib.import_module(EDITIONS[edition]), edition)
        written = make(root, stems, (args.out or root / "build" / edition).resolve())
    else:
        written = execute.build(root, stems)
    for path in written:
        print(f"{path.stem}: {path.stat().st_size / 1000:.0f} kB")
