"""The widgets of this lesson: one row of weights under a dial, and the heads of a trained GPT."""

import numpy as np
import torch
from matplotlib import colormaps

from course.interactive import live, plot
from course.networks import layers
from course.transformers import attention, tokens
from course.transformers.gpt import pretrained
from course.words import say

KEYS = 12  # keys of the one row
LINE = "To be, or not to be: that is"
LONGEST = len(LINE)  # characters that a map shows; the first line fills it
NAMES = {" ": "·"}


def one_row():
    """Show the weights of one query over random keys as size, temperature and scaling change."""
    rng = np.random.default_rng(9)
    q, k = rng.standard_normal(1024), rng.standard_normal((KEYS, 1024))

    def setup(fig):
        ax = fig.subplots()
        bars = ax.bar(range(KEYS), np.ones(KEYS), width=0.8, color=plot.COLORS[0])
        ax.set(xlim=(-0.7, KEYS - 0.3), ylim=(0, 1), xlabel="number of the key", ylabel="weight")
        ax.set_xticks(range(KEYS), [str(i + 1) for i in range(KEYS)])

        def update(D, temperature, scaled):
            s = k[:, :D] @ q[:D] / (np.sqrt(D) if scaled else 1) / temperature
            a = layers.softmax(s)
            for bar, weight in zip(bars, a, strict=True):
                bar.set_height(weight)
            H = -(a * layers.log_softmax(s)).sum()
            even = np.log(KEYS)
            return bars, say(
                "entropy {H:.2f} nats; all {n} keys alike would be {even:.2f}",
                H=H,
                n=KEYS,
                even=even,
            )

        return update

    return live.figure(
        setup,
        alt=(
            "Bars: the weights that one query gives to 12 random keys. One bar holds almost all,"
            " another one the rest."
        ),
        width=5.7,
        height=2.8,
        D=live.choice([4, 16, 64, 256, 1024], start=64, label="D"),
        temperature=live.slider(0.1, 10.0, start=1.0, log=True, label="temperature"),
        scaled=live.toggle(False, label="divided"),
    )


def heads():
    """Show where each character of a typed line looks, in one head of a small trained GPT."""
    model, alphabet = pretrained.small_gpt()

    def setup(fig):
        ax = fig.subplots()
        # grey is what can't be looked at; white, below every weight, where the line has ended
        colours = colormaps["Blues"].with_extremes(bad="#dddddd", under="white")
        nothing = np.full((LONGEST, LONGEST), -1.0)
        image = ax.imshow(nothing, cmap=colours, vmin=0, vmax=0.6)
        step = range(LONGEST)
        below = [ax.text(i, LONGEST + 0.4, "", ha="center", va="center", fontsize=9) for i in step]
        beside = [ax.text(-1.4, i, "", ha="center", va="center", fontsize=9) for i in step]
        ax.set(xlim=(-0.5, LONGEST - 0.5), ylim=(LONGEST - 0.5, -0.5), xticks=[], yticks=[])
        ax.set_xlabel("looks at", labelpad=14)
        ax.set_ylabel("this character", labelpad=14)
        ax.grid(False)
        title = ax.set_title("")
        fig.colorbar(image, label="weight", shrink=0.8, extend="max")

        def update(line, layer, head):
            ids = tokens.encode(line, alphabet)
            maps = model.weights(torch.from_numpy(ids)[None])
            shown, T = nothing.copy(), len(ids)
            weights = maps[layer - 1][0, head - 1].numpy()
            shown[:T, :T] = np.where(attention.causal_mask(T), weights, np.nan)
            image.set_data(shown)
            title.set_text(say("layer {layer}, head {head}", layer=layer, head=head))
            for texts in (below, beside):
                for i, text in enumerate(texts):
                    text.set_text(NAMES.get(line[i], line[i]) if i < len(line) else "")
            most = int(weights[T - 1].argmax())
            last, there = (NAMES.get(line[i], line[i]) for i in (T - 1, most))
            told = say(
                "The last character, “{last}”, looks most at “{there}”, {n} back: weight {w:.2f}.",
                last=last,
                there=there,
                n=T - 1 - most,
                w=weights[T - 1, most],
            )
            return [image, title, *below, *beside], told

        return update

    return live.figure(
        setup,
        alt=(
            "Map of attention weights over a line of text: a row for each character, in strong color"
            " where it looks. The future, above the diagonal, is left out. The strong places stand in"
            " short vertical stripes."
        ),
        width=4.9,
        height=4.2,
        line=live.text(
            LINE,
            samples=("O", "My lord, my lord, my lord!"),
            most=LONGEST,
            letters=alphabet,
            label="line",
        ),
        layer=live.choice([1, 2], start=2, label="layer"),
        head=live.choice([1, 2, 3, 4], label="head"),
    )


WIDGETS = (one_row, heads)
