"""Laws of the exercise contract, with tiny exercises: horrible answers, right answers, displays."""

import asyncio
import builtins
import collections
import dataclasses
import functools
import html
import html.parser
import itertools
import logging
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import unittest.mock
import warnings

import numpy as np
import pytest
from mutants import mutants

from course.checking import Case, Exercise, Law, call, contract, guard, source
from course.checking.cases import named
from course.checking.compare import first_fault, same
from course.checking.plain import Odd, plain
from course.checking.verdict import Note, Verdict, coloured
from course.networks import layers


def softmax(z):
    """Weights that sum to 1."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)  # (..., K)


def columns(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


def in_place(z):
    z -= z.max(axis=-1, keepdims=True)
    return softmax(z)


def fragile(z):
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def rows_sum_to_one(f, rng):
    return np.allclose(f(rng.normal(size=(3, 4))).sum(axis=-1), 1, rtol=1e-12)


weights = Exercise(
    reference=softmax,
    cases=[
        Case.hand((np.array([0, np.log(3)]),), [0.25, 0.75], says="z = (0, ln 3)"),
        Case.random(lambda rng: (rng.normal(size=(2, 5)),), says="z of shape (2, 5)", n=2),
        Case.extreme((np.array([1000.0, 0.0]),), says="z = [1000, 0]"),
    ],
    laws=[Law("rows sum to 1", rows_sum_to_one)],
    mistakes=[
        named("columns", "your columns sum to 1, not your rows: axis=-1.", columns),
        named("overflow", "exp(1000) overflows. Subtract the row's maximum first.", fragile),
        named("in place", "-= writes into the caller's z. Make a new array.", in_place),
        named("flat", "one sum over all rows: which axis?", lambda z: np.exp(z) / np.exp(z).sum()),
        named("dropped", "the axis is gone: keepdims=True.", lambda z: softmax(z)[0]),
        named("method", "a row has no .Max; NumPy's names are small.", lambda z: z.Max()),
    ],
    hints=["What do the weights sum to?", "p = exp(z) / sum exp(z), z (..., K)", "return … / …"],
    why="A constant in every entry cancels.",
)


def affine_backward(dy, x, W):
    """Three gradients."""
    dx = dy @ W.T
    dW = x.T @ dy
    db = dy.sum(axis=0)
    return dx, dW, db


def three_gradients(rng):
    return rng.normal(size=(5, 3)), rng.normal(size=(5, 4)), rng.normal(size=(4, 3))


backward = Exercise(
    reference=affine_backward,
    cases=[Case.random(three_gradients, says="x (5, 4), W (4, 3)")],
    mistakes=[],
    hints=["?"],
)


def tally(text, *, skip=" "):
    """How often each character occurs."""
    return collections.Counter(c for c in text if c not in skip)


counting = Exercise(
    reference=tally,
    cases=[
        Case.hand(("aab",), {"a": 2, "b": 1}, says="'aab'"),
        Case.extreme(call("a-b", skip="-"), says="'a-b' without '-'"),
    ],
    mistakes=[],
    hints=["?"],
)


class Running:
    """A mean that is told one number at a time."""

    def __init__(self):
        self.n, self.total = 0, 0.0

    def add(self, x):
        self.n += 1
        self.total += x
        return self.total / self.n


running = Exercise(
    reference=Running,
    cases=[Case.random(lambda rng: (rng.normal(size=7),), says="seven numbers")],
    mistakes=[],
    hints=["?"],
    probe=lambda answer, xs: [answer_of.add(x) for answer_of in [answer()] for x in xs],
)


# ---- horrible answers -------------------------------------------------------------------------


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


def state_of_the_world():
    return (
        random.getstate(),
        np.random.get_state()[1].tolist(),  # noqa: NPY002
        np.geterr(),
        np.get_printoptions(),
        dict(os.environ),
        os.getcwd(),
        list(sys.path),
        list(warnings.filters),
        sys.getrecursionlimit(),
        sys.stdout,
        sys.stderr,
        dict(vars(builtins)),
        {n: v for n, v in vars(np).items() if not n.startswith("_")},
        dict(vars(layers)),
        signal.getsignal(signal.SIGALRM) if hasattr(signal, "SIGALRM") else None,
    )


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("name", HORRORS)
def test_a_horrible_answer_gives_a_sentence(name, monkeypatch, capfd):
    monkeypatch.setattr(guard, "SECONDS", 0.5)
    weights.drawn  # noqa: B018 - worked out first, so that what is below is the answer's doing
    before = state_of_the_world()
    verdict = weights.examine(HORRORS[name])
    after = state_of_the_world()
    assert all(a == b for a, b in zip(before, after, strict=True))
    assert verdict.state in ("wrong", "not started", "stopped")
    assert is_sentence(verdict.text), verdict.text
    assert len(str(verdict)) < 2500
    assert well_formed(verdict._repr_html_())
    assert "Traceback" not in str(verdict)
    assert "course/exercises" not in str(verdict)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def is_sentence(text):
    return text.rstrip()[-1] in ".?" and len(text) > 15


def well_formed(page):
    """Whether every tag is closed, and no script or handler came through."""

    class Reader(html.parser.HTMLParser):
        def __init__(self):
            super().__init__()
            self.open, self.fine = [], True

        def handle_starttag(self, tag, attributes):
            self.fine &= tag not in ("script", "img", "iframe")
            self.fine &= not any(name.startswith("on") for name, _ in attributes)
            if tag != "br":
                self.open.append(tag)

        def handle_endtag(self, tag):
            self.fine &= bool(self.open) and self.open.pop() == tag

    reader = Reader()
    reader.feed(page)
    return reader.fine and not reader.open


@pytest.mark.parametrize(
    ("name", "stage", "words"),
    [
        ("endless", "returned", "still running"),
        ("stubborn", "returned", "still running"),
        ("sleepy", "returned", "still running"),
        ("deep", "returned", "`return deep(z)`, raised RecursionError"),
        ("sys.exit", "returned", "SystemExit"),
        ("input", "returned", "asks for input()"),
        ("async", "signature", "async def"),
        ("returns a coroutine", "type", "async def"),
        ("generator", "type", "`return` gives all at once"),
        ("map", "type", "list(...)"),
        ("set", "type", "a set"),
        ("text", "type", "text; an array of shape (2,)"),
        ("function", "type", "parentheses of a call missing"),
        ("None", "returned", "Is a `return` missing?"),
        ("evil object", "returned", "cannot be read as numbers"),
        ("ragged", "type", "a list of 2 arrays; an array of shape (2,)"),
        ("objects", "type", "rows differ in length"),
        ("complex", "dtype", "complex numbers"),
        ("booleans", "dtype", "True and False"),
        ("nan", "finite", "2 of 2 entries are nan"),
        ("infinite", "finite", "2 of 2 entries are inf"),
        ("scalar", "shape", "a single number; an array of shape (2,) is wanted"),
        ("tuple of one", "type", "comma at the end"),
        ("too few parameters", "signature", "softmax(z) is wanted"),
        ("too many parameters", "signature", "softmax(z, axis)"),
        ("typo", "returned", "raised NameError: name 'zz' is not defined"),
        ("script in a message", "returned", "ValueError: <script>alert(1)</script>"),
        ("number", "attempted", "Pass the function itself: ex.softmax.check(softmax)"),
        ("array", "attempted", "you passed an array of shape (2,)"),
        ("nothing", "attempted", "you passed None"),
        ("the exercise", "attempted", "Pass the function itself"),
        ("huge array", "shape", "(1000000, 1000000)"),
        ("endless list", "type", "list of 3000000 entries"),
    ],
)
def test_the_sentence_leads_to_the_repair(name, stage, words, monkeypatch):
    monkeypatch.setattr(guard, "SECONDS", 0.3 if words == "still running" else 10)
    verdict = weights.examine(HORRORS[name])
    assert (verdict.state, verdict.stage) == ("wrong", stage), str(verdict)
    assert words in str(verdict)


def test_a_line_of_theirs_is_shown_with_its_number():
    verdict = weights.examine(typo)
    assert f"your line {typo.__code__.co_firstlineno + 1}, `return np.exp(zz)" in str(verdict)


def test_a_coroutine_passed_by_mistake_is_told_and_closed(recwarn):
    running_now = asynchronous(np.zeros(2))
    assert "you passed a coroutine" in str(weights.examine(running_now))
    with pytest.raises(RuntimeError, match="cannot reuse"):
        asyncio.run(asyncio.wait_for(running_now, 1))


# ---- stubs ------------------------------------------------------------------------------------


def dots(z): ...


def passed(z):
    pass


def documented(z):
    """What it should do."""


def documented_dots(z):
    """What it should do."""
    ...  # three lines


def not_implemented(z):
    raise NotImplementedError("yours")


def not_implemented_bare(z):
    raise NotImplementedError


def returns_none(z):
    return None


class EmptyRunning:
    """A class whose methods are stubs."""

    def __init__(self): ...

    def add(self, x): ...


@pytest.mark.parametrize(
    "stub",
    [
        dots,
        passed,
        documented,
        documented_dots,
        not_implemented,
        not_implemented_bare,
        returns_none,
        unfinished,
        given_dots,
        functools.partial(dots),
        lambda z: ...,
    ],
)
def test_a_stub_is_not_started(stub):
    verdict = weights.examine(stub)
    assert (verdict.state, verdict.stage) == ("not started", "attempted")
    assert str(verdict) == (
        "softmax · not started. Difficulty 2 of 5, about 10 minutes. "
        "Replace the dots, then run this cell again. ex.softmax.hint() helps."
    )


def test_a_class_of_stubs_is_not_started():
    assert running.examine(EmptyRunning).state == "not started"
    assert running.examine(Running).state == "done"


def test_a_begun_function_is_not_a_stub():
    assert not source.idle(softmax)
    assert not source.idle(lambda z: z)
    assert not source.idle(lambda z: 3)
    assert not source.idle(lambda z: undefined_name)  # noqa: F821
    assert not source.idle(np.exp)


# ---- right answers ----------------------------------------------------------------------------


def loops(z):
    out = np.zeros(z.shape)
    for at in np.ndindex(z.shape[:-1]):
        top = max(z[at])
        total = sum(np.exp(v - top) for v in z[at])
        for j, v in enumerate(z[at]):
            out[(*at, j)] = np.exp(v - top) / total
    return out


def lists(z):
    if z.ndim > 1:
        return [lists(row) for row in z]
    return [float(v) for v in softmax(z)]


def einsum(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return np.einsum("...k,...->...k", e, 1 / np.einsum("...k->...", e))


def tensor(z):
    import torch

    return torch.softmax(torch.from_numpy(z), dim=-1)


def tensor_with_gradient(z):
    import torch

    return torch.softmax(torch.tensor(z, requires_grad=True), dim=-1)


class Callable:
    def __call__(self, z):
        return softmax(z)

    def method(self, z):
        return softmax(z)

    @staticmethod
    def static(z):
        return softmax(z)


def with_axis(z, axis=-1, *rest, **more):
    return softmax(z)


def any_arguments(*args, **kwargs):
    return softmax(*args, **kwargs)


@functools.wraps(softmax)
def wrapped(*args):
    return softmax(*args)


def talkative(scores):
    print("scores are", scores)
    warnings.warn("careful", stacklevel=1)
    return softmax(scores)


def copying(z):
    z = z.copy()
    z -= z.max(-1, keepdims=True)
    np.exp(z, out=z)
    z /= z.sum(-1, keepdims=True)
    return z


def global_random(z):
    return softmax(z + np.random.normal())  # noqa: NPY002 - a constant cancels


RIGHT = {
    "reference": softmax,
    "loops": loops,
    "lists": lists,
    "tuples of floats": lambda z: tuple(lists(z)),
    "einsum": einsum,
    "tensor": tensor,
    "tensor with gradient": tensor_with_gradient,
    "float32": lambda z: softmax(z).astype(np.float32),
    "computed in float32": lambda z: softmax(z.astype(np.float32)),
    "float16": lambda z: softmax(z).astype(np.float16),
    "lambda": lambda z: softmax(z),
    "partial": functools.partial(with_axis, axis=-1),
    "callable object": Callable(),
    "method": Callable().method,
    "static method": Callable.static,
    "more defaults": with_axis,
    "any arguments": any_arguments,
    "wrapped": wrapped,
    "vectorised": np.vectorize(softmax, signature="(k)->(k)"),
    "talkative": talkative,
    "copying": copying,
    "uses the old generator": global_random,
    "matrix for two axes": lambda z: np.asmatrix(softmax(z)) if z.ndim == 2 else softmax(z),
    "read-only": lambda z: np.broadcast_to(softmax(z), z.shape),
    "fortran order": lambda z: np.asfortranarray(softmax(z)),
    "masked": lambda z: np.ma.array(softmax(z)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_of_any_style_is_done(name, capfd):
    verdict = weights.examine(RIGHT[name])
    assert verdict.state == "done", str(verdict)
    assert str(verdict).startswith("softmax · done, 4 of 4 cases, 1 law. Yours and the course's")
    assert capfd.readouterr() == ("", "")


def test_several_outputs_may_come_in_any_collection():
    for collection in (tuple, list, lambda xs: {"a": xs}):
        verdict = backward.examine(lambda *a, c=collection: c(affine_backward(*a)))
        assert (verdict.state == "done") == (collection in (tuple, list)), str(verdict)


def test_a_class_and_a_dict_are_compared():
    assert counting.examine(lambda text, skip=" ": dict(tally(text, skip=skip))).state == "done"
    wrong = counting.examine(lambda text, skip=" ": {"a": 2, "c": 1})
    assert "lacks the key 'b'" in str(wrong)
    more = counting.examine(lambda text, skip=" ": {"a": 2, "b": 1, "c": 1})
    assert "should not have the key 'c'" in str(more)


def test_whole_numbers_may_be_floats_only_alone():
    assert first_fault(plain(3.0), plain(3), rtol=0, atol=0) is None
    assert first_fault(plain([3.0, 4.0]), plain([3, 4]), rtol=0, atol=0).stage == "dtype"
    assert first_fault(plain([3, 4]), plain([3.0, 4.0]), rtol=0, atol=0) is None
    assert first_fault(plain([1, 0]), plain([True, False]), rtol=0, atol=0).stage == "dtype"


# ---- what is wrong ----------------------------------------------------------------------------


def test_a_misconception_is_recognised_however_it_is_written():
    def columns_by_loop(scores):
        out = np.array(scores, dtype=np.float32)
        if out.ndim == 1:
            return softmax(out) if False else columns(scores).tolist()
        for j in range(out.shape[1]):
            out[:, j] = [np.exp(v) / sum(np.exp(scores[:, j])) for v in scores[:, j]]
        return out

    assert weights.examine(columns_by_loop).mistake == "Your columns sum to 1, not your rows"
    assert (
        weights.examine(lambda z: 1 / np.exp(-z) / sum(np.exp(z.T))[..., None]).mistake
        == "exp(1000) overflows"
    )


@pytest.mark.parametrize("mistake", weights.mistakes, ids=lambda m: m.name)
def test_each_mistake_is_named_and_its_sentence_shown(mistake):
    verdict = weights.examine(mistake.code)
    assert (verdict.state, verdict.mistake) == ("wrong", mistake.name)
    assert mistake.says in str(verdict)


def test_a_mistake_that_raises_is_named_beside_the_learners_line():
    def wrong(z):
        return z.Sum()

    verdict = weights.examine(wrong)
    assert verdict.mistake == "A row has no .Max"
    assert "`return z.Sum()`, raised AttributeError" in verdict.text


def test_an_unknown_error_gets_no_misconception():
    assert weights.examine(lambda z: softmax(z) + 0.001 * z).mistake is None


def test_a_mistake_that_agrees_everywhere_is_preferred():
    half = named("half", "it is like another one in places.", lambda x: x * 2 if x > 0 else x)
    whole = named("whole", "x is doubled.", lambda x: x * 2)
    double = Exercise(
        reference=np.positive,
        cases=[Case.hand((1.0,), 1.0), Case.hand((-2.0,), -2.0)],
        mistakes=[half, whole],
        hints=[],
    )
    assert double.examine(lambda x: x + x).mistake == "X is doubled"
    assert double.examine(lambda x: x + max(x, 0)).mistake == "It is like another one in places"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            lambda dy, x, W: (dy @ W.T, x.T @ dy),
            "returned a tuple of 2 arrays; 3 values (dx, dW, db) are wanted",
        ),
        (lambda dy, x, W: dy @ W.T, "3 values (dx, dW, db) are wanted"),
        (lambda dy, x, W: (dy @ W.T, dy.T @ x, dy.sum(0)), "dW is an array of shape (3, 4)"),
        (lambda dy, x, W: (dy @ W.T, dy.T @ x, dy.sum(0)), "the transpose"),
        (
            lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum(0, keepdims=True)),
            "of length 1 is too many",
        ),
        (lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum()), "every axis"),
        (
            lambda dy, x, W: (dy @ W.T, -x.T @ dy, dy.sum(0)),
            "dW has the right size and the wrong sign",
        ),
        (
            lambda dy, x, W: (dy @ W.T, x.T @ dy / 5, dy.sum(0)),
            "0.2 times the right one. That is 1/5",
        ),
        (
            lambda dy, x, W: (dy @ W.T, 1 / (x.T @ dy), dy.sum(0)),
            "dW is 1 divided by the right one",
        ),
        (lambda dy, x, W: (dy @ W, x.T @ dy, dy.sum(0)), "the last axis of A, here 3 long"),
        (lambda dy, x, W: (dy @ W.T + dy, x, dy), "paired from the last axis"),
        (
            lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum(0) * [1, 1, 2]),
            "1 of 3 entries of db is wrong",
        ),
        (lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum(0) + 1), "the right one plus 1"),
        (
            lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum(0)[::-1]),
            "right numbers in the wrong places",
        ),
        (lambda dy, x, W: (dy @ W.T, x.T @ dy, dy.sum(0).round(6)), "right to a few digits only"),
        (lambda x, dy, W: affine_backward(dy, x, W), "parameters stand in another order"),
    ],
)
def test_a_wrong_value_is_related_to_the_right_one(answer, words):
    verdict = backward.examine(answer)
    assert verdict.state == "wrong"
    assert words in str(verdict)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda z: softmax(z).sum(), "That is the sum over every axis of what is wanted."),
        (lambda z: softmax(z)[..., None] * np.full(2, 0.5), "is the sum over axis 1 of yours."),
        (lambda z: softmax(z)[..., None], "right; an axis of length 1 is too many."),
        (lambda z: softmax(z)[-1], "That is the last row alone."),
        (
            lambda z: np.ones((3, 3)) * z[0],
            "an array of shape (3, 3); an array of shape (2,) is wanted.",
        ),
        (lambda z: (z[:, None], z[:, None]), "a tuple of 2 arrays of shape (2, 1); an"),
    ],
)
def test_a_wrong_shape_is_explained_only_by_its_numbers(answer, words):
    alone = dataclasses.replace(weights, mistakes=[])
    text = alone.examine(answer).text
    assert words in text
    assert text.endswith(("is wanted.", words)) or "row" in words


def layers_gradients(W):
    """Loss and gradients.

    Returns
    -------
    loss : float
    grads : list of (dW, db)
    """
    return W.sum(), [(W, W[0]), (2 * W, 2 * W[0])]


nested = Exercise(
    reference=layers_gradients,
    cases=[Case.random(lambda rng: (rng.normal(size=(1, 3)),), says="W (1, 3)")],
    mistakes=[],
    hints=["?"],
)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda W: layers_gradients(W)[1], "grads alone; 2 values"),
        (
            lambda W: (W.sum(), [(W, W[0])]),
            "grads is a list of one pair; a list of 2 pairs (dW, db)",
        ),
        (
            lambda W: (W.sum(), [(W, W[0]), (3 * W, 2 * W[0])]),
            "every entry of dW of pair 2 of grads is 1.5 times the right one.",
        ),
        (
            lambda W: (W.sum(), [(b, W) for W, b in layers_gradients(W)[1]]),
            "pair 1 of grads has the right values in another order: (dW, db) is wanted.",
        ),
    ],
)
def test_nested_parts_are_named(answer, words):
    assert words in nested.examine(answer).text


def test_right_parts_in_another_order_are_seen():
    text = backward.examine(lambda *a: affine_backward(*a)[::-1]).text
    assert text == (
        "your function returned the right values in another order: (dx, dW, db) is wanted."
    )
    text = backward.examine(lambda *a: tuple(2 * d for d in affine_backward(*a)[::-1])).text
    assert "would fit in another order: (dx, dW, db) is wanted." in text


def one_call(f):
    def draws(x):
        return f(x), x

    return draws


def test_parts_are_named_by_the_return_line_or_the_docstring():
    assert source.returned_names(affine_backward).parts == ("dx", "dW", "db")
    assert source.returned_names(layers_gradients).parts == ("loss", "grads")
    assert source.returned_names(one_call(abs)).parts == ()
    assert source.returned_names(softmax) == source.Names()


def test_a_probes_keys_read_as_words():
    wide = dataclasses.replace(
        running, probe=lambda answer, xs: {"shape": answer(), "mean, in all": 1.0}, reference=str
    )
    assert "the shape is (2,); " in str(wide.examine(lambda: "(2,)"))
    wide = dataclasses.replace(
        running, probe=lambda answer, xs: {"shape": "", "mean, in all": answer()}, reference=float
    )
    assert "the mean, in all, is 2; 0 is right." in str(wide.examine(lambda: 2.0))


def test_a_turned_array_of_the_same_shape_is_seen():
    square = Exercise(
        reference=affine,
        cases=[Case.random(lambda rng: (rng.normal(size=(3, 3)),))],
        mistakes=[],
        hints=[],
    )
    assert "axes in another order" in str(square.examine(lambda x: affine(x).T))


def affine(x):
    return x @ x + 1


def test_changed_inputs_are_named():
    def eats(dy, x, W):
        x *= 0
        W += 1
        return affine_backward(dy, x, W)

    verdict = backward.examine(lambda dy, x, W: (affine_backward(dy, x, W), x.sort())[0])
    assert (verdict.state, verdict.stage) == ("wrong", "inputs")
    assert "your function changes x in place" in verdict.text
    assert "changes W and x in place" in backward.examine(eats).text


def test_changing_one_call_does_not_change_the_next():
    seen = []

    def greedy(z):
        seen.append(z.copy())
        p = softmax(z)
        z[...] = 7
        return p

    weights.examine(greedy)
    assert all(not np.allclose(z, 7) for z in seen)


def test_a_law_is_told_in_its_own_words():
    law = Law("a shift changes nothing", lambda f, rng: "yours moves by 3")
    told = dataclasses.replace(weights, laws=[law])
    assert "law 1 of 1: yours moves by 3" in str(told.examine(softmax))
    law = Law("a shift changes nothing", lambda f, rng: False)
    broken = dataclasses.replace(weights, laws=[law])
    assert "law 1 of 1: this should hold, and does not: a shift changes nothing." in str(
        broken.examine(softmax)
    )


def test_a_broken_law_shows_its_last_call():
    law = Law("weights are above 1/2", lambda f, rng: (f(np.array([0.0, 0.0])) > 0.5).all())
    broken = dataclasses.replace(weights, laws=[law])
    told = broken.examine(softmax).text
    assert told.endswith("With z = [0., 0.], your function returned [0.5, 0.5].")


def test_a_matrix_product_that_does_not_fit_is_told_with_both_shapes():
    def turned(dy, x, W):
        return dy @ W, x, dy

    told = backward.examine(turned).text
    assert "dy of shape (5, 3) and W of shape (4, 3) don't fit. A @ B sums" in told
    assert "gufunc" not in told
    assert "a number has none" in backward.examine(lambda dy, x, W: dy @ 3.0).text


def test_misfitting_axes_are_one_trouble_whatever_numpy_raises():
    third = dataclasses.replace(
        weights, mistakes=[named("third", "there is no third axis.", lambda z: z.sum(axis=2))]
    )
    assert third.examine(lambda z: z[:, :, 0]).mistake == "There is no third axis"
    assert third.examine(lambda z: z @ np.ones((7, 7))).mistake == "There is no third axis"
    assert third.examine(lambda z: int("x")).mistake is None
    assert third.examine(lambda z: [a for a, b, c, d in [z]]).mistake is None


_table = np.array([0.25, 0.75])


def test_an_argument_that_is_never_used_is_named():
    def blind(z):
        return _table / 2

    def inner(z):
        return [v for _ in "a" for v in (lambda: z)()]

    told = weights.examine(blind).text
    assert told.endswith(
        "Your function never uses its argument z; it reads the notebook's _table instead."
    )
    assert "never uses its argument z." in weights.examine(lambda z: zz).text  # noqa: F821
    assert "never uses" not in weights.examine(inner).text
    assert "never uses" not in weights.examine(lambda z: z * 3).text


def test_a_result_that_a_probe_cannot_use_is_not_called_a_failed_call(monkeypatch):
    monkeypatch.setattr(guard, "_OURS", (*guard._OURS, __file__))  # the probe below
    wide = dataclasses.replace(running, probe=lambda answer, xs: len(answer(xs)), reference=str)
    told = wide.examine(lambda x: 3).text
    assert told.startswith("your function ran, but the check can't use what came back: type int")
    assert "raised ZeroDivisionError" in wide.examine(lambda x: 1 / 0).text


def test_a_law_that_stumbles_over_the_answer_says_so():
    def strange(z):
        return softmax(z) if z.shape in ((2,), (2, 5)) else "rows"

    verdict = weights.examine(strange)
    assert (verdict.stage, verdict.state) == ("law", "wrong")
    assert "of another kind" in verdict.text


def test_an_exception_can_be_what_is_expected():
    refuses = Exercise(
        reference=np.sqrt,
        cases=[Case.hand((4.0,), 2.0), Case.extreme((-1.0,), expected=ValueError)],
        mistakes=[],
        hints=[],
    )
    assert "should raise ValueError" in str(refuses.examine(lambda x: abs(x) ** 0.5))

    def root(x):
        if x < 0:
            raise ValueError
        return x**0.5

    assert refuses.examine(root).state == "done"


def test_numbers_that_look_alike_are_told_apart():
    assert "0.3333333; 0.3333334" in str(
        Exercise(
            reference=lambda: 0.33333340,
            cases=[Case.hand((), 0.33333340)],
            mistakes=[],
            hints=[],
        ).examine(lambda: 1 / 3)
    )


# ---- around the code --------------------------------------------------------------------------


def test_a_patched_course_does_not_spoil_the_reference(monkeypatch):
    loss = Exercise(
        reference=layers.cross_entropy,
        cases=[Case.random(lambda rng: (rng.normal(size=(4, 3)), np.array([0, 2, 1, 1])))],
        mistakes=[],
        hints=[],
    )
    honest = layers.log_softmax

    def answer(z, y):
        return -honest(z)[np.arange(len(y)), y].mean()

    monkeypatch.setattr(layers, "log_softmax", lambda z: z)
    assert loss.examine(answer).state == "done"
    assert layers.log_softmax is not honest, "what the learner patched is theirs again afterwards"


def test_prints_are_shown_where_they_help():
    def printing(z):
        print("<b>max</b> is", z.max())
        return z

    verdict = weights.examine(printing)
    assert "your function printed:\n<b>max</b> is 1.0986" in str(verdict)
    assert "&lt;b&gt;max&lt;/b&gt;" in verdict._repr_html_()


def test_numpys_warning_explains_a_nan():
    alone = dataclasses.replace(weights, mistakes=[])
    verdict = alone.examine(fragile)
    assert "NumPy says: overflow encountered in exp." in verdict.text


def test_displays_of_the_learner_are_held_back(monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.display import display

    shell = InteractiveShell.instance()
    published = []
    monkeypatch.setattr(shell.display_pub, "publish", lambda *a, **k: published.append(a))
    try:
        assert weights.examine(lambda z: (display("mine"), softmax(z))[1]).state == "done"
        assert not published
        display("ours")
        assert published
    finally:
        InteractiveShell.clear_instance()


def test_a_time_limit_works_in_other_threads(monkeypatch):
    monkeypatch.setattr(guard, "SECONDS", 0.3)
    told = []
    thread = threading.Thread(target=lambda: told.append(str(weights.examine(endless))))
    thread.start()
    thread.join(10)
    assert "still running" in told[0]


def test_an_interrupt_between_two_calls_is_no_traceback(monkeypatch, capsys):
    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(contract.stages, "examine", interrupted)
    weights.check(softmax)
    assert capsys.readouterr().out == "softmax · stopped. Run the cell again to go on.\n"


# ---- check, hint, solution --------------------------------------------------------------------


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """A new kernel and an empty progress file."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(contract, "_attempted", set())
    monkeypatch.setattr(contract, "_rungs", {})


