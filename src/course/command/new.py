"""`course new SLUG --title "…" --part "…"`: write the draft of a lesson."""

import argparse

from course.words import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course new`."""
    parser.add_argument("slug", help="its name in code, as in attention")
    parser.add_argument("--title", required=True, help="its name in prose, as in Attention")
    parser.add_argument("--part", required=True, help="the part of the course it belongs to")
    parser.add_argument("--number", type=int, help="default: the first free one of its part")


def run(args: argparse.Namespace) -> None:
    """Write the draft, and say what comes next."""
    from course.authoring import checkout, draft

    root = checkout.find_root()
    written = draft.write(root, args.slug, title=args.title, part=args.part, number=args.number)
    for path in written:
        print(path.relative_to(root))
    stem = written[0].stem
    print(say("Next: `course build {stem}`, then `course sync` for the README.", stem=stem))
