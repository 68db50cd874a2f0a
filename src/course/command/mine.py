"""`course mine`: your own functions from all lessons as one program, a small GPT that writes."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course mine`."""
    parser.add_argument(
        "--out", type=Path, default=Path("my_gpt.py"), help="file to write (default: my_gpt.py)"
    )


def run(args: argparse.Namespace) -> None:
    """Write the program and its weights, and say which parts are the learner's."""
    from course import data, files
    from course.lessons import mine, my_gpt, trial, yours
    from course.words import say

    refuse(args.out, mine.MARK)
    program, left_out = trial.settled(passed())
    for key, why in left_out.items():
        print(say("Your {key} is left out, the course's stands in. {why}", key=key, why=why))
    weights = args.out.with_name(my_gpt.WEIGHTS)
    if not weights.exists() or weights.read_bytes() != data.shipped(my_gpt.WEIGHTS):
        files.replace(weights, data.shipped(my_gpt.WEIGHTS))
    files.replace(args.out, program.text())
    print(yours.credit(args.out.name, *program.whose()))
    print(say("Let it write: python {file} --prompt 'ROMEO:' --n 300", file=args.out))


def refuse(out: Path, mark: str) -> None:
    """Refuse to replace what `course mine` has not written.

    Raises
    ------
    ValueError
        If there is another file, or no folder.
    """
    if not out.parent.is_dir():
        raise ValueError(f"there is no folder {out.parent}; make it first, or name another")
    if out.is_dir() or (out.exists() and mark not in out.read_text("utf-8", "replace")[:200]):
        raise ValueError(f"{out} is something else than my_gpt.py; name another file with --out")


def passed() -> dict:
    """Return the learner's answers by exercise; a file that can't be read is told of."""
    from course.learner import answers
    from course.lessons import references
    from course.words import say

    found = {}
    for key in references.places():
        slug, _, name = key.rpartition(".")
        try:
            kept = answers.read(slug)
        except (OSError, UnicodeDecodeError):
            answers.tell(say("The file {file} can't be read.", file=answers.path(slug)))
            continue
        if name in kept:
            found[key] = kept[name]
    return found
