"""Drawings of mechanisms: boxes, matrices with their shapes, arrows, brackets, on a simple grid.

```
d = Diagram("A query meets every key; …")
q = d.matrix("q", 0, 0, rows=5, cols=3, shape="(T, D)")
s = d.box("softmax", 1, 0)
d.arrow(q, s, "scores")
d                                  # the last expression of a cell
```
Column and row of the grid may be fractions; rows run downward. Whatever would lie on something
else, or does not fit into its box, is refused. A drawing is a vector picture (SVG) on a light
card, with a small PNG beside it for pages that show no SVG, as JupyterLab does not in a notebook
that it does not trust yet. Letters are outlines, so that no page needs the font.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path

from course.interactive import layout, plot, vector
from course.interactive.layout import EDGES, SIZE, SMALL, Node, around, extent
from course.words import say

UNIT = 12  # pixels of one row or column of a matrix
PAD, MARGIN = 11, 14  # pixels beside a name in its box, and around all
HEAD = 8  # pixels of an arrow's head


class Diagram:
    """A drawing; show it as the last expression of a cell.

    Parameters
    ----------
    alt
        What it shows, in words.
    column, row
        Pixels from one column or row of the grid to the next.

    Raises
    ------
    ValueError
        If `alt` says nothing. Its methods raise it too: for a name that its box has no room for,
        a colour that is none, and a thing that would lie on another.
    """

    def __init__(self, alt: str, *, column: float = 120, row: float = 84):
        plot.check_alt(alt)
        self.alt, self.column, self.row = say(alt), column, row
        self.solid: list[Node] = []  # things and words, none of which lies on another
        self.far: list[Node] = []  # what else takes room
        self.fig = Figure()
        self.fig.set_layout_engine("none")
        FigureCanvasAgg(self.fig)
        self.ax = self.fig.add_axes((0, 0, 1, 1))
        self.ax.set_axis_off()

    def box(self, text: str, col: float, row: float, *, colour: int = 4, width: float = 0) -> Node:
        """Draw a rounded box as wide as its text, or `width` pixels."""
        text = say(text)
        room = width or extent(text)[0] + 2 * PAD
        node = self._place(Node(*self._at(col, row), room, 34, text))
        corner = node.x - room / 2, node.y - 17
        round_ = "round,pad=0,rounding_size=7"
        self.ax.add_patch(FancyBboxPatch(corner, room, 34, round_, **layout.look(colour), zorder=2))
        self._inside(node)
        return node

    def matrix(
        self,
        name: str,
        col: float,
        row: float,
        *,
        rows: int,
        cols: int,
        shape: str = "",
        above: bool = False,
        colours: Iterable[int] = (0,),
    ) -> Node:
        """Draw a matrix in proportion, `shape` under it, or above.

        Several colours divide its columns into as many equal bands.
        """
        name, shape = say(name), say(shape)
        colours, width, height = tuple(colours), cols * UNIT, rows * UNIT
        node = self._place(Node(*self._at(col, row), width, height, name))
        left, top, band = node.x - width / 2, node.y - height / 2, width / len(colours)
        for n, colour in enumerate(colours):
            corner = left + n * band, top
            self.ax.add_patch(Rectangle(corner, band, height, **layout.look(colour), zorder=2))
        self._inside(node)
        if shape:
            way = -1 if above else 1
            self._remark(
                shape, node.x, node.y + way * (height / 2 + extent(shape, SMALL)[1] / 2 + 4)
            )
        return node

    def sign(self, text: str, col: float, row: float) -> Node:
        """Draw an operation, + or × or another short sign, in a circle."""
        node = self._place(Node(*self._at(col, row), 26, 26, text))
        self.ax.add_patch(Circle((node.x, node.y), 13, **layout.look(4), zorder=2))
        self._inside(node)
        return node

    def dot(self, col: float, row: float) -> Node:
        """Draw the point of a line where another leaves it."""
        node = Node(*self._at(col, row), 4, 4, "a dot")
        self.ax.add_patch(Circle((node.x, node.y), 3.5, facecolor=EDGES[0], lw=0, zorder=2))
        self.far.append(node)
        return node

    def word(self, text: str, col: float, row: float) -> Node:
        """Write a remark, bare, at a place of the grid."""
        return self._remark(text, *self._at(col, row))

    def arrow(
        self,
        start: Node,
        end: Node,
        label: str = "",
        *,
        way: str = "straight",
        colour: int = 4,
        dashed: bool = False,
        left: bool = False,
    ) -> None:
        """Draw an arrow: straight, or an elbow that begins across ("-|") or down ("|-").

        The label stands over its longest part; beside it, at the right or `left`, where that runs
        up or down.
        """
        corners = {"straight": [], "-|": [(end.x, start.y)], "|-": [(start.x, end.y)]}
        if way not in corners:
            raise ValueError(f"an arrow runs {', '.join(corners)}, not {way!r}")
        middle = corners[way]
        first, last = (middle or [(end.x, end.y)])[0], (middle or [(start.x, start.y)])[-1]
        points = [start.edge(*first), *middle, end.edge(*last)]
        self._free(points, start, end)
        head = points
        if dashed:  # its head is not: a short piece with a head of its own
            *_, (x, y), tip = points
            part = HEAD / math.hypot(tip[0] - x, tip[1] - y)
            neck = tip[0] + part * (x - tip[0]), tip[1] + part * (y - tip[1])
            self._line([*points[:-1], neck], colour, arrowstyle="-", ls=(0, (4, 2.5)))
            head = [neck, tip]
        self._line(head, colour, arrowstyle="-|>")
        self.far += [Node(x, y, 4, 4) for x, y in points]
        if label:
            self._beside(label, points, left)

    def bracket(self, nodes: Iterable[Node], label: str, *, above: bool = False) -> None:
        """Draw a bracket under things, or above them, and what they are together."""
        box, way = around(nodes), -1 if above else 1
        foot = box.y + way * (box.height / 2 + 5)
        ends = box.x - box.width / 2, box.x + box.width / 2
        xy = [
            (ends[0], foot),
            (ends[0], foot + 6 * way),
            (ends[1], foot + 6 * way),
            (ends[1], foot),
        ]
        line = {"edgecolor": EDGES[4], "facecolor": "none", "lw": 1.2}
        self.ax.add_patch(PathPatch(Path(xy), **line, zorder=1))
        self._remark(label, box.x, foot + way * (10 + extent(label, SMALL)[1] / 2))

    def group(self, nodes: Iterable[Node], label: str) -> Node:
        """Draw a dashed frame around things, its name in the upper left corner.

        The frame can be the end of an arrow.
        """
        inner, (width, height) = around(nodes), extent(say(label), SMALL)
        top, bottom = inner.y - inner.height / 2 - height - 14, inner.y + inner.height / 2 + 12
        frame = Node(inner.x, (top + bottom) / 2, inner.width + 28, bottom - top)
        corner = frame.x - frame.width / 2, top
        look = {"facecolor": "none", "edgecolor": EDGES[4], "lw": 1.1, "ls": (0, (3, 2))}
        rounded = "round,pad=0,rounding_size=9"
        size = frame.width, frame.height
        self.ax.add_patch(FancyBboxPatch(corner, *size, rounded, **look, zorder=0))
        self._remark(label, corner[0] + 9 + width / 2, top + 6 + height / 2)
        self.far.append(frame)
        return frame

    def figure(self) -> Figure:
        """Return the figure, cut to what was drawn."""
        box = around([*self.solid, *self.far])
        width, height = box.width + 2 * MARGIN, box.height + 2 * MARGIN
        self.fig.set_size_inches(width / 100, height / 100)
        self.ax.set_xlim(box.x - width / 2, box.x + width / 2)
        self.ax.set_ylim(box.y + height / 2, box.y - height / 2)
        for artist in self.ax.get_children():
            artist.set_clip_on(False)
        return self.fig

    def svg(self) -> str:
        """Return the drawing as SVG that carries its words."""
        return vector.svg(self.figure(), self.alt)

    def _ipython_display_(self) -> None:
        width = round(self.figure().get_figwidth() * 100)
        data, metadata = plot.bundle(plot.png(self.fig), self.alt, width=width)
        metadata["image/svg+xml"] = {"alt": self.alt}
        plot.present(data | {"image/svg+xml": self.svg()}, metadata)

    def __repr__(self) -> str:
        return self.alt

    def _at(self, col: float, row: float) -> tuple[float, float]:
        return col * self.column, row * self.row

    def _place(self, node: Node) -> Node:
        """Take room for a thing."""
        for other in self.solid:
            if node.meets(other):
                raise ValueError(f"{node.name!r} would lie on {other.name!r}")
        self.solid.append(node)
        return node

    def _inside(self, node: Node) -> None:
        """Write a thing's name into it."""
        width, height = extent(node.name)
        if width > node.width - 4 or height > node.height:
            raise ValueError(f"{node.name!r} needs {width:.0f} pixels and has {node.width:.0f}")
        self._write(node.name, node.x, node.y, SIZE)

    def _line(self, points: list, colour: int, **look) -> None:
        """Draw a line along points."""
        look |= {"mutation_scale": 11, "joinstyle": "miter", "capstyle": "butt"}
        style = {"color": layout.line(colour), "lw": 1.4, "zorder": 1}
        self.ax.add_patch(FancyArrowPatch(path=Path(points), **style, **look))

    def _beside(self, label: str, points: list, left: bool) -> None:
        """Write an arrow's label over or beside its longest part."""
        parts = list(itertools.pairwise(points))
        (x1, y1), (x2, y2) = max(
            parts, key=lambda p: abs(p[0][0] - p[1][0]) + abs(p[0][1] - p[1][1])
        )
        width, height = extent(say(label), SMALL)
        x, y = (x1 + x2) / 2, (y1 + y2) / 2
        if abs(x1 - x2) >= abs(y1 - y2):
            y -= height / 2 + 6 + abs(y1 - y2) / 4
        else:
            x += (-1 if left else 1) * (width / 2 + 6 + abs(x1 - x2) / 4)
        self._remark(label, x, y)

    def _free(self, points: list, *ends: Node) -> None:
        """Refuse a line that runs across a thing or a word other than its ends."""
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            for part in range(33):
                here = Node(x1 + (x2 - x1) * part / 32, y1 + (y2 - y1) * part / 32, 0, 0)
                for other in self.solid:
                    if other not in ends and here.meets(other):
                        raise ValueError(f"an arrow would run across {other.name!r}")

    def _remark(self, text: str, x: float, y: float) -> Node:
        """Write small words in free room."""
        text = say(text)
        self._write(text, x, y, SMALL)
        return self._place(Node(x, y, *extent(text, SMALL), text))

    def _write(self, text: str, x: float, y: float, size: float) -> None:
        self.ax.text(x, y, text, size=size, ha="center", va="center_baseline", zorder=3)
