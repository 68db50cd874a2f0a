"""The drawings of this lesson: a look-up, heads cut and joined, two that copy, and a block."""

import itertools

from course.interactive.diagram import Diagram
from course.words import say


def look_up():
    """Draw queries, keys and values on their way through attention, with their shapes."""
    d = Diagram(
        "Queries of shape (T, D) meet keys of shape (S, D): their products, divided by root D, are "
        "scores of shape (T, S). A mask and a softmax along each row make weights of that shape. "
        "They mix the values of shape (S, E) into outputs of shape (T, E).",
        column=122,
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
        column=111,
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


def induction():
    """Draw how two layers continue a repeated pattern: one hands on, the other searches."""
    d = Diagram(
        "Tokens A, B, C, A stand in a row. In layer 1 each position fetches the token before it, "
        "so that B knows that it came after A. In layer 2 the last A searches for a position that "
        "came after A, finds B, and copies it: B is predicted to come next.",
        column=119,
        row=88,
    )
    tokens = [d.box(token, i, 2, colour=0, width=40) for i, token in enumerate("ABCA")]
    names = ("A", *(say("{token}, after {last}", token=b, last=a) for a, b in ("AB", "BC", "CA")))
    known = [d.box(name, i, 1, colour=1, width=96) for i, name in enumerate(names)]
    answer = d.box("B comes next", 3, 0, colour=2)
    for start, end in zip(tokens, known, strict=True):
        d.arrow(start, end)
    for start, end in zip(tokens[:-1], known[1:], strict=True):
        d.arrow(start, end, dashed=True)
    d.arrow(known[1], answer, dashed=True)
    d.arrow(known[3], answer)
    d.word("layer 1", -0.85, 1.5)
    d.word("layer 2", -0.85, 0.5)
    return d


def block():
    """Draw one block with its residual stream, and where the functions of this lesson stand."""
    d = Diagram(
        "The stream x, of shape (T, C), runs straight down and is only added to. A first branch "
        "leaves it: norm, three matrices, split_heads, rotate for queries and keys, attend, "
        "merge_heads, a last matrix; what comes out is added to the stream. Below it a second "
        "branch leaves: norm, MLP; it is added too.",
        column=111,
        row=58,
    )
    x = d.matrix("x", 0, 0, rows=3, cols=4)
    first, second = d.sign("+", 0, 2), d.sign("+", 0, 4)
    out = d.matrix("x", 0, 5.1, rows=3, cols=4, shape="(T, C)")
    for start, end in ((x, first), (first, second), (second, out)):
        d.arrow(start, end, colour=0)
    norms = [d.box("norm", 0.85, row) for row in (1, 3)]
    names = (
        ("split_heads", 2.35, 1),
        ("rotate q, k", 3.6, 1),
        ("attend", 3.6, 2),
        ("merge_heads", 2.35, 2),
    )
    heads = [d.box(name, col, row, colour=1) for name, col, row in names]
    mlp = d.box("MLP", 2.35, 3, colour=2)
    for row, norm in zip((1, 3), norms, strict=True):
        d.arrow(d.dot(0, row), norm)
    d.arrow(norms[0], heads[0], "Wq, Wk, Wv")
    for start, end in itertools.pairwise(heads):
        d.arrow(start, end)
    d.arrow(heads[-1], first, "Wo")
    d.arrow(norms[1], mlp)
    d.arrow(mlp, second, way="|-")
    d.word("fetches from other positions", 3, 0.4)
    d.word("works on each position alone", 3.6, 3)
    return d


DIAGRAMS = (look_up, heads, induction, block)
