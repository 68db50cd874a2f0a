"""The figures of this lesson: maps of heads side by side, and two arrows that are turned."""

import numpy as np

from course.interactive import plot
from course.transformers import attention
from course.words import say


def heads(maps, *, alt: str) -> None:
    """Show the maps of two layers of heads side by side, the future left white.

    Parameters
    ----------
    maps : two arrays (H, T, T)
        Weights of each layer's heads on one sequence.
    alt
        The figure in words.
    """
    H, T = maps[0].shape[:2]
    fig, axes = plot.figure(1, 2 * H, width=8.4, height=2.35)
    for i, ax in enumerate(axes):
        a = np.where(attention.causal_mask(T), maps[i // H][i % H], np.nan)
        ax.imshow(a, cmap="Blues", vmin=0, vmax=0.8)
        title = say("layer {layer}, head {head}", layer=i // H + 1, head=i % H + 1)
        ax.set(title=title, xlabel="looks at position")
        ax.set(ylabel="position", xticks=range(0, T, 8), yticks=range(0, T, 8))
        ax.grid(False)
    plot.show(fig, alt=alt)


def turned(q, k, places) -> None:
    """Show a query and a key as arrows in the plane, a panel for each pair of positions.

    Parameters
    ----------
    q, k : (T, 2)
        Queries and keys of one pair of entries, turned by their positions.
    places
        Pairs of positions: of the query, and of the key.
    """
    fig, axes = plot.figure(1, len(places), width=7, height=2.5)
    for ax, (t, s) in zip(axes, places, strict=True):
        names = say("query at {t}", t=t), say("key at {t}", t=s)
        letters = plot.COLORS[0], plot.DARK_RED
        for i, (name, tip) in enumerate(zip(names, (q[t], k[s]), strict=True)):
            neck, look = 0.8 * tip, {"lw": 2, "color": plot.COLORS[i]}  # no head is dashed
            ax.plot([0, neck[0]], [0, neck[1]], ls=plot.LINES[i], **look)
            ax.annotate("", tip, neck, arrowprops={"arrowstyle": "-|>", "shrinkA": 0, **look})
            ax.text(tip[0], tip[1] + 0.2, name, ha="center", va="center", color=letters[i])
        ax.set(xlim=(-1.8, 1.8), ylim=(-0.6, 1.4), aspect="equal")
        title = say("product {product:.3f}", product=q[t] @ k[s])
        ax.set(xlabel="first entry", ylabel="second entry", title=title)
    at = "at {t} and {s}: product {product:.3f}"
    said = [say(at, t=t, s=s, product=q[t] @ k[s]) for t, s in places]
    alt = say(
        "A query and a key as arrows in the plane, at two pairs of positions. In the second panel "
        "both are turned further, with the same angle between them. Positions {places}.",
        places=", ".join(said),
    )
    plot.show(fig, alt=alt)
