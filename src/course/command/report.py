"""`course report`: a class's progress files in one table."""

import argparse
import time
from pathlib import Path

from course import files
from course.words import say


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
    parser.add_argument(
        "--names", action="store_true", help="say who is stuck, by what the files are called"
    )
    parser.add_argument(
        "--follow", action="store_true", help="read again every few seconds, until Ctrl-C"
    )


SECONDS = 5  # from one reading to the next


def run(args: argparse.Namespace) -> int:
    """Print who tried and passed which exercise, and who misunderstood what; 1 if a file is bad."""
    from course.command import refused
    from course.learner import report

    refused.homeless(args.csv, args.html)
    done = report.report(args.files)
    _show(done, args)
    try:
        while args.follow:
            time.sleep(SECONDS)
            now = report.report(args.files)
            if now != done:
                done = now
                _show(done, args)
    except KeyboardInterrupt:
        print()
    return 1 if done.bad else 0


def _show(done, args: argparse.Namespace) -> None:
    """Print the table, and write it wherever it is wanted; one of nobody isn't written."""
    print(done.text(args.names), flush=True)
    for out, made in ((args.csv, _csv), (args.html, _html)):
        if out and not done.learners:
            print(say("{file} isn't written: there is nobody to count.", file=out))
        elif out:
            files.replace(out.resolve(), made(done, args))
            print(say("Written to {file}.", file=out), flush=True)


def _csv(done, args: argparse.Namespace) -> str:
    return done.csv(args.names)


def _html(done, args: argparse.Namespace) -> str:
    from course.lessons import class_page

    return class_page.html(done, names=args.names, every=SECONDS if args.follow else 0)
