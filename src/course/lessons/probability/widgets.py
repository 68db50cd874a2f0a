"""The widgets of this lesson: Bayes' rule as areas, and what a temperature does to a choice."""

import functools

import numpy as np

from course import data
from course.foundations import bigram, information, probability
from course.interactive import live, plot
from course.transformers import tokens
from course.words import later, say


def areas():
    """Show who is ill and whose test is positive as areas of a square, and the same per alarm."""
    return live.figure(
        _areas,
        alt="A square of all people. A strip at the left, one tenth, is ill, and nearly all of its "
        "height is positive; the rest is healthy, of which a low strip at the bottom is positive. "
        "Beside it a bar of all positive people, of which about two thirds are ill.",
        width=8.4,
        height=3.8,
        prior=live.slider(0.001, 0.5, start=0.1, log=True, label="ill, of all people"),
        found=live.slider(0.5, 1.0, start=0.99, step=0.01, label="positive, if ill"),
        false=live.slider(0.001, 0.5, start=0.05, log=True, label="positive, if healthy"),
    )


def _areas(fig):
    square, bar = fig.subplots(1, 2, width_ratios=[1.7, 1])
    square.set(xlim=(0, 1), ylim=(0, 1), xlabel="share of people", ylabel="share of each part")
    bar.set(xlim=(-1, 1), ylim=(0, 1), xticks=[], ylabel="share of the positive")
    bar.set_title("all who are positive")
    square.set_title("all people")
    for ax in (square, bar):
        ax.grid(False)
    ill, healthy = plot.COLORS[1], plot.COLORS[0]
    parts = [
        square.axvspan(0, 1, 0, 1, facecolor=colour, alpha=alpha, lw=0, label=label, hatch=hatch)
        for colour, alpha, label, hatch in (
            (ill, 0.9, later("ill, positive"), "//"),
            (ill, 0.25, later("ill, negative"), ""),
            (healthy, 0.9, later("healthy, positive"), ""),
            (healthy, 0.15, later("healthy, negative"), ""),
        )
    ]
    stack = [
        bar.axhspan(0, 1, 0.25, 0.75, facecolor=colour, alpha=0.9, lw=0, hatch=hatch)
        for colour, hatch in ((ill, "//"), (healthy, ""))
    ]
    square.legend(handles=parts, loc="center right")

    def update(prior, found, false):
        table = np.array([[found, 1 - found], [false, 1 - false]])
        cuts = (
            (0, prior, 0, found),
            (0, prior, found, 1),
            (prior, 1, 0, false),
            (prior, 1, false, 1),
        )
        for part, (left, right, low, high) in zip(parts, cuts, strict=True):
            part.set_bounds(left, low, right - left, high - low)
        posterior = probability.bayes(np.array([prior, 1 - prior]), table)[0, 0]
        stack[0].set_bounds(0.25, 0, 0.5, posterior)
        stack[1].set_bounds(0.25, posterior, 0.5, 1 - posterior)
        alarms = 1000 * (prior * found + (1 - prior) * false)
        return [*parts, *stack], say(
            "Of 1,000 people {alarms:.1f} are positive; {ill:.1f} of these are ill, {share:.0f} %.",
            alarms=alarms,
            ill=1000 * prior * found,
            share=100 * posterior,
        )

    return update


@functools.cache
def _rows():
    """Return the alphabet of names, its point first, and the log-probabilities of what follows."""
    names = sorted(set(data.given_names().name))
    text = "." + ".".join(names) + "."
    alphabet = tokens.alphabet(text)
    counts = bigram.count_pairs(tokens.encode(text, alphabet), len(alphabet))
    return alphabet, np.log(bigram.probabilities(counts + 0.1))


AFTER = {"begins with": ".", "after a": "a", "after n": "n", "after q": "q"}


def temperature():
    """Show what follows a letter in names at a temperature, with its entropy and perplexity."""

    def setup(fig):
        alphabet, log_p = _rows()
        ax = fig.subplots()
        bars = ax.bar(np.arange(len(alphabet)), 1.0, color=plot.COLORS[0], width=0.75)
        ax.set_xticks(np.arange(len(alphabet)), [later("end"), *alphabet[1:]])
        ax.get_xticklabels()[0].set_ha("right")  # clear of the a
        ax.grid(False, axis="x")
        ax.set(xlabel="letter that follows", ylabel="probability")
        corner = {"ha": "right", "va": "top", "transform": ax.transAxes}
        told = ax.text(1, 0.98, "", fontsize=11, **corner)

        def update(after, tau):
            z = log_p[alphabet.index(AFTER[after])] / tau
            q = np.exp(z - information.log_sum_exp(z))
            plot.heights(bars, q)
            nats = information.entropy(q / q.sum())
            bits = nats / np.log(2)
            told.set_text(say("entropy {nats:.2f} nats = {bits:.2f} bits", nats=nats, bits=bits))
            said = "As surprising as {n:.1f} letters of equal probability."
            return [*bars, told], say(said, n=np.exp(nats))

        return update

    return live.figure(
        setup,
        alt="Bars for the end of a name and the letters a to z: how probable each is after an a. The "
        "end and the n are largest. At a low temperature a single bar is left, at a high one all "
        "bars are alike.",
        width=5.7,
        height=3.2,
        after=live.choice(list(AFTER), start="after a", label="where"),
        tau=live.slider(0.1, 10.0, start=1.0, log=True, label="temperature"),
    )


WIDGETS = (areas, temperature)
