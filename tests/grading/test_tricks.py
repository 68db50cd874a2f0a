"""Tricks that earn nothing, and honest answers beside them that keep their marks."""

import textwrap

import pytest

from course.grading import outside
from course.grading.judge import Judge, work
from course.grading.pieces import Cell

NAME = "mean_square"
SETUP = "import numpy as np\nfrom course.foundations import linalg"
HONEST = "def add_bias(x, b):\n    return x + b[:, None]"


@pytest.fixture(scope="module")
def judge():
    one = Judge("linear_algebra")
    yield one
    one.close()


def verdict(judge, *texts, name=NAME):
    """What is said of an answer in a notebook of these cells."""
    cells = [Cell(n, textwrap.dedent(text)) for n, text in enumerate((SETUP, *texts), 1)]
    exercise = next(e for e in judge.exercises if e.name == name)
    return judge.verdict(exercise, work(cells, name))


TRICKS = {
    "environment": """
        import os
        os.environ.pop("NBGRADER_EXECUTION", None)
        os.environ["NBGRADER_EXECUTION"] = ""

        def mean_square(x, y):
            os.environ.clear()
            return 0.0
        """,
    "alias": "mean_square = linalg.mean_square",
    "import": "from course.foundations.linalg import mean_square",
    "the exercise's reference": """
        from course.lessons.linear_algebra import bank as ex

        def mean_square(x, y):
            return ex.mean_square.reference(x, y)
        """,
    "call": "def mean_square(x, y):\n    return linalg.mean_square(x, y)",
    "call by name": """
        def mean_square(x, y):
            return getattr(linalg, "mean" + "_square")(x, y)
        """,
    "yours": """
        from course.lessons import yours

        def mean_square(x, y):
            return yours.mean_square(x, y)
        """,
    "patch of the engine": """
        from course.checking import Exercise, compare, contract, guard, stages
        from course.checking.verdict import Verdict

        def mean_square(x, y):
            done = Verdict("mean_square", "done", "done", "", "")
            stages.examine = stages._judged = lambda *a, **k: done
            Exercise.check = Exercise.examine = lambda *a, **k: done
            compare.first_fault = lambda *a, **k: None
            guard.call = lambda *a, **k: guard.Outcome(0.0)
            return 0.0
        """,
    "patch of NumPy": """
        def mean_square(x, y):
            np.allclose = np.isclose = np.array_equal = lambda *a, **k: np.True_
            return 0.0
        """,
    "equal to anything": """
        class Any(float):
            __array_priority__ = 1e9
            def __eq__(self, other): return True
            def __sub__(self, other): return 0.0
            __rsub__ = __sub__
            __hash__ = None

        def mean_square(x, y):
            return Any(1.0)
        """,
    "endless loop": "def mean_square(x, y):\n    while True:\n        pass",
    "endless loop that catches": """
        def mean_square(x, y):
            while True:
                try:
                    while True:
                        pass
                except BaseException:
                    pass
        """,
    "endless step in C": "def mean_square(x, y):\n    return sum(range(10**12))",
    "sleep": "import time\n\ndef mean_square(x, y):\n    time.sleep(45)\n    return 0.0",
    "exit": "import os\n\ndef mean_square(x, y):\n    os._exit(0)",
    "sys.exit": "import sys\n\ndef mean_square(x, y):\n    sys.exit(0)",
    "kill": """
        import os, signal

        def mean_square(x, y):
            for pid in (os.getppid(), os.getpid()):
                try:
                    os.kill(pid, signal.SIGKILL)
                except Exception:
                    pass
            return 0.0
        """,
    "kill past Python": """
        import os
        import _ctypes
        from numpy import ctypeslib

        def mean_square(x, y):
            ctypeslib.ctypes.CDLL(None).kill(os.getppid(), 9)
            return 0.0
        """,
    "crash": """
        def mean_square(x, y):
            def f(): pass
            f.__code__ = f.__code__.replace(co_code=bytes(2000), co_stacksize=1)
            return f()
        """,
    "fork": """
        import os

        def mean_square(x, y):
            os.fork()
            return 0.0
        """,
    "huge output": 'def mean_square(x, y):\n    while True:\n        print("x" * 10_000)',
    "huge result": "def mean_square(x, y):\n    return np.zeros(20_000_000)",
    "deep result": """
        def mean_square(x, y):
            found = []
            for _ in range(900):
                found = [found]
            return found
        """,
    "all memory": "def mean_square(x, y):\n    return np.ones(2**40).mean()",
    "a file": """
        def mean_square(x, y):
            text = open(linalg.__file__).read()
            space = {"np": np, "__name__": "mine"}
            exec(text, space)
            return space["mean_square"](x, y)
        """,
    "a file by another door": """
        import os

        def mean_square(x, y):
            at = os.open(linalg.__file__, os.O_RDONLY)
            space = {"__name__": "mine"}
            exec(os.read(at, 1_000_000).decode(), space)
            return space["mean_square"](x, y)
        """,
    "a file mapped": """
        def mean_square(x, y):
            text = bytes(np.memmap(linalg.__file__, mode="r")).decode()
            space = {"__name__": "mine"}
            exec(text, space)
            return space["mean_square"](x, y)
        """,
    "a program": """
        import subprocess

        def mean_square(x, y):
            text = subprocess.run(["cat", linalg.__file__], capture_output=True, text=True).stdout
            space = {"__name__": "mine"}
            exec(text, space)
            return space["mean_square"](x, y)
        """,
    "inspect": """
        import inspect

        def mean_square(x, y):
            space = {"__name__": "mine"}
            exec(inspect.getsource(linalg), space)
            return space["mean_square"](x, y)
        """,
    "a module loaded anew": """
        import importlib.util, sys

        def mean_square(x, y):
            sys.meta_path.pop(0)
            sys.modules["course"].__path__ = [linalg.__file__.split("/foundations")[0]]
            for name in [n for n in sys.modules if n.startswith("course.foundations")]:
                del sys.modules[name]
            from course.foundations import linalg as ours
            return ours.mean_square(x, y)
        """,
    "memory": """
        import gc, types

        def mean_square(x, y):
            for thing in gc.get_objects():
                if isinstance(thing, types.FunctionType) and thing.__name__ == "mean_square":
                    if thing.__module__ != "__main__":
                        return thing(x, y)
                if isinstance(thing, types.ModuleType) and "bank" in thing.__name__:
                    return thing.mean_square.reference(x, y)
            return 0.0
        """,
    "frames": """
        import sys

        def mean_square(x, y):
            frame = sys._getframe()
            while frame:
                for value in list(frame.f_locals.values()):
                    if hasattr(value, "examples") or hasattr(value, "expected"):
                        return value
                frame = frame.f_back
            return 0.0
        """,
    "the socket": """
        import os, socket, struct, json

        def mean_square(x, y):
            reply = {"printed": "", "warned": [], "error": None, "after": None, "value": ["k", 3]}
            text = json.dumps({"reply": reply}).encode()
            for fd in range(3, 128):
                try:
                    os.write(fd, (struct.pack(">II", len(text), 0) + text) * 50)
                except OSError:
                    pass
            return 0.0
        """,
    "a forged question": """
        import os, struct, json

        def mean_square(x, y):
            for ask in ("shapes", [], {}, 0, -1, True, None):
                text = json.dumps({"ask": ask, "args": ["k", 0]}).encode()
                for fd in range(3, 128):
                    try:
                        os.write(fd, struct.pack(">II", len(text), 0) + text)
                    except OSError:
                        pass
            return 0.0
        """,
    "a range without end": "def mean_square(x, y):\n    return range(10**15)",
    "noise on the socket": """
        import os

        def mean_square(x, y):
            for fd in range(3, 128):
                try:
                    os.write(fd, bytes(range(256)) * 100)
                except OSError:
                    pass
            return 0.0
        """,
    "a wrong answer, edited check": """
        def mean_square(x, y):
            return 0.0

        mean_square.check = lambda *a: "done"
        """,
}


