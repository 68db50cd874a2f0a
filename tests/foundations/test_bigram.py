"""Laws of the smallest language model."""

import itertools

import numpy as np
import pytest
import torch

from course.foundations import bigram

RNG = np.random.default_rng(0)


def test_counting_agrees_with_a_loop():
    ids = RNG.integers(0, 5, size=200)
    expected = np.zeros((5, 5), dtype=int)
    for i, j in itertools.pairwise(ids):
        expected[i, j] += 1
    np.testing.assert_array_equal(bigram.count_pairs(ids, 5), expected)


def test_counting_one_by_one_gives_the_same():
    ids = RNG.integers(0, 5, size=200)
    np.testing.assert_array_equal(bigram.count_one_by_one(ids, 7), bigram.count_pairs(ids, 7))


def test_the_most_probable_text_is_the_best_of_all():
    p = RNG.dirichlet(np.ones(3) * 0.5, size=3)
    every = [np.array([1, *rest]) for rest in itertools.product(range(3), repeat=6)]
    best = max(every, key=lambda ids: bigram.log_probability(p, ids))
    np.testing.assert_array_equal(bigram.most_probable(p, 1, 6), best)


def test_the_log_probability_is_that_of_the_product():
    p = np.array([[0.5, 0.5], [1.0, 0.0]])
    assert bigram.log_probability(p, np.array([0, 1, 0, 0])) == pytest.approx(np.log(0.25))
    assert bigram.log_probability(p, np.array([1, 1])) == -np.inf


def test_overlapping_pairs_all_count():
    assert bigram.count_pairs(np.array([1, 1, 1, 0, 1]), 2).tolist() == [[0, 1], [1, 2]]


def test_the_counted_probabilities_are_the_most_likely_ones():
    """Any other rows make the text less probable: the counted ones are the maximum likelihood."""
    ids = RNG.integers(0, 4, size=500)
    counts = bigram.count_pairs(ids, 4)
    p = bigram.probabilities(counts)
    best = (counts * np.log(p)).sum()
    for _ in range(50):
        q = p * np.exp(0.1 * RNG.normal(size=p.shape))
        assert (counts * np.log(q / q.sum(axis=1, keepdims=True))).sum() < best


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.7])
def test_temperature_is_the_one_of_a_softmax(temperature):
    p = RNG.dirichlet(np.ones(6), size=3)
    expected = torch.softmax(torch.log(torch.tensor(p)) / temperature, dim=-1)
    np.testing.assert_allclose(bigram.sharpen(p, temperature), expected, rtol=1e-12)


def test_a_tiny_temperature_leaves_the_largest_and_overflows_nowhere():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        q = bigram.sharpen(np.array([1e-300, 0.3, 0.7]), 1e-3)
    np.testing.assert_allclose(q, [0, 0, 1], atol=1e-12)


def test_what_is_written_follows_the_table():
    """Over a long text the drawn pairs have the probabilities they were drawn with."""
    p = RNG.dirichlet(np.ones(3), size=3)
    ids = bigram.write(np.random.default_rng(1), p, 0, 20_000)
    seen = bigram.probabilities(bigram.count_pairs(ids, 3))
    np.testing.assert_allclose(seen, p, atol=0.03)
    assert len(ids) == 20_001 and ids[0] == 0


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: bigram.count_pairs(np.array([0, 5]), 5), "0 to 4"),
        (lambda: bigram.count_pairs(np.array([0]), 5), "two or more"),
        (lambda: bigram.probabilities(np.array([[1, 2], [0, 0]])), "token 1"),
        (lambda: bigram.sharpen(np.array([0.5, 0.5]), 0), "temperature is 0"),
    ],
)
def test_what_cannot_be_done_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()
