"""The figure of this lesson: losses of runs whose gradients are cleared, and of runs without."""

import numpy as np

from course.interactive import plot


def losses(runs: dict, *, alt: str) -> None:
    """Show the losses of some runs over their steps, each point the mean of ten batches.

    Parameters
    ----------
    runs
        Name -> the loss of each batch; as many steps in each, a multiple of ten.
    alt
        The figure in words.
    """
    fig, ax = plot.figure(width=5.7, height=3)
    for i, (name, values) in enumerate(runs.items()):
        means = np.reshape(values, (-1, 10)).mean(axis=1)
        look = {"color": plot.COLORS[i], "ls": plot.LINES[i]}
        ax.plot(range(5, len(values), 10), means, label=name, **look)
    ax.axhline(np.log(10), color=plot.FAINT, ls=":", lw=1.2)
    ax.text(30, 2.36, "guessing", fontsize=9)
    ax.set(xlabel="step", ylabel="loss, mean of 10 batches", ylim=(0, 5))
    ax.legend(loc="upper left")
    plot.show(fig, alt=alt)
