"""The drawings of this lesson: from raw rows to batches, and where a leak enters."""

from course.interactive.diagram import Diagram
from course.words import later


def rows():
    """Draw the way from raw rows to batches."""
    d = Diagram(
        "Raw rows are read as numbers, cleaned, and split into training rows and test rows. Medians, "
        "means and spreads are fitted on the training rows only, and applied to both. The training "
        "rows then go out in shuffled batches; the test rows wait for the end.",
        column=99,
        row=66,
    )
    raw, read, clean, split = (
        d.box(name, *place, colour=0)
        for place, name in (
            ((0, -1), later("raw rows")),
            ((0, 0), later("numbers")),
            ((0, 1), later("clean rows")),
            ((1, 1), later("split")),
        )
    )
    train, test = d.box("training rows", 2.25, 0), d.box("test rows", 2.25, 2, colour=2)
    fit = d.box("median, mean, spread", 2.25, 1, colour=1)
    ready, last = d.box("ready", 3.6, 0), d.box("ready", 3.6, 2, colour=2)
    batch, end = d.box("batches", 4.6, 0), d.box("one test", 4.6, 2, colour=2)
    for start, stop in ((raw, read), (read, clean), (clean, split), (train, ready), (ready, batch)):
        d.arrow(start, stop)
    d.arrow(split, train, way="|-")
    d.arrow(split, test, way="|-", colour=2)
    d.arrow(train, fit, "fit", colour=1)
    d.arrow(fit, ready, way="-|", colour=1)
    d.arrow(fit, last, way="-|", colour=1)
    d.arrow(test, last, colour=2)
    d.arrow(last, end, colour=2)
    return d


def leak():
    """Draw a choice that is fitted before the split, and one that is fitted after it."""
    d = Diagram(
        "Above, a leak: columns are chosen from all rows, then the rows are split, so the choice has "
        "seen the test rows before they judge it. Below, without a leak: the rows are split first, "
        "the columns are chosen from the training rows alone, and the same columns are taken of the "
        "test rows.",
        column=100,
        row=64,
    )
    words = (("all rows", 0, 0), ("choose columns", 1.6, 1), ("split", 3, 0))
    every, choose, split = (d.box(text, n, 0, colour=c) for text, n, c in words)
    train, test = d.box("train", 4, -0.5), d.box("test", 4, 0.5, colour=2)
    d.arrow(every, choose, colour=1)
    d.arrow(choose, split, colour=1)
    d.arrow(split, train, way="|-")
    d.arrow(split, test, way="|-", colour=2)
    d.word("the choice has seen the test rows", 1.2, 0.6)
    every, split = d.box("all rows", 0, 2, colour=0), d.box("split", 0.93, 2, colour=0)
    train, test = d.box("training rows", 2.05, 1.5), d.box("test rows", 2.05, 2.5, colour=2)
    choose = d.box("choose columns", 3.55, 1.5, colour=1)
    judged = d.box("test", 4.8, 2.5, colour=2)
    learnt = d.box("train", 4.8, 1.5)
    d.arrow(every, split, colour=0)
    d.arrow(split, train, way="|-")
    d.arrow(split, test, way="|-", colour=2)
    d.arrow(train, choose, colour=1)
    d.arrow(choose, learnt, colour=1)
    same = d.box("same columns", 3.55, 2.5, colour=2)
    d.arrow(choose, same, colour=1)
    d.arrow(test, same, colour=2)
    d.arrow(same, judged, colour=2)
    return d


DIAGRAMS = (rows, leak)
