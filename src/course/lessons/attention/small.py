"""Models that train in seconds, for the experiments of this lesson, and the patterns that they copy."""

import numpy as np
import torch

from course.transformers import tokens
from course.transformers.gpt import model, train
from course.transformers.gpt.config import Config
from course.transformers.gpt.generate import generate
from course.transformers.gpt.recipe import Recipe


def trained(config: Config, ids, steps: int, seed: int = 0):
    """Return a GPT after so many steps on a text, ids (N,); the seed draws weights and batches."""
    gpt = model.GPT(config, seed)
    for _ in train.fit(gpt, ids, Recipe(steps=steps, batch=16, seed=seed)):
        pass
    return gpt


def written(gpt, start: str, n: int, alphabet: str) -> str:
    """Return a start and the n characters that a model writes after it, on one line."""
    dice = torch.Generator().manual_seed(1)
    ids = tokens.encode(start, alphabet)
    out = generate(gpt, ids, n, generator=dice, temperature=0.8, cache=False)
    return tokens.decode(out, alphabet).replace("\n", " / ")


def repeated(rng: np.random.Generator, n: int, length: int = 96, V: int = 16):
    """Return n sequences (n, length), each a random pattern of 4 to 12 different tokens, repeated."""
    patterns = (rng.permutation(V)[: rng.integers(4, 13)] for _ in range(n))
    return np.stack([np.resize(pattern, length) for pattern in patterns])