@pytest.mark.usefixtures("fresh")
class TestLadder:
    def test_check_prints_the_plain_text_and_returns_none(self, capsys):
        assert weights.check(softmax) is None
        assert capsys.readouterr().out == str(weights.examine(softmax)) + "\n"
        assert weights.check() is None
        assert "you passed None" in capsys.readouterr().out

    def test_hints_come_one_by_one(self, capsys):
        for _ in range(5):
            weights.hint()
        assert capsys.readouterr().out.splitlines() == [
            "softmax · hint 1 of 3. What do the weights sum to?",
            "softmax · hint 2 of 3. p = exp(z) / sum exp(z), z (..., K)",
            "softmax · hint 3 of 3.",
            "",
            "return … / …",
            *["softmax · no more hints. You have seen all 3. "
              "After an attempt, ex.softmax.solution() shows ours."] * 2,
        ]  # fmt: skip

    def test_the_solution_waits_for_an_attempt(self, capsys):
        weights.solution()
        weights.check(dots)
        weights.solution()
        told = capsys.readouterr().out
        assert told.count("no attempt yet. Try first: ex.softmax.check(softmax).") == 2
        weights.check(columns)
        capsys.readouterr()
        weights.solution()
        told = capsys.readouterr().out
        assert "A constant in every entry cancels." in told
        assert "e / e.sum(axis=-1, keepdims=True)  # (..., K)" in told
        assert "Weights that sum to 1" not in told, "the docstring is stripped"

    def test_an_attempt_in_an_earlier_kernel_counts(self, capsys, monkeypatch):
        weights.check(columns)
        monkeypatch.setattr(contract, "_attempted", set())
        weights.solution()
        assert "the course's solution" in capsys.readouterr().out

    def test_progress_is_recorded(self):
        from course.learner import progress

        weights.check(dots)
        assert "test_contract.softmax" not in progress.read()["checks"]
        weights.check(columns)
        weights.check(softmax)
        weights.hint()
        entry = progress.read()["checks"]["test_contract.softmax"]
        assert entry["passed"]
        assert entry["attempts"] == 2
        assert entry["mistakes"] == {"Your columns sum to 1, not your rows": 1}
        assert progress.read()["hints"] == {"test_contract.softmax": 1}

    def test_no_progress_is_no_failure(self, monkeypatch, capsys):
        monkeypatch.setitem(sys.modules, "course.learner.progress", None)
        monkeypatch.delattr("course.learner.progress", raising=False)
        weights.check(softmax)
        weights.hint()
        weights.solution()
        assert "Traceback" not in capsys.readouterr().out

    def test_under_nbgrader_a_failed_check_raises(self, monkeypatch, capsys):
        monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
        for answer in (columns, dots, None):
            with pytest.raises(AssertionError) as raised:
                weights.check(answer)
            assert str(raised.value) == str(weights.examine(answer))
        assert weights.check(softmax) is None
        assert capsys.readouterr().err == ""


