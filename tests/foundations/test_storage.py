"""safetensors by hand, against the library."""

import json

import numpy as np
import pytest
import safetensors.numpy

from course import data
from course.foundations import storage


@pytest.fixture
def arrays():
    rng = np.random.default_rng(2)
    kinds = ["f8", "f4", "f2", "i8", "i4", "u1"]
    made = {f"a{i}": rng.uniform(0, 99, (3, i + 1)).astype(k) for i, k in enumerate(kinds)}
    return made | {"one": np.array(3.0), "none": np.zeros((0, 4))}


def same(got, expected):
    assert got.keys() == expected.keys()
    for name in expected:
        assert got[name].dtype == expected[name].dtype
        np.testing.assert_array_equal(got[name], expected[name])


def test_what_the_library_writes_is_read(arrays):
    same(storage.read_safetensors(safetensors.numpy.save(arrays, {"by": "us"})), arrays)


def test_what_is_written_the_library_reads(arrays):
    same(safetensors.numpy.load(storage.write_safetensors(arrays)), arrays)
    same(storage.read_safetensors(storage.write_safetensors({})), {})


def test_the_shipped_model_is_read():
    content = data.shipped("small_gpt.safetensors")
    same(storage.read_safetensors(content), safetensors.numpy.load(content))
    header, start = storage.read_header(content)
    assert sum(np.prod(entry["shape"]) for entry in header.values()) == 233_472
    assert start == 8 + int.from_bytes(content[:8], "little")


def test_nothing_is_copied_and_nothing_can_be_changed(arrays):
    read = storage.read_safetensors(storage.write_safetensors(arrays))
    with pytest.raises(ValueError, match="read-only"):
        read["a0"][0, 0] = 1


def test_unfit_content_is_refused():
    with pytest.raises(ValueError, match="the header needs 1008 bytes, and there are 10"):
        storage.read_safetensors((1000).to_bytes(8, "little") + b"{}")
    with pytest.raises(ValueError, match=r"x holds complex128; known are float64"):
        storage.write_safetensors({"x": np.ones(2, dtype=complex)})
    told = json.dumps({"x": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}).encode()
    with pytest.raises(ValueError, match=r"x holds BF16; F64.* are read here"):
        storage.read_safetensors(len(told).to_bytes(8, "little") + told + b"ab")
