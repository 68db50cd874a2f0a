"""The widgets of this lesson: numbers on a graph, a boundary in the plane, digits learnt."""

import numpy as np

from course import data
from course.interactive import live, numerals, plot
from course.lessons.mlp_backprop.plane import boundary
from course.networks import layers, mlp
from course.words import say

BLUE, RED, *_ = plot.COLORS

# Numbers flowing through a graph

BIAS, TARGET = -1.0, 1.0  # b_h, b_o and y, as in the text
SPAN = np.linspace(-3, 3, 121)  # of a weight, for the curve of the loss
SLOPES = {  # h and dh/dz_h
    "sigmoid": (layers.sigmoid, lambda z, h: h * (1 - h)),
    "tanh": (np.tanh, lambda z, h: 1 - h**2),
    "relu": (layers.relu, lambda z, h: (z > 0) * 1.0),
}
PLACES = {  # name: (column, row) on the drawing
    "x": (0, 0), "W_h": (0, 1), "z_h": (1, 0), "h": (2, 0),
    "W_o": (2, 1), "z_o": (3, 0), "o": (4, 0), "L": (5, 0),
}  # fmt: skip
EDGES = ["x z_h", "W_h z_h", "z_h h", "h z_o", "W_o z_o", "z_o o", "o L"]


def flow(x, W_h, W_o, act):
    """Return the values of the network of two neurons, and the gradient of L at each."""
    f, slope = SLOPES[act]
    z_h = x * W_h + BIAS
    h = f(z_h)
    z_o = h * W_o + BIAS
    o = layers.sigmoid(z_o)
    value = {"x": x, "W_h": W_h, "z_h": z_h, "h": h, "W_o": W_o, "z_o": z_o, "o": o}
    do = o - TARGET
    dz_o = do * o * (1 - o)
    dz_h = dz_o * W_o * slope(z_h, h)
    grad = {"o": do, "z_o": dz_o, "h": dz_o * W_o, "W_o": dz_o * h}
    grad |= {"z_h": dz_h, "W_h": dz_h * x, "x": dz_h * W_h}
    return value | {"L": do**2 / 2}, grad


def drawn_graph(ax):
    """Draw nodes and edges; returns the texts of values and gradients, and the way back."""
    ax.set(xlim=(-0.45, 5.45), ylim=(-0.55, 1.45))
    ax.set_axis_off()
    values, grads, back = {}, {}, {}
    for edge in EDGES:
        (x0, y0), (x1, y1) = (PLACES[name] for name in edge.split())
        ax.plot([x0, x1], [y0, y1], "-", color=plot.FAINT, lw=1.2, zorder=1)
        free = np.array([0.76, 0.24])  # of the way, not under the circles
        ends = x0 + free * (x1 - x0), y0 + free * (y1 - y0)
        (back[edge],) = ax.plot(*ends, "-", color=RED, alpha=0.5, zorder=5, solid_capstyle="butt")
    for name, (x, y) in PLACES.items():
        ax.plot(x, y, "o", ms=27, color="white", mec=plot.INK, mew=1.2, zorder=3)
        ax.text(x, y, f"${name}$", ha="center", va="center", fontsize=12)
        aside = 0.17 if name.startswith("z") else 0
        style = {"s": "", "fontsize": 11, "zorder": 6}
        values[name] = ax.text(x + aside, y + 0.26, ha="center", color=BLUE, **style)
        if name not in "xL":  # neither learns
            right = {"x": x + 0.27, "y": y - 0.04} if y else {"x": x, "y": y - 0.4, "ha": "center"}
            grads[name] = ax.text(color=plot.DARK_RED, **style | {"fontsize": 10}, **right)
    ax.text(5.45, 1.3, "above: forward, the values", color=BLUE, ha="right")
    ax.text(5.45, 1.08, "[back]: slopes of L", color=plot.DARK_RED, ha="right")
    ax.text(5.45, 0.86, "$b_h = b_o = -1$, target $y = 1$", color=plot.INK, ha="right")
    return values, grads, back


def thickness(slope: float) -> float:
    """Pixels: 3 more for each factor of ten, from 0.001 on, so that no slope is too large."""
    return round(max(0.0, 3 * np.log10(max(abs(slope), 1e-9) / 1e-3)), 1)


def signed(x: float) -> str:
    """Four decimals with a sign, and no minus before zero."""
    return numerals.minus(f"{round(x, 4) + 0.0:+.4f}")


