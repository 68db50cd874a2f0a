"""The `course` command: `course lab`, `doctor`, `progress`, `report`, `build`, `sync`, …

Each subcommand is a module with `add_arguments(parser)` and `run(args) -> int | None`, imported
only when it is asked for, so that `course --help` answers at once.
"""

import argparse
import importlib
import sys

# name: (module, what it does). The module is imported when the name is typed.
COMMANDS = {
    "lab": ("course.authoring.lab", "open the notebooks in JupyterLab"),
    "doctor": ("course.authoring.doctor", "say what is wrong with this installation"),
    "progress": ("course.authoring.progress", "show what you have done so far"),
    "report": ("course.authoring.report", "merge a class's progress files into one table"),
    "build": ("course.authoring.building", "execute the notebooks, or make an edition"),
    "sync": ("course.authoring.syncing", "keep notebooks and their texts equal"),
    "train": ("course.train", "train a small GPT on a text"),
    "generate": ("course.generate", "let a trained GPT write"),
}


def parser(name: str | None = None) -> argparse.ArgumentParser:
    """Return the command line's parser; only subcommand `name` gets its arguments."""
    from course import __version__

    top = argparse.ArgumentParser(prog="course", description="How large language models work.")
    top.add_argument("--version", action="version", version=__version__)
    table = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for word, (module, says) in COMMANDS.items():
        sub = table.add_parser(word, help=says, description=says[0].upper() + says[1:] + ".")
        if word == name:
            importlib.import_module(module).add_arguments(sub)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run the command; 0 is success, 1 an error told in a sentence, 2 a wrong command line."""
    from course.authoring.checkout import CourseError

    argv = sys.argv[1:] if argv is None else list(argv)
    name = next((word for word in argv if not word.startswith("-")), None)
    args = parser(name).parse_args(argv)
    try:
        return importlib.import_module(COMMANDS[args.command][0]).run(args) or 0
    except (CourseError, ValueError, OSError) as error:
        print(f"course {args.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"course {args.command}: stopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
