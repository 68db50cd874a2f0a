"""The figures of this lesson: a range test, learning rates and their losses, remedies, broken runs."""

import numpy as np

from course.interactive import plot
from course.words import say


def plans_and_losses(plans, ends) -> None:
    """Show the learning rate of each plan over the steps, and the mean loss that it brought.

    Parameters
    ----------
    plans
        Name -> (number of steps, lr -> its schedule). One whose name says "without" is left out.
    ends
        Name -> (the best lr, its held-out losses, the mean loss of the batch at each step).
    """
    fig, (left, right) = plot.figure(1, 2, width=7.4, height=2.6)
    shown = [name for name in plans if "without" not in name]
    for name, color, line in zip(shown, plot.COLORS, plot.LINES, strict=False):
        (n, plan), (lr, _, curve) = plans[name], ends[name]
        left.plot([plan(lr)(s) for s in range(n)], color=color, ls=line, label=name)
        right.plot(np.arange(15, n, 30), curve.reshape(-1, 30).mean(axis=1), color=color, ls=line)
    left.set(xlabel="step", ylabel="learning rate", ylim=(0, 0.1))
    right.set(xlabel="step", ylabel="loss of the batches", ylim=(0, 1.2))
    left.legend(fontsize=8, ncols=1, loc="upper right")
    plot.show(
        fig,
        alt="Left, the learning rates of four plans: constant, cosine, cooldown over the last third, "
        "and a cosine of half the length. Right, the mean training loss of each: of the plans over "
        "300 steps, those that end at rate zero end lower than the constant one.",
    )


def remedies(curves) -> None:
    """Show the held-out loss under each remedy, the mean and the range over the seeds.

    Parameters
    ----------
    curves
        Name -> (seeds, checks), a check at every 20th step.
    """
    fig, ax = plot.figure(width=6.6, height=2.8)
    for (name, runs), color, line in zip(curves.items(), plot.COLORS, plot.LINES, strict=False):
        at = 20 * np.arange(1, runs.shape[1] + 1)
        ax.plot(at, runs.mean(axis=0), color=color, ls=line, label=name)
        ax.fill_between(at, runs.min(axis=0), runs.max(axis=0), color=color, alpha=0.15, lw=0)
    ax.set(xlabel="step", ylabel="held-out loss", ylim=(0.3, 0.8))
    ax.legend(fontsize=8.5, ncols=2)
    plot.show(
        fig,
        alt="Held-out loss over 400 steps, the mean and the range of three seeds. With nothing it "
        "falls to about 0.5, then rises. With dropout it rises as well; with weight decay and with "
        "both it hardly rises.",
    )


def six_runs(broken) -> None:
    """Show training and held-out loss of six runs, with a line at the loss of guessing.

    Parameters
    ----------
    broken
        Name -> (training losses, held-out losses, gradient norms) at 13 times.
    """
    fig, axes = plot.figure(2, 3, width=7.2, height=3.6, sharex=True, sharey=True)
    for ax, (name, (train, unseen, _)) in zip(axes.flat, broken.items(), strict=True):
        ax.plot(train, color=plot.COLORS[0], ls=plot.LINES[0], label="training")
        ax.plot(unseen, color=plot.COLORS[1], ls=plot.LINES[1], label="held out")
        ax.axhline(np.log(10), color=plot.INK, ls=":", lw=1)
        high = max(train.max(), unseen.max())
        ax.set(ylim=(0, 6), xticks=(0, 4, 8, 12))
        title = say("{name}, off the scale", name=say(name)) if high > 6 else name
        ax.set_title(title, fontsize=10)
    axes[0, 0].legend(fontsize=8)
    for ax in axes[1]:
        ax.set_xlabel("time of the log")
    for ax in axes[:, 0]:
        ax.set_ylabel("loss")
    plot.show(
        fig,
        alt="Training and held-out loss of six runs. A stays at 2.3. In B training loss falls to "
        "nothing and held-out loss rises after a minimum. C begins far above 2.3 and falls. D stays "
        "at 2.3. E leaps out of the picture at once. F falls slowly and steadily.",
    )


def range_test(lrs, losses, turn) -> None:
    """Show the losses of a range test over its rates, and the rate at which they turn up."""
    fig, ax = plot.figure(width=6.6, height=2.6)
    ax.plot(lrs[: len(losses)], losses)
    ax.plot(turn, min(losses), "o", color=plot.COLORS[1])
    below = {"xytext": (0, -7), "textcoords": "offset points", "ha": "center", "va": "top"}
    ax.annotate("turning point", (turn, min(losses)), **below)
    ax.set(xscale="log", xlabel="learning rate, rising with each step", ylabel="loss of the batch")
    ax.set(ylim=(0, None))
    plot.show(
        fig,
        alt="Loss against the rising learning rate, logarithmic. Flat at 2.3 at first, falling from "
        "about 0.01, lowest near 1, marked as the turning point, then leaping up.",
    )
