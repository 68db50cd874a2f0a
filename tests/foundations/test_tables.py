"""Reading, cleaning and scaling a table, against scikit-learn, scipy and by hand."""

import numpy as np
import pytest
from scipy import stats
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from course import data
from course.foundations import leaks, splits, tables


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_a_table_is_read_by_column_with_commas_inside_quotes():
    table = tables.read_csv('a,b\n1,"2,5"\nx,\n')
    assert table == {"a": ["1", "x"], "b": ["2,5", ""]}


@pytest.mark.parametrize("text", ["", "\n", "a,b\n"])
def test_an_empty_table_is_refused(text):
    with pytest.raises(ValueError, match=r"has \d columns and 0 rows; 1 row or more"):
        tables.read_csv(text)


def test_a_row_of_another_length_is_named():
    with pytest.raises(ValueError, match="row 1 has 3 cells, and there are 2 columns"):
        tables.read_csv("a,b\n1,2\n1,2,3\n")


def test_an_unknown_column_is_refused_with_those_that_there_are():
    with pytest.raises(ValueError, match="no column 'heigth'; the columns are height, width"):
        tables.column({"height": ["1"], "width": ["2"]}, "heigth")


def test_numbers_are_read_and_what_is_none_is_nan():
    table = {"a": ["1.5", " 2 ", "0,25", "-3e2"], "b": ["", "NA", "?", "12"]}
    nan = np.nan
    expected = [[1.5, nan], [2, nan], [0.25, nan], [-300, 12]]
    np.testing.assert_array_equal(tables.numbers(table, ["a", "b"]), expected)


def test_classes_are_found_whatever_their_capitals_and_spaces():
    ids = {"no": 0, "yes": 1}
    assert tables.classes([" yes", "No", "maybe", ""], ids).tolist() == [1, 0, -1, -1]


def test_the_second_of_two_equal_rows_is_the_repeat(rng):
    rows = [tuple(row) for row in rng.integers(0, 3, (60, 2))]
    again = tables.repeated(rows)
    assert again.tolist() == [rows.index(row) < n for n, row in enumerate(rows)]
    assert len({row for row, repeat in zip(rows, again, strict=True) if not repeat}) == len(
        set(rows)
    )
    assert tables.repeated([]).shape == (0,)


def test_robust_z_agrees_with_scipy_and_ignores_gaps(rng):
    x = rng.standard_normal((200, 2)) * [1, 50] + 7
    mad = stats.median_abs_deviation(x, axis=0, scale="normal")
    expected = (x - np.median(x, axis=0)) / mad
    np.testing.assert_allclose(tables.robust_z(x), expected, rtol=1e-4)
    gaps = np.vstack([x, np.full(2, np.nan)])
    np.testing.assert_array_equal(tables.robust_z(gaps)[:-1], tables.robust_z(x))


def test_robust_z_is_not_moved_by_a_third_of_wild_rows(rng):
    x = rng.standard_normal(3000)
    wild = np.where(np.arange(3000) % 3 == 0, 1e6, x)
    assert np.abs(tables.robust_z(wild)[1::3]).max() < 6
    assert np.abs((wild - wild.mean()) / wild.std())[::3].max() < 2  # the plain z sees nothing


def test_a_plain_z_can_not_exceed_the_root_of_n_minus_1(rng):
    for n in (3, 10, 50):
        x = np.zeros(n)
        x[0] = 1e9
        assert (x[0] - x.mean()) / x.std() == pytest.approx(np.sqrt(n - 1))
        x = rng.standard_cauchy((500, n))
        z = (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)
        assert np.abs(z).max() <= np.sqrt(n - 1) * (1 + 1e-9)


def test_constant_columns_have_no_outliers():
    np.testing.assert_array_equal(tables.robust_z(np.full((4, 1), 3.0)), np.zeros((4, 1)))
    with pytest.raises(ValueError, match=r"the table is \(0, 2\)"):
        tables.robust_z(np.ones((0, 2)))


