"""Linear algebra as loops: what stands behind the library's one-line calls.

Taught in *Linear algebra*. Each function is the definition written out, slow on purpose where the
loop is the point; its docstring names the call that does the same.
"""

import numpy as np


def matmul(A, B):
    """Multiply A (n, m) by B (m, p): entry i, k is Σ_j A_ij B_jk. As `A @ B`.

    Returns
    -------
    C : (n, p)

    Raises
    ------
    ValueError
        If A or B is not a matrix, or A's columns and B's rows differ in number.
    """
    _check_product(A, B)
    (n, m), p = A.shape, B.shape[1]
    C = np.zeros((n, p))
    for i in range(n):
        for k in range(p):
            for j in range(m):
                C[i, k] += A[i, j] * B[j, k]
    return C


def matmul_dots(A, B):
    """Entry by entry: row i of A dotted with column k of B."""
    _check_product(A, B)
    return np.array([[row @ column for column in B.T] for row in A])


def matmul_columns(A, B):
    """Column by column: column k of C mixes the columns of A by the numbers in column k of B."""
    _check_product(A, B)
    return np.stack([A @ column for column in B.T], axis=1)


def matmul_rows(A, B):
    """Row by row: row i of C mixes the rows of B by the numbers in row i of A."""
    _check_product(A, B)
    return np.stack([row @ B for row in A])


def matmul_outer(A, B):
    """Layer by layer: a sum of rank-one matrices, column j of A times row j of B."""
    _check_product(A, B)
    return sum(np.outer(column, row) for column, row in zip(A.T, B, strict=True))


def batch_matmul(A, B):
    """Multiply matrix by matrix: A (B, n, m), B (B, m, p) give (B, n, p). As `A @ B`.

    Raises
    ------
    ValueError
        If the batches or the summed sizes differ.
    """
    if A.ndim != 3 or B.ndim != 3 or A.shape[0] != B.shape[0] or A.shape[2] != B.shape[1]:
        raise ValueError(f"A is {A.shape} and B {B.shape}; (B, n, m) and (B, m, p) are allowed")
    return np.einsum("bij,bjk->bik", A, B)


def add_bias(x, b):
    """Add b[c] to every entry of channel c: x (N, C, T), b (C,).

    Broadcasting pairs axes from the right, so b alone would go with T.
    """
    if x.ndim != 3 or b.shape != (x.shape[1],):
        raise ValueError(f"x is {x.shape} and b {b.shape}; (N, C, T) and (C,) are allowed")
    return x + b[:, None]


def project(x, v):
    """Project x on the line through v: (x·v / v·v) v.

    Parameters
    ----------
    x, v : (n,)
        v may have any length but zero.

    Returns
    -------
    p : (n,)
        The point of the line that is nearest to x; x − p is at right angles to v.
    """
    if x.shape != v.shape or x.ndim != 1:
        raise ValueError(f"x is {x.shape} and v {v.shape}; two vectors of one length are allowed")
    if not np.any(v):
        raise ValueError("v is zero; a line needs a direction")
    return (x @ v) / (v @ v) * v


def power_iteration(A, x, steps: int):
    """Find the eigenvalue of largest size by multiplying and rescaling. As `np.linalg.eigh`.

    The part of x along each other eigenvector shrinks by |λ_i / λ_1| a step. The eigenvalue is
    the Rayleigh quotient x·Ax of the final unit x, so it keeps its sign.

    Parameters
    ----------
    A : (n, n)
        Symmetric, or with one real eigenvalue larger in size than the others.
    x : (n,)
        Start, not zero; random is good, because it leans a little towards every eigenvector.
    steps
        1 or more.

    Returns
    -------
    eigenvalue : float
    x : (n,)
        Unit eigenvector; its sign is that of the last step.
    """
    if A.ndim != 2 or A.shape[0] != A.shape[1] or x.shape != A.shape[:1]:
        raise ValueError(f"A is {A.shape} and x {x.shape}; (n, n) and (n,) are allowed")
    if steps < 1 or not np.any(x):
        raise ValueError(f"steps is {steps} and x {x}; 1 step or more from a nonzero x is allowed")
    for _ in range(steps):
        x = A @ x
        x = x / np.linalg.norm(x)
    return x @ A @ x, x


