"""Values as bytes between the judge and a learner's code: data alone, never code.

Nothing that arrives is executed or unpickled. A message is a piece of JSON with the bytes of arrays
behind it; whatever is malformed, too deep or too large raises `Garbled`. Arrays, lists, dicts,
generators and objects that went one way keep their number, so that the other side can tell that
it was given the very thing back, and what was changed in it.
"""

from __future__ import annotations

import inspect
import json
import re
import struct
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from course.checking.plain import Listed, Odd, _odd, is_tensor, numbers

LARGEST = 1 << 26  # bytes of one message
_TEXT = 1 << 23  # bytes of its JSON
_DTYPE = re.compile(r"[<>|=][biufcSUMm?]\d*(\[\w+\])?")
_HEAD = struct.Struct(">II")
_KINDS = frozenset("kivcyagTtLSFrOxldRfIo")


class Garbled(ValueError):
    """What arrived is no message."""


class Foreign:
    """An instance of a class that is not known here: its attributes and nothing else."""


def pack(message: object, blobs: list[bytes]) -> bytes:
    """Return a message of JSON and blobs as bytes.

    Raises
    ------
    Garbled
        If it is larger than `LARGEST`.
    """
    text = json.dumps(message, separators=(",", ":")).encode()
    if len(text) > _TEXT or len(text) + sum(map(len, blobs)) > LARGEST:
        raise Garbled("larger than a message may be")
    sizes = struct.pack(f">{len(blobs)}I", *map(len, blobs))
    return b"".join([_HEAD.pack(len(text), len(blobs)), sizes, text, *blobs])


def unpack(read: Callable[[int], bytes]) -> tuple[Any, list[bytes]]:
    """Return the message and the blobs that a function read(n) gives byte by byte.

    Raises
    ------
    Garbled
        If they are none.
    """
    size, count = _HEAD.unpack(read(_HEAD.size))
    if size > _TEXT or count > 100_000:
        raise Garbled("larger than a message may be")
    sizes = struct.unpack(f">{count}I", read(4 * count))
    if size + sum(sizes) > LARGEST:
        raise Garbled("larger than a message may be")
    try:
        message = json.loads(read(size))
    except (ValueError, RecursionError) as error:
        raise Garbled("no JSON") from error
    return message, [read(n) for n in sizes]


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
            return _Reader(self, blobs).value(node)
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


class _Reader:
    """One value on its way in."""

    def __init__(self, wire: Wire, blobs: list[bytes]):
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


def _frozen(state: object) -> object:
    """A generator's state without dicts, which would be numbered."""
    if isinstance(state, dict):
        return frozenset((key, _frozen(value)) for key, value in state.items())
    return tuple(state.tolist()) if isinstance(state, np.ndarray) else state


def _thawed(state: object) -> object:
    """The state again."""
    if isinstance(state, frozenset):
        return {key: _thawed(value) for key, value in state}
    return np.array(state, np.uint32) if isinstance(state, tuple) else state


def _is_known(v: object) -> bool:
    """Whether it goes as what it is: a type, an iterator of Python's, or one of the course's."""
    return isinstance(v, type) or type(v).__module__ in (*sys.stdlib_module_names, "torch")


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
