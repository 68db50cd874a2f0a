"""The program that `course mine` writes, as it is with the course's own functions alone.

`mine` starts from `main` here and follows every name, so that a function which a lesson asks for
can be the learner's. Nothing else says which parts there are.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from safetensors import safe_open

from course.transformers import numpy_modern, tokens

WEIGHTS = "small_gpt.safetensors"


def read_model(path):
    """Read the weights by name, what the model is made of, and the characters that it knows."""
    with safe_open(path, framework="numpy") as file:
        facts = file.metadata()
        p = {name: file.get_tensor(name).astype(float) for name in file.keys()}  # noqa: SIM118
    return p, json.loads(facts["config"]), facts["alphabet"]


def read_command(argv):
    """Read the command line."""
    parser = argparse.ArgumentParser(description="A small GPT that has read Shakespeare writes.")
    parser.add_argument("--prompt", default="\n", help="what to go on from (default: a new line)")
    parser.add_argument("--length", type=int, default=300, help="characters (default: 300)")
    parser.add_argument("--n", dest="length", type=int, default=300, help=argparse.SUPPRESS)
    parser.add_argument("--temperature", type=float, default=0.8, help="0 takes the most probable")
    parser.add_argument("--top-k", type=int, help="draw from the k most probable characters")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same text (default: 0)")
    parser.add_argument("--weights", default=Path(__file__).with_name(WEIGHTS), help="the weights")
    args = parser.parse_args(argv)
    if args.length < 0 or not args.prompt or args.temperature < 0 or (args.top_k or 1) < 1:
        parser.error("--length and --temperature begin at 0, --top-k at 1; --prompt is not empty")
    return args


def main(argv=None) -> int:
    """Write to the terminal, character by character."""
    args = read_command(argv)
    try:
        p, config, alphabet = read_model(args.weights)
        ids = tokens.encode(args.prompt, alphabet)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    size = {"L": config["layers"], "H": config["heads"], "context": config["context"]}
    rng = np.random.default_rng(args.seed)
    print(args.prompt, end="", flush=True)
    sampling = {"temperature": args.temperature, "top_k": args.top_k}
    for token in numpy_modern.write(p, ids, args.length, **size, rng=rng, **sampling):
        print(tokens.decode([token], alphabet), end="", flush=True)
    print()
    return 0
