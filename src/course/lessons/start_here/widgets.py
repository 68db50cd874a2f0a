"""The widget of this lesson: what follows a character, bold or even."""

import numpy as np

from course import data
from course.foundations import bigram
from course.interactive import live, plot
from course.transformers import tokens

SHOWN = 16  # the most probable followers that are drawn
NAMES = {" ": "␣", "\n": "↵"}  # a space and a line end, visible


def followers():
    """Show what follows a chosen letter at a chosen temperature, and a line written that way."""
    text = data.shakespeare()
    alphabet = tokens.alphabet(text)
    counts = bigram.count_pairs(tokens.encode(text, alphabet), len(alphabet))
    p = bigram.probabilities(counts)

    def setup(fig):
        ax = fig.subplots()
        bars = ax.bar(np.arange(SHOWN), np.ones(SHOWN), color=plot.COLORS[0], width=0.7)
        names = [ax.text(i, -0.03, "", ha="center", va="top", fontsize=10) for i in range(SHOWN)]
        ax.set(
            ylim=(0, 1), xlim=(-0.6, SHOWN - 0.4), xticks=[], ylabel="probability of what follows"
        )

        def update(letter, temperature):
            q = bigram.sharpen(p, temperature)
            start = alphabet.index(letter)
            order = np.argsort(-q[start], kind="stable")[:SHOWN]
            for bar, name, j in zip(bars, names, order, strict=True):
                bar.set_height(q[start, j])
                name.set_text(NAMES.get(alphabet[j], alphabet[j]))
            line = bigram.write(np.random.default_rng(0), q, start, 80)
            return [*bars, *names], "writes: " + tokens.decode(line, alphabet).replace("\n", " ")

        return update

    return live.figure(
        setup,
        alt="Bars: the probability of each character that can follow the chosen letter, largest "
        "first. Under them a line of text drawn from these probabilities. At a low temperature one "
        "bar holds nearly everything and the line repeats itself; at a high one the bars level out "
        "and the line is noise.",
        width=9,
        height=3.2,
        letter=live.choice("tqaeT", label="after"),
        temperature=live.slider(0.1, 10.0, start=1.0, log=True, label="temperature"),
    )


WIDGETS = (followers,)
