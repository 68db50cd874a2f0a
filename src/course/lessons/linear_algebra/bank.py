"""The exercises of this lesson."""

import numpy as np

from course.checking import Case, Exercise, Law
from course.checking.cases import named
from course.foundations import linalg


def _normal(rng, *shapes):
    """One array of standard normal draws for each shape."""
    return tuple(rng.standard_normal(shape) for shape in shapes)


# ----------------------------------------------------------------------------------------


def _last_axis_by(length):
    """b[i] added to x[:, :, i] for every i below length(x, b)."""

    def code(x, b):
        y = x.copy()
        for i in range(length(x, b)):
            y[:, :, i] += b[i]
        return y

    return code


def _same_everywhere(y):
    y = np.asarray(y)
    if y.shape != (2, 3, 4):
        return f"x of shape (2, 3, 4) and b = (0, 1, 2) gave shape {y.shape}."
    seen = next((set(y[:, c].flat) for c in range(3) if np.ptp(y[:, c]) > 1e-6), None)
    if seen is None:
        return ""
    return f"x zero of shape (2, 3, 4), b = (0, 1, 2): one channel holds {_few(seen)}."


def _few(values):
    """Up to four numbers as text."""
    return ", ".join(f"{v:.4g}" for v in sorted(values)[:4])


add_bias = Exercise(
    linalg.add_bias,
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
        named(
            "last axis",
            "you added b along the last axis: broadcasting pairs axes from the right, so b met "
            "T. Where sizes happen to agree, nothing warns you. Give b an axis for T: b[:, None].",
            lambda x, b: x + b,
        ),
        named(
            "last axis, over the channels",
            "you went through the channels and added b[c] at time c: [:, :, c] is the last axis, "
            "T. The channels are axis 1.",
            _last_axis_by(lambda x, b: len(b)),
        ),
        named(
            "last axis, over time",
            "you went through time and added b[t] at time t: b was spread along T. Its entries "
            "belong to the channels, axis 1.",
            _last_axis_by(lambda x, b: x.shape[-1]),
        ),
        named(
            "first axis",
            "you gave each example an entry of b. The entries belong to the channels, axis 1.",
            lambda x, b: x + b[:, None, None],
        ),
        named(
            "one number for all",
            "you added the same number everywhere. Each channel has its own entry of b.",
            lambda x, b: x + b.sum(),
        ),
        named(
            "scaled",
            "you multiplied. A bias shifts: it is added.",
            lambda x, b: x * b[:, None],
        ),
        named(
            "subtracted",
            "you subtracted b. The sign of a bias is plus.",
            lambda x, b: x - b[:, None],
        ),
        named(
            "new axis",
            "you made a fourth axis: every entry of b beside every entry of x. Line b up with "
            "axis 1 instead.",
            lambda x, b: x[..., None] + b,
        ),
        named(
            "bias alone",
            "you spread b over the shape of x, and x itself is gone.",
            lambda x, b: np.zeros_like(x) + b[:, None],
        ),
    ],
    hints=[
        "Broadcasting lines shapes up at the right end. Which shape must b have to meet axis 1?",
        "x is (N, C, T). b of shape (C, 1) lines up: C with C, 1 is stretched over T.",
        "return x + b[...]",
    ],
    why="b[:, None] has shape (C, 1). From the right, 1 stretches over T, C meets C, and the "
    "missing axis stretches over N.",
    difficulty=1,
    minutes=5,
    importance=5,
)

# ----------------------------------------------------------------------------------------


def _overwritten(A, B):
    return A[:, -1:] * B[-1:]


def _short_of_one(A, B):
    return A[:, :-1] @ B[:-1]


def _rows_with_rows_in_loops(A, B):
    (n, m), p = A.shape, B.shape[1]
    C = np.zeros((n, p))
    for k in range(p):
        for j in range(m):
            C[:, k] += A[:, j] * B[k, j]
    return C


