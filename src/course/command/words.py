"""`course words`: every sentence that a learner reads, for translators."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course words`."""
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("course.pot"),
        metavar="FILE",
        help="where the gettext template goes (default: course.pot)",
    )


def run(args: argparse.Namespace) -> None:
    """Write the template and say how much is in it."""
    from course import files
    from course.authoring import sentences
    from course.command import refused
    from course.words import say_n

    refused.homeless(args.out)
    text = sentences.template()
    files.replace(args.out, text)
    n = text.count("\nmsgid ") - 1  # the first stands for the head
    print(say_n("{n} sentence is in {file}.", "{n} sentences are in {file}.", n, file=args.out))
