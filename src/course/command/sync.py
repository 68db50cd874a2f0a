"""`course sync`: keep each notebook and its text equal, whichever of the two was edited."""

import argparse

from course.words import say, say_n


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course sync`."""
    parser.add_argument(
        "what", nargs="*", metavar="NN", help="lessons by number, name or title (default: all)"
    )
    parser.add_argument("--check", action="store_true", help="change nothing; 1 if any differ")
    parser.add_argument(
        "--from",
        dest="source",
        choices=("text", "notebooks"),
        help="the side to copy from (default: the one that differs from the last commit)",
    )


def run(args: argparse.Namespace) -> int:
    """Bring the pairs in step, or say which are not."""
    from course.authoring import checkout, pairs, readme
    from course.command import choosing

    root = checkout.find_root()
    stems = choosing.stems(root, args.what)
    apart = [stem for stem in stems if not pairs.equal(root, stem)]
    if args.check:
        for stem in apart:
            print(say("{lesson}: notebook and text differ", lesson=stem))
        return 1 if apart else 0
    if not args.what and readme.sync(root):
        print(say("README.md: its tables are made anew."))
    for stem in apart:
        print(f"{stem}: {pairs.sync(root, stem, args.source)}")
    if not apart:
        print(say_n("{n} pair is in step.", "{n} pairs are in step.", len(stems)))
    return 0