SAYS = {
    "alias": "comes to the course's mean_square",
    "import": "comes to the course's mean_square",
    "the exercise's reference": "isn't there while an answer is graded",
    "call": "comes to the course's mean_square",
    "call by name": "comes to the course's mean_square",
    "yours": "comes to the course's mean_square",
    "equal to anything": "an Any",
    "endless loop": "so it was stopped",
    "endless step in C": "so it was stopped",
    "sleep": "so it was stopped",
    "exit": "ended the process",
    "sys.exit": "That ends Python",
    "kill past Python": "may compute",
    "crash": "ended the process",
    "fork": "may compute",
    "huge output": "so it was stopped",
    "huge result": "it is too large",
    "deep result": "nested too deep",
    "all memory": "MemoryError",
    "a file": "can't read the course's files",
    "a file by another door": "can't read the course's files",
    "a file mapped": "can't read the course's files",
    "a program": "may compute",
    "a module loaded anew": "can't read the course's files",
    "the socket": "True and False",
    "a forged question": "what can't be read",
    "a range without end": "a range",
    "noise on the socket": "what can't be read",
}


STOPPED = ("endless loop", "endless loop that catches", "endless step in C", "sleep", "huge output")


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_earns_nothing_and_spoils_nothing(judge, trick, monkeypatch):
    with monkeypatch.context() as patch:
        for name in ("COMPUTING", "WALL", "PATIENCE") if trick in STOPPED else ():
            patch.setattr(outside, name, 1.0 if name == "PATIENCE" else 0.4)
        found = verdict(judge, TRICKS[trick], HONEST)
    assert found.state in ("wrong", "not started"), str(found)
    assert SAYS.get(trick, "Your ") in found.text
    beside = verdict(judge, TRICKS[trick], HONEST, name="add_bias")
    assert beside.state == "done", str(beside)
