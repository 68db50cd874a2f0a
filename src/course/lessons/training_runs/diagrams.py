"""The drawing of this lesson: one step of a run, and what watches it."""

from course.interactive.diagram import Diagram


def step():
    """Draw one step of a training run, with the parts that this lesson builds."""
    d = Diagram(
        "A batch goes through the network, with dropout, to the loss. The loss gives the "
        "gradients, which are clipped and go to the optimizer; its rate comes from the schedule. "
        "The optimizer makes new parameters. Now and then they are checked on held-out data, which "
        "decide when to stop.",
        column=114,
        row=72,
    )
    batch, net, loss = d.box("batch", 0, 0, colour=0), d.box("network", 1, 0), d.box("loss", 2, 0)
    drop = d.box("dropout ?", 1, -1, colour=1)
    grads, clip = d.box("gradients", 3, 0), d.box("clip ?", 4, 0, colour=1)
    rule = d.box("optimizer", 4, 1)
    rate = d.box("schedule ?", 4, 2, colour=1)
    p = d.box("parameters", 2.6, 1)
    held = d.box("held-out loss", 2.6, 2, colour=2)
    stop = d.box("stop ?", 1.2, 2, colour=1)
    for start, end in (
        (batch, net), (net, loss), (loss, grads), (grads, clip), (clip, rule), (rule, p),
        (rate, rule), (drop, net),
    ):  # fmt: skip
        d.arrow(start, end)
    d.arrow(p, net, way="-|")
    d.arrow(p, held, "now and then", colour=2, dashed=True)
    d.arrow(held, stop, colour=2)
    return d


DIAGRAMS = (step,)
