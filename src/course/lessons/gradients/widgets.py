"""The widgets of this lesson: slopes that flow through a graph, and a walk down a valley."""

import numpy as np

from course.interactive import live, numerals, plot
from course.networks import paths
from course.words import say, say_n

BLUE, RED, *_ = plot.COLORS

# Values forward, slopes back

SPAN = np.linspace(-3, 3, 121)  # of x, for the curve of L
PLACES = {"x": (0, 1), "y": (0, 0), "u": (1.4, 0), "v": (1.4, 1), "L": (2.8, 0.5)}
EDGES = ["x u", "y u", "u v", "x v", "u L", "v L"]
FORMULAS = {"u": "u = x y", "v": "v = u + x", "L": "L = u v"}


def flow(x, y):
    """Return the values of the graph, and the slope of L with respect to each."""
    u = x * y
    v = u + x
    dx, dy = paths.two_slopes(x, y)
    return {"x": x, "y": y, "u": u, "v": v, "L": u * v}, {"x": dx, "y": dy, "u": v + u, "v": u}


def drawn_graph(ax):
    """Draw nodes and edges; returns the texts of values and slopes."""
    ax.set(xlim=(-0.6, 3.5), ylim=(-0.45, 1.6))
    ax.set_axis_off()
    for edge in EDGES:
        (x0, y0), (x1, y1) = (PLACES[name] for name in edge.split())
        ax.plot([x0, x1], [y0, y1], "-", color=plot.FAINT, lw=1.3, zorder=1)
    values, slopes = {}, {}
    for name, (x, y) in PLACES.items():
        ax.plot(x, y, "o", ms=28, color="white", mec=plot.INK, mew=1.2, zorder=3)
        ax.text(x, y, f"${name}$", ha="center", va="center", fontsize=12)
        between = name in "uv"  # an edge runs from one to the other
        beside, ha = (0.07, "left") if between else (0, "center")
        values[name] = ax.text(x + beside, y + 0.21, "", ha=ha, color=BLUE, fontsize=11)
        if name != "L":
            place = x + (-0.2 if name == "x" else beside), y - 0.38
            slopes[name] = ax.text(*place, "", ha=ha, color=plot.DARK_RED, fontsize=11)
    words = ", ".join(f"${formula}$" for formula in FORMULAS.values())
    ax.text(1.45, 1.5, words, ha="center", color=plot.INK)
    return values, slopes


def rounded(x: float, sign: str = "") -> str:
    """Two decimals, and no minus before zero."""
    return numerals.minus(f"{round(x, 2) + 0.0:{sign}.2f}")


def signed(x: float) -> str:
    """Two decimals with a sign."""
    return rounded(x, "+")


def graph():
    """Let x and y slide, and watch values go forward and slopes come back."""

    def setup(fig):
        ax, curve = fig.subplots(1, 2, width_ratios=[1.7, 1])
        values, slopes = drawn_graph(ax)
        (line,) = curve.plot(SPAN, SPAN, color=BLUE)
        (tangent,) = curve.plot([], [], color=RED, ls="--", lw=2)
        (point,) = curve.plot([], [], "o", color=RED, ms=8)
        curve.set(xlim=(-3, 3), ylim=(-8, 115), xlabel="$x$", ylabel="$L$")
        curve.set_title("dashed: slope $dL / dx$", fontsize=10)

        def update(x, y):
            value, slope = flow(x, y)
            for name, text in values.items():
                text.set_text(rounded(value[name]))
            for name, text in slopes.items():
                text.set_text(f"[{signed(slope[name])}]")
            line.set_ydata(flow(SPAN, y)[0]["L"])
            near = x + np.array([-0.8, 0.8])
            tangent.set_data(near, value["L"] + slope["x"] * (near - x))
            point.set_data([x], [value["L"]])
            said = "L = {L}; its slope is {dx} with respect to x, {dy} with respect to y"
            said = say(said, L=rounded(value["L"]), dx=signed(slope["x"]), dy=signed(slope["y"]))
            return [*values.values(), *slopes.values(), line, tangent, point], said

        return update

    return live.figure(
        setup,
        alt="Circles x and y, joined to u; u and x to v; u and v to L. Over each circle stands its "
        "value, under it, in brackets, the slope of L with respect to it. Beside it L as a curve "
        "over x, with a dashed tangent whose slope is the number under x.",
        width=8.2,
        height=3.35,
        x=live.slider(-3.0, 3.0, start=1.5, step=0.1, label="x"),
        y=live.slider(-3.0, 3.0, start=2.0, step=0.1, label="y"),
    )


# Down a valley

STEEP = 25.0  # how much more curved the valley is across than along
FAR = 40  # steps


def height(p):
    """Half of x² + 25 y²."""
    return 0.5 * (p[..., 0] ** 2 + STEEP * p[..., 1] ** 2)


def downhill(p):
    """The gradient of `height`."""
    return p * np.array([1.0, STEEP])


def valley():
    """Walk down a narrow valley at a learning rate of one's choice."""

    def setup(fig):
        ax, curve = fig.subplots(1, 2, width_ratios=[1.6, 1])
        xs, ys = np.linspace(-11, 11, 90), np.linspace(-2.4, 2.4, 60)
        heights = height(np.stack(np.meshgrid(xs, ys), axis=-1))
        ax.contour(
            xs, ys, heights, levels=[1, 5, 15, 30, 50, 80, 120], colors=plot.FAINT, linewidths=0.7
        )
        (walk,) = ax.plot([], [], "o-", color=BLUE, ms=3, lw=1)
        ax.plot(0, 0, "+", color=plot.INK, ms=11)
        ax.set(xlabel="$x$", ylabel="$y$", xlim=(-11, 11), ylim=(-2.4, 2.4))
        ax.set_xticks(range(-10, 11, 5))
        (line,) = curve.plot([], [], color=BLUE)
        curve.set_yscale("log")
        curve.set(xlim=(0, FAR), ylim=(1e-4, 1e5), xlabel="step", ylabel="height f")

        def update(lr, steps):
            path = np.array(paths.descend(downhill, np.array([10.0, 1.0]), lr, steps))
            walk.set_data(*path.clip(-50, 50).T)
            heights = height(path)
            line.set_data(np.arange(steps + 1), heights.clip(1e-5, 1e6))
            told = say_n(
                "after {n} step the height is {height:.3g}",
                "after {n} steps the height is {height:.3g}",
                steps,
                height=heights[-1],
            )
            return [walk, line], told

        return update

    return live.figure(
        setup,
        alt="First, contour lines of a valley, narrow in y and long in x, with the walk of gradient "
        "descent from (10, 1): it jumps from wall to wall while it creeps along the floor. Then, the "
        "height over the steps on a logarithmic axis.",
        width=8.2,
        height=3.0,
        lr=live.slider(0.002, 0.1, start=0.07, log=True, label="learning rate"),
        steps=live.slider(0, FAR, start=FAR, label="steps"),
    )


WIDGETS = (graph, valley)
