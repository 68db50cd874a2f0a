"""The widgets of this lesson: what a model costs, a model in training, and what comes next."""

import functools
import textwrap

import numpy as np
import torch

from course.data import shakespeare, split_text
from course.interactive import live, plot
from course.practice.costs import flops_per_token, memory, parameters
from course.transformers import tokens
from course.transformers.gpt import pretrained, train
from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.generate import generate
from course.transformers.gpt.recipe import Recipe
from course.transformers.gpt.run import Run, pace
from course.transformers.gpt.sampling import distribution
from course.words import later, say

BATCH = 12  # windows a step
HERE = "this machine"
SPEEDS = {"10 GFLOP/s": 1e10, "1 TFLOP/s": 1e12, "400 TFLOP/s": 4e14}  # beside this machine's own
PARTS = ("tables", "attention", "MLP", "head")
SHOWN = 20  # characters whose probabilities are drawn
WRITTEN = 40  # characters that a line is continued by
NAMES = {" ": "␣", "\n": "↵"}
LINE = "To be, or not to b"
STEPS, EVERY = 400, 8  # of the model that learns while it is watched


def cost():
    """Show what a GPT of chosen sizes costs, before it is trained."""
    return live.figure(
        _bill,
        alt="First, bars: which share of the parameters stands in tables, attention, MLP and head, "
        "in percent. Then, in words: parameters, operations for a token and for all of training, "
        "memory, and the time that the training takes on the chosen machine.",
        width=8.4,
        height=2.9,
        wide=live.choice([32, 64, 128, 256, 768, 1600], start=64, label="width"),
        layers=live.slider(1, 48, start=2, label="layers"),
        context=live.choice([32, 64, 128, 256, 1024], start=64, label="context"),
        steps=live.slider(100.0, 1e6, start=1000.0, log=True, label="steps"),
        machine=live.choice([*SPEEDS, HERE], start="10 GFLOP/s", label="machine"),
    )


def _bill(fig):
    left, right = fig.subplots(1, 2, width_ratios=[1, 1.15])
    bars = left.barh(range(4), np.ones(4), color=plot.COLORS[0], height=0.6)
    left.set(xlim=(0, 100), ylim=(3.6, -0.6), xlabel="share of the parameters, %")
    left.set_yticks(range(4), PARTS)
    right.set_axis_off()
    said = [right.text(0, 0.88 - 0.2 * i, "", fontsize=11) for i in range(5)]

    def update(wide, layers, context, steps, machine):
        config = Config(64, **MODERN, context=context, layers=layers, heads=4, width=wide)
        for bar, n in zip(bars, shares(config), strict=True):
            bar.set_width(100 * n / parameters(config))
        work = flops_per_token(config) * BATCH * context * steps
        rate = measured_speed() if machine == HERE else SPEEDS[machine]
        lines = [
            say("{n:,} parameters", n=parameters(config)),
            say("{n} operations for a token", n=_powers(flops_per_token(config))),
            say("{n} for {steps:,.0f} steps of {B} windows", n=_powers(work), steps=steps, B=BATCH),
            say("{n:,.0f} MB of memory while it trains", n=memory(config, BATCH) / 1e6),
            say("{time} on this machine", time=_time(work / rate))
            if machine == HERE
            else say("{time} at {speed}", time=_time(work / rate), speed=machine),
        ]
        for text, line in zip(said, lines, strict=True):
            text.set_text(line)
        return [*bars, *said]

    return update


def shares(config) -> tuple:
    """Count parameters in tables, attention, MLP and head; norms of the modern block have none."""
    square, L = config.width**2, config.layers
    head = 0 if config.tied else config.vocab * config.width
    blocks = (4 * L * square, 8 * L * square)
    return (parameters(config) - sum(blocks) - head, *blocks, head)


@functools.cache
def measured_speed() -> float:
    """Train a small GPT for a second; operations a second of this process."""
    config = Config(64, **MODERN, context=64, layers=2, heads=4, width=128)
    ids = np.random.default_rng(0).integers(0, 64, 10000)
    seconds = pace(config, Recipe(batch=BATCH), ids)
    return flops_per_token(config) * BATCH * config.context / seconds


def _powers(n: float) -> str:
    digits, power = f"{n:.1e}".split("e")
    return rf"${digits} \cdot 10^{{{int(power)}}}$"


def _time(seconds: float) -> str:
    units = (
        (later("{n:,.0f} years"), 31557600),
        (later("{n:,.0f} days"), 86400),
        (later("{n:,.0f} hours"), 3600),
        (later("{n:,.0f} minutes"), 60),
        (later("{n:.0f} seconds"), 1),
    )
    for text, size in units:
        if seconds >= 2 * size:
            return say(text, n=seconds / size)
    return say("about a second")


