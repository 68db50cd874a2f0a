"""The drawings of this lesson: a mirrored ReLU layer, and the three steps of layer norm."""

from course.interactive.diagram import Diagram


def mirror():
    """Draw how a mirrored layer passes its input on whole."""
    d = Diagram(
        "The input u goes through a ReLU, and its negative through another. The matrix A acts on "
        "the difference of the two, which is u again, and gives u A; its negative stands beside "
        "it. The pair enters the next layer.",
        column=122,
        row=72,
    )
    u, minus = d.box("u", 0, 0), d.box("−u", 0, 1)
    up, down = d.box("relu(u)", 1.3, 0), d.box("relu(−u)", 1.3, 1)
    ua, mua = d.box("u A", 3.6, 0), d.box("−u A", 3.6, 1)
    d.arrow(u, up)
    d.arrow(minus, down)
    d.arrow(up, ua, "× A, less the other × A")
    d.arrow(down, mua, "× A, less the other × A")
    return d


def norm():
    """Draw the way of each row through layer norm."""
    d = Diagram(
        "A table x of B rows and C columns. Its rows lose their mean mu and become u; divided by "
        "their root mean square s they become x hat, of mean 0 and variance 1. Each column of x "
        "hat is then scaled by its gamma and shifted by its beta.",
        column=112,
        row=72,
    )
    x = d.matrix("x", 0, 1, rows=4, cols=6, shape="(B, C)")
    mean = d.matrix("", 0.9, 0, rows=4, cols=1, shape="μ of each row", colours=(1,))
    u = d.matrix("u", 1.8, 1, rows=4, cols=6, shape="(B, C)")
    root = d.matrix("", 2.7, 0, rows=4, cols=1, shape="s of each row", colours=(1,))
    x_hat = d.matrix("x̂", 3.6, 1, rows=4, cols=6, shape="(B, C)")
    learnt = d.matrix("", 4.5, 0, rows=1, cols=6, shape="γ, β of each column", colours=(2,))
    y = d.matrix("y", 5.4, 1, rows=4, cols=6, shape="(B, C)")
    d.arrow(x, mean, way="|-", colour=1)
    d.arrow(mean, u, way="-|", colour=1)
    d.arrow(u, root, way="|-", colour=1)
    d.arrow(root, x_hat, way="-|", colour=1)
    d.arrow(learnt, y, way="-|", colour=2)
    d.arrow(x, u, "x − μ")
    d.arrow(u, x_hat, "u / s")
    d.arrow(x_hat, y, "γ x̂ + β")
    return d


DIAGRAMS = (mirror, norm)
