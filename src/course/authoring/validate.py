"""A pytest plugin that makes nbval strict: every notebook runs as stored, pictures included.

nbval 0.11 runs the cells and compares text. It leaves five holes, closed here:

1. pictures are compared too, decoded and with a tolerance; a failure saves what was expected,
   what came and the difference under build/differences/;
2. cells run with a history, so that a trailing ``;`` hides a value as it does in JupyterLab;
3. a dead kernel is noticed within a second instead of after the cell's time is up;
4. a notebook counts as executed only if its code cells are numbered 1, 2, …, n;
5. cells after a failed one are skipped: one fault, one failure.

At the end the kernel is asked what it took: time, memory, and whether PyTorch is loaded.

What a cell tagged ``varies`` shows differs between machines: of it the words are compared, and of
its pictures size and words (see `varying`).

Kernels are those of `course build`: cold, offline, single-threaded. With ``--solve`` the same run
asks twice as much. It computes as an older processor would, which other people's machines do (a
lesson that is `chaotic`, as its `About` says, stays on this one). And after a check was seen to say
what is stored, its stub is filled with the course's answer, the check must say done, and the stub
is put back for the cells that follow.
"""

import copy
import itertools
import shutil
import sys
import time
from queue import Empty

import nbformat
import pytest
from nbformat import NotebookNode
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, RunningKernel, start_new_kernel
from nbval.plugin import IPyNbCell, IPyNbFile

from course import lessons
from course.authoring import editions, execute, kernels, pictures, twins, varying

POLL = 0.5  # seconds between looks at whether the kernel lives


def about(stem: str) -> lessons.About:
    """Return what a notebook's lesson says of itself; one of no lesson keeps the usual limits."""
    known = {lesson.slug: lesson for lesson in lessons.lessons()}
    lesson = known.get(lessons.slug(stem))
    return lesson.about if lesson else lessons.About(part="", title="", promise="", builds="")


class KernelDied(Exception):
    """The kernel's process ended while it was waited for."""


class Kernel(RunningKernel):
    """A kernel as `course build` uses it, which notices its own death."""

    def __init__(
        self,
        folder: str,
        *,
        older: bool = False,
        startup_timeout: float = 60,
    ):
        self._environment = kernels.environment(older=older)
        options = {
            "startup_timeout": startup_timeout,
            "kernel_name": CURRENT_ENV_KERNEL_NAME,
            "cwd": folder,
            "env": self._environment.__enter__(),
            "extra_arguments": list(kernels.ARGUMENTS),
        }
        for left in reversed(range(kernels.STARTS)):
            try:
                self.km, self.kc = start_new_kernel(**options)
                break
            except RuntimeError:
                if not left:
                    raise
        self._ensure_iopub_up()

    def execute_cell_input(self, cell_input: str, allow_stdin: bool | None = None) -> str:
        """Send a cell with a history, so that a trailing ``;`` is honoured."""
        return self.kc.execute(cell_input, allow_stdin=allow_stdin, stop_on_error=False)

    def get_message(self, stream: str, timeout: float | None = None) -> dict:
        """Wait for a message, but no longer than the kernel lives.

        Raises
        ------
        queue.Empty
            After `timeout` seconds without a message.
        KernelDied
            If the process ended.
        """
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while True:
            left = end - time.monotonic()
            try:
                return super().get_message(stream, timeout=max(0, min(POLL, left)))
            except Empty:
                if not self.is_alive():
                    raise KernelDied from None
                if left <= POLL:
                    raise

    def outputs(self, source: str, seconds: float = 60) -> list[NotebookNode]:
        """Run code beside the notebook's cells; returns what it shows.

        Raises
        ------
        TimeoutError
            After `seconds`, or if the kernel died.
        """
        shown = []

        def keep(message):
            if message["msg_type"] in ("display_data", "execute_result", "stream", "error"):
                shown.append(nbformat.v4.output_from_msg(message))

        self.kc.execute_interactive(
            source, allow_stdin=False, stop_on_error=False, timeout=seconds, output_hook=keep
        )
        return shown

    def seconds(self) -> float:
        """Return the processor time that the kernel has used."""
        return float(self._ask("__import__('time').process_time()"))

    def megabytes(self) -> float:
        """Return the memory that the kernel's process holds, without what Python may let go."""
        self._ask("__import__('gc').collect()")
        return float(self._ask("__import__('psutil').Process().memory_info().rss / 1e6"))

    def has_loaded(self, module: str) -> bool:
        """Say whether a module is loaded."""
        return self._ask(f"{module!r} in __import__('sys').modules") == "True"

    def _ask(self, expression: str) -> str:
        asked = {"it": expression}
        reply = self.kc.execute("", silent=True, user_expressions=asked, reply=True, timeout=10)
        return reply["content"]["user_expressions"]["it"]["data"]["text/plain"]

    def stop(self) -> None:
        """End the process if it still runs, and close what it left open."""
        self.kc.stop_channels()
        self.km.shutdown_kernel(now=True)
        self._environment.__exit__(None, None, None)


