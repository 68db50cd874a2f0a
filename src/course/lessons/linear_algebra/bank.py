"""The exercises of this lesson."""

import numpy as np

from course.checking import Case, Exercise, Law
from course.foundations import linalg
from course.words import say


def _normal(rng, *shapes):
    """One array of standard normal draws for each shape."""
    return tuple(rng.standard_normal(shape) for shape in shapes)


# ----------------------------------------------------------------------------------------


mean_square = Exercise(
    linalg.mean_square,
    kind="diagnose",
    cases=[
        Case.hand(
            (np.array([[1.0], [2.0], [6.0]]), np.array([1.0, 4.0, 5.0])),
            5 / 3,
            says="predictions (1, 2, 6) of shape (3, 1), labels (1, 4, 5)",
        ),
        Case.random(lambda rng: _normal(rng, (7, 1), (7,)), says="predictions (7, 1), labels (7,)"),
        Case.random(lambda rng: _normal(rng, (5,), (5,)), says="predictions (5,), labels (5,)"),
        Case.extreme((np.arange(4.0)[:, None], np.arange(4.0)), says="predictions all right"),
    ],
    laws=[
        Law(
            "right predictions cost nothing",
            lambda f, rng: abs(float(f(np.arange(3.0)[:, None], np.arange(3.0)))) < 1e-9,
        ),
    ],
    mistakes=[
        """
        predictions.reshape(-1) ⇒ predictions
            A column minus a row is a table: every prediction still meets every label. Both need one
            axis, of the same length, before you subtract.
        np.mean( ⇒ np.sum(
            You added the squares up. The mean divides by how many there are.
        error**2 ⇒ error
            You averaged the differences without squaring them: too high and too low cancel.
        error**2 ⇒ np.abs(error)
            You averaged the sizes of the differences. Asked are their squares.
        return np.mean(error**2) ⇒ return np.sqrt(np.mean(error**2))
            You took the root at the end. That is the root mean square; the mean square is wanted.
        - labels ⇒ - labels.mean()
            You subtracted the mean label from every prediction. Each has a label of its own.
        predictions.reshape(-1) - labels ⇒ predictions.mean() - labels
            You averaged the predictions first. Each must meet its own label.
        predictions.reshape(-1) - labels ⇒ predictions - labels[:, None]
            You gave the labels a second axis. Where the predictions have one axis alone, a row
            meets a column again: lay the predictions flat instead.
        np.mean(error**2) ⇒ np.mean(error) ** 2
            You squared the mean of the differences. Square each one first: too high and too low
            cancel otherwise.
        predictions.reshape(-1) - labels ⇒ predictions.reshape(-1) ** 2 - labels**2
        error**2 ⇒ error
            You subtracted squares from squares. Subtract first, then square.
        np.mean(error**2) ⇒ np.sum(error**2) / (len(error) - 1)
            You divided by N − 1. A mean divides by N.
        np.mean(error**2) ⇒ np.mean(error**2) / 2
            You halved it. The mean of the squares is wanted as it is.
        np.mean(error**2) ⇒ np.sum(error**2) / predictions.shape[-1]
            You divided by the length of the last axis. For a column that is 1: divide by the
            number of examples.
        predictions.reshape(-1) ⇒ predictions
        np.mean(error**2) ⇒ np.mean(error**2, axis=0)
            You averaged each column of a table of all pairs. Let each prediction meet its own label
            first: then there is one mean.
        predictions.reshape(-1) ⇒ predictions[:, 0]
            [:, 0] asks for a second axis, and predictions of shape (N,) have none. Lay both kinds
            flat in one way.
        np.mean(error**2) ⇒ np.var(error)
            You took the variance of the differences, which takes their mean off first: predictions
            that are all too high by 1 would cost nothing.
        np.mean(error**2) ⇒ error[-1] ** 2 / len(error)
            Only the last square is left. In a loop it must be +=, not =.
        """,
    ],
    hints=[
        "Which shape has the difference of (N, 1) and (N,), and which shape should it have?",
        "predictions.reshape(-1) is (N,) for (N, 1) and for (N,) alike.",
        "error = predictions… - labels\nreturn …",
    ],
    why="(N, 1) minus (N,) stretches both to (N, N). Laid flat, the column has the shape of the "
    "labels, and each prediction meets its own label.",
    difficulty=1,
    minutes=5,
    importance=5,
)

