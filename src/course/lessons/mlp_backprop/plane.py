"""Points of two classes in the plane, and the boundary a network learns to draw between them."""

import numpy as np

from course.interactive import live, plot
from course.networks import layers, mlp
from course.words import say

BLUE, RED, *_ = plot.COLORS
POINTS, MOST_STEPS, SIDE = 120, 160, 1.8
GRID = np.stack(np.meshgrid(*[np.linspace(-SIDE, SIDE, 45)] * 2), axis=-1).reshape(-1, 2)


def moons(rng):
    """Two half circles, each with an end inside the other."""
    y, t = np.arange(POINTS) % 2, rng.uniform(0, np.pi, POINTS)
    x = np.stack([y + (1 - 2 * y) * np.cos(t) - 0.5, (1 - 2 * y) * (np.sin(t) - 0.25)], axis=1)
    return x + 0.1 * rng.normal(size=x.shape), y


def rings(rng):
    """A disc inside a ring."""
    y, t = np.arange(POINTS) % 2, rng.uniform(0, 2 * np.pi, POINTS)
    r = 0.45 + 0.85 * y + 0.1 * rng.normal(size=POINTS)
    return np.stack([r * np.cos(t), r * np.sin(t)], axis=1), y


def quarters(rng):
    """Four quarters, the opposite ones alike: exclusive or."""
    x = rng.uniform(-1.6, 1.6, (POINTS, 2))
    return x, (x[:, 0] * x[:, 1] > 0).astype(int)


def spirals(rng):
    """Two arms wound round each other."""
    y, t = np.arange(POINTS) % 2, rng.uniform(0.1, 1, POINTS)
    a = 2.2 * np.pi * t + np.pi * y
    x = 1.55 * t[:, None] * np.stack([np.cos(a), np.sin(a)], axis=1)
    return x + 0.04 * rng.normal(size=x.shape), y


PROBLEMS = {f.__name__: f(np.random.default_rng(0)) for f in (moons, rings, quarters, spirals)}


def courses():
    """Return a function that gives the parameters after some steps, and trains no step twice."""
    kept = {}

    def after(problem, units, lr, steps):
        x, y = PROBLEMS[problem]
        start = mlp.init(np.random.default_rng(1), [2, units, 2])
        path = kept.setdefault((problem, units, lr), ([start], []))
        params, losses = path
        while len(losses) <= steps:
            loss, grads = mlp.loss_and_gradients(params[-1], x, y)
            losses.append(loss)
            params.append(mlp.gradient_step(params[-1], grads, lr))
        return params[steps], losses[: steps + 1]

    return after


def folds(W, b):
    """Return the line along which each hidden unit bends: its two ends, (units, 2, 2)."""
    length = np.maximum(np.hypot(*W), 1e-9)
    normal = W / length
    foot = -normal * b / length
    along = 4 * SIDE * np.stack([-normal[1], normal[0]])
    return np.stack([foot - along, foot + along]).transpose(2, 0, 1)


def drawn_plane(ax):
    """Draw the plane; returns what moves: the shades, the folds, the points of each class."""
    from matplotlib.collections import LineCollection
    from matplotlib.colors import LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("shades", ["#8FC3E8", "#FFFFFF", "#F5B58A"])
    extent = (-SIDE, SIDE, -SIDE, SIDE)
    image = ax.imshow(np.zeros((45, 45)), extent=extent, origin="lower", cmap=shades, clim=(0, 1))
    lines = ax.add_collection(LineCollection([], colors=plot.INK, linewidths=0.6, alpha=0.45))
    dots = [
        ax.plot([], [], marker, color=color, ms=5, mec="white", mew=0.5)[0]
        for marker, color in (("o", BLUE), ("s", RED))
    ]
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=extent[:2], ylim=extent[2:])
    ax.grid(False)
    return image, lines, dots


def boundary():
    """Train on points of the plane while width, learning rate and steps change."""
    after = courses()

    def setup(fig):
        ax, curve = fig.subplots(1, 2, width_ratios=[1, 1.3])
        image, lines, dots = drawn_plane(ax)
        (line,) = curve.plot([], [], color=BLUE)
        (end,) = curve.plot([], [], "o", color=RED)
        curve.set(xlim=(0, MOST_STEPS), ylim=(0, 1), xlabel="step", ylabel="loss, nats")
        curve.axhline(np.log(2), color=plot.FAINT, ls=":", lw=1.2)
        curve.text(MOST_STEPS, np.log(2) + 0.01, "guessing, ln 2", ha="right", va="bottom")

        def update(problem, units, lr, steps):
            params, losses = after(problem, units, lr, steps)
            x, y = PROBLEMS[problem]
            for k, dot in enumerate(dots):
                dot.set_data(*x[y == k].T)
            p = layers.softmax(mlp.forward(params, GRID)[-1])[:, 1]
            image.set_data(p.round(1).reshape(45, 45))
            lines.set_segments(folds(*params[0]))
            line.set_data(np.arange(steps + 1), np.minimum(losses, 1))
            end.set_data([steps], [min(losses[-1], 1)])
            right = mlp.accuracy(params, x, y)
            moved = [image, lines, *dots, line, end]
            said = "{right:.0f} % of the points right, loss {loss:.3f}"
            return moved, say(said, right=100 * right, loss=losses[-1])

        return update

    return live.figure(
        setup,
        alt="Points of two classes in the plane, circles and squares, over a background colored by "
        "the class the network expects. Thin lines show where each hidden unit bends; the boundary "
        "turns only where it crosses one. Beside it the loss over the steps taken.",
        width=7.2,
        height=3.0,
        problem=live.choice(list(PROBLEMS), label="problem"),
        units=live.slider(1, 32, start=8, label="hidden units"),
        lr=live.slider(0.01, 10.0, start=1.0, log=True, label="learning rate"),
        steps=live.slider(0, MOST_STEPS, start=80, label="steps"),
    )
