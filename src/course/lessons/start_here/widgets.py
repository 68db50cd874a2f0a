"""The widgets of this lesson: a model that writes, and what follows a character, bold or even."""

import functools

import numpy as np

from course import data
from course.foundations import bigram
from course.interactive import live, numerals, plot
from course.transformers import tokens
from course.words import say

SHOWN = 16  # the most probable followers that are drawn
NAMES = {" ": "␣", "\n": "↵"}  # a space and a line end, visible
LONGEST = 64


@functools.cache
def _model():
    """Return the alphabet, and the probabilities of what follows, (V, V)."""
    text = data.shakespeare()
    alphabet = tokens.alphabet(text)
    counts = bigram.count_pairs(tokens.encode(text, alphabet), len(alphabet))
    return alphabet, bigram.probabilities(counts)


class _Bars:
    """The most probable followers of a character as bars, named, under a heading."""

    def __init__(self, fig):
        ax = fig.subplots()
        self.bars = ax.bar(np.arange(SHOWN), np.ones(SHOWN), color=plot.COLORS[0], width=0.7)
        below = {"ha": "center", "va": "top", "transform": ax.get_xaxis_transform()}
        self.names = [ax.text(i, -0.03, "", fontsize=10, **below) for i in range(SHOWN)]
        corner = {"ha": "right", "va": "top", "transform": ax.transAxes}
        self.heading = ax.text(1, 0.94, "", fontsize=11, **corner)
        ax.set(xlim=(-0.6, SHOWN - 0.4), xticks=[], ylabel="probability of being next")

    def show(self, q, heading):
        """Draw the row q, (V,). Returns what changed."""
        alphabet, _ = _model()
        order = np.argsort(-q, kind="stable")[:SHOWN]
        plot.heights(self.bars, q[order])
        for name, j in zip(self.names, order, strict=True):
            name.set_text(NAMES.get(alphabet[j], alphabet[j]))
        self.heading.set_text(heading)
        return [*self.bars, *self.names, self.heading]


def writing():
    """Show a line as it is written, one character at a time, and what may come next."""

    def setup(fig):
        bars = _Bars(fig)
        alphabet, p = _model()

        def update(letter, written):
            line = bigram.write(np.random.default_rng(7), p, alphabet.index(letter), written)
            last = alphabet[line[-1]]
            shown = bars.show(p[line[-1]], say("after {letter}", letter=NAMES.get(last, last)))
            text = tokens.decode(line, alphabet).replace("\n", " ")
            return shown, say("writes: {text}", text=text)

        return update

    return live.figure(
        setup,
        alt="Bars: the probability of each character that can come next, largest first. Under them "
        "the line that has been written so far. Each character that is added changes the bars.",
        width=5.7,
        height=2.5,
        letter=live.choice("TAWtq", label="first letter"),
        written=live.slider(0, LONGEST, start=12, label="characters written"),
    )


def followers():
    """Show what follows a chosen letter at a chosen temperature, and a line written that way."""

    def setup(fig):
        bars = _Bars(fig)
        alphabet, p = _model()

        def update(letter, temperature):
            q, start = bigram.sharpen(p, temperature), alphabet.index(letter)
            heading = "after {letter}, temperature {temperature}"
            heading = say(heading, letter=letter, temperature=numerals.write(temperature))
            shown = bars.show(q[start], heading)
            line = bigram.write(np.random.default_rng(0), q, start, LONGEST)
            text = tokens.decode(line, alphabet).replace("\n", " ")
            return shown, say("writes: {text}", text=text)

        return update

    return live.figure(
        setup,
        alt="Bars: the probability of each character that can follow the chosen letter, largest "
        "first. Under them a line of text drawn from these probabilities. At a low temperature one "
        "bar holds nearly everything and the line repeats itself; at a high one the bars level out "
        "and the line is noise.",
        width=5.7,
        height=3.2,
        letter=live.choice("tqaeT", label="after"),
        temperature=live.slider(0.1, 10.0, start=1.0, log=True, label="temperature"),
    )


WIDGETS = (writing, followers)
