"""The figures of this lesson, each from what the notebook has measured."""

import numpy as np

from course.interactive import plot
from course.words import say


def bowl(rates) -> None:
    """Show ten steps on a bowl from x = 1, at these rates, in units of 1/λ."""
    fig, ax = plot.figure(width=5.6, height=2.1)
    t = np.arange(11)
    for r, color, line in zip(rates, plot.COLORS, plot.LINES, strict=False):
        ax.plot(t, (1 - r) ** t, color=color, ls=line, marker="o", ms=3, label=f"lr = {r}/λ")
    ax.axhline(0, color=plot.FAINT, lw=0.8)
    ax.set(xlabel="step", ylabel="x", ylim=(-3.2, 3.2))
    ax.legend(loc="upper left", ncols=3)
    alt = say(
        "The place x over 10 steps, the minimum at 0. At 0.3 over lambda x falls smoothly, at 1.9 "
        "it jumps from side to side and shrinks, at 2.1 the jumps grow."
    )
    plot.show(fig, alt=alt)


def curvatures(runs: dict) -> None:
    """Show the largest curvature and the loss of each run, step by step.

    Parameters
    ----------
    runs
        Learning rate -> the loss at each step, and the curvature at every twentieth.
    """
    fig, (left, right) = plot.figure(1, 2, width=7.0, height=2.5)
    for (lr, (losses, lam)), color, line in zip(
        runs.items(), plot.COLORS, plot.LINES, strict=False
    ):
        left.plot(20 * np.arange(len(lam)), lam, color=color, ls=line, label=f"lr = {lr}")
        if 2 / lr < 20:
            left.axhline(2 / lr, color=color, lw=0.8)
            left.annotate(
                f"2/{lr}", (405, 2 / lr), fontsize=8.5, va="center", annotation_clip=False
            )
        right.plot(losses, color=color, ls=line, label=f"lr = {lr}")
    left.set(xlabel="step", ylabel="largest curvature", xlim=(0, 400), ylim=(0, 20))
    right.set(xlabel="step", ylabel="loss", yscale="log", ylim=(0.05, 0.6))
    right.set_yticks([0.05, 0.1, 0.2, 0.5], ["0.05", "0.1", "0.2", "0.5"])
    right.minorticks_off()
    left.legend(fontsize=8.5, loc="lower right")
    alt = say(
        "Left, the largest curvature over 400 steps. At rate 0.05 it rises slowly from 8 to 14. At "
        "0.2 it rises past the line at 2 over the rate, 10, comes back and stays there. Right, the "
        "loss on a logarithmic axis: it falls in both runs, and at the larger rate in jumps."
    )
    plot.show(fig, alt=alt)


def step_lengths(lengths: dict) -> None:
    """Show how long Adam's steps are, over lr; a name -> one length for each step."""
    fig, ax = plot.figure(width=6, height=2.3)
    for (name, length), color, line in zip(lengths.items(), plot.COLORS, plot.LINES, strict=False):
        ax.plot(np.arange(1, len(length) + 1), length, color=color, ls=line, label=name)
    ax.set(xscale="log", xlabel="step t", ylabel="length of step / lr", ylim=(0, 7))
    ax.legend(fontsize=8.5, loc="upper right")
    alt = say(
        "Step length over lr against the step, logarithmic. With a steady gradient the corrected "
        "step is always 1; the uncorrected one begins at 3.2, peaks at 6.6 at step 12 and is near "
        "1 after a thousand. With pure noise the corrected step falls from 1 to 0.23, the "
        "uncorrected one from 3.2."
    )
    plot.show(fig, alt=alt)


def valleys(scales, losses: dict) -> None:
    """Show the loss over the learning rate, with the range of the seeds; each rule's best at 1.

    Parameters
    ----------
    scales : (R,)
        Learning rates, over some rate of each rule's own.
    losses
        Name of a rule -> losses (R, seeds).
    """
    fig, ax = plot.figure(width=6, height=2.6)
    for (name, L), color, line in zip(losses.items(), plot.COLORS, plot.LINES, strict=False):
        mean = L.mean(axis=1)
        over = scales / scales[mean.argmin()]
        ax.plot(over, mean, color=color, ls=line, marker="o", ms=4, label=name)
        ax.vlines(over, L.min(axis=1), L.max(axis=1), color=color, lw=1)
    ax.set(xscale="log", yscale="log", ylabel="loss", ylim=(0.15, 4))
    ax.set_xlabel("learning rate over the rule's best")
    ax.set_yticks([0.2, 0.5, 1, 2], ["0.2", "0.5", "1", "2"])
    ax.minorticks_off()
    ax.legend(ncols=2, fontsize=8.5)
    alt = say(
        "Loss after 150 steps against the learning rate over each rule's best one, both axes "
        "logarithmic, four curves with the range over three seeds. Each curve is a valley with its "
        "lowest point at 1, Adam's the lowest; to the right those of SGD and momentum rise most."
    )
    plot.show(fig, alt=alt)


def at_best(L) -> list[str]:
    """Write the loss at the best rate with its spread, then the losses beside it, over that one.

    L holds the losses (rates, seeds); the best rate is neither the first nor the last.
    """
    mean, i = L.mean(axis=1), L.mean(axis=1).argmin()
    beside = (mean[j] / mean[i] for j in (i - 1, i + 1))
    return [f"{mean[i]:.3f} ± {L[i].std():.3f}", *(f"{ratio:.2f}" for ratio in beside)]


def singular_values(before, after) -> None:
    """Show the singular values of a gradient, the first set to 1, and what Muon makes of them."""
    fig, ax = plot.figure(width=6, height=2.3)
    k, (blue, orange, *_) = np.arange(1, len(before) + 1), plot.COLORS
    label = "of the gradient, the first set to 1"
    ax.plot(k, before / before[0], "o", color=blue, ms=4, label=label)
    ax.plot(k, after, "s", color=orange, ms=4, label="after five iterations")
    ax.set(yscale="log", xlabel="singular value number", ylabel="size")
    ax.legend(loc="lower left")
    alt = say(
        "The 32 singular values of a gradient, logarithmic. Those of the gradient fall more than a "
        "hundredfold from the first to the last; after five iterations all lie close to 1."
    )
    plot.show(fig, alt=alt)
