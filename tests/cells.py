"""Notebook cells without a notebook: code whose source is known, run in one namespace."""

import itertools
import linecache

_numbers = itertools.count()


class Cells:
    """Run code as cells of one notebook, one after the other."""

    def __init__(self):
        self.names = {"__name__": "__main__"}

    def run(self, code: str, name: str = ""):
        """Run a cell; returns what a name stands for after it."""
        file = f"/tmp/ipykernel_test/{next(_numbers)}.py"
        linecache.cache[file] = len(code), None, code.splitlines(keepends=True), file
        exec(compile(code, file, "exec"), self.names)
        return self.names.get(name)
