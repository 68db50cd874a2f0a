"""Make the solved edition from the learner's.

Nothing is kept twice: a stub tagged ``exercise:layers.softmax`` is filled with the package's
`layers.softmax`, and the edition counts as made when every check, executed, says done.
"""

import ast
import inspect
import itertools
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode
from tqdm import tqdm

from course import files
from course.authoring import execute, pairs, twins
from course.authoring.checkout import CourseError
from course.checking import source
from course.words import say


def solutions(root: Path, stems: list[str], out: Path) -> list[Path]:
    """Write these lessons solved and executed into `out`; returns what was written.

    Raises
    ------
    CourseError
        If a cell fails, or a check does not accept the course's own answer.
    """
    written = []
    for stem in tqdm(stems, unit="lesson", disable=None, leave=False):
        notebook = solve(pairs.read_text(root, stem))
        execute.run(notebook, root / "notebooks", f"{stem}, solved")
        require_done(notebook, stem)
        written.append(out / f"{stem}.ipynb")
        files.replace(written[-1], execute.as_json(notebook))
    return written


def solve(notebook: NotebookNode, form: Callable[[str], str] = str) -> NotebookNode:
    """Fill every stub from the package and import what the answers use; returns the notebook.

    Parameters
    ----------
    form
        What is done to the source of each answer before it is filled in.
    """
    needed: dict[str, str] = {}
    for cell in notebook.cells:
        for target in twins.targets(cell, "exercise"):
            answer, imports = solution(target)
            cell.source = replace(cell.source, target.split(".")[-1], form(answer))
            needed |= imports
    for cell in notebook.cells:
        if "setup" in cell.metadata.get("tags", []):
            add_imports(cell, needed)
            return notebook
    if needed:
        raise CourseError(say("No cell is tagged setup: the solutions' imports have no place."))
    return notebook


def require_done(notebook: NotebookNode, name: str) -> None:
    """Raise unless the check under every stub says done."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell, check in itertools.pairwise(code):
        for target in twins.targets(cell, "exercise"):
            words = said(check.outputs)
            if " · done" not in words:
                sentence = "{name}: the check does not accept {target}: {words}"
                raise CourseError(say(sentence, name=name, target=target, words=words))


def said(outputs: list[NotebookNode]) -> str:
    """Return what a check's outputs say in plain text."""
    return " ".join(out.data.get("text/plain", "") for out in outputs if "data" in out)


def solution(target: str) -> tuple[str, dict[str, str]]:
    """Return the package's source of a function as a notebook can hold it.

    The docstring is cut to its first line, checks of the arguments are left out, and names of
    the same module get its prefix.

    Returns
    -------
    source : str
    imports : dict
        Name to import statement, for each name that the source takes from elsewhere.
    """
    found = twins.find(target)
    text = source.read(found)
    node = ast.parse(text).body[0]
    module = inspect.getmodule(found)
    imported = _imports(ast.parse(inspect.getsource(module)))
    home = module.__name__.rpartition(".")[2]
    edits, imports = _shortened(node), {}
    for name in _global_names(node):
        if name.id in imported:
            imports[name.id] = imported[name.id]
        elif hasattr(module, name.id):
            edits.append((name, f"{home}.{name.id}"))
            imports[home] = f"from {module.__package__} import {home}"
    return _edited(text, edits), imports


def _imports(tree: ast.Module) -> dict[str, str]:
    """Return the import statement of each name that a module imports, alone on its line."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                alone: ast.stmt = ast.Import([alias])
                if isinstance(node, ast.ImportFrom):
                    alone = ast.ImportFrom(node.module, [alias], node.level)
                found[(alias.asname or alias.name).split(".")[0]] = ast.unparse(alone)
    return found


def _global_names(node: ast.stmt) -> list[ast.Name]:
    """Return the names that a definition reads and does not bind itself."""
    names = [x for x in ast.walk(node) if isinstance(x, ast.Name)]
    bound = {x.id for x in names if not isinstance(x.ctx, ast.Load)} | {node.name}
    bound |= {x.arg for x in ast.walk(node) if isinstance(x, ast.arg)}
    bound |= {x.name for x in ast.walk(node) if isinstance(x, ast.FunctionDef)}
    dropped = {y for x in ast.walk(node) if source.is_check(x) for y in ast.walk(x)}
    return [x for x in names if x.id not in bound and x not in dropped]


def _shortened(node: ast.stmt) -> list[tuple[ast.AST, str]]:
    """Return the edits that cut docstrings to one line and leave checks of arguments out."""
    edits = [(x, "") for x in ast.walk(node) if source.is_check(x)]
    for x in ast.walk(node):
        if isinstance(x, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(x):
            first = ast.get_docstring(x).splitlines()[0]
            edits.append((x.body[0], f'"""{first}"""'))
    return edits


def _edited(source: str, edits: list[tuple[ast.AST, str]]) -> str:
    """Replace nodes by texts; a line that is left empty by that goes."""
    lines = source.splitlines(keepends=True)
    starts = [sum(len(line.encode()) for line in lines[:i]) for i in range(len(lines))]
    content = source.encode()
    for node, text in sorted(edits, key=lambda e: (e[0].lineno, e[0].col_offset), reverse=True):
        first = starts[node.lineno - 1] + node.col_offset
        last = starts[node.end_lineno - 1] + node.end_col_offset
        if not text:  # the whole statement, with its indentation and its line end
            first, last = starts[node.lineno - 1], last + 1
        content = content[:first] + text.encode() + content[last:]
    return content.decode().rstrip()


def replace(source: str, name: str, answer: str) -> str:
    """Put a definition where a cell's source has its stub."""
    body = ast.parse(source).body
    stub = next(node for node in body if getattr(node, "name", "") == name)
    later = [node.lineno for node in body if node.lineno > stub.lineno]
    lines = source.splitlines()
    first = min([stub.lineno, *(d.lineno for d in stub.decorator_list)])
    tail = ["", "", *lines[min(later) - 1 :]] if later else []
    return "\n".join([*lines[: first - 1], answer, *tail])


def add_imports(cell: NotebookNode, needed: dict[str, str]) -> None:
    """Append to the setup cell the imports that it lacks."""
    here = _imports(ast.parse(cell.source))
    missing = sorted(statement for name, statement in needed.items() if name not in here)
    cell.source = "\n".join([cell.source, *missing])
