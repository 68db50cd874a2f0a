"""The figures of this lesson: what was learnt from a start, the spread by layer, the depth reached."""

import numpy as np

from course.interactive import plot
from course.words import say


def exclusive_or(logits, learnt, right, x, y) -> None:
    """Show which class each trained network gives to every point of the square.

    Parameters
    ----------
    logits
        Takes parameters and points (N, 2), and returns their logits (N, 2).
    learnt, right
        Name of a start -> its parameters after training, and the percentage that is right.
    x, y : (N, 2), (N,)
        The points that were learnt, of which a few are drawn, and their labels.
    """
    fig, axes = plot.figure(1, 3, width=9, height=3.2, sharey=True)
    side = np.linspace(-1, 1, 80)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    for ax, (name, params) in zip(axes, learnt.items(), strict=True):
        z = logits(params, grid)
        for label, mark in enumerate("ox"):
            won = np.where(z.argmax(axis=1) == label, 1.0, np.nan).reshape(80, 80)
            ax.contourf(side, side, won, levels=[0, 2], colors=[plot.COLORS[label]], alpha=0.2)
            few = x[:150][y[:150] == label]
            ax.scatter(*few.T, s=12, marker=mark, color=plot.COLORS[label], linewidths=1)
        ax.grid(False)
        title = say("from {start}: {right:.0f} %", start=say(name), right=right[name])
        ax.set(title=title, xlabel="first input", aspect="equal")
    axes[0].set_ylabel("second input")
    plot.show(
        fig,
        alt="Three panels of the exclusive-or points. From zero the whole square gets one class. "
        "From one half a single straight cut takes off one corner. From random weights all four "
        "quarters are told apart.",
    )


def spreads(spread) -> None:
    """Show the spread of the activations over the layers.

    Parameters
    ----------
    spread
        (activation, variance × fan-in) -> the spread after each layer, the input first.
    """
    fig, ax = plot.figure(width=8, height=3.6)
    for i, ((name, c), values) in enumerate(spread.items()):
        label = say("{name}, variance {c:.3g}/n", name=say(name), c=c)
        ax.plot(values, color=plot.COLORS[i], ls=plot.LINES[i], label=label)
    ax.set(yscale="log", xlabel="layer", ylabel="standard deviation of activations")
    ax.legend(loc="lower left")
    plot.show(
        fig,
        alt="Standard deviation of activations over 50 layers on a logarithmic axis. ReLU with "
        "variance 1/n falls in a straight line by eight powers of ten, with 2/n stays level, with "
        "2.78/n rises by three; tanh with 1/n sinks slowly to about a tenth.",
    )


def depths_reached(depths, reached) -> None:
    """Show how many digits networks of each kind recognise, over their depth.

    Parameters
    ----------
    depths
        Numbers of hidden layers.
    reached
        Name of a kind -> for each depth the percentages of its seeds.
    """
    fig, ax = plot.figure(width=7.5, height=3.4)
    for i, (kind, runs) in enumerate(reached.items()):
        color = plot.COLORS[i]
        ax.fill_between(depths, np.min(runs, axis=1), np.max(runs, axis=1), color=color, alpha=0.2)
        ax.plot(depths, np.mean(runs, axis=1), "o", ls=plot.LINES[i], color=color, label=kind)
    ax.axhline(10, color=plot.FAINT, ls=":", lw=1.2)
    ax.set(xscale="log", xlabel="hidden layers", ylabel="digits recognised, %", ylim=(0, 100))
    ax.set_xticks(depths, depths, minor=False)
    ax.minorticks_off()
    ax.legend(loc="lower left", bbox_to_anchor=(0, 0.1))  # above the line of guessing
    plot.show(
        fig,
        alt="Digits recognised over the number of hidden layers, 5 to 80, mean and range of three "
        "seeds. Mirrored orthogonal weights stay near 80 percent at every depth. Mirrored LeCun "
        "weights and He's fall with depth, He's to little more than guessing at 80.",
    )
