"""The drawings of this lesson: a mirrored ReLU layer, and the three steps of layer norm."""

from course.interactive.diagram import Diagram


def mirror():
    """Draw how a mirrored layer passes its input on whole."""
    d = Diagram(
        "The input u goes through a ReLU, and its negative through another. The two results are "
        "subtracted, which gives u again, and A acts on it: u A. Subtracted the other way round "
        "they give minus u A. The pair enters the next layer.",
        column=122,
        row=72,
    )
    u, minus = d.box("$u$", 0, 0), d.box("$-u$", 0, 1)
    up, down = d.box("relu($u$)", 1.2, 0, colour=0), d.box("relu($-u$)", 1.2, 1, colour=1)
    first, second = d.sign("−", 2.6, 0), d.sign("−", 2.6, 1)
    ua, mua = d.box("$uA$", 3.9, 0), d.box("$-uA$", 3.9, 1)
    d.arrow(u, up)
    d.arrow(minus, down)
    d.arrow(up, first, colour=0)
    d.arrow(down, second, colour=1)
    d.arrow(up, second, colour=0, dashed=True)
    d.arrow(down, first, colour=1, dashed=True)
    d.arrow(first, ua, "$u$ times $A$")
    d.arrow(second, mua, "$-u$ times $A$")
    d.word("dashed: subtracted", 1.95, 1.6)
    return d


def norm():
    """Draw the way of each row through layer norm."""
    d = Diagram(
        "A table x of B rows and C columns. Its rows lose their mean mu and become u; divided by "
        "s, the root of their variance plus epsilon, they become x hat, of mean 0 and variance 1. "
        "Each column of x hat is then scaled by its gamma and shifted by its beta.",
        column=86,
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
