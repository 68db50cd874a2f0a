"""The widgets of this lesson: labels learnt by heart, and a digit drawn and read."""

import functools

import numpy as np
import torch

from course import data
from course.interactive import live, numerals, pad, plot
from course.networks import drawing
from course.networks.pytorch import learning, nets
from course.words import say

BLUE, RED, *_ = plot.COLORS
EPOCHS = 41  # points of a curve
DIGITS = {
    0: "500,200 300,350 280,600 400,800 580,780 700,600 680,350 500,200",
    1: "500,200 500,800",
    2: "300,350 400,200 600,220 660,380 500,580 300,780 700,780",
    3: "320,260 520,200 640,320 480,470 660,600 540,780 320,740",
    4: "340,200 300,520 700,520;640,220 600,840",
    5: "660,200 380,220 360,460 580,440 660,600 560,780 340,760",
    6: "600,200 400,380 330,600 420,780 600,740 620,580 480,520 350,620",
    7: "300,240 680,220 520,500 440,800",
    8: "520,480 380,360 500,200 620,340 380,620 480,800 620,680 520,480",
    9: "640,300 560,200 440,220 400,340 480,430 600,400 640,300 620,500 560,820",
}
SMALL = "150,150 220,130 240,190 180,220 250,260 210,320 150,300"  # a 3 in a corner


def dial():
    """Train on labels of which a share is random, and watch both accuracies."""
    return live.training(
        _learn,
        _curves,
        alt="Accuracy on the training digits and on held-out digits against the epoch. With half of "
        "the labels drawn at random the training accuracy climbs to 100 percent. The held-out "
        "accuracy climbs to about 70 in three epochs, then falls to about 50.",
        total=EPOCHS,
        preview=EPOCHS,
        width=5.7,
        height=3.0,
        share=live.slider(0, 100, start=50, step=10, label="labels drawn at random, %"),
        units=live.slider(4, 128, start=64, step=4, label="hidden units"),
        examples=live.slider(100, 1000, start=300, step=100, label="training examples"),
        rate=live.slider(0, 90, start=0, step=10, label="dropout, %"),
    )


def _learn(share, units, examples, rate):
    """Train with AdamW; yields both accuracies after each epoch, in percent."""
    x, y, held = _tensors()
    rng, curves = np.random.default_rng(0), ([], [])
    x, y = x[:examples], y[:examples].clone()
    wrong = torch.from_numpy(rng.permutation(examples)[: examples * share // 100])
    y[wrong] = torch.from_numpy(rng.integers(10, size=len(wrong)))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = nets.Net([784, units, 10], rate / 100).double()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    while True:
        for curve, pair in zip(curves, ((x, y), held), strict=True):
            curve.append(100 * learning.evaluate(model, *pair)[1])
        yield curves
        with torch.random.fork_rng():
            torch.manual_seed(len(curves[0]))
            learning.train_epoch(model, optimizer, x, y, rng, 50)


@functools.cache
def _tensors():
    x, y, x_held, y_held = map(torch.from_numpy, data.digits())
    return x, y, (x_held[:1000], y_held[:1000])


def _curves(fig):
    ax = fig.subplots()
    ax.axhline(10, color=plot.INK, ls=":", lw=1)
    (train,) = ax.plot([], [], color=BLUE, ls="-", label="training", **plot.HEAD)
    (held,) = ax.plot([], [], color=RED, ls="--", label="held out", **plot.HEAD)
    ax.set(xlim=(0, EPOCHS - 1), ylim=(0, 104), xlabel="epoch", ylabel="accuracy, %")
    ax.annotate("guessing", (EPOCHS - 1, 13), ha="right", fontsize=9)
    ax.legend(loc="lower right", bbox_to_anchor=(1, 0.17))

    def update(curves):
        for line, curve in zip((train, held), curves, strict=True):
            line.set_data(range(len(curve)), curve)
        now, best = (numerals.write(v, 3) for v in (curves[1][-1], max(curves[1])))
        if len(curves[1]) == 1:
            return [train, held], say("Held-out accuracy before training: {now} %.", now=now)
        said = "Held-out accuracy {now} %, highest so far {best} %."
        return [train, held], say(said, now=now, best=best)

    return update


def draw(read=None):
    """Draw a digit, and see what a network makes of it.

    Parameters
    ----------
    read
        read(picture) gives the ten probabilities of a picture (28, 28); by default those of a
        network that is trained when they are first asked for.
    """
    return live.figure(
        functools.partial(_reader, read or _reads),
        alt="A drawn digit as the network sees it, 28 by 28 pixels, and ten bars: how probable the "
        "network finds each digit. The three that is drawn at first is read as a three.",
        width=6.7,
        height=3,
        drawn=live.drawing(DIGITS[3], samples=[DIGITS[7], SMALL, "", DIGITS[4]], label="digit"),
        centred=live.toggle(True, label="scaled and centred"),
    )


@functools.cache
def _network():
    """A network that reads digits."""
    x, y, _ = _tensors()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = nets.Net([784, 64, 10]).double()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.005)
    for _ in range(2):
        learning.train_epoch(model, optimizer, x, y, np.random.default_rng(0), 32)
    return model.eval()


def _reads(picture):
    z = _network()(torch.from_numpy(picture).reshape(1, -1))
    return z.softmax(-1)[0].detach().numpy()


def _reader(read, fig):
    left, right = fig.subplots(1, 2, width_ratios=[1, 1.6])
    left.set(title="what the network sees", xticks=[], yticks=[])
    left.spines[:].set_visible(False)
    image = left.imshow(np.zeros((28, 28)), cmap="gray_r", vmin=0, vmax=1)
    right.set(xlim=(-0.6, 9.6), ylim=(0, 105), xticks=range(10), xlabel="digit")
    right.set_ylabel("probability, %")
    bars = list(right.bar(range(10), np.zeros(10), color=BLUE, hatch=""))

    def update(drawn, centred):
        strokes = pad.strokes(drawn)
        picture = drawing.picture(strokes) if centred else _as_drawn(strokes)
        p = np.asarray(read(picture), dtype=float)
        image.set_data(picture)
        for bar, share in zip(bars, p, strict=True):
            bar.set_height(100 * share if strokes else 0)
            bar.set_facecolor(RED if share == p.max() else BLUE)
        if not strokes:
            return [image, *bars], say("Draw a digit.")
        said = "Read as {digit}, with {share:.0f} %."
        return [image, *bars], say(said, digit=p.argmax(), share=100 * p.max())

    return update


def _as_drawn(strokes):
    """Return the whole pad as 28 by 28 pixels, the digit where and as large as it was drawn."""
    if not strokes:
        return np.zeros((drawing.SIDE, drawing.SIDE))
    return drawing.ink([points * drawing.SIDE for points in strokes])


WIDGETS = (dial, draw)
