"""Where the sheets of a printed lesson end: of all ways, the one that leaves least empty.

A browser fills one sheet after another, and where the next figure is too tall for what is left, it
leaves a hole. Looked at together, a sheet may end a little earlier, so that the next ones come out
better, or have smaller figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

_EMPTY = 1.8  # a share of a sheet left empty counts so much more than what it costs to part
_WITHIN = 1.8  # where code is cut a hole is so much larger: a later line would have filled it
_SMALLER = 0.15  # so much cost figures that give up all they can
_SHEET = 0.03  # one more sheet
_LAST = 0.5  # so much of the last sheet may be empty
_HELD = 30.0  # what belongs together is parted only where no sheet could hold it


class Block(NamedTuple):
    """What no sheet cuts: a paragraph, a figure, a line of long code; lengths in CSS pixels."""

    top: float
    bottom: float
    head: float = 0.0  # what stands above it where a sheet begins with it: its table's, an edge
    foot: float = 0.0  # what stands below it where a sheet ends with it
    spare: float = 0.0  # so much of its height a figure can give up
    held: bool = False  # it belongs to what stands above it
    cut: float = 0.0  # what it costs to part it from that, beside a share of a sheet left empty
    fresh: bool = False  # a sheet begins with it
    seen: float = 0.0  # what it costs that it is seen beside what stands above it


class Sheet(NamedTuple):
    """Blocks from `first` to before `end`; its figures give up this share of what they can."""

    first: int
    end: int
    given: float = 0.0


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
    spare = 0.0
    for end in range(first + 1, len(blocks) + 1):
        if end - 1 > first and blocks[end - 1].fresh:
            return
        spare += blocks[end - 1].spare
        over = _used(blocks, first, end) - height
        if over <= 0:
            yield Sheet(first, end)
        elif over <= spare:
            yield Sheet(first, end, over / spare)
        elif end == first + 1:
            yield Sheet(first, end, 1.0)


def _used(blocks: Sequence[Block], first: int, end: int) -> float:
    above, below = blocks[first], blocks[end - 1]
    return below.bottom - above.top + above.head + below.foot


def _cost(blocks: Sequence[Block], sheet: Sheet, height: float) -> float:
    """Cubed, a large hole is worse than many small ones; a last sheet may end early."""
    hole = max(0.0, 1 - _used(blocks, sheet.first, sheet.end) / height)
    cost = _SHEET + (_SMALLER * sheet.given) ** 3
    cost += sum(block.seen**3 for block in blocks[sheet.first + 1 : sheet.end])
    if sheet.end == len(blocks) or blocks[sheet.end].fresh:
        hole = max(0.0, hole - _LAST)
        return cost + (_EMPTY * hole) ** 3
    above, below = blocks[sheet.end - 1 : sheet.end + 1]
    hole *= _WITHIN if above.foot else 1
    return cost + (_EMPTY * hole) ** 3 + below.cut**3 + _HELD * below.held
