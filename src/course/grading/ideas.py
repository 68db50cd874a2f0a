"""The course's ideas in the process of an answer: as the judge sent them, without the reference."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from typing import Any

from course.words import say

_AWAY = "__course_away__"  # what stands in a module where the reference was


class NotYours(RuntimeError):
    """The answer came to the course's own function, which is what it should be."""


class Ideas(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The course's ideas as the judge sent them, and no other module of the course."""

    def __init__(self, sources: dict, shapes):
        self.sources, self.shapes = sources, shapes

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] != "course":
            return None
        if name not in self.sources:
            text = say("{name} isn't there while an answer is graded.", name=name)
            raise ModuleNotFoundError(text, name=name)
        whole = any(other.startswith(f"{name}.") for other in self.sources)
        return importlib.machinery.ModuleSpec(name, self, is_package=whole)

    def exec_module(self, module):
        text, file = self.sources[module.__name__]
        module.__file__ = file
        setattr(module, _AWAY, self)
        exec(compile(text, file, "exec"), vars(module))

    def away(self, name: str):
        """What the course's own function does here."""
        raise NotYours(_not_yours(name))

    def skeleton(self, name: str) -> type:
        """What stands here for the course's own class: its parameters, and nothing that it does."""
        ask, torch = self.shapes, importlib.import_module("torch")
        module: Any = torch.nn.Module

        class Skeleton(module):
            def __init__(self, *args, **kwargs):
                super().__init__()
                for path, shape in ask(name, *args, **kwargs):
                    _plant(self, path.split("."), torch.nn.Parameter(torch.zeros(shape)))

            def forward(self, *args, **kwargs):
                raise NotYours(_not_yours(name))

        Skeleton.__name__ = Skeleton.__qualname__ = name
        return Skeleton


def _not_yours(name: str) -> str:
    return say("Your code comes to the course's {name}, which is yours to write.", name=name)


def _plant(module, path: list[str], parameter) -> None:
    """Put a parameter into a module under its dotted name."""
    for part in path[:-1]:
        if part not in module._modules:
            module.add_module(part, sys.modules["torch"].nn.Module())
        module = module._modules[part]
    module.register_parameter(path[-1], parameter)
