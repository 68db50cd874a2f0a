"""The `course` command: `course lab`, `doctor`, `progress`, `report`, `build`, `sync`, …

Each subcommand is a module with `add_arguments(parser)` and `run(args) -> int | None`, imported
only when it is asked for, so that `course --help` answers at once.
"""

import argparse
import importlib
import os
import sys

from course.words import later, say

# For whom, and name: (module, what it does). The module is imported when the name is typed.
GROUPS = {
    later("to learn"): {
        "lab": ("course.command.lab", later("open the notebooks in JupyterLab")),
        "progress": ("course.command.progress", later("show what you have done so far")),
        "update": ("course.command.update", later("bring changed lessons to your copies")),
        "reset": ("course.command.reset", later("make a fresh copy of a lesson")),
        "doctor": ("course.command.doctor", later("say what is wrong with this installation")),
    },
    later("to build your own"): {
        "train": ("course.command.train", later("train a small GPT on a text")),
        "generate": ("course.command.generate", later("let a trained GPT write")),
        "mine": ("course.command.mine", later("write my_gpt.py, made of your own functions")),
    },
    later("to teach a class"): {
        "grade": ("course.command.grade", later("mark a class's notebooks")),
        "report": ("course.command.report", later("merge a class's progress files into one table")),
    },
    later("to write lessons"): {
        "new": ("course.command.new", later("write the draft of a lesson")),
        "build": ("course.command.build", later("execute the notebooks, or make an edition")),
        "sync": ("course.command.sync", later("keep notebooks and their texts equal")),
        "words": ("course.command.words", later("gather every sentence for translators")),
    },
}
COMMANDS = {name: what for group in GROUPS.values() for name, what in group.items()}


def overview() -> argparse.ArgumentParser:
    """Return the parser that knows the commands by name; nothing is imported for it."""
    from course import __version__

    groups = [_listed(title, inside) for title, inside in GROUPS.items()]
    parser = argparse.ArgumentParser(
        prog="course",
        description=say("How large language models work."),
        usage="course [-h] [--version] COMMAND …",
        epilog="\n\n".join([*groups, say("`course COMMAND --help` says more of one.")]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    table = parser.add_subparsers(metavar="COMMAND", required=True, help=argparse.SUPPRESS)
    for name in COMMANDS:
        table.add_parser(name)
    return parser


def _listed(title: str, inside: dict[str, tuple[str, str]]) -> str:
    """Return the commands of one group, a line each."""
    lines = (f"  {name:<10}{say(text)}" for name, (_, text) in inside.items())
    return "\n".join([f"{say(title)}:", *lines])


class Parser(argparse.ArgumentParser):
    """A parser whose help is in the reader's language."""

    def add_argument(self, *names, **settings):
        """Declare an argument, as in argparse."""
        text = settings.pop("help", "")
        return super().add_argument(*names, help=say(text), **settings)


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
    path, text = COMMANDS[name]
    module, does = importlib.import_module(path), say(text)
    parser = Parser(prog=f"course {name}", description=f"{does[0].upper()}{does[1:]}.")
    module.add_arguments(parser)
    return module.run(parser.parse_intermixed_args(rest))


def explain(error: Exception) -> str:
    """Return an error as a sentence; one that nobody foresaw says how to see more."""
    from course.authoring.checkout import CourseError
    from course.command import refused

    if isinstance(error, OSError):
        return refused.told(error)
    if isinstance(error, CourseError | ValueError):
        return _ended(str(error))
    kind = type(error).__name__
    return say("{kind}: {error}. With COURSE_DEBUG=1 set it shows where.", kind=kind, error=error)


def _ended(text: str) -> str:
    """Return what an error says with a full stop; of an idea's error it may be a clause."""
    bare = "\n" not in text and (text[-1:].isalnum() or text[-1:] in tuple("`)”"))
    return f"{text}." if bare else text


if __name__ == "__main__":
    sys.exit(main())
