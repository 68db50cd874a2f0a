"""`course mine`: your own functions from all lessons as one program, a small GPT that writes."""

import argparse
import hashlib
import re
import shutil
from pathlib import Path

from course.command import refused
from course.command.pasting import typed

SIGNED = re.compile(rb"# .*\b([0-9a-f]{64})\n\Z")  # the last line: what stands above it, hashed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course mine`."""
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("my_gpt.py"),
        help="file to write, with small_gpt.safetensors beside it (default: my_gpt.py)",
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
    weights, shipped = args.out.with_name(my_gpt.WEIGHTS), data.shipped(my_gpt.WEIGHTS)
    if not weights.exists() or weights.read_bytes() != shipped:
        keep(weights)
        files.replace(weights, shipped)
    if not as_written(args.out):
        keep(args.out)
    files.replace(args.out, signed(program.text()))
    print(yours.credit(args.out.name, *program.whose()))
    print(say("Beside it lie the weights that it reads, {file}.", file=weights.name))
    command = typed("python", args.out, "--prompt", "ROMEO:", "--length", 300)
    print(say("Let it write: {command}", command=command))


def refuse(out: Path, mark: str) -> None:
    """Refuse to replace what `course mine` has not written.

    Raises
    ------
    ValueError
        If there is another file, or no folder.
    """
    from course.words import say

    refused.homeless(out)
    if out.is_dir() or (out.exists() and mark not in out.read_text("utf-8", "replace")[:200]):
        sentence = "{file} is something else than my_gpt.py; name another file with --out."
        raise ValueError(say(sentence, file=out))


def signed(text: str) -> str:
    """Return a program's text with a last line by which a later edit shows."""
    from course.words import say

    digest = hashlib.sha256(text.encode()).hexdigest()
    line = say("# As `course mine` wrote it, the lines above have sha256 {digest}", digest=digest)
    return f"{text}{line}\n"


def as_written(out: Path) -> bool:
    """Tell whether a file is, to the byte, what `signed` returned; one without that line isn't."""
    content = out.read_bytes() if out.exists() else b""
    last = SIGNED.search(content)
    return (
        last is not None and hashlib.sha256(content[: last.start()]).hexdigest() == last[1].decode()
    )


def keep(file: Path) -> None:
    """Copy a file that is about to be replaced to a dated name, and say so."""
    from course.learner import home
    from course.words import say

    if file.exists():
        kept = home.dated(file)
        shutil.copy2(file, kept)
        sentence = "{file} was not as `course mine` writes it; it is kept as {kept}."
        print(say(sentence, file=file.name, kept=kept.name))


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
