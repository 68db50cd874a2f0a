"""The drawings of this lesson: a look-up with its shapes, and heads cut and joined."""

from course.interactive.diagram import Diagram


def look_up():
    """Draw queries, keys and values on their way through attention, with their shapes."""
    d = Diagram(
        "Queries of shape (T, D) meet keys of shape (S, D): their products, divided by root D, are "
        "scores of shape (T, S). A mask and a softmax along each row make weights of that shape. "
        "They mix the values of shape (S, E) into outputs of shape (T, E).",
        column=128,
        row=104,
    )
    q = d.matrix("q", 0, 0, rows=4, cols=3, shape="(T, D)")
    k = d.matrix("k", 0, 1, rows=6, cols=3, shape="(S, D)", colours=(1,))
    s = d.matrix("s", 1.3, 0, rows=4, cols=6, shape="(T, S)", above=True, colours=(4,))
    a = d.matrix("a", 2.8, 0, rows=4, cols=6, shape="(T, S)", above=True, colours=(4,))
    v = d.matrix("v", 2.8, 1, rows=6, cols=4, shape="(S, E)", colours=(2,))
    y = d.matrix("y", 4, 0, rows=4, cols=4, shape="(T, E)", above=True, colours=(2,))
    d.arrow(q, s, "q kᵀ / √D")
    d.arrow(k, s, way="-|")
    d.arrow(s, a, "mask, softmax")
    d.arrow(a, y, "a v")
    d.arrow(v, y, way="-|")
    return d


def heads():
    """Draw how the columns are cut into heads, and how their results are joined again."""
    d = Diagram(
        "A table of T positions and C columns is cut by columns into H heads, each with all T "
        "positions and D = C / H columns. Each head attends on its own. Their results stand side "
        "by side again, T by C.",
        column=150,
        row=66,
    )
    x = d.matrix("", 0, 1.5, rows=4, cols=8, shape="(T, C)", colours=range(4))
    y = d.matrix("", 4, 1.5, rows=4, cols=8, shape="(T, C)", colours=range(4))
    for n in range(4):
        q = d.matrix("", 1.2, n, rows=4, cols=2, colours=(n,))
        attend = d.box("attend", 2, n)
        out = d.matrix("", 2.8, n, rows=4, cols=2, colours=(n,))
        for start, end in ((x, q), (q, attend), (attend, out), (out, y)):
            d.arrow(start, end, colour=n)
    d.word("H heads, each (T, D)", 2, 3.7)
    d.word("split", 0.6, 0)
    d.word("merge", 3.4, 0)
    return d


DIAGRAMS = (look_up, heads)
