"""The exercises of this lesson."""

import numpy as np

from course.checking import Case, Edit, Exercise, Law
from course.foundations import spectral
from course.words import say


def _normal(rng, *shapes):
    """One array of standard normal draws for each shape."""
    return tuple(rng.standard_normal(shape) for shape in shapes)


def _symmetric_matrix(rng, n):
    Q = np.linalg.qr(rng.standard_normal((n, n)))[0]
    return Q * np.array([-3.0, *rng.uniform(-2, 2, n - 1)]) @ Q.T


def one_step_behind(A, x, steps):
    """Your eigenvalue belongs to the vector before the last step: compute it last."""
    for _ in range(steps):
        x = x / np.linalg.norm(x)
        value = x @ A @ x
        x = A @ x
    return value, x / np.linalg.norm(x)


power_iteration = Exercise(
    spectral.power_iteration,
    kind="derive",
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
        """
        x @ A @ x, x ⇒ np.linalg.norm(A @ x), x
            You returned the length of A x. That is |λ|: the sign is lost. x·Ax of the unit x keeps
            it.
        np.linalg.norm(x) ⇒ np.abs(x).max()
        x @ A @ x ⇒ x @ A @ x / (x @ x)
            Your x has largest entry 1. Any length would be an eigenvector; asked is length 1.
        np.linalg.norm(x) ⇒ x.sum()
        x @ A @ x ⇒ x @ A @ x / (x @ x)
            You divided by the sum of the entries: it can be zero or negative. Use the length.
        x @ A @ x, x ⇒ (A @ x / x)[0], x
            You divided an entry of A x by the entry of x. That is λ only once x is an eigenvector,
            and fails where the entry is 0. x·Ax uses all entries.
        range(steps) ⇒ range(1)
        x = A @ x ⇒ x = A**steps @ x
            A**steps raises each entry to that power. Multiply by A again and again, A @ x.
        range(steps) ⇒ range(steps - 1)
        x @ A @ x, x ⇒ x @ A @ x / (x @ x), x / np.linalg.norm(x)
            You made one step fewer than asked.
        range(steps) ⇒ range(steps + 1)
            You made one step more than asked. The last product belongs to the eigenvalue only.
        x = A @ x ⇒ x = x @ A
            You multiplied from the left, x A. Only for a symmetric A is that the same.
        x @ A @ x, x ⇒ x, x @ A @ x
            The two results are exchanged: eigenvalue first, vector second.
        range(steps) ⇒ range(steps - 1)
            Your loop runs once too few: range(steps) goes round `steps` times, from 0 to steps − 1.
        np.linalg.norm(x) ⇒ x.sum()
            You divided by the sum of all entries. The length is the root of x·x, and x·Ax is λ
            only for an x of length 1.
        np.linalg.norm(x) ⇒ np.abs(x).max()
            You divided by the largest entry. Asked is length 1, and only then is x·Ax equal to λ.
        np.linalg.norm(x) ⇒ (x @ x)
            You divided by x·x, the square of the length. Take its root.
        x @ A @ x, x ⇒ x @ A @ x, A @ x
            Your vector was multiplied once more and has no longer length 1. Return x itself.
        x = A @ x ⇒ x = (A := A @ A) @ x
            You changed A itself in the loop, so its power doubles at every step. A stays, and x
            goes on: x = A @ x.
        x = A @ x ⇒ x = A * x
            A * x multiplies entry by entry and gives a table. The product is A @ x.
        x @ A @ x, x ⇒ A @ x / x, x
            You divided A x by x entry by entry, which gives as many numbers as entries. λ is one
            number: x·Ax.
        x = A @ x ⇒ value, x = x @ A @ x, A @ x
        x @ A @ x, x ⇒ value, x
            You took x·Ax with the x from before the step, and the start has not even length 1. Take
            it behind the loop.
        x @ A @ x, x ⇒ abs(x @ A @ x), x
            You took the absolute value of x·Ax. λ may be negative: keep its sign.
        x = A @ x ⇒ x = A @ (A @ x)
            You multiplied twice in each step. One step is one product.
        """,
        Edit(
            "        x = x / np.linalg.norm(x)\n",
            "",
            "You did not rescale: x grows as λᵏ and overflows, and x·Ax is λ only for a unit x.",
        ),
        Edit(
            "        x = x /",
            "    x = x /",
            "Right for a few steps; after many, x overflows before you rescale it. Rescale in "
            "every step.",
        ),
        Edit(
            ("        x = x / np.linalg.norm(x)", "x @ A @ x, x"),
            ("        length = np.linalg.norm(x)\n        x = x / length", "length, x"),
            "You returned the length that you divided by. It loses the sign of λ, and at the "
            "first step it holds the length of the start. x·Ax of the final unit x.",
        ),
        one_step_behind,
        Edit(
            "    return",
            "        return",
            "Your result is that of one step. Does `return` stand inside the loop, or does each step "
            "begin at the first x again?",
        ),
        Edit(
            "        x = A @ x\n        x = x / np.linalg.norm(x)\n",
            "        x = x / np.linalg.norm(x)\n        x = A @ x\n",
            "You rescaled before the product, so your last x is A times a unit vector and not one "
            "itself. First the product, then the length.",
        ),
        Edit(
            "    for _ in range(steps):\n        x = A @ x\n        x = x / np.linalg.norm(x)\n",
            "    x = x / np.linalg.norm(x)\n    for _ in range(steps):\n        x = A @ x\n",
            "You rescaled the start alone. Each product changes the length again: rescale in the "
            "loop.",
        ),
    ],
    hints=[
        "If x is a mix of eigenvectors, by how much does A multiply each part of the mix?",
        "x ← A x / ‖A x‖, `steps` times; λ = x·A x for the unit x.",
        "for _ in range(steps):\n    x = …\n    x = x / …\nreturn x @ …, x",
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
    return say(
        "A (3, 3) with λ₁ = −3, 300 steps: your λ is {value:.4g} and ‖A x − λ x‖ is {off:.2g}, "
        "which should be 0. Do all the steps run, each from where the last one ended?",
        value=value,
        off=off,
    )


def _has_length_one(x):
    length = np.linalg.norm(x)
    if np.isclose(length, 1):
        return ""
    return say(
        "A = diag(2, 1), x = (1, 1), 5 steps: your vector has length {length:.4g}, not 1.",
        length=length,
    )


# ----------------------------------------------------------------------------------------


def _eigen(rng, n):
    """Return a symmetric matrix, its eigenvalue of largest size and the unit vector."""
    A = _symmetric_matrix(rng, n)
    values, vectors = np.linalg.eigh(A)
    return A, values[0], vectors[:, 0]


deflate = Exercise(
    spectral.deflate,
    kind="transfer",
    cases=[
        Case.hand(
            (np.diag([5.0, 2.0, 1.0]), 5.0, np.array([1.0, 0.0, 0.0])),
            np.diag([0.0, 2.0, 1.0]),
            says="A = diag(5, 2, 1), λ = 5, x = (1, 0, 0)",
        ),
        Case.random(lambda rng: _eigen(rng, 4), says="A (4, 4) with λ = −3"),
        Case.random(lambda rng: _eigen(rng, 6), says="A (6, 6) with λ = −3"),
        Case.extreme((np.array([[7.0]]), 7.0, np.array([1.0])), says="A (1, 1)"),
    ],
    laws=[
        Law(
            "the vector that was taken out is mapped to zero",
            lambda f, rng: _is_taken_out(f, *_eigen(rng, 5)),
        ),
    ],
    mistakes=[
        """
        - value * np.outer(x, x) ⇒ - value
            You took one number off every entry (x @ x is 1). Only what points along x must go: a
            column times a row.
        - value * ⇒ + value *
            You added the piece instead of taking it off: x now has the eigenvalue 2λ.
        value * np.outer ⇒ np.outer
            You took x xᵀ off once. A holds it λ times.
        value * np.outer(x, x) ⇒ value * x * x
            x * x is a vector, and NumPy took it off every row. A column times a row is wanted.
        np.outer(x, x) ⇒ np.eye(len(x))
            You took λ off the diagonal: that lowers every eigenvalue by λ, not this one alone.
        return A - value * np.outer(x, x) ⇒ return value * np.outer(x, x)
            You returned the piece itself. Asked is what is left of A without it.
        value * np.outer(x, x) ⇒ value * x
            You took λ x off every row. What must go is a matrix: a column times a row.
        A - value * np.outer(x, x) ⇒ value * (A - np.outer(x, x))
            Your λ multiplies A as well. Only the piece x xᵀ is weighted by it.
        value * np.outer(x, x) ⇒ np.outer(x, x) / value
            You divided x xᵀ by λ. A holds it λ times: multiply.
        value * np.outer ⇒ value**2 * np.outer
            You took x xᵀ off λ² times. A holds it λ times.
        np.outer(x, x) ⇒ np.diag(x)
            You put x on the diagonal. The piece that must go is x xᵀ, a column times a row.
        value * np.outer(x, x) ⇒ value * x[:, None]
            You took λ x off every column. What must go is a matrix: a column times a row.
        A - value * np.outer(x, x) ⇒ np.eye(len(x)) - np.outer(x, x)
            I − x xᵀ takes out what lies along x and keeps the rest as it is, with eigenvalue 1. A
            itself is missing.
        """,
    ],
    hints=[
        "Which matrix multiplies x by λ and makes everything at right angles to x zero?",
        "x xᵀ maps x to x, because x·x = 1, and all that is at right angles to x to 0.",
        "return A - … * np.outer(…)",
    ],
    why="λ x xᵀ does to x what A does, and nothing to the other eigenvectors, which are at right "
    "angles to x because A is symmetric. So the difference keeps them and forgets x.",
    difficulty=2,
    minutes=10,
    importance=3,
)


def _is_taken_out(f, A, value, x):
    left = np.linalg.norm(np.asarray(f(A, value, x)) @ x)
    if left < 1e-4:
        return ""
    return say(
        "A (5, 5) with λ = −3: your matrix maps x to a vector of length {left:.3g}, not 0.",
        left=left,
    )


# ----------------------------------------------------------------------------------------


low_rank = Exercise(
    spectral.low_rank,
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
        Case.extreme((np.array([[3.0], [4.0], [12.0]]), 1), says="A is a column, k = 1"),
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
        """
        @ Vt[:k] ⇒ @ Vt[:, :k].T
            np.linalg.svd returns Vᵀ, whose rows are the right singular vectors: you took its
            columns. Vt[:k].
        U[:, :k] ⇒ U[:, len(s) - k :]
        s[:k] ⇒ s[len(s) - k :]
        Vt[:k] ⇒ Vt[len(s) - k :]
            You kept the smallest singular values. They come sorted, largest first.
        U[:, :k] ⇒ U[:, k:]
        s[:k] ⇒ s[k:]
        Vt[:k] ⇒ Vt[k:]
            You returned what should be thrown away, the values from k on.
        U[:, :k] ⇒ U[:, : k + 1]
        s[:k] ⇒ s[: k + 1]
        Vt[:k] ⇒ Vt[: k + 1]
            You kept k + 1 values: [:k] already ends before k.
        U[:, :k] ⇒ U[:, : max(k - 1, 0)]
        s[:k] ⇒ s[: max(k - 1, 0)]
        Vt[:k] ⇒ Vt[: max(k - 1, 0)]
            You kept k − 1 values.
        * s[:k] ⇒
            You multiplied U and Vᵀ and left s out: each pair must be weighted by its s.
        s[:k] ⇒ s[:k] ** 2
            Your singular values come in squared. They stand once between U and Vᵀ.
        U[:, :k] ⇒ U[:, k - 1 : k]
        s[:k] ⇒ s[k - 1 : k]
        Vt[:k] ⇒ Vt[k - 1 : k]
            You took the k-th piece alone. Keep the first k, [:k], and add them up.
        U[:, :k] * s[:k] @ Vt[:k] ⇒ U[:, k] * s[k] * Vt[k]
            U[:, k] is one column, and the product of two vectors with * is no matrix. Keep the
            first k with slices, U[:, :k], and multiply by @.
        U[:, :k] * s[:k] @ Vt[:k] ⇒ s[:k]
            You returned the singular values. They weight the pieces; a matrix like A is wanted.
        U[:, :k] * s[:k] @ Vt[:k] ⇒ A * np.outer(np.arange(len(A)) < k, np.arange(A.shape[1]) < k)
            You kept the first k rows and columns of A. Rank is not about where entries stand.
        U[:, :k] * s[:k] @ Vt[:k] ⇒ np.where(np.arange(A.shape[1]) < k, A, 0.0)
            You kept the first k columns of A. The best k directions are mixtures of all columns.
        U[:, :k] * s[:k] @ Vt[:k] ⇒ A[:k]
            You kept the first k rows of A. Rank is not about where entries stand.
        U[:, :k] * s[:k] @ Vt[:k] ⇒ U[:, :k], s[:k], Vt[:k]
            You returned the three parts. Multiply them: a matrix like A is wanted.
        U[:, :k] * s[:k] @ Vt[:k] ⇒ A[:k, :k]
            You cut a corner out of A. The result is as large as A, and only its rank is k.
        U[:, :k] ⇒ U[:, 1:k]
        s[:k] ⇒ s[1:k]
        Vt[:k] ⇒ Vt[1:k]
            Your sum begins at piece 1. Python counts from 0, so the largest is left out.
        U[:, :k] ⇒ U[:k]
            You took the first k rows of U. The uᵢ are its columns: U[:, :k].
        U[:, :k] ⇒ U
            Not all three are cut to k: U[:, :k] is (n, k), s[:k] is (k,), Vt[:k] is (k, m).
        U[:, :k] * s[:k] @ Vt[:k] ⇒ U[:, :k] @ (s[:k] * Vt[:k])
            s * Vᵀ weights the columns of Vᵀ. Its rows belong to the sᵢ: s[:k, None] * Vt[:k], or
            weight the columns of U.
        U[:, :k] * s[:k] ⇒ U[:, :k] @ s[:k]
            U @ s adds the weighted columns up to one vector. They must stay apart: U[:, :k] * s[:k].
        U[:, :k] * s[:k] @ Vt[:k] ⇒ 0 * A + sum(s[i] * np.outer(U[i], Vt[i]) for i in range(k))
            You took row i of U. uᵢ is its column: U[:, i].
        U[:, :k] * s[:k] @ Vt[:k] ⇒ 0 * A + sum(s[i] * np.outer(U[:, i], Vt[:, i]) for i in range(k))
            You took column i of Vᵀ. vᵢ is its row: Vt[i].
        U[:, :k] * s[:k] @ Vt[:k] ⇒ 0 * A + sum(s[i] * (U[:, i] @ Vt[i]) for i in range(k))
            uᵢ @ vᵢ is a number. A column times a row is a matrix: np.outer(U[:, i], Vt[i]).
        s[:k] ⇒ np.sqrt(s[:k])
            You took the root of s. The singular values stand once between U and Vᵀ, as they are.
        U[:, :k] * s[:k] @ Vt[:k] ⇒ A @ Vt[:k].T
            These are the coordinates of each row of A along the first vᵢ. One more product with
            Vt[:k] mixes the rows again.
        """,
    ],
    hints=[
        "A is a sum of rank-one pieces, ordered by size. Which k of them would you keep?",
        "A_k = U[:, :k] diag(s[:k]) Vᵀ[:k, :], with U (n, r), s (r,), Vᵀ (r, m).",
        "U, s, Vt = np.linalg.svd(A, full_matrices=False)\nreturn U[:, …] * s[…] @ …",
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
    return say(
        "A (6, 4), k = 2: your error is {error:.4g}; what was left out amounts to {least:.4g}.",
        error=error,
        least=least,
    )


def _has_rank_two(B):
    rank = np.linalg.matrix_rank(B, rtol=1e-5)
    if rank == 2:
        return ""
    return say(
        "A (6, 4), k = 2: the rank of your result is {rank}, not 2.",
        rank=rank,
    )


# ----------------------------------------------------------------------------------------

_POWERS = np.vander(np.linspace(0, 1, 100), 14, increasing=True)

solve_by_svd = Exercise(
    spectral.solve_by_svd,
    kind="derive",
    cases=[
        Case.hand(
            (np.array([[2.0, 0.0], [0.0, 5.0], [0.0, 0.0]]), np.array([6.0, 20.0, 1.0])),
            np.array([3.0, 4.0]),
            says="A = ((2, 0), (0, 5), (0, 0)), b = (6, 20, 1)",
        ),
        Case.random(lambda rng: _normal(rng, (7, 3), (7,)), says="A (7, 3), b (7,)"),
        Case.random(lambda rng: _normal(rng, (4, 4), (4,)), says="A (4, 4), b (4,)"),
        Case.extreme(
            (_POWERS, _POWERS @ np.ones(14)),
            expected=np.ones(14),
            says="the powers up to 13, where all coefficients are 1",
        ),
    ],
    laws=[
        Law(
            "the residual is at right angles to every column",
            lambda f, rng: _leaves_a_right_angle(f, *_normal(rng, (9, 3), (9,))),
        ),
        Law("only as many digits are lost as κ says", lambda f, rng: _keeps_its_digits(f)),
    ],
    mistakes=[
        """
        / s ⇒ * s
            You multiplied by s. A stretches by s; to undo it, divide.
        / s) ⇒ / s**2)
            You divided by s twice. A stretches each direction once.
        / s) ⇒ )
            You left s out: the directions are right, and none of the lengths is undone.
        / s) ⇒ / s[0])
            You divided everything by the largest s. Each direction has its own.
        return Vt.T @ (U.T @ b / s) ⇒ return Vt @ (U.T @ b / s)
            You used Vᵀ where V is needed: the rows of Vt are the directions vᵢ, and w mixes them.
        return Vt.T @ (U.T @ b / s) ⇒ return U.T @ b / s
            These are the coordinates along the vᵢ. w is the sum of the vᵢ, each times its own.
        return Vt.T @ (U.T @ b / s) ⇒ return U @ (U.T @ b)
            You returned the fitted values A w. Asked is w itself.
        return Vt.T @ (U.T @ b / s) ⇒ return np.linalg.solve(A.T @ A, A.T @ b)
            These are the normal equations: right for tame columns, and they lose twice the digits.
        (U.T @ b / s) ⇒ (s / (U.T @ b))
            You divided s by the parts of b. A stretched them by s: divide them by it.
        U.T @ b ⇒ U @ b
            You multiplied b by U. The part of b along uᵢ is its dot product with column i of U:
            U.T @ b.
        Vt.T @ (U.T @ b / s) ⇒ Vt.T @ (U.T @ b) / s
            You divided after the vᵢ were mixed. Each sᵢ belongs to the part along uᵢ: divide first.
        Vt.T @ (U.T @ b / s) ⇒ U @ (Vt @ b / s)
            You exchanged U and V. b is taken apart along the uᵢ, and w is put together from the vᵢ.
        , full_matrices=False ⇒
            Without full_matrices=False U is square, and has columns that belong to no s.
        Vt.T @ (U.T @ b / s) ⇒ np.linalg.solve(A, b)
            np.linalg.solve and inv want as many equations as unknowns. Here there may be more
            equations, and w comes as near as it can.
        / s) ⇒ / np.sqrt(s))
            You divided by √s. A stretches by s itself.
        Vt.T @ (U.T @ b / s) ⇒ (Vt @ (U.T @ b)) / s
            To undo a product, undo its last factor first: Uᵀ, then 1/s, and V at the end. Yours
            has Vᵀ before the division.
        (U.T @ b / s) ⇒ (U.T @ (b / s))
            You divided b itself by s. What belongs to sᵢ is the part of b along uᵢ.
        Vt.T @ (U.T @ b / s) ⇒ np.linalg.lstsq(A, b, rcond=None)
            np.linalg.lstsq returns four things, of which w is the first. Here the pieces of A are
            to do it.
        Vt.T @ (U.T @ b / s) ⇒ np.linalg.norm(A @ (Vt.T @ (U.T @ b / s)) - b)
            You returned the length of the residual, which is what w makes small. Asked is w.
        """,
    ],
    hints=[
        "A takes vᵢ to sᵢ uᵢ. Which multiple of vᵢ does it take to the part of b along uᵢ?",
        "w = Σ_i (uᵢ·b / sᵢ) vᵢ, with U (n, m), s (m,), Vᵀ (m, m).",
        "U, s, Vt = np.linalg.svd(…)\nalong = … / …  # (m,)\nreturn … @ along",
    ],
    why="In the coordinates of the uᵢ and vᵢ, A only stretches. So b is taken apart along the uᵢ, "
    "each part is divided by its sᵢ, and the vᵢ put w together. A is never squared.",
    difficulty=4,
    minutes=15,
    importance=4,
    atol=1e-4,
)


def _keeps_its_digits(f):
    off = np.abs(np.asarray(f(_POWERS, _POWERS @ np.ones(14))) - 1).max()
    if off < 1e-4:
        return ""
    return say(
        "the powers up to 13, where all coefficients are 1: one of yours is off by {off:.2g}. "
        "A product such as AᵀA squares κ, which loses twice the digits, and with each s that is "
        "left out a part of w goes. Is one of these in it?",
        off=off,
    )


def _leaves_a_right_angle(f, A, b):
    off = np.abs(A.T @ (b - A @ np.asarray(f(A, b)))).max()
    if off < 1e-4:
        return ""
    return say(
        "A (9, 3): a column times the residual is {off:.3g}, where a right angle gives 0.",
        off=off,
    )


# ----------------------------------------------------------------------------------------


variance = Exercise(
    spectral.variance,
    kind="diagnose",
    cases=[
        Case.hand((np.array([1.0, 2.0, 6.0]),), 14 / 3, says="x = (1, 2, 6)"),
        Case.random(lambda rng: (3 * rng.standard_normal(8) + 2,), says="8 numbers"),
        Case.extreme(
            (1e9 + np.array([0.0, 1.0, 2.0, 3.0, 9.0]),),
            expected=10.0,
            says="x = 10⁹ + (0, 1, 2, 3, 9)",
        ),
        Case.extreme(
            (1e8 + np.array([0.0, 1.0, 2.0, 3.0, 9.0]),),
            expected=10.0,
            says="x = 10⁸ + (0, 1, 2, 3, 9)",
        ),
        Case.extreme((np.array([5.0]),), expected=0.0, says="one number alone"),
    ],
    laws=[
        Law("moving all numbers changes nothing", lambda f, rng: _stays(f, rng.standard_normal(6))),
    ],
    mistakes=[
        """
        np.mean((x - x.mean()) ** 2) ⇒ np.mean(x**2) - x.mean() ** 2
            Right on paper. Far from zero the two means agree in nearly all digits, and the
            difference keeps only what rounding left. Subtract before you square.
        (x - x.mean()) ⇒ x
            You took the mean of x² and left the mean of x in it.
        np.mean((x ⇒ np.sum((x
            You added the squares up. The mean divides by how many there are.
        np.mean((x - x.mean()) ** 2) ⇒ np.sqrt(np.mean((x - x.mean()) ** 2))
            You took the root: that is the spread. The variance is its square.
        np.mean((x - x.mean()) ** 2) ⇒ np.mean(x - x.mean())
            The differences from the mean cancel. Square them before you average.
        np.mean((x - x.mean()) ** 2) ⇒ np.mean(np.abs(x - x.mean()))
            You averaged the sizes of the differences. The variance averages their squares.
        np.mean((x - x.mean()) ** 2) ⇒ np.sum((x - x.mean()) ** 2) / max(len(x) - 1, 1)
            You divided by n − 1. That estimates the variance of what x was drawn from; asked is the
            mean over x itself, by n.
        x - x.mean() ⇒ x - x[0]
            You subtracted the first number. What is squared is the distance from the mean.
        x - x.mean() ⇒ x - np.median(x)
            You subtracted the median. What is squared is the distance from the mean.
        np.mean((x - x.mean()) ** 2) ⇒ x.mean() ** 2 - np.mean(x**2)
            You took the mean square off the squared mean, so your variance is negative. In either
            order the two lose digits: subtract before you square.
        np.mean((x - x.mean()) ** 2) ⇒ np.var(x.astype(np.float32))
            You made float32 of the numbers. It has 24 binary digits, too few for numbers that are
            large and close together.
        np.mean((x - x.mean()) ** 2) ⇒ np.mean(x**2) - x.mean()
            The mean goes off squared, mean(x²) − mean(x)². And the two lose digits far from zero:
            subtract before you square.
        (x - x.mean()) ** 2 ⇒ x - x.mean() ** 2
            A power comes before a minus, so you squared the mean alone. Put the difference in
            brackets.
        """,
    ],
    hints=[
        "In which line of the table does the error jump, and how large are the numbers there?",
        "mean((x − mean(x))²) is the same on paper, and its numbers are small.",
        "centred = …\nreturn np.mean(…)",
    ],
    why="Squares of numbers near 10⁹ are near 10¹⁸, where doubles stand 128 apart. Subtracting the "
    "mean first is exact enough, and then the squares are small.",
    difficulty=2,
    minutes=10,
    importance=4,
)


def _stays(f, x):
    for shift, name in ((100, "100"), (1e9, "10⁹")):
        here, there = float(f(x)), float(f(x + shift))
        if abs(here - there) > 1e-4:
            return say(
                "6 numbers: adding {name} to each takes your variance from {here:.4g} to "
                "{there:.4g}. Is there a factor left that is as large as the numbers?",
                name=name,
                here=here,
                there=there,
            )
    return ""
