"""What goes over the wire arrives as it was, keeps who it is, and is never executed."""

import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.checking.plain import Odd
from course.grading import messages, reading, wire
from course.networks import autograd


def pair():
    """Two ends: classes of the course's ideas are known, functions become their names."""
    known = {"course.networks.autograd:Value": autograd.Value}

    def classes(names):
        return next((known[n] for n in names if n in known), None)

    return [wire.Wire(classes, lambda n, name: f"function {name}", first) for first in (0, 1)]


def sent(line, other, value):
    blobs = []
    node = line.write(value, blobs)
    message, parts = messages.unpack(io.BytesIO(messages.pack(node, blobs)).read)
    return other.read(message, parts)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.just(...)
    | st.floats(allow_nan=False) | st.complex_numbers(allow_nan=False),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)  # fmt: skip


@given(plain)
def test_plain_values_arrive_as_they_are(value):
    got = sent(*pair(), value)
    assert got == value and type(got) is type(value)


@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "i2", "u1", "?", "c16", "<U3", "S2", ">f8"])
def test_arrays_keep_type_shape_and_bytes(dtype):
    for shape in ((), (0, 3), (2, 3)):
        array = np.zeros(shape, dtype)
        got = sent(*pair(), array)
        assert got.dtype == array.dtype and got.shape == array.shape
        assert np.array_equal(got, array)


def test_a_generator_draws_on_where_it_was():
    rng = np.random.default_rng(3)
    rng.normal(size=5)
    got = sent(*pair(), rng)
    assert np.array_equal(got.spawn(1)[0].normal(size=3), rng.spawn(1)[0].normal(size=3))
    assert np.array_equal(got.normal(size=3), rng.normal(size=3))


def test_a_thing_that_comes_back_is_the_thing_itself_as_it_is_by_then():
    here, there = pair()
    array, items, value = np.arange(3.0), [1, 2], autograd.Value(2.0)
    theirs = sent(here, there, (array, items, value))
    theirs[0][:] = 7
    theirs[1].append(3)
    theirs[2].grad = 5.0
    made = autograd.Value(1.0, (theirs[2],), (1.0,))
    back = sent(there, here, (made, *theirs))
    assert back[1] is array and back[2] is items and back[3] is value
    assert back[0].parents[0] is value and type(back[0]) is autograd.Value
    assert array.tolist() == [7, 7, 7] and items == [1, 2, 3] and value.grad == 5


def test_a_graph_that_meets_itself_arrives_as_one():
    v = autograd.Value(2.0)
    got = sent(*pair(), autograd.multiply(v, v))
    assert got.parents[0] is got.parents[1]


def test_what_is_no_data_arrives_as_its_name():
    class Stranger:
        def __init__(self):
            self.x = 1

    here, there = pair()
    got = sent(here, there, [Stranger(), len, type, (n for n in "ab"), io.StringIO()])
    assert isinstance(got[0], reading.Foreign) and got[0].x == 1
    assert got[1] == "function len"
    assert all(isinstance(odd, Odd) for odd in got[2:])


def test_an_iterable_gives_its_items_when_asked_and_no_sooner():
    class Counting:
        def __iter__(self):
            yield 1
            raise ValueError("too far")

    held = {}
    here = wire.Wire(lambda names: None, None, 0)
    there = wire.Wire(lambda names: None, lambda n, name: held.setdefault(n, here.things[n]), 1)
    assert next(iter(sent(here, there, Counting()))) == 1


BAD = [
    ["z"], ["x", 99], ["a", 1, "O", [1], 0], ["a", 1, "<f8", [9], 0], ["a", "1", "<f8", [1], 0],
    ["R", 1, "PCG64", ["k", 0], ["k", 0]], ["o", 1, [], []], ["__init__", 1], [], 5, None,
    ["d", 1, [[["l", 3, []], ["k", 0]]]], ["i", "one"], ["l", 1, 5], ["f", 1],
]  # fmt: skip


@pytest.mark.parametrize("node", BAD, ids=str)
def test_what_is_no_value_is_garbled(node):
    with pytest.raises(messages.Garbled):
        pair()[1].read(node, [b"12345678"])


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b"\xff"])
def test_what_is_no_message_is_garbled(content):
    whole = struct.pack(">II", len(content), 0) + content
    with pytest.raises(messages.Garbled):
        messages.unpack(io.BytesIO(whole).read)


@pytest.mark.parametrize(("size", "blobs"), [(1 << 24, []), (2, [1 << 31]), (2, [1 << 26])])
def test_nothing_larger_than_a_message_is_read(size, blobs):
    head = struct.pack(f">{2 + len(blobs)}I", size, len(blobs), *blobs)
    with pytest.raises(messages.Garbled):
        messages.unpack(io.BytesIO(head).read)
