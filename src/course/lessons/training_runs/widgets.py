"""The widget of this lesson: a run's dials and its curves."""

import numpy as np

from course import data
from course.interactive import live, numerals, plot
from course.networks import layers, mlp, optim, overfitting
from course.words import say

BLUE, RED, *_ = plot.COLORS
TOTAL, BETWEEN = 41, 10  # points of a curve, and steps from one to the next
SEEN = BETWEEN * np.arange(TOTAL)


def learn(lr, scale, examples, rate, decay):
    """Train with AdamW; yields the losses so far on 300 training digits and 300 held out."""
    x, y, x_held, y_held = data.digits()
    x, y = x[:examples], y[:examples]
    rng, curves, state = np.random.default_rng(0), ([], []), None
    params = [a for W, b in mlp.init(rng, [784, 48, 10]) for a in (scale * W, b)]
    while True:
        for curve, inputs, labels in zip(curves, (x, x_held), (y, y_held), strict=True):
            pairs = [params[:2], params[2:]]
            z = mlp.forward(pairs, inputs[:300])[-1]
            curve.append(layers.cross_entropy(z, labels[:300]))
        yield curves
        for rows in rng.integers(len(x), size=(BETWEEN, 32)):
            _, grads = overfitting.dropout_gradients(params, x[rows], y[rows], rate, rng)
            params, state = optim.adamw(params, grads, state, lr=lr, weight_decay=decay)


def dials():
    """Train a digit reader with dials of one's choice, and watch both losses."""
    return live.training(
        learn,
        _setup,
        alt="Training and held-out loss of a digit reader against the step, logarithmic, with a "
        "line at the loss of guessing. With few examples the training loss goes on falling while "
        "the held-out loss turns up.",
        total=TOTAL,
        preview=TOTAL,
        width=5.7,
        height=3.0,
        lr=live.slider(1e-4, 1.0, start=0.01, log=True, label="learning rate"),
        scale=live.slider(0.0, 10.0, start=1.0, step=0.5, label="weights at the start, times He's"),
        examples=live.slider(100, 8000, start=300, step=100, label="training examples"),
        rate=live.slider(0.0, 0.9, start=0.0, step=0.1, label="dropout"),
        decay=live.slider(0.0, 5.0, start=0.0, step=0.25, label="weight decay"),
    )


def _setup(fig):
    ax = fig.subplots()
    ax.axhline(np.log(10), color=plot.INK, ls=":", lw=1)
    (train,) = ax.plot([], [], color=BLUE, ls="-", label="training", **plot.HEAD)
    (held,) = ax.plot([], [], color=RED, ls="--", label="held out", **plot.HEAD)
    ax.set(xlim=(0, SEEN[-1]), ylim=(1e-4, 100), yscale="log", xlabel="step", ylabel="loss")
    ax.annotate("guessing", (SEEN[-1], np.log(10) * 1.35), ha="right", fontsize=9)
    ax.legend(loc="lower left")

    def update(curves):
        for line, curve in zip((train, held), curves, strict=True):
            line.set_data(SEEN[: len(curve)], np.clip(curve, 1e-4, 100))
        last, lowest = (numerals.write(v, 2) for v in (curves[1][-1], min(curves[1])))
        if len(curves[1]) == 1:
            return [train, held], say("Held-out loss before training: {last}.", last=last)
        said = "Held-out loss {last}, lowest so far {lowest}."
        return [train, held], say(said, last=last, lowest=lowest)

    return update


WIDGETS = (dials,)
