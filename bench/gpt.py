"""Our small GPT beside nanoGPT's recipe for a laptop: same text, split, machine, evaluation.

    python bench/gpt.py [--nanogpt CHECKOUT] [--text FILE] [--threads N] [--longer] [--trial]

CHECKOUT is a clone of https://github.com/karpathy/nanoGPT; it is copied, never written into, and
without it nothing is measured. The peer's train.py runs unchanged with the arguments of its README
("I only have a macbook"). Time runs from the end of the imports to the last step; the peer's own
evaluations are taken off, and our preparing of the text is counted in. Both models are evaluated by
the same code on the whole held-out tenth. Goals: its loss in a twentieth of its time, and 0.30 nats
less in all of its time.
"""

import argparse
import importlib.util
import itertools
import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from course import data
from course.practice import costs
from course.transformers import tokens
from course.transformers.gpt import checkpoint, train
from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.fast.team import threads_for
from course.transformers.gpt.recipe import Recipe
from course.transformers.gpt.run import Run, follow, pace

README = {
    "device": "cpu",
    "compile": False,
    "eval_iters": 20,
    "log_interval": 1,
    "block_size": 64,
    "batch_size": 12,
    "n_layer": 4,
    "n_head": 4,
    "n_embd": 128,
    "max_iters": 2000,
    "lr_decay_iters": 2000,
    "dropout": 0.0,
}
LONGER = (
    {"learning_rate": 3e-3, "min_lr": 3e-4},
    {"max_iters": 4000, "lr_decay_iters": 4000},
    {"max_iters": 8000, "lr_decay_iters": 8000},
)
FAST = (
    {"layers": 1, "heads": 2, "width": 64, "context": 64},
    {"steps": 400},
)  # meant to reach the peer's loss
LONG = (
    {"layers": 3, "heads": 2, "width": 128, "context": 128, "qk_norm": False},
    {"batch": 8, "lr": 3e-3, "lr_embed": 2e-2, "weight_decay": 0.2},
)  # meant to use all of the peer's time
TRIAL = {"max_iters": 20, "lr_decay_iters": 20, "eval_interval": 10, "warmup_iters": 2}
STAMPED = """
import builtins, runpy, time
say = builtins.print
stamp = lambda: f"{time.perf_counter():.4f} {time.process_time():.4f} |"
builtins.print = lambda *words, **options: say(stamp(), *words, **{**options, "flush": True})
runpy.run_path("train.py", run_name="__main__")
"""  # their train.py, each of its lines with the clocks before it

MISSING = """skipped: the peer's code isn't here. To measure beside it:
    git clone https://github.com/karpathy/nanoGPT
    python bench/gpt.py --nanogpt nanoGPT"""


@dataclass
class Result:
    """One training: seconds of wall and CPU, loss on the whole split, operations."""

    name: str
    parameters: int
    wall: float
    cpu: float
    loss: float
    flops: float


def run_peer(folder: Path, val, name: str, changes: dict) -> Result:
    """Run their recipe, with changes if any, and evaluate what it leaves."""
    settings = README | changes
    shutil.rmtree(folder / "out-shakespeare-char", ignore_errors=True)
    options = [f"--{k}={v}" for k, v in settings.items()]
    line = [sys.executable, "-c", STAMPED, "config/train_shakespeare_char.py", *options]
    with subprocess.Popen(line, cwd=folder, stdout=subprocess.PIPE, text=True) as child:
        lines = [_stamped(line) for line in child.stdout if " | " in line]
    if child.returncode:
        raise SystemExit("the peer's train.py failed; its words are above")
    wall, cpu = (lines[-1][i] - lines[0][i] for i in (0, 1))
    for before, after in itertools.pairwise(lines):
        if after[2].startswith("step "):  # said at the end of an evaluation
            wall, cpu = wall - (after[0] - before[0]), cpu - (after[1] - before[1])
    model, c = load_peer(folder)
    size = settings["batch_size"] * settings["block_size"] * (settings["max_iters"] + 1)
    count = sum(p.numel() for p in model.parameters())
    loss = train.evaluate(model, val, settings["block_size"])
    return Result(name, count, wall, cpu, loss, size * costs.flops_per_token(c))


