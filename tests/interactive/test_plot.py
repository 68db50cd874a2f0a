"""Figures: one style, alt text that is heard, pictures that are small and always the same."""

import dataclasses
import io
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib import colors, font_manager
from PIL import Image

from course.interactive import fonts, plot, tables

ALT = "Two waves that fade"


def waves():
    fig, ax = plot.figure(width=6, height=3)
    x = np.linspace(0, 6, 200)
    for k in range(5):
        ax.plot(x, np.exp(-x / 5) * np.sin(x + k), label=f"run {k}")
    ax.set(xlabel="step", ylabel="loss, nats", title="Loss falls")
    ax.legend()
    return fig


@pytest.fixture
def shown(monkeypatch):
    """What was displayed, as (data, metadata)."""
    seen = []
    for module in (plot, tables):
        monkeypatch.setattr(
            module, "display", lambda data, metadata=None, raw=False: seen.append((data, metadata))
        )
    return seen


def test_a_picture_is_the_same_twice_and_carries_no_time_and_no_version():
    first, second = plot.png(waves()), plot.png(waves())
    assert first == second
    image = Image.open(io.BytesIO(first))
    assert image.info == {}
    assert image.size == (6 * 100 * plot.SCALE, 3 * 100 * plot.SCALE)


def test_a_picture_is_small_and_looks_like_the_figure():
    fig = waves()
    data = plot.png(fig)
    stored = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(float)
    assert len(data) < 40_000
    assert np.sqrt(np.mean((stored - plot.pixels(fig)) ** 2)) < 1.5


def test_a_picture_is_a_solid_light_card_so_that_it_reads_in_a_dark_theme():
    corners = plot.pixels(waves())[[0, 0, -1, -1], [0, -1, 0, -1]]
    np.testing.assert_array_equal(corners, 255)
    assert Image.open(io.BytesIO(plot.png(waves()))).mode == "P"  # no transparency


def test_alt_text_reaches_exports_plain_text_and_a_screen_reader(shown):
    plot.show(waves(), alt="Loss < 1 & falling")
    (picture, metadata), (heard, _) = shown
    assert metadata["image/png"]["alt"] == picture["text/plain"] == "Loss < 1 & falling"
    assert metadata["image/png"]["width"] == 600
    assert "Loss &lt; 1 &amp; falling" in heard["text/html"]


@pytest.mark.parametrize("alt", ["", "plot", "a figure", None, 3])
def test_alt_text_must_say_something(alt):
    with pytest.raises(ValueError, match="alt must say in words what the figure shows"):
        plot.show(waves(), alt=alt)


def test_each_colour_has_its_own_line_style_and_the_style_sheet_cycles_both():
    cycle = list(matplotlib.rcParams["axes.prop_cycle"])
    assert tuple(c["color"].upper() for c in cycle) == plot.COLORS
    assert [c["linestyle"] for c in cycle] == list(plot.LINES)
    assert len(set(plot.LINES)) == len(set(plot.COLORS)) == 5


def test_words_are_set_in_a_font_that_matplotlib_ships():
    found = font_manager.findfont(font_manager.FontProperties(), fallback_to_default=False)
    assert found.startswith(matplotlib.get_data_path())


def test_chinese_is_drawn_in_a_font_that_is_there_and_none_is_warned_of(monkeypatch, caplog):
    """First where the reader's language is Chinese: beside a formula only the first one draws."""
    found = [font for font in font_manager.fontManager.ttflist if font.name == fonts.SHIPPED]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", found)
    assert fonts.families() == [fonts.SHIPPED]
    found.append(dataclasses.replace(found[0], name="SimHei", weight=400))
    assert fonts.families() == [fonts.SHIPPED, "SimHei"]
    monkeypatch.setattr(fonts, "language", lambda: "zh-CN")
    assert fonts.families() == ["SimHei", fonts.SHIPPED]
    for weight in ("normal", "bold"):
        font_manager.findfont(font_manager.FontProperties(family="SimHei", weight=weight))
    assert not caplog.records


