"""Whatever a learner's code does, a sentence comes of it, and nothing else changes."""

import asyncio
import builtins
import dataclasses
import os
import random
import signal
import sys
import threading
import warnings

import numpy as np
import pytest
from horrors import HORRORS, asynchronous, endless, typo
from samples import fragile, is_sentence, softmax, weights, well_formed

from course.checking import Case, Exercise, limits
from course.networks import layers


def state_of_the_world():
    return {
        "random": random.getstate(),
        "np.random": np.random.get_state()[1].tolist(),  # noqa: NPY002
        "errors": np.geterr(),
        "print options": np.get_printoptions(),
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "path": list(sys.path),
        "warnings": list(warnings.filters),
        "depth": sys.getrecursionlimit(),
        "stdout": sys.stdout,
        "stderr": sys.stderr,
        "built-ins": dict(vars(builtins)),
        "np": {n: v for n, v in vars(np).items() if not n.startswith("_")},
        "layers": dict(vars(layers)),
        "alarm": signal.getsignal(signal.SIGALRM) if hasattr(signal, "SIGALRM") else None,
        "profile": sys.getprofile(),
    }


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("name", HORRORS)
def test_a_horrible_answer_gives_a_sentence(name, monkeypatch, capfd):
    monkeypatch.setattr(limits, "SECONDS", 0.5)
    monkeypatch.setattr(limits, "WALL", 1.0)
    # The alarm may ring while pytest looks at what a destructor raised, which it can't bear.
    monkeypatch.setattr(sys, "unraisablehook", lambda raised: None)
    weights.examples  # noqa: B018 - worked out first, so that what is below is the answer's doing
    before = state_of_the_world()
    verdict = weights.examine(HORRORS[name])
    after = state_of_the_world()
    assert [name for name in before if before[name] != after[name]] == []
    assert verdict.state in ("wrong", "not started", "stopped")
    assert is_sentence(verdict.text), verdict.text
    assert len(str(verdict)) < 2500
    assert well_formed(verdict._repr_html_())
    assert "Traceback" not in str(verdict)
    assert "course/exercises" not in str(verdict)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


@pytest.mark.parametrize(
    ("name", "stage", "words"),
    [
        ("endless", "returned", "still running"),
        ("stubborn", "returned", "still running"),
        ("sleepy", "returned", "still waiting"),
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
        ("array", "attempted", "You passed an array of shape (2,)"),
        ("nothing", "attempted", "You passed None"),
        ("the exercise", "attempted", "Pass the function itself"),
        ("huge array", "shape", "(1000000, 1000000)"),
        ("endless list", "type", "list of 3000000 entries"),
    ],
)
def test_the_sentence_leads_to_the_repair(name, stage, words, monkeypatch):
    monkeypatch.setattr(limits, "SECONDS", 0.3 if words == "still running" else 10)
    monkeypatch.setattr(limits, "WALL", 0.5 if words == "still waiting" else 60)
    verdict = weights.examine(HORRORS[name])
    assert (verdict.state, verdict.stage) == ("wrong", stage), str(verdict)
    assert words in str(verdict)


def test_a_line_of_theirs_is_shown_with_its_number():
    verdict = weights.examine(typo)
    assert f"Your line {typo.__code__.co_firstlineno + 1}, `return np.exp(zz)" in str(verdict)


def test_a_coroutine_passed_by_mistake_is_told_and_closed(recwarn):
    running_now = asynchronous(np.zeros(2))
    assert "You passed a coroutine" in str(weights.examine(running_now))
    with pytest.raises(RuntimeError, match="cannot reuse"):
        asyncio.run(asyncio.wait_for(running_now, 1))


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
    assert "Your function printed:\n<b>max</b> is 1.0986" in str(verdict)
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
    monkeypatch.setattr(limits, "SECONDS", 0.3)
    told = []
    thread = threading.Thread(target=lambda: told.append(str(weights.examine(endless))))
    thread.start()
    thread.join(10)
    assert "still running" in told[0]
