"""The one door to a function's source."""

import numpy as np
from mutants import mutants
from samples import softmax

from course.checking import source
from course.networks import layers


def test_a_begun_function_is_not_a_stub():
    assert not source.idle(softmax)
    assert not source.idle(lambda z: z)
    assert not source.idle(lambda z: 3)
    assert not source.idle(lambda z: undefined_name)  # noqa: F821
    assert not source.idle(np.exp)


def guarded(z):
    """Roots."""
    if (z < 0).any():
        raise ValueError("negative")
    return np.sqrt(z)


def test_the_solution_is_what_a_learner_would_write():
    assert source.text(guarded) == "def guarded(z):\n    return np.sqrt(z)"


def test_mutants_change_one_thing_each_and_leave_guards_alone():
    labels = [m.label for m in mutants(layers.softmax)]
    assert len(labels) == len(set(labels)) > 15
    assert not any("raise" in label for label in labels)
    assert all(callable(m.code) for m in mutants(layers.cross_entropy))