def test_no_figure_loads_pyplot():
    code = "import sys; from course.interactive import live, plot; plot.png(plot.figure()[0])"
    code += "; assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(("rows", "cols", "shape"), [(1, 1, ()), (1, 3, (3,)), (2, 3, (2, 3))])
def test_axes_are_squeezed(rows, cols, shape):
    assert np.shape(plot.figure(rows, cols)[1]) == shape


@pytest.mark.parametrize("wrong", [{"rows": 0}, {"cols": -1}, {"width": 0}, {"height": -2}])
def test_a_figure_needs_axes_and_a_size(wrong):
    with pytest.raises(ValueError, match="a figure needs at least one row"):
        plot.figure(**wrong)


def test_a_sheet_holds_every_picture_in_its_place():
    x = np.random.default_rng(0).random((7, 9))  # seven pictures of 3 by 3
    sheet = plot.tile(x, cols=3)
    assert sheet.shape == (3 * 3 + 2 * 2, 3 * 3 + 2 * 2)
    for n in range(7):
        row, col = divmod(n, 3)
        np.testing.assert_array_equal(sheet[5 * row :, 5 * col :][:3, :3].ravel(), x[n])
    assert (sheet[10:, 5:] == x.min()).all()  # places without a picture are blank


def test_digits_draw_one_artist_with_a_label_each():
    _, ax = plot.figure()
    image = plot.digits(ax, np.zeros((4, 784)), labels=[7, 1, 0, 4])
    assert list(ax.images) == [image]
    assert [text.get_text() for text in ax.texts] == list("7104")


@pytest.mark.parametrize("shape", [(), (3, 10), (2, 28, 27), (2, 3, 4, 4), (0, 784)])
def test_digits_refuse_what_is_no_square(shape):
    with pytest.raises(ValueError, match="images must be"):
        plot.digits(plot.figure()[1], np.zeros(shape))


def test_digits_refuse_labels_of_another_number():
    with pytest.raises(ValueError, match="2 labels for 3 images"):
        plot.digits(plot.figure()[1], np.zeros((3, 784)), labels="ab")


@pytest.mark.parametrize(("shares", "top"), [((0.3, 0.5), 0.5), ((0.4, 0.6), 1), ((0, 1), 1)])
def test_bars_fill_their_axis_and_its_end_moves_between_a_half_and_the_whole(shares, top):
    _, ax = plot.figure()
    bars = ax.bar(range(2), np.ones(2))
    plot.heights(bars, shares)
    assert [bar.get_height() for bar in bars] == list(shares)
    assert ax.get_ylim() == (0, top) and max(shares) <= top


def test_histograms_stand_on_their_own_lines_and_count_as_numpy_does():
    _, ax = plot.figure()
    rng = np.random.default_rng(0)
    groups = {"narrow": rng.normal(size=300), "wide": rng.normal(size=(20, 50)) * 3}
    fills = plot.histograms(ax, groups, bins=12)
    edges = fills[0].get_data().edges
    for n, (fill, values) in enumerate(zip(fills, groups.values(), strict=True)):
        height = fill.get_data().values + n
        count, _ = np.histogram(values, edges)
        np.testing.assert_allclose(height, 0.85 * count / count.max())
    assert [label.get_text() for label in ax.get_yticklabels()] == ["narrow", "wide"]


@pytest.mark.parametrize("groups", [{}, {"a": []}, {"a": [np.nan, np.inf]}])
def test_histograms_need_values(groups):
    with pytest.raises(ValueError, match="histograms needs"):
        plot.histograms(plot.figure()[1], groups)


def test_a_table_reads_in_html_and_as_text(shown):
    plot.table([["a < b", 1 / 3, 12345], ["c", 2.0, 6]], ["what", "value", "n"])
    data, _ = shown[0]
    assert data["text/plain"].splitlines() == [
        "what    value       n",
        "─────  ──────  ──────",
        "a < b  0.3333  12,345",
        "c      2            6",
    ]
    assert "a &lt; b" in data["text/html"]
    assert data["text/html"].count("text-align:right") == 6  # numbers and their headings


