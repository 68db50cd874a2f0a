"""The loop without a GPT: it finds what counting finds, and keeps its promises."""

import numpy as np
import pytest

from course.foundations import bigram
from course.networks import layers
from course.transformers import loop

RNG = np.random.default_rng(0)


def pairs(n, V=4):
    return RNG.integers(0, V, n), RNG.integers(0, V, n)


def test_it_ends_at_the_counted_probabilities():
    ids = RNG.integers(0, 4, 400)
    x, y = ids[:-1], ids[1:]
    best, lowest = loop.learn(np.zeros((4, 4)), [(x, y)] * 300, [2.0] * 300, (x, y))
    counted = bigram.probabilities(bigram.count_pairs(ids, 4))
    np.testing.assert_allclose(layers.softmax(best), counted, atol=1e-6)
    assert lowest == pytest.approx(-np.log(counted[x, y]).mean())


def test_the_best_table_is_kept_although_later_steps_spoil_it():
    held_out, batches = pairs(50), [pairs(20) for _ in range(6)]
    rates = [0.5, 0.5, 0.5, 50.0, 50.0, 50.0]
    best, lowest = loop.learn(np.zeros((4, 4)), batches, rates, held_out)
    assert lowest == layers.cross_entropy(best[held_out[0]], held_out[1])
    tables = [loop.learn(np.zeros((4, 4)), batches[:n], rates[:n], held_out) for n in range(1, 7)]
    assert lowest == min(loss for _, loss in tables)


def test_the_table_given_stays_as_it_is():
    W = np.zeros((4, 4))
    loop.learn(W, [pairs(5)], [1.0], pairs(5))
    assert not W.any()


def test_a_rate_too_few_is_refused():
    with pytest.raises(ValueError, match="2 batches and 1 rates"):
        loop.learn(np.zeros((4, 4)), [pairs(5)] * 2, [1.0], pairs(5))
