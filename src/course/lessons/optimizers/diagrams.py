"""The drawing of this lesson: the two averages of Adam."""

from course.interactive.diagram import Diagram


def adam():
    """Draw how Adam makes a step of a gradient."""
    d = Diagram(
        "The gradient g goes two ways. Above, it is averaged into m; below, its square is averaged "
        "into v. Both are corrected for having begun at zero. Their quotient, m hat over the root "
        "of v hat, times the learning rate is subtracted from p.",
        column=118,
        row=58,
    )
    g = d.box("g", 0, 1, colour=0)
    m = d.box("average m", 1.2, 0, colour=1)
    v = d.box("average v", 1.2, 2, colour=2)
    m_hat, v_hat = d.box("m̂", 3, 0, colour=1), d.box("√v̂", 3, 2, colour=2)
    ratio, step, p = d.sign("÷", 3, 1), d.sign("−", 4.6, 1), d.box("new p", 5.5, 1, colour=0)
    d.arrow(g, m, "g", way="|-", colour=1)
    d.arrow(g, v, "g²", way="|-", colour=2)
    d.arrow(m, m_hat, "÷ (1 − β₁ᵗ)", colour=1)
    d.arrow(v, v_hat, "÷ (1 − β₂ᵗ), root", colour=2)
    d.arrow(m_hat, ratio, colour=1)
    d.arrow(v_hat, ratio, colour=2)
    d.arrow(ratio, step, "× lr")
    d.arrow(d.box("p", 4.6, 0, colour=0), step)
    d.arrow(step, p)
    return d


DIAGRAMS = (adam,)
