"""`course report`: a class's progress files in one table."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course report`."""
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="progress files, or folders that hold them at any depth",
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the table there as well")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page with more there")


def run(args: argparse.Namespace) -> int:
    """Print who tried and passed which exercise, and who misunderstood what; 1 if a file is bad."""
    from course import files
    from course.learner import report

    done = report.report(args.files)
    print(done.text())
    if args.csv:
        files.replace(args.csv.resolve(), done.csv())
    if args.html:
        from course.lessons import class_page

        files.replace(args.html.resolve(), class_page.html(done))
    return 1 if done.bad else 0
