"""The drawings of this lesson: the whole GPT with its shapes, and one block of it."""

from course.interactive.diagram import Diagram


def whole():
    """Draw the way from tokens to logits."""
    d = Diagram(
        "T tokens pick rows of the table E, of shape (V, C); rows of P for their positions are "
        "added. The stream x, of shape (T, C), runs through L blocks and a norm. Multiplied by the "
        "transpose of E it becomes logits z of shape (T, V).",
        column=93,
        row=86,
    )
    ids = d.matrix("", 0, 1, rows=5, cols=1, shape="ids, (T,)")
    table = d.box("E (V, C)", 1.1, 0, colour=1)
    positions = d.box("P (T, C)", 1.1, 2, colour=2)
    add = d.sign("+", 1.1, 1)
    x = d.matrix("x", 2.1, 1, rows=5, cols=3, shape="(T, C)")
    blocks, norm = d.box("L blocks", 3.25, 1), d.box("norm", 4.35, 1)
    head = d.box("Eᵀ", 5.3, 1, colour=1)
    z = d.matrix("z", 6.4, 1, rows=5, cols=7, shape="(T, V)", colours=(1,))
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
        "The stream x runs straight through. A first branch leaves it through a norm and attention "
        "and is added back; a second leaves after that through a norm and the MLP and is added "
        "back. Nothing stands on the stream itself.",
        column=94,
        row=76,
    )
    x, out = d.matrix("x", 0, 0, rows=3, cols=3), d.matrix("x", 6.6, 0, rows=3, cols=3)
    first, second = d.sign("+", 3, 0), d.sign("+", 5.6, 0)
    for start, end in ((x, first), (first, second), (second, out)):
        d.arrow(start, end, colour=0)
    norm1, attention = d.box("norm", 1, 1), d.box("attention", 2.15, 1, colour=1)
    norm2, mlp = d.box("norm", 4.1, 1), d.box("MLP", 5.05, 1, colour=2)
    one, two = d.dot(0.45, 0), d.dot(3.55, 0)
    for start, norm, part, add in ((one, norm1, attention, first), (two, norm2, mlp, second)):
        d.arrow(start, norm, way="|-")
        d.arrow(norm, part)
        d.arrow(part, add, way="-|")
    d.word("fetches from other positions", 2.15, 1.45)
    d.word("works on each position alone", 5.05, 1.45)
    return d


DIAGRAMS = (whole, block)