def svd(A, sweeps: int = 12):
    """Factor A = U diag(s) Vᵀ by turning pairs of columns until all are at right angles.

    One-sided Jacobi. As `np.linalg.svd(A, full_matrices=False)`, signs of the vectors aside.

    Parameters
    ----------
    A : (n, m)
        At least as many rows as columns.

    Returns
    -------
    U : (n, m)
        Orthonormal columns; zero where the singular value is.
    s : (m,)
        Singular values, falling.
    Vt : (m, m)
        Orthonormal rows.
    """
    if A.ndim != 2 or A.shape[0] < A.shape[1]:
        raise ValueError(f"A is {A.shape}; at least as many rows as columns are allowed")
    W, V = np.array(A, dtype=float), np.eye(A.shape[1])
    for _ in range(sweeps):
        for i in range(A.shape[1]):
            for j in range(i):
                turn = _jacobi_turn(W[:, i], W[:, j])
                W[:, [i, j]] = W[:, [i, j]] @ turn
                V[:, [i, j]] = V[:, [i, j]] @ turn
    s = np.linalg.norm(W, axis=0)
    order = np.argsort(-s)
    W, s = W[:, order], s[order]
    real = s > s[:1] * A.shape[0] * np.finfo(float).eps
    return np.where(real, W, 0) / np.where(real, s, 1), s, V[:, order].T


def _jacobi_turn(x, y):
    # The rotation (2, 2) that makes the two columns orthogonal; tan(2 angle) = 2 x·y / (x·x − y·y).
    angle = np.arctan2(2 * (x @ y), x @ x - y @ y) / 2
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s], [s, c]])


def low_rank(A, k: int):
    """Approximate A (n, m) by the nearest matrix of rank k: Σ_{i<k} s_i u_i v_iᵀ.

    Nearest in the Frobenius and the spectral norm.

    Raises
    ------
    ValueError
        If k is not between 0 and min(n, m).

    References
    ----------
    Eckart and Young (1936), https://doi.org/10.1007/BF02288367
    """
    if A.ndim != 2 or not 0 <= k <= min(A.shape):
        raise ValueError(f"A is {A.shape} and k {k}; 0 to {min(A.shape)} is allowed")
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return U[:, :k] * s[:k] @ Vt[:k]


def condition(A) -> float:
    """How much a relative error can grow in solving A x = b: s_max / s_min. As `np.linalg.cond`.

    Infinite when A loses a direction altogether.
    """
    if A.ndim != 2 or 0 in A.shape:
        raise ValueError(f"A is {A.shape}; a matrix with entries is allowed")
    s = np.linalg.svd(A, compute_uv=False)
    return float(s[0] / s[-1]) if s[-1] > 0 else float("inf")


def normal_equations(A, b):
    """Least squares from AᵀA x = Aᵀb: short, and its condition number is that of A squared.

    `np.linalg.lstsq` gives the same x from A itself, and keeps its digits.
    """
    if A.ndim != 2 or b.shape[:1] != A.shape[:1]:
        raise ValueError(f"A is {A.shape} and b {b.shape}; (n, m) and (n,) are allowed")
    return np.linalg.solve(A.T @ A, A.T @ b)


def pairwise_distances(X, Y):
    """Distance from each row of X (n, d) to each row of Y (m, d), without a loop.

    ‖x − y‖² = ‖x‖² − 2 x·y + ‖y‖², so all n·m of them are one matrix product. Rounding can leave
    a square a little below zero, hence the maximum. As `scipy.spatial.distance.cdist`.

    Returns
    -------
    D : (n, m)
    """
    if X.ndim != 2 or Y.ndim != 2 or X.shape[1] != Y.shape[1]:
        raise ValueError(f"X is {X.shape} and Y {Y.shape}; (n, d) and (m, d) are allowed")
    squares = (X**2).sum(axis=1)[:, None] - 2 * X @ Y.T + (Y**2).sum(axis=1)  # (n, m)
    return np.sqrt(np.maximum(squares, 0))


def cosine(x, y) -> float:
    """Cosine of the angle between x and y, (n,): x·y / (‖x‖ ‖y‖), from −1 to 1."""
    if x.shape != y.shape or not (np.any(x) and np.any(y)):
        raise ValueError(f"x is {x.shape} and y {y.shape}; equal shapes, neither zero, are allowed")
    return float(x @ y / (np.linalg.norm(x) * np.linalg.norm(y)))


def _check_product(A, B):
    if A.ndim != 2 or B.ndim != 2 or A.shape[1] != B.shape[0]:
        raise ValueError(f"A is {A.shape} and B {B.shape}; (n, m) and (m, p) are allowed")
