"""Pictures turned, enlarged and moved, against scipy.ndimage and by hand."""

import numpy as np
import pytest
from scipy import ndimage

from course.foundations import augment

LIKE = {"order": 1, "mode": "grid-constant"}


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.mark.parametrize("size", [(9, 9), (6, 11), (28, 28)])
@pytest.mark.parametrize("degrees", [0, 17, -40, 90, 180, 200])
def test_turning_agrees_with_scipy(size, degrees, rng):
    x = rng.uniform(size=size)
    expected = ndimage.rotate(x, degrees, reshape=False, **LIKE)
    np.testing.assert_allclose(augment.rotate(x, degrees), expected, atol=1e-10)


@pytest.mark.parametrize("factor", [0.5, 0.9, 1, 1.3, 2])
def test_enlarging_agrees_with_scipy(factor, rng):
    x = rng.uniform(size=(12, 7))
    centre = np.array([11, 6]) / 2
    expected = ndimage.affine_transform(
        x, np.eye(2) / factor, offset=centre - centre / factor, **LIKE
    )
    np.testing.assert_allclose(augment.zoom(x, factor), expected, atol=1e-10)


@pytest.mark.parametrize("move", [(0, 0), (2, -1), (-3, 4), (0, 5), (7, 0), (20, -30)])
def test_moving_agrees_with_scipy(move, rng):
    x = rng.uniform(size=(3, 7, 6))
    expected = [ndimage.shift(picture, move, order=0) for picture in x]
    np.testing.assert_array_equal(augment.shift(x, *move), expected)


def test_a_quarter_turn_is_that_of_numpy(rng):
    x = rng.uniform(size=(8, 8))
    np.testing.assert_allclose(augment.rotate(x, 90), np.rot90(x), atol=1e-12)
    np.testing.assert_allclose(augment.rotate(x, 180), x[::-1, ::-1], atol=1e-12)


def test_many_pictures_at_once_are_each_alone(rng):
    x = rng.uniform(size=(2, 3, 6, 7))
    for change in (lambda p: augment.rotate(p, 30), lambda p: augment.zoom(p, 1.2)):
        np.testing.assert_allclose(change(x)[1, 2], change(x[1, 2]), atol=1e-15)


def test_moving_and_back_loses_only_what_left(rng):
    x = rng.uniform(size=(5, 6))
    back = augment.shift(augment.shift(x, 2, -1), -2, 1)
    expected = x.copy()
    expected[-2:], expected[:, :1] = 0, 0
    np.testing.assert_array_equal(back, expected)


def test_jitter_stays_within_its_limits_and_follows_its_generator(rng):
    x = np.zeros((40, 15, 15))
    x[:, 7, 7] = 1
    moved = augment.jitter(rng, x, pixels=2)
    places = np.argwhere(moved == 1)[:, 1:] - 7
    assert len(places) == 40
    assert {abs(p) for p in places.ravel()} == {0, 1, 2}
    twice = [augment.jitter(np.random.default_rng(3), x, degrees=20, stretch=0.2) for _ in "ab"]
    np.testing.assert_array_equal(*twice)
    np.testing.assert_array_equal(augment.jitter(rng, x), x)


def test_unfit_input_is_refused():
    with pytest.raises(ValueError, match=r"x is \(3,\) and A \(2, 2\)"):
        augment.resample(np.ones(3), np.eye(2))
    with pytest.raises(ValueError, match=r"A \(3, 3\); \(\.\.\., H, W\) and \(2, 2\)"):
        augment.resample(np.ones((3, 3)), np.eye(3))
    with pytest.raises(ValueError, match="factor is 0; more than 0"):
        augment.zoom(np.ones((3, 3)), 0)
    with pytest.raises(ValueError, match=r"x is \(4,\); \(\.\.\., H, W\) is allowed"):
        augment.shift(np.ones(4), 1, 1)
    with pytest.raises(ValueError, match=r"x is \(5, 5\), stretch 0"):
        augment.jitter(np.random.default_rng(0), np.ones((5, 5)))
