"""Right answers of any style are done; what is wrong is told at its stage."""

import ast
import dataclasses
import functools
import warnings
from pathlib import Path

import numpy as np
import pytest
from horrors import noisy, typo
from samples import affine_backward, backward, columns, counting, fragile, softmax, tally, weights

from course.checking import Case, Edit, Exercise, stages


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


def test_changed_inputs_are_named():
    def eats(dy, x, W):
        x *= 0
        W += 1
        return affine_backward(dy, x, W)

    verdict = backward.examine(lambda dy, x, W: (affine_backward(dy, x, W), x.sort())[0])
    assert (verdict.state, verdict.stage) == ("wrong", "inputs")
    assert "Your function changes x in place" in verdict.text
    assert "changes W, x in place" in backward.examine(eats).text


def test_changing_one_call_does_not_change_the_next():
    seen = []

    def greedy(z):
        seen.append(z.copy())
        p = softmax(z)
        z[...] = 7
        return p

    weights.examine(greedy)
    assert all(not np.allclose(z, 7) for z in seen)


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


def test_a_verdict_is_the_same_each_time():
    for answer in (columns, fragile, softmax, typo, noisy):
        assert str(weights.examine(answer)) == str(weights.examine(answer))


def test_no_agreement_is_claimed_that_is_not_there():
    loose = dataclasses.replace(weights, rtol=0.05, mistakes=[], laws=[])
    for error, words in (
        (0.0, "agree to 1e-12."),
        (1e-10, "agree to 1e-9."),
        (2e-5, "agree to within 0.002 %."),
        (0.0019, "agree to within 0.2 %."),
        (0.0201, "agree to within 3 %."),
    ):
        told = loose.examine(lambda z, e=error: softmax(z) * (1 + e)).text
        assert told.endswith(words), told


def test_float32_is_told_as_near_as_it_is():
    told = weights.examine(lambda z: softmax(z.astype(np.float32))).text
    assert "1e-12" not in told and "1e-9" not in told


def test_one_mistake_may_be_listed_by_several_exercises():
    def half(z):
        """Half of it is missing. Where is the rest?"""
        return softmax(z) / 2

    changes = ("z.max(axis=-1", "e.sum(axis=-1"), ("z.max(axis=0", "e.sum(axis=0")
    shared = [Edit(*changes, "Your columns sum to 1."), half]
    siblings = [dataclasses.replace(weights, mistakes=shared) for _ in range(2)]
    for exercise in siblings:
        assert exercise.examine(half).mistake == "Half of it is missing"
        assert exercise.examine(exercise.mistakes[0].code).mistake == "Your columns sum to 1"


def test_every_sentence_of_the_engine_is_whole_where_it_is_said():
    folder = Path(stages.__file__).parent
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("say", "say_n"):
                first = node.args[: 2 if node.func.id == "say_n" else 1]
                banks = (
                    "hints[n]",
                    "why",
                    "says",
                    "worded",
                    "kind",
                )  # their data, extracted from there
                whole = all(
                    isinstance(a, ast.Constant) or ast.unparse(a).endswith(banks) for a in first
                )
                assert whole, f"{file.name}, line {node.lineno}: a catalogue can't find it"
