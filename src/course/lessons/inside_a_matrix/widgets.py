"""The widgets of this lesson: a matrix that moves the plane, and the ranks of a digit."""

import functools

import numpy as np

from course import data
from course.foundations import spectral
from course.interactive import live, plot
from course.words import later, say

SIDE = 28
REACH = 3.0  # of the plane that is drawn
GROUND = {"facecolor": "white", "alpha": 0.85}  # of what is written over lines


def plane():
    """What a 2×2 matrix does to the unit square, the unit circle and its own eigenvectors."""
    entry = functools.partial(live.slider, -2.0, 2.0, step=0.1)
    return live.figure(
        _plane,
        alt="First a grid with the unit square, the unit circle and the arrows î and ĵ; then what the "
        "matrix makes of them: a slanted grid, a parallelogram, an ellipse, and the columns of the "
        "matrix as arrows. Dashed, the eigenvectors keep their direction and only change their "
        "length.",
        width=8.4,
        height=4.2,
        a=entry(start=1.5, label="a, top left"),
        b=entry(start=0.5, label="b, top right"),
        c=entry(start=0.5, label="c, bottom left"),
        d=entry(start=1.0, label="d, bottom right"),
    )


def _plane(fig):
    before, after = fig.subplots(1, 2)
    turn = np.linspace(0, 2 * np.pi, 121)
    shapes = [
        np.array([[0.0, 1, 1, 0, 0], [0, 0, 1, 1, 0]]),
        np.stack([np.cos(turn), np.sin(turn)]),
    ]
    grid = _grid()
    before.plot(*grid, color=plot.FAINT, ls="-", lw=0.6, alpha=0.6)
    (moved,) = after.plot([], [], color=plot.FAINT, ls="-", lw=0.6, alpha=0.6)
    look = {
        "va": "top",
        "fontsize": 9,
        "family": "monospace",
        "zorder": 4,
        "bbox": GROUND | {"pad": 3},
    }
    written = after.text(-REACH + 0.15, REACH - 0.2, "", **look)
    for i, (tip, name) in enumerate(zip(np.eye(2), ("î", "ĵ"), strict=True)):
        _arrow_to(before, i, name).set_data([0, tip[0]], [0, tip[1]])
    columns = [_arrow_to(after, i, name) for i, name in enumerate(("A î", "A ĵ"))]
    for ax, title in ((before, "x"), (after, "A x")):
        ax.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal", title=title)
        ax.set(xlabel="first coordinate", ylabel="second coordinate")
    for i, points in enumerate(shapes):
        before.plot(*points, color=plot.COLORS[i], ls=plot.LINES[i])
    images = [
        after.plot([], [], color=plot.COLORS[i], ls=plot.LINES[i], label=label)[0]
        for i, label in enumerate((later("square"), later("circle")))
    ]
    arrows = [_arrow(ax) for ax in (before, after) for _ in range(2)]
    named = [*images, *columns, arrows[0]]
    legend = after.legend(handles=named, loc="lower right", frameon=True)
    legend.get_frame().set(**GROUND)

    def update(a, b, c, d):
        A = np.array([[a, b], [c, d]])
        for line, points in zip(images, shapes, strict=True):
            line.set_data(*(A @ points))
        moved.set_data(*(A @ grid))
        written.set_text(f"A = {a:5.1f} {b:5.1f}\n    {c:5.1f} {d:5.1f}")
        for arrow, column in zip(columns, A.T, strict=True):
            _point(arrow, column)
        values, vectors = np.linalg.eig(A)
        for i, (value, v) in enumerate(zip(values, vectors.T, strict=True)):
            real, nowhere = np.isrealobj(values), np.full(2, np.nan)
            _point(arrows[i], v if real else nowhere)
            _point(arrows[2 + i], value * v if real else nowhere)
        return [moved, written, *images, *columns, *arrows], _told(A, values)

    return update


def _grid():
    """Return the lines of a grid of whole numbers, one behind another, (2, points)."""
    reach = np.arange(-4.0, 5.0)
    across = [np.array([[-4.0, 4.0, np.nan], [y, y, np.nan]]) for y in reach]
    return np.concatenate([line for part in across for line in (part, part[::-1])], axis=1)


def _arrow_to(ax, i, name):
    """Return an arrow from the origin for one column."""
    (line,) = ax.plot(
        [], [], "^-", color=plot.COLORS[3 + i], markevery=[1], ms=7, lw=2.2, zorder=3, label=name
    )
    return line


def _arrow(ax):
    (line,) = ax.plot(
        [], [], "o--", color=plot.COLORS[2], markevery=[1], ms=6, label="eigenvectors"
    )
    return line


def _point(arrow, tip):
    arrow.set_data([0, tip[0]], [0, tip[1]])


def _told(A, values) -> str:
    area = A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0]
    if np.iscomplexobj(values):
        told = "Area times {area:.2f}. No direction is kept: the eigenvalues are complex."
        return say(told, area=area)
    told = "Area times {area:.2f}. Eigenvalues {first:.2f} and {second:.2f}."
    return say(told, area=area, first=values[0], second=values[1])


def ranks():
    """A digit rebuilt from its first k singular values."""
    return live.figure(
        _ranks,
        alt="A handwritten digit, the same digit rebuilt from its first k pieces, what is missing, "
        "and the singular values, which fall quickly; those of the k pieces are marked.",
        width=8.4,
        height=2.75,
        digit=live.choice(list(range(10)), start=3, label="digit"),
        k=live.slider(0, SIDE, start=4, label="rank k"),
    )


@functools.cache
def _examples():
    """The first training picture of each digit, (10, 28, 28), and their singular values."""
    x, y, *_ = data.digits()
    pictures = np.stack([x[np.argmax(y == n)].reshape(SIDE, SIDE) for n in range(10)])
    return pictures, np.linalg.svd(pictures, compute_uv=False)


def _ranks(fig):
    *panels, right = fig.subplots(1, 4, width_ratios=[1, 1, 1, 1.7])
    images = []
    titles = later("the digit"), later("rank k"), later("what is missing")
    for ax, title in zip(panels, titles, strict=True):
        ax.set(title=title, xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        low, colours = (-1, "RdBu_r") if title == titles[2] else (0, "gray_r")
        images.append(ax.imshow(np.zeros((SIDE, SIDE)), cmap=colours, vmin=low, vmax=1))
    right.set(xlim=(0.4, SIDE + 0.6), ylim=(0, 10), title="singular values")
    right.set_xlabel("number of the piece")
    right.set_ylabel("size")
    (values,) = right.plot([], [], "o", color=plot.FAINT, ls="none", label="left out")
    (kept,) = right.plot([], [], "s", color=plot.COLORS[0], ls="none", label="kept")
    right.legend(loc="upper right")
    numbers = np.arange(1, SIDE + 1)

    def update(digit, k):
        pictures, singular = _examples()
        A, s = pictures[digit], singular[digit]
        rebuilt = spectral.low_rank(A, k)
        for image, picture in zip(images, (A, rebuilt, A - rebuilt), strict=True):
            image.set_data(picture)
        heading = panels[1].set_title(say("rank {k}", k=k))
        values.set_data(numbers[k:], s[k:])
        kept.set_data(numbers[:k], s[:k])
        share = 100 * (s[:k] ** 2).sum() / (s**2).sum()
        said = "{share:.1f} % of the squares with {n} numbers instead of {all}."
        sizes = {"n": k * (2 * SIDE + 1), "all": SIDE**2}
        return [*images, heading, values, kept], say(said, share=share, **sizes)

    return update


WIDGETS = (plane, ranks)
