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
    alt = [say("First, the learning rate of each plan over the steps; then its training loss.")]
    for name, color, line in zip(shown, plot.COLORS, plot.LINES, strict=False):
        (n, plan), (lr, _, curve) = plans[name], ends[name]
        rates, mean = [plan(lr)(s) for s in range(n)], curve.reshape(-1, 25).mean(axis=1)
        left.plot(rates, color=color, ls=line, label=name)
        right.plot(np.arange(12, n, 25), mean, color=color, ls=line)
        sentence = say(
            "{name}: the rate is at most {most:g} and ends at {last:.2f}, the loss at {loss:.2f}.",
            name=name,
            most=max(rates),
            last=rates[-1],
            loss=mean[-1],
        )
        alt.append(sentence)
    left.set(xlabel="step", ylabel="learning rate", ylim=(0, 0.1))
    right.set(xlabel="step", ylabel="loss of the batches", ylim=(0, 1.2))
    left.legend(loc="upper right")
    plot.show(fig, alt=" ".join(alt))


def remedies(curves) -> None:
    """Show the held-out loss under each remedy, the mean and the range over the seeds.

    Parameters
    ----------
    curves
        Name -> (seeds, checks), a check at every 20th step.
    """
    fig, ax = plot.figure(width=5.7, height=2.8)
    at = {name: 20 * np.arange(1, runs.shape[1] + 1) for name, runs in curves.items()}
    plot.ranges(ax, at, {name: runs.T for name, runs in curves.items()})
    ax.set(xlabel="step", ylabel="held-out loss", ylim=(0.3, 0.8))
    ax.legend(ncols=2)
    alt = [say("Held-out loss over the steps, the mean and the range of the seeds.")]
    for name, runs in curves.items():
        mean = runs.mean(axis=0)
        low, last = mean.min(), mean[-1]
        alt.append(
            say(
                "{name}: at its lowest {low:.2f}, at last {last:.2f}.",
                name=name,
                low=low,
                last=last,
            )
        )
    plot.show(fig, alt=" ".join(alt))


TOP = 6  # the highest loss that the six runs' picture shows


def seen(loss: float) -> str:
    """Write a loss with 3 digits; off the scale, where rounding decides it, say only that."""
    return f"{loss:.3g}" if loss < TOP else f"> {TOP}"


def six_runs(broken) -> None:
    """Show training and held-out loss of six runs, with a line at the loss of guessing.

    Parameters
    ----------
    broken
        Name -> (training losses, held-out losses, gradient norms) at 13 times.
    """
    fig, axes = plot.figure(2, 3, width=8.4, height=4.6, sharex=True, sharey=True)
    alt = [say("Training and held-out loss of each run, with a line at the loss of guessing.")]
    for ax, (name, (train, unseen, _)) in zip(axes.flat, broken.items(), strict=True):
        ax.plot(train, color=plot.COLORS[0], ls=plot.LINES[0], label="training")
        ax.plot(unseen, color=plot.COLORS[1], ls=plot.LINES[1], label="held out")
        ax.axhline(np.log(10), color=plot.INK, ls=":", lw=1)
        high = max(train.max(), unseen.max())
        ax.set(ylim=(0, TOP), xticks=(0, 4, 8, 12))
        ax.tick_params(labelleft=True)  # a phone shows some panels without the first of their row
        title = say("{name}, off the scale", name=say(name)) if high > TOP else name
        ax.set_title(title, fontsize=10)
        sentence = say(
            "{name}: training loss from {first:.3g} to {last}; held out at its lowest {low}, at last "
            "{held}.",
            name=name,
            first=train[0],
            last=seen(train[-1]),
            low=seen(unseen.min()),
            held=seen(unseen[-1]),
        )
        alt.append(sentence)
    axes[0, 0].legend()
    for ax in axes[-1]:
        ax.set_xlabel("time of the log")
    for ax in axes[:, 0]:
        ax.set_ylabel("loss")
    plot.show(fig, alt=" ".join(alt))


def range_test(lrs, losses, turn) -> None:
    """Show the losses of a range test over its rates, and the rate at which they turn up."""
    fig, ax = plot.figure(width=5.7, height=2.6)
    ax.plot(lrs[: len(losses)], losses)
    ax.plot(turn, min(losses), "o", color=plot.COLORS[1])
    below = {"xytext": (0, -7), "textcoords": "offset points", "ha": "center", "va": "top"}
    ax.annotate("turning point", (turn, min(losses)), **below)
    ax.set(xscale="log", xlabel="learning rate, rising with each step", ylabel="loss of the batch")
    ax.set(ylim=(0, None))
    alt = say(
        "Loss against the rising learning rate, logarithmic: {first:.1f} at first, lowest, "
        "{low:.1f}, at a rate of {turn:.1g}, marked as the turning point, then up to {last:.1f}.",
        first=losses[0],
        low=min(losses),
        turn=turn,
        last=losses[-1],
    )
    plot.show(fig, alt=alt)