def test_check_works_in_a_plain_shell():
    code = (
        "from course.lessons.start_here import bank as ex\n"
        "def probabilities(counts): return counts / 0 * nope\n"
        "ex.probabilities.check(probabilities)\n"
    )
    env = {**os.environ, "COURSE_PROGRESS": os.devnull}
    done = subprocess.run(
        [sys.executable, "-"], input=code, capture_output=True, text=True, check=True, env=env
    )
    assert done.stderr == ""
    assert "your line 2 raised NameError: name 'nope' is not defined." in done.stdout


def test_a_notebook_gets_one_bundle(monkeypatch):
    bundles = []
    monkeypatch.setattr("IPython.get_ipython", lambda: object())
    monkeypatch.setattr("IPython.display.display", lambda b, raw: bundles.append((b, raw)))
    weights.check(columns)
    (bundle, raw), = bundles  # fmt: skip
    assert raw
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/plain"] == str(weights.examine(columns))


# ---- how it looks -----------------------------------------------------------------------------


def test_the_table_marks_what_differs():
    verdict = weights.examine(lambda z: softmax(z) * np.where(softmax(z) > 0.5, 1, 2))
    assert str(verdict).splitlines()[1:] == [
        "  yours (* differs)     expected",
        "   0.5*  0.75           0.25  0.75",
    ]
    page = verdict._repr_html_()
    assert page.count("≠</td>") == 1
    assert "<caption" in page


