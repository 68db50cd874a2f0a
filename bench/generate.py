"""Characters a second while writing, ours beside nanoGPT's, the same weights in both.

    python bench/generate.py [--nanogpt CHECKOUT]

CHECKOUT is a clone of https://github.com/karpathy/nanoGPT; nothing is written into it, and without
it nothing is measured.
Goal: 500 characters with the cache, batch 1, context 256, at least 8 times the peer's rate, and
the same greedy text with and without the cache.
"""

import argparse
import importlib.util
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import torch

from course.transformers.gpt import generate, gpt2
from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.model import GPT

SIZE = {"n_layer": 4, "n_head": 4, "n_embd": 128, "block_size": 256, "vocab_size": 65}
CONTEXT, N = SIZE["block_size"], 500
MISSING = """skipped: the peer's code isn't here. To measure beside it:
    git clone https://github.com/karpathy/nanoGPT
    python bench/generate.py --nanogpt nanoGPT"""


def peer_model(checkout: str):
    """Their GPT with lively random weights, so that the most probable character is never a tie."""
    path = Path(checkout) / "model.py"
    spec = importlib.util.spec_from_file_location("nanogpt_model", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["nanogpt_model"] = module
    spec.loader.exec_module(module)
    model = module.GPT(module.GPTConfig(**SIZE, dropout=0.0, bias=False)).eval()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for p in model.parameters():
            p.normal_(0, 0.15, generator=generator)
    return model


def ours_from(peer):
    """Our GPT with the same weights: theirs are transposed, and their GELU is the exact one."""
    tensors = {k: p.T if p.ndim == 2 and ".c_" in k else p for k, p in peer.state_dict().items()}
    return gpt2.from_weights(tensors, heads=SIZE["n_head"], activation="gelu")


def timed(ways: dict, repeats: int = 5) -> dict:
    """Text, and median seconds of wall and of CPU, of each way; they take turns."""
    texts, walls, cpus = {}, {name: [] for name in ways}, {name: [] for name in ways}
    for _ in range(repeats):
        for name, write in ways.items():
            wall, cpu = time.perf_counter(), time.process_time()
            texts[name] = write()
            walls[name].append(time.perf_counter() - wall)
            cpus[name].append(time.process_time() - cpu)
    middle = statistics.median
    return {name: (texts[name], middle(walls[name]), middle(cpus[name])) for name in ways}


def main():
    """Measure, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nanogpt", metavar="CHECKOUT")
    parser.add_argument("--threads", type=int, help="default: PyTorch's own choice")
    args = parser.parse_args()
    if not args.nanogpt:
        return print(MISSING)
    if args.threads:
        torch.set_num_threads(args.threads)
    peer = peer_model(args.nanogpt)
    ours, prompt = ours_from(peer), np.array([1])
    modern = GPT(Config(65, 256, 4, 4, 128, **MODERN))
    ways = {
        "nanoGPT": lambda: peer.generate(torch.tensor(prompt)[None], N, top_k=1)[0].numpy(),
        "ours, cache": lambda: generate.generate(ours, prompt, N, temperature=0),
        "ours, no cache": lambda: generate.generate(ours, prompt, N, temperature=0, cache=False),
        "ours, sliding": lambda: generate.generate(ours, prompt, N, temperature=0, jump=1),
        "modern, cache": lambda: generate.generate(modern, prompt, N, temperature=0),
    }
    results = timed(ways)
    print(f"{N} characters, batch 1, context {CONTEXT}, 4 layers, 4 heads, width 128, greedy")
    print(f"{'':16} {'per second':>10} {'ratio':>7} {'CPU ms each':>12} {'ratio':>7}")
    _, wall, cpu = results["nanoGPT"]
    for name, (_, w, c) in results.items():
        print(f"{name:16} {N / w:10.0f} {wall / w:7.1f} {1e3 * c / N:12.2f} {cpu / c:7.1f}")
    texts = {name: text for name, (text, _, _) in results.items()}
    full = CONTEXT + 1
    print("the same text with and without the cache:", end=" ")
    print(np.array_equal(texts["ours, cache"], texts["ours, no cache"]))
    print("the peer's text until the context is full:", end=" ")
    print(np.array_equal(texts["ours, cache"][:full], texts["nanoGPT"][:full]))
    print("the peer's whole text with its sliding window:", end=" ")
    print(np.array_equal(texts["ours, sliding"], texts["nanoGPT"]))


if __name__ == "__main__":
    main()
