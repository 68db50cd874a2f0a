"""Tiny exercises on which the tests of the engine try answers, and what must hold of all it says.

The references are copies, so that an answer may call the function of the same name.
"""

import collections
import html.parser

import numpy as np

from course.checking import Case, Exercise, Law, Mistake, call, source


def wrong(says, code):
    """A misconception of the tests: its sentence and its code."""
    return Mistake(says, lambda: code)


def softmax(z):
    """Weights that sum to 1."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)  # (..., K)


def columns(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


def in_place(z):
    z -= z.max(axis=-1, keepdims=True)
    return softmax(z)


def fragile(z):
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def rows_sum_to_one(f, rng):
    return np.allclose(f(rng.normal(size=(3, 4))).sum(axis=-1), 1, rtol=1e-12)


weights = Exercise(
    reference=source.copy(softmax),
    cases=[
        Case.hand((np.array([0, np.log(3)]),), [0.25, 0.75], says="z = (0, ln 3)"),
        Case.random(lambda rng: (rng.normal(size=(2, 5)),), says="z of shape (2, 5)", n=2),
        Case.extreme((np.array([1000.0, 0.0]),), says="z = [1000, 0]"),
    ],
    laws=[Law("rows sum to 1", rows_sum_to_one)],
    mistakes=[
        wrong("Your columns sum to 1, not your rows: axis=-1.", columns),
        wrong("exp(1000) overflows. Subtract the row's maximum first.", fragile),
        wrong("-= writes into the caller's z. Make a new array.", in_place),
        wrong("One sum over all rows: which axis?", lambda z: np.exp(z) / np.exp(z).sum()),
        wrong("The axis is gone: keepdims=True.", lambda z: softmax(z)[0]),
        wrong("A row has no .Max; NumPy's names are small.", lambda z: z.Max()),
    ],
    hints=["What do the weights sum to?", "p = exp(z) / sum exp(z), z (..., K)", "return … / …"],
    why="A constant in every entry cancels.",
)


def affine_backward(dy, x, W):
    """Three gradients."""
    dx = dy @ W.T
    dW = x.T @ dy
    db = dy.sum(axis=0)
    return dx, dW, db


def three_gradients(rng):
    return rng.normal(size=(5, 3)), rng.normal(size=(5, 4)), rng.normal(size=(4, 3))


backward = Exercise(
    reference=source.copy(affine_backward),
    cases=[Case.random(three_gradients, says="x (5, 4), W (4, 3)")],
    mistakes=[],
    hints=["?"],
)


def tally(text, *, skip=" "):
    """How often each character occurs."""
    return collections.Counter(c for c in text if c not in skip)


counting = Exercise(
    reference=source.copy(tally),
    cases=[
        Case.hand(("aab",), {"a": 2, "b": 1}, says="'aab'"),
        Case.extreme(call("a-b", skip="-"), says="'a-b' without '-'"),
    ],
    mistakes=[],
    hints=["?"],
)


class Running:
    """A mean that is told one number at a time."""

    def __init__(self):
        self.n, self.total = 0, 0.0

    def add(self, x):
        self.n += 1
        self.total += x
        return self.total / self.n


running = Exercise(
    reference=source.copy(Running),
    cases=[Case.random(lambda rng: (rng.normal(size=7),), says="seven numbers")],
    mistakes=[],
    hints=["?"],
    probe=lambda answer, xs: [answer_of.add(x) for answer_of in [answer()] for x in xs],
)


def dots(z): ...


def layers_gradients(W):
    """Loss and gradients.

    Returns
    -------
    loss : float
    grads : list of (dW, db)
    """
    return W.sum(), [(W, W[0]), (2 * W, 2 * W[0])]


def is_sentence(text):
    begun = text[0].isupper() or text[0].isdigit()
    return begun and text.rstrip()[-1] in ".?" and len(text) > 15


def well_formed(page):
    """Whether every tag is closed, and no script or handler came through."""

    class Reader(html.parser.HTMLParser):
        def __init__(self):
            super().__init__()
            self.open, self.fine = [], True

        def handle_starttag(self, tag, attributes):
            self.fine &= tag not in ("script", "img", "iframe")
            self.fine &= not any(name.startswith("on") for name, _ in attributes)
            if tag != "br":
                self.open.append(tag)

        def handle_endtag(self, tag):
            self.fine &= bool(self.open) and self.open.pop() == tag

    reader = Reader()
    reader.feed(page)
    return reader.fine and not reader.open
