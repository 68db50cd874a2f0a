"""The widgets of this lesson: what a cut leaves, and a text written bar by bar."""

import functools

import numpy as np

from course.interactive import live, plot
from course.transformers import choosing, reading, tokens
from course.words import say, say_n

SHOWN = 24  # bars
NAMES = {" ": "␣", "\n": "↵"}
LINES = ("The king is d", "My lord, I will not q", "ROMEO:\nI", "To be, or not to be, th")
START = "PROSPERO:\nMy b"
MOST = 9  # digits that name a bar


@functools.cache
def _model():
    return reading.small_gpt()


def _logits(text: str):
    """Logits of what follows a text."""
    model = _model()
    return reading.Reader(model).logits(tokens.encode(text, model.alphabet))[0, -1]


def _sorted_names(p):
    """The most probable tokens, and how each is written."""
    order = np.argsort(-p, kind="stable")[:SHOWN]
    letters = (_model().alphabet[i] for i in order)
    return order, [NAMES.get(letter, letter) for letter in letters]


def _shown(text: str) -> str:
    """A text on one line, as a title can hold it."""
    return text.replace("\n", " ↵ ").replace("$", r"\$")


def cuts():
    """Show a distribution while temperature, k, p and min-p move."""
    return live.figure(
        _cuts,
        alt="Bars for the 24 most probable characters after a line. A wide bar is the probability "
        "at temperature 1; a narrow bar in it what is left after temperature and cuts, scaled to "
        "sum to 1. Characters that were cut have no narrow bar.",
        width=5.7,
        height=3.4,
        line=live.choice([line.replace("\n", " / ") for line in LINES], label="text so far"),
        temperature=live.slider(0.2, 3.0, start=1.0, step=0.1, label="temperature"),
        k=live.slider(1, 64, start=64, label="top-k"),
        mass=live.slider(0.05, 1.0, start=0.9, step=0.05, label="top-p"),
        ratio=live.slider(0.0, 1.0, start=0.0, step=0.02, label="min-p"),
    )


def _cuts(fig):
    ax = fig.subplots()
    places = np.arange(SHOWN)
    grey = ax.bar(places, np.ones(SHOWN), 0.8, color="#B4BDC9", label="from the model")
    blue = ax.bar(places, np.ones(SHOWN), 0.4, color=plot.COLORS[0], label="left to draw from")
    below = {"ha": "center", "va": "top", "transform": ax.get_xaxis_transform()}
    names = [ax.text(i, -0.03, "", fontsize=10, **below) for i in places]
    ax.set(xlim=(-0.7, SHOWN - 0.3), xticks=[], ylabel="probability")
    ax.set_xlabel(say("the {n} most probable of 64 characters", n=SHOWN), labelpad=20)
    ax.legend(loc="upper right")

    def update(line, temperature, k, mass, ratio):
        z = _logits(line.replace(" / ", "\n"))
        p = choosing.temper(z, 1.0)
        left = choosing.top_p(choosing.top_k(choosing.temper(z, temperature), k), mass)
        left = choosing.min_p(left, ratio) if ratio else left
        order, written = _sorted_names(p)
        plot.heights([*grey, *blue], [*p[order], *left[order]])
        for text, name in zip(names, written, strict=True):
            text.set_text(name)
        expected = -(left[left > 0] * np.log(left[left > 0])).sum()
        n = int((left > 0).sum())
        said = say_n(
            "{n} of 64 characters is left; expected surprise {nats:.2f} nats.",
            "{n} of 64 characters are left; expected surprise {nats:.2f} nats.",
            n,
            nats=expected,
        )
        return [*grey, *blue, *names], said

    return update


def writing():
    """Write with the model: each digit takes the bar of that number."""
    return live.figure(
        _writing,
        alt="Nine numbered bars: the most probable next characters after the text so far, which "
        "stands above them. Under them the mean cost of what was written, and that of greedy "
        "text of the same length.",
        width=5.7,
        height=3.1,
        picks=live.text(
            "3111", samples=("1", "11111", "2131", "9", "1112"), most=48, label="digits 1 to 9"
        ),
    )


@functools.cache
def _written(picks: str):
    """The text after these picks, its cost, and the logits of what follows."""
    if not picks:
        return START, 0.0, _logits(START)
    text, cost, z = _written(picks[:-1])
    p = choosing.temper(z, 1.0)
    token = np.argsort(-p, kind="stable")[int(picks[-1]) - 1]
    text += _model().alphabet[token]
    return text, cost - np.log(p[token]), _logits(text)


def _writing(fig):
    ax = fig.subplots()
    bars = ax.bar(range(MOST), np.ones(MOST), color=plot.COLORS[0], width=0.7)
    below = {"ha": "center", "va": "top", "transform": ax.get_xaxis_transform()}
    names = [ax.text(i, -0.03, "", fontsize=11, **below) for i in range(MOST)]
    ax.set(xlim=(-0.7, MOST - 0.3), xticks=[], ylabel="probability")
    title = ax.set_title(" ", fontsize=10)

    def update(picks):
        picks = "".join(c for c in picks if c in "123456789")  # what names no bar writes nothing
        text, cost, z = _written(picks)
        _, greedy, _ = _written("1" * len(picks))
        p = choosing.temper(z, 1.0)
        order, written = _sorted_names(p)
        plot.heights(bars, p[order[:MOST]])
        for i in range(MOST):
            names[i].set_text(f"{i + 1}: {written[i]}")
        title.set_text(_shown(text))
        n = max(len(picks), 1)
        said = "{n} written, at {cost:.2f} nats each; greedy ones cost {greedy:.2f}."
        costs = {"cost": cost / n, "greedy": greedy / n}
        return [*bars, *names, title], say(said, n=len(picks), **costs)

    return update


WIDGETS = (cuts, writing)
