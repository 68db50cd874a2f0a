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


def bracket_costs(n: int, m: int, p: int, q: int):
    """Count the multiplications of A B C for both ways to set brackets.

    A (n, m) times B (m, p) makes n·p entries, each a sum of m products.

    Parameters
    ----------
    n, m, p, q
        A is (n, m), B is (m, p), C is (p, q).

    Returns
    -------
    left, right : int
        Of (A B) C, and of A (B C).
    """
    if min(n, m, p, q) < 1:
        raise ValueError(f"sizes are {(n, m, p, q)}; each must be 1 or more")
    return n * m * p + n * p * q, m * p * q + n * m * q


def mean_square(predictions, labels):
    """Return the mean of the squared differences; predictions (N,) or (N, 1), labels (N,).

    A column minus a row would be a table of all pairs, so the column is laid flat first.
    """
    if labels.ndim != 1 or predictions.shape not in (labels.shape, (*labels.shape, 1)):
        shapes = f"predictions are {predictions.shape} and labels {labels.shape}"
        raise ValueError(f"{shapes}; (N,) or (N, 1) and (N,) are allowed")
    error = predictions.reshape(-1) - labels
    return np.mean(error**2)


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