def _in_whole_numbers(A, B):
    C = np.zeros((len(A), B.shape[1]), dtype=int)
    for i, k, j in np.ndindex(*C.shape, len(B)):
        C[i, k] += A[i, j] * B[j, k]
    return C


def _identity_keeps(f):
    D = np.diag([1.0, 2, 3])
    got = np.asarray(f(np.eye(3), D))
    if np.allclose(got, D):
        return ""
    return f"the identity (3, 3) times diag(1, 2, 3) gave {got.tolist()}, not diag(1, 2, 3)."


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
        named(
            "elementwise",
            "you multiplied entry by entry. An entry of the product is a sum: row i of A times "
            "column k of B, added up over j.",
            lambda A, B: A * B,
        ),
        named(
            "transposed result",
            "your rows and columns are exchanged: you have (AB)ᵀ. Entry [i, k] takes row i of A.",
            lambda A, B: (A @ B).T,
        ),
        named(
            "other order",
            "you computed BA. Products of matrices depend on the order.",
            lambda A, B: B @ A,
        ),
        named(
            "rows with rows",
            "you met rows of A with rows of B: that is A Bᵀ. The second factor gives its columns, "
            "B[j, k].",
            lambda A, B: A @ B.T,
        ),
        named(
            "rows with rows, in loops",
            "you wrote B[k, j]: rows of A met rows of B, which is A Bᵀ. The sum runs over B's "
            "first index: B[j, k].",
            _rows_with_rows_in_loops,
        ),
        named(
            "whole numbers",
            "you collected the sums in an array of whole numbers, so each is cut off. "
            "np.zeros((n, p)) without dtype=int holds real ones.",
            _in_whole_numbers,
        ),
        named(
            "overwritten",
            "only the last j is left: inside the third loop it must be +=, not =.",
            _overwritten,
        ),
        named(
            "last term missing",
            "your sum stops one term early. range(m) already ends at m − 1.",
            _short_of_one,
        ),
        named(
            "sums multiplied",
            "you multiplied the sum of the row by the sum of the column. Multiply in pairs first, "
            "then add.",
            lambda A, B: A.sum(axis=1)[:, None] * B.sum(axis=0),
        ),
        named(
            "columns with columns",
            "you met columns of A with columns of B: that is Aᵀ B. The first factor gives rows.",
            lambda A, B: A.T @ B,
        ),
    ],
    hints=[
        "Which three indices are there, and which of them does the result no longer have?",
        "C[i, k] = Σ_j A[i, j] B[j, k]; A (n, m), B (m, p), C (n, p).",
        "C = np.zeros((n, p))\nfor i in ...:\n    for k in ...:\n        for j in ...:\n"
        "            C[i, k] += ...\nreturn C",
    ],
    why="Two indices survive, one is summed over. A @ B does the same with the processor's widest "
    "instructions, hundreds of times faster.",
    difficulty=2,
    minutes=10,
    importance=5,
)

# ----------------------------------------------------------------------------------------

