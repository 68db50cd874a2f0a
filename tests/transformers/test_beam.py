"""A beam of one is greedy; a beam of all finds what an exhaustive search finds."""

import itertools

import numpy as np
import pytest

from course.foundations import bigram
from course.transformers import beam


def table(V=4, seed=0):
    """A bigram model as a `follow`, and its probabilities."""
    p = bigram.probabilities(np.random.default_rng(seed).gamma(0.5, size=(V, V)) + 1e-3)
    return lambda texts: np.log(p)[texts[:, -1]], p


@pytest.mark.parametrize("seed", range(5))
def test_a_beam_of_all_is_an_exhaustive_search(seed):
    follow, p = table(seed=seed)
    texts, totals = beam.beam_search(follow, [2], 4, 4**4)
    every = [np.array([2, *rest]) for rest in itertools.product(range(4), repeat=4)]
    expected = sorted((bigram.log_probability(p, text) for text in every), reverse=True)
    np.testing.assert_allclose(totals, expected)
    np.testing.assert_array_equal(texts[0], bigram.most_probable(p, 2, 4))


@pytest.mark.parametrize("seed", range(5))
def test_a_beam_of_one_is_greedy(seed):
    follow, p = table(V=9, seed=seed)
    texts, totals = beam.beam_search(follow, [3], 7, 1)
    ids = [3]
    for _ in range(7):
        ids.append(p[ids[-1]].argmax())
    np.testing.assert_array_equal(texts, [ids])
    np.testing.assert_allclose(totals, [bigram.log_probability(p, np.array(ids))])


def test_totals_are_the_log_probabilities_of_the_texts_in_order():
    follow, p = table(V=6)
    texts, totals = beam.beam_search(follow, [0, 5], 5, 3)
    assert texts.shape == (3, 7)
    assert list(totals) == sorted(totals, reverse=True)
    np.testing.assert_allclose(totals, [bigram.log_probability(p, text[1:]) for text in texts])


def test_greedy_can_be_led_astray():
    p = np.array([[0.0, 0.6, 0.4], [0.5, 0.25, 0.25], [0.98, 0.01, 0.01]])
    with np.errstate(divide="ignore"):
        logp = np.log(p)
    one, two = (beam.beam_search(lambda t: logp[t[:, -1]], [0], 2, w) for w in (1, 2))
    assert one[0][0].tolist() == [0, 1, 0]
    assert two[0][0].tolist() == [0, 2, 0]
    np.testing.assert_allclose(np.exp([one[1][0], two[1][0]]), [0.3, 0.392])


def test_nothing_to_begin_with_is_refused():
    for given in (([], 3, 2), ([1], -1, 2), ([1], 3, 0)):
        with pytest.raises(ValueError, match="at least 1, 0 and 1"):
            beam.beam_search(table()[0], *given)
