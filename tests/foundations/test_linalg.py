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


def test_bracket_costs_count_the_products_in_the_sums():
    n, m, p, q = 2, 3, 5, 7
    count = lambda shape, inner: int(np.prod(shape)) * inner  # noqa: E731
    left = count((n, p), m) + count((n, q), p)
    right = count((m, q), p) + count((n, q), m)
    assert linalg.bracket_costs(n, m, p, q) == (left, right) == (100, 147)
    with pytest.raises(ValueError, match="each must be 1 or more"):
        linalg.bracket_costs(0, 1, 1, 1)


def test_mean_square_takes_a_column_or_a_row(rng):
    x, y = rng.standard_normal((2, 6))
    expected = torch.nn.functional.mse_loss(torch.from_numpy(x), torch.from_numpy(y)).item()
    assert linalg.mean_square(x, y) == pytest.approx(expected)
    assert linalg.mean_square(x[:, None], y) == pytest.approx(expected)
    with pytest.raises(ValueError, match=r"labels \(5,\)"):
        linalg.mean_square(x, y[:5])


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
