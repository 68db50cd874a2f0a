"""Smoothed counts, against scikit-learn and the laws of distributions."""

import numpy as np
import pytest
from sklearn.naive_bayes import CategoricalNB

from course import data
from course.foundations import bigram, information, smoothing
from course.networks import layers
from course.transformers import tokens


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_an_even_base_agrees_with_scikit_learn(rng):
    ids = np.concatenate([np.arange(4), rng.integers(4, size=60), np.arange(4)])
    model = CategoricalNB(alpha=0.7).fit(ids[1:, None], ids[:-1])
    ours = smoothing.smooth(bigram.count_pairs(ids, 4), np.full(4, 1 / 4), 4 * 0.7)
    np.testing.assert_allclose(np.log(ours), model.feature_log_prob_[0])


def test_frequencies_are_a_base_in_which_nothing_is_impossible(rng):
    counts = rng.integers(0, 5, size=(6, 6))
    counts[:, 2] = 0
    base = smoothing.frequencies(counts)
    assert base.sum() == pytest.approx(1)
    assert base.min() == base[2] == 1 / (counts.sum() + 6)


def test_the_weight_is_chosen_by_another_text(rng):
    counts, base, ids = rng.integers(0, 5, size=(4, 4)), np.full(4, 1 / 4), rng.integers(4, size=50)
    least = smoothing.surprises(smoothing.choose(counts, base, ids), ids).mean()
    tried = [smoothing.smooth(counts, base, w) for w in (0.3, 1, 3, 10, 30, 100)]
    assert least == min(smoothing.surprises(p, ids).mean() for p in tried)
    with pytest.raises(ValueError, match=r"weights is \(\): at least one"):
        smoothing.choose(counts, base, ids, ())


def test_smoothing_moves_from_the_shares_to_the_base(rng):
    counts, base = rng.integers(1, 9, size=(5, 5)), rng.dirichlet(np.ones(5))
    little, much = (smoothing.smooth(counts, base, w) for w in (1e-9, 1e9))
    np.testing.assert_allclose(little, bigram.probabilities(counts), atol=1e-8)
    np.testing.assert_allclose(much, np.tile(base, (5, 1)), atol=1e-6)
    unseen = smoothing.smooth(np.zeros((5, 5)), base, 2.0)
    np.testing.assert_allclose(unseen, np.tile(base, (5, 1)))


def test_rows_are_distributions_and_nothing_is_impossible(rng):
    counts = rng.integers(0, 3, size=(7, 7))
    p = smoothing.smooth(counts, np.full(7, 1 / 7), 4.0)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert p.min() > 0


def test_surprises_add_up_to_the_log_probability(rng):
    p, ids = rng.dirichlet(np.ones(4), size=4), rng.integers(4, size=30)
    assert smoothing.surprises(p, ids).sum() == pytest.approx(-bigram.log_probability(p, ids))
    assert smoothing.surprises(np.eye(4), np.array([0, 1]))[0] == np.inf


def test_bad_input_is_refused():
    counts, base = np.ones((3, 3)), np.full(3, 1 / 3)
    with pytest.raises(ValueError, match=r"counts has shape \(2, 3\)"):
        smoothing.smooth(counts[:2], base, 1)
    with pytest.raises(ValueError, match="counts has an entry -1"):
        smoothing.smooth(counts - 2, base, 1)
    with pytest.raises(ValueError, match=r"base \(2,\) and weight is 1"):
        smoothing.smooth(counts, np.full(2, 1 / 2), 1)
    with pytest.raises(ValueError, match="base sums to 2"):
        smoothing.smooth(counts, 2 * base, 1)
    with pytest.raises(ValueError, match="two or more tokens from 0 to 2"):
        smoothing.surprises(counts, np.array([0, 3]))


@pytest.fixture(scope="module")
def names():
    """Names to learn from and names to test on, shuffled, and their alphabet."""
    each = np.random.default_rng(1).permutation(sorted(set(data.given_names().name)))
    return each[:4000], each[4000:], tokens.alphabet("." + "".join(each))


def encoded(names, alphabet):
    return tokens.encode("." + ".".join(names) + ".", alphabet)


def test_downhill_ends_above_counting_by_the_divergence(names):
    """What *Probability* says of counting and descent."""
    learn, _, alphabet = names
    ids = encoded(learn, alphabet)
    counts = bigram.count_pairs(ids, len(alphabet))
    counted, total = bigram.probabilities(counts), counts.sum(axis=1, keepdims=True)
    z = np.zeros(counts.shape)
    for _ in range(200):
        z = z + 50 * (counts - total * layers.softmax(z)) / counts.sum()
    above = layers.cross_entropy(z[ids[:-1]], ids[1:]) - smoothing.surprises(counted, ids).mean()
    apart = information.kl(counted, layers.softmax(z)) @ total[:, 0] / counts.sum()
    assert 0 < above < 0.02
    assert above == pytest.approx(apart)


@pytest.mark.parametrize("seed", range(5))
def test_with_few_names_a_base_is_worth_more_than_an_even_one(names, seed):
    learn, test, alphabet = names
    few = np.random.default_rng(seed).choice(learn, 100, replace=False)
    counts, ids = bigram.count_pairs(encoded(few, alphabet), 27), encoded(test, alphabet)
    bases = np.full(27, 1 / 27), smoothing.frequencies(counts)
    models = [smoothing.choose(counts, base, ids) for base in bases]
    even, toward = (smoothing.surprises(p, ids).mean() for p in models)
    assert toward < even
