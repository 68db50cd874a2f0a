"""Whatever is returned becomes plain data."""

import pytest

from course.checking.plain import Odd, plain


def test_plain_makes_data_of_anything():
    torch = pytest.importorskip("torch")
    assert plain([1, 2]).tolist() == [1, 2]
    assert plain(torch.ones(2, dtype=torch.bfloat16)).tolist() == [1.0, 1.0]
    assert isinstance(plain([[1], [1, 2]]), tuple)
    assert plain({"a": [1.0]})["a"].tolist() == [1.0]
    assert plain(range(3)).tolist() == [0, 1, 2]
    assert plain("text") == "text"
    assert plain({1, 2}) == plain({3}) == Odd("set", plain({1}).hint)