def test_a_table_refuses_a_row_of_another_length():
    with pytest.raises(ValueError, match="has 1 cells, the header 2"):
        plot.table([["a"]], ["what", "value"])


def test_a_column_of_numbers_stands_to_the_right_however_they_are_written(shown):
    rows = [["ReLU", "97 %", "10⁻⁸", 1e-5, "–"], ["2 layers", "8.5 %", "1.2 · 10³", 0.5, "3 of 4"]]
    plot.table(rows, ["what", "right", "spread", "lr", "solved"])
    assert shown[0][0]["text/plain"].splitlines() == [
        "what      right     spread    lr  solved",
        "────────  ─────  ─────────  ────  ──────",
        "ReLU       97 %       10⁻⁸  10⁻⁵       –",
        "2 layers  8.5 %  1.2 · 10³   0.5  3 of 4",
    ]
    plot.table(
        [["1.65", "9 % (8 to 11)", "−1 to +2"], ["> 6", "10 % (9 to 11)", ""]], ["x", "y", "z"]
    )
    assert shown[1][0]["text/plain"].splitlines()[2:] == [
        "  1.65   9 % (8 to 11)  −1 to +2",
        "> 6     10 % (9 to 11)",
    ]


def test_points_stand_under_each_other_and_python_s_powers_are_set(shown):
    plot.table([["P", 0.1, "0e+00"], ["Q", 0.38, "2e-17"], ["R", 1.0, "5e+03"]], ["rule", "x", "y"])
    lines = shown[0][0]["text/plain"].splitlines()[2:]
    assert lines == ["P     0.1           0", "Q     0.38  2 · 10⁻¹⁷", "R     1         5,000"]
    assert ">1\u2008\u2007\u2007<" in shown[0][0]["text/html"]  # as wide as .38


def test_a_column_of_different_units_stands_to_the_left(shown):
    plot.table([["right", "95.3 %"], ["off 90°", "1.4°"]], ["quantity", "measured"])
    assert "text-align:right" not in shown[0][0]["text/html"]


def test_every_grey_that_is_read_stands_out_from_white():
    """WCAG 2.1, 1.4.3: a contrast of 4.5."""
    read = ["text.color", "axes.labelcolor", "axes.titlecolor", "xtick.labelcolor"]
    colours = [plot.INK, plot.FAINT, *(matplotlib.rcParams[key] for key in read)]
    for colour in colours:
        light = np.array(colors.to_rgb(colour))
        linear = np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4)
        assert 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05) >= 4.5, colour


def test_ranges_draw_the_mean_of_the_seeds_and_reach_from_the_least_to_the_greatest():
    _, ax = plot.figure()
    plot.ranges(ax, [1, 2], {"a": [[0, 3, 6], [1, 1, 1]], "b": [[5, 7], [8, 9]]}, marks="os")
    first, second = ax.lines
    np.testing.assert_array_equal(first.get_ydata(), [3, 1])
    np.testing.assert_array_equal(second.get_ydata(), [6, 8.5])
    assert [line.get_label() for line in ax.lines] == ["a", "b"]
    assert [line.get_marker() for line in ax.lines] == ["o", "s"]
    band = ax.collections[0].get_paths()[0].vertices
    assert {tuple(v) for v in band} >= {(1, 0), (1, 6), (2, 1)}


def test_ranges_take_places_of_each_group_s_own_and_refuse_what_does_not_fit():
    _, ax = plot.figure()
    plot.ranges(ax, {"a": [1, 2], "b": [3]}, {"a": [[1], [2]], "b": [[4]]})
    np.testing.assert_array_equal(ax.lines[1].get_xdata(), [3])
    with pytest.raises(ValueError, match=r"2 places need values \(2, seeds\), not \(3, 2\)"):
        plot.ranges(ax, [1, 2], {"a": np.ones((3, 2))})
