"""The widget of this lesson: a sentence cut into tokens, for any size of the vocabulary."""

from matplotlib.patches import Rectangle

from course.interactive import live, plot
from course.lessons.tokenization import plays
from course.transformers import bpe
from course.words import say, say_n

LONGEST = 44  # characters that may be typed
MOST = 4 * LONGEST  # tokens: four bytes for each
ACROSS, ROWS = 62.0, 3  # letters in a row, and rows of tokens that are drawn
FILLS = ("#D6E6F2", "#F7E3D0")  # in turns; the frame tells tokens apart without them


def sentence():
    """Show where a typed sentence is cut."""
    return live.figure(
        _sentence,
        alt="A sentence cut into tokens: each token in a frame of its own, its number under it. "
        "Some words are one token, others stand in pieces.",
        width=5.7,
        height=1.6,
        text=live.text(
            "Shall I compare thee to a summer's day?",
            samples=["a", "WHEREFORE art thou Romeo? 月 é 🙂", "🙂" * LONGEST],
            most=LONGEST,
            label="sentence",
        ),
        merges=live.slider(
            0, plays.LARGEST - bpe.BYTES, start=768, step=16, label="number of merges"
        ),
    )


def _sentence(fig):
    ax = fig.subplots()
    ax.set(xlim=(0, ACROSS), ylim=(ROWS, 0))
    ax.set_axis_off()
    frames = [
        ax.add_patch(Rectangle((0, 0), 1, 0.5, fc=FILLS[i % 2], ec=plot.INK, lw=1))
        for i in range(MOST)
    ]
    names = [
        ax.text(0, 0, "", family="monospace", size=9.5, ha="center", va="center") for _ in frames
    ]
    numbers = [
        ax.text(0, 0, "", size=9, color=plot.FAINT, ha="center", va="center") for _ in frames
    ]

    def update(text, merges):
        made = plays.learnt()[:merges]
        ids, vocab = bpe.encode_text(text, bpe.ranks_of(made)), bpe.vocabulary(made)
        boxes = _flow([plays.shown(vocab[i]) for i in ids])
        for i, (frame, name, number) in enumerate(zip(frames, names, numbers, strict=True)):
            there = i < len(boxes)
            for artist in (frame, name, number):
                artist.set_visible(there)
            if there:
                _put(frame, name, number, *boxes[i], str(ids[i]))
        return [*frames, *names, *numbers], _told(
            len(vocab), len(ids), len(boxes), len(text.encode())
        )

    return update


def _told(V, n, drawn, size) -> str:
    told = {"V": V, "size": size, "each": size / n}
    if n == drawn:
        return say_n(
            "V = {V:,}: {n} token, of length {size} in bytes.",
            "V = {V:,}: {n} tokens for {size} bytes, {each:.1f} bytes per token.",
            n,
            **told,
        )
    return say(
        "V = {V:,}: {n} tokens for {size} bytes, {each:.1f} bytes per token. The first {drawn} are "
        "drawn.",
        n=n,
        drawn=drawn,
        **told,
    )


def _flow(words):
    """Lay words out in rows: (left, row, width, word) of each that has room."""
    left, row, boxes = 0.5, 0, []
    for word in words:
        width = max(len(word) + 0.9, 3.1)
        if left + width > ACROSS - 0.4:
            left, row = 0.5, row + 1
        if row == ROWS:
            break
        boxes.append((left, row, width, word))
        left += width + 0.25
    return boxes


def _put(frame, name, number, left, row, width, word, token):
    """Move one token's artists to its place."""
    frame.set_bounds(left, row + 0.1, width, 0.5)
    name.set_position((left + width / 2, row + 0.37))
    name.set_text(word)
    number.set_position((left + width / 2, row + 0.78))
    number.set_text(token)


WIDGETS = (sentence,)
