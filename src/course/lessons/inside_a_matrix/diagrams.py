"""The drawing of this lesson: a matrix as a sum of columns times rows."""

from course.interactive.diagram import Diagram


def pieces():
    """Draw the singular value decomposition as a sum of pieces."""
    d = Diagram(
        "A matrix A of shape (n, m) equals a first piece, the number s 1 times a column u 1 times a "
        "row v 1, plus a second such piece, plus further ones.",
        column=62,
        row=84,
    )
    d.matrix("A", 0, 0, rows=6, cols=5, shape="(n, m)")
    d.sign("=", 1, 0)
    for place, name in ((2, "s₁"), (5.6, "s₂")):
        n = "₁" if place == 2 else "₂"
        d.word(name, place - 0.2, 0)
        d.matrix("", place + 0.5, 0, rows=6, cols=1, shape=f"u{n}  (n, 1)", colours=(1,))
        d.matrix("", place + 1.6, 0, rows=1, cols=5, shape=f"v{n}ᵀ  (1, m)", colours=(2,))
        d.sign("+", place + 2.7, 0)
    d.word("…", 9, 0)
    return d


DIAGRAMS = (pieces,)
