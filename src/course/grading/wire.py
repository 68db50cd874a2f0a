"""Values as bytes between the judge and a learner's code: data alone, never code.

Nothing that arrives is executed or unpickled. A message is a piece of JSON with the bytes of arrays
behind it; whatever is malformed, too deep or too large raises `Garbled`. Arrays, lists, dicts,
generators and objects that went one way keep their number, so that the other side can tell that
it was given the very thing back, and what was changed in it.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from course.checking.plain import Listed, Odd, _odd, is_tensor, numbers
from course.grading.messages import Garbled
from course.grading.reading import Reader, Steps


class Wire:
    """What has gone over the wire so far: things by number, and numbers by thing.

    Parameters
    ----------
    classes
        classes(names, name) is the class of an object that arrives, given the names of its own
        class and bases; None gives a `Foreign` one.
    functions
        functions(n, name) is what stands here for a function of the other side.
    first
        The first number that is given here: 0 at one end and 1 at the other, so that the two
        never give the same.
    """

    def __init__(self, classes: Callable, functions: Callable, first: int):
        self.next, self.asks = first, first == 0  # only the judge's iterables are asked
        self.things: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.classes, self.functions = classes, functions
        self._steps: dict[int, Callable] = {}

    def known(self, thing: object, n: int | None = None) -> int:
        """Return the number of a thing, a new one if it has none yet."""
        if id(thing) not in self.numbers:
            if n is None:
                n, self.next = self.next, self.next + 2
            self.numbers[id(thing)], self.things[n] = n, thing
        return self.numbers[id(thing)]

    def steps(self, v: Any) -> Callable:
        """A function that goes through an iterable, one item a call: it stands for it there."""
        begun: list = []
        if id(v) not in self._steps:

            def step(n: int) -> Any:
                if n < 0:
                    begun.append(iter(v))
                    return len(begun) - 1
                return next(((True, item) for item in begun[n]), (False, None))

            self._steps[id(v)] = step
        return self._steps[id(v)]

    # ---- out -----------------------------------------------------------------------------------

    def write(self, value: object, blobs: list[bytes]) -> list:
        """Return a value as JSON; what is known goes with its number and as it is now."""
        return _Writer(self, blobs).node(value)

    # ---- in ------------------------------------------------------------------------------------

    def read(self, node: object, blobs: list[bytes]) -> Any:
        """Return the value that a piece of JSON stands for; what is known becomes as it says.

        Raises
        ------
        Garbled
            If it stands for none.
        """
        try:
            return Reader(self, blobs).value(node)
        except Garbled:
            raise
        except Exception as error:
            raise Garbled(f"no value: {type(error).__name__}") from error


class _Writer:
    """One value on its way out."""

    def __init__(self, wire: Wire, blobs: list[bytes]):
        self.wire, self.blobs = wire, blobs
        self.written: set[int] = set()  # in this message; the second time its number will do

    def node(self, v: Any) -> list:
        """A value as JSON."""
        if v is None or v is Ellipsis or isinstance(v, bool):
            return ["k", {None: 0, Ellipsis: 1, False: 2, True: 3}[v]]
        if type(v) in (int, float, str):
            return ["i", str(v)] if type(v) is int else ["v", v]
        if isinstance(v, complex) and not isinstance(v, np.generic):
            return ["c", v.real, v.imag]
        if isinstance(v, (bytes, np.generic, np.ndarray)) or is_tensor(v):
            return self.array(v)
        if type(v) in (tuple, Listed, set, frozenset):
            names: dict = {tuple: "t", Listed: "L", set: "S", frozenset: "F"}
            name = names[type(v)]
            return [name, [self.node(item) for item in v]]
        if isinstance(v, range):
            return ["r", v.start, v.stop, v.step]
        if isinstance(v, Odd):
            return ["O", v.kind, v.hint]
        return self.numbered(v)

    def array(self, v: Any) -> list:
        """Numbers in memory, as bytes."""
        if isinstance(v, bytes):
            self.blobs.append(bytes(v))
            return ["y", len(self.blobs) - 1]
        kind = "T" if is_tensor(v) else "g" if isinstance(v, np.generic) else "a"
        if kind != "g" and (seen := self.seen(v)):
            return seen
        array = numbers(v) if kind == "T" else np.asarray(v)
        if array.dtype.hasobject or array.dtype.names:
            return ["O", _odd(array).kind, _odd(array).hint]
        self.blobs.append(array.tobytes())
        n = 0 if kind == "g" else self.wire.known(v)
        return [kind, n, array.dtype.str, array.shape, len(self.blobs) - 1]

    def seen(self, v: object) -> list | None:
        """A thing that stands in this message already, by its number."""
        n = self.wire.known(v)
        if n in self.written:
            return ["x", n]
        self.written.add(n)
        return None

    def numbered(self, v: Any) -> list:
        """What has a number: lists, dicts, generators, functions, objects."""
        if isinstance(v, Steps):
            return ["x", self.wire.numbers[id(v._step)]]
        if seen := self.seen(v):
            return seen
        if isinstance(v, list):
            n = self.wire.known(v)
            return ["l", n, [self.node(item) for item in v]]
        if isinstance(v, dict):
            n = self.wire.known(v)
            return ["d", n, [[self.node(k), self.node(item)] for k, item in v.items()]]
        if isinstance(v, np.random.Generator):
            return ["R", self.wire.known(v), *self.generator(v)]
        if hasattr(v, "__array__"):
            return self.array(np.asarray(v))
        if inspect.isroutine(v) or isinstance(v, np.ufunc):
            return ["f", self.wire.known(v), str(getattr(v, "__name__", "f"))]
        return self.object(v)

    def generator(self, v: np.random.Generator) -> list:
        """A generator's kind, state and seed."""
        bits = v.bit_generator
        seed = bits.seed_seq
        planted = (seed.entropy, tuple(seed.spawn_key), seed.n_children_spawned)
        return [type(bits).__name__, self.node(_frozen(bits.state)), self.node(planted)]

    def object(self, v: Any) -> list:
        """An object as the names of its classes and its attributes."""
        if self.wire.asks and hasattr(v, "__iter__") and not _is_known(v):
            return ["I", self.wire.known(self.wire.steps(v))]
        plain = isinstance(getattr(v, "__dict__", None), dict)
        if not plain or isinstance(v, type) or type(v).__module__ in sys.stdlib_module_names:
            odd = _odd(v)
            return ["O", odd.kind, odd.hint]
        names = [f"{c.__module__}:{c.__qualname__}" for c in type(v).__mro__[:-1]]
        n = self.wire.known(v)
        return ["o", n, names, [[str(k), self.node(item)] for k, item in vars(v).items()]]


def _frozen(state: object) -> object:
    """A generator's state without dicts, which would be numbered."""
    if isinstance(state, dict):
        return frozenset((key, _frozen(value)) for key, value in state.items())
    return tuple(state.tolist()) if isinstance(state, np.ndarray) else state


def _is_known(v: object) -> bool:
    """Whether it goes as what it is: a type, an iterator of Python's, or one of the course's."""
    return isinstance(v, type) or type(v).__module__ in (*sys.stdlib_module_names, "torch")