def _stamped(line: str) -> tuple[float, float, str]:
    clocks, said = line.split(" | ", 1)
    wall, cpu = clocks.split()
    return float(wall), float(cpu), said


class Peer(torch.nn.Module):
    """Their model as a function from ids to all logits."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids):
        return self.model(ids, ids)[0]  # with targets it returns the logits of every position


def load_peer(folder: Path):
    """Their best checkpoint, and a config of ours of the same sizes for counting operations."""
    spec = importlib.util.spec_from_file_location("nanogpt_model", folder / "model.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["nanogpt_model"] = module
    spec.loader.exec_module(module)
    path = folder / "out-shakespeare-char" / "ckpt.pt"
    saved = torch.load(path, map_location="cpu", weights_only=True)
    a = saved["model_args"]
    model = module.GPT(module.GPTConfig(**a))
    model.load_state_dict(saved["model"])
    sizes = (a["vocab_size"], a["block_size"], a["n_layer"], a["n_head"], a["n_embd"])
    return Peer(model.eval()), Config(*sizes)


def prepare(checkout: str, text: str, folder: Path):
    """Copy their code and write the text in the form that their prepare.py gives it."""
    for name in ("train.py", "model.py", "configurator.py", "config"):
        copy = shutil.copytree if name == "config" else shutil.copy
        copy(Path(checkout) / name, folder / name)
    letters = tokens.alphabet(text)
    place = folder / "data" / "shakespeare_char"
    place.mkdir(parents=True)
    for name, part in zip(("train", "val"), data.split_text(text), strict=True):
        tokens.encode(part, letters).astype(np.uint16).tofile(place / f"{name}.bin")
    meta = {
        "vocab_size": len(letters),
        "itos": dict(enumerate(letters)),
        "stoi": {c: i for i, c in enumerate(letters)},
    }
    (place / "meta.pkl").write_bytes(pickle.dumps(meta))


def worker(plan: dict):
    """Train ours in a process of its own, from the text to the last step; report the clocks."""
    clocks = time.perf_counter(), time.process_time()
    text = Path(plan["text"]).read_text(encoding="utf-8")
    letters = tokens.alphabet(text)
    ids = tokens.encode(data.split_text(text)[0], letters)
    c = Config(len(letters), **MODERN | plan["config"])
    r = Recipe(**plan["recipe"])
    r = replace(r, threads=threads_for(r.batch, c.context))
    if "seconds" in plan:  # fill nine tenths at the first steps' pace: it may slow later
        step = pace(c, r, ids, seconds=2.0, fast=True)
        left = 0.9 * plan["seconds"] - (time.perf_counter() - clocks[0])
        r = replace(r, steps=int(left / step))
    run = Run(c, r, ids, fast=True)
    for _ in follow(run):
        pass
    wall, cpu = time.perf_counter() - clocks[0], time.process_time() - clocks[1]
    checkpoint.save(plan["out"], run, wall=wall, cpu=cpu)


def run_ours(name: str, sizes: dict, recipe: dict, text: Path, val, **plan) -> Result:
    """Train ours in a fresh process and evaluate it."""
    with tempfile.TemporaryDirectory() as out:
        plan |= {"text": str(text), "config": sizes, "recipe": recipe, "out": out}
        subprocess.run([sys.executable, __file__, "--worker", json.dumps(plan)], check=True)
        model, clocks = checkpoint.load(out)
        steps = checkpoint.describe(out)["step"]
    c = model.config
    loss = train.evaluate(model, val)
    flops = steps * Recipe(**recipe).batch * c.context * costs.flops_per_token(c)
    count = costs.parameters(c)
    return Result(f"{name}, {steps} steps", count, clocks["wall"], clocks["cpu"], loss, flops)


def matrix_rate(n: int = 1024) -> float:
    """Operations a second of a large matrix product."""
    a, b = torch.rand(2, n, n)
    times = []
    for _ in range(12):
        before = time.perf_counter()
        a @ b
        times.append(time.perf_counter() - before)
    return 2 * n**3 / min(times)


def show(results: list[Result], rate: float):
    """Print the table; ratios are the peer's time over each row's."""
    peer = results[0]
    print(f"\nmatrix products: {rate / 1e9:.0f} GFLOP/s with {torch.get_num_threads()} threads")
    head = f"{'':34}{'parameters':>11}{'nats':>8}{'wall s':>8}{'ratio':>7}{'CPU s':>8}{'ratio':>7}"
    print(f"{head}{'GFLOP/s':>9}{'share':>7}")
    for r in results:
        line = f"{r.name:34}{r.parameters:11,}{r.loss:8.4f}{r.wall:8.1f}{peer.wall / r.wall:7.1f}"
        speed = r.flops / r.wall
        print(f"{line}{r.cpu:8.1f}{peer.cpu / r.cpu:7.1f}{speed / 1e9:9.0f}{speed / rate:7.0%}")


def main():
    """Run both, print the table, and say which goals are met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nanogpt", metavar="CHECKOUT")
    parser.add_argument("--text", metavar="FILE", help="default: the course's Shakespeare")
    parser.add_argument("--threads", type=int, help="for both; default: PyTorch's own choice")
    parser.add_argument("--longer", action="store_true", help="the peer at 3e-3, 4000, 8000 too")
    parser.add_argument("--trial", action="store_true", help="20 steps of the peer, to try it out")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        return worker(json.loads(args.worker))
    if not args.nanogpt:
        return print(MISSING)
    if args.threads:
        os.environ["OMP_NUM_THREADS"] = str(args.threads)  # for the processes of both
        torch.set_num_threads(args.threads)
    text = data.read_text(args.text) if args.text else data.shakespeare()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        prepare(args.nanogpt, text, folder)
        (folder / "text.txt").write_text(text, encoding="utf-8")
        recipe = TRIAL if args.trial else {}
        results = compare(folder, text, recipe, longer=args.longer)
    rate = matrix_rate()
    show(results, rate)
    judge(rate, *results[:3])


