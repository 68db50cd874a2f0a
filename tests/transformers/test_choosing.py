"""What may be drawn is what was asked for, as other people's code has it too."""

import numpy as np
import pytest
import torch
from scipy import stats

from course.foundations import bigram
from course.transformers import choosing
from course.transformers.gpt import sampling

P = np.array([0.125, 0.5, 0.25, 0.125])


def rows(n=40, V=30):
    z = 3 * np.random.default_rng(0).standard_normal((n, V))
    return z, choosing.temper(z, 1.0)


def test_by_hand():
    np.testing.assert_allclose(choosing.top_k(P, 2), [0, 2 / 3, 1 / 3, 0])
    np.testing.assert_allclose(choosing.top_k(P, 3), [1 / 7, 4 / 7, 2 / 7, 0])
    np.testing.assert_allclose(choosing.top_p(P, 0.75), [0, 2 / 3, 1 / 3, 0])
    np.testing.assert_allclose(choosing.top_p(P, 0.76), [1 / 7, 4 / 7, 2 / 7, 0])
    np.testing.assert_allclose(choosing.min_p(P, 0.5), [0, 2 / 3, 1 / 3, 0])
    np.testing.assert_allclose(choosing.min_p(P, 0.51), [0, 1, 0, 0])
    for keep_all in (choosing.top_p(P, 1), choosing.min_p(P, 0.1), choosing.top_k(P, 9)):
        np.testing.assert_allclose(keep_all, P)


def test_transformers_and_the_course_s_own_tensors_agree():
    from transformers import MinPLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

    z, p = rows()
    cuts = {
        "top_k": (choosing.top_k, 7, TopKLogitsWarper(7)),
        "top_p": (choosing.top_p, 0.8, TopPLogitsWarper(0.8)),
        "min_p": (choosing.min_p, 0.1, MinPLogitsWarper(0.1)),
    }
    for name, (ours, how, theirs) in cuts.items():
        got = np.array([ours(row, how) for row in p])
        expected = theirs(None, torch.from_numpy(z.copy())).softmax(-1).numpy()
        np.testing.assert_allclose(got, expected, err_msg=name)
        own = sampling.distribution(torch.from_numpy(z), **{name: how}).numpy()
        np.testing.assert_allclose(got, own, err_msg=name)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
def test_a_temperature_on_logits_sharpens_probabilities(temperature):
    z, p = rows()
    got = choosing.temper(z, temperature)
    np.testing.assert_allclose(got, bigram.sharpen(p, temperature), atol=1e-12)


def test_temperature_0_is_greedy_and_takes_the_first_of_equals():
    np.testing.assert_array_equal(choosing.temper(np.array([[1.0, 3, 3], [2, 0, 1]]), 0),
                                  [[0, 1, 0], [1, 0, 0]])  # fmt: skip


def test_draws_by_hand():
    w = np.array([0.0, 2.0, 0.0, 6.0, 0.0])
    u = np.array([0.0, 0.24, 0.25, 0.99, 1 - 2**-53])
    np.testing.assert_array_equal(choosing.draw(u, w), [1, 1, 3, 3, 3])
    assert choosing.draw(0.5, np.array([1.0, 1.0])) == 1


def test_draws_follow_the_weights():
    """Of evenly spaced u each token gets its exact share; of random ones, within sampling error."""
    w = np.array([3.0, 0.0, 1.0, 4.0])
    even = (np.arange(8000) + 0.5) / 8000
    assert np.bincount(choosing.draw(even, w)).tolist() == [3000, 0, 1000, 4000]
    counts = np.bincount(choosing.draw(np.random.default_rng(1).random(40_000), w))
    assert stats.chisquare(counts[w > 0], [15_000, 5_000, 20_000]).pvalue > 0.001


def test_the_last_u_below_1_never_falls_beyond_the_last_weight():
    rng = np.random.default_rng(1)
    for _ in range(500):
        w = rng.random(9) * 10 ** rng.uniform(-3, 3)
        assert choosing.draw(1 - 2**-53, w) == 8


def test_a_picker_draws_a_token_for_each_row_from_its_rng_alone():
    z, p = rows()
    draws = [
        choosing.picker(np.random.default_rng(s), 0.7, lambda p: choosing.top_k(p, 3))(z)
        for s in (0, 0, 1)
    ]
    assert draws[0].shape == (40,)
    np.testing.assert_array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])
    assert all(t in np.argsort(-row)[:3] for t, row in zip(draws[0], p, strict=True))
    np.testing.assert_array_equal(choosing.picker(np.random.default_rng(0), 0)(z), z.argmax(-1))


@pytest.mark.parametrize(
    ("f", "says"),
    [
        (lambda: choosing.temper(P, -1), "temperature is -1"),
        (lambda: choosing.top_k(P, 0), "keep at least 1"),
        (lambda: choosing.top_p(P, 0), "mass is 0; allowed is above 0"),
        (lambda: choosing.min_p(P, 1.5), "ratio is 1.5"),
        (lambda: choosing.draw(0.5, np.zeros(3)), "some must be above 0"),
        (lambda: choosing.draw(0.5, np.array([1.0, -1.0])), "weights run from -1.0 to 1.0"),
    ],
)
def test_settings_that_leave_nothing_are_refused(f, says):
    with pytest.raises(ValueError, match=says):
        f()