# ----------------------------------------------------------------------------------------


def _same_everywhere(y):
    y = np.asarray(y)
    if y.shape != (2, 3, 4):
        return say("x of shape (2, 3, 4) and b = (0, 1, 2) gave shape {shape}.", shape=y.shape)
    seen = next((set(y[:, c].flat) for c in range(3) if np.ptp(y[:, c]) > 1e-6), None)
    if seen is None:
        return ""
    return say("x zero of shape (2, 3, 4), b = (0, 1, 2): one channel holds {few}.", few=_few(seen))


def _few(values):
    """Up to four numbers as text."""
    return ", ".join(f"{v:.4g}" for v in sorted(values)[:4])


def first_axis_by_channels(x, b):
    """You went through the channels and added b[c] to x[c], which is example c. The channels are
    axis 1: x[:, c].
    """
    y = x.copy()
    for c in range(len(b)):
        y[c] += b[c]
    return y


def last_axis_by_channels(x, b):
    """You went through the channels and added b[c] at time c: [:, :, c] is the last axis, T. The
    channels are axis 1.
    """
    y = x.copy()
    for c in range(len(b)):
        y[:, :, c] += b[c]
    return y


def last_axis_by_times(x, b):
    """You went through time and added b[t] at time t: b was spread along T. Its entries belong to
    the channels, axis 1.
    """
    y = x.copy()
    for t in range(x.shape[-1]):
        y[:, :, t] += b[t]
    return y


def by_examples(x, b):
    """You went through the examples and added b[n] to the n-th. The entries of b belong to the
    channels, axis 1.
    """
    y = x.copy()
    for n in range(len(x)):
        y[n] += b[n]
    return y


add_bias = Exercise(
    linalg.add_bias,
    kind="transfer",
    cases=[
        Case.hand(
            (np.zeros((1, 2, 2)), np.array([1.0, 2.0])),
            np.array([[[1.0, 1.0], [2.0, 2.0]]]),
            says="x zero of shape (1, 2, 2), b = (1, 2)",
        ),
        Case.random(lambda rng: _normal(rng, (2, 3, 4), (3,)), says="x (2, 3, 4), b (3,)"),
        Case.random(lambda rng: _normal(rng, (4, 5, 5), (5,)), says="x (4, 5, 5), b (5,)"),
        Case.random(lambda rng: _normal(rng, (3, 3, 2), (3,)), says="x (3, 3, 2), b (3,)"),
        Case.extreme((np.ones((1, 1, 1)), np.array([-1.0])), says="x (1, 1, 1), b = (−1)"),
    ],
    laws=[
        Law(
            "what is added is the same at every example and every time",
            lambda f, rng: _same_everywhere(f(np.zeros((2, 3, 4)), np.arange(3.0))),
        ),
    ],
    mistakes=[
        """
        b[:, None] ⇒ b
            You added b along the last axis: broadcasting pairs axes from the right, so b met T.
            Where sizes happen to agree, nothing warns you. Give b an axis for T: b[:, None].
        [:, None] ⇒ [:, None, None]
            You gave each example an entry of b. The entries belong to the channels, axis 1.
        b[:, None] ⇒ b.sum()
            You added the same number everywhere. Each channel has its own entry of b.
        x + b ⇒ x * b
            You multiplied. A bias shifts: it is added.
        x + b ⇒ x - b
            You subtracted b. The sign of a bias is plus.
        x + b[:, None] ⇒ x[..., None] + b
            You made a fourth axis: every entry of b beside every entry of x. Line b up with axis 1
            instead.
        x + b ⇒ 0 * x + b
            You spread b over the shape of x, and x itself is gone.
        x + b[:, None] ⇒ x.swapaxes(1, 2) + b
            You brought the channels to the end and left them there. The result has the axes of x:
            swap back.
        x + b[:, None] ⇒ (x.reshape(-1, len(b)) + b).reshape(x.shape)
            A reshape cuts the numbers anew, in the order of memory; it turns no axis. So entries
            of b met times as well as channels. Give b an axis for T instead: b[:, None].
        [:, None] ⇒ [:, None, None, None]
            You gave b four axes, and so the result. x has three, and what is missing on the left is
            added by itself: b[:, None].
        b[:, None] ⇒ np.repeat(b, x.size // len(b)).reshape(x.shape)
            np.repeat lays each entry of b out in one stretch of memory. That is right for a single
            example; with more of them the stretches are cut elsewhere.
        """,
        first_axis_by_channels,
        last_axis_by_channels,
        last_axis_by_times,
        by_examples,
    ],
    hints=[
        "Broadcasting lines shapes up at the right end. Which shape must b have to meet axis 1?",
        "x is (N, C, T). b of shape (C, 1) lines up: C with C, 1 is stretched over T.",
        "return x + b[…]",
    ],
    why="b[:, None] has shape (C, 1). From the right, 1 stretches over T, C meets C, and the "
    "missing axis stretches over N.",
    difficulty=1,
    minutes=5,
    importance=5,
)

