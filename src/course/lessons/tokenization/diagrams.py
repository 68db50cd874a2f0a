"""The drawings of this lesson: from text to tokens, and how one word grew together."""

import itertools

from course.interactive.diagram import Diagram
from course.lessons.tokenization import plays
from course.transformers import bpe
from course.words import later


def way():
    """Draw the way from a text to tokens and back."""
    d = Diagram(
        "The text “To be, to be” is cut into words: “To”, “ be”, “,”, “ to”, “ be”. Each word "
        "becomes bytes: 84 111, then 32 98 101, and so on. Merges make tokens of them: 256 for "
        "“be”, 257 for a space and “be”. The tokens' bytes, joined, are the text again.",
        column=100,
        row=66,
    )
    words = ["To", "␣be", ",", "␣to", "␣be"]
    content = ["84 111", "32 98 101", "44", "32 116 111", "32 98 101"]
    tokens = ["84 111", "257", "44", "32 116 111", "257"]
    places = 0, 0.98, 1.82, 2.72, 3.86
    text = d.box("To be, to be", places[2], 0, width=130)
    rows = [(words, 1, 1), (content, 2, 4), (tokens, 3, 2)]
    drawn = [
        [d.box(s, col, row, colour=c) for col, s in zip(places, line, strict=True)]
        for line, row, c in rows
    ]
    for word in drawn[0]:
        d.arrow(text, word, way="straight" if word is drawn[0][2] else "-|")
    for above, below in itertools.pairwise(drawn):
        for start, end in zip(above, below, strict=True):
            d.arrow(start, end)
    lines = later("text"), later("words"), later("bytes"), later("tokens")
    for row, name in enumerate(lines):
        d.word(name, -0.75, row)
    for n, remark in enumerate((later("merges:"), "98, 101 → 256", "32, 256 → 257")):
        d.word(remark, (0.35, 1.4, 2.75)[n], 3.6)
    return d


def tree():
    """Draw the merges that made one word of the plays a token."""
    d = Diagram(
        "The eight bytes of “ another” in a row. Below them, merge after merge: h and e make he, the "
        "space and a make “ a”, o and t make ot, he and r make her, “ a” and n make “ an”, ot and "
        "her make other, and last “ an” and other make “ another”. With each stands its rank.",
        column=70,
        row=66,
    )
    word, ranks = tuple(b" another"), bpe.ranks_of(plays.learnt())
    vocab = bpe.vocabulary(plays.learnt())
    line = [(d.box(plays.shown(bytes([i])), col, 0), col, 0) for col, i in enumerate(word)]
    while pairs := [pair for pair in itertools.pairwise(word) if pair in ranks]:
        best = min(pairs, key=ranks.get)
        at, new = pairs_at(word, best), bpe.BYTES + ranks[best]
        (left, x, top), (right, y, low) = line[at : at + 2]
        name = f"{plays.shown(vocab[new])} · {ranks[best]}"
        node = d.box(name, (x + y) / 2, max(top, low) + 1, colour=1)
        for start in (left, right):
            d.arrow(start, node)
        line[at : at + 2] = [(node, (x + y) / 2, max(top, low) + 1)]
        word = bpe.merge_pair(word, best, new)
    d.word("token · rank of its merge", 6.4, line[0][2])
    return d


def pairs_at(word, pair) -> int:
    """Find where a pair stands first."""
    return next(i for i, two in enumerate(itertools.pairwise(word)) if two == pair)


DIAGRAMS = (way, tree)
