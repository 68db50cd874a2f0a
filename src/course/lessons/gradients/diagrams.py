"""The drawings of this lesson: two paths to one result, and the graph of the exercises."""

from course.interactive.diagram import Diagram


def two_paths():
    """Draw x on two paths to L, with numbers forward and the slope of each step."""
    d = Diagram(
        "x = 4 goes along two paths. Above, x is squared: a = 16, and the step has slope 2x = 8. "
        "Below, x is tripled: b = 12, with slope 3. Both meet in L = a b = 192; the slope of L is "
        "b = 12 with respect to a, and a = 16 with respect to b.",
        column=150,
        row=60,
    )
    x = d.box("$x = 4$", 0, 1, colour=0)
    a = d.box("$a = x^2 = 16$", 1.2, 0, colour=0)
    b = d.box("$b = 3x = 12$", 1.2, 2, colour=0)
    loss = d.box(r"$L = a\,b = 192$", 2.4, 1, colour=0)
    d.arrow(x, a, "slope 8", way="|-", colour=1)
    d.arrow(x, b, "slope 3", way="|-", colour=1)
    d.arrow(a, loss, "slope 12", way="-|", colour=1)
    d.arrow(b, loss, "slope 16", way="-|", colour=1)
    return d


def graph():
    """Draw the graph of the exercises: x and y make u, u and x make v, u and v make L."""
    d = Diagram(
        "x = 3 and y = 2 make u = x y = 6. u and x make v = u + x = 9. u and v make "
        "L = u v = 54. So x has arrows to u and to v, and u has arrows to v and to L.",
        column=128,
        row=62,
    )
    x = d.box("$x = 3$", 0, 0, colour=0)
    y = d.box("$y = 2$", 0, 2, colour=0)
    u = d.box(r"$u = x\,y = 6$", 1.2, 2, colour=0)
    v = d.box("$v = u + x = 9$", 1.2, 0, colour=0)
    loss = d.box(r"$L = u\,v = 54$", 2.6, 1, colour=0)
    d.arrow(x, v, colour=0)
    d.arrow(x, u, colour=0)
    d.arrow(y, u, colour=0)
    d.arrow(u, v, colour=0)
    d.arrow(u, loss, way="-|", colour=0)
    d.arrow(v, loss, way="-|", colour=0)
    return d


DIAGRAMS = (two_paths, graph)