# ----------------------------------------------------------------------------------------


def _identity_keeps(f):
    D = np.diag([1.0, 2, 3])
    got = np.asarray(f(np.eye(3), D))
    if np.allclose(got, D):
        return ""
    return say(
        "the identity (3, 3) times diag(1, 2, 3) gave {got}, not diag(1, 2, 3).",
        got=got.tolist(),
    )


matmul = Exercise(
    linalg.matmul,
    cases=[
        Case.hand(
            (np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [2.0, 1.0]])),
            np.array([[4.0, 3.0], [8.0, 7.0]]),
            says="A = ((1, 2), (3, 4)), B = ((0, 1), (2, 1))",
        ),
        Case.random(lambda rng: _normal(rng, (3, 4), (4, 5)), says="A (3, 4), B (4, 5)"),
        Case.random(lambda rng: _normal(rng, (4, 4), (4, 4)), says="A and B (4, 4)"),
        Case.extreme((np.array([[3.0]]), np.array([[-2.0]])), says="A and B (1, 1)"),
        Case.extreme((np.ones((2, 1)), np.ones((1, 3))), says="A (2, 1), B (1, 3)"),
    ],
    laws=[
        Law(
            "the identity changes nothing",
            lambda f, rng: _identity_keeps(f),
        ),
    ],
    mistakes=[
        """
        return C ⇒ return A * B
            You multiplied entry by entry. An entry of the product is a sum: row i of A times
            column k of B, added up over j.
        return C ⇒ return C.T
            Your rows and columns are exchanged: you have (AB)ᵀ. Entry [i, k] takes row i of A.
        return C ⇒ return B @ A
            You computed BA. Products of matrices depend on the order.
        return C ⇒ return A @ B.T
            You met rows of A with rows of B: that is A Bᵀ. The second factor gives its columns,
            B[j, k].
        * B[j, k] ⇒ * B[k, j]
            You wrote B[k, j]: rows of A met rows of B, which is A Bᵀ. The sum runs over B's first
            index: B[j, k].
        np.zeros((n, p)) ⇒ np.zeros((n, p), dtype=int)
            You collected the sums in an array of whole numbers, so each is cut off. np.zeros((n,
            p)) without dtype=int holds real ones.
        += ⇒ =
            Only the last j is left: inside the third loop it must be +=, not =.
        range(m) ⇒ range(m - 1)
            Your sum stops one term early. range(m) already ends at m − 1.
        A[i, j] * B[j, k] ⇒ A[i, j] * B[:, k].sum()
            You multiplied the sum of the row by the sum of the column. Multiply in pairs first,
            then add.
        return C ⇒ return A.T @ B
            You met columns of A with columns of B: that is Aᵀ B. The first factor gives rows.
        C = np.zeros((n, p)) ⇒ C, total = np.zeros((n, p)), 0.0
        C[i, k] += A[i, j] * B[j, k] ⇒ C[i, k] = total = total + A[i, j] * B[j, k]
            Your sum goes on from one entry to the next. Each entry begins again at 0.
        np.zeros((n, p)) ⇒ np.zeros(A.shape)
        range(p) ⇒ range(m)
            You gave the result the shape of A. It has the rows of A and the columns of B: (n, p).
        (n, m), p = A.shape, B.shape[1] ⇒ n = m = p = len(A)
            All your loops run to len(A). The three sizes may differ: rows of A, columns of A,
            columns of B.
        np.zeros((n, p)) ⇒ np.zeros(A.shape)
        C[i, k] += ⇒ C[i, j] +=
            Your result has the indices i and j. The sum runs over j; i and k stay.
        * B[j, k] ⇒ + B[j, k]
            You added the entries of a pair. Multiply them, then add up over j.
        np.zeros((n, p)) ⇒ np.zeros(A.shape)
            Your C is as wide as A. Its columns are those of B: (n, p).
        return C ⇒ return np.outer(A, B)
            np.outer lays both out flat and multiplies each entry by each, with no sum.
        A[i, j] * ⇒ A[j, i] *
            You wrote A[j, i]: columns of A met columns of B. The first factor gives its rows,
            A[i, j].
        """,
    ],
    hints=[
        "Which three indices are there, and which of them does the result no longer have?",
        "C[i, k] = Σ_j A[i, j] B[j, k]; A (n, m), B (m, p), C (n, p).",
        "C = np.zeros((n, p))\nfor i in …:\n    for k in …:\n        for j in …:\n"
        "            C[i, k] += …\nreturn C",
    ],
    why="Two indices survive, one is summed over. A @ B does the same with the processor's widest "
    "instructions, hundreds of times faster.",
    difficulty=2,
    minutes=10,
    importance=5,
)

