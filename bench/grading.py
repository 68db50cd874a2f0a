"""How long the marks of a class take: solved notebooks of one lesson, through `course grade`.

    python bench/grading.py [--lesson NN] [--learners N] [--cores N]

Every notebook is solved in full, which is the slowest that an honest one can be, and differs from
the others by a comment; one in fifty never ends in one exercise, and one in fifty sleeps in one.
What is measured with fewer than 300 is extrapolated: the start is paid once, the rest per learner.
Goal: 300 learners of one lesson in under 5 minutes on two cores.
"""

import argparse
import contextlib
import io
import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from course.authoring import checkout, editions, pairs, twins
from course.command import choosing
from course.command import main as command

CLASS, GOAL = 300, 300.0
SPOILT = {
    20: "    while True:\n        pass",
    45: "    import time\n    time.sleep(60)",
}


def main() -> int:
    """Measure, print, and return 1 if the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lesson", default="12", help="number or name (default: 12)")
    parser.add_argument("--learners", type=int, default=50, help="how many (default: 50)")
    parser.add_argument("--cores", type=int, default=2, help="processes that judge (default: 2)")
    args = parser.parse_args()
    root = checkout.find_root(Path(__file__).parent)
    (stem,) = choosing.stems(root, [args.lesson])
    with tempfile.TemporaryDirectory() as folder:
        hand_in(root, stem, Path(folder), args.learners)
        few = Path(folder, "learner000")
        start, first = grade([few], args.cores)
        wall, cpu = grade([Path(folder)], args.cores)
    each = (wall - start) / max(args.learners - 1, 1)
    whole = start + each * (CLASS - 1)
    print(f"{stem}, {args.learners} learners on {args.cores} cores:")
    print(f"  {wall:.1f} s by the clock, {cpu:.1f} s of processor")
    print(f"  the first alone {start:.1f} s by the clock, {first:.1f} s of processor")
    if args.learners < CLASS:
        print(f"  extrapolated to {CLASS}: {whole:.0f} s by the clock (goal: under {GOAL:.0f})")
    return 0 if whole < GOAL else 1


def hand_in(root: Path, stem: str, folder: Path, n: int) -> None:
    """Write n solved notebooks; two in fifty have an exercise that hangs."""
    whole = editions.solve(pairs.read_text(root, stem))
    for i in range(n):
        book = nbformat.from_dict(whole)
        cells = [cell for cell in book.cells if twins.targets(cell, "exercise")]
        kept = cells[0].source
        cells[0].source = f"{spoilt(kept, i)}\n# {i}"
        (folder / f"learner{i:03}").mkdir()
        nbformat.write(book, folder / f"learner{i:03}" / f"{stem}.ipynb")
        cells[0].source = kept


def spoilt(source: str, i: int) -> str:
    """The source of the i-th learner's first answer."""
    head = source.partition(":\n")[0]
    return f"{head}:\n{SPOILT[i % 50]}" if i % 50 in SPOILT else source


def grade(places: list[Path], cores: int) -> tuple[float, float]:
    """Seconds by the clock and of all processors together that `course grade` takes."""
    before, begun = os.times(), time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        command.main(["grade", *map(str, places), "--cores", str(cores)])
    wall, after = time.perf_counter() - begun, os.times()
    return wall, sum(after[:4]) - sum(before[:4])


if __name__ == "__main__":
    sys.exit(main())
