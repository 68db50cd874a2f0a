"""`course train`: a small GPT on any text, in so many minutes, safe against Ctrl-C and kill."""

import argparse
import contextlib
import hashlib
import math
import signal
import time
from pathlib import Path

SIZES = (
    (0.4, {"layers": 1, "heads": 2, "width": 64, "context": 64}),
    (1.5, {"layers": 2, "heads": 2, "width": 96, "context": 128}),
    (10, {"layers": 3, "heads": 2, "width": 128, "context": 128}),
    (math.inf, {"layers": 6, "heads": 3, "width": 192, "context": 256}),
)  # up to so many minutes, this size: a larger model learns more from each step, and pays later
TOKENS = {"cpu": 1024, "cuda": 16384}  # in a step: few and often, where a step costs little
EVALUATIONS = 10  # in a run; fewer where they would take more than a tenth of its time
SAVE_EVERY = 20  # seconds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course train`."""
    parser.add_argument("--out", required=True, metavar="DIR", help="folder to keep the run in")
    parser.add_argument("--text", metavar="FILE", help="UTF-8 text; default: Shakespeare's plays")
    parser.add_argument("--minutes", type=float, default=3.0, help="training time (default: 3)")
    parser.add_argument("--steps", type=int, help="number of steps, instead of --minutes")
    parser.add_argument("--resume", action="store_true", help="go on with the run in DIR")
    for name in ("layers", "heads", "width", "context", "batch"):
        parser.add_argument(f"--{name}", type=int, help="default: chosen to fit the minutes")
    parser.add_argument("--seed", type=int, default=0, help="of weights and batches (default: 0)")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="default: a GPU if there is one")


def run(args: argparse.Namespace) -> int:
    """Train, or go on training; 130 if stopped before the end."""
    import torch

    from course.transformers.gpt import checkpoint

    device = args.device or ("cuda" if torch.cuda.is_available() else "cpu")
    if device == "cuda" and not torch.cuda.is_available():
        raise ValueError("there is no GPU that PyTorch can use; leave --device out")
    if not args.resume and (Path(args.out) / "run.json").exists():
        raise ValueError(
            f"{args.out} holds a run already; go on with it by --resume, or name another folder"
        )
    known = checkpoint.describe(args.out)["facts"] if args.resume else {"text": args.text}
    text, facts = read(args.text or known.get("text"), known)
    ids, val = split(text, facts["alphabet"])
    if args.resume:
        training = checkpoint.restore(args.out, ids, device=device)
        facts["every"] = known.get("every") or math.ceil(training.recipe.steps / EVALUATIONS)
    else:
        training, facts["every"] = begin(args, ids, val, len(facts["alphabet"]), device)
    introduce(training, ids, val, facts, device)
    finished = follow(training, val, facts, args.out)
    conclude(training, val, args.out, finished=finished)
    return 0 if finished else 130


def read(path, facts: dict) -> tuple[str, dict]:
    """Read the text, and make sure that it is the one that a resumed run began with."""
    from course import data
    from course.transformers import tokens

    text = data.shakespeare() if path is None else data.read_text(path)
    digest = hashlib.sha256(text.encode()).hexdigest()
    if facts.get("sha256", digest) != digest:
        raise ValueError(f"{path} is not the text that this run began with; it must be the same")
    resolved = None if path is None else str(Path(path).resolve())
    return text, {"alphabet": tokens.alphabet(text), "text": resolved, "sha256": digest}


def split(text: str, alphabet: str):
    """Cut the text 90 to 10 and write both parts as integers."""
    from course import data
    from course.transformers import tokens

    return [tokens.encode(part, alphabet) for part in data.split_text(text)]


