"""Linear algebra against NumPy, torch and cases worked by hand."""

import numpy as np
import pytest
import torch

from course.foundations import linalg

PRODUCTS = [
    linalg.matmul,
    linalg.matmul_dots,
    linalg.matmul_columns,
    linalg.matmul_rows,
    linalg.matmul_outer,
]


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda f: f.__name__)
def test_every_picture_is_the_matrix_product(product, rng):
    A, B = rng.standard_normal((3, 4)), rng.standard_normal((4, 5))
    np.testing.assert_allclose(product(A, B), A @ B, rtol=0, atol=1e-14)
    np.testing.assert_array_equal(product(np.eye(2), np.array([[1, 2], [3, 4]])), [[1, 2], [3, 4]])


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda f: f.__name__)
def test_products_refuse_sizes_that_do_not_meet(product):
    with pytest.raises(ValueError, match=r"A is \(2, 3\) and B \(2, 3\).*\(n, m\) and \(m, p\)"):
        product(np.ones((2, 3)), np.ones((2, 3)))


def test_batch_matmul_is_bmm(rng):
    A, B = rng.standard_normal((5, 2, 3)), rng.standard_normal((5, 3, 4))
    expected = torch.bmm(torch.from_numpy(A), torch.from_numpy(B)).numpy()
    np.testing.assert_allclose(linalg.batch_matmul(A, B), expected, atol=1e-14)
    with pytest.raises(ValueError, match=r"\(4, 3, 4\)"):
        linalg.batch_matmul(A, B[:4])


def test_add_bias_goes_by_channel_even_when_the_last_axis_has_its_size():
    x = np.zeros((1, 2, 2))
    np.testing.assert_array_equal(linalg.add_bias(x, np.array([1, 2])), [[[1, 1], [2, 2]]])
    with pytest.raises(ValueError, match=r"b \(3,\)"):
        linalg.add_bias(x, np.ones(3))


def test_projection_by_hand_and_its_laws(rng):
    np.testing.assert_array_equal(linalg.project(np.array([2, 3]), np.array([4, 0])), [2, 0])
    x, v = rng.standard_normal((2, 6))
    p = linalg.project(x, v)
    assert abs((x - p) @ v) < 1e-14
    np.testing.assert_allclose(linalg.project(p, v), p)
    np.testing.assert_allclose(linalg.project(x, -3 * v), p)
    with pytest.raises(ValueError, match="v is zero"):
        linalg.project(x, np.zeros(6))
    with pytest.raises(ValueError, match=r"v \(5,\)"):
        linalg.project(x, v[:5])


def test_power_iteration_finds_eigh_top_pair_and_its_sign(rng):
    Q = np.linalg.qr(rng.standard_normal((6, 6)))[0]
    A = Q * [-3, 2, 1, 0.5, 0.2, 0] @ Q.T
    values, vectors = np.linalg.eigh(A)
    value, x = linalg.power_iteration(A, rng.standard_normal(6), 100)
    assert value == pytest.approx(values[0], abs=1e-12)  # the largest in size, which is −3
    assert abs(x @ vectors[:, 0]) == pytest.approx(1, abs=1e-12)
    assert np.linalg.norm(x) == pytest.approx(1, abs=1e-15)


def test_power_iteration_shrinks_the_error_by_the_ratio_of_eigenvalues():
    A, x = np.diag([2.0, 1.0]), np.ones(2)
    _, x = linalg.power_iteration(A, x, 10)
    assert x[1] / x[0] == pytest.approx(2**-10)


def test_power_iteration_refuses_bad_input():
    for A, x in [(np.ones((2, 3)), np.ones(3)), (np.eye(2), np.ones(3))]:
        with pytest.raises(ValueError, match=r"\(n, n\) and \(n,\) are allowed"):
            linalg.power_iteration(A, x, 5)
    for x, steps in [(np.ones(2), 0), (np.zeros(2), 3)]:
        with pytest.raises(ValueError, match="1 step or more"):
            linalg.power_iteration(np.eye(2), x, steps)


