"""`course generate`: let a model that `course train` made go on with your words."""

import argparse
import sys

from course.words import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course generate`."""
    parser.add_argument("run", metavar="DIR", help="folder that `course train` wrote")
    parser.add_argument("--prompt", default="\n", help="what to go on from (default: a new line)")
    parser.add_argument("--length", type=int, default=500, help="characters (default: 500)")
    parser.add_argument("--temperature", type=float, default=0.8, help="0 is greedy (default: 0.8)")
    parser.add_argument("--top-k", type=int, help="draw from the k most probable characters")
    parser.add_argument("--top-p", type=float, help="draw from the most probable share p")
    parser.add_argument("--min-p", type=float, help="leave out what is less than p times the best")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same text (default: 0)")


def run(args: argparse.Namespace) -> int:
    """Write character by character to the terminal."""
    import torch

    from course.transformers import tokens
    from course.transformers.gpt import checkpoint, generate

    model, facts = checkpoint.load(args.run)
    if "alphabet" not in facts:
        told = say("The run in {run} doesn't say which characters its tokens are.", run=args.run)
        raise ValueError(told)
    ids = tokens.encode(args.prompt, facts["alphabet"])
    options = {name: getattr(args, name) for name in ("temperature", "top_k", "top_p", "min_p")}
    generator = torch.Generator().manual_seed(args.seed)
    print(args.prompt, end="", flush=True)
    for token in generate.stream(model, ids, args.length, generator=generator, **options):
        sys.stdout.write(tokens.decode(token.numpy(), facts["alphabet"]))
        sys.stdout.flush()
    print()
    return 0
