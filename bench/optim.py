"""One optimizer step on a network of a million parameters, ours beside torch.optim.

python bench/optim.py [--rounds 5]

The same tensors, gradients and settings, in processor time on one thread; the two take turns
within a round, and a ratio is the median over rounds. Goal: at most 1.5 times torch.optim with
foreach=True, in readable code.
"""

import argparse
import statistics
import time

import numpy as np
import torch

from course.networks import optim

SHAPES = [(784, 900), (900,), (900, 320), (320,), (320, 10), (10,)]  # 1,001,030 parameters
RULES = {
    "sgd, momentum": (optim.sgd, {"lr": 1e-4, "momentum": 0.9}, torch.optim.SGD),
    "rmsprop": (optim.rmsprop, {"lr": 1e-4}, torch.optim.RMSprop),
    "adam": (optim.adam, {"lr": 1e-4}, torch.optim.Adam),
    "adamw": (optim.adamw, {"lr": 1e-4, "weight_decay": 0.1}, torch.optim.AdamW),
}


def seconds(step, repeats: int = 10) -> float:
    """Mean time of a call, after one that warms up."""
    step()
    start = time.process_time()
    for _ in range(repeats):
        step()
    return (time.process_time() - start) / repeats


def ours(rule, settings, tensors, grads, inplace):
    """A call that takes one step and keeps the state."""
    memory = {"params": tensors, "state": None}

    def step():
        memory["params"], memory["state"] = rule(
            memory["params"], grads, memory["state"], **settings, inplace=inplace
        )

    return step


def peer(cls, settings, tensors, grads):
    """The same for torch.optim."""
    params = [torch.nn.Parameter(t.clone()) for t in tensors]
    for p, g in zip(params, grads, strict=True):
        p.grad = g.clone()
    return cls(params, foreach=True, **settings).step


def main():
    """Print one row for each rule."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=s).astype(np.float32) for s in SHAPES]
    slopes = [rng.normal(size=s).astype(np.float32) for s in SHAPES]
    print(f"{sum(a.size for a in arrays):,} parameters, float32")
    print(f"{'rule':15}{'torch ms':>9}{'ours, torch tensors':>21}{'NumPy':>8}{'pure':>8}  (ratios)")
    for name, (rule, settings, cls) in RULES.items():
        tensors, grads = [torch.tensor(a) for a in arrays], [torch.tensor(a) for a in slopes]
        steps = [
            peer(cls, settings, tensors, grads),
            ours(rule, settings, [t.clone() for t in tensors], grads, True),
            ours(rule, settings, [a.copy() for a in arrays], slopes, True),
            ours(rule, settings, tensors, grads, False),
        ]
        times = [[seconds(step) for step in steps] for _ in range(rounds)]
        base = statistics.median(row[0] for row in times)
        ratio = [statistics.median(row[k] / row[0] for row in times) for k in (1, 2, 3)]
        print(f"{name:15}{base * 1e3:9.2f}{ratio[0]:21.2f}{ratio[1]:8.2f}{ratio[2]:8.2f}")


if __name__ == "__main__":
    main()
