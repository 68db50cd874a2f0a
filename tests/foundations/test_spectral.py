"""What stands inside a matrix, against NumPy and cases worked by hand."""

import numpy as np
import pytest

from course.foundations import spectral


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_power_iteration_finds_eigh_top_pair_and_its_sign(rng):
    Q = np.linalg.qr(rng.standard_normal((6, 6)))[0]
    A = Q * [-3, 2, 1, 0.5, 0.2, 0] @ Q.T
    values, vectors = np.linalg.eigh(A)
    value, x = spectral.power_iteration(A, rng.standard_normal(6), 100)
    assert value == pytest.approx(values[0], abs=1e-12)  # the largest in size, which is −3
    assert abs(x @ vectors[:, 0]) == pytest.approx(1, abs=1e-12)
    assert np.linalg.norm(x) == pytest.approx(1, abs=1e-15)


def test_power_iteration_shrinks_the_error_by_the_ratio_of_eigenvalues():
    A, x = np.diag([2.0, 1.0]), np.ones(2)
    _, x = spectral.power_iteration(A, x, 10)
    assert x[1] / x[0] == pytest.approx(2**-10)


def test_power_iteration_refuses_bad_input():
    for A, x in [(np.ones((2, 3)), np.ones(3)), (np.eye(2), np.ones(3))]:
        with pytest.raises(ValueError, match=r"\(n, n\) and \(n,\) are allowed"):
            spectral.power_iteration(A, x, 5)
    for x, steps in [(np.ones(2), 0), (np.zeros(2), 3)]:
        with pytest.raises(ValueError, match="1 step or more"):
            spectral.power_iteration(np.eye(2), x, steps)


@pytest.mark.parametrize("shape", [(4, 4), (9, 5), (28, 28)])
def test_svd_agrees_with_the_library(shape, rng):
    A = rng.standard_normal(shape)
    U, s, Vt = spectral.svd(A)
    np.testing.assert_allclose(s, np.linalg.svd(A, compute_uv=False), atol=1e-12)
    np.testing.assert_allclose(U * s @ Vt, A, atol=1e-12)
    np.testing.assert_allclose(U.T @ U, np.eye(shape[1]), atol=1e-12)
    np.testing.assert_allclose(Vt @ Vt.T, np.eye(shape[1]), atol=1e-12)
    with pytest.raises(ValueError, match="as many rows"):
        spectral.svd(np.ones((2, 3)))


def test_svd_of_a_matrix_that_lost_a_direction(rng):
    A = rng.standard_normal((6, 2)) @ rng.standard_normal((2, 4))
    A[:, 3] = 0
    U, s, Vt = spectral.svd(A)
    np.testing.assert_allclose(U * s @ Vt, A, atol=1e-13)
    np.testing.assert_allclose(s, np.linalg.svd(A, compute_uv=False), atol=1e-13)
    np.testing.assert_allclose(U.T @ U, np.diag([1.0, 1, 0, 0]), atol=1e-13)


def test_low_rank_error_is_the_singular_values_left_out(rng):
    A = rng.standard_normal((7, 5))
    s = np.linalg.svd(A, compute_uv=False)
    for k in range(6):
        error = np.linalg.norm(A - spectral.low_rank(A, k))
        assert error == pytest.approx(np.sqrt((s[k:] ** 2).sum()), abs=1e-12)
        assert np.linalg.matrix_rank(spectral.low_rank(A, k)) == k
    with pytest.raises(ValueError, match="0 to 5 is allowed"):
        spectral.low_rank(A, 6)


def test_condition_agrees_with_numpy_and_is_infinite_when_singular(rng):
    A = rng.standard_normal((6, 4))
    assert spectral.condition(A) == pytest.approx(np.linalg.cond(A))
    assert spectral.condition(np.diag([1.0, 0.0])) == np.inf
    with pytest.raises(ValueError, match="with entries"):
        spectral.condition(np.ones((0, 3)))


def test_normal_equations_solve_least_squares(rng):
    A, b = rng.standard_normal((20, 3)), rng.standard_normal(20)
    expected = np.linalg.lstsq(A, b, rcond=None)[0]
    np.testing.assert_allclose(spectral.normal_equations(A, b), expected, atol=1e-12)
    with pytest.raises(ValueError, match=r"b \(19,\)"):
        spectral.normal_equations(A, b[:19])


def test_deflation_leaves_the_other_eigenvectors(rng):
    Q = np.linalg.qr(rng.standard_normal((5, 5)))[0]
    A = Q * [-3, 2, 1, 0.5, 0.2] @ Q.T
    rest = spectral.deflate(A, -3.0, Q[:, 0])
    np.testing.assert_allclose(rest @ Q, Q * [0, 2, 1, 0.5, 0.2], atol=1e-12)
    with pytest.raises(ValueError, match=r"x \(4,\)"):
        spectral.deflate(A, 1.0, np.ones(4))


def test_solving_by_svd_agrees_with_lstsq_where_digits_are_scarce(rng):
    A, b = rng.standard_normal((20, 3)), rng.standard_normal(20)
    expected = np.linalg.lstsq(A, b, rcond=None)[0]
    np.testing.assert_allclose(spectral.solve_by_svd(A, b), expected, atol=1e-12)
    V = np.vander(np.linspace(0, 1, 100), 14)
    np.testing.assert_allclose(spectral.solve_by_svd(V, V @ np.ones(14)), 1, atol=1e-4)
    with pytest.raises(ValueError, match="n ≥ m"):
        spectral.solve_by_svd(A.T, b[:3])


def test_variance_is_numpys_far_from_zero_too(rng):
    x = rng.standard_normal(50)
    assert spectral.variance(x) == pytest.approx(np.var(x))
    assert spectral.variance(x + 1e8) == pytest.approx(np.var(x), rel=1e-6)
    with pytest.raises(ValueError, match="1 or more"):
        spectral.variance(np.ones(0))
