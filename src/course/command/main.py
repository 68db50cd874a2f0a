"""The `course` command: `course lab`, `doctor`, `progress`, `report`, `build`, `sync`, …

Each subcommand is a module with `add_arguments(parser)` and `run(args) -> int | None`, imported
only when it is asked for, so that `course --help` answers at once.
"""

import argparse
import importlib
import os
import sys

from course.words import say

# For whom, and name: (module, what it does). The module is imported when the name is typed.
GROUPS = {
    "to learn": {
        "lab": ("course.command.lab", "open the notebooks in JupyterLab"),
        "progress": ("course.command.progress", "show what you have done so far"),
        "update": ("course.command.update", "bring changed lessons to your copies"),
        "reset": ("course.command.reset", "make a fresh copy of a lesson"),
        "doctor": ("course.command.doctor", "say what is wrong with this installation"),
    },
    "to build your own": {
        "train": ("course.command.train", "train a small GPT on a text"),
        "generate": ("course.command.generate", "let a trained GPT write"),
        "mine": ("course.command.mine", "write my_gpt.py, made of your own functions"),
    },
    "to teach a class": {
        "grade": ("course.command.grade", "mark a class's notebooks"),
        "report": ("course.command.report", "merge a class's progress files into one table"),
    },
    "to write lessons": {
        "new": ("course.command.new", "write the draft of a lesson"),
        "build": ("course.command.build", "execute the notebooks, or make an edition"),
        "sync": ("course.command.sync", "keep notebooks and their texts equal"),
        "words": ("course.command.words", "gather every sentence for translators"),
    },
}
COMMANDS = {name: what for group in GROUPS.values() for name, what in group.items()}


def overview() -> argparse.ArgumentParser:
    """Return the parser that knows the commands by name; nothing is imported for it."""
    from course import __version__

    parser = argparse.ArgumentParser(
        prog="course",
        description="How large language models work.",
        usage="course [-h] [--version] COMMAND …",
        epilog="\n\n".join(_listed(title, inside) for title, inside in GROUPS.items())
        + "\n\n`course COMMAND --help` says more of one.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    table = parser.add_subparsers(metavar="COMMAND", required=True, help=argparse.SUPPRESS)
    for name in COMMANDS:
        table.add_parser(name)
    return parser


def _listed(title: str, inside: dict[str, tuple[str, str]]) -> str:
    """Return the commands of one group, a line each."""
    return "\n".join([f"{title}:", *(f"  {name:<10}{says}" for name, (_, says) in inside.items())])


def main(argv: list[str] | None = None) -> int:
    """Run the command; 0 is success, 1 an error told in a sentence, 2 a wrong command line."""
    argv = sys.argv[1:] if argv is None else list(argv)
    if not argv or argv[0] not in COMMANDS:
        overview().parse_args(argv or ["--help"])
    name, *rest = argv
    try:
        return run(name, rest) or 0
    except KeyboardInterrupt:
        sentence, code = say("Stopped."), 130
    except BrokenPipeError:  # `course progress | head`: who reads has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except ImportError as error:
        code = 1
        sentence = say("{error}. `python start.py env` installs what is missing.", error=error)
    except Exception as error:
        if os.environ.get("COURSE_DEBUG"):
            raise
        sentence, code = explain(error), 1
    print(f"course {name}: {sentence}", file=sys.stderr)
    return code


def run(name: str, rest: list[str]) -> int | None:
    """Import one command's module, read its arguments and run it."""
    path, says = COMMANDS[name]
    module = importlib.import_module(path)
    parser = argparse.ArgumentParser(
        prog=f"course {name}", description=f"{says[0].upper()}{says[1:]}."
    )
    module.add_arguments(parser)
    return module.run(parser.parse_intermixed_args(rest))


def explain(error: Exception) -> str:
    """Return an error as a sentence; one that nobody foresaw says how to see more."""
    from course.authoring.checkout import CourseError

    if isinstance(error, CourseError | ValueError | OSError):
        return str(error)
    kind = type(error).__name__
    return say("{kind}: {error}. With COURSE_DEBUG=1 set it shows where.", kind=kind, error=error)


if __name__ == "__main__":
    sys.exit(main())
