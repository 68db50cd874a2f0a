"""The widget of this lesson: what depth does to activations and gradients."""

import functools

import numpy as np

from course.interactive import live, numerals, plot
from course.networks import initial
from course.words import later, say

DEPTH, WIDTH, BATCH = 50, 256, 32
ROWS = 6  # layers whose histograms are shown
REACH = 3.0  # activations are shown from −REACH to REACH
LOWEST, HIGHEST = -14, 8  # spreads by their power of ten


def layers():
    """Signals through a deep stack: histograms, spread and cosine by layer, forward and back."""
    return live.figure(
        _setup,
        alt="Histograms of activations in six layers of a deep network; their spread, the spread "
        "between examples and that of gradients at every layer; and the mean cosine of two "
        "examples. With tanh and variance 1 over fan-in the spread falls to a tenth and the cosine of "
        "activations rises to a third.",
        width=7.7,
        height=3.9,
        depth=live.slider(2, DEPTH, start=DEPTH, label="layers"),
        units=live.slider(16, WIDTH, start=WIDTH, step=16, label="width"),
        name=live.choice(list(initial.ACTIVATIONS), start="tanh", label="activation"),
        scale=live.slider(
            0.25, 8.0, start=1.0, step=6 / np.log10(2), log=True, label="variance × fan-in"
        ),  # six steps to a doubling, so that 1 and 2 can be reached
    )


@functools.cache
def _draws():
    """Standard normal weights, input and top gradient; every setting only scales and cuts them."""
    rng = np.random.default_rng(5)
    weights = rng.standard_normal((DEPTH, WIDTH, WIDTH), dtype=np.float32)
    x, dy = rng.standard_normal((2, BATCH, WIDTH), dtype=np.float32)
    return weights, x, dy


def _signals(depth, units, name, scale):
    """Activations and gradients of every layer, input first; single precision is enough to see."""
    weights, x, dy = _draws()
    std = np.float32(np.sqrt(scale / units))
    stack = [std * W[:units, :units] for W in weights[:depth]]
    hs, zs = initial.propagate(x[:, :units], stack, name)
    return hs, initial.propagate_back(dy[:, :units], zs, stack, name)


def _setup(fig):
    left, middle, right = fig.subplots(1, 3, width_ratios=[1.1, 1, 1])
    edges = np.linspace(-REACH, REACH, 61)
    acts = _rows(left, edges)
    spreads, cosines = _spreads(middle), _cosines(right)

    def update(depth, units, name, scale):
        hs, dhs = _signals(depth, units, name, scale)
        shown = np.linspace(1, depth, ROWS).round().astype(int)
        for row, layer in enumerate(shown):
            _fill(acts[row], row, hs[layer][hs[layer] != 0])
        values = [
            [h.std() for h in hs],
            [initial.spread_between(h) for h in hs],
            [dh.std() for dh in dhs],
        ]
        angles = [[initial.mean_cosine(h) for h in signals] for signals in (hs, dhs)]
        for line, value in zip([*spreads, *cosines], values + angles, strict=True):
            line.set_data(range(depth + 1), value)
        said = say(
            "Last layer: spread {spread}, cosine {cosine:.2f}.",
            spread=_short(values[0][-1]),
            cosine=angles[0][-1],
        )
        return [*acts, *spreads, *cosines], said

    return update


def _rows(ax, edges):
    ax.set(xlim=edges[[0, -1]], ylim=(-ROWS + 0.9, 1.0), title="Activations")
    ax.set(xticks=range(-3, 4), yticks=[])
    ax.set_xlabel("activation; zeros and\nwhat is beyond ±3 left out")
    ax.spines.left.set_visible(False)
    for row, name in ((0, later("first layer")), (ROWS - 1, later("last layer"))):
        ax.text(-REACH, -row, name, va="bottom")
    nothing = np.zeros(len(edges) - 1)
    return [
        ax.stairs(nothing - row, edges, baseline=-row, fill=True, color=plot.COLORS[0], alpha=0.75)
        for row in range(ROWS)
    ]


def _fill(stairs, row, values):
    count, _ = np.histogram(values, stairs.get_data().edges)
    stairs.set_data(-row + 0.85 * count / max(count.max(), 1))


def _spreads(ax):
    ax.set(xlim=(0, DEPTH), ylim=(10.0**LOWEST, 10.0**HIGHEST), yscale="log", xlabel="layer")
    ax.set(title="Spread", ylabel="standard deviation")
    ax.set_yticks(10.0 ** np.arange(-12, HIGHEST + 1, 4))
    named = later("activations"), later("between examples"), later("gradients")
    return _lines(ax, named, "upper left", (0, 2, 1))


def _cosines(ax):
    ax.set(xlim=(0, DEPTH), ylim=(0, 1.02), xlabel="layer", title="Directions")
    ax.set_ylabel("mean |cosine| of two examples")
    return _lines(ax, ("activations", "gradients"), "center right", (0, 1))


def _lines(ax, labels, place, colors):
    lines = [
        ax.plot([], [], color=plot.COLORS[i], ls=plot.LINES[i], label=label)[0]
        for i, label in zip(colors, labels, strict=True)
    ]
    ax.legend(loc=place)
    return lines


def _short(value: float) -> str:
    if value < 10.0**LOWEST:
        return say("below {number}", number=numerals.power_of_ten(LOWEST))
    return numerals.write(value, 2 if 1e-3 <= value < 1e4 else 1)


WIDGETS = (layers,)
