"""The widgets of this lesson: what an outlier limit costs, and how far a picture may be changed."""

import functools

import numpy as np

from course import data
from course.foundations import augment, leaks, tables
from course.interactive import live, plot
from course.words import say

NAMES = ("ink", "height", "width", "slant", "tall")
RULES = ("mean and spread", "median and MAD")
SHEET, COLS = 18, 6


def threshold():
    """Which numbers of a column a limit calls outliers, and how many of them are really wrong."""
    return live.figure(
        _threshold,
        alt="All numbers of the column ink, one dot each, on a logarithmic axis, with a line at each "
        "limit. Right numbers lie in the middle; a few wrong ones lie far to the right, "
        "outside the limits.",
        width=5.7,
        height=3,
        column=live.choice(list(NAMES), start="ink", label="column"),
        rule=live.choice(list(RULES), start=RULES[1], label="rule"),
        limit=live.slider(0.5, 12.0, start=3.0, step=0.25, label="limit"),
    )


@functools.cache
def _columns():
    """Each column's numbers, and which of them were made wrong: gaps and repeated rows left out."""
    table, truth = map(tables.read_csv, data.dirty_digits())
    x = tables.numbers(table, list(NAMES))
    wrong = np.zeros(x.shape, dtype=bool)
    for row, name, kind, _ in zip(*truth.values(), strict=True):
        if name in NAMES and kind in ("code", "unit"):
            wrong[int(row), NAMES.index(name)] = True
    once = ~tables.repeated(list(zip(*table.values(), strict=True)))
    return {
        name: (column[once & ~np.isnan(column)], bad[once & ~np.isnan(column)])
        for name, column, bad in zip(NAMES, x.T, wrong.T, strict=True)
    }


def _limits(column, rule):
    """The middle of a column, and the unit that a limit counts in."""
    if rule == RULES[0]:
        return column.mean(), column.std()
    middle = np.median(column)
    return middle, 1.4826 * np.median(np.abs(column - middle)) or 1.0


def _threshold(fig):
    ax = fig.subplots()
    ax.set(xscale="symlog", ylim=(-0.1, 1.1), xlabel="number in the table", yticks=[])
    ax.set(xlim=(-300, 30_000), ylabel="one dot a row")
    (right,) = ax.plot([], [], "o", color=plot.COLORS[0], ms=3, alpha=0.5, ls="none", label="right")
    (wrong,) = ax.plot([], [], "X", color=plot.COLORS[1], ms=7, ls="none", label="really wrong")
    lines = [ax.axvline(0, color=plot.COLORS[4], ls="--", lw=1.4) for _ in "ab"]
    lines[0].set_label("limits")
    ax.legend(loc="upper left")
    heights = np.random.default_rng(0).uniform(0, 1, 600)

    def update(column, rule, limit):
        numbers, bad = _columns()[column]
        middle, unit = _limits(numbers, rule)
        right.set_data(numbers[~bad], heights[: (~bad).sum()])
        wrong.set_data(numbers[bad], np.linspace(0.1, 0.9, bad.sum()))
        for line, side in zip(lines, (-1, 1), strict=True):
            line.set_xdata([middle + side * limit * unit] * 2)
        out = np.abs(numbers - middle) > limit * unit
        said = say(
            "{caught} of {wrong} wrong numbers are outside the limits, and {lost} of {right} right "
            "ones.",
            caught=(out & bad).sum(),
            wrong=bad.sum(),
            lost=(out & ~bad).sum(),
            right=(~bad).sum(),
        )
        return [right, wrong, *lines], said

    return update


def strength():
    """Copies of one digit, each changed at random up to three limits."""
    return live.figure(
        _strength,
        alt="Eighteen copies of a handwritten 6, turned by up to 60 degrees: some are read as a 4 or "
        "a 5.",
        width=7.6,
        height=3.9,
        digit=live.choice(list(range(10)), start=6, label="digit"),
        degrees=live.slider(0, 180, start=60, step=5, label="largest turn, degrees"),
        stretch=live.slider(0.0, 0.8, start=0.0, step=0.05, label="largest stretch"),
        pixels=live.slider(0, 14, start=0, label="largest move, pixels"),
    )


@functools.cache
def _known():
    """1,000 training digits with labels, and a clear picture of each digit, (10, 28, 28)."""
    x, y, *_ = data.digits()
    means = np.stack([x[y == k].mean(axis=0) for k in range(10)])
    typical = [
        np.flatnonzero(y == k)[((x[y == k] - means[k]) ** 2).sum(axis=1).argmin()]
        for k in range(10)
    ]
    few = x[:1000].copy()  # a view would keep all 8,000
    return few, y[:1000], x[typical].reshape(10, 28, 28)


def _strength(fig):
    ax = fig.subplots()
    image = plot.digits(ax, np.eye(28)[None].repeat(SHEET, axis=0), cols=COLS)
    image.set_clim(0, 1)

    def update(digit, degrees, stretch, pixels):
        x, y, typical = _known()
        copies = np.repeat(typical[digit][None], SHEET, axis=0)
        rng = np.random.default_rng(5)
        copies = augment.jitter(rng, copies, degrees=degrees, stretch=stretch, pixels=pixels)
        image.set_data(plot.tile(np.clip(copies, 0, 1), COLS))
        said = leaks.nearest(x, y, copies.reshape(SHEET, -1))
        others = ", ".join(str(k) for k in np.unique(said[said != digit]))
        counted = {"n": (said == digit).sum(), "all": SHEET, "digit": digit}
        if not others:
            told = say(
                "The nearest of 1,000 unchanged digits reads {n} of {all} as {digit}.", **counted
            )
        else:
            told = say(
                "The nearest of 1,000 unchanged digits reads {n} of {all} as {digit}, the others as "
                "{others}.",
                others=others,
                **counted,
            )
        return image, told

    return update


WIDGETS = (threshold, strength)