def test_colour_never_stands_alone():
    for answer, mark, word in (
        (dots, "○", "not started"),
        (columns, "✗", "not yet"),
        (softmax, "✓", "done"),
    ):
        page = weights.examine(answer)._repr_html_()
        assert mark in page
        assert word in page


def test_pages_set_no_colour_that_a_dark_theme_would_hide():
    for answer in (dots, columns, softmax, html_error):
        page = weights.examine(answer)._repr_html_()
        for colour in re.findall(r"(?<!-)color:([^;\"]+)", page):
            assert colour.startswith(("var(--jp-", "inherit"))


def test_everything_shown_is_escaped():
    for thing in (
        weights.examine(html_error),
        Verdict("<i>", "wrong", "type", "<b>", "<script>x</script>", printed="<script>"),
        Note("<i>", "<b>", "<script>", "x = '<script>' # <b>"),
    ):
        assert well_formed(thing._repr_html_())
        assert "<script>" not in thing._repr_html_()


def test_code_is_coloured_without_being_changed():
    for code in (source.text(softmax), "return … / (…", "x = '''a\n<b>'''  # <c>\n", ""):
        page = coloured(code)
        assert html.unescape(re.sub(r"<[^>]+>", "", page)) == code
    assert page == ""
    assert "font-weight:bold\">return</span>" in coloured("return 1")  # fmt: skip