def test_the_majority_of_a_group_speaks_for_it():
    groups = np.array(list("aabbcacd"))
    y = np.array([2, 2, 1, 0, -1, 0, -1, 1])
    assert tables.majority(y, groups, 3).tolist() == [2, 2, 0, 0, -1, 2, -1, 1]
    with pytest.raises(ValueError, match="classes run from -1 to 5; -1 to 2 is allowed"):
        tables.majority(np.array([-1, 5]), np.array([0, 0]), 3)


def test_standardising_is_scikit_learn_s_scaler_fitted_on_the_training_rows(rng):
    train, test = rng.normal(5, [1, 20, 300], (40, 3)), rng.normal(9, 4, (7, 3))
    train[:, 1] = 2.0
    scaler = StandardScaler().fit(train)
    got = tables.standardise(train, test)
    np.testing.assert_allclose(got[0], scaler.transform(train), atol=1e-12)
    np.testing.assert_allclose(got[1], scaler.transform(test), atol=1e-12)
    with pytest.raises(ValueError, match=r"train is \(40, 3\) and test \(7, 2\)"):
        tables.standardise(train, test[:, :2])


def test_preparing_is_scikit_learn_s_imputer_and_scaler(rng):
    x = rng.normal(3, [1, 10], (30, 2))
    x[rng.random((30, 2)) < 0.2] = np.nan
    y, test = rng.integers(-1, 3, 30), rng.random(30) < 0.4
    known = y >= 0
    train, held = x[known & ~test], x[known & test]
    imputer = SimpleImputer(strategy="median").fit(train)
    scaler = StandardScaler().fit(imputer.transform(train))
    x_train, y_train, x_test, y_test = tables.prepare(x, y, test)
    np.testing.assert_allclose(x_train, scaler.transform(imputer.transform(train)), atol=1e-12)
    np.testing.assert_allclose(x_test, scaler.transform(imputer.transform(held)), atol=1e-12)
    np.testing.assert_array_equal(y_train, y[known & ~test])
    np.testing.assert_array_equal(y_test, y[known & test])


def test_the_test_rows_leave_no_trace_in_the_training_rows(rng):
    x, y, test = rng.normal(size=(20, 3)), np.arange(20) % 4, np.arange(20) >= 15
    wild = np.where(test[:, None], 1e6, x)
    np.testing.assert_array_equal(tables.prepare(x, y, test)[0], tables.prepare(wild, y, test)[0])
    with pytest.raises(ValueError, match=r"x is \(20, 3\), y \(19,\) and test \(20,\)"):
        tables.prepare(x, y[1:], test)


# --- the shipped table ----------------------------------------------------------------------

FEATURES = ["ink", "height", "width", "slant", "upper", "left", "tall", "wide"]


@pytest.fixture(scope="module")
def dirty():
    text, truth = data.dirty_digits()
    return tables.read_csv(text), tables.read_csv(truth)


def cleaned(dirty):
    """The table with all that is listed undone."""
    table, truth = {name: list(cells) for name, cells in dirty[0].items()}, dirty[1]
    rows = list(map(int, truth["row"]))
    for row, name, kind, was in zip(rows, *list(truth.values())[1:], strict=True):
        if kind != "repeat":
            table[name][row] = was
    gone = {row for row, kind in zip(rows, truth["kind"], strict=True) if kind == "repeat"}
    return {
        name: [cell for n, cell in enumerate(cells) if n not in gone]
        for name, cells in table.items()
    }


def test_undoing_what_is_listed_gives_a_clean_table(dirty):
    clean = cleaned(dirty)
    x, y = tables.numbers(clean, FEATURES), np.array(clean["label"], dtype=int)
    assert x.shape == (480, 8)
    assert np.isfinite(x).all()
    assert np.abs(tables.robust_z(x)).max() < 9
    assert np.bincount(y).tolist() == [48] * 10
    names, sizes = np.unique(clean["drawing"], return_counts=True)
    assert len(names) == 120 and set(sizes) == {4}
    assert (tables.majority(y, np.array(clean["drawing"]), 10) == y).all()
    assert sorted(clean["scan"]) == [str(n) for n in range(1001, 1481)]


