"""How long a lesson takes, counted from its cells."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from course import lessons
from course.lessons import places

WORDS, LINES = 150, 6  # read in a minute: of prose, of code
_READ = re.compile(r"^.*[^\s()\[\]{},].*$", re.MULTILINE)  # a line that only closes brackets isn't
FURTHER = "## Further"  # what a lesson offers beyond it is optional: nothing later needs it


def count(lesson: lessons.Lesson, cells: Iterable[Mapping]) -> tuple[int, int]:
    """Return how long a lesson takes, and what it offers further: each to the next ten.

    A minute is 150 words of prose or 6 lines of code, read and run; exercises say their own.

    Parameters
    ----------
    cells
        Those of its notebook or of its text.
    """
    asked = {one.name: one.minutes for one in lesson.asked}
    spent, further = [0.0, 0.0], False
    for cell in cells:
        source = cell["source"]
        if cell["cell_type"] == "code":
            spent[further] += len(_READ.findall(source)) / LINES
            continue
        further = further or source.startswith(FURTHER)
        spent[further] += len(source.split()) / WORDS
        names = places.EXERCISE.findall(source)
        spent[further] += sum(asked[name] for name in names if name in asked)
    first, second = (10 * math.ceil(part / 10) for part in spent)
    return first, second
