"""What a matrix does, taken apart: directions it keeps, pieces it is made of, digits it costs.

Taught in *Inside a matrix*. Each function names the library call that does the same.
"""

import numpy as np


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


def deflate(A, value, x):
    """Take an eigenvector out of a symmetric A (n, n): A − λ x xᵀ, with the unit x (n,).

    x then has the eigenvalue 0; all other eigenvectors are at right angles to x and keep theirs.
    So power iteration on the result finds the next one.
    """
    if A.ndim != 2 or A.shape[0] != A.shape[1] or x.shape != A.shape[:1]:
        raise ValueError(f"A is {A.shape} and x {x.shape}; (n, n) and (n,) are allowed")
    return A - value * np.outer(x, x)


def solve_by_svd(A, b):
    """Least squares from the pieces of A: w = Σ_i (u_i·b / s_i) v_i. As `np.linalg.lstsq`.

    Parameters
    ----------
    A : (n, m)
        With independent columns.
    b : (n,)

    Returns
    -------
    w : (m,)
    """
    if A.ndim != 2 or A.shape[0] < A.shape[1] or b.shape != A.shape[:1]:
        raise ValueError(f"A is {A.shape} and b {b.shape}; (n, m) with n ≥ m and (n,) are allowed")
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return Vt.T @ (U.T @ b / s)


def variance(x):
    """Return the mean squared distance of x (n,) from its mean. As `np.var`.

    Subtracting first keeps the digits that mean(x²) − mean(x)² loses when the mean is large.
    """
    if np.ndim(x) != 1 or len(x) == 0:
        raise ValueError(f"x is {np.shape(x)}; (n,) with n of 1 or more is allowed")
    return np.mean((x - x.mean()) ** 2)