def begin(args, ids, val, V: int, device: str):
    """Choose a size for the time there is, and how many steps fill it; also see `plan`."""
    from course.transformers.gpt.config import MODERN, Config
    from course.transformers.gpt.fast.team import threads_for
    from course.transformers.gpt.recipe import Recipe
    from course.transformers.gpt.run import Run, pace

    if not 0 < args.minutes < math.inf:
        raise ValueError(f"--minutes is {args.minutes}; it must be above 0")
    size = dict(next(size for limit, size in SIZES if args.minutes <= limit))
    size |= {k: v for k in size if (v := getattr(args, k)) is not None}
    config = Config(V, **MODERN, **size)
    batch = args.batch or max(1, TOKENS[device] // config.context)
    recipe = {
        "batch": batch,
        "seed": args.seed,
        "lr": min(5e-3, 0.35 / config.width),
        "lr_embed": 2e-2,
        "weight_decay": 0.2,  # minutes are long enough to learn a small text by heart
        "threads": threads_for(batch, config.context),
    }
    steps, every = args.steps, None
    if steps is None:
        step = pace(config, Recipe(**recipe), ids, device=device, fast=True)
        steps, every = plan(60 * args.minutes, step, len(val) / (batch * config.context))
    training = Run(config, Recipe(steps=steps, **recipe), ids, device=device, fast=True)
    return training, every or math.ceil(steps / EVALUATIONS)


def plan(seconds: float, step: float, held_out: float) -> tuple[int, int]:
    """Fill the time with steps and evaluations, one of them at the very end.

    Parameters
    ----------
    seconds
        The time there is.
    step
        Seconds of a step: a third of it forward, the rest backward.
    held_out
        Length of the held-out text in batches, which an evaluation runs forward.

    Returns
    -------
    steps, every
        Number of steps, and of those from one evaluation to the next.
    """
    evaluation = held_out * step / 3
    n = min(EVALUATIONS, max(1, int(seconds / 10 / evaluation)))
    steps = max(20, int((seconds - (n + 1) * evaluation) / step))
    return steps, math.ceil(steps / n)


def introduce(training, ids, val, facts, device):
    """Say what is about to happen."""
    from course.practice import costs

    c, r = training.config, training.recipe
    print(f"Text: {len(ids) + len(val):,} characters, {len(facts['alphabet'])} different ones;")
    print(f"      {len(ids):,} to learn from, {len(val):,} held out.")
    print(
        f"Model: {c.layers} layer{'s' * (c.layers > 1)}, width {c.width}, context {c.context}:",
        end=" ",
    )
    print(f"{costs.parameters(c):,} parameters, on {device}.")
    if training.step:
        print(f"Going on at step {training.step} of {r.steps}.")


def follow(training, val, facts, folder) -> bool:
    """Train to the end or to a signal, showing progress and saving; say whether it is the end."""
    from tqdm import tqdm

    from course.transformers.gpt import checkpoint
    from course.transformers.gpt import run as runs

    r, saved = training.recipe, time.monotonic()
    checkpoint.save(folder, training, **facts)
    bar = tqdm(total=r.steps, initial=training.step, unit="step", mininterval=0.5, smoothing=0.05)
    with stopping() as stop, bar:
        for report in runs.follow(training, val, facts["every"]):
            speed = f"{report.tokens_per_second:,.0f} tokens/s"
            bar.set_postfix_str(f"loss {report.loss:.3f}, {speed}", refresh=False)
            bar.update()
            if report.val is not None:
                bar.write(f"\nstep {report.step}: {report.val:.4f} nats per character held out")
                bar.write(sample(training.model, facts["alphabet"], report.step))
            if stop or report.val is not None or time.monotonic() > saved + SAVE_EVERY:
                checkpoint.save(folder, training, **facts)
                saved = time.monotonic()
            if stop:
                break
    return training.step == r.steps


@contextlib.contextmanager
def stopping():
    """Turn Ctrl-C into an entry of the list given: a step that has begun is always finished."""
    stop = []

    def ask(*_):
        if stop:  # asked twice: what was saved last has to do
            raise KeyboardInterrupt
        stop.append(True)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def sample(model, alphabet: str, seed: int, n: int = 160) -> str:
    """A few lines of what the model writes by now."""
    import torch

    from course.transformers import tokens
    from course.transformers.gpt import generate

    start = tokens.encode("\n" if "\n" in alphabet else alphabet[0], alphabet)
    generator = torch.Generator(model.E.device).manual_seed(seed)
    ids = generate.generate(model, start, n, generator=generator, temperature=0.8)
    return "\n".join("    " + line for line in tokens.decode(ids, alphabet).strip().splitlines())


def conclude(training, val, folder, *, finished: bool):
    """Evaluate the best model on the whole held-out text and say how to go on."""
    from course.transformers.gpt import checkpoint, train

    model, _ = checkpoint.load(folder)
    loss = train.evaluate(model, val)
    if not finished:
        print(f"\nStopped after step {training.step} of {training.recipe.steps}; all is kept.")
    print(f"\nHeld out, all {len(val):,} characters:", end=" ")
    print(f"{loss:.4f} nats = {loss / math.log(2):.4f} bits per character.")
    if not finished:
        print(f"Go on with: course train --resume --out {folder}")
    print(f"Let it write: course generate {folder} --prompt 'O '")
