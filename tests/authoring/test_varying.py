"""Cells that may print what differs: their words stay, and the tag is for those that need it."""

import pytest
from nbformat.v4 import new_code_cell

from course.authoring import varying
from course.networks import layers

CLOCK = """\
def seconds(f):
    start = time.perf_counter()
    f()
    return time.perf_counter() - start"""


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("the loops take 132 times as long", "the loops take 97.5 times as long"),
        ("off by 3.1e-17 at most", "off by -2e-16 at most"),
        ("1,234 steps a second", "980 steps a second"),
        ("<td>12</td> <b>ms</b>", "<td>7</td>\n<b>ms</b>"),
        ("  12  Attention   ○○○  0 of 3", "  14  Attention  ●○○○○  1 of 5"),
    ],
)
def test_numbers_and_spacing_may_differ(here, there):
    assert varying.words(here) == varying.words(there)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("the loops take 3 times as long", "the rows take 3 times as long"),
        ("float64: 2 ms", "float32: 2 ms"),
        ("<b>ms</b>", "<b>seconds</b>"),
        ("2 ms and 3 ms", "2 ms"),
    ],
)
def test_words_may_not(here, there):
    assert varying.words(here) != varying.words(there)


def test_what_a_clock_touches_is_followed_from_cell_to_cell():
    sources = ["a = 1", CLOCK, "t = seconds(f)\nb = 2", "print(b)", "r = t / b", "print(r)"]
    assert varying.clocked(sources, {}) == [False, True, True, False, True, True]


@pytest.mark.parametrize(
    ("source", "shown", "due"),
    [
        ("print(seconds(f))", "0.0123", True),
        ("print(seconds(f) > 0)", "True", False),
        ("print(a)", "42.5", False),
        ("print(a - b)", "off by 2.2e-16", True),
        ("print(a)", "0.1428571", True),
        ("course_map.show()", "0 of 8", True),
    ],
)
def test_the_tag_is_needed_where_a_time_or_rounding_is_shown(source, shown, due):
    assert varying.needed([CLOCK, source], 1, [shown], {}) is due


def test_the_course_s_own_clocks_count():
    from course.transformers.gpt import run

    sources = ["n = run.pace(c)", "p = layers.softmax(z)", "print(n)"]
    imported = {"run": run, "layers": layers}
    assert varying.clocked(sources, imported) == [True, False, True]


def test_a_cell_is_tagged_by_its_metadata():
    assert varying.tagged(new_code_cell("1", metadata={"tags": ["varies"]}))
    assert not varying.tagged(new_code_cell("1"))
