"""One run of an answer on one example."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from samples import running

import course
from course.checking import Case, Exercise


def of_the_course(code):
    """A function whose code stands in the course's folder, as a bank's does."""
    space = {}
    exec(compile(code, str(Path(course.__file__).with_name("bank.py")), "exec"), space)
    return next(f for name, f in space.items() if name != "__builtins__")


def test_a_result_that_a_probe_cannot_use_is_not_called_a_failed_call():
    probe = of_the_course("def probe(answer, xs): return len(answer(xs))")
    wide = dataclasses.replace(running, probe=probe, reference=str)
    told = wide.examine(lambda x: 3).text
    assert told.startswith("Your function ran, but the check can't use what came back: type int")
    assert "raised ZeroDivisionError" in wide.examine(lambda x: 1 / 0).text


def test_a_tensor_that_keeps_its_gradient_is_right_where_a_probe_wants_numbers():
    torch = pytest.importorskip("torch")
    double = Exercise(
        reference=torch.neg,
        probe=of_the_course("def probe(answer, x): return answer(x).numpy()"),
        cases=[Case.hand((torch.ones(2),), np.array([-1.0, -1.0]))],
        mistakes=[],
        hints=[],
    )
    answer = double.examine(lambda x: -x.clone().requires_grad_())
    assert answer.state == "done", str(answer)


def test_where_one_case_has_an_array_no_other_has_a_number():
    reference = lambda x, n: x.sum() / n  # noqa: E731
    mean = Exercise(
        reference=reference,
        cases=[Case.hand((2.0, 1), 2.0), Case.random(lambda rng: (rng.normal(size=3), 3))],
        mistakes=[],
        hints=[],
    )
    assert mean.examine(lambda x, n: x.reshape(-1).sum() / n).state == "done"
    assert all(type(e.arguments.positional[1]) is int for e in mean.examples)
