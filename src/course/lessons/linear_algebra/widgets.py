"""The widgets of this lesson: shapes that stretch; two vectors, their dot product, a projection."""

import numpy as np
from matplotlib.patches import Rectangle

from course.foundations import linalg
from course.interactive import live, numerals, plot
from course.words import say

REACH = 3.2  # of the plane that is drawn
V = np.array([2.0, 0.5])  # the vector that stays
SHAPES = {"(3, 4)": (3, 4), "(3, 1)": (3, 1), "(1, 4)": (1, 4), "(4,)": (4,), "(3,)": (3,)}
ROWS, COLS = 3, 4  # room for each of the three tables
STYLES = ("italic", "normal")  # of a copy, of an entry


def stretch():
    """Choose two shapes; see which entries are stretched, and their sum or why there is none."""
    return live.figure(
        _stretch,
        alt="Three tables: a, b and a plus b, with their entries as numbers. Entries that are there "
        "stand in full colour; copies made by stretching an axis of length 1, or one that is "
        "missing in front, are faint. Where the shapes do not fit, the third table is empty.",
        width=8.2,
        height=2.5,
        a=live.choice(list(SHAPES), start="(3, 1)", label="shape of a"),
        b=live.choice(list(SHAPES), start="(4,)", label="shape of b"),
    )


def _stretch(fig):
    axes = fig.subplots(1, 3)
    tables = [_table(ax, name) for ax, name in zip(axes, ("a", "b", "a + b"), strict=True)]

    def update(a, b):
        one, other = (
            np.arange(np.prod(SHAPES[name])).reshape(SHAPES[name]) * step
            for name, step in ((a, 10), (b, 1))
        )
        try:
            total = one + other
        except ValueError:
            total = np.zeros((0, 0), int)
        moved = [
            _fill(table, value, np.atleast_2d(total if total.size else value).shape)
            for table, value in zip(tables, (one, other, total), strict=True)
        ]
        return [artist for artists in moved for artist in artists], _told(one, other, total)

    return update


def _table(ax, name):
    """Draw an empty table; returns its squares and its numbers, row by row."""
    ax.set(xlim=(0, COLS), ylim=(ROWS, 0), aspect="equal", xticks=[], yticks=[], title=name)
    ax.grid(False)
    ax.spines[:].set_visible(False)
    places = [(i, j) for i in range(ROWS) for j in range(COLS)]
    look = {"facecolor": plot.COLORS[0], "edgecolor": plot.COLORS[4], "lw": 1}
    squares = [ax.add_patch(Rectangle((j, i), 1, 1, **look)) for i, j in places]
    numbers = [ax.text(j + 0.5, i + 0.5, "", ha="center", va="center") for i, j in places]
    return squares, numbers


def _fill(table, value, room):
    """Write an array into its table, stretched to the room; what is a copy is faint and slanted."""
    value, shown = np.atleast_2d(value), {}
    if value.size:
        stretched = np.broadcast_to(value, room)
        shown = {place: stretched[place] for place in np.ndindex(*room)}
    for place, square, number in zip(np.ndindex(ROWS, COLS), *table, strict=True):
        own = place in shown and place[0] < value.shape[0] and place[1] < value.shape[1]
        square.set(visible=place in shown, alpha=0.35 if own else 0.06)
        number.set(text=shown.get(place, ""), alpha=1 if own else 0.75, style=STYLES[own])
    return [*table[0], *table[1]]


def _told(a, b, total):
    """Say what happens to the shapes."""
    if total.size:
        fields = {"a": a.shape, "b": b.shape, "c": total.shape}
        return say("{a} and {b} give {c}; faint entries are copies.", **fields)
    last = {"n": a.shape[-1], "m": b.shape[-1]}
    return say("From the right, {n} meets {m}: neither is 1, so the two do not fit.", **last)


def dot():
    """Turn and stretch x; see its dot product with v, and its projection on the line through v."""
    return live.figure(
        _dot,
        alt="Two arrows from the origin, x and v, and the line through v. A dashed line drops from "
        "the tip of x to that line at a right angle; where it ends is the projection p.",
        width=4.6,
        height=4.4,
        angle=live.slider(-180, 180, start=70, step=5, label="angle from v to x, degrees"),
        length=live.slider(0.5, 3.0, start=2.5, step=0.25, label="length of x"),
    )


def _dot(fig):
    ax = fig.subplots()
    ax.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal")
    ax.set(xlabel="first coordinate", ylabel="second coordinate")
    ax.axline((0, 0), V, color=plot.FAINT, ls=":", lw=1.2)
    look = {"markevery": [1], "lw": 2.2, "ms": 8}
    ax.plot(*np.stack([np.zeros(2), V], axis=1), "^-", color=plot.COLORS[0], label="v", **look)
    (arrow,) = ax.plot([], [], "^-", color=plot.COLORS[1], label="x", **look)
    (drop,) = ax.plot([], [], "--", color=plot.COLORS[4], lw=1.2, label="residual, x − p")
    (foot,) = ax.plot([], [], "o", color=plot.COLORS[2], ms=8, label="p")
    ax.legend(loc="lower left")

    def update(angle, length):
        turn = np.arctan2(V[1], V[0]) + np.radians(angle)
        x = length * np.array([np.cos(turn), np.sin(turn)])
        p = linalg.project(x, V)
        arrow.set_data([0, x[0]], [0, x[1]])
        drop.set_data([x[0], p[0]], [x[1], p[1]])
        foot.set_data([p[0]], [p[1]])
        product = x @ V + 0.0 if abs(x @ V) > 1e-9 else 0.0
        return [arrow, drop, foot], numerals.minus(f"x · v = {product:.2f}")

    return update


WIDGETS = (stretch, dot)
