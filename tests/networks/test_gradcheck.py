"""gradcheck against derivatives worked by hand."""

import numpy as np
import pytest

from course.networks import gradcheck


def test_a_cubic_is_differentiated_and_left_alone():
    x = np.array([[1.0, -2.0, 0.5], [3.0, 0.0, 4.0]])
    before = x.copy()
    dx = gradcheck.numerical_gradient(lambda x: (x**3).sum(), x)
    assert dx.shape == x.shape
    assert gradcheck.relative_error(dx, 3 * x**2) < 1e-9
    assert np.array_equal(x, before)


def test_the_difference_is_central_so_a_parabola_is_exact_at_any_step():
    x = np.array([1.0, 2.0])
    dx = gradcheck.numerical_gradient(lambda x: (x**2).sum(), x, h=0.25)
    assert np.array_equal(dx, 2 * x)


def test_a_function_that_keeps_its_argument_is_not_surprised():
    kept = []

    def f(x):
        kept.append(x)
        return x.sum()

    gradcheck.numerical_gradient(f, np.zeros(2))
    assert [list(k) for k in kept] == [[1e-5, 0], [-1e-5, 0], [0, 1e-5], [0, -1e-5]]


def test_a_number_has_a_slope_too():
    assert gradcheck.numerical_gradient(np.sin, np.array(0.0)) == pytest.approx(1)


def test_relative_error_by_hand():
    assert gradcheck.relative_error([3.0, 4.0], [3.0, 4.0]) == 0
    assert gradcheck.relative_error([0.0], [0.0]) == 0
    assert gradcheck.relative_error([3.0, 4.0], [-3.0, -4.0]) == 2
    assert gradcheck.relative_error([3.0, 4.0], [0.0, 0.0]) == 1


@pytest.mark.parametrize(
    ("call", "names"),
    [
        (lambda: gradcheck.numerical_gradient(np.sum, np.arange(3)), ["int", "float64"]),
        (lambda: gradcheck.numerical_gradient(np.sum, np.ones(3), h=0), ["0"]),
        (lambda: gradcheck.relative_error(np.ones(3), np.ones((3, 1))), ["(3,)", "(3, 1)"]),
    ],
)
def test_bad_input_is_named_beside_what_is_allowed(call, names):
    with pytest.raises(ValueError) as error:
        call()
    assert all(name in str(error.value) for name in names)
