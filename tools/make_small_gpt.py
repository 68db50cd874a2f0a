"""Make small_gpt.safetensors: a GPT trained on the plays, for *Attention* to look into.

    python tools/make_small_gpt.py src/course/data/small_gpt.safetensors

Takes some minutes on one core. The last digits of its weights depend on the processor, so that the
file is not remade byte for byte; its validation loss, about 1.73 nats, is.
"""

import json
import sys

import torch
from safetensors.torch import save_file

from course import data
from course.transformers import tokens
from course.transformers.gpt import train
from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.recipe import Recipe
from course.transformers.gpt.run import Run, follow

SETTINGS = MODERN | {"context": 64, "layers": 2, "heads": 4, "width": 96, "taps": 0}
STEPS = 4000


def main(path: str) -> None:
    """Train, say how good it is, and write the weights in half precision."""
    text = data.shakespeare()
    alphabet = tokens.alphabet(text)
    training, validation = data.split_text(text)
    ids = tokens.encode(training, alphabet)
    torch.set_num_threads(1)
    recipe = Recipe(steps=STEPS, batch=24)
    run = Run(Config(len(alphabet), **SETTINGS), recipe, ids, fast=True)
    for report in follow(run):
        if report.step % 200 == 0:
            print(f"step {report.step}: {sum(run.losses[-200:]) / 200:.3f} nats", flush=True)
    loss = train.evaluate(run.model, tokens.encode(validation, alphabet))
    weights = {name: w.half().contiguous() for name, w in run.model.state_dict().items()}
    facts = {"config": json.dumps(SETTINGS), "alphabet": alphabet, "loss": f"{loss:.4f}"}
    save_file(weights, path, metadata=facts)
    print(f"{path}: {sum(w.numel() for w in weights.values()):,} numbers, {loss:.3f} nats")


if __name__ == "__main__":
    main(sys.argv[1])
