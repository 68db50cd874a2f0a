"""The drawing of this lesson: from counts to the next character, and round again."""

from course.interactive.diagram import Diagram


def writing():
    """Draw how the table of counts becomes a row to draw from."""
    d = Diagram(
        "The table of counts, divided row by row by its sums, becomes the table p. The row of the "
        "last character is its distribution of what comes next. One character is drawn from it, "
        "and is then the last character, whose row comes next.",
        column=98,
        row=92,
    )
    counts = d.matrix("counts", 0, 0, rows=6, cols=6, shape="(V, V)")
    p = d.matrix("p", 1.58, 0, rows=6, cols=6, shape="(V, V), rows sum to 1", colours=(1,))
    row = d.matrix(
        "", 2.66, 0, rows=1, cols=6, shape="row of the last one", above=True, colours=(1,)
    )
    drawn = d.box("next character", 4.53, 0, colour=2)
    d.arrow(counts, p, "÷ row sums")
    d.arrow(p, row)
    d.arrow(row, drawn, "draw")
    last = d.box("it is the last one now", 2.66, 1, colour=2)
    d.arrow(drawn, last, way="|-", colour=2)
    d.arrow(last, row, colour=2)
    return d


DIAGRAMS = (writing,)
