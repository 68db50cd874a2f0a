"""Strokes become pictures as the digits of MNIST are: their size, their place, their ink."""

import numpy as np
import pytest

from course import data
from course.networks import drawing


@pytest.fixture
def strokes():
    rng = np.random.default_rng(2)
    return [np.cumsum(rng.standard_normal((n, 2)), axis=0) for n in (7, 1, 4)]


def mass(picture):
    return drawing.centre(picture)


def extent(picture):
    rows, columns = np.nonzero(picture > 0)
    return np.ptp(rows) + 1, np.ptp(columns) + 1


def test_the_shipped_digits_lie_as_a_drawing_is_laid():
    pictures = data.digits().x_train[:500].reshape(-1, 28, 28)
    assert np.allclose(np.mean([mass(p) for p in pictures], axis=0), 14, atol=0.1)
    assert {max(extent(p)) for p in pictures} == {int(drawing.BOX)}


@pytest.mark.parametrize("seed", range(5))
def test_a_drawing_fits_its_box_and_its_mass_lies_in_the_middle(seed):
    rng = np.random.default_rng(seed)
    picture = drawing.picture([rng.uniform(0.3, 0.7, (6, 2)), rng.uniform(0.4, 0.6, (5, 2))])
    assert picture.shape == (28, 28) and picture.min() >= 0 and picture.max() <= 1
    assert drawing.BOX - 1 <= max(extent(picture)) <= drawing.BOX + 2
    if picture[[0, -1]].sum() + picture[:, [0, -1]].sum() == 0:  # nothing was cut
        assert np.allclose(mass(picture), 14, atol=0.2)


def test_place_and_size_of_the_drawing_count_for_nothing(strokes):
    picture = drawing.picture(strokes)
    for scale, shift in ((5.0, (0, 0)), (0.01, (3, -7)), (1.0, (100, 100))):
        other = drawing.picture([scale * p + np.array(shift) for p in strokes])
        assert np.allclose(picture, other, atol=1e-9)


def test_a_line_is_as_thick_as_the_pen():
    picture = drawing.ink([np.array([[4.0, 10], [24, 10]])])
    assert np.isclose(picture[:, 14].sum(), 2 * drawing.RADIUS, atol=0.2)
    assert picture[10, 14] == 1 and picture[15, 14] == 0


def test_strokes_are_not_joined():
    apart = drawing.ink([np.array([[4.0, 4], [4, 24]]), np.array([[24.0, 4], [24, 24]])])
    assert apart[14, 14] == 0


def test_a_dot_and_nothing_are_drawings_too():
    dot = drawing.picture([np.array([[0.5, 0.5]])])
    assert np.isclose(dot.sum(), np.pi * drawing.RADIUS**2, rtol=0.2)
    assert not drawing.picture([]).any()


def test_no_ink_has_no_centre():
    with pytest.raises(ValueError, match="more than 0 is needed"):
        drawing.centre(np.zeros((28, 28)))
