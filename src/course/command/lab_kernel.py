"""What a kernel that `course lab` starts knows besides Python: missing names, hints, old answers.

Under a check that isn't done there is a button for the next hint, under one that is done the
course's way, folded, and a link to what comes next on the page. A cell that runs before the cell
it leans on ends in a NameError, which says nothing to a beginner: where a cell of the page defines
the name, a sentence says which, in place of the traceback. So does one where a result waits for
its guess, which ends a run of all cells. A cell that Python can't read leaves the
answer of before in place; then a check says so.
"""

import ast
import json
import os
import re
import textwrap
import traceback
from pathlib import Path

from course.learner import beside
from course.words import say

WIDTH = 78  # characters; the page would break a longer line inside a word
_DEFINED = re.compile(r"^(?:async +)?(?:def|class) +(\w+)", re.MULTILINE)  # in what can't be read


def load_ipython_extension(shell) -> None:
    """Install all of it in an IPython shell; called by IPython itself."""
    shell.set_custom_exc((NameError, beside.Unanswered), _explain)
    shell.events.register("post_run_cell", _ran)
    beside.let(_under, lambda: _sent(shell), lambda: _more(shell))


def _sent(shell) -> float:
    """Return when the page sent the cell that runs, in milliseconds by its own clock."""
    return 1000 * shell.get_parent()["header"]["date"].timestamp()


def _more(shell) -> bool:
    """Tell whether a statement follows, in the cell that runs, after the one that runs."""
    stack = traceback.walk_stack(None)  # from here outwards: the cell's own line comes last
    *_, here = 0, *(line for frame, line in stack if frame.f_globals is shell.user_ns)
    return here < ast.parse(shell.user_ns["In"][-1]).body[-1].lineno


def _under(exercise, done: bool) -> None:
    """Show what stands under a check: hints, or the course's way and what comes next."""
    from course.interactive import hints  # what draws on pages is loaded with the first check

    if done:
        hints.passed(exercise, *following(exercise, page()))
    elif exercise.hints:
        hints.offer(exercise)


def following(exercise, cells: list[dict]) -> tuple[str, str]:
    """Return what comes next on a page of these cells: link and words, "" if that is unknown."""
    from course.learner import progress
    from course.lessons import Lesson, places

    lesson = Lesson(exercise.lesson)
    ids = [cell.get("id", "") for cell in cells]
    return places.after(lesson, exercise.name, ids, places.finished(lesson, progress.read()))


def _ran(result) -> None:
    """Note what a cell defines, and whether Python could read it."""
    names = set(_DEFINED.findall(result.info.raw_cell or ""))
    beside.ran(names, read=not isinstance(result.error_before_exec, SyntaxError))


def _explain(shell, kind, error, trace, tb_offset=None) -> list[str]:
    """Return what is shown of an error: our sentence, or IPython's own traceback."""
    try:
        words = str(error)
        if isinstance(error, NameError):
            source = shell.user_ns["In"][-1]
            words = sentence(getattr(error, "name", None) or "", page(), source)
    except Exception:  # whatever is wrong with the page, the traceback must come
        words = ""
    if words:
        shown = textwrap.wrap(words, WIDTH)
    else:
        shown = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
    shell._showtraceback(kind, error, shown)
    return shown


def page() -> list[dict]:
    """Return the cells of the notebook that this kernel belongs to, as last saved."""
    file = Path(os.environ.get("JPY_SESSION_NAME", ""))
    if file.suffix != ".ipynb" or not file.is_file():
        return []
    return json.loads(file.read_text(encoding="utf-8"))["cells"]


def sentence(name: str, cells: list[dict], source: str = "") -> str:
    """Say which cell defines a name and what to do; "" if no cell does.

    Parameters
    ----------
    source
        Of the cell that lacks the name.
    """
    if beside.unread(name):
        return say(
            "{name} isn't known yet: the cell that defines it ended in a SyntaxError. Mend that "
            "cell and run it, then run this one again.",
            name=name,
        )
    for cell in (cell for cell in cells if cell["cell_type"] == "code"):
        if name not in defined("".join(cell["source"])):
            continue
        if "setup" in cell["metadata"].get("tags", []):
            return say(
                "{name} isn't known yet: the setup cell, the first cell of code on this page, "
                "brings it. Run that cell first, then this one again.",
                name=name,
            )
        if f"{name}.reveal(" in source:
            return say("The question above this result wasn't run. Run it first.")
        return say(
            "{name} isn't known yet: a cell further up defines it. Run the cells above in their "
            "order, then this one again. Run All Above Selected Cell in the menu Run does it at "
            "once.",
            name=name,
        )
    return ""


def defined(source: str) -> set[str]:
    """Return the names that a cell binds outside of functions and classes."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return set()
    names: set[str] = set()
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
            continue
        if isinstance(
            node, ast.Lambda | ast.GeneratorExp | ast.ListComp | ast.DictComp | ast.SetComp
        ):
            continue
        if isinstance(node, ast.alias):
            names.add((node.asname or node.name).split(".")[0])
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        pending += ast.iter_child_nodes(node)
    return names
