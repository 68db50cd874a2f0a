"""Numbers as people type them and as they like to read them."""

import math

import numpy as np
import pytest

from course.interactive import numerals


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("40", 40),
        (" 4e1 ", 40),
        ("12,5", 12.5),
        ("0,125", 0.125),
        (",5", 0.5),
        (".5", 0.5),
        ("5.", 5),
        ("2,000", 2000),
        ("2.000", 2),
        ("2 000", 2000),
        ("16\u202f777\u00a0216", 16777216),
        ("20_000_000", 2e7),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1.234.567", 1234567),
        ("1e-3", 1e-3),
        ("1,5e-3", 1.5e-3),
        ("10^-3", 1e-3),
        ("10**-3", 1e-3),
        ("10⁻³", 1e-3),
        ("10 ^ - 3", 1e-3),
        ("2 × 10⁻³", 2e-3),
        ("2*10^5", 2e5),
        ("-10^-3", -1e-3),
        ("-8", -8),
        ("− 8", -8),
        ("about -8", -8),
        ("+3", 3),
        ("1/16", 0.0625),
        ("3 million", 3e6),
        ("about 90", 90),
        ("~90", 90),
        ("Roughly 90.", 90),
        ("ninety", 90),
        ("sixty-four", 64),
        ("about twenty five", 25),
        ("a hundred", 100),
        ("two hundred thousand", 200_000),
        ("½", 0.5),
        ("2½", 2.5),
        ("half", 0.5),
        ("a quarter of them", 0.25),
        ("two thirds", 2 / 3),
        ("half a million", 500_000),
        ("40ish", 40),
        ("forty-ish", 40),
        ("I think it's 40", 40),
        ("1.5k", 1500),
        ("2^10", 1024),
        ("2¹⁰", 1024),
    ],
)
def test_a_number_is_understood_as_it_is_typed(typed, value):
    assert numerals.read(typed) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("typed", "unit"),
    [
        ("90%", "%"),
        ("90 %", "%"),
        ("about 90 percent", "%"),
        ("90 per cent", "%"),
        ("90°", "°"),
        ("90 degrees", "°"),
        ("90x", "times"),
        ("90 times", "times"),
        ("90 nats", "nats"),
        ("90 Characters", "characters"),
        ("90", "s"),
    ],
)
def test_a_unit_may_stand_beside_its_number(typed, unit):
    assert numerals.read(typed, unit) == 90


@pytest.mark.parametrize(
    ("typed", "percent"),
    [
        ("1/3", 100 / 3),
        ("64/100", 64),
        ("½", 50),
        ("half", 50),
        ("three quarters", 75),
        ("1/3 %", 1 / 3),
        ("half a percent", 0.5),
        ("200/3", 200 / 3),
        ("0.5", 0.5),
    ],
)
def test_a_fraction_is_a_share_where_percent_are_asked_for(typed, percent):
    assert numerals.read(typed, "%") == pytest.approx(percent)


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("40-50", True),
        ("40 – 50 %", True),
        ("forty to fifty", True),
        ("between 40 and 50", True),
        ("3 or 4", True),
        (">90", True),
        ("at least 90", True),
        ("lots", False),
        ("3 apples", False),
    ],
)
def test_a_range_a_bound_and_several_are_told_from_nonsense(typed, spans):
    assert numerals.is_span(typed) is spans


@pytest.mark.parametrize(
    "typed",
    ["", "many", "nan", "inf", "3 or 4", "3-4", "10-20", "50 %", "3 apples", "1/0", "1.2.3"],
)
def test_what_is_no_one_number_is_refused(typed):
    with pytest.raises(ValueError, match=r"\S"):
        numerals.read(typed)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (1000.0, "1,000"),
        (0.001, "0.001"),
        (1e-5, "10⁻⁵"),
        (-1e-5, "−10⁻⁵"),
        (2.5e-8, "2.5 · 10⁻⁸"),
        (1.25e12, "1.25 · 10¹²"),
        (31415.9, "31,400"),
        (20_000_000, "20,000,000"),
        (1 / 3, "0.333"),
        (9.9999e-5, "0.0001"),
        (math.inf, "inf"),
        (np.float64(97.25), "97.2"),
    ],
)
def test_a_number_is_written_without_an_e(value, written):
    assert numerals.write(value) == written


@pytest.mark.parametrize(
    ("text", "set_"),
    [
        ("-5 points", "−5 points"),
        ("-0.06 to -.04", "−0.06 to −.04"),
        ("(-1, 2)", "(−1, 2)"),
        ("2e-17, GPT-2, 40-50, 784-32-10, a - 1", None),
    ],
)
def test_a_minus_stands_before_a_number_and_a_hyphen_stays(text, set_):
    assert numerals.minus(text) == (set_ or text)


def test_what_is_written_is_read_back_to_its_digits():
    rng = np.random.default_rng(0)
    values = rng.choice([-1, 1], 300) * 10 ** rng.uniform(-12, 12, 300)
    for digits in (2, 3, 5):
        for value in values:
            read = numerals.read(numerals.write(value, digits))
            assert read == pytest.approx(value, rel=0.51 * 10 ** (1 - digits))
