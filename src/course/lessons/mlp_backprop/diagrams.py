"""The drawings of this lesson: one neuron in each layer, forward and back."""

from course.interactive.diagram import Diagram


def chain():
    """Draw one number on its way through two neurons to the loss, and the slopes back."""
    d = Diagram(
        "Upper row, from left to right: x, weighted to z_h, through sigma to h, weighted to z_o, "
        "through sigma to o, and the loss. Lower row, from right to left: o minus y, times sigma's "
        "slope is delta_o, times W_o is dh, times sigma's slope is delta_h. Each weight's gradient "
        "hangs below the delta at its end.",
        column=87,
        row=62,
    )
    names = "$x$", "$z_h$", "$h$", "$z_o$", "$o$", r"$L = \frac{1}{2}(o - y)^2$"
    x, z_h, h, z_o, o, loss = (
        d.box(name, n + 0.15 * (n == 5), 1, colour=0) for n, name in enumerate(names)
    )
    for start, end, label in (
        (x, z_h, ""),
        (z_h, h, "σ"),
        (h, z_o, ""),
        (z_o, o, "σ"),
        (o, loss, ""),
    ):
        d.arrow(start, end, label, colour=0)
    d.arrow(d.box("$W_h, b_h$", 1, 0), z_h)
    d.arrow(d.box("$W_o, b_o$", 3, 0), z_o)
    names = r"$\delta_h$", r"$dh$", r"$\delta_o$", r"$o - y$"
    delta_h, dh, delta_o, slope = (d.box(name, n, 2, colour=1) for n, name in enumerate(names, 1))
    d.arrow(loss, slope, way="|-", colour=1)
    d.arrow(slope, delta_o, "× σ′", colour=1)
    d.arrow(delta_o, dh, r"× $W_o$", colour=1)
    d.arrow(dh, delta_h, "× σ′", colour=1)
    d.arrow(delta_h, d.box(r"$dW_h = x\,\delta_h$", 1, 3, colour=1), colour=1)
    d.arrow(delta_o, d.box(r"$dW_o = h\,\delta_o$", 3, 3, colour=1), colour=1)
    return d


DIAGRAMS = (chain,)
