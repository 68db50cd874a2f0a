"""Counts and Witten–Bell probabilities, by hand, by a slow route, and by their laws."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from course.transformers import ngram


def slow_probability(train, V, order, context, token):
    """Witten and Bell as it is written, with dictionaries and recursion."""
    if order == 0:
        return 1 / V
    h = tuple(context[len(context) - order + 1 :])
    shorter = slow_probability(train, V, order - 1, context, token)
    followers = Counter(
        train[i + order - 1]
        for i in range(len(train) - order + 1)
        if tuple(train[i : i + order - 1]) == h
    )
    N, D = sum(followers.values()), len(followers)
    return (followers[token] + D * shorter) / (N + D) if N else shorter


def test_by_hand():
    model = ngram.fit([0, 1, 0, 0], V=2, order=1)  # three 0 and one 1: N = 4, D = 2
    np.testing.assert_allclose(ngram.next_token(model, []), [(3 + 2 / 2) / 6, (1 + 2 / 2) / 6])


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_equals_the_slow_definition(order):
    rng = np.random.default_rng(4)
    train, test = rng.integers(0, 4, 60), rng.integers(0, 5, 30)
    model = ngram.fit(train, 5, order)
    slow = [
        slow_probability(train.tolist(), 5, min(order, i + 1), test[:i].tolist(), test[i])
        for i in range(len(test))
    ]
    np.testing.assert_allclose(ngram.probabilities(model, test), slow, rtol=1e-12)
    assert ngram.loss(model, test) == pytest.approx(-np.log(slow).mean())


def test_next_token_is_a_distribution_and_agrees_with_probabilities():
    rng = np.random.default_rng(5)
    model = ngram.fit(rng.integers(0, 6, 200), 7, 3)
    text = rng.integers(0, 7, 20)
    for i, p in enumerate(ngram.probabilities(model, text)):
        row = ngram.next_token(model, text[:i])
        assert row.min() > 0
        assert row.sum() == pytest.approx(1)
        assert row[text[i]] == pytest.approx(p, rel=1e-12)


def test_counts_are_those_of_a_counter():
    text = np.array([0, 1, 2, 1, 2, 0, 1])
    codes, seen = ngram.fit(text, 3, 2).grams[1]
    pairs = Counter(zip(text[:-1].tolist(), text[1:].tolist(), strict=True))
    assert {(c // 3, c % 3): n for c, n in zip(codes.tolist(), seen.tolist(), strict=True)} == pairs
    followers = defaultdict(set)
    for a, b in pairs:
        followers[a].add(b)
    contexts, _, D = ngram.fit(text, 3, 2).contexts[1]
    assert {c: len(followers[c]) for c in contexts.tolist()} == dict(
        zip(contexts.tolist(), D.tolist(), strict=True)
    )


def test_longer_contexts_help_on_a_text_with_structure():
    text = np.tile([0, 1, 0, 2], 50)
    losses = [ngram.loss(ngram.fit(text, 3, n), text) for n in (1, 2, 3)]
    assert losses[0] > losses[1] > losses[2]
    assert losses[2] < 0.1


def test_generation_follows_the_counts_and_the_generator():
    model = ngram.fit(np.tile([0, 1, 2], 400), 3, 3)
    a, b = (ngram.generate(np.random.default_rng(6), model, [0, 1], 12) for _ in range(2))
    np.testing.assert_array_equal(a, b)
    assert a.tolist()[:2] == [0, 1]
    assert (np.diff(a) % 3 == 1).mean() > 0.8


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: ngram.fit([0, 1], 2, 3), "2 tokens has no n-grams of 3"),
        (lambda: ngram.fit([0, 5], 3, 1), "allows 0 to 2"),
        (lambda: ngram.fit([0] * 9, 50257, 5), "64-bit"),
        (lambda: ngram.fit([0, 1], 2, 0), "1 or more"),
    ],
)
def test_refused_with_a_sentence(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()
