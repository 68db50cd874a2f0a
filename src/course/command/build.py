"""`course build [NN …]` executes the notebooks; with the name of an edition it makes that."""

import argparse
import importlib
from pathlib import Path

from course import files
from course.words import say

# name: module with a function of that name, (root, stems, out) -> paths written
EDITIONS = {
    "bundle": "course.authoring.bundle",
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
        metavar="solutions|nbgrader|html|pdf|bundle|NN",
        help="lessons by number, name or title (default: all), an edition's name may lead",
    )
    parser.add_argument("--out", type=Path, help="folder of the edition (default: build/EDITION)")
    platforms = ("linux-x86_64", "linux-aarch64", "macos-arm64", "windows-amd64")
    parser.add_argument(
        "--platform",
        nargs="+",
        choices=platforms,
        metavar="NAME",
        help=say(
            "of a bundle: for which machines (default: this kind); {platforms}",
            platforms=", ".join(platforms),
        ),
    )
    parser.add_argument(
        "--python",
        nargs="+",
        metavar="3.NN",
        help="of a bundle: for which Pythons (default: this one)",
    )


def run(args: argparse.Namespace) -> None:
    """Execute, normalise and write the lessons asked for, or an edition of them."""
    from course.authoring import checkout, execute
    from course.command import choosing

    root = checkout.find_root()
    edition = args.what[0] if args.what and args.what[0] in EDITIONS else None
    stems = choosing.stems(root, args.what[1:] if edition else args.what, EDITIONS)
    if edition:
        make = getattr(importlib.import_module(EDITIONS[edition]), edition)
        out = (args.out or root / "build" / edition).resolve()
        files.probe(out)
        written = make(root, stems, out, **_of_a_bundle(args, edition))
    else:
        written = execute.build(root, stems)
    for path in written:
        size = path.stat().st_size
        told = f"{size / 1e3:.0f} kB" if size < 1e7 else f"{size / 1e6:.0f} MB"
        print(f"{path.stem}: {told}")
    if edition == "html":
        print(say("Open {file} in a browser.", file=written[0]))
    elif edition:
        print(say("Written to {file}.", file=out if len(written) > 1 else written[0]))


def _of_a_bundle(args: argparse.Namespace, edition: str) -> dict[str, list[str]]:
    """Return what was said of machines, which only a bundle is made for."""
    told = {"platforms": args.platform, "pythons": args.python}
    given = {name: values for name, values in told.items() if values}
    if given and edition != "bundle":
        raise ValueError(say("--platform and --python belong to `course build bundle`."))
    return given
