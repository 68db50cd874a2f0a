"""The drawings of this lesson: who keeps what in a training step, and a network of convolutions."""

from course.interactive.diagram import Diagram
from course.words import later


def step():
    """Draw what each of a step's five calls reads and changes."""
    d = Diagram(
        "A batch x goes through the model to logits z, and with the labels y to the loss. backward "
        "leads from the loss to the gradients, to which it adds. step reads the gradients and "
        "changes the weights of the model. zero_grad empties the gradients.",
        column=129,
        row=92,
    )
    x, model, z, loss = (
        d.box(name, col, 0)
        for name, col in (("x", 0), (later("model"), 1), ("z", 2), (later("loss"), 3.1))
    )
    y = d.box("y", 3.1, -0.85)
    weights, grads = d.box("weights p", 1, 1.15), d.box("gradients p.grad", 3.1, 1.15)
    zero = d.box("0", 3.1, 2.1)
    d.arrow(x, model)
    d.arrow(model, z)
    d.arrow(z, loss, "cross_entropy")
    d.arrow(y, loss)
    d.arrow(loss, grads, "backward adds: +=", colour=1)
    d.arrow(grads, weights, "step: p ← p − lr · p.grad", colour=2)
    d.arrow(weights, model)
    d.arrow(zero, grads, "zero_grad", colour=1, dashed=True)
    return d


def convolutions():
    """Draw the shapes on the way through a network of two convolutions."""
    d = Diagram(
        "A picture of 28 by 28 pixels with one channel becomes C channels of 28 by 28 by a "
        "convolution of 3 by 3; taking the largest of each 2 by 2 leaves 14 by 14. A second "
        "convolution makes 2 C channels, of which 7 by 7 are left. They are laid out in a row, "
        "and an affine layer makes K logits of it.",
        column=118,
        row=84,
    )
    a = d.matrix("1", 0, 0, rows=7, cols=7, shape="28 × 28")
    b = d.matrix("C", 1.35, 0, rows=7, cols=7, shape="28 × 28", colours=(1,))
    c = d.matrix("C", 2.45, 0, rows=4, cols=4, shape="14 × 14", colours=(1,))
    e = d.matrix("2C", 3.6, 0, rows=4, cols=4, shape="14 × 14", above=True, colours=(2,))
    f = d.matrix("2C", 3.6, 1, rows=2, cols=2, shape="7 × 7", colours=(2,))
    g = d.matrix("", 2.2, 1, rows=1, cols=7, shape="(B, ?)", colours=(2,))
    h = d.matrix("z", 0.8, 1, rows=2, cols=3, shape="(B, K)")
    d.arrow(a, b, "conv 3 × 3")
    d.arrow(b, c, "largest")
    d.arrow(c, e, "conv 3 × 3")
    d.arrow(e, f, "largest")
    d.arrow(f, g, "in a row")
    d.arrow(g, h, "affine")
    return d


DIAGRAMS = (step, convolutions)
