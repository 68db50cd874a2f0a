"""The widget of this lesson: what depth does to activations and gradients."""

import functools

import numpy as np

from course.interactive import live, numerals, plot
from course.networks import initial

DEPTH, WIDTH, BATCH = 50, 256, 64
ROWS = 6  # layers whose histograms are shown
REACH = 3.0  # activations are shown from −REACH to REACH
LOGS = (-14.0, 8.0)  # gradients by their power of ten


def layers():
    """Signals through a deep stack: histograms of activations and gradients, spread by layer."""
    return live.figure(
        _setup,
        alt="Histograms of activations and of the size of gradients in six layers of a deep "
        "network, and the standard deviation of both at every layer on a logarithmic axis. With "
        "ReLU and variance 2 over fan-in both lines stay level.",
        width=9.6,
        height=3.9,
        depth=live.slider(2, DEPTH, start=DEPTH, label="layers"),
        units=live.slider(16, WIDTH, start=WIDTH, step=16, label="width"),
        name=live.choice(list(initial.ACTIVATIONS), start="relu", label="activation"),
        scale=live.slider(
            0.25, 8.0, start=2.0, step=6 / np.log10(2), log=True, label="variance × fan-in"
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
    left, middle, right = fig.subplots(1, 3, width_ratios=[1, 1, 1.25])
    edges, logs = np.linspace(-REACH, REACH, 61), np.linspace(*LOGS, 67)
    acts = _rows(left, edges, "activation, exact zeros left out", plot.COLORS[0], "Activations")
    grads = _rows(middle, logs, "size of the gradient, power of ten", plot.COLORS[1], "Gradients")
    for row, name in ((0, "first layer"), (ROWS - 1, "last layer")):
        left.text(-REACH, -row, name, va="bottom", fontsize=8.5)
    lines = _spreads(right)

    def update(depth, units, name, scale):
        hs, dhs = _signals(depth, units, name, scale)
        shown = np.linspace(1, depth, ROWS).round().astype(int)
        for row, layer in enumerate(shown):
            _fill(acts[row], row, np.clip(hs[layer][hs[layer] != 0], -REACH, REACH))
            _fill(grads[row], row, _powers(dhs[layer]))
        spreads = [[_spread(s) for s in signals] for signals in (hs, dhs)]
        for line, spread in zip(lines, spreads, strict=True):
            line.set_data(range(depth + 1), spread)
        said = f"Layers {', '.join(map(str, np.unique(shown)))}. Spread of the last activations "
        said += f"{_short(spreads[0][-1])}, of the first gradients {_short(spreads[1][0])}."
        return [*acts, *grads, *lines], said

    return update


def _rows(ax, edges, label, color, title):
    ax.set(xlim=edges[[0, -1]], ylim=(-ROWS + 0.9, 1.0), xlabel=label, title=title, yticks=[])
    ax.spines.left.set_visible(False)
    nothing = np.zeros(len(edges) - 1)
    return [
        ax.stairs(nothing - row, edges, baseline=-row, fill=True, color=color, alpha=0.75)
        for row in range(ROWS)
    ]


def _fill(stairs, row, values):
    edges = stairs.get_data().edges
    count, _ = np.histogram(values, edges)
    stairs.set_data(-row + 0.85 * count / max(count.max(), 1))


def _spreads(ax):
    ax.set(xlim=(0, DEPTH), ylim=(1e-14, 1e8), yscale="log", xlabel="layer", title="Spread")
    ax.set_ylabel("standard deviation")
    lines = [
        ax.plot([], [], color=plot.COLORS[i], ls=plot.LINES[i], label=label)[0]
        for i, label in enumerate(("activations", "gradients"))
    ]
    ax.legend(loc="upper left")
    return lines


def _powers(values):
    """Powers of ten of what isn't zero, moved to the ends where it lies beyond."""
    size = np.abs(values[values != 0])
    return np.clip(np.log10(size), *LOGS)


def _spread(values) -> float:
    mean, square = float(values.mean()), float(np.vdot(values, values)) / values.size
    return max(square - mean**2, 0) ** 0.5


def _short(value: float) -> str:
    if value < 10 ** LOGS[0]:
        return f"below {numerals.power_of_ten(-14)}"
    return numerals.write(value, 2 if 1e-3 <= value < 1e4 else 1)


WIDGETS = (layers,)
