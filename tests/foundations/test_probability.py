"""Chance, against SciPy, cases worked by hand, and simulation."""

import numpy as np
import pytest
from scipy import stats

from course.foundations import probability


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_moments_agree_with_scipy(rng):
    x, p = rng.standard_normal(6), rng.dirichlet(np.ones(6))
    known = stats.rv_discrete(values=(np.arange(6), p))
    mean, variance = probability.moments(np.arange(6), p)
    assert (mean, variance) == pytest.approx((known.mean(), known.var()))
    mean, variance = probability.moments(x, p)
    assert variance == pytest.approx(p @ x**2 - mean**2)
    with pytest.raises(ValueError, match=r"x has shape \(5,\) and p \(6,\)"):
        probability.moments(x[:5], p)


def test_bayes_of_a_rare_disease():
    posterior = probability.bayes(np.array([0.01, 0.99]), np.array([[0.99, 0.01], [0.05, 0.95]]))
    np.testing.assert_allclose(posterior[0], [1 / 6, 0.0001 / 0.9406])


def test_bayes_agrees_with_counting(rng):
    prior, likelihood = rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(4), size=3)
    k = rng.choice(3, p=prior, size=400_000)
    m = (rng.random(400_000)[:, None] > likelihood.cumsum(axis=1)[k]).sum(axis=1)
    counts = np.histogram2d(k, m, bins=[3, 4], range=[(0, 3), (0, 4)])[0]
    posterior = probability.bayes(prior, likelihood)
    np.testing.assert_allclose(posterior, counts / counts.sum(axis=0), atol=0.01)
    np.testing.assert_allclose(posterior.sum(axis=0), 1)


def test_bayes_twice_is_bayes_once_of_both(rng):
    prior, likelihood = rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(2), size=3)
    once = probability.bayes(prior, likelihood)[:, 0]
    twice = probability.bayes(once, likelihood)[:, 1]
    both = np.einsum("ka,kb->kab", likelihood, likelihood).reshape(3, 4)
    np.testing.assert_allclose(twice, probability.bayes(prior, both)[:, 1])


def test_bayes_refuses_what_is_no_table_of_distributions():
    good = np.full((2, 3), 1 / 3)
    with pytest.raises(ValueError, match=r"prior sums to 1\.1 over its last axis: 1 is needed"):
        probability.bayes(np.array([0.5, 0.6]), good)
    with pytest.raises(ValueError, match=r"likelihood has an entry -0\.5"):
        probability.bayes(np.array([0.5, 0.5]), np.array([[1.5, -0.5], [0, 1]]))
    with pytest.raises(ValueError, match=r"prior has shape \(3,\) and likelihood \(2, 3\)"):
        probability.bayes(np.full(3, 1 / 3), good)
    with pytest.raises(ValueError, match="shows column 1"):
        probability.bayes(np.array([0.5, 0.5]), np.array([[1.0, 0], [1, 0]]))
    with pytest.raises(ValueError, match=r"prior has shape \(0,\): at least one"):
        probability.bayes(np.array([]), good)


def test_gaussian_log_density_agrees_with_scipy(rng):
    x = rng.standard_normal(9)
    ours = probability.gaussian_log_density(x, 0.3, 2.5)
    np.testing.assert_allclose(ours, stats.norm.logpdf(x, 0.3, 2.5))
    with pytest.raises(ValueError, match="sigma is 0; a spread above 0"):
        probability.gaussian_log_density(x, 0, 0)


def test_gaussian_fit_is_the_maximum(rng):
    x = 3 * rng.standard_normal(40) + 1
    mu, sigma = probability.gaussian_fit(x)
    assert (mu, sigma) == pytest.approx(stats.norm.fit(x))
    best = probability.gaussian_log_density(x, mu, sigma).sum()
    for d in (-0.1, 0.1):
        assert probability.gaussian_log_density(x, mu + d, sigma).sum() < best
        assert probability.gaussian_log_density(x, mu, sigma + d).sum() < best
    with pytest.raises(ValueError, match=r"x has shape \(0,\)"):
        probability.gaussian_fit(np.array([]))


@pytest.mark.parametrize(("right", "n"), [(0, 5), (5, 5), (3, 8), (59, 100)])
def test_luck_of_one_agrees_with_scipy(right, n):
    known = stats.binom.sf(right - 1, n, 0.5)
    assert probability.by_luck(right, n, 1) == pytest.approx(known)


def test_luck_of_many_agrees_with_simulation(rng):
    best = rng.binomial(30, 0.5, size=(200_000, 6)).max(axis=1)
    assert probability.by_luck(20, 30, 6) == pytest.approx(np.mean(best >= 20), abs=0.005)
    assert probability.by_luck(21, 30, 10_000) == pytest.approx(1)


@pytest.mark.parametrize(("right", "n", "tried"), [(-1, 4, 1), (5, 4, 1), (2, 4, 0)])
def test_luck_refuses_what_cannot_be(right, n, tried):
    with pytest.raises(ValueError, match=f"right is {right} of n = {n} and tried {tried}"):
        probability.by_luck(right, n, tried)


def test_bootstrap_agrees_with_scipy(rng):
    x = rng.exponential(size=200)
    ours = probability.bootstrap(rng, x, draws=4000)
    known = stats.bootstrap((x,), np.mean, method="percentile", rng=rng).confidence_interval
    np.testing.assert_allclose(ours, known, atol=0.03)


def test_bootstrap_holds_the_truth_about_as_often_as_it_says(rng):
    held = []
    for _ in range(300):
        low, high = probability.bootstrap(rng, rng.standard_normal(60), draws=300, level=0.8)
        held.append(low < 0 < high)
    assert np.mean(held) == pytest.approx(0.8, abs=0.08)


def test_bootstrap_refuses_bad_input(rng):
    with pytest.raises(ValueError, match=r"x has shape \(0,\)"):
        probability.bootstrap(rng, np.array([]))
    with pytest.raises(ValueError, match=r"draws is 5 and level 1\.5"):
        probability.bootstrap(rng, np.ones(3), draws=5, level=1.5)
