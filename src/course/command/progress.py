"""`course progress`: what you have done so far, where it is kept, and what comes next."""

import argparse
from pathlib import Path

from course.words import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course progress`."""
    parser.add_argument("--reset", action="store_true", help="begin afresh (asks; the old is kept)")
    parser.add_argument("--yes", action="store_true", help="don't ask")
    parser.add_argument("--export", type=Path, metavar="FILE", help="write a copy, to hand in")


def run(args: argparse.Namespace) -> None:
    """Print the course's map with your progress on it, or do what was asked."""
    if args.export:
        _export(args.export)
    elif args.reset:
        _reset(args.yes)
    else:
        _show()


def _show() -> None:
    from course.learner import home, progress
    from course.lessons import map

    shown = map.show()
    print(shown)
    print(shown.next_step())
    desk = home.folder()
    if desk.is_file() and progress.path() == progress.old_path():
        print(
            say(
                "{desk} is a file, and must be a folder: what was kept there isn't counted here. "
                "Move the file away, and `course lab` makes the folder.",
                desk=desk,
            )
        )
    if progress.path().exists():
        print(say("Kept in {file}.", file=progress.path()))
    else:
        print(say("Nothing is kept yet."))


def _export(to: Path) -> None:
    from course.command import refused
    from course.learner import progress

    refused.homeless(to)
    progress.export(to)
    print(say("Your progress is written to {file}.", file=to))


def _reset(yes: bool) -> None:
    from course.command import asking
    from course.learner import progress

    question = say("Forget all progress in {file}? The old file is kept.", file=progress.path())
    if not asking.agreed(question, yes=yes):
        print(say("Nothing was changed."))
    elif kept := progress.reset():
        print(say("You begin afresh. The old file is kept as {file}.", file=kept.name))
    else:
        print(say("There was no progress to forget."))