def test_the_list_says_what_is_wrong_and_nothing_else(dirty):
    table, truth = dirty
    listed = {(int(r), c) for r, c in zip(truth["row"], truth["column"], strict=True) if c}
    assert len(listed) == 105 and truth["kind"].count("repeat") == 24
    numeric = np.argwhere(np.isnan(tables.numbers(table, FEATURES)))
    unread = {(int(n), FEATURES[c]) for n, c in numeric}
    repeats = set(map(int, np.array(truth["row"])[np.array(truth["kind"]) == "repeat"]))
    assert {cell for cell in unread if cell[0] not in repeats} <= listed
    rows = list(zip(*table.values(), strict=True))
    assert set(np.flatnonzero(tables.repeated(rows))) == repeats


def test_the_shipped_table_can_be_made_anew(root, dirty):
    space = {"__name__": "maker"}
    exec((root / "tools" / "make_dirty_table.py").read_text(encoding="utf-8"), space)
    table, truth = map(tables.read_csv, space["make"]())
    for name in ("scan", "drawing", "label"):
        assert table[name] == dirty[0][name]
    assert truth["kind"] == dirty[1]["kind"]
    new, old = (tables.numbers(t, FEATURES) for t in (table, dirty[0]))
    np.testing.assert_allclose(new, old, atol=0.011)  # rounding may tip a last digit


def cleaned_numbers(dirty):
    """What the lesson learns from: outliers as gaps, labels by majority, without repeats."""
    table = dirty[0]
    once = ~tables.repeated(list(zip(*table.values(), strict=True)))
    x = tables.numbers(table, FEATURES)
    drawing = np.unique(table["drawing"], return_inverse=True)[1]
    ids = {str(k): k for k in range(10)}
    y = tables.majority(tables.classes(table["label"], ids), drawing, 10)
    return np.where(np.abs(tables.robust_z(x)) > 9, np.nan, x)[once], y[once], drawing[once]


def test_outliers_of_ink_hide_from_mean_and_spread_and_not_from_the_median(dirty):
    table, truth = dirty
    ink = tables.numbers(table, ["ink"])[:, 0]
    wrong = {
        int(row)
        for row, column, kind, _ in zip(*truth.values(), strict=True)
        if column == "ink" and kind in ("code", "unit")
    }
    plain = np.abs(ink - np.nanmean(ink)) > 3 * np.nanstd(ink)
    assert len(wrong) == 11
    assert len(wrong & set(np.flatnonzero(plain))) == plain.sum() == 5
    assert set(np.flatnonzero(np.abs(tables.robust_z(ink)) > 3)) == wrong


def test_cleaning_by_the_lesson_s_rules_undoes_every_kind_of_dirt(dirty):
    x, y, _ = cleaned_numbers(dirty)
    clean = cleaned(dirty)
    right = tables.numbers(clean, FEATURES)
    assert np.array_equal(x[~np.isnan(x)], right[~np.isnan(x)])
    assert np.isnan(x).sum() == 40 + 5 + 18  # gaps, codes and wrong units, and nothing else
    np.testing.assert_array_equal(y, np.array(clean["label"], dtype=int))


def test_random_labels_are_read_row_by_row_and_not_by_drawing(dirty):
    x, _, drawing = cleaned_numbers(dirty)
    scores = {"row": [], "drawing": []}
    for seed in range(40):
        rng = np.random.default_rng(seed)
        chance = rng.permutation(np.arange(120) % 10)[drawing]
        for how, test in (
            ("row", splits.plain_split(rng, len(x), 0.25)),
            ("drawing", splits.group_split(rng, drawing, 0.25)),
        ):
            x_train, y_train, x_test, y_test = tables.prepare(x, chance, test)
            scores[how].append(np.mean(leaks.nearest(x_train, y_train, x_test) == y_test))
    assert np.mean(scores["row"]) > 0.75
    assert abs(np.mean(scores["drawing"]) - 0.1) < 0.04