def graph():
    """Let a weight slide and watch the numbers go forward and the slopes come back."""

    def setup(fig):
        ax, bowl = fig.subplots(1, 2, width_ratios=[2.4, 1])
        values, grads, back = drawn_graph(ax)
        (curve,) = bowl.plot(SPAN, SPAN, color=BLUE)
        (tangent,) = bowl.plot([], [], color=RED, ls="--", lw=2)
        (point,) = bowl.plot([], [], "o", color=RED, ms=8)
        bowl.set(xlim=(-3.4, 3.4), ylim=(0, 0.5), xlabel="$W_h$", ylabel="loss $L$")
        bowl.set_title("dashed: slope $dL / dW_h$", fontsize=10)

        def update(W_h, W_o, x, act):
            value, grad = flow(x, W_h, W_o, act)
            for name, text in values.items():
                text.set_text(numerals.minus(f"{value[name]:.3f}"))
            for name, text in grads.items():
                text.set_text(f"[{signed(grad[name])}]")
            for edge, line in back.items():
                line.set_linewidth(thickness(grad[edge.split()[0]]))
            curve.set_ydata(flow(x, SPAN, W_o, act)[0]["L"])
            near = W_h + np.array([-0.8, 0.8])
            tangent.set_data(near, value["L"] + grad["W_h"] * (near - W_h))
            point.set_data([W_h], [value["L"]])
            moved = [*values.values(), *grads.values(), *back.values(), curve, tangent, point]
            said = "Loss {L:.3f}; its slope along $W_h$ is {dh}, along $W_o$ {do}"
            slopes = {"dh": signed(grad["W_h"]), "do": signed(grad["W_o"])}
            return moved, say(said, L=value["L"], **slopes)

        return update

    return live.figure(
        setup,
        alt="A chain of circles, x, z_h, h, z_o, o, L, with the weights W_h and W_o above it. Over "
        "each circle stands its value, under it the gradient of the loss; orange lines grow "
        "thicker by the same amount with each factor of ten of the gradient that flows back. "
        "Beside it the loss as a curve over W_h, and a tangent whose slope is the gradient at W_h.",
        width=7.6,
        height=2.95,
        W_h=live.slider(-3.0, 3.0, start=0.5, step=0.05, label="weight Wₕ"),
        W_o=live.slider(-3.0, 3.0, start=2.0, step=0.05, label="weight Wₒ"),
        x=live.slider(-3.0, 3.0, start=2.0, step=0.05, label="input x"),
        act=live.choice(list(SLOPES), label="hidden activation"),
    )


# Digits being learnt

SHOWN, ACROSS = slice(60, 80), 5  # unseen digits that are drawn, and how many in a row
TURNS, BATCHES = 40, 25  # states, and minibatches from one to the next


def learn(lr, units):
    """Train on the digits; yields the accuracies on unseen ones, and the first and present W, b."""
    x, y, x_test, y_test = data.digits()
    rng = np.random.default_rng(4)
    start = params = mlp.init(rng, [784, units, 10])
    accuracies = []
    while True:
        accuracies.append(mlp.accuracy(params, x_test, y_test))
        yield accuracies, start, params
        for rows in rng.integers(len(x), size=(BATCHES, 32)):
            _, grads = mlp.loss_and_gradients(params, x[rows], y[rows])
            params = mlp.gradient_step(params, grads, lr)


def mosaic(W):
    """Lay the first 16 columns of W (784, n) out as pictures, four in a row, in steps of 0.08."""
    W = 0.08 * np.round(W / 0.08)
    return W[:, :16].T.reshape(4, 4, 28, 28).swapaxes(1, 2).reshape(112, 112)


def drawn_guesses(ax, images):
    """Draw unseen digits; returns the texts that say what the network takes them for."""
    plot.digits(ax, images, [""] * len(images), cols=ACROSS, room=8)
    return list(ax.texts)


def drawn_units(ax):
    """Draw the field of 16 pictures; returns the picture, and the text over one that is empty."""
    image = ax.imshow(np.zeros((112, 112)), cmap="RdBu_r", clim=(-0.2, 0.2))
    for edge in (28, 56, 84):
        ax.axhline(edge - 0.5, color="white", ls="-", lw=2)
        ax.axvline(edge - 0.5, color="white", ls="-", lw=2)
    ax.set_axis_off()
    ax.set_title(" ", fontsize=9)
    return image, ax.text(55.5, 55.5, "", ha="center", va="center", fontsize=9)


def digits():
    """Train a network on real digits and watch it read ones it has never seen."""
    _, _, x_test, y_test = data.digits()
    x_shown, y_shown = x_test[SHOWN].copy(), y_test[SHOWN]  # a view would keep all 2,000
    seen = np.arange(TURNS) * BATCHES * 32 / 1000

    def setup(fig):
        curve, middle, right = fig.subplots(1, 3, width_ratios=[1.1, 1.3, 0.9])
        (line,) = curve.plot([], [], color=BLUE, **plot.HEAD)
        curve.set(xlim=(0, seen[-1]), ylim=(0, 100), xlabel="examples seen, thousands")
        curve.set_ylabel("unseen digits read right, %")
        texts, (units, empty) = drawn_guesses(middle, x_shown), drawn_units(right)
        middle.set_title("unseen digits, and what is read", fontsize=9)

        def update(state):
            accuracies, start, params = state
            line.set_data(seen[: len(accuracies)], 100 * np.array(accuracies))
            empty.set_text(say("Press Start to see\nhow they change") if params is start else "")
            guesses = mlp.predict(params, x_shown)
            for text, guess, y in zip(texts, guesses, y_shown, strict=True):
                text.set_text(f"{guess}" if guess == y else f"{guess}✗")
                text.set_color(plot.DARK_GREEN if guess == y else plot.DARK_RED)
            units.set_data(mosaic(params[0][0] - start[0][0]))
            n = params[0][0].shape[1]
            heading = units.axes.set_title(say("16 of {n} hidden units", n=n), fontsize=9)
            said = "{share:.1f} % of 2,000 unseen digits read right"
            return [line, *texts, units, heading, empty], say(said, share=100 * accuracies[-1])

        return update

    return live.training(
        learn,
        setup,
        alt=say(
            "First, the share of unseen digits read right, rising with the examples seen. Second, "
            "{n} unseen digits, each with the network's reading, a cross where it is wrong. Third, "
            "how the weights of 16 hidden units changed, as pictures: strokes and the gaps between "
            "them.",
            n=len(x_shown),
        ),
        total=TURNS,
        preview=TURNS,
        width=7.7,
        height=2.9,
        lr=live.slider(0.001, 10.0, start=0.1, log=True, label="learning rate"),
        units=live.slider(16, 256, start=64, step=16, label="hidden units"),
    )


WIDGETS = (graph, boundary, digits)
