"""The figures of this lesson, each from what the notebook has measured."""

import numpy as np

from course.interactive import numerals, plot
from course.networks import layers
from course.words import say


def signals(scales, kept: dict) -> None:
    """Show the error signal of a wrong class, and what seven layers leave of one.

    Parameters
    ----------
    scales
        Variance of a weight times the number of inputs.
    kept
        Name of an activation -> the share that is left, at each scale.
    """
    fig, (left, right) = plot.figure(1, 2, width=7.6, height=2.6)
    z = np.linspace(-6, 6, 121)
    o = layers.sigmoid(z)
    left.plot(z, o, label="softmax, cross-entropy")
    left.plot(z, signal := o * o * (1 - o), ls=plot.LINES[1], label="sigmoid, squared error")
    left.set(xlabel="score z of a class that is wrong", ylabel="error signal dL/dz")
    left.set_ylim(-0.05, 1.45)
    left.legend(loc="upper left")
    for n, (name, share) in enumerate(kept.items()):
        look = {"ls": plot.LINES[n], "color": plot.COLORS[n], "label": name}
        right.loglog(scales, share, "os"[n], **look)
    right.axhline(1, color=plot.FAINT, lw=1)
    right.set_xlabel("variance of a weight × number of inputs")
    right.set(ylabel="signal at layer 1 / at layer 8", ylim=(1e-6, 1e6))
    right.legend(loc="upper left")
    alt = [
        say(
            "First, the error signal over the score of a wrong class. With cross-entropy it rises "
            "to {full:.0f}; with squared error it peaks at {peak:.2f} and fades. Then, the share "
            "of the error signal that survives seven layers, over the scale of the weights.",
            full=o[-1],
            peak=signal.max(),
        )
    ]
    for name, share in kept.items():
        level = numerals.write(np.exp(np.interp(0, np.log(share), np.log(scales))), 1)
        alt.append(
            say("With {name} all of it survives near a scale of {level}.", name=name, level=level)
        )
    plot.show(fig, alt=" ".join(alt))


def over_rates(rates, swept: dict) -> None:
    """Show what is read right over the learning rate, with the range of the seeds.

    Parameters
    ----------
    rates : (R,)
        Learning rates.
    swept
        Name of a pair -> percent read right, (R, seeds).
    """
    fig, ax = plot.figure(width=5.7, height=2.7)
    plot.ranges(ax, rates, swept, marks="os^")
    ax.set_xscale("log", base=2)
    ax.set_xticks(rates, [f"{lr:g}" for lr in rates])
    ax.set(xlabel="learning rate", ylabel="unseen digits read right, %", ylim=(0, 100))
    ax.legend(loc="lower left")
    alt = [say("Share of unseen digits read right over the learning rate, with the seeds' range.")]
    for name, right in swept.items():
        mean = right.mean(axis=1)
        sentence = say(
            "{name}: {low:.0f} % at rate {slow:g}, at best {best:.0f} %, at rate {at:g}, and "
            "{high:.0f} % at rate {fast:g}.",
            name=name,
            low=mean[0],
            slow=rates[0],
            best=mean.max(),
            at=rates[mean.argmax()],
            high=mean[-1],
            fast=rates[-1],
        )
        alt.append(sentence)
    plot.show(fig, alt=" ".join(alt))


def mistakes(x, y, p) -> None:
    """Show the ten mistakes of which a reader was surest: images x, labels y, probabilities p."""
    guess = p.argmax(axis=1)
    wrong = np.flatnonzero(guess != y)
    worst = wrong[np.argsort(-p.max(axis=1)[wrong], kind="stable")[:10]]
    fig, ax = plot.figure(width=5.7, height=2.9)
    plot.digits(
        ax, x[worst], [say("{label} as {read}", label=y[i], read=guess[i]) for i in worst], cols=5
    )
    ax.set_title("its most confident mistakes: label, as read", fontsize=10)
    alt = say(
        "The mistakes it was surest of, each with its label and what it was read as: many are "
        "oddly written, and some a person would get wrong as well."
    )
    plot.show(fig, alt=alt)


def disturbed(rows: dict, right) -> None:
    """Show digits as they are and disturbed, and the share read right over the pixels moved.

    Parameters
    ----------
    rows
        A name -> six images.
    right
        Percent read right when moved by 0, 1, … pixels.
    """
    fig, (left, curve) = plot.figure(1, 2, width=8, height=2.5, width_ratios=[1.2, 1])
    plot.digits(left, np.concatenate(list(rows.values())), cols=6)
    for n, name in enumerate(rows):
        left.text(-4, 30 * n + 14, name, ha="right", va="center", fontsize=10)
    curve.plot(right, marker="o")
    curve.axhline(10, color=plot.FAINT, linestyle=":")
    curve.text(0, 12, "guessing", color=plot.FAINT)
    curve.set(xlabel="moved to the right by, pixels", ylabel="read right, %", ylim=(0, 100))
    alt = say(
        "First, digits as written, shuffled into specks, and moved. Then, the share read right "
        "over the shift: it falls from {first:.0f} to {last:.0f} %, at {far} pixels.",
        first=right[0],
        last=right[-1],
        far=len(right) - 1,
    )
    plot.show(fig, alt=alt)
