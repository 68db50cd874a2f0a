"""Where the sheets of a printed lesson end: of all ways, the one that leaves least empty.

A browser fills one sheet after another, and where the next figure is too tall for what is left, it
leaves a hole. Looked at together, a sheet may end a little earlier, so that the next ones come out
better, or have smaller figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

LEAST = 0.75  # of its height a figure keeps
_SMALLER = 0.5  # figures a tenth smaller are as bad as a twentieth of a sheet left empty
_SHEET = 0.03  # one more sheet
_LAST = 0.5  # so much of the last sheet may be empty
_HELD = 30.0  # what belongs together is parted only where no sheet could hold it


class Block(NamedTuple):
    """What no sheet cuts: a paragraph, a figure, a line of long code; lengths in CSS pixels."""

    top: float
    bottom: float
    head: float = 0.0  # of its table: it stands again above what a new sheet begins with
    figure: float = 0.0  # the height of the figure that it is
    held: bool = False  # it belongs to what stands above it
    cut: float = 0.0  # to part it from that is as bad as leaving this share of a sheet empty
    fold: str = ""  # the id of the answer, or the hints, that it is in


class Sheet(NamedTuple):
    """Blocks from `first` to before `end`; its figures keep this share of their height."""

    first: int
    end: int
    share: float = 1.0


def filled(blocks: Sequence[Block], height: float) -> list[Sheet]:
    """Return the sheets that leave least empty and part least, all taken together."""
    costs, ways = [0.0] * (len(blocks) + 1), [Sheet(0, 0)] * len(blocks)
    for first in reversed(range(len(blocks))):
        costs[first], ways[first] = min(
            (_cost(blocks, sheet, height) + costs[sheet.end], sheet)
            for sheet in _possible(blocks, first, height)
        )
    sheets, first = [], 0
    while first < len(blocks):
        sheets.append(ways[first])
        first = ways[first].end
    return sheets


def _possible(blocks: Sequence[Block], first: int, height: float) -> Iterator[Sheet]:
    """Give each sheet that can begin with a block; one that is too tall stands alone."""
    figures = 0.0
    for end in range(first + 1, len(blocks) + 1):
        figures += blocks[end - 1].figure
        over = _used(blocks, first, end) - height
        if over <= 0:
            yield Sheet(first, end)
        elif over <= (1 - LEAST) * figures:
            yield Sheet(first, end, 1 - over / figures)
        elif end == first + 1:
            yield Sheet(first, end, LEAST)


def _used(blocks: Sequence[Block], first: int, end: int) -> float:
    return blocks[end - 1].bottom - blocks[first].top + blocks[first].head


def _cost(blocks: Sequence[Block], sheet: Sheet, height: float) -> float:
    """Cubed, a large hole is worse than many small ones; half of the last sheet may be empty."""
    hole = 1 - _used(blocks, sheet.first, sheet.end) / height
    cost = _SHEET + (_SMALLER * (1 - sheet.share)) ** 3
    if sheet.end == len(blocks):
        return cost + max(0.0, hole - _LAST) ** 3
    below = blocks[sheet.end]
    return cost + max(0.0, hole) ** 3 + below.cut**3 + _HELD * below.held