def test_a_verdict_is_the_same_each_time():
    for answer in (columns, fragile, softmax, typo, noisy):
        assert str(weights.examine(answer)) == str(weights.examine(answer))


def test_an_exercise_tells_how_to_use_it():
    assert "ex.softmax.check(softmax), ex.softmax.hint(), ex.softmax.solution()" in repr(weights)


def guarded(z):
    """Roots."""
    if (z < 0).any():
        raise ValueError("negative")
    return np.sqrt(z)


def test_the_solution_is_what_a_learner_would_write():
    assert source.text(guarded) == "def guarded(z):\n    return np.sqrt(z)"


# ---- authors' errors --------------------------------------------------------------------------


def test_a_wrong_exercise_is_refused():
    with pytest.raises(ValueError, match="of kind 'copy'; kinds are transcribe, derive"):
        dataclasses.replace(weights, kind="copy")
    with pytest.raises(ValueError, match="no cases"):
        dataclasses.replace(weights, cases=[])
    with pytest.raises(ValueError, match="give the exercise a probe"):
        dataclasses.replace(weights, reference=lambda z: iter(z)).draw()
    with pytest.raises(ValueError, match="the reference fails"):
        dataclasses.replace(weights, reference=lambda z: z.nope).draw()


# ---- the parts --------------------------------------------------------------------------------


