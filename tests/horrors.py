"""Answers that break, hang, lie and litter, each by its name."""

import builtins
import functools
import itertools
import logging
import os
import random
import sys
import threading
import time
import unittest.mock
import warnings

import numpy as np
from samples import softmax, weights

from course.networks import layers


class Evil:
    """An object whose every reading breaks."""

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array for you")

    def __eq__(self, other):
        raise RuntimeError("no equality for you")

    def __repr__(self):
        raise RuntimeError("no text for you")

    __hash__ = None
    __str__ = __repr__


class EvilText(str):
    __slots__ = ()

    def __eq__(self, other):
        raise RuntimeError("no equality for you")

    def __str__(self):
        raise RuntimeError("no text for you")

    __hash__ = str.__hash__


class EvilError(Exception):
    def __str__(self):
        raise RuntimeError("no message for you")


class EvilCall:
    @property
    def __signature__(self):
        raise RuntimeError("no signature for you")

    @property
    def __code__(self):
        raise RuntimeError("no code for you")

    def __call__(self, *args):
        raise EvilError


class EvilEverything:
    def __getattribute__(self, name):
        raise RuntimeError("no attribute for you")


class Looking:
    """Says yes to every attribute."""

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self


def endless(z):
    while True:
        pass


def stubborn(z):
    while True:
        try:
            while True:
                z = z + 0
        except BaseException:
            pass


def sleepy(z):
    time.sleep(3)


def deep(z):
    return deep(z)


def deeper(z):
    sys.setrecursionlimit(1500)
    return [deeper(z)]


def endless_generator(z):
    return (n for n in itertools.count())


def endless_list(z):
    return list(itertools.repeat(z, 3_000_000))


def circular(z):
    ring = []
    ring.append(ring)
    return ring


def noisy(z):
    for i in range(2000):
        print("noise", i)
    sys.stderr.write("more noise")
    warnings.warn("a warning", stacklevel=1)
    logging.getLogger("learner").warning("a log line")
    return z


def leaver(z):
    sys.exit("bye")


def quitter(z):
    raise SystemExit(0)


def interrupter(z):
    raise KeyboardInterrupt


def asker(z):
    return float(input("z? "))


def patcher(z):
    np.exp = None
    builtins.sum = max
    layers.softmax = layers.relu
    return z


def seeder(z):
    np.random.seed(1)  # noqa: NPY002
    random.seed(1)
    np.seterr(all="raise")
    np.set_printoptions(precision=1)
    os.environ["COURSE_SURPRISE"] = "1"
    os.chdir("/")
    sys.path.insert(0, "nowhere")
    warnings.simplefilter("error")
    sys.setrecursionlimit(500)
    sys.stdout = None
    return z


async def asynchronous(z):
    return softmax(z)


def late(z):
    return asynchronous(z)


async def stream(z):
    yield z


def yielding(z):
    for row in z:
        yield softmax(row)


def unfinished(z):
    np.exp(z)
    raise NotImplementedError


def given_dots(z):
    np.exp(z)
    return ...


def html_error(z):
    raise ValueError("<script>alert(1)</script> & `more`\nsecond line")


def huge_message(z):
    raise ValueError("x" * 1_000_000)


def group(z):
    raise ExceptionGroup("several", [ValueError("a"), TypeError("b")])


def typo(z):
    return np.exp(zz)  # noqa: F821


def mocked(z):
    return unittest.mock.MagicMock()


def threaded(z):
    done = []
    thread = threading.Thread(target=lambda: done.append(1 / 0) or done, daemon=True)
    thread.start()
    thread.join()
    return done[0]


HORRORS = {
    "endless": endless,
    "stubborn": stubborn,
    "sleepy": sleepy,
    "deep": deep,
    "deeper": deeper,
    "endless generator": endless_generator,
    "endless list": endless_list,
    "circular list": circular,
    "huge array": lambda z: np.broadcast_to(np.float64(0), (10**6, 10**6)),
    "noisy": noisy,
    "sys.exit": leaver,
    "SystemExit": quitter,
    "KeyboardInterrupt": interrupter,
    "GeneratorExit": lambda z: (_ for _ in ()).throw(GeneratorExit),
    "StopIteration": lambda z: next(iter([])),
    "input": asker,
    "patched modules": patcher,
    "changed globals": seeder,
    "async": asynchronous,
    "returns a coroutine": late,
    "async generator": stream,
    "generator": yielding,
    "map": lambda z: map(np.exp, z),
    "zip": lambda z: zip(z, z, strict=True),
    "set": lambda z: set(np.ravel(z).tolist()),
    "dict": lambda z: {"p": softmax(z)},
    "text": lambda z: str(softmax(z)),
    "bytes": lambda z: softmax(z).tobytes(),
    "evil text": lambda z: EvilText("p"),
    "dict with an evil key": lambda z: {EvilText("p"): 1},
    "function": lambda z: softmax,
    "class": lambda z: Evil,
    "module": lambda z: np,
    "None": lambda z: print(softmax(z)),
    "dots": given_dots,
    "unfinished": unfinished,
    "ellipsis in a list": lambda z: [..., 1],
    "evil object": lambda z: Evil(),
    "list of evil objects": lambda z: [Evil(), Evil()],
    "evil exception": EvilCall(),
    "every attribute": Looking(),
    "mock": unittest.mock.MagicMock(),
    "returns a mock": mocked,
    "callable class": Evil,
    "ragged": lambda z: [[1.0], [1.0, 2.0]],
    "objects": lambda z: np.array([None, Evil], dtype=object),
    "complex": lambda z: softmax(z) * 1j,
    "booleans": lambda z: softmax(z) > 0.5,
    "dates": lambda z: np.array(["2020-01-01"] * z.size, "datetime64[D]").reshape(z.shape),
    "words": lambda z: np.array(["a"] * z.size).reshape(z.shape),
    "structured": lambda z: np.zeros(z.shape, dtype=[("a", float)]),
    "nan": lambda z: z * np.nan,
    "infinite": lambda z: z * 0 + np.inf,
    "empty": lambda z: [],
    "scalar": lambda z: 0.25,
    "tuple of one": lambda z: (softmax(z),),
    "too few parameters": lambda: 3,
    "too many parameters": lambda z, axis: softmax(z),
    "keyword only": lambda *, z: softmax(z),
    "script in a message": html_error,
    "huge message": huge_message,
    "exception group": group,
    "typo": typo,
    "thread": threaded,
    "unhashable": functools.lru_cache(softmax),
    "wrong ufunc": np.exp,
    "builtin without signature": dict,
    "print": print,
    "partial": functools.partial(softmax, axis=0),
    "numpy matrix": lambda z: np.matrix(z),
    "divides by zero": lambda z: 1 / 0,
    "memory": lambda z: np.zeros(10**15),
    "number": 3,
    "array": np.ones(2),
    "nothing": None,
    "name": "softmax",
    "an evil object itself": Evil(),
    "no attributes": EvilEverything(),
    "the exercise": weights,
}