class Notebook(IPyNbFile):
    """One notebook in one kernel; `broken` says why its remaining cells make no sense."""

    broken = ""

    def setup(self) -> None:
        """Start the kernel."""
        shutil.rmtree(self.differences, ignore_errors=True)
        self.started = time.monotonic()
        timeout = self.config.option.nbval_kernel_startup_timeout
        older = self.config.option.solve and not about(self.path.stem).chaotic
        self.kernel = Kernel(str(self.path.parent), older=older, startup_timeout=timeout)
        self.setup_sanitize_files()

    def teardown(self) -> None:
        """Stop the kernel, alive or dead."""
        if self.kernel is not None:
            self.kernel.stop()

    def collect(self):
        """Yield the code cells as strict ones."""
        cells = [
            Cell.from_parent(self, name=c.name, cell_num=c.cell_num, cell=c.cell, options=c.options)
            for c in super().collect()
        ]
        if cells:
            cells[-1].last = True
        if self.config.option.solve:
            self._solve(cells)
        yield from cells

    def _solve(self, cells: list) -> None:
        """Give each check the answer that it must accept, and the setup cell what answers need."""
        solved = editions.solve(copy.deepcopy(self.nb))
        filled = [cell.source for cell in solved.cells if cell.cell_type == "code"]
        for n, (stub, check) in enumerate(itertools.pairwise(cells)):
            if twins.targets(stub.cell, "exercise"):
                check.answer, check.stub = filled[n], stub.cell.source
            elif "setup" in stub.cell.metadata.get("tags", []):
                stub.needed = filled[n].removeprefix(stub.cell.source)

    @property
    def differences(self):
        """Where pictures are saved that differ."""
        return self.config.rootpath / "build" / "differences" / self.path.stem


