"""The drawings of this lesson: a velocity that is kept, and Adam's two averages."""

from course.interactive.diagram import Diagram


def momentum():
    """Draw how a gradient joins the velocity, and how the velocity moves the parameter."""
    d = Diagram(
        "The old velocity, times mu, and the gradient g are added: the new velocity. It is kept "
        "for the next step. Times lr it is subtracted from p, which gives the new p.",
        column=105,
        row=68,
    )
    old, g = d.box("old $v$", 0, 0, colour=1), d.box("$g$", 1.2, 1, colour=0)
    plus, v = d.sign("+", 1.2, 0), d.box("new $v$", 2.2, 0, colour=1)
    minus, p, new = d.sign("−", 3.5, 0), d.box("old $p$", 3.5, 1), d.box("new $p$", 4.5, 0)
    d.arrow(old, plus, "× μ", colour=1)
    d.arrow(g, plus, colour=0)
    d.arrow(plus, v, colour=1)
    d.arrow(v, minus, "× lr", colour=1)
    d.arrow(p, minus)
    d.arrow(minus, new)
    kept = d.box("kept for the next step", 2.2, -1)
    d.arrow(v, kept, colour=1, dashed=True)
    return d


def adam():
    """Draw the two averages of a gradient, their corrections, and the quotient of the two."""
    d = Diagram(
        "The gradient g goes two ways. Above, it joins the average m, which is corrected for its "
        "start at zero. Below, its square joins the average v, which is corrected too; its root, "
        "plus epsilon, divides the corrected m. The quotient, times lr, is the step.",
        column=98,
        row=62,
    )
    g = d.box("$g$", 0, 0.75, colour=0)
    m, v = d.box("average $m$", 1.3, 0, colour=1), d.box("average $v$", 1.3, 1.5, colour=2)
    m_hat, v_hat = d.box("corrected", 2.7, 0, colour=1), d.box("corrected", 2.7, 1.5, colour=2)
    over, step = d.sign("÷", 3.9, 0.75), d.box("step", 5, 0.75)
    d.arrow(g, m, way="|-", colour=0)
    d.arrow(g, v, "$g^2$", way="|-", colour=0)
    d.arrow(m, m_hat, "÷ ?", colour=1)
    d.arrow(v, v_hat, "÷ ?", colour=2)
    d.arrow(m_hat, over, way="-|", colour=1)
    d.arrow(v_hat, over, "√ and + ε", way="-|", colour=2)
    d.arrow(over, step, "× lr")
    return d


DIAGRAMS = (momentum, adam)