# ----------------------------------------------------------------------------------------

bracket_costs = Exercise(
    linalg.bracket_costs,
    kind="derive",
    cases=[
        Case.hand((2, 3, 5, 7), (100, 147), says="A (2, 3), B (3, 5), C (5, 7)"),
        Case.random(
            lambda rng: tuple(int(n) for n in rng.integers(2, 30, 4)), says="four sizes", n=3
        ),
        Case.extreme((11, 13, 17, 1), expected=(2618, 364), says="C is a column, (17, 1)"),
    ],
    laws=[],
    mistakes=[
        """
        n * m * p + n * p * q, m * p * q + n * m * q ⇒ m * p * q + n * m * q, n * m * p + n * p * q
            The two results are exchanged: (AB)C comes first, A(BC) second.
        n * m * p + n * p * q, m * p * q + n * m * q ⇒ n * m * p, m * p * q
            You counted the product inside the brackets only. Its result is multiplied once more.
        n * m * p + n * p * q ⇒ n * m * p + m * p * q
            AB has the shape (n, p), so the second product of (AB)C is (n, p) by (p, q).
        m * p * q + n * m * q ⇒ m * p * q + n * p * q
            BC has the shape (m, q), so the second product of A(BC) is (n, m) by (m, q).
        n * m * p + n * p * q, m * p * q + n * m * q ⇒ n * p + n * q, m * q + n * q
            You counted the entries. Each entry is a sum, over the index that disappears.
        n * m * p + n * p * q, m * p * q + n * m * q ⇒ n * m * p * n * p * q, m * p * q * n * m * q
            You multiplied the two costs. One product is done after the other, so they add up.
        n * m * p + n * p * q, m * p * q + n * m * q ⇒ 2*(n*m*p + n*p*q), 2*(m*p*q + n*m*q)
            You counted the additions as well. Asked are the multiplications alone.
        n * m * p + n * p * q, m * p * q + n * m * q ⇒ n * m * p * q, n * m * p * q
            Three matrices are never multiplied at once: one product is made and used in the next.
        n * m * p + n * p * q, m * p * q + n * m * q ⇒ n * m * p + n * m * q, m * p * q + n * p * q
            Your second products are exchanged. AB is (n, p) and meets (p, q); BC is (m, q) and is
            met by (n, m).
        n * m * p + n * p * q ⇒ n * (m - 1) * p + n * (p - 1) * q
        m * p * q + n * m * q ⇒ m * (p - 1) * q + n * (m - 1) * q
            You counted m − 1 for a sum of m products: so many are its additions. It takes m
            multiplications.
        n * m * p + n * p * q ⇒ n * m * p + n * m * q
            The second product of (AB)C sums over the columns of AB, of which there are p: n·p·q.
        n * p * q, m * p * q + n * m * q ⇒ m * p * q, m * p * q + n * m * p
            You added up what AB and BC cost. Only one of them is made, and its result is multiplied
            by the third matrix.
        n * p * q, m * p * q + n * m * q ⇒ n * q, m * p * q + n * q
            You counted the second product by its entries. Each of them is a sum too.
        m * p * q + n * m * q ⇒ m * p * q
            Your A(BC) ends after BC. A times that costs n·m·q more.
        """,
    ],
    hints=[
        "How many entries has AB, and how many multiplications does each of them take?",
        "(n, m) by (m, p) takes n·m·p. (AB)C is that, and then (n, p) by (p, q).",
        "left = n * m * p + …\nright = … + …\nreturn left, right",
    ],
    why="A product of (n, m) and (m, p) has n·p entries of m multiplications each. The brackets "
    "decide which size of the three inner ones is paid together with which.",
    difficulty=2,
    minutes=10,
    importance=4,
)

