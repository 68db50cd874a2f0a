"""Sheets of a printed lesson: nothing runs over, what belongs together stays, little is empty."""

import numpy as np
import pytest

from course.authoring import sheets
from course.authoring.sheets import Block, Sheet

HEIGHT = 100.0


def stack(*heights, **marks):
    """Blocks that stand on each other; `marks` are given by number, as in `held=[2, 3]`."""
    ends = np.cumsum(heights)
    return [
        Block(end - height, end, **{name: k in places for name, places in marks.items()})
        for k, (height, end) in enumerate(zip(heights, ends, strict=True))
    ]


def used(blocks, sheet):
    """The height that a sheet's blocks take, its figures made smaller."""
    inside = blocks[sheet.first : sheet.end]
    spared = sheet.given * sum(block.spare for block in inside)
    return inside[-1].bottom - inside[0].top + inside[0].head - spared


def drawn(seed):
    """Sixty blocks, some of them figures, some held by the one above."""
    rng = np.random.default_rng(seed)
    blocks = stack(*rng.uniform(3, 40, size=60), held=rng.choice(60, 15))
    return [
        block._replace(spare=0.3 * (block.bottom - block.top) * (rng.random() < 0.2))
        for block in blocks
    ]


@pytest.mark.parametrize("seed", range(20))
def test_each_block_stands_on_one_sheet_and_no_sheet_runs_over(seed):
    blocks = drawn(seed)
    made = sheets.filled(blocks, HEIGHT)
    assert [sheet.first for sheet in made] == [0, *(sheet.end for sheet in made[:-1])]
    assert made[-1].end == len(blocks)
    for sheet in made:
        assert used(blocks, sheet) <= HEIGHT + 1e-9 and 0 <= sheet.given <= 1


@pytest.mark.parametrize("seed", range(20))
def test_no_larger_hole_is_left_than_by_filling_one_sheet_after_another(seed):
    blocks = [block._replace(held=False, spare=0.0) for block in drawn(seed)]
    ends = [0]
    for k, block in enumerate(blocks):
        if block.bottom - blocks[ends[-1]].top > HEIGHT:
            ends.append(k)
    greedy = [Sheet(a, b) for a, b in zip(ends, [*ends[1:], len(blocks)], strict=True)]
    made = sheets.filled(blocks, HEIGHT)
    emptiest = [min(used(blocks, sheet) for sheet in some[:-1]) for some in (made, greedy)]
    assert emptiest[0] >= emptiest[1] - 1e-9


def test_what_belongs_together_is_parted_only_where_no_sheet_holds_it():
    assert sheets.filled(stack(60, 30, 30, held=[2]), HEIGHT) == [Sheet(0, 1), Sheet(1, 3)]
    assert sheets.filled(stack(60, 30, 30, held=[1, 2]), HEIGHT) == [Sheet(0, 2), Sheet(2, 3)]


def test_what_begins_a_sheet_does_so_however_much_is_left_empty():
    assert sheets.filled(stack(10, 30, 30, fresh=[1]), HEIGHT) == [Sheet(0, 1), Sheet(1, 3)]


def test_an_answer_stands_overleaf_where_little_is_left_empty():
    blocks = stack(40, 40, 15, 50)
    assert sheets.filled(blocks, HEIGHT)[0] == Sheet(0, 3)
    blocks[2] = blocks[2]._replace(seen=0.4)
    assert sheets.filled(blocks, HEIGHT)[0] == Sheet(0, 2)
    blocks[1] = blocks[1]._replace(seen=0.4)
    assert sheets.filled(blocks, HEIGHT)[0] == Sheet(0, 2)  # not at the price of half a sheet


def test_where_a_sheet_ends_in_code_there_is_room_for_its_edge():
    blocks = stack(60, 38, 50)
    assert sheets.filled(blocks, HEIGHT)[0] == Sheet(0, 2)
    blocks[1] = blocks[1]._replace(foot=5.0)
    assert sheets.filled(blocks, HEIGHT)[0] == Sheet(0, 1)


def test_code_is_cut_at_its_last_line_that_fits_and_prose_where_the_next_sheet_gains():
    """The hole is either on the first sheet or, a little larger, on the second."""
    blocks = stack(80, 14, 70, 80)
    assert sheets.filled(blocks, HEIGHT)[0] == Sheet(0, 1)
    blocks[0] = blocks[0]._replace(foot=1.0)
    assert sheets.filled(blocks, HEIGHT)[0] == Sheet(0, 2)


def test_what_is_too_tall_for_any_sheet_stands_alone():
    assert sheets.filled(stack(10, 130, 10), HEIGHT) == [
        Sheet(0, 1),
        Sheet(1, 2, 1.0),
        Sheet(2, 3),
    ]


def test_a_figure_becomes_smaller_where_it_would_leave_a_hole():
    """By no more than it must, and not where all that it can spare would not do."""
    blocks = stack(60, 50, 60)
    blocks[1] = blocks[1]._replace(spare=15.0)
    assert sheets.filled(blocks, HEIGHT) == [Sheet(0, 2, 10 / 15), Sheet(2, 3)]
    blocks[1] = blocks[1]._replace(spare=9.0)
    assert sheets.filled(blocks, HEIGHT)[0] == Sheet(0, 1)


def test_the_last_sheet_is_not_nearly_empty_where_the_one_before_it_can_spare_some():
    """Not at the price of a hole that is as large."""
    assert sheets.filled(stack(75, 20, 10), HEIGHT) == [Sheet(0, 1), Sheet(1, 3)]
    assert sheets.filled(stack(30, 65, 10), HEIGHT) == [Sheet(0, 2), Sheet(2, 3)]


def test_a_table_is_cut_where_the_hole_would_be_worse_and_its_head_takes_its_place():
    blocks = stack(70, 20, 20, 60)
    assert sheets.filled([b._replace(cut=0.6 * (k == 2)) for k, b in enumerate(blocks)], HEIGHT)[
        0
    ] == Sheet(0, 1)
    assert sheets.filled([b._replace(cut=0.1 * (k == 2)) for k, b in enumerate(blocks)], HEIGHT)[
        0
    ] == Sheet(0, 2)
    tall = stack(95, 50, 45)
    assert len(sheets.filled(tall, HEIGHT)) == 2
    tall[1] = tall[1]._replace(head=10.0)
    assert len(sheets.filled(tall, HEIGHT)) == 3
