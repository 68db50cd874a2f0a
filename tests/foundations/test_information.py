"""Surprise and its averages, against SciPy and PyTorch."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from course.foundations import information
from course.networks import layers

TABLES = st.integers(0, 10_000).map(np.random.default_rng)


@pytest.mark.parametrize("shift", [0, 1000, -1000, 1e15])
def test_log_sum_exp_agrees_with_scipy(shift):
    z = np.random.default_rng(0).standard_normal((3, 4, 5)) + shift
    np.testing.assert_allclose(information.log_sum_exp(z), special.logsumexp(z, axis=-1))


@pytest.mark.parametrize("z", [np.zeros((2, 0)), np.float64(3)])
def test_log_sum_exp_refuses_an_empty_row(z):
    with pytest.raises(ValueError, match="at least one number in a row"):
        information.log_sum_exp(z)


def test_cross_entropy_of_logits_is_log_sum_exp_less_the_logit():
    rng = np.random.default_rng(1)
    z, y = 3 * rng.standard_normal((6, 4)), rng.integers(4, size=6)
    expected = (information.log_sum_exp(z) - z[np.arange(6), y]).mean()
    assert layers.cross_entropy(z, y) == pytest.approx(expected)
    known = torch.nn.functional.cross_entropy(torch.tensor(z), torch.tensor(y)).item()
    assert expected == pytest.approx(known)


@given(TABLES)
def test_entropy_and_kl_agree_with_scipy(rng):
    p, q = rng.dirichlet(np.full(5, 0.3), size=(2, 3))
    p[0, 0] = 0
    p /= p.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(information.entropy(p), stats.entropy(p, axis=-1), atol=1e-12)
    known = special.rel_entr(p, q).sum(axis=-1)
    np.testing.assert_allclose(information.kl(p, q), known, rtol=1e-9, atol=1e-12)
    assert np.all(information.kl(p, q) >= -1e-12)


def test_entropy_is_largest_for_equal_probabilities():
    assert information.entropy(np.full(8, 1 / 8)) == pytest.approx(3 * np.log(2))
    assert information.entropy(np.eye(8)[2]) == 0


def test_kl_is_infinite_where_the_possible_is_excluded():
    p, q = np.array([0.5, 0.5, 0]), np.array([1.0, 0, 0])
    assert information.kl(p, q) == np.inf
    assert information.kl(q, p) == pytest.approx(np.log(2))


def test_what_is_no_distribution_is_refused():
    with pytest.raises(ValueError, match=r"p sums to 0\.9 over its last axis"):
        information.entropy(np.array([0.5, 0.4]))
    with pytest.raises(ValueError, match="q has an entry -1"):
        information.kl(np.array([0.5, 0.5]), np.array([2.0, -1]))
    with pytest.raises(ValueError, match="p has 2 outcomes and q 3"):
        information.kl(np.full(2, 1 / 2), np.full(3, 1 / 3))
    with pytest.raises(ValueError, match="p has an entry nan"):
        information.entropy(np.array([0.5, np.nan]))


def test_perplexity_of_equal_choices_is_their_number():
    assert information.perplexity(information.entropy(np.full(6, 1 / 6))) == pytest.approx(6)
    with pytest.raises(ValueError, match="nats is -1"):
        information.perplexity(-1)
