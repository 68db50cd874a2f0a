"""Cells tagged ``varies``: they may print what differs from machine to machine.

A learner should see their own number: how long it took here, how many times faster, which last
digits. So the outputs of such a cell are compared by their words, every number masked, and its
pictures by their size and their words. What range the number must lie in, a test says.
"""

from __future__ import annotations

import ast
import html
import inspect
import re
from collections.abc import Iterable

from course.checking.source import read

TAG = "varies"
MOST = 3  # such cells in a lesson
ROUNDING = 1e-9  # a printed number smaller than this is rounding, each processor's own

_NUMBER = re.compile(r"(?<![A-Za-z_\d])[-+−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
_MARKS = re.compile(r"[●◐○]+")  # the map's: one for each exercise
_MARKUP = re.compile(r"<style\b.*?</style>|<[^>]+>", re.DOTALL)
_CLOCK = re.compile(r"\b(?:perf_counter|process_time|monotonic|thread_time|timeit)\b")
_MAP = re.compile(r"\bcourse_map\.show\(")  # it changes with every lesson that joins


def tagged(cell: dict) -> bool:
    """Say whether a cell may print what differs between machines."""
    return TAG in cell.get("metadata", {}).get("tags", [])


def words(shown: str) -> str:
    """Return what an output says, markup and spacing left out, with every number masked."""
    said = html.unescape(_MARKUP.sub(" ", shown)) if "</" in shown else shown
    return " ".join(_MARKS.sub("○", _NUMBER.sub("#", said)).split())


def numbers(shown: str) -> list[str]:
    """Return the numbers that `words` masks, as they are written."""
    said = html.unescape(_MARKUP.sub(" ", shown)) if "</" in shown else shown
    return [found.replace("−", "-").replace(",", "") for found in _NUMBER.findall(said)]


def needed(sources: list[str], index: int, shown: Iterable[str], imported: dict) -> bool:
    """Say whether a cell shows something that another machine would show differently.

    Parameters
    ----------
    sources, index
        The code cells of a notebook in order, and which of them is asked about.
    shown
        Every text that its outputs hold.
    imported
        The objects that the notebook's imports bind, by name.
    """
    printed = [number for text in shown for number in numbers(text)]
    if not printed:
        return False
    timed = clocked(sources, imported)[index] or _MAP.search(sources[index])
    return bool(timed) or any(_rounding(number) for number in printed)


def clocked(sources: list[str], imported: dict) -> list[bool]:
    """Say of each code cell whether it reads a clock or a name that depends on one."""
    timed: set[str] = set()
    found = []
    for source in sources:
        touched = False
        for line in ast.parse(source).body:
            names = [x for x in ast.walk(line) if isinstance(x, ast.Name | ast.Attribute)]
            used = {ast.unparse(name) for name in names}
            ours = any(_reads_a_clock(_object(name, imported)) for name in used)
            if ours or used & timed or _CLOCK.search(ast.unparse(line)):
                touched = True
                timed |= _bound(line)
        found.append(touched)
    return found


def _object(name: str, imported: dict):
    """Return what a dotted name stands for; None if no import binds it."""
    first, *rest = name.split(".")
    value = imported.get(first)
    for part in rest:
        value = getattr(value, part, None)
    return value


def _bound(line: ast.stmt) -> set[str]:
    """Return the names that a statement gives a value."""
    if isinstance(line, ast.FunctionDef | ast.ClassDef):
        return {line.name}
    names = (x for x in ast.walk(line) if isinstance(x, ast.Name))
    return {x.id for x in names if isinstance(x.ctx, ast.Store)}


def _reads_a_clock(value) -> bool:
    """Say whether the code of a function or class of the course reads one."""
    ours = inspect.isfunction(value) or inspect.isclass(value)
    if not ours or not value.__module__.startswith("course."):
        return False
    return bool(_CLOCK.search(read(value)))


def _rounding(number: str) -> bool:
    """Say whether a printed number shows what rounding left: tiny, or of more than four digits."""
    mantissa = re.sub(r"e.*", "", number).lstrip("+-")
    digits = mantissa.replace(".", "").lstrip("0") if "." in mantissa else ""
    return 0 < abs(float(number)) < ROUNDING or len(digits) > 4