# ----------------------------------------------------------------------------------------

batch_matmul = Exercise(
    linalg.batch_matmul,
    kind="transfer",
    cases=[
        Case.hand(
            (np.array([[[1.0, 2.0]], [[3.0, 4.0]]]), np.array([[[1.0], [0.0]], [[0.0], [1.0]]])),
            np.array([[[1.0]], [[4.0]]]),
            says="(1, 2)·(1, 0) and (3, 4)·(0, 1)",
        ),
        Case.random(
            lambda rng: _normal(rng, (5, 2, 3), (5, 3, 4)), says="5 pairs, (2, 3) by (3, 4)"
        ),
        Case.random(lambda rng: _normal(rng, (3, 3, 3), (3, 3, 3)), says="A and B (3, 3, 3)"),
        Case.extreme((np.ones((1, 2, 1)), np.ones((1, 1, 3))), says="A (1, 2, 1), B (1, 1, 3)"),
    ],
    laws=[
        Law(
            "pair b of the result knows nothing of the other pairs",
            lambda f, rng: _knows_only_itself(f, *_normal(rng, (4, 2, 3), (4, 3, 2))),
        ),
    ],
    mistakes=[
        """
        ->bik ⇒ ->ik
            You left the batch out of the result, so einsum summed over it: "…->ik". An index that
            is missing on the right is summed.
        bjk->bik ⇒ cjk->bcik
            You multiplied every A with every B. A batch pairs first with first, second with
            second: both factors carry the same letter b.
        ->bik ⇒ ->bki
            Each product is transposed: the order of the letters on the right is the order of the
            axes.
        ->bik ⇒ ->bijk
            J stands on the right, so nothing was summed. Leave it out there.
        bij,bjk->bik", A, B) ⇒ bij,jk->bik", A, B[0])
            You multiplied every A by the first B.
        bjk-> ⇒ cjk->
            You multiplied every A by the sum of all B: two different letters for the batch.
        bjk-> ⇒ bkj->
            You met rows with rows: B's summed index is its second, the one before the last.
        np.einsum("bij,bjk->bik", A, B) ⇒ np.dot(A, B)
            You paired every matrix of A with every matrix of B, as np.dot does. A @ B and einsum
            take first with first, second with second.
        np.einsum("bij,bjk->bik", A, B) ⇒ A * B
            You multiplied entry by entry. Each pair wants a matrix product: a sum over j.
        np.einsum("bij,bjk->bik", A, B) ⇒ A @ B.T
            B.T reverses all three axes, the batch too. Nothing needs to be turned here.
        np.einsum("bij,bjk->bik", A, B) ⇒ B @ A
            You computed BA. Products of matrices depend on the order, in a batch too.
        "bij,bjk->bik" ⇒ "ijb,jkb->ikb"
            Your letter for the batch stands last. The batch is the first axis: "bij,bjk->…".
        np.einsum("bij,bjk->bik", A, B) ⇒ A @ B.swapaxes(1, 2)
            You turned each matrix of B, so rows of A met its rows. Nothing needs to be turned here.
        bjk->bik ⇒ bkl->bil
            You gave the summed index two letters, so each factor is summed by itself. One letter
            for both lets them go in step.
        """,
    ],
    hints=[
        "Give each axis a letter: A has b, i, j and B has b, j, k. Which of them do both share, and "
        "which should the result keep?",
        "(N, n, m) and (N, m, p) give (N, n, p): the letter b of the batch is kept, j is summed.",
        'return np.einsum("bij,…->…", A, B)',
    ],
    why="An index on both sides of the arrow is kept, one only on the left is summed. A @ B means "
    "the same for the last two axes, and treats all earlier ones as batch.",
    difficulty=2,
    minutes=10,
    importance=5,
)


def _knows_only_itself(f, A, B):
    before = np.asarray(f(A, B))
    other = A.copy()
    other[1:] += 1
    after = np.asarray(f(other, B))
    if np.allclose(after[0], before[0]):
        return ""
    far = np.abs(after[0] - before[0]).max()
    return say(
        "4 pairs: changing A[1], A[2] and A[3] moves the first product by {far:.3g}.",
        far=far,
    )