def compare(folder: Path, text: str, recipe: dict, *, longer: bool) -> list[Result]:
    """The peer, ours to its loss, ours in its time, and the peer with more time if asked."""
    val = tokens.encode(data.split_text(text)[1], tokens.alphabet(text))
    path = folder / "text.txt"
    print("the peer's recipe …", flush=True)
    results = [run_peer(folder, val, "nanoGPT, README", recipe)]
    print("ours, to the peer's loss …", flush=True)
    results.append(run_ours("ours, small", *FAST, path, val))
    print("ours, in the peer's time …", flush=True)
    results.append(run_ours("ours, large", *LONG, path, val, seconds=results[0].wall))
    for changes in LONGER if longer else ():
        name = ", ".join(f"{k} {v}" for k, v in list(changes.items())[:1])
        print(f"the peer with {name} …", flush=True)
        results.append(run_peer(folder, val, f"nanoGPT, {name}", changes))
    return results


def judge(rate, peer, fast, long):
    """Say in words whether the goals are met."""
    reached = fast.loss <= peer.loss
    ratio = peer.wall / fast.wall
    print(f"\nthe peer's loss reached: {reached}, in 1/{ratio:.1f} of its time (goal 1/20)")
    inside = long.wall <= peer.wall
    gain = peer.loss - long.loss
    print(f"in the peer's time ({inside}): {gain:.3f} nats less (goal 0.30), loss {long.loss:.3f}")
    ours, theirs = (r.flops / r.wall / rate for r in (long, peer))
    print(f"share of the matrix-product rate: {ours:.0%}, the peer's {theirs:.0%} (goal: higher)")


if __name__ == "__main__":
    main()
