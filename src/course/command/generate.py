"""`course generate`: let a model that `course train` made go on with your words."""

import argparse
import itertools
import sys

from course.command import reading
from course.command.pasting import typed
from course.words import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course generate`."""
    parser.usage = say("{command} DIR [OPTION …]", command=parser.prog)
    parser.add_argument("run", metavar="DIR", nargs="?", help="folder that `course train` wrote")
    parser.add_argument("--prompt", default="\n", help="what to go on from (default: a new line)")
    parser.add_argument("--length", type=int, default=500, help="characters (default: 500)")
    parser.add_argument("--temperature", type=float, default=0.8, help="0 is greedy (default: 0.8)")
    parser.add_argument("--top-k", type=int, help="draw from the k most probable tokens")
    parser.add_argument("--top-p", type=float, help="draw from the most probable share p")
    parser.add_argument("--min-p", type=float, help="leave out what is less than p times the best")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same text (default: 0)")


def run(args: argparse.Namespace) -> int:
    """Write token by token to the terminal."""
    _check_run(args.run)
    import torch

    from course.transformers.gpt import checkpoint, generate

    model, facts = checkpoint.load(args.run)
    tokenizer = reading.of_run(args.run, facts)
    _check_prompt(args.prompt, tokenizer)
    ids = tokenizer.encode(args.prompt)
    options = {name: getattr(args, name) for name in ("temperature", "top_k", "top_p", "min_p")}
    generator = torch.Generator().manual_seed(args.seed)
    most = args.length * tokenizer.longest
    tokens = generate.stream(model, ids, most, generator=generator, **options)
    written = characters(tokens, tokenizer, args.length)
    first = next(written, "")  # what can't be done is told before anything is written
    for text in itertools.chain([args.prompt, first], written):
        sys.stdout.write(text)
        sys.stdout.flush()
    print()
    return 0


def _check_prompt(prompt: str, tokenizer) -> None:
    """Refuse what the model has no token for."""
    if strange := sorted(letter for letter in set(prompt) if not tokenizer.knows(letter)):
        sentence = "The text that this model has read has no {strange}; leave it out of --prompt."
        raise ValueError(say(sentence, strange=", ".join(map(repr, strange))))


def characters(stream, tokenizer, n: int):
    """Make tokens text as they come, until it has n characters."""
    write, left = tokenizer.writer(), n
    for token in stream:
        text = write(token.tolist())[:left]
        left -= len(text)
        yield text
        if not left:
            return


def _check_run(folder):
    """Refuse to write without a model, and show what to type."""
    if not folder:
        raise ValueError(
            say(
                "Name the folder of the run that is to write, for example: `{command}`",
                command=typed("course", "generate", "my_run", "--prompt", "O "),
            )
        )
