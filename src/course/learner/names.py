"""The names that a piece of code reads, and the imports that give them their values."""

from __future__ import annotations

import inspect
import symtable
import sys
from types import ModuleType


def free(text: str) -> set[str]:
    """Return the names that a piece of code reads and does not bind itself."""
    top = symtable.symtable(text, "section", "exec")
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    return {name for table in _tables(top) for name in _reads(table)} - bound


def _tables(table):
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _reads(table) -> set[str]:
    whole = table.get_type() == "module"
    return {
        s.get_name() for s in table.get_symbols() if s.is_referenced() and (whole or s.is_global())
    }


def import_line(name: str, value: object) -> str:
    """Return the import that gives a name its value, or "" where none does."""
    if isinstance(value, ModuleType):
        package, _, last = value.__name__.rpartition(".")
        renamed = "" if last == name else f" as {name}"
        return f"from {package} import {last}{renamed}" if package else f"import {last}{renamed}"
    there = getattr(value, "__name__", "")
    own = getattr(value, "__module__", None) == "__main__"
    module = "" if own or not there else _home(there, value)
    renamed = "" if there == name else f" as {name}"
    return f"from {module} import {there}{renamed}" if module else ""


def _home(there: str, value: object) -> str:
    """The module that a thing is imported from, or ""; compiled ones may not know it themselves."""
    said = getattr(value, "__module__", None) or ""
    public = [m for m in list(sys.modules) if not any(p.startswith("_") for p in m.split("."))]
    if inspect.isfunction(value):
        public = []
    for module in (said, "numpy", "math", *sorted(public, key=lambda m: (m.count("."), m))):
        held = getattr(sys.modules.get(module), "__dict__", {})
        if module != "__main__" and held.get(there) is value:
            return module
    return ""
