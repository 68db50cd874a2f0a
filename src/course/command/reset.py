"""`course reset NN`: a fresh copy of a lesson on your desk; the old one is kept."""

import argparse

from course.words import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course reset`."""
    parser.add_argument("what", nargs="+", metavar="NN", help="lessons by number, name or title")
    parser.add_argument("--yes", action="store_true", help="don't ask")


def run(args: argparse.Namespace) -> None:
    """Hand the lessons out afresh, each after a question."""
    from course.authoring import checkout
    from course.command import asking, choosing
    from course.lessons.desk import Desk

    root = checkout.find_root()
    desk = Desk(root)
    for stem in choosing.built(root, args.what):
        question = say("Make a fresh copy of {file}? Yours is kept.", file=desk.path(stem))
        if desk.path(stem).exists() and not asking.agreed(question, yes=args.yes):
            print(say("{stem} stays as it is.", stem=stem))
            continue
        kept = desk.reset(stem)
        print(say("{stem} is fresh.", stem=stem), _kept(kept, desk))


def _kept(file, desk) -> str:
    if file is None:
        return ""
    name = file.relative_to(desk.folder).as_posix()
    sentence = (
        "Yours is kept as {file}; in JupyterLab, File, then Open from Path… opens it. If the "
        "lesson is open there, close its tab without saving, and open it again."
    )
    return say(sentence, file=name)
