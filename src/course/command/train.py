"""`course train`: a small GPT on any text, in so many minutes, safe against Ctrl-C and kill."""

import argparse
import contextlib
import hashlib
import math
import re
import shlex
import time
from dataclasses import replace
from pathlib import Path

from course import files
from course.command import reading
from course.command.pasting import typed
from course.words import say, say_n

SHAPE = ("layers", "heads", "width", "context")
SAVE_EVERY = 20  # seconds
LARGEST = 100  # MB of text: half a minute of reading, and 8 bytes of memory for each character
MINUTES = 3.0  # unless another time is asked for
LONGER = 10  # minutes, as an example of more
LOOKED_AT = 1000  # tokens, among which a word is found
SPENT = re.compile("out of memory|can't allocate memory")  # as PyTorch says it
LARGE = 5  # MB from which reading is announced


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course train`."""
    parser.usage = say("{command} --out DIR [OPTION …]", command=parser.prog)
    parser.add_argument("--out", metavar="DIR", help="folder to keep the run in")
    parser.add_argument("--text", metavar="FILE", help="UTF-8 text; default: Shakespeare's plays")
    parser.add_argument(
        "--tokens", choices=reading.KINDS, help="what the model reads (default: characters)"
    )
    parser.add_argument(
        "--vocabulary",
        type=int,
        metavar="V",
        help=say("tokens of --tokens bpe (default: {n})", n=reading.VOCABULARY),
    )
    parser.add_argument("--minutes", type=float, help="training time (default: 3)")
    parser.add_argument("--steps", type=int, help="number of steps, instead of --minutes")
    parser.add_argument("--resume", action="store_true", help="go on with the run in DIR")
    for name in (*SHAPE, "batch"):
        parser.add_argument(f"--{name}", type=int, help="default: chosen to fit the minutes")
    parser.add_argument("--seed", type=int, help="of weights and batches (default: 0)")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="default: a GPU if there is one")


def run(args: argparse.Namespace) -> int:
    """Train, or go on training; 130 if stopped before the end."""
    _check_out(args.out, resume=args.resume)
    device = choose_device(args.device)
    from course.transformers.gpt import checkpoint

    known = checkpoint.describe(args.out)["facts"] if args.resume else {"text": args.text}
    with within_memory():
        return _train(args, known, device)


def _train(args: argparse.Namespace, known: dict, device: str) -> int:
    """Read, build what was asked for or kept, and train it; see `run`."""
    from course.transformers.gpt import checkpoint

    text, facts = read(args.text or known.get("text"), known)
    tokenizer = reading.kept(args, known) if args.resume else reading.chosen(args, text)
    facts |= tokenizer.facts()
    learnt, held_out = reading.parts(text, tokenizer)
    if args.resume:
        training = checkpoint.restore(args.out, learnt.ids, device=device)
        facts["every"] = known.get("every") or math.ceil(training.recipe.steps / 10)
        facts["asked"] = known.get("asked", {})
    else:
        training, facts["every"] = begin(args, learnt.ids, held_out.ids, tokenizer.V, device)
        facts["asked"] = sizes(args)
    introduce(training, learnt, held_out, tokenizer, device)
    if args.resume:
        recall(args, training, facts)
    finished = follow(training, learnt, held_out, tokenizer, facts, args.out)
    conclude(training, learnt, held_out, tokenizer, args.out, finished=finished)
    return 0 if finished else 130


@contextlib.contextmanager
def within_memory():
    """Tell a model that the memory doesn't hold by what makes it smaller.

    Raises
    ------
    ValueError
        In the place of NumPy's error and of PyTorch's, on a CPU and on a GPU.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and not SPENT.search(str(error)):
            raise
        raise ValueError(
            say(
                "The memory isn't enough for this model and batch ({why}). Begin a run in "
                "another folder with a smaller --batch, --width or --context.",
                why=str(error).splitlines()[0],
            )
        ) from error


def choose_device(wanted: str | None) -> str:
    """The device asked for, if there is one; else a GPU before a CPU."""
    import torch

    if wanted == "cuda" and not torch.cuda.is_available():
        raise ValueError(say("There is no GPU that PyTorch can use; leave --device out."))
    return wanted or ("cuda" if torch.cuda.is_available() else "cpu")


def read(path, facts: dict) -> tuple[str, dict]:
    """Read the text, and make sure that it is the one that a resumed run began with."""
    from course import data

    if path is not None:
        _check_size(path)
    text = data.shakespeare() if path is None else data.read_text(path)
    digest = hashlib.sha256(text.encode()).hexdigest()
    if facts.get("sha256", digest) != digest:
        raise ValueError(
            say("{path} is not the text that this run began with; it must be the same.", path=path)
        )
    resolved = None if path is None else str(Path(path).resolve())
    return text, {"text": resolved, "sha256": digest}


def begin(args, ids, val, V: int, device: str):
    """Build what the time is enough for, and say how often to evaluate it."""
    from course.transformers.gpt import minutes
    from course.transformers.gpt.run import Run, pace

    asked = wishes(args)
    most, steps = asked.pop("minutes", MINUTES), asked.pop("steps", None)
    if not 0 < most < math.inf:
        raise ValueError(say("--minutes is {n}; it must be above 0.", n=most))
    config, recipe = minutes.settings(most, V, device, **asked)
    every = None
    if steps is None:
        step = pace(config, recipe, ids, device=device, fast=True)
        held_out = len(val) / (recipe.batch * config.context)
        steps, every = minutes.plan(60 * most, step, held_out)
    training = Run(config, replace(recipe, steps=steps), ids, device=device, fast=True)
    return training, every or math.ceil(steps / minutes.EVALUATIONS)


def wishes(args: argparse.Namespace) -> dict:
    """What was asked for of all that is settled when a run begins."""
    asked = {name: getattr(args, name) for name in ("minutes", "steps", *SHAPE, "batch", "seed")}
    return {name: value for name, value in asked.items() if value is not None}


def sizes(args: argparse.Namespace) -> dict:
    """What was asked for that a longer run of the same kind is asked for too."""
    asked = {"tokens": args.tokens, "vocabulary": args.vocabulary, **wishes(args)}
    return {k: v for k, v in asked.items() if v is not None and k not in ("minutes", "steps")}


def introduce(training, learnt, held_out, tokenizer, device):
    """Say what is about to happen."""
    from course.practice import costs

    c = training.config
    model = {"width": c.width, "context": c.context, "count": costs.parameters(c)}
    print(
        say(
            "Text: {n:,} characters, {learnt:,} to learn from, {held_out:,} held out;\n"
            "      {kinds:,} different tokens, {size:.2f} characters each on average.",
            n=learnt.characters + held_out.characters,
            learnt=learnt.characters,
            held_out=held_out.characters,
            kinds=tokenizer.V,
            size=learnt.characters / len(learnt.ids),
        ),
        say_n(
            "Model: {n} layer, width {width}, context {context}: "
            "{count:,} parameters, on {device}.",
            "Model: {n} layers, width {width}, context {context}: "
            "{count:,} parameters, on {device}.",
            c.layers,
            device=device,
            **model,
        ),
        sep="\n",
    )


def recall(args, training, facts):
    """Say how far a run is that was begun before, and what can't be asked of it any more."""
    step, steps = training.step, training.recipe.steps
    if late := [f"--{name}" for name in wishes(args)]:
        told = "This was settled when the run began, and counts for nothing now: {options}."
        print(say(told, options=", ".join(late)))
    if step < steps:
        print(say("Going on at step {step} of {steps}.", step=step, steps=steps))
        return
    other = {"text": facts["text"], **facts["asked"]}
    other |= {"out": f"{Path(args.out)}_longer", "minutes": LONGER}
    options = (word for name, value in other.items() if value for word in (f"--{name}", value))
    command = typed("course", "train", *options)
    told = "This run is complete, with {steps} steps. Another one can be longer: {command}"
    print(say(told, steps=steps, command=command))


def follow(training, learnt, held_out, tokenizer, facts, folder) -> bool:
    """Train to the end or to a signal, showing progress and saving; say whether it is the end."""
    from tqdm import tqdm

    from course.transformers.gpt import checkpoint
    from course.transformers.gpt import run as runs

    r, saved = training.recipe, time.monotonic()
    checkpoint.save(folder, training, **facts)
    bar = tqdm(total=r.steps, initial=training.step, unit="step", mininterval=0.5, smoothing=0.05)
    with runs.stopping() as stop, bar:
        for report in runs.follow(training, held_out.ids, facts["every"]):
            loss = learnt.per_character(report.loss)
            speed = report.tokens_per_second
            now = say("loss {loss:.3f}, {speed:,.0f} tokens/s", loss=loss, speed=speed)
            bar.set_postfix_str(now, refresh=False)
            bar.update()
            if report.val is not None:
                nats = held_out.per_character(report.val)
                told = "step {n}: {nats:.4f} nats per character held out"
                bar.write("\n" + say(told, n=report.step, nats=nats))
                bar.write(sample(training.model, tokenizer, report.step))
            if stop or report.val is not None or time.monotonic() > saved + SAVE_EVERY:
                checkpoint.save(folder, training, **facts)
                saved = time.monotonic()
            if stop:
                break
    return training.step == r.steps


def sample(model, tokenizer, seed: int, n: int = 160) -> str:
    """A few lines of what the model writes by now."""
    import torch

    from course.transformers.gpt import generate

    start = tokenizer.encode("\n" if tokenizer.knows("\n") else tokenizer.decode([0]))
    generator = torch.Generator(model.E.device).manual_seed(seed)
    ids = generate.generate(model, start, n, generator=generator, temperature=0.8)
    written = tokenizer.decode(ids)[: n + 1]
    return "\n".join("    " + line for line in written.strip().splitlines())


def first_word(tokenizer, ids) -> str:
    """Return a word to go on from, the first of a text; of one without words its first letter."""
    text = tokenizer.decode(ids[:LOOKED_AT])
    found = re.search(r"\w{2,20}", text)
    return found[0] if found else text[0]


def conclude(training, learnt, held_out, tokenizer, folder, *, finished: bool):
    """Evaluate the best model on the whole held-out text and say how to go on."""
    from course.transformers.gpt import checkpoint, train

    model, _ = checkpoint.load(folder)
    loss, steps = train.evaluate(model, held_out.ids), training.recipe.steps
    if not finished:
        words = {"step": training.step, "steps": steps}
        print(say("\nStopped after step {step} of {steps}; all is kept.", **words))
    bits, per_byte = held_out.bits(loss)
    print(
        say(
            "\nHeld out, all {n:,} characters: {nats:.4f} nats = {bits:.4f} bits per character, "
            "{per_byte:.4f} bits per byte.",
            n=held_out.characters,
            nats=held_out.per_character(loss),
            bits=bits,
            per_byte=per_byte,
        )
    )
    if not finished:
        command = typed("course", "train", "--resume", "--out", folder)
        print(say("Go on with: {command}", command=command))
    command = typed("course", "generate", folder, "--prompt", first_word(tokenizer, learnt.ids))
    print(say("Let it write: {command}", command=command))


def _check_out(folder, *, resume: bool):
    """Refuse to train without a place to keep the result, and over a run that is there."""
    if not folder:
        command = typed("course", "train", "--out", "my_run", "--minutes", 3)
        raise ValueError(
            say(
                "Say by --out in which folder to keep the run, for example: `{command}`",
                command=command,
            )
        )
    if not resume and (Path(folder) / "run.json").exists():
        raise ValueError(
            say(
                "{folder} holds a run already. Go on with it by `{command}`, or name another "
                "folder.",
                folder=folder,
                command=typed("course", "train", "--resume", "--out", folder),
            )
        )
    files.probe(Path(folder))  # before minutes are spent on what can't be kept


def _check_size(path):
    """Refuse a text that would fill the memory; announce one that takes its time."""
    try:
        size = Path(path).stat().st_size / 1e6
    except OSError:
        return  # who reads it says what is wrong
    if size > LARGEST:
        raise ValueError(
            say(
                "{path} has {size:,.0f} MB; this command reads at most {largest} MB. A part of it "
                "does as well: `{command}`",
                path=path,
                size=size,
                largest=LARGEST,
                command=f"head -c {LARGEST}000000 {shlex.quote(str(path))} > part.txt",
            )
        )
    if size > LARGE:
        print(say("Reading {size:,.0f} MB of text …", size=size), flush=True)
