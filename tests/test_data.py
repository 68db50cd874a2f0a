"""The data are what they are said to be, and say so when they are not."""

import re
from pathlib import Path

import numpy as np
import pytest

from course import data

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def digits():
    return data.digits()


def test_every_shipped_file_is_listed_and_every_listed_file_is_whole():
    listed = {*data.manifest(), "manifest.toml", "glossary.toml", "LICENSES.txt"}
    present = {p.name for p in data.FOLDER.iterdir() if p.suffix not in {".py", ""}}
    assert present == listed
    assert data.damage() == []


@pytest.mark.parametrize("name", data.manifest())
def test_manifest_says_where_each_file_comes_from(name):
    entry = data.manifest()[name]
    assert set(entry) == {"what", "source", "licence", "sha256", "bytes", "shape", "made_by"}
    assert (data.FOLDER / name).stat().st_size == entry["bytes"] < 2_500_000
    assert name.split(".")[0] in (data.FOLDER / "LICENSES.txt").read_text(encoding="utf-8")
    assert (ROOT / entry["made_by"]).exists()


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
    """The nearest training image nearly always has the same label, so the labels are true."""
    x, few = digits.x_train, digits.x_test[:500]
    nearest = ((x**2).sum(axis=1) - 2 * few @ x.T).argmin(axis=1)  # |few|² is the same for all
    assert np.mean(digits.y_train[nearest] == digits.y_test[:500]) > 0.93


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
    with pytest.raises(data.DataError, match=r"digits\.npz can't be read .*git checkout -- "):
        data.digits()
    assert len(data.damage()) == len(data.manifest())


def test_one_wrong_byte_is_noticed_before_anything_is_read(broken_folder):
    (broken_folder / "digits.npz").write_bytes(b"not digits")
    with pytest.raises(
        data.DataError, match=r"expected 1651380 bytes .* found 10 bytes .*reinstall"
    ):
        data.digits()


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (0.9, "is damaged: "),
        (0.0, "is damaged: it lacks what is said of digits.npz"),
        (None, "can't be read"),
    ],
)
def test_a_list_of_files_that_is_cut_is_named_with_its_repair(broken_folder, left, told):
    path = broken_folder / "manifest.toml"
    whole = path.read_bytes()
    path.write_bytes(whole[: int((left or 0) * len(whole)) - 1]) if left else path.unlink()
    if left == 0:
        path.touch()
        (broken_folder / "digits.npz").touch()
    with pytest.raises(data.DataError, match=rf"manifest\.toml {told}.*git checkout -- ") as said:
        data.digits()
    assert data.damage() == [str(said.value)]


def test_shakespeare_is_speeches_and_nothing_else():
    text = data.shakespeare()
    assert text.isascii()
    assert len(set(text)) == 64
    assert 1_050_000 < len(text) < 1_150_000
    speeches = text.removesuffix("\n").split("\n\n")
    assert len(speeches) > 7000
    for speech in speeches:
        speaker, *lines = speech.split("\n")
        assert re.fullmatch(r"[A-Z][A-Z ]+:", speaker), speaker
        assert lines, speech
        assert all(line == " ".join(line.split()) != "" for line in lines), speech


@pytest.mark.parametrize("trace", ["Gutenberg", "[", "]", "ACT ", "SCENE", "Scene I", "Exeunt"])
def test_shakespeare_has_no_trace_of_its_editions(trace):
    assert trace not in data.shakespeare()


@pytest.mark.parametrize(
    "line",
    [
        "HAMLET:\nTo be, or not to be,--that is the question:--\n",
        "FIRST WITCH:\nWhen shall we three meet again?\n",
        "SAMPSON:\nGregory, o' my word, we'll not carry coals.\n",
        "The end of this day's business ere it come!\n",
        "Let your indulgence set me free.\n",
    ],
)
def test_shakespeare_has_the_lines_that_everybody_knows(line):
    assert line in data.shakespeare()


def test_validation_text_is_another_play():
    train, validation = data.split_text(data.shakespeare())
    assert train + validation == data.shakespeare()
    assert "HAMLET:" in train
    assert "HAMLET:" not in validation
    assert "PROSPERO:" in validation
    assert "PROSPERO:" not in train
    assert set(validation) <= set(train)


def test_given_names_are_those_of_the_census():
    names = data.given_names()
    assert len(names.name) == len(names.sex) == len(names.percent) == 5494
    assert all(re.fullmatch("[a-z]+", name) for name in names.name)
    assert len(set(zip(names.name, names.sex, strict=True))) == 5494
    assert len(set(names.name)) == 5494 - 331
    for sex, first in (("f", "mary"), ("m", "james")):
        rows = [i for i, s in enumerate(names.sex) if s == sex]
        shares = names.percent[rows]
        assert names.name[rows[0]] == first
        assert np.all(np.diff(shares) <= 0) and shares.min() > 0
        assert shares.sum() == pytest.approx(90, abs=0.1)  # as the Census Bureau says


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan")])
def test_split_refuses_a_fraction_that_is_none(fraction):
    with pytest.raises(ValueError, match=f"fraction is {fraction}"):
        data.split_text("some text", fraction)


@pytest.mark.parametrize("text", ["", "a"])
def test_split_refuses_a_text_that_has_no_two_parts(text):
    with pytest.raises(ValueError, match=f"text of length {len(text)} has no"):
        data.split_text(text)


def test_own_text_is_read_whatever_its_line_ends_and_mark(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_bytes("\ufeffGrüße\r\n你好\rend\n".encode())
    assert data.read_text(path) == "Grüße\n你好\nend\n"
    assert data.read_text(str(path)) == data.read_text(path)


def test_unfit_text_is_refused_with_what_is_wrong(tmp_path):
    path = tmp_path / "mine.txt"
    with pytest.raises(data.DataError, match=r"There is no file .*mine\.txt"):
        data.read_text(path)
    with pytest.raises(data.DataError, match="it is a folder"):
        data.read_text(tmp_path)
    path.write_bytes("first\nna\u00efve".encode("latin-1"))
    with pytest.raises(data.DataError, match="not UTF-8: byte 0xef in line 2"):
        data.read_text(path)
    path.write_bytes("hello".encode("utf-16"))
    with pytest.raises(data.DataError, match="not UTF-8: byte 0xff in line 1"):
        data.read_text(path)
    path.write_bytes(b"")
    with pytest.raises(data.DataError, match="at least 2 characters; its length is 0"):
        data.read_text(path)
    path.write_bytes(b"four")
    with pytest.raises(data.DataError, match="at least 65 characters; its length is 4"):
        data.read_text(path, least=65)


def test_tang_is_poems_in_chinese_and_nothing_else():
    text = data.tang()
    poems = text.removesuffix("\n").split("\n\n")
    assert len(poems) == 320
    assert len(text) == 27_628 and len(set(text)) == 2_603
    for poem in poems:
        title, author, *lines = poem.split("\n")
        assert title and len(author) <= 4 and lines, poem
        assert all(line[-1] in "。，？！：；" for line in lines), poem
    assert not re.search(r"[ -~ㄱ-ㆎ（）]", text), "brackets of editors, or Latin letters"
    assert "床前明月光" in text
