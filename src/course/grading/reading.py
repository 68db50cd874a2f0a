"""The values that a piece of JSON stands for; see `wire`."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from course.checking.plain import Listed, Odd, is_tensor
from course.grading.messages import Garbled

_DTYPE = re.compile(r"[<>|=][biufcSUMm?]\d*(\[\w+\])?")
_KINDS = frozenset("kivcyagTtLSFrOxldRfIo")


class Foreign:
    """An instance of a class that is not known here: its attributes and nothing else."""


class Steps:
    """An iterable of the other side, which gives each item when it is asked for."""

    def __init__(self, step: Callable):
        self._step = step

    def __iter__(self):
        n = self._step(-1)
        while True:
            more, item = self._step(n)
            if not more:
                return
            yield item


class Reader:
    """One value on its way in."""

    def __init__(self, wire: Any, blobs: list[bytes]):
        self.wire, self.blobs = wire, blobs

    def value(self, node: Any) -> Any:
        kind, *rest = node
        if kind not in _KINDS:
            raise Garbled("no such kind")
        return getattr(self, f"_{kind}")(*rest)

    def made(self, n: int, thing: Any) -> Any:
        """Number a thing that has arrived, or make a known one like it."""
        if not isinstance(n, int):
            raise Garbled("no number")
        if n in self.wire.things:
            return _renewed(self.wire.things[n], thing)
        self.wire.known(thing, n)
        return thing

    def _k(self, n):
        return (None, Ellipsis, False, True)[n]

    def _i(self, text):
        return int(text) if len(text) < 4000 else Odd("int")

    def _v(self, value):
        return value if type(value) in (int, float, str) else Odd("value")

    def _c(self, real, imag):
        return complex(real, imag)

    def _y(self, at):
        return self.blobs[at]

    def _numbers(self, dtype, shape, at):
        if not _DTYPE.fullmatch(dtype):
            raise Garbled("no such numbers")
        return np.frombuffer(self.blobs[at], np.dtype(dtype)).reshape(shape).copy()

    def _a(self, n, *rest):
        return self.made(n, self._numbers(*rest))

    def _g(self, n, *rest):
        return self._numbers(*rest)[()]

    def _T(self, n, *rest):
        array = self._numbers(*rest)
        torch = sys.modules.get("torch")
        return self.made(n, torch.from_numpy(array) if torch else array)

    def _t(self, items):
        return tuple(map(self.value, items))

    def _L(self, items):
        return Listed(map(self.value, items))

    def _S(self, items):
        return set(map(self.value, items))

    def _F(self, items):
        return frozenset(map(self.value, items))

    def _r(self, *ends):
        made = range(*ends)
        return made if len(made) <= 1_000_000 else Odd("range")

    def _O(self, kind, hint):
        return Odd(str(kind)[:80], str(hint)[:200])

    def _x(self, n):
        return self.wire.things[n]

    def _l(self, n, items):
        thing = self.made(n, [])
        thing.extend(map(self.value, items))
        return thing

    def _d(self, n, items):
        thing = self.made(n, {})
        thing.update((self.value(k), self.value(v)) for k, v in items)
        return thing

    def _R(self, n, kind, state, planted):
        entropy, spawn_key, children = self.value(planted)
        maker = {"PCG64": np.random.PCG64, "MT19937": np.random.MT19937}[kind]
        seed = np.random.SeedSequence(
            entropy, spawn_key=tuple(spawn_key), n_children_spawned=children
        )
        bits = maker(seed)
        bits.state = _thawed(self.value(state))
        return self.made(n, np.random.Generator(bits))

    def _f(self, n, name):
        return self.made(n, self.wire.functions(n, str(name)[:80]))

    def _I(self, n):
        return Steps(self.made(n, self.wire.functions(n, "step")))

    def _o(self, n, names, attributes):
        kind = self.wire.classes(names)
        if kind is None:
            name = re.sub(r"\W", "", names[0].partition(":")[2])[:40]
            kind = type(name or "Foreign", (Foreign,), {})
        thing = self.made(n, object.__new__(kind))
        if inspect.isroutine(thing):
            raise Garbled("a function has no attributes")
        vars(thing).clear()
        vars(thing).update({k: self.value(v) for k, v in attributes})
        return thing


def _thawed(state: object) -> object:
    """The state again."""
    if isinstance(state, frozenset):
        return {key: _thawed(value) for key, value in state}
    return np.array(state, np.uint32) if isinstance(state, tuple) else state


def _renewed(old: Any, new: Any) -> Any:
    """A thing made what another one is, as far as it can be; lists and dicts come back empty."""
    if isinstance(old, (list, dict)) and type(old) is type(new):
        old.clear()
    elif isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        if old.shape == new.shape and old.dtype == new.dtype and old.flags.writeable:
            old[...] = new
    elif is_tensor(old) and is_tensor(new) and old.shape == new.shape:
        old.data.copy_(new)
    elif isinstance(old, np.random.Generator) and isinstance(new, np.random.Generator):
        old.bit_generator.state = new.bit_generator.state
    return old
