"""The data are what they are said to be, and say so when they are not."""

import numpy as np
import pytest

from course import data


@pytest.fixture(scope="module")
def digits():
    return data.digits()


def test_every_shipped_file_is_listed_and_every_listed_file_is_whole():
    listed = {*data.manifest(), "manifest.toml", "LICENSES.txt"}
    present = {p.name for p in data.FOLDER.iterdir() if p.suffix in {".npz", ".txt", ".toml"}}
    assert present == listed
    assert data.damage() == []


@pytest.mark.parametrize("name", data.manifest())
def test_manifest_says_where_each_file_comes_from(name):
    entry = data.manifest()[name]
    assert set(entry) == {"what", "source", "licence", "sha256", "bytes", "shape", "made_by"}
    assert (data.FOLDER / name).stat().st_size == entry["bytes"] < 2_500_000
    assert name.split(".")[0] in (data.FOLDER / "LICENSES.txt").read_text(encoding="utf-8")
    assert (data.FOLDER / entry["made_by"]).exists()


def test_digits_have_the_promised_form(digits):
    shapes = [(8000, 784), (8000,), (2000, 784), (2000,)]
    assert [array.shape for array in digits] == shapes
    assert [array.dtype for array in digits] == [np.float64, np.int64] * 2
    for x in (digits.x_train, digits.x_test):
        assert x.min() == 0
        assert x.max() == 1


def test_digits_are_whole_grey_values(digits):
    grey = digits.x_test * 255
    np.testing.assert_allclose(grey, np.rint(grey), atol=1e-12)
    assert len(np.unique(np.rint(grey))) == 256


def test_training_and_test_share_no_image_and_no_image_comes_twice(digits):
    images = [x.tobytes() for x in np.concatenate([digits.x_train, digits.x_test])]
    assert len(set(images)) == 10_000


def test_both_parts_have_the_same_share_of_each_class(digits):
    share = [np.bincount(y) / len(y) for y in (digits.y_train, digits.y_test)]
    assert np.abs(share[0] - share[1]).max() < 0.0005
    assert share[0].min() > 0.08


def test_order_carries_no_information(digits):
    """Shuffled: the share of equal neighbours is that of independent draws, sum of p²."""
    y = digits.y_train
    p = np.bincount(y) / len(y)
    chance, spread = p @ p, np.sqrt(p @ p * (1 - p @ p) / len(y))
    assert abs(np.mean(y[1:] == y[:-1]) - chance) < 4 * spread


def test_labels_fit_the_images(digits):
    """Authority: scikit-learn's 3 nearest neighbours get nearly all right, so labels are true."""
    neighbors = pytest.importorskip("sklearn.neighbors")
    model = neighbors.KNeighborsClassifier(3).fit(digits.x_train, digits.y_train)
    assert model.score(digits.x_test[:500], digits.y_test[:500]) > 0.93


def test_a_cell_that_writes_into_the_data_harms_no_later_one():
    first = data.digits()
    for array in first:
        array[:] = 0
    assert data.digits().x_train.max() == 1


@pytest.fixture
def broken_folder(tmp_path, monkeypatch):
    (tmp_path / "manifest.toml").write_bytes((data.FOLDER / "manifest.toml").read_bytes())
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    data.shipped.cache_clear()
    yield tmp_path
    data.shipped.cache_clear()


def test_missing_file_is_named_with_its_repair(broken_folder):
    with pytest.raises(data.DataError, match=r"digits\.npz cannot be read .*git checkout -- "):
        data.digits()
    assert len(data.damage()) == len(data.manifest())


def test_one_wrong_byte_is_noticed_before_anything_is_read(broken_folder):
    (broken_folder / "digits.npz").write_bytes(b"not digits")
    with pytest.raises(
        data.DataError, match=r"expected 1651380 bytes .* found 10 bytes .*reinstall"
    ):
        data.digits()
