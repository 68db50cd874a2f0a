"""The drawing of this lesson: along which axis layer norm averages."""

from course.interactive.diagram import Diagram


def norm():
    """Draw the way of each row through layer norm."""
    d = Diagram(
        "A table x of B rows and C columns. From each row its own mean mu and variance sigma "
        "squared are taken; with them the row becomes x hat, of mean 0 and variance 1. Each column "
        "of x hat is then scaled by its gamma and shifted by its beta.",
        column=112,
        row=72,
    )
    x = d.matrix("x", 0, 1, rows=4, cols=6, shape="(B, C)")
    moments = d.matrix("", 1.25, 0, rows=4, cols=1, shape="μ, σ² of each row", colours=(1,))
    x_hat = d.matrix("x̂", 2.5, 1, rows=4, cols=6, shape="(B, C)")
    learnt = d.matrix("", 3.75, 0, rows=1, cols=6, shape="γ, β of each column", colours=(2,))
    y = d.matrix("y", 5, 1, rows=4, cols=6, shape="(B, C)")
    d.arrow(x, moments, way="|-", colour=1)
    d.arrow(moments, x_hat, way="-|", colour=1)
    d.arrow(learnt, y, way="-|", colour=2)
    d.arrow(x, x_hat, "(x − μ) / √(σ² + ε)")
    d.arrow(x_hat, y, "γ x̂ + β")
    return d


DIAGRAMS = (norm,)
