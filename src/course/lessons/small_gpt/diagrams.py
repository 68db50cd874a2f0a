"""The drawings of this lesson: the whole GPT with its shapes, and one block of it."""

from course.interactive.diagram import Diagram


def whole():
    """Draw the way from tokens to logits."""
    d = Diagram(
        "T tokens pick rows of the table E, of shape (V, C); rows of P for their positions are "
        "added. The stream x, of shape (T, C), runs through L blocks and a norm. Multiplied by the "
        "transpose of E it becomes logits z of shape (T, V).",
        column=82,
        row=86,
    )
    ids = d.matrix("", 0, 1, rows=5, cols=1, shape="ids, (T,)")
    table = d.box("E (V, C)", 1, 0, colour=1)
    positions = d.box("P (T, C)", 1, 2, colour=2)
    add = d.sign("+", 1, 1)
    x = d.matrix("x", 1.75, 1, rows=5, cols=3, shape="(T, C)")
    blocks, norm = d.box("L blocks", 2.8, 1), d.box("norm", 3.95, 1)
    head = d.box("Eᵀ", 4.85, 1, colour=1)
    z = d.matrix("z", 5.85, 1, rows=5, cols=6, shape="(T, V)", colours=(1,))
    for start, end in ((table, add), (positions, add), (add, x), (x, blocks), (blocks, norm)):
        d.arrow(start, end)
    d.arrow(ids, table, way="|-")
    d.arrow(norm, head)
    d.arrow(head, z)
    d.arrow(table, head, "the same table, transposed", way="-|", colour=1, dashed=True)
    return d


def block():
    """Draw one block: what it reads from the stream, and what it adds to it."""
    d = Diagram(
        "The stream x runs straight down. A first branch leaves it through a norm and attention "
        "and is added back; a second leaves after that through a norm and the MLP and is added "
        "back. Nothing stands on the stream itself.",
        column=118,
        row=50,
    )
    x, out = d.matrix("x", 0, 0, rows=3, cols=3), d.matrix("x", 0, 5.2, rows=3, cols=3)
    first, second = d.sign("+", 0, 2), d.sign("+", 0, 4)
    for start, end in ((x, first), (first, second), (second, out)):
        d.arrow(start, end, colour=0)
    attention, mlp = d.box("attention", 2, 1, colour=1), d.box("MLP", 2, 3, colour=2)
    for row, part, add in ((1, attention, first), (3, mlp, second)):
        norm = d.box("norm", 0.9, row)
        d.arrow(d.dot(0, row), norm)
        d.arrow(norm, part)
        d.arrow(part, add, way="|-")
    d.word("fetches from other positions", 3.35, 1)
    d.word("works on each position alone", 3.2, 3)
    return d


DIAGRAMS = (whole, block)
