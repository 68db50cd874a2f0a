"""The figures of this lesson: what was learnt from a start, the spread by layer, the depth reached."""

import numpy as np

from course.interactive import numerals, plot
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
    fig, axes = plot.figure(1, 3, width=8.4, height=3.1, sharey=True)
    side, halves = np.linspace(-1, 1, 80), np.linspace(-1, 1, 5)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    alt = [say("The points of the exclusive or, on a square coloured by the network's answer.")]
    for ax, (name, params) in zip(axes, learnt.items(), strict=True):
        z = logits(params, grid)
        sentence = say(
            "From {name} {right:.0f} % are right, and {share:.0f} % of the square gets the first "
            "class.",
            name=name,
            right=right[name],
            share=100 * np.mean(z.argmax(axis=1) == 0),
        )
        alt.append(sentence)
        for label, mark in enumerate("ox"):
            won = np.where(z.argmax(axis=1) == label, 1.0, np.nan).reshape(80, 80)
            ax.contourf(side, side, won, levels=[0, 2], colors=[plot.COLORS[label]], alpha=0.2)
            few = x[:150][y[:150] == label]
            ax.scatter(*few.T, s=12, marker=mark, color=plot.COLORS[label], linewidths=1)
        ax.grid(False)
        title = say("from {start}: {right:.0f} %", start=say(name), right=right[name])
        ax.set(title=title, xlabel="first input", aspect="equal", xticks=halves, yticks=halves)
        ax.tick_params(labelleft=True)  # panels may come to stand under each other
    axes[0].set_ylabel("second input")
    plot.show(fig, alt=" ".join(alt))


def spreads(spread) -> None:
    """Show the spread of the activations over the layers.

    Parameters
    ----------
    spread
        (activation, variance × fan-in) -> the spread after each layer, the input first.
    """
    fig, ax = plot.figure(width=5.7, height=3.6)
    alt = [say("Standard deviation of the activations over the layers, on a logarithmic axis.")]
    for i, ((name, c), values) in enumerate(spread.items()):
        label = say("{name}, variance {c:.3g}/n", name=say(name), c=c)
        ax.plot(values, color=plot.COLORS[i], ls=plot.LINES[i], label=label)
        first, last = (numerals.write(float(end), 1) for end in (values[0], values[-1]))
        alt.append(say("{label}: from {first} to {last}.", label=label, first=first, last=last))
    ax.set(yscale="log", xlabel="layer", ylabel="standard deviation of activations")
    ax.legend(loc="lower left")
    plot.show(fig, alt=" ".join(alt))


def depths_reached(depths, reached) -> None:
    """Show how many digits networks of each kind recognise, over their depth.

    Parameters
    ----------
    depths
        Numbers of hidden layers.
    reached
        Name of a kind -> for each depth the percentages of its seeds.
    """
    fig, ax = plot.figure(width=5.7, height=3.4)
    plot.ranges(ax, depths, reached, marks="os^")
    ax.axhline(10, color=plot.FAINT, ls=":", lw=1.2)
    ax.text(depths[0], 4, say("guessing"), color=plot.FAINT, fontsize=9)
    ax.set(xscale="log", xlabel="hidden layers", ylabel="digits recognised, %", ylim=(0, 100))
    ax.set_xticks(depths, depths, minor=False)
    ax.minorticks_off()
    ax.legend(loc="lower left", bbox_to_anchor=(0, 0.1))  # above the line of guessing
    alt = [say("Digits recognised over the number of hidden layers, mean and range of the seeds.")]
    for kind, runs in reached.items():
        depth = max(
            (d for d, run in zip(depths, runs, strict=True) if np.mean(run) > 50), default=0
        )
        sentence = say("{kind}: more than half of them up to {n} layers.", kind=kind, n=depth)
        alt.append(sentence)
    plot.show(fig, alt=" ".join(alt))
