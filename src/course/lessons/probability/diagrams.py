"""The drawings of this lesson: how a likelihood becomes a loss, and how names flow."""

from course.interactive.diagram import Diagram


def to_loss():
    """Draw how a likelihood becomes a loss, and which loss each belief about the noise gives."""
    d = Diagram(
        "The likelihood, a product of the probabilities of all examples, becomes by the logarithm "
        "a sum; with a minus and divided by N it is the loss, the mean of minus ln p. From the "
        "loss two arrows lead down: with a Gaussian of fixed spread to squared error, with a "
        "categorical distribution to cross-entropy.",
        column=170,
        row=80,
    )
    product = d.box("p₁ · p₂ · p₃ · …", 0, 0)
    total = d.box("ln p₁ + ln p₂ + …", 1.4, 0)
    loss = d.box("mean of −ln p", 1.4, 1, colour=0)
    d.arrow(product, total, "logarithm")
    d.arrow(total, loss, "× −1/N")
    d.word("likelihood: large", 0, 0.4)
    d.word("loss: small", 0.7, 1)
    gauss = d.box("Gaussian: (x − μ)² / 2σ² + …", 0.4, 2, colour=1)
    classes = d.box("categorical: −ln p[y]", 1.85, 2, colour=2)
    d.arrow(loss, gauss, colour=1)
    d.arrow(loss, classes, colour=2)
    d.word("squared error", 0.4, 2.4)
    d.word("cross-entropy", 1.85, 2.4)
    return d


def names():
    """Draw what flows in a model of names: counts, rows, a draw, and back to the row of it."""
    d = Diagram(
        "The line of names gives pairs of neighbours, which are counted in a table of V rows and V "
        "columns. Each row divided by its sum is a distribution. To write, the row of the last "
        "letter is taken out, and a letter drawn from it; that letter chooses the next row, until "
        "the point is drawn.",
        column=99,
        row=96,
    )
    text = d.box(".ada.eve.", 0, 0, colour=2)
    counts = d.matrix("counts", 1.32, 0, rows=6, cols=6, shape="(V, V)", above=True)
    p = d.matrix("p", 2.88, 0, rows=6, cols=6, shape="(V, V)", above=True, colours=(1,))
    look = {"rows": 1, "cols": 6, "colours": (1,), "above": True}
    row = d.matrix("", 4.42, 0, shape="last letter's row", **look)
    letter = d.box("next letter", 4.42, 1, colour=2)
    d.arrow(text, counts, "pairs")
    d.arrow(counts, p, "÷ row sums")
    d.arrow(p, row)
    d.arrow(row, letter, "draw")
    d.arrow(letter, p, "picks the row", way="-|", colour=2)
    return d


DIAGRAMS = (to_loss, names)
