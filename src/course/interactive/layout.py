"""Where the things of a drawing lie, in pixels, how much room words take, and the colours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from matplotlib.textpath import TextPath

TINTS = ("#CFE4F2", "#F8DCC8", "#CCEBDF", "#F5E0EC", "#ECEEF2")  # of plot.COLORS, light
EDGES = ("#0072B2", "#B34E00", "#007A5A", "#A8527F", "#5B6573")
SIZE, SMALL = 10.0, 9.0  # points of a name, and of a shape or another remark
AIR = 2  # pixels between two things


@dataclass(frozen=True)
class Node:
    """A thing on the drawing: its middle and its size, in pixels."""

    x: float
    y: float
    width: float
    height: float
    name: str = ""

    def edge(self, x: float, y: float, gap: float = 3) -> tuple[float, float]:
        """Return where a line from the middle towards (x, y) leaves, a little outside."""
        dx, dy = x - self.x, y - self.y
        reach = [
            (size / 2 + gap) / abs(d)
            for d, size in ((dx, self.width), (dy, self.height))
            if abs(d) > 1e-9
        ]
        part = min([1.0, *reach])
        return self.x + part * dx, self.y + part * dy

    def meets(self, other: Node) -> bool:
        """Tell whether two things lie on each other."""
        wide = (self.width + other.width) / 2 - abs(self.x - other.x)
        high = (self.height + other.height) / 2 - abs(self.y - other.y)
        return min(wide, high) > -AIR


@lru_cache(1000)  # several milliseconds each
def extent(text: str, size: float = SIZE) -> tuple[float, float]:
    """Return width and height of a line of text in pixels."""
    if not text:
        return 0, 0
    height = size * 100 / 72
    return TextPath((0, 0), text, size=height).get_extents().width, height


def around(nodes: Iterable[Node]) -> Node:
    """Return the smallest frame around things."""
    nodes = list(nodes)
    if not nodes:
        raise ValueError("there is nothing to draw around: give at least one thing")
    left, right = (
        min(n.x - n.width / 2 for n in nodes),
        max(n.x + n.width / 2 for n in nodes),
    )
    top, bottom = (
        min(n.y - n.height / 2 for n in nodes),
        max(n.y + n.height / 2 for n in nodes),
    )
    return Node((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)


def line(colour: int) -> str:
    """Return the colour of a line or a frame."""
    if colour not in range(len(EDGES)):
        raise ValueError(f"a colour is one of 0 to {len(EDGES) - 1}, not {colour!r}")
    return EDGES[colour]


def look(colour: int) -> dict:
    """Return how a thing of this colour is filled and framed."""
    return {"edgecolor": line(colour), "facecolor": TINTS[colour], "lw": 1.3}
