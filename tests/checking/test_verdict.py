"""What a learner reads: text, table and card."""

import html
import html.parser
import re

import numpy as np
from horrors import html_error
from samples import columns, dots, softmax, weights, well_formed

from course import cards
from course.checking import source
from course.checking.verdict import Note, Verdict, coloured


def test_a_notebook_gets_one_bundle(monkeypatch):
    bundles = []
    monkeypatch.setattr("IPython.get_ipython", lambda: object())
    monkeypatch.setattr("IPython.display.display", lambda b, raw: bundles.append((b, raw)))
    weights.check(columns)
    (bundle, raw), = bundles  # fmt: skip
    assert raw
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/plain"] == str(weights.examine(columns))


def test_the_table_marks_what_differs():
    verdict = weights.examine(lambda z: softmax(z) * np.where(softmax(z) > 0.5, 1, 2))
    assert str(verdict).splitlines()[1:] == [
        "  yours (* differs)     expected",
        "   0.5*  0.75           0.25  0.75",
    ]
    page = verdict._repr_html_()
    assert page.count("≠</td>") == 1
    assert "<caption" in page


def test_points_of_a_column_stand_under_each_other():
    expected = np.array([[0.75, 0.25], [0.2, 0.8]])
    got = np.array([[0.75, 1.0], [0.2, 0.8]])
    arrays = {"got": got, "expected": expected, "differs": got != expected}
    verdict = Verdict("a", "wrong", "b", "", "", **arrays)
    assert str(verdict).splitlines()[1:] == [
        "  yours (* differs)     expected",
        "  0.75    1*            0.75  0.25",
        "  0.2     0.8           0.2   0.8",
    ]
    cells = re.findall(r"<td[^>]*>([^<]*)", verdict._repr_html_())
    assert cells[:4] == ["0.75", "1 ≠\u2008\u2007", "0.2\u2007", "0.8"]


def test_colour_never_stands_alone():
    for answer, mark, word in (
        (dots, "○", "not started"),
        (columns, "✗", "not yet"),
        (softmax, "✓", "done"),
    ):
        page = weights.examine(answer)._repr_html_()
        assert mark in page
        assert word in page


def test_pages_set_no_colour_that_a_dark_theme_would_hide():
    for answer in (dots, columns, softmax, html_error):
        page = weights.examine(answer)._repr_html_()
        for colour in re.findall(r"(?<!-)color:([^;\"]+)", page):
            assert colour.startswith(("var(--jp-", "inherit", cards.QUIET))


def test_everything_shown_is_escaped():
    for thing in (
        weights.examine(html_error),
        Verdict("<i>", "wrong", "type", "<b>", "<script>x</script>", printed="<script>"),
        Note("<i>", "<b>", "<script>", "x = '<script>' # <b>"),
    ):
        assert well_formed(thing._repr_html_())
        assert "<script>" not in thing._repr_html_()


def test_code_is_coloured_without_being_changed():
    for code in (source.text(softmax), "return … / (…", "x = '''a\n<b>'''  # <c>\n", ""):
        page = coloured(code)
        assert html.unescape(re.sub(r"<[^>]+>", "", page)) == code
    assert page == ""
    assert "font-weight:bold\">return</span>" in coloured("return 1")  # fmt: skip


def test_in_prose_what_a_letter_bears_is_set_and_names_of_code_stay():
    text = "Σ_{k ≥ right} q_i k_i, dx̂_j, n_in, e^(−|z|) - 2^n; log_sum_exp(z_y), x_train, `a_i^2`"
    assert cards.prose(text) == (
        "Σ<sub>k ≥ right</sub> q<sub>i</sub> k<sub>i</sub>, dx̂<sub>j</sub>, n<sub>in</sub>, "
        "e<sup>−|z|</sup> - 2<sup>n</sup>; log_sum_exp(z<sub>y</sub>), x_train, <code>a_i^2</code>"
    )
