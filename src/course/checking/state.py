"""Global state that a learner's code may change, and how to put it back."""

from __future__ import annotations

import builtins
import contextlib
import operator
import os
import random
import sys
from collections.abc import Callable, Iterator
from inspect import ismodule

import numpy as np

PARTS = ("foundations", "networks", "transformers", "practice")  # what a learner could patch
_saved: list = []  # what the outermost `undisturbed` found


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Begin from the same state each time, and leave the state as it was found.

    Inside another one, only what the next call would feel is put back: modules and the depth of
    recursion. Saving all of it costs a millisecond, and a check makes many calls.
    """
    inner = bool(_saved)
    kept = _KEPT[:2] if inner else _KEPT
    before = _saved if inner else [read() for read, _ in kept]
    try:
        if not inner:
            _saved[:] = before
        random.seed(0)
        np.random.seed(0)  # noqa: NPY002 - a learner may use the old generator
        np.seterr(all="warn")
        yield
    finally:
        if not inner:
            _saved.clear()
        for (_, put_back), value in zip(kept, before, strict=False):
            put_back(value)


def _modules() -> list[tuple[dict, dict]]:
    """The names in Python's built-ins, NumPy and the course, each with a copy."""
    parts = tuple(f"course.{part}." for part in PARTS)
    ideas = [m for n, m in list(sys.modules.items()) if n.startswith(parts)]
    return [(vars(m), dict(vars(m))) for m in (builtins, np, *ideas)]


def _put_modules_back(modules: list[tuple[dict, dict]]) -> None:
    for names, old in modules:
        if len(names) == len(old) and all(map(operator.is_, names.values(), old.values())):
            continue
        names.update(old)
        for name in [n for n, v in names.items() if n not in old and not ismodule(v)]:
            del names[name]  # a module is loaded when first asked for, and stays


def _put_path_back(path: list[str]) -> None:
    sys.path[:] = path


def _put_environment_back(environment: dict) -> None:
    if dict(os.environ) != environment:
        os.environ.clear()
        os.environ.update(environment)


def _folder() -> str | None:
    with contextlib.suppress(OSError):
        return os.getcwd()
    return None


def _put_folder_back(folder: str | None) -> None:
    if folder is not None and _folder() != folder:
        os.chdir(folder)


def _torch() -> tuple | None:
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "get_rng_state"):  # absent, or half loaded
        return None
    return torch, torch.get_rng_state(), torch.get_default_dtype(), torch.is_grad_enabled()


def _put_torch_back(state: tuple | None) -> None:
    if state is not None:
        torch, seeds, dtype, grad = state
        torch.set_rng_state(seeds)
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(grad)


_KEPT: tuple[tuple[Callable, Callable], ...] = (  # how to read, how to put back
    (_modules, _put_modules_back),
    (sys.getrecursionlimit, sys.setrecursionlimit),
    (random.getstate, random.setstate),
    (np.random.get_state, np.random.set_state),
    (np.geterr, lambda errors: np.seterr(**errors)),
    (np.get_printoptions, lambda options: np.set_printoptions(**options)),
    (lambda: list(sys.path), _put_path_back),
    (lambda: dict(os.environ), _put_environment_back),
    (_folder, _put_folder_back),
    (_torch, _put_torch_back),
)
