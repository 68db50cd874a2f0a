"""The drawing of this lesson: three matrices, and the two ways to multiply them."""

from course.interactive.diagram import Diagram
from course.words import say


def brackets():
    """Draw the two orders of a product of three matrices, with the shape between."""
    d = Diagram(
        "A of shape (n, m), B of shape (m, p), C of shape (p, q). First, (AB)C: A times B is AB, of "
        "shape (n, p), and that times C is ABC, of shape (n, q). Then, A(BC): B times C is BC, of "
        "shape (m, q), and A times that is ABC again.",
        column=52,
        row=100,
    )
    looks = {
        "A": {"rows": 2, "cols": 4, "shape": "(n, m)", "colours": (0,)},
        "B": {"rows": 4, "cols": 3, "shape": "(m, p)", "colours": (1,)},
        "C": {"rows": 3, "cols": 5, "shape": "(p, q)", "colours": (2,)},
        "AB": {"rows": 2, "cols": 3, "shape": "(n, p)"},
        "BC": {"rows": 4, "cols": 5, "shape": "(m, q)"},
        "ABC": {"rows": 2, "cols": 5, "shape": "(n, q)", "colours": (3,)},
    }
    ways = ("(AB)C A × B = AB", "then AB × C = ABC"), ("A(BC) B × C = BC", "then A × BC = ABC")
    lines = [(row, 6.6 * way, line) for way in (0, 1) for row, line in enumerate(ways[way])]
    for row, first, line in lines:
        for col, part in enumerate(line.split()):
            if part in looks:
                d.matrix(part, first + col, row, **{"colours": (4,), **looks[part]})
            elif part in "×=":
                d.sign(part, first + col, row)
            else:
                d.word(say("then") if part == "then" else part, first + col, row)
    return d


DIAGRAMS = (brackets,)