# ----------------------------------------------------------------------------------------


def _direction_counts(f, rng):
    x, v = np.arange(4.0), np.array([1.0, 2, 0, 1])
    once, again = np.asarray(f(x, v)), np.asarray(f(x, -3 * v))
    if np.allclose(once, again):
        return ""
    return say(
        "x = (0, 1, 2, 3): onto v = (1, 2, 0, 1) and onto −3v you get {once} and {again}; it is "
        "one line.",
        once=once.round(3).tolist(),
        again=again.round(3).tolist(),
    )


def in_the_plane(x, v):
    """You wrote out two coordinates. Vectors may have any length: x @ v sums over all entries."""
    c = (x[0] * v[0] + x[1] * v[1]) / (v[0] ** 2 + v[1] ** 2)
    return np.array([c * v[0], c * v[1]])


project = Exercise(
    linalg.project,
    kind="derive",
    cases=[
        Case.hand(
            (np.array([2.0, 3.0]), np.array([4.0, 0.0])),
            np.array([2.0, 0.0]),
            says="x = (2, 3), v = (4, 0)",
        ),
        Case.random(lambda rng: _normal(rng, (5,), (5,)), says="x and v of length 5"),
        Case.random(lambda rng: _normal(rng, (3,), (3,)), says="x and v of length 3", n=2),
        Case.extreme((np.zeros(3), np.ones(3)), says="x = 0"),
        Case.extreme(
            (np.array([1.0, 2.0, 3.0]), np.array([-3.0, 0.5, -1.0])),
            says="x points away from v",
        ),
        Case.extreme((np.array([1.0, 2.0]), np.array([1e-6, 0.0])), says="a very short v"),
    ],
    laws=[
        Law(
            "what is left, x − p, is at right angles to v",
            lambda f, rng: _right_angle(f, *_normal(rng, (6,), (6,))),
        ),
        Law("only the direction of v counts: v and −3v give the same point", _direction_counts),
    ],
    mistakes=[
        """
        (x @ v) / (v @ v) ⇒ (x @ v)
            You did not divide by v·v. That is right for unit vectors only: double v, and your
            answer becomes four times as long.
        (v @ v) ⇒ np.linalg.norm(v)
            You divided by ‖v‖ once. v occurs twice in (x·v) v, so its length must go twice: v·v.
        / (v @ v) * v ⇒ / (x @ x) * x
            You projected v on x. The answer must lie on the line through v.
        (v @ v) ⇒ (x @ x)
            You divided by x·x. It is the length of v that must not count.
        * v ⇒
            You returned the number x·v / v·v. The point is that many times v.
        return ⇒ return x -
            You returned x − p, the residual. Asked is p itself.
        (x @ v) ⇒ abs(x @ v)
            You took the absolute value of x·v: where x points away from v, p lies on the other
            side.
        (x @ v) ⇒ (x * v)
            You multiplied entry by entry. x·v is one number, the sum of the products: x @ v.
        * v ⇒ * x
            Your point lies on the line through x. The points of the line through v are c v.
        (v @ v) ⇒ (np.linalg.norm(x) * np.linalg.norm(v))
            You divided by both lengths: that is the cosine of the angle. c is x·v / v·v.
        (v @ v) ⇒ len(v)
            You divided by len(v), the number of entries. The length counts, squared: v·v.
        (x @ v) / (v @ v) * v ⇒ x @ v / v @ v * v
            @ and / have one rank, and Python goes from left to right: x @ v / v @ v divides by v
            entry by entry before it multiplies. Put v @ v in brackets.
        (x @ v) / (v @ v) ⇒ (x @ v) // (v @ v)
            // cuts off what stands behind the point. c is any number: divide by /.
        (x @ v) / (v @ v) * v ⇒ np.linalg.norm(x) / np.linalg.norm(v) * v
            You turned x into the direction of v and kept its length. A projection is shorter: its
            length is ‖x‖ cos α.
        (x @ v) / (v @ v) * v ⇒ (x @ v) / np.linalg.norm(v)
            You returned how far p lies along v, which is one number. p is a vector: that far in the
            direction of v.
        (v @ v) ⇒ v.sum()
            You divided by the sum of the entries of v, which may even be 0. Its length counts,
            squared: v·v.
        (v @ v) ⇒ v**2
            v**2 squares each entry by itself. ‖v‖² is one number, their sum: v @ v.
        (x @ v) / (v @ v) ⇒ (x * v) / (v * v)
            You did all of it entry by entry, and v cancels. x·v and v·v are sums: x @ v, v @ v.
        """,
        in_the_plane,
    ],
    hints=[
        "The answer is some number times v. What must hold of x − c v?",
        "(x − c v)·v = 0, so c = x·v / v·v.",
        "return (…) / (…) * v",
    ],
    why="Of all c, the one with (x − cv)·v = 0 is nearest to x. Attention's scores, least squares "
    "and the removal of a direction are this one line.",
    difficulty=2,
    minutes=10,
    importance=5,
)


