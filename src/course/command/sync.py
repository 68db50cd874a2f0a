"""`course sync`: keep each notebook and its text equal, whichever of the two was edited."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course sync`."""
    parser.add_argument("what", nargs="*", metavar="NN", help="lessons (default: all)")
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

    root = checkout.find_root()
    stems = checkout.lessons(root, args.what)
    apart = [stem for stem in stems if not pairs.equal(root, stem)]
    if args.check:
        for stem in apart:
            print(f"{stem}: notebook and text differ")
        return 1 if apart else 0
    if not args.what and readme.sync(root):
        print("README.md: its tables are made anew")
    for stem in apart:
        print(f"{stem}: {pairs.sync(root, stem, args.source)}")
    if not apart:
        print(f"{len(stems)} pairs are in step.")
    return 0
