"""The drawing of this lesson: three matrices, and the two ways to multiply them."""

from course.interactive.diagram import Diagram


def brackets():
    """Draw the two orders of a product of three matrices, with the shape between."""
    d = Diagram(
        "A of shape (n, m), B of shape (m, p), C of shape (p, q). With the left brackets A and B "
        "make a matrix of shape (n, p), which meets C. With the right ones B and C make one of "
        "shape (m, q), which A meets. Both end at shape (n, q).",
        column=120,
        row=120,
    )
    d.matrix("A", 0, 0, rows=2, cols=4, shape="(n, m)")
    d.matrix("B", 1, 0, rows=4, cols=3, shape="(m, p)", colours=(1,))
    d.matrix("C", 2, 0, rows=3, cols=5, shape="(p, q)", colours=(2,))
    left = d.matrix("AB", 3.4, -0.4, rows=2, cols=3, shape="(n, p)", colours=(4,))
    right = d.matrix("BC", 3.4, 0.6, rows=4, cols=5, shape="(m, q)", colours=(4,))
    end = d.matrix("ABC", 4.8, 0, rows=2, cols=5, shape="", colours=(3,))
    d.word("ABC is (n, q)", 6, 0)
    d.arrow(left, end, "times C", way="-|")
    d.arrow(right, end, "A times", way="-|")
    return d


DIAGRAMS = (brackets,)
