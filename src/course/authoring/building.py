"""`course build [NN …]`: execute the notebooks. `course build solutions`: the solved edition."""

import argparse
from pathlib import Path

EDITIONS = ("solutions", "nbgrader")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course build`."""
    parser.add_argument(
        "what",
        nargs="*",
        metavar="NN|solutions",
        help="lessons by number or name (default: all), after `solutions` for that edition",
    )
    parser.add_argument("--out", type=Path, help="folder of the edition (default: build/EDITION)")


def run(args: argparse.Namespace) -> None:
    """Execute, normalise and write the lessons asked for, or an edition of them."""
    from course.authoring import checkout, execute

    root = checkout.find_root()
    edition = args.what[0] if args.what and args.what[0] in EDITIONS else None
    stems = checkout.lessons(root, args.what[1:] if edition else args.what)
    if edition:
        from course.authoring import editions

        written = getattr(editions, edition)(root, stems, args.out or root / "build" / edition)
    else:
        written = execute.build(root, stems)
    for path in written:
        print(f"{path.stem}: {path.stat().st_size / 1000:.0f} kB")
