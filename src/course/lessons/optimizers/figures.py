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
    alt = [say("The place x, step by step; the minimum is at zero.")]
    for r in rates:
        if r > 2:
            alt.append(say("At {rate} over lambda it jumps from side to side, and grows.", rate=r))
        elif r > 1:
            alt.append(
                say("At {rate} over lambda it jumps from side to side, and shrinks.", rate=r)
            )
        else:
            alt.append(say("At {rate} over lambda it slides down on one side.", rate=r))
    plot.show(fig, alt=" ".join(alt))


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
            left.annotate(f"2/{lr}", (405, 2 / lr), fontsize=9, va="center", annotation_clip=False)
        right.plot(losses, color=color, ls=line, label=f"lr = {lr}")
    left.set(xlabel="step", ylabel="largest curvature", xlim=(0, 400), ylim=(0, 20))
    right.set(xlabel="step", ylabel="loss", yscale="log", ylim=(0.05, 0.6))
    right.set_yticks([0.05, 0.1, 0.2, 0.5], ["0.05", "0.1", "0.2", "0.5"])
    right.minorticks_off()
    left.legend(loc="lower right")
    alt = [say("First, the largest curvature over the steps. Then, the loss, logarithmic.")]
    for lr, (losses, lam) in runs.items():
        fields = {"lr": lr, "first": lam[0], "most": lam.max(), "last": lam[-1], "limit": 2 / lr}
        sentence = (
            say(
                "At rate {lr} the curvature goes from {first:.0f} to {last:.0f}, at most "
                "{most:.0f}, where two over the rate is {limit:.0f}, and the loss falls at every "
                "step.",
                **fields,
            )
            if np.all(np.diff(losses) < 0)
            else say(
                "At rate {lr} the curvature goes from {first:.0f} to {last:.0f}, at most "
                "{most:.0f}, where two over the rate is {limit:.0f}, and the loss falls in jumps.",
                **fields,
            )
        )
        alt.append(sentence)
    plot.show(fig, alt=" ".join(alt))


def step_lengths(lengths: dict) -> None:
    """Show how long Adam's steps are, over lr; a name -> one length for each step."""
    fig, ax = plot.figure(width=5.7, height=2.3)
    for (name, length), color, line in zip(lengths.items(), plot.COLORS, plot.LINES, strict=False):
        ax.plot(np.arange(1, len(length) + 1), length, color=color, ls=line, label=name)
    ax.set(xscale="log", xlabel="step t", ylabel="length of step / lr", ylim=(0, 7))
    ax.legend(loc="upper right")
    alt = [say("Step length over lr against the step, logarithmic.")]
    for name, length in lengths.items():
        sentence = say(
            "{name}: {first:.1f} at first, at most {most:.1f}, at last {last:.1f}.",
            name=name,
            first=length[0],
            most=max(length),
            last=length[-1],
        )
        alt.append(sentence)
    plot.show(fig, alt=" ".join(alt))


def valleys(scales, losses: dict) -> None:
    """Show the loss over the learning rate, with the range of the seeds; each rule's best at 1.

    Parameters
    ----------
    scales : (R,)
        Learning rates, over some rate of each rule's own.
    losses
        Name of a rule -> losses (R, seeds).
    """
    fig, ax = plot.figure(width=5.7, height=2.6)
    mean = {name: L.mean(axis=1) for name, L in losses.items()}
    over = {name: scales / scales[m.argmin()] for name, m in mean.items()}
    plot.ranges(ax, over, losses, marks="os^D")
    ax.set(xscale="log", yscale="log", ylabel="loss", ylim=(0.15, 4))
    ax.set_xlabel("learning rate over the rule's best")
    ax.set_xticks([0.1, 0.3, 1, 3, 10], ["0.1", "0.3", "1", "3", "10"])
    ax.set_yticks([0.2, 0.5, 1, 2], ["0.2", "0.5", "1", "2"])
    ax.minorticks_off()
    ax.legend(ncols=2)
    best = {name: m.min() for name, m in mean.items()}
    rise = {name: m[m.argmin() + 1] / m.min() for name, m in mean.items()}
    alt = say(
        "Loss against the learning rate over each rule's best one, both axes logarithmic, a curve "
        "for each rule with the range of the seeds. Each is a valley; the lowest, {lowest}, goes "
        "down to {loss:.2f}. From the best rate to the next higher one, {steep} rises most and "
        "{level} least.",
        lowest=min(best, key=best.get),
        loss=min(best.values()),
        steep=max(rise, key=rise.get),
        level=min(rise, key=rise.get),
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
    fig, ax = plot.figure(width=5.7, height=2.3)
    k, (blue, orange, *_) = np.arange(1, len(before) + 1), plot.COLORS
    label = "of the gradient, the first set to 1"
    ax.plot(k, before / before[0], "o", color=blue, ms=4, label=label)
    ax.plot(k, after, "s", color=orange, ms=4, label="after five iterations")
    ax.set(yscale="log", xlabel="singular value number", ylabel="size")
    ax.legend(loc="lower left")
    alt = say(
        "The {n} singular values of a gradient, logarithmic. From the first to the last they fall "
        "by a factor of {ratio:.0f}; after Muon's iterations all lie between {low:.1f} and "
        "{high:.1f}.",
        n=len(before),
        ratio=before[0] / before[-1],
        low=min(after),
        high=max(after),
    )
    plot.show(fig, alt=alt)
