"""Figures in one style: a light card that reads in light and dark themes, with alt text.

Used in every notebook. `figure` builds, `show` displays; nothing here loads pyplot, so that a
notebook starts quickly and no hidden state decides which figure is drawn on.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping
from importlib import resources

import matplotlib.style
import numpy as np
from IPython.display import display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from course.interactive import fonts, names
from course.interactive.tables import table
from course.words import catalogue, say

__all__ = [
    "COLORS",
    "DARK_GREEN",
    "DARK_RED",
    "FAINT",
    "HEAD",
    "INK",
    "LINES",
    "digits",
    "figure",
    "heights",
    "histograms",
    "level",
    "ranges",
    "show",
    "table",
    "tile",
]

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000")  # Okabe–Ito
LINES = ("-", "--", "-.", ":", (0, (6, 1.5, 1, 1.5, 1, 1.5)))  # the line style of each colour
INK, FAINT = "#1F2733", "#667180"  # both are read easily on white
DARK_RED, DARK_GREEN = "#B35000", "#007D5A"  # of small letters: 4.5 to 1 on white and more
HEAD = {"marker": "o", "markevery": [-1], "clip_on": False, "zorder": 3}  # where a line has come to
SCALE = 1.5  # pixels of a picture for one pixel on the page: sharp, and small in a notebook

matplotlib.style.use(["default", str(resources.files(__package__) / "course.mplstyle")])
matplotlib.rcParams["font.family"] = fonts.families()


def figure(rows: int = 1, cols: int = 1, *, width: float = 8, height: float = 3.2, **subplots):
    """Start a figure in the course's style.

    Parameters
    ----------
    rows, cols
        Grid of axes.
    width, height
        Size in units of 100 pixels on the page.
    **subplots
        Passed to `Figure.subplots`, as in ``sharey=True`` or ``width_ratios=[2, 1]``.

    Returns
    -------
    fig : Figure
    ax : Axes, or an array of them
        Squeezed: one axes alone, a row as (cols,), a grid as (rows, cols).

    Raises
    ------
    ValueError
        If the grid or the size is not positive.
    """
    if min(rows, cols) < 1 or min(width, height) <= 0:
        raise ValueError(
            f"a figure needs at least one row, one column and a positive size, "
            f"not {rows} by {cols} axes at width {width}, height {height}"
        )
    fig = Figure(figsize=(width, height))
    FigureCanvasAgg(fig)
    return fig, fig.subplots(rows, cols, **subplots)


def level(fig: Figure) -> None:
    """Let panels of a fixed shape begin as high as the others of their row, and so their titles."""
    for ax in fig.axes:
        ax.set_anchor("N")


def show(fig: Figure, *, alt: str) -> None:
    """Display a figure as one small picture with its alt text.

    Raises
    ------
    ValueError
        If `alt` says nothing.
    """
    check_alt(alt)
    translate(fig)
    present(*bundle(png(fig), say(alt), width=round(fig.get_figwidth() * 100)))


def translate(fig: Figure) -> None:
    """Put what is written on a figure into the reader's language: titles, labels, names of ticks.

    What has numbers in it has come through `say` with named fields, and stays as it is.
    """
    if catalogue() is None:
        return
    for text in fig.findobj(Text):
        text.set_text(say(text.get_text()))
    for axis in (axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis)):
        names = [label.get_text() for label in axis.get_ticklabels()]
        if names != (said := [say(name) for name in names]):
            axis.set_ticks(axis.get_ticklocs(), labels=said)


def present(data: dict, metadata: dict) -> None:
    """Display a picture, and its alt text where a screen reader finds it.

    JupyterLab leaves the alt text in the metadata unread. So it also follows the picture as words,
    hidden from the eye, and a script gives it to the picture where the page allows one.
    """
    display(data, metadata=metadata, raw=True)
    heard = names.spoken(metadata["image/png"]["alt"])
    display({"text/html": heard, "text/plain": ""}, raw=True)


def check_alt(alt: str) -> None:
    """Refuse a figure that a reader who cannot see it would miss."""
    if not isinstance(alt, str) or len(alt.split()) < 3:
        raise ValueError(f"alt must say in words what the figure shows, not {alt!r}")


def bundle(picture: bytes, alt: str, *, width: int) -> tuple[dict, dict]:
    """Return the display data of a picture, and its metadata: size on the page and alt text."""
    data = {"image/png": base64.b64encode(picture).decode(), "text/plain": alt}
    return data, {"image/png": {"alt": alt, "width": width}}


def pixels(fig: Figure, scale: float = SCALE):
    """Draw a figure. Returns its pixels, (height, width, 3), uint8."""
    canvas, dpi = fig.canvas, fig.dpi
    try:
        fig.dpi = 100 * scale
        canvas.draw()
        return np.array(canvas.buffer_rgba())[..., :3]
    finally:
        fig.dpi = dpi


def png(fig: Figure) -> bytes:
    """Return a figure as a small PNG with no time and no version inside."""
    return compact(pixels(fig))


def compact(rgb) -> bytes:
    """Encode pixels (height, width, 3) as a PNG with a palette: a third of the bytes."""
    image = Image.fromarray(rgb)
    image = image.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def digits(ax, images, labels: Iterable | None = None, *, cols: int | None = None, room: int = 4):
    """Draw square pictures as one tiled picture.

    Parameters
    ----------
    ax
        Axes to draw on.
    images : (N, 28, 28) or (N, 784)
        Or any other square size; dark is large.
    labels
        A word for each picture, written over it; they are the texts of `ax`.
    cols
        Pictures in a row; as square as possible by default.
    room
        Pixels of a picture, over it, for its label; half as many on each side.

    Returns
    -------
    image : AxesImage
        The one artist; without labels, ``image.set_data(plot.tile(images, cols))`` changes it.
    """
    tiles = _square(images)
    labels = [] if labels is None else list(labels)
    if labels:  # a label has room of its own
        beside = (room // 2, room // 2)
        tiles = np.pad(tiles, ((0, 0), (room, 0), beside), constant_values=tiles.min())
    N, side = tiles.shape[:2]
    cols = cols or int(np.ceil(np.sqrt(N)))
    image = ax.imshow(tile(tiles, cols), cmap="gray_r", interpolation="nearest")
    ax.set_axis_off()
    if labels and len(labels) != N:
        raise ValueError(f"{len(labels)} labels for {N} images")
    look = {"color": COLORS[0], "fontsize": 9, "weight": "bold", "ha": "center", "va": "top"}
    for n, label in enumerate(labels):
        row, col = divmod(n, cols)
        x, y = (col + 0.5) * (side + 2) - 1.5, row * (side + 2)  # over the middle of its picture
        ax.text(x, y, str(label), **look)
    return image


def tile(images, cols: int):
    """Lay square pictures (N, side, side) out in rows of `cols`, two pixels apart."""
    tiles = _square(images)
    N, side = tiles.shape[:2]
    rows = -(-N // cols)
    sheet = np.full((rows * (side + 2) - 2, cols * (side + 2) - 2), tiles.min())
    for n, picture in enumerate(tiles):
        row, col = divmod(n, cols)
        sheet[row * (side + 2) :, col * (side + 2) :][:side, :side] = picture
    return sheet


def _square(images):
    """Return images as (N, side, side)."""
    x = np.asarray(images, dtype=float)
    if x.ndim == 3 and x.shape[1] == x.shape[2] and x.size:
        return x
    side = round(x.shape[-1] ** 0.5) if x.ndim else 0
    if x.ndim in (1, 2) and x.size and side * side == x.shape[-1]:
        return x.reshape(-1, side, side)
    if x.ndim == 2 and x.shape[0] == x.shape[1] and x.size:
        return x[None]
    raise ValueError(f"images must be (N, 28, 28) or (N, 784), not {x.shape}")


def heights(bars, shares) -> None:
    """Let bars be as high as these shares of a whole; their axis ends at a half if all are lower.

    Parameters
    ----------
    bars
        Of one axes, as `Axes.bar` returns them.
    shares : (N,)
        A height from 0 to 1 for each.
    """
    for bar, share in zip(bars, shares, strict=True):
        bar.set_height(share)
    bars[0].axes.set_ylim(0, 0.5 if max(shares) <= 0.5 else 1)


def histograms(ax, groups: Mapping, *, bins: int = 60, span: tuple | None = None) -> list:
    """Draw one histogram under another, each on its own line and to its own height.

    Parameters
    ----------
    ax
        Axes to draw on; name its horizontal axis yourself.
    groups
        Name of each line, first on top, and its values: arrays of any shape; what is not
        finite is left out.
    span
        Lowest and highest value shown; by default the range of all.

    Returns
    -------
    fills : list of artists
    """
    values = {name: np.ravel(np.asarray(v, dtype=float)) for name, v in groups.items()}
    values = {name: v[np.isfinite(v)] for name, v in values.items()}
    if not values or any(v.size == 0 for v in values.values()):
        raise ValueError("histograms needs at least one group, and finite values in each")
    edges = np.histogram_bin_edges(np.concatenate(list(values.values())), bins, range=span)
    fills = []
    for n, (name, v) in enumerate(values.items()):
        count, _ = np.histogram(v, edges)
        top = -n + 0.85 * count / max(count.max(), 1)
        fills.append(
            ax.stairs(top, edges, baseline=-n, fill=True, color=COLORS[0], alpha=0.75, label=name)
        )
    ax.set_yticks(-np.arange(len(values)), list(values), va="bottom")
    ax.tick_params(axis="y", length=0)
    ax.spines.left.set_visible(False)
    return fills


def ranges(ax, x, groups: Mapping, *, marks: str = "") -> None:
    """Draw for each group a line, the mean over seeds, and a band from its least to its greatest.

    Parameters
    ----------
    ax
        Axes to draw on; name both axes yourself.
    x : (P,)
        Where the values were measured; or a mapping, with an (P,) of its own for each group.
    groups
        Name of each line, and its values (P, seeds).
    marks
        A marker for each line, as in ``"os^"``; none by default.
    """
    for n, (name, values) in enumerate(groups.items()):
        values, at = np.asarray(values, dtype=float), x[name] if isinstance(x, Mapping) else x
        if values.ndim != 2 or len(values) != len(at):
            raise ValueError(
                f"{name}: {len(at)} places need values ({len(at)}, seeds), not {values.shape}"
            )
        color, low, high = COLORS[n], values.min(axis=1), values.max(axis=1)
        ax.fill_between(at, low, high, color=color, alpha=0.2, lw=0)
        mark = marks[n] if marks else None
        ax.plot(at, values.mean(axis=1), marker=mark, color=color, ls=LINES[n], label=name)