def learning():
    """Train a small GPT while it is watched: its loss, and how it writes."""
    text = shakespeare()
    alphabet = tokens.alphabet(text)
    ids, unseen = (tokens.encode(part, alphabet) for part in split_text(text))

    def steps(lr, layers):
        config = Config(len(alphabet), **MODERN, context=32, layers=layers, heads=2, width=48)
        recipe = Recipe(steps=STEPS, lr=5e-3 * lr, lr_head=1e-2 * lr, lr_embed=6e-2 * lr)
        run, held_out, lines = Run(config, recipe, ids), [], ""
        for n in range(STEPS // EVERY + 1):
            held_out.append(train.evaluate(run.model, unseen[:3000]))
            lines = sample(run.model, alphabet) if n % 5 == 0 else lines
            yield {"step": run.step, "losses": run.losses, "held_out": held_out, "lines": lines}
            for _ in range(EVERY if run.step < STEPS else 0):
                run.advance()

    return live.training(
        steps,
        _curve,
        alt="First, the loss of a small GPT against the steps it has learnt: dots for the batches, a"
        " line for unseen text, falling steeply at first. Then, what the model writes after ROMEO "
        "with a colon.",
        total=STEPS // EVERY + 1,
        preview=6,
        width=8.4,
        height=3.2,
        lr=live.slider(0.01, 30.0, start=1.0, log=True, label="learning rate over the usual one"),
        layers=live.choice([0, 1, 2], start=1, label="layers"),
    )


def sample(model, alphabet, start="ROMEO:\n", n=160):
    """Write a little; the same dice each time."""
    dice = torch.Generator().manual_seed(1)
    ids = generate(model, tokens.encode(start, alphabet), n, generator=dice, temperature=0.8)
    return tokens.decode(ids, alphabet)


def _curve(fig):
    left, right = fig.subplots(1, 2, width_ratios=[1.3, 1])
    (dots,) = left.plot([], [], ".", ms=2, color=plot.FAINT, label="batches")
    (line,) = left.plot([], [], color=plot.COLORS[0], label="unseen text", **plot.HEAD)
    left.set(xlim=(0, STEPS), ylim=(1.5, 5), xlabel="steps", ylabel="loss, nats per character")
    left.legend(loc="upper right")
    right.set_axis_off()
    written = right.text(0, 1, "", va="top", family="monospace", fontsize=9)

    def update(state):
        dots.set_data(range(len(state["losses"])), state["losses"])
        line.set_data(EVERY * np.arange(len(state["held_out"])), state["held_out"])
        lines = [textwrap.fill(line, 44) for line in state["lines"].replace("$", r"\$").split("\n")]
        written.set_text("\n".join(lines[:12]))
        loss = state["held_out"][-1]
        said = "step {n}: {loss:.2f} nats on unseen text"
        return [dots, line, written], say(said, n=state["step"], loss=loss)

    return update


def next_token(model=None, alphabet=None):
    """Show what a GPT expects after a typed line, and how it goes on.

    Parameters
    ----------
    model, alphabet
        A GPT and its characters; by default the one that ships with the course.
    """
    if model is None:
        model, alphabet = pretrained.small_gpt()

    def setup(fig):
        ax = fig.subplots()
        bars = ax.bar(range(SHOWN), np.ones(SHOWN), color=plot.COLORS[0], width=0.7)
        below = {"ha": "center", "va": "top", "transform": ax.get_xaxis_transform()}
        names = [ax.text(i, -0.03, "", fontsize=10, **below) for i in range(SHOWN)]
        ax.set(xlim=(-0.6, SHOWN - 0.4), xticks=[], ylabel="probability of what follows")
        title = ax.set_title(" ")

        def update(line, temperature):
            ids = tokens.encode(line, alphabet)
            p = follows(model, ids, temperature)
            order = np.argsort(-p, kind="stable")[:SHOWN]
            plot.heights(bars, p[order])
            for name, i in zip(names, order, strict=True):
                name.set_text(NAMES.get(alphabet[i], alphabet[i]))
            dice = torch.Generator().manual_seed(0)
            out = generate(model, ids, WRITTEN, generator=dice, temperature=temperature)
            on = tokens.decode(out[len(ids) :], alphabet).replace("\n", " / ").replace("$", r"\$")
            shown = line.replace("\n", " / ").replace("$", r"\$")
            title.set_text(say("after “{line}”", line=shown))
            return [*bars, *names, title], say("goes on: {text}", text=on)

        return update

    return live.figure(
        setup,
        alt="Bars: the probability of each character that may follow the line, largest first, and "
        "under them how the model goes on.",
        width=5.7,
        height=3.2,
        line=live.text(
            LINE,
            samples=("O Romeo, Rom", "T", "MACBETH:\nI have don"),
            letters=alphabet,
            label="line",
        ),
        temperature=live.slider(0.1, 5.0, start=0.8, log=True, label="temperature"),
    )


@torch.no_grad()
def follows(model, ids, temperature):
    """Probabilities of the token after ids, read by as much of them as the context holds."""
    z = model(torch.from_numpy(ids[-model.config.context :])[None])[0, -1]
    return distribution(z, temperature=temperature).numpy()


WIDGETS = (cost, learning, next_token)
