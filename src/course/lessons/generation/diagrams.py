"""The drawings of this lesson: a beam, a cache, and a draft that is verified."""

from course.interactive.diagram import Diagram
from course.words import later, say


def tree():
    """Draw a beam of two texts over two steps: what is kept, and what is dropped."""
    d = Diagram(
        "A tree. From A come B with 0.6 and C with 0.4, both kept. From B come A with a total of "
        "0.30, kept, and B with 0.15, dropped; from C come A with 0.392, kept as the best, and B "
        "with 0.004, dropped.",
        column=150,
        row=52,
    )
    root = d.box("A", 0, 1.5, colour=0)
    b, c = d.box("B  0.6", 1, 0.5, colour=0), d.box("C  0.4", 1, 2.5, colour=0)
    ends = [
        (b, "BA  0.30", 0, 0),
        (b, "BB  0.15", 1, 4),
        (c, "CA  0.392", 2, 1),
        (c, "CB  0.004", 3, 4),
    ]
    d.arrow(root, b)
    d.arrow(root, c)
    ends_as = {0: later("kept"), 1: later("kept, the best"), 4: later("dropped")}
    for start, name, row, colour in ends:
        end = d.box(name, 2.1, row, colour=colour)
        d.arrow(start, end, dashed=colour == 4)
        d.word(ends_as[colour], 2.95, row)
    return d


def cache():
    """Draw a new token that meets what is kept."""
    d = Diagram(
        "Keys and values of S earlier positions are kept. One new position has a query, a key and a "
        "value. Its query meets all S plus 1 keys, the weights mix the S plus 1 values, and the new "
        "key and value are kept too.",
        column=98,
        row=96,
    )
    x = d.box("new token", 0, -0.2)
    q = d.matrix("q", 0, 0.6, rows=2, cols=6, shape="(1, D)", colours=(2,))
    k_past = d.matrix("k_past", 1.35, 0.2, rows=7, cols=6)
    k = d.matrix("k", 1.35, 1, rows=2, cols=6, colours=(1,))
    v_past = d.matrix("v_past", 3.1, 0.2, rows=7, cols=6)
    v = d.matrix("v", 3.1, 1, rows=2, cols=6, colours=(1,))
    keys, values = d.group([k_past, k], "(S + 1, D)"), d.group([v_past, v], "(S + 1, D)")
    y = d.matrix("y", 4.45, 0.6, rows=2, cols=6, shape="(1, D)", colours=(2,))
    d.word("above: kept from before; below: new", 2.2, -0.75)
    d.arrow(x, q)
    d.arrow(q, keys)
    d.arrow(keys, values, "weights")
    d.arrow(values, y)
    return d


def speculation():
    """Draw one step: draft, verify, keep or replace."""
    d = Diagram(
        "The text goes to a cheap model, which drafts three tokens one after another, and to the expensive "
        "model, which gives its probabilities at all three in one call. The first draft is "
        "kept, the second is replaced, the third is dropped. The text grows by two tokens.",
        column=107,
        row=74,
    )
    text = d.box("text", -1.15, 0.5)
    cheap = d.box("cheap model", 0, 0, colour=2)
    expensive = d.box("expensive model", 0, 1, colour=1)
    d.arrow(text, cheap)
    d.arrow(text, expensive)
    before, ends = cheap, []
    verdicts = later("kept"), later("replaced"), later("dropped")
    for i, verdict in enumerate(verdicts):
        token = d.box(say("token {n}", n=i + 1), 1.25 + i, 0, colour=2)
        d.arrow(before, token)
        p = d.box(f"p{'₁₂₃'[i]} : d{'₁₂₃'[i]}", 1.25 + i, 1, colour=1)
        ends.append(d.box(verdict, 1.25 + i, 2, colour=(0, 1, 4)[i]))
        d.arrow(token, p)
        d.arrow(p, ends[-1], dashed=i == 2)
        before = token
        if i == 0:
            d.arrow(expensive, p)
    d.word("one call for all three", -0.1, 1.45)
    d.bracket(ends[:2], "added to the text")
    return d


DIAGRAMS = (tree, cache, speculation)
