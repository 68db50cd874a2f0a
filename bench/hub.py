"""A class on one machine: a kernel for each learner, started as on the hub in deploy/.

    python bench/hub.py [--lesson NN] [--learners N] [--pace SECONDS] [--cells N]

First all learners run the whole lesson at once, solved; nobody's may fail. Then each runs a cell
every PACE seconds, as one does who reads, and the time that light cells take is measured: those
that take under 0.2 s when one learner is alone. Memory is what a kernel adds: pages that several
share are counted in parts. Goals: 30 learners of lesson 06 on two cores in under 200 s, a light
cell at a human pace under 1 s in 95 of 100 cases. The servers, one a learner and about 180 MB, come
on top. Seconds of the processor are the kernels' own: where others use the machine too, they and
not the clock say what a class costs.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient

from course.authoring import checkout, editions, pairs
from course.command import choosing, lab

APART = 0.2  # seconds: kernels that start at the same moment can be given the same port
ALL_AT_ONCE, LIGHT, ANSWER = 200, 0.2, 1.0  # seconds: goal, what light means, goal


class Learner(NotebookClient):
    """One learner's kernel, which keeps how long each cell took, what it computed and held."""

    def __init__(self, book, folder: Path, pace: float = 0, phase: float = 0):
        super().__init__(nbformat.from_dict(book), timeout=600, kernel_name="python3")
        self.folder, self.pace, self.phase = folder, pace, phase
        self.took: dict[int, float] = {}
        self.megabytes, self.computed = 0.0, 0.0
        self.on_cell_start, self.on_cell_execute = self.wait, self.begin
        self.on_cell_executed = self.end

    async def work(self, place: int) -> Exception | None:
        """Run the notebook, as the next after so many others; return what went wrong."""
        await asyncio.sleep(APART * place)
        self.folder.mkdir()
        self.opened = time.perf_counter()
        try:
            await self.async_execute(env=os.environ | {"COURSE_HOME": str(self.folder)})
        except Exception as error:  # one learner's trouble is counted, and the class goes on
            return error
        return None

    async def wait(self, cell, cell_index):
        """Read until the next cell's time has come."""
        due = self.opened + self.phase + self.pace * cell_index
        await asyncio.sleep(max(0, due - time.perf_counter()) if self.pace else 0)

    def begin(self, cell, cell_index):
        """Note when a cell is sent."""
        self.took[cell_index] = -time.perf_counter()

    def end(self, cell, cell_index, execute_reply):
        """Note how long it took, and what the kernel has computed by now and holds."""
        self.took[cell_index] += time.perf_counter()
        process = Path(f"/proc/{self.km.provisioner.pid}")
        lines = map(str.split, (process / "smaps_rollup").read_text().splitlines())
        self.megabytes = sum(int(line[1]) for line in lines if line[0] == "Pss:") / 1e3
        user, system = (process / "stat").read_text().rpartition(")")[2].split()[11:13]
        self.computed = (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


async def together(learners: list[Learner]) -> tuple[float, list[Exception]]:
    """Let all of them work; seconds, and what went wrong."""
    begun = time.perf_counter()
    ends = await asyncio.gather(*(one.work(place) for place, one in enumerate(learners)))
    return time.perf_counter() - begun, [end for end in ends if end]


def main() -> int:
    """Measure, print, and return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lesson", default="06", help="number or name (default: 06)")
    parser.add_argument("--learners", type=int, default=30, help="how many (default: 30)")
    parser.add_argument("--pace", type=float, default=20, help="seconds a cell (default: 20)")
    parser.add_argument("--cells", type=int, default=9, help="cells run at that pace (default: 9)")
    args = parser.parse_args()
    if not Path("/proc/self/smaps_rollup").exists():
        print("Memory can be read on Linux alone; nothing was measured.")
        return 0
    root = checkout.find_root(Path(__file__).parent)
    (stem,) = choosing.stems(root, [args.lesson])
    book = editions.solve(pairs.read_text(root, stem))
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(lab.environment(Path(folder)))
        return asyncio.run(measure(book, Path(folder), args, stem))


async def measure(book, folder: Path, args, stem: str) -> int:
    """One learner alone, all at once, all at a human pace."""
    n = args.learners
    alone = Learner(book, folder / "alone")
    seconds, failed = await together([alone])
    print(f"{stem}: one learner alone {seconds:.0f} s, {alone.computed:.1f} s of the processor,")
    print(f"  {alone.megabytes:.0f} MB", flush=True)
    if failed:
        sys.exit(f"  and it failed: {failed[0]}")

    crowd = [Learner(book, folder / f"at once {i}") for i in range(n)]
    seconds, failed = await together(crowd)
    held = float(np.mean([one.megabytes for one in crowd if one.megabytes]))
    print(f"{n} at once: {seconds:.0f} s (goal: under {ALL_AT_ONCE}), {len(failed)} failed")
    computed = sum(one.computed for one in crowd)
    print(f"  {computed:.0f} s of the processor, {computed / n:.1f} s a learner")
    print(f"  a kernel holds {held:.0f} MB: {1e3 / held:.1f} learners a GB", flush=True)

    few = nbformat.from_dict(book)
    code = [i for i, cell in enumerate(few.cells) if cell.cell_type == "code"]
    few.cells = [few.cells[i] for i in code[: args.cells]]
    paces = [Learner(few, folder / f"paced {i}", args.pace, args.pace * i / n) for i in range(n)]
    _, late = await together(paces)
    light = [k for k, i in enumerate(code[: args.cells]) if alone.took[i] < LIGHT and k]
    waits = [one.took[k] for one in paces for k in light if k in one.took]
    p95 = float(np.quantile(waits, 0.95)) if waits else 0.0
    print(f"a cell every {args.pace:.0f} s: {len(light)} light cells of {args.cells},")
    print(f"  95 of 100 done in {p95:.2f} s (goal: under {ANSWER:.0f}), {len(late)} failed")
    return 0 if seconds < ALL_AT_ONCE and p95 < ANSWER and not failed and not late else 1


if __name__ == "__main__":
    sys.exit(main())
