"""Laws are told in their own words."""

import dataclasses

import numpy as np
from samples import softmax, weights

from course.checking import Law


def test_a_law_is_told_in_its_own_words():
    law = Law("a shift changes nothing", lambda f, rng: "yours moves by 3")
    told = dataclasses.replace(weights, laws=[law])
    assert "law 1 of 1: yours moves by 3" in str(told.examine(softmax))
    law = Law("a shift changes nothing", lambda f, rng: False)
    broken = dataclasses.replace(weights, laws=[law])
    assert "law 1 of 1: This should hold, and does not: a shift changes nothing." in str(
        broken.examine(softmax)
    )


def test_a_broken_law_shows_its_last_call():
    law = Law("weights are above 1/2", lambda f, rng: (f(np.array([0.0, 0.0])) > 0.5).all())
    broken = dataclasses.replace(weights, laws=[law])
    told = broken.examine(softmax).text
    assert told.endswith("With z = [0., 0.], your function returned [0.5, 0.5].")


def test_a_law_that_stumbles_over_the_answer_says_so():
    def strange(z):
        return softmax(z) if z.shape in ((2,), (2, 5)) else "rows"

    verdict = weights.examine(strange)
    assert (verdict.stage, verdict.state) == ("law", "wrong")
    assert "of another kind" in verdict.text
