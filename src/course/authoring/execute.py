"""Execute notebooks and store them so that two runs give the same bytes.

What differs between runs though nothing changed is dropped: times, the Python patch version,
how a stream was cut into messages, overwritten progress bars, widget views without their
widgets, random cell ids.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable
from contextlib import asynccontextmanager
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

from course import files
from course.authoring import kernels, pairs
from course.authoring.checkout import CourseError, notebook_path, text_path
from course.words import say

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
CELL_SECONDS = 600  # a cell that takes longer is stuck
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_OVERWRITTEN = re.compile(r"^.*\r(?!\n)", re.MULTILINE)


class Client(NotebookClient):
    """nbclient's client, but Ctrl-C is left to asyncio: the kernel ends, and the build with it."""

    @asynccontextmanager
    async def async_setup_kernel(self, **options):
        try:
            await self._start(options)
            yield
        except DeadKernelError:
            if await self.km.is_alive():  # nbclient takes being cancelled for a death
                raise asyncio.CancelledError from None
            raise
        finally:
            if self.km is not None:  # nbclient forgets one that could not be started
                await self._async_cleanup_kernel()

    async def _start(self, options: dict) -> None:
        for left in reversed(range(kernels.STARTS)):
            self.km = self.create_kernel_manager()
            try:
                await self.async_start_new_kernel(**options)
                await self.async_start_new_kernel_client()
            except RuntimeError as error:
                if not left:
                    raise KernelNotStarted(str(error)) from error
            else:
                return


class KernelNotStarted(Exception):
    """No kernel answered, however often one was started."""


def run(
    notebook: NotebookNode,
    folder: Path,
    name: str,
    *,
    text: str = "",
    after_cell: Callable = lambda **_: None,
) -> NotebookNode:
    """Execute a notebook from top to bottom in a cold kernel and normalise it.

    Parameters
    ----------
    folder
        The kernel's working folder.
    name
        What errors call the notebook.
    text
        The script it was made from: errors then name its line.
    after_cell
        Called after each code cell (as nbclient's `on_cell_executed`).

    Raises
    ------
    CourseError
        If a cell fails, runs too long or ends the kernel: which cell, which line, what happened;
        or if no kernel could be started.
    """
    reached = []
    client = Client(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        shutdown_kernel="immediate",
        store_widget_state=False,
        record_timing=False,
        extra_arguments=list(kernels.ARGUMENTS),
        on_cell_execute=lambda cell, cell_index: reached.append((cell_index, cell)),
        on_cell_executed=after_cell,
    )
    try:
        with kernels.environment() as env:
            asyncio.run(client.async_execute(env=env))
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise CourseError(_sentence(name, text, *reached[-1], error)) from error
    except KernelNotStarted as error:
        reason = say("{name}: its kernel could not be started ({error}).", name=name, error=error)
        raise CourseError(reason) from error
    return normalise(notebook)


def _sentence(name: str, text: str, index: int, cell: NotebookNode, error: Exception) -> str:
    """Say in one sentence where a notebook failed and how."""
    where = {"name": name, "n": index + 1}
    if isinstance(error, CellTimeoutError):
        return say("{name}, cell {n}, ran longer than {s} s.", s=CELL_SECONDS, **where)
    if isinstance(error, DeadKernelError):
        return say("{name}, cell {n}, ended its kernel.", **where)
    frames = re.findall(r"Cell In\[\d+\], line (\d+)", _COLOUR.sub("", error.traceback))
    line = int(frames[0]) if frames else 1
    before = text.partition(cell.source)[0].count("\n") if cell.source in text else None
    where |= {"source": cell.source.splitlines()[line - 1].strip()}
    where |= {"line": line + (before or 0), "error": f"{error.ename}: {error.evalue}"}
    if before is None:
        return say("{name}, cell {n}, line {line}: `{source}` failed. {error}", **where)
    return say("{name}, cell {n}, line {line} of the text: `{source}` failed. {error}", **where)


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Drop from an executed notebook all that would differ in a second run; returns it."""
    kept = {"language_info": notebook.metadata.get("language_info")} | {"kernelspec": KERNEL}
    notebook.metadata = nbformat.from_dict({key: value for key, value in kept.items() if value})
    notebook.metadata.get("language_info", {}).pop("version", None)
    notebook.nbformat_minor = 5
    for cell in notebook.cells:
        cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k in pairs.KEPT})
        if cell.cell_type == "code":
            cell.outputs = _outputs(cell.outputs)
    _number(notebook.cells)
    return notebook


def _outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Merge each stream into its first piece and drop views of widgets that no longer live."""
    kept: list[NotebookNode] = []
    streams: dict[str, NotebookNode] = {}
    for output in outputs:
        if output.output_type == "stream" and output.name in streams:
            streams[output.name].text += output.text
            continue
        if output.output_type == "stream":
            streams[output.name] = output
        if bare_view(output):  # what stays of it stands before it
            continue
        if "data" in output and len(output.data) > 1:
            output.data.pop(WIDGET_VIEW, None)
        kept.append(output)
    for output in streams.values():
        output.text = _OVERWRITTEN.sub("", output.text)
    return kept


def bare_view(output: NotebookNode) -> bool:
    """Say whether an output is a living widget and nothing else, which isn't stored."""
    data = output.get("data", {})
    others = [value for mime, value in data.items() if mime != WIDGET_VIEW]
    return WIDGET_VIEW in data and bool(others) and not any(others)


def _number(cells: list[NotebookNode]) -> None:
    """Give each cell an id made from its source, or its grade id where it has one."""
    seen: dict[str, int] = {}
    for cell in cells:
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        name = cell.metadata.get("nbgrader", {}).get("grade_id", digest)
        seen[name] = seen.get(name, 0) + 1
        cell.id = name if seen[name] == 1 else f"{name}-{seen[name]}"


def as_json(notebook: NotebookNode) -> str:
    """Return the bytes, as text, that an .ipynb file holds."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def build(root: Path, stems: list[str], *, quiet: bool = False) -> list[Path]:
    """Execute the texts of these lessons and write their notebooks; returns what was written.

    A lesson that fails leaves its old notebook untouched.

    Raises
    ------
    CourseError
        Which cell failed and how; earlier lessons are written by then.
    """
    notebooks = {stem: pairs.read_text(root, stem) for stem in stems}
    total = sum(cell.cell_type == "code" for nb in notebooks.values() for cell in nb.cells)
    with tqdm(total=total, unit="cell", disable=quiet or None, leave=False) as bar:
        return [_build(root, stem, notebook, bar) for stem, notebook in notebooks.items()]


def _build(root: Path, stem: str, notebook: NotebookNode, bar: tqdm) -> Path:
    bar.set_description(stem)
    path = notebook_path(root, stem)
    text = text_path(root, stem).read_text(encoding="utf-8")
    run(
        notebook,
        path.parent,
        f"notebooks/{path.name}",
        text=text,
        after_cell=lambda **_: bar.update(),
    )
    files.replace(path, as_json(notebook))
    return path