def _right_angle(f, x, v):
    p = np.asarray(f(x, v))
    if p.shape != x.shape:
        return say(
            "x and v of length {n} gave shape {shape}; a vector like x is wanted.",
            n=len(x),
            shape=p.shape,
        )
    off = (x - p) @ v
    if abs(off) < 1e-5 * np.linalg.norm(x) * np.linalg.norm(v):
        return ""
    return say(
        "x and v of length {n}: (x − p)·v is {off:.3g} where a right angle gives 0.",
        n=len(x),
        off=off,
    )


# ----------------------------------------------------------------------------------------


def difference_of_lengths(X, Y):
    """You subtracted the lengths, ‖x‖ − ‖y‖. Two points equally far from the origin need not be
    near each other.
    """
    return np.abs(np.linalg.norm(X, axis=1)[:, None] - np.linalg.norm(Y, axis=1))


pairwise_distances = Exercise(
    linalg.pairwise_distances,
    kind="derive",
    cases=[
        Case.hand(
            (np.array([[0.0, 0.0], [3.0, 0.0]]), np.array([[3.0, 4.0]])),
            np.array([[5.0], [4.0]]),
            says="(0, 0) and (3, 0) to (3, 4)",
        ),
        Case.random(lambda rng: _normal(rng, (4, 3), (6, 3)), says="X (4, 3), Y (6, 3)"),
        Case.random(lambda rng: _normal(rng, (5, 2), (5, 2)), says="X and Y (5, 2)"),
        Case.random(lambda rng: _normal(rng, (40, 8)) * 2, says="40 points and themselves"),
        Case.extreme((np.ones((1, 1)), np.ones((1, 1))), says="one point and itself"),
    ],
    laws=[
        Law(
            "to go and to come back is equally far",
            lambda f, rng: _symmetric(f, *_normal(rng, (3, 4), (5, 4))),
        ),
        Law(
            "moving all points together changes nothing",
            lambda f, rng: _moves(f, *_normal(rng, (3, 4), (5, 4))),
        ),
    ],
    mistakes=[
        """
        2 * X ⇒ X
            The cross term needs a factor 2: ‖x − y‖² = ‖x‖² − 2 x·y + ‖y‖².
        np.sqrt(np.maximum(squares, 0)) ⇒ np.maximum(squares, 0)
            These are squared distances. Take the root at the end.
        - 2 * X ⇒ + 2 * X
            The sign of the cross term is minus: you have ‖x + y‖.
        return np.sqrt(np.maximum(squares, 0)) ⇒ return np.sqrt(np.maximum(squares, 0)).T
            Entry [i, j] belongs to row i of X and row j of Y; yours is the other way round.
        np.sqrt(np.maximum(squares, 0)) ⇒ np.abs(X[:, None] - Y).sum(-1)
            You added absolute differences. Distance squares, adds, and takes the root.
        squares, 0 ⇒ squares / X.shape[1], 0
            You averaged over the features where the sum is wanted.
        np.maximum(squares, 0) ⇒ squares
            Right, but rounding leaves some squares a little below zero, and their root is nan. Put
            np.maximum(…, 0) before the root.
        np.sqrt(np.maximum(squares, 0)) ⇒ np.linalg.norm(X - Y, axis=1)
            You subtracted row from row, first with first. Each row of X must meet each row of Y.
        np.sqrt(np.maximum(squares, 0)) ⇒ np.abs((X[:, None] - Y).sum(-1))
            You added the differences and squared the sum. Square each difference first.
        np.sqrt(np.maximum(squares, 0)) ⇒ X @ Y.T
            You returned x·y. That is large for vectors that point the same way; a distance is
            small there.
        [:, None] ⇒
            Your ‖x‖² lie along the columns, where the ‖y‖² belong. They differ from row to row:
            [:, None] makes them (n, 1).
        (X**2).sum(axis=1) ⇒ (X**2).sum(axis=0)
        (Y**2).sum(axis=1) ⇒ (Y**2).sum(axis=0)
            You summed over the points. A point is a row: its ‖x‖² sums over its coordinates, axis 1.
        (X**2).sum(axis=1)[:, None] ⇒ (X**2).sum()
        (Y**2).sum(axis=1) ⇒ (Y**2).sum()
            You summed all squares of all points. Each point has its own ‖x‖²: axis=1.
        + (Y**2).sum(axis=1) ⇒
            The squares of Y are missing: ‖x − y‖² = ‖x‖² − 2 x·y + ‖y‖².
        (X**2).sum(axis=1)[:, None] ⇒ 0
            The squares of X are missing: ‖x − y‖² = ‖x‖² − 2 x·y + ‖y‖².
        (X**2).sum(axis=1) ⇒ np.linalg.norm(X, axis=1)
        (Y**2).sum(axis=1) ⇒ np.linalg.norm(Y, axis=1)
            You took the lengths where their squares stand: ‖x‖² − 2 x·y + ‖y‖².
        (X**2).sum(axis=1)[:, None] ⇒ (X**2).sum(axis=1)
        (Y**2).sum(axis=1) ⇒ (Y**2).sum(axis=1)[:, None]
            Your [:, None] stands at the wrong square. ‖x‖² differs from row to row, so it is (n, 1),
            and ‖y‖² lies along the columns.
        np.sqrt(np.maximum(squares, 0)) ⇒ np.sqrt(((X[:, None] - Y) ** 2).sum(axis=1))
            X[:, None] − Y has the axes (n, m, d), and you summed over the points of Y. The
            coordinates are the last axis.
        np.sqrt(np.maximum(squares, 0)) ⇒ np.linalg.norm(X[:, None] - Y)
            np.linalg.norm without an axis takes all entries for one vector. Give it the axis of the
            coordinates.
        + (Y**2).sum(axis=1) ⇒ - (Y**2).sum(axis=1)
            You took ‖y‖² off. Only the cross term has a minus: ‖x‖² − 2 x·y + ‖y‖².
        np.maximum(squares, 0) ⇒ np.minimum(squares, 0)
            np.minimum takes the smaller of the two, so every positive square became 0. np.maximum
            cuts off what is below 0.
        np.sqrt(np.maximum(squares, 0)) ⇒ np.sqrt(np.maximum(squares, 0)).reshape(-1)
            Your distances stand in one long row. Row i of X and row j of Y meet at [i, j]: (n, m).
        """,
        difference_of_lengths,
    ],
    hints=[
        "What is ‖x − y‖² when you multiply it out, and which part is a matrix product?",
        "‖x‖² is (n, 1), X Yᵀ is (n, m), ‖y‖² is (m,): they broadcast to (n, m).",
        "squares = (X**2).sum(axis=1)[:, None] - … + …\nreturn np.sqrt(np.maximum(…))",
    ],
    why="Multiplied out, all n·m distances are one matrix product and two sums. The price is "
    "cancellation: nearly equal points lose digits, hence the maximum.",
    difficulty=3,
    minutes=15,
    importance=4,
    atol=1e-6,
)


def _symmetric(f, X, Y):
    there, back = np.asarray(f(X, Y)), np.asarray(f(Y, X)).T
    if np.allclose(there, back, atol=1e-5):
        return ""
    return say(
        "X (3, 4), Y (5, 4): from X[0] to Y[1] it is {there:.4g}, back {back:.4g}.",
        there=there[0, 1],
        back=back[0, 1],
    )


def _moves(f, X, Y):
    here, there = np.asarray(f(X, Y)), np.asarray(f(X + 1, Y + 1))
    if np.allclose(here, there, atol=1e-4):
        return ""
    return say(
        "X (3, 4), Y (5, 4): adding 1 to all coordinates takes the first distance from {here:.4g} "
        "to {there:.4g}.",
        here=here.flat[0],
        there=there.flat[0],
    )