class Cell(IPyNbCell):
    """One code cell: run, and every output compared."""

    last = False
    answer = stub = ""  # of the exercise that this cell checks
    needed = ""  # imports that answers need, in the setup cell

    def reportinfo(self) -> tuple:
        """Name the cell with its notebook, in the headings of failures."""
        return self.path, 0, f"{self.parent.path.stem}, {self.name}"

    def setup(self) -> None:
        """Skip what comes after a failure."""
        self.output_timeout = 60  # seconds; nbval's 5 are too few for a busy machine
        if self.parent.broken:
            pytest.skip(self.parent.broken)

    def runtest(self) -> None:
        """Run the cell in the notebook's kernel and compare what it shows with what is stored."""
        try:
            self._require_count()
            super().runtest()
            if self.answer:
                self._require_done()
            if self.needed:
                self.parent.kernel.outputs(self.needed)
            if self.last:
                self._require_time()
                self._require_memory()
        except pytest.skip.Exception:
            raise
        except KernelDied:
            self.parent.broken = f"the kernel died in cell {self.cell_num}"
            self.raise_cell_error("The kernel died while it ran this cell")
        except Exception:  # whatever it is, later cells lean on this one; it is raised again
            self.parent.broken = f"cell {self.cell_num} failed"
            raise

    def _require_count(self) -> None:
        count, due = self.cell.execution_count, self.cell_num + 1
        if count != due:
            self.raise_cell_error(
                f"Stored with execution count {count}, {due} is due: `course build` executes "
                "the notebook from top to bottom"
            )

    def _require_done(self) -> None:
        """Check the course's answer as under nbgrader: it's not the learner's, and no progress."""
        kernel, graded = self.parent.kernel, "__import__('os').environ"
        kernel.outputs(f"{graded}['NBGRADER_EXECUTION'] = 'validate'\n{self.answer}")
        said = editions.said(kernel.outputs(self.cell.source))
        kernel.outputs(f"{graded}.pop('NBGRADER_EXECUTION')\n{self.stub}")
        if " · done" not in said:
            self.raise_cell_error(f"The check does not accept the course's answer: {said}")

    def _require_time(self) -> None:
        budget = about(self.parent.path.stem).seconds
        if self.config.option.solve:  # on an older processor, and each answer checked
            budget *= 2
        wall = time.monotonic() - self.parent.started
        if wall > budget and self.parent.kernel.seconds() > budget:
            self.raise_cell_error(f"The notebook took {wall:.0f} s; {budget} s are allowed")

    def _require_memory(self) -> None:
        """Hold what the kernel has loaded, and on Linux its memory, to what the lesson says."""
        allowed, kernel = about(self.parent.path.stem), self.parent.kernel
        if kernel.has_loaded("torch") and not allowed.pytorch:
            self.raise_cell_error("The notebook loads PyTorch, which its lesson's `About` denies")
        if sys.platform != "linux" or allowed.pytorch:
            return
        if (held := kernel.megabytes()) > allowed.megabytes:
            self.raise_cell_error(
                f"The kernel holds {held:.0f} MB at the end; {allowed.megabytes} MB are allowed"
            )

    def sanitize(self, s):
        """Take pictures out of HTML: they are compared as pictures; of what varies keep words."""
        s = super().sanitize(s)
        if not isinstance(s, str):
            return s
        s = pictures.without(s)
        return varying.words(s) if varying.tagged(self.cell) else s

    def compare_outputs(self, test, ref, skip_compare=None) -> bool:
        """Compare text as nbval does, then the pictures and their alt texts."""
        test = [output for output in test if not execute.bare_view(output)]
        if not super().compare_outputs(test, ref, skip_compare):
            return False
        expected, got = pictures.collect(ref), pictures.collect(test)
        if len(expected) != len(got):
            self.comparison_traceback.append(f"{len(expected)} pictures stored, {len(got)} drawn")
            return False
        self.comparison_traceback += [
            sentence
            for n, (was, now) in enumerate(zip(expected, got, strict=True), start=1)
            if (sentence := self._compare_picture(n, was, now))
        ]
        return not self.comparison_traceback

    def _compare_picture(self, n: int, expected: tuple, got: tuple) -> str:
        """Return what is wrong with the n-th picture; nothing if it is the stored one."""
        varies = varying.tagged(self.cell)
        was, now = (varying.words(alt) if varies else alt for alt in (expected[1], got[1]))
        if was != now:
            return f"picture {n}: the alt text was {was!r} and is {now!r}"
        if varies and pictures.distance(expected[0], got[0]) < float("inf"):
            return ""
        rounding = pictures.ROUNDING_TAG in self.cell.metadata.get("tags", [])
        far = pictures.distance(expected[0], got[0], slack=pictures.SLACK * rounding)
        if far <= pictures.TOLERANCE:
            return ""
        name = f"cell-{self.cell_num:02}-picture-{n}"
        saved = pictures.save(self.parent.differences, name, expected[0], got[0])
        return f"picture {n} {pictures.describe(far)}; see {', '.join(map(str, saved))}"


def pytest_addoption(parser) -> None:
    """Add ``--solve``."""
    parser.getgroup("nbval").addoption(
        "--solve",
        action="store_true",
        help="also fill in the course's answers, on an older processor: every check must say done",
    )


def pytest_report_header(config) -> str | None:
    """Say so where no older processor can be simulated."""
    if config.option.solve and not kernels.older_processor():
        return "notebooks: no older processor can be simulated here; they run on this one"
    return None


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Let our strict notebooks take the place of nbval's."""
    return [
        Notebook.from_parent(parent, path=file_path) if type(one) is IPyNbFile else one
        for one in (yield)
    ]