@pytest.mark.parametrize("shape", [(4, 4), (9, 5), (28, 28)])
def test_svd_agrees_with_the_library(shape, rng):
    A = rng.standard_normal(shape)
    U, s, Vt = linalg.svd(A)
    np.testing.assert_allclose(s, np.linalg.svd(A, compute_uv=False), atol=1e-12)
    np.testing.assert_allclose(U * s @ Vt, A, atol=1e-12)
    np.testing.assert_allclose(U.T @ U, np.eye(shape[1]), atol=1e-12)
    np.testing.assert_allclose(Vt @ Vt.T, np.eye(shape[1]), atol=1e-12)
    with pytest.raises(ValueError, match="as many rows"):
        linalg.svd(np.ones((2, 3)))


def test_svd_of_a_matrix_that_lost_a_direction(rng):
    A = rng.standard_normal((6, 2)) @ rng.standard_normal((2, 4))
    A[:, 3] = 0
    U, s, Vt = linalg.svd(A)
    np.testing.assert_allclose(U * s @ Vt, A, atol=1e-13)
    np.testing.assert_allclose(s, np.linalg.svd(A, compute_uv=False), atol=1e-13)
    np.testing.assert_allclose(U.T @ U, np.diag([1.0, 1, 0, 0]), atol=1e-13)


def test_low_rank_error_is_the_singular_values_left_out(rng):
    A = rng.standard_normal((7, 5))
    s = np.linalg.svd(A, compute_uv=False)
    for k in range(6):
        error = np.linalg.norm(A - linalg.low_rank(A, k))
        assert error == pytest.approx(np.sqrt((s[k:] ** 2).sum()), abs=1e-12)
        assert np.linalg.matrix_rank(linalg.low_rank(A, k)) == k
    with pytest.raises(ValueError, match="0 to 5 is allowed"):
        linalg.low_rank(A, 6)


def test_condition_agrees_with_numpy_and_is_infinite_when_singular(rng):
    A = rng.standard_normal((6, 4))
    assert linalg.condition(A) == pytest.approx(np.linalg.cond(A))
    assert linalg.condition(np.diag([1.0, 0.0])) == np.inf
    with pytest.raises(ValueError, match="with entries"):
        linalg.condition(np.ones((0, 3)))


def test_normal_equations_solve_least_squares(rng):
    A, b = rng.standard_normal((20, 3)), rng.standard_normal(20)
    expected = np.linalg.lstsq(A, b, rcond=None)[0]
    np.testing.assert_allclose(linalg.normal_equations(A, b), expected, atol=1e-12)
    with pytest.raises(ValueError, match=r"b \(19,\)"):
        linalg.normal_equations(A, b[:19])


def test_pairwise_distances_are_those_of_torch(rng):
    X, Y = rng.standard_normal((4, 3)), rng.standard_normal((6, 3))
    expected = torch.cdist(torch.from_numpy(X), torch.from_numpy(Y)).numpy()
    np.testing.assert_allclose(linalg.pairwise_distances(X, Y), expected, atol=1e-12)
    by_hand = linalg.pairwise_distances(np.zeros((1, 2)), np.array([[3.0, 4.0]]))
    np.testing.assert_array_equal(by_hand, [[5]])
    with pytest.raises(ValueError, match=r"Y \(6, 2\)"):
        linalg.pairwise_distances(X, Y[:, :2])


def test_distance_of_a_point_to_itself_is_never_nan(rng):
    X = 1e4 + rng.standard_normal((50, 30))
    assert np.isfinite(linalg.pairwise_distances(X, X)).all()


def test_cosine_by_hand():
    assert linalg.cosine(np.array([1.0, 0]), np.array([3.0, 3.0])) == pytest.approx(np.sqrt(0.5))
    with pytest.raises(ValueError, match="neither zero"):
        linalg.cosine(np.ones(2), np.zeros(2))
