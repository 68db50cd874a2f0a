"""The widget of this lesson: two vectors, their dot product, and the projection."""

import numpy as np

from course.foundations import linalg
from course.interactive import live, plot

REACH = 3.2  # of the plane that is drawn
V = np.array([2.0, 0.5])  # the vector that stays


def dot():
    """Turn and stretch x; see its dot product with v, and its projection on the line through v."""
    return live.figure(
        _dot,
        alt="Two arrows from the origin, x and v, and the line through v. A dashed line drops from "
        "the tip of x to that line at a right angle; where it ends is the projection p.",
        width=5.6,
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
    ax.legend(loc="lower left", fontsize=8)

    def update(angle, length):
        turn = np.arctan2(V[1], V[0]) + np.radians(angle)
        x = length * np.array([np.cos(turn), np.sin(turn)])
        p = linalg.project(x, V)
        arrow.set_data([0, x[0]], [0, x[1]])
        drop.set_data([x[0], p[0]], [x[1], p[1]])
        foot.set_data([p[0]], [p[1]])
        product = x @ V + 0.0 if abs(x @ V) > 1e-9 else 0.0
        return [arrow, drop, foot], f"x · v = {product:.2f}"

    return update


WIDGETS = (dot,)