def test_plain_makes_data_of_anything():
    torch = pytest.importorskip("torch")
    assert plain([1, 2]).tolist() == [1, 2]
    assert plain(torch.ones(2, dtype=torch.bfloat16)).tolist() == [1.0, 1.0]
    assert isinstance(plain([[1], [1, 2]]), tuple)
    assert plain({"a": [1.0]})["a"].tolist() == [1.0]
    assert plain(range(3)).tolist() == [0, 1, 2]
    assert plain("text") == "text"
    assert plain({1, 2}) == plain({3}) == Odd("set", plain({1}).hint)


def test_same_compares_in_the_precision_at_hand():
    third = np.full(3, 1 / 3)
    assert same(third, third + 1e-9)
    assert not same(third, third + 1e-4)
    assert same(third.astype(np.float32), third)
    assert same(third, third.astype(np.float32))
    assert same(np.array([np.nan, 1]), np.array([np.nan, 1]))
    assert not same(third, third[:2])
    assert same((third, third), np.stack([third, third]))
    assert same("a", "a")
    assert not same("a", None)


def test_mutants_change_one_thing_each_and_leave_guards_alone():
    labels = [m.label for m in mutants(layers.softmax)]
    assert len(labels) == len(set(labels)) > 15
    assert not any("raise" in label for label in labels)
    assert all(callable(m.code) for m in mutants(layers.cross_entropy))