batch_matmul = Exercise(
    linalg.batch_matmul,
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
        named(
            "batch summed away",
            'you left the batch out of the result, so einsum summed over it: "…->ik". An index '
            "that is missing on the right is summed.",
            lambda A, B: np.einsum("bij,bjk->ik", A, B),
        ),
        named(
            "all pairs",
            "you multiplied every A with every B. A batch pairs first with first, second with "
            "second: both factors carry the same letter b.",
            lambda A, B: np.einsum("bij,cjk->bcik", A, B),
        ),
        named(
            "transposed results",
            "each product is transposed: the order of the letters on the right is the order of "
            "the axes.",
            lambda A, B: np.einsum("bij,bjk->bki", A, B),
        ),
        named(
            "nothing summed",
            "j stands on the right, so nothing was summed. Leave it out there.",
            lambda A, B: np.einsum("bij,bjk->bijk", A, B),
        ),
        named(
            "first pair's B for all",
            "you multiplied every A by the first B.",
            lambda A, B: A @ B[:1],
        ),
        named(
            "B summed over the batch",
            "you multiplied every A by the sum of all B: two different letters for the batch.",
            lambda A, B: np.einsum("bij,cjk->bik", A, B),
        ),
        named(
            "second factor transposed",
            "you met rows with rows: B's summed index is its second, the one before the last.",
            lambda A, B: np.einsum("bij,bkj->bik", A, B),
        ),
    ],
    hints=[
        "Which of the letters b, i, j, k do both factors share, and which should the result keep?",
        "(N, n, m) and (N, m, p) give (N, n, p): the letter b of the batch is kept, j is summed.",
        'return np.einsum("bij,...->...", A, B)',
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
    return f"4 pairs: changing A[1], A[2] and A[3] moves the first product by {far:.3g}."


# ----------------------------------------------------------------------------------------


def _direction_counts(f, rng):
    x, v = np.arange(4.0), np.array([1.0, 2, 0, 1])
    once, again = np.asarray(f(x, v)), np.asarray(f(x, -3 * v))
    if np.allclose(once, again):
        return ""
    points = f"{once.round(3).tolist()} and {again.round(3).tolist()}"
    return f"x = (0, 1, 2, 3): onto v = (1, 2, 0, 1) and onto −3v you get {points}; it is one line."


project = Exercise(
    linalg.project,
    cases=[
        Case.hand(
            (np.array([2.0, 3.0]), np.array([4.0, 0.0])),
            np.array([2.0, 0.0]),
            says="x = (2, 3), v = (4, 0)",
        ),
        Case.random(lambda rng: _normal(rng, (5,), (5,)), says="x and v of length 5"),
        Case.random(lambda rng: _normal(rng, (3,), (3,)), says="x and v of length 3", n=2),
        Case.extreme((np.zeros(3), np.ones(3)), says="x = 0"),
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
        named(
            "not divided",
            "you did not divide by v·v. That is right for unit vectors only: double v, and your "
            "answer becomes four times as long.",
            lambda x, v: (x @ v) * v,
        ),
        named(
            "divided by the length",
            "you divided by ‖v‖ once. v occurs twice in (x·v) v, so its length must go twice: v·v.",
            lambda x, v: (x @ v) / np.linalg.norm(v) * v,
        ),
        named(
            "onto x",
            "you projected v on x. The answer must lie on the line through v.",
            lambda x, v: (x @ v) / (x @ x) * x,
        ),
        named(
            "divided by x·x",
            "you divided by x·x. It is the length of v that must not count.",
            lambda x, v: (x @ v) / (x @ x) * v,
        ),
        named(
            "coefficient",
            "you returned the number x·v / v·v. The point is that many times v.",
            lambda x, v: (x @ v) / (v @ v),
        ),
        named(
            "the rest",
            "you returned x − p, what is left over. Asked is p itself.",
            lambda x, v: x - (x @ v) / (v @ v) * v,
        ),
        named(
            "sign lost",
            "you took the absolute value of x·v: where x points away from v, p lies on the other "
            "side.",
            lambda x, v: abs(x @ v) / (v @ v) * v,
        ),
        named(
            "elementwise",
            "you multiplied entry by entry. x·v is one number, the sum of the products: x @ v.",
            lambda x, v: x * v / (v @ v) * v,
        ),
    ],
    hints=[
        "The answer is some number times v. What must hold of x − c v?",
        "(x − c v)·v = 0, so c = x·v / v·v.",
        "return (...) / (...) * v",
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
        return f"x and v of length {len(x)} gave shape {p.shape}; a vector like x is wanted."
    off = (x - p) @ v
    if abs(off) < 1e-5 * np.linalg.norm(x) * np.linalg.norm(v):
        return ""
    return f"x and v of length {len(x)}: (x − p)·v is {off:.3g} where a right angle gives 0."


# ----------------------------------------------------------------------------------------


def _distances(X, Y, *, cross=2, root=True):
    squares = (X**2).sum(1)[:, None] - cross * X @ Y.T + (Y**2).sum(1)
    squares = np.maximum(squares, 0)
    return np.sqrt(squares) if root else squares


def _unguarded(X, Y):
    return np.sqrt((X**2).sum(1)[:, None] - 2 * X @ Y.T + (Y**2).sum(1))


pairwise_distances = Exercise(
    linalg.pairwise_distances,
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
        named(
            "factor 2",
            "the cross term needs a factor 2: ‖x − y‖² = ‖x‖² − 2 x·y + ‖y‖².",
            lambda X, Y: _distances(X, Y, cross=1),
        ),
        named(
            "squared",
            "these are squared distances. Take the root at the end.",
            lambda X, Y: _distances(X, Y, root=False),
        ),
        named(
            "plus",
            "the sign of the cross term is minus: you have ‖x + y‖.",
            lambda X, Y: _distances(X, Y, cross=-2),
        ),
        named(
            "transposed",
            "entry [i, j] belongs to row i of X and row j of Y; yours is the other way round.",
            lambda X, Y: _distances(Y, X),
        ),
        named(
            "city blocks",
            "you added absolute differences. Distance squares, adds, and takes the root.",
            lambda X, Y: np.abs(X[:, None] - Y).sum(-1),
        ),
        named(
            "mean",
            "you averaged over the features where the sum is wanted.",
            lambda X, Y: np.sqrt(((X[:, None] - Y) ** 2).mean(-1)),
        ),
        named(
            "rounded below zero",
            "right, but rounding leaves some squares a little below zero, and their root is nan. "
            "Put np.maximum(…, 0) before the root.",
            _unguarded,
        ),
        named(
            "paired rows",
            "you subtracted row from row, first with first. Each row of X must meet each row of Y.",
            lambda X, Y: np.linalg.norm(X - Y, axis=1),
        ),
        named(
            "difference of lengths",
            "you subtracted the lengths, ‖x‖ − ‖y‖. Two points equally far from the origin need "
            "not be near each other.",
            lambda X, Y: np.abs(np.linalg.norm(X, axis=1)[:, None] - np.linalg.norm(Y, axis=1)),
        ),
        named(
            "added before squaring",
            "you added the differences and squared the sum. Square each difference first.",
            lambda X, Y: np.abs((X[:, None] - Y).sum(-1)),
        ),
        named(
            "dot products",
            "you returned x·y. That is large for vectors that point the same way; a distance is "
            "small there.",
            lambda X, Y: X @ Y.T,
        ),
    ],
    hints=[
        "What is ‖x − y‖² when you multiply it out, and which part is a matrix product?",
        "‖x‖² is (n, 1), X Yᵀ is (n, m), ‖y‖² is (m,): they broadcast to (n, m).",
        "squares = (X**2).sum(axis=1)[:, None] - ... + ...\nreturn np.sqrt(np.maximum(...))",
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
    return f"X (3, 4), Y (5, 4): from X[0] to Y[1] it is {there[0, 1]:.4g}, back {back[0, 1]:.4g}."


def _moves(f, X, Y):
    here, there = np.asarray(f(X, Y)), np.asarray(f(X + 1, Y + 1))
    if np.allclose(here, there, atol=1e-4):
        return ""
    moved = f"from {here.flat[0]:.4g} to {there.flat[0]:.4g}"
    return f"X (3, 4), Y (5, 4): adding 1 to all coordinates takes the first distance {moved}."


# ----------------------------------------------------------------------------------------


def _iterate(A, x, steps, rescale=np.linalg.norm):
    for _ in range(steps):
        x = A @ x
        x = x / rescale(x)
    return x


def _norm_for_eigenvalue(A, x, steps):
    x = _iterate(A, x, steps)
    return np.linalg.norm(A @ x), x


def _norm_in_the_loop(A, x, steps):
    return np.linalg.norm(A @ _iterate(A, x, steps - 1)), _iterate(A, x, steps)


def _one_step_behind(A, x, steps):
    before = _iterate(A, x / np.linalg.norm(x), steps - 1)
    return before @ A @ before, _iterate(A, x, steps)


def _never_rescaled(A, x, steps):
    x = _iterate(A, x, steps, rescale=lambda x: 1)
    return x @ A @ x, x


def _rescaled_at_the_end(A, x, steps):
    x = _iterate(A, x, steps, rescale=lambda x: 1)
    x = x / np.linalg.norm(x)
    return x @ A @ x, x


def _largest_entry(A, x, steps):
    x = _iterate(A, x, steps, rescale=lambda x: np.abs(x).max())
    return x @ A @ x / (x @ x), x


def _sum_of_entries(A, x, steps):
    x = _iterate(A, x, steps, rescale=np.sum)
    return x @ A @ x / (x @ x), x


def _with(change):
    def code(A, x, steps):
        x = _iterate(*change(A, x, steps))
        return x @ A @ x, x

    return code


def _exchanged(A, x, steps):
    value, x = linalg.power_iteration(A, x, steps)
    return x, value


def _returned_in_the_loop(A, x, steps):
    for _ in range(steps):
        x = A @ x
        x = x / np.linalg.norm(x)
        return x @ A @ x, x


def _entrywise_power(A, x, steps):
    x = A**steps @ x
    x = x / np.linalg.norm(x)
    return x @ A @ x, x


def _ratio_of_entries(A, x, steps):
    x = _iterate(A, x, steps)
    return (A @ x / x)[0], x


def _symmetric_matrix(rng, n):
    Q = np.linalg.qr(rng.standard_normal((n, n)))[0]
    return Q * np.array([-3.0, *rng.uniform(-2, 2, n - 1)]) @ Q.T


power_iteration = Exercise(
    linalg.power_iteration,
    cases=[
        Case.hand(
            (np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([3.0, 8.0]), 1),
            (1.36, np.array([0.6, 0.8])),
            says="A = diag(2, 1), x = (3, 8), one step",
        ),
        Case.random(
            lambda rng: (_symmetric_matrix(rng, 4), rng.standard_normal(4), 60),
            says="A (4, 4) with λ₁ = −3, 60 steps",
        ),
        Case.random(
            lambda rng: (rng.uniform(0, 1, (5, 5)), rng.uniform(1, 2, 5), 7),
            says="A (5, 5) not symmetric, 7 steps",
        ),
        Case.extreme((np.diag([3.0, 1.0]), np.ones(2), 2000), says="2,000 steps"),
    ],
    laws=[
        Law(
            "the vector has length 1",
            lambda f, rng: _has_length_one(f(np.diag([2.0, 1]), np.ones(2), 5)[1]),
        ),
        Law(
            "A x = λ x in the end",
            lambda f, rng: _is_eigenpair(f, _symmetric_matrix(rng, 3), rng.standard_normal(3)),
        ),
    ],
    mistakes=[
        named(
            "never rescaled",
            "you did not rescale: x grows as λᵏ and overflows, and x·Ax is λ only for a unit x.",
            _never_rescaled,
        ),
        named(
            "rescaled at the end only",
            "right for a few steps; after many, x overflows before you rescale it. Rescale in "
            "every step.",
            _rescaled_at_the_end,
        ),
        named(
            "norm for eigenvalue",
            "you returned the length of A x. That is |λ|: the sign is lost. x·Ax of the unit x "
            "keeps it.",
            _norm_for_eigenvalue,
        ),
        named(
            "norm from the loop",
            "you returned the length that you divided by. It loses the sign of λ, and at the first "
            "step it holds the length of the start. x·Ax of the final unit x.",
            _norm_in_the_loop,
        ),
        named(
            "eigenvalue one step behind",
            "your eigenvalue belongs to the vector before the last step: compute it last.",
            _one_step_behind,
        ),
        named(
            "divided by the largest entry",
            "your x has largest entry 1. Any length would be an eigenvector; asked is length 1.",
            _largest_entry,
        ),
        named(
            "divided by the sum",
            "you divided by the sum of the entries: it can be zero or negative. Use the length.",
            _sum_of_entries,
        ),
        named(
            "returned in the loop",
            "your `return` stands inside the loop, so it ends after one step. Move it left, "
            "behind the loop.",
            _returned_in_the_loop,
        ),
        named(
            "ratio of entries",
            "you divided an entry of A x by the entry of x. That is λ only once x is an "
            "eigenvector, and fails where the entry is 0. x·Ax uses all entries.",
            _ratio_of_entries,
        ),
        named(
            "powers of the entries",
            "A**steps raises each entry to that power. Multiply by A again and again, A @ x.",
            _entrywise_power,
        ),
        named(
            "one step short",
            "you made one step fewer than asked.",
            _with(lambda A, x, steps: (A, x / np.linalg.norm(x), steps - 1)),
        ),
        named(
            "one step more",
            "you made one step more than asked. The last product belongs to the eigenvalue only.",
            _with(lambda A, x, steps: (A, x, steps + 1)),
        ),
        named(
            "transposed",
            "you multiplied from the left, x A. Only for a symmetric A is that the same.",
            _with(lambda A, x, steps: (A.T, x, steps)),
        ),
        named(
            "exchanged",
            "eigenvalue first, vector second.",
            _exchanged,
        ),
    ],
    hints=[
        "If x is a mix of eigenvectors, by how much does A multiply each part of the mix?",
        "x ← A x / ‖A x‖, `steps` times; λ = x·A x for the unit x.",
        "for _ in range(steps):\n    x = ...\n    x = x / ...\nreturn x @ ..., x",
    ],
    why="Each step multiplies part i by λ_i; after rescaling, the largest in size wins, and the "
    "others shrink by |λ_i/λ_1| a step.",
    difficulty=3,
    minutes=15,
    importance=4,
)


def _is_eigenpair(f, A, x):
    value, x = f(A, x, 300)
    off = np.linalg.norm(A @ x - value * np.asarray(x))
    if off < 1e-3:
        return ""
    return (
        f"A (3, 3) with λ₁ = −3, 300 steps: your λ is {value:.4g} and ‖A x − λ x‖ is {off:.2g}, "
        "which should be 0. Do all the steps run, each from where the last one ended?"
    )


def _has_length_one(x):
    length = np.linalg.norm(x)
    if np.isclose(length, 1):
        return ""
    return f"A = diag(2, 1), x = (1, 1), 5 steps: your vector has length {length:.4g}, not 1."


# ----------------------------------------------------------------------------------------


def _factors(A):
    return np.linalg.svd(A, full_matrices=False)


def _columns_of_v(A, k):
    U, s, Vt = _factors(A)
    return U[:, :k] * s[:k] @ Vt[:, :k].T


def _kept(A, keep):
    U, s, Vt = _factors(A)
    return U * (s * keep(np.arange(len(s)), len(s))) @ Vt


def _indexed(A, k):
    U, s, Vt = _factors(A)
    return U[:, k] * s[k] * Vt[k]


def _without_values(A, k):
    U, _, Vt = _factors(A)
    return U[:, :k] @ Vt[:k]


def _squared_values(A, k):
    U, s, Vt = _factors(A)
    return U[:, :k] * s[:k] ** 2 @ Vt[:k]


def _corner(A, k):
    cut = np.zeros_like(A)
    cut[:k, :k] = A[:k, :k]
    return cut


def _first_columns(A, k):
    return np.where(np.arange(A.shape[1]) < k, A, 0.0)


low_rank = Exercise(
    linalg.low_rank,
    cases=[
        Case.hand(
            (np.array([[0.0, 3.0], [1.0, 0.0]]), 1),
            np.array([[0.0, 3.0], [0.0, 0.0]]),
            says="A = ((0, 3), (1, 0)), k = 1",
        ),
        Case.random(lambda rng: (rng.standard_normal((5, 5)), 2), says="A (5, 5), k = 2"),
        Case.random(lambda rng: (rng.standard_normal((7, 4)), 3), says="A (7, 4), k = 3"),
        Case.random(lambda rng: (rng.standard_normal((3, 6)), 2), says="A (3, 6), k = 2"),
        Case.extreme((np.eye(3) * [5.0, 4, 3], 3), says="k = 3, all of it"),
        Case.extreme((np.ones((2, 4)), 0), says="k = 0", expected=np.zeros((2, 4))),
    ],
    laws=[
        Law(
            "the result has rank k",
            lambda f, rng: _has_rank_two(f(rng.standard_normal((6, 4)), 2)),
        ),
        Law(
            "the error is the root of the squares of the singular values left out",
            lambda f, rng: _error_is_what_was_left_out(f, rng.standard_normal((6, 4))),
        ),
    ],
    mistakes=[
        named(
            "columns of Vᵀ",
            "np.linalg.svd returns Vᵀ, whose rows are the right singular vectors: you took its "
            "columns. Vt[:k].",
            _columns_of_v,
        ),
        named(
            "smallest kept",
            "you kept the smallest singular values. They come sorted, largest first.",
            lambda A, k: _kept(A, lambda i, n: i >= n - k),
        ),
        named(
            "what is left out",
            "you returned what should be thrown away, the values from k on.",
            lambda A, k: _kept(A, lambda i, n: i >= k),
        ),
        named(
            "one too many",
            "you kept k + 1 values: [:k] already ends before k.",
            lambda A, k: _kept(A, lambda i, n: i <= k),
        ),
        named(
            "one too few",
            "you kept k − 1 values.",
            lambda A, k: _kept(A, lambda i, n: i < k - 1),
        ),
        named(
            "singular values missing",
            "you multiplied U and Vᵀ and left s out: each pair must be weighted by its s.",
            _without_values,
        ),
        named(
            "singular values squared",
            "your singular values come in squared. They stand once between U and Vᵀ.",
            _squared_values,
        ),
        named(
            "one piece only",
            "you took the k-th piece alone. Keep the first k, [:k], and add them up.",
            lambda A, k: _kept(A, lambda i, n: i == k - 1),
        ),
        named(
            "index for slice",
            "U[:, k] is one column, and the product of two vectors with * is no matrix. Keep the "
            "first k with slices, U[:, :k], and multiply by @.",
            _indexed,
        ),
        named(
            "singular values alone",
            "you returned the singular values. They weight the pieces; a matrix like A is wanted.",
            lambda A, k: _factors(A)[1][:k],
        ),
        named(
            "corner",
            "you kept the first k rows and columns of A. Rank is not about where entries stand.",
            _corner,
        ),
        named(
            "first columns",
            "you kept the first k columns of A. The best k directions are mixtures of all columns.",
            _first_columns,
        ),
    ],
    hints=[
        "A is a sum of rank-one pieces, ordered by size. Which k of them would you keep?",
        "A_k = U[:, :k] diag(s[:k]) Vᵀ[:k, :], with U (n, r), s (r,), Vᵀ (r, m).",
        "U, s, Vt = np.linalg.svd(A, full_matrices=False)\nreturn U[:, ...] * s[...] @ ...",
    ],
    why="Eckart and Young: no matrix of rank k is nearer. U[:, :k] * s[:k] weights column i by s_i "
    "without building the diagonal matrix.",
    difficulty=2,
    minutes=10,
    importance=4,
)


def _error_is_what_was_left_out(f, A):
    s = np.linalg.svd(A, compute_uv=False)
    error = np.linalg.norm(A - np.asarray(f(A, 2)))
    least = np.sqrt((s[2:] ** 2).sum())
    if np.isclose(error, least, rtol=1e-4):
        return ""
    return f"A (6, 4), k = 2: your error is {error:.4g}; what was left out amounts to {least:.4g}."


def _has_rank_two(B):
    rank = np.linalg.matrix_rank(B, rtol=1e-5)
    return "" if rank == 2 else f"A (6, 4), k = 2: the rank of your result is {rank}, not 2."
