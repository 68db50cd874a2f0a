"""Whatever the draft is worth, what is written follows the model: exactly, and in what is drawn."""

import itertools

import numpy as np
import pytest
from scipy import stats

from course.transformers import choosing, ngram, reading, speculative


def pair(seed, V=6, concentration=0.4):
    return np.random.default_rng(seed).dirichlet(np.full(V, concentration), size=2)


def result(p, q):
    """The distribution of what one draft from q becomes, by adding up all ways."""
    a, r = speculative.acceptance(p, q)
    return q * a + (1 - (q * a).sum()) * r


@pytest.mark.parametrize("seed", range(20))
def test_a_draw_from_q_becomes_a_draw_from_p(seed):
    p, q = pair(seed)
    np.testing.assert_allclose(result(p, q), p, atol=1e-12)


def test_edges():
    p, one = pair(1)[0], np.eye(6)[2]
    np.testing.assert_allclose(result(p, p), p)
    np.testing.assert_allclose(result(p, one), p)
    np.testing.assert_allclose(result(one, p), one, atol=1e-15)
    np.testing.assert_allclose(result(one, np.eye(6)[4]), one)
    a, _ = speculative.acceptance(p, one)
    assert (a[[0, 1, 3, 4, 5]] == 1).all()


@pytest.mark.parametrize("seed", range(5))
def test_as_many_drafts_are_kept_as_the_distributions_overlap_and_no_rule_keeps_more(seed):
    p, q = pair(seed)
    a, _ = speculative.acceptance(p, q)
    assert (q * a).sum() == pytest.approx(np.minimum(p, q).sum())
    assert (q * a <= p + 1e-15).all()  # any more of a token, and it would come too often


class Toy:
    """A model of three letters that looks at the last two, its draft at the last one."""

    def __init__(self, V=3, seed=0):
        rng = np.random.default_rng(seed)
        self.p, self.q = rng.dirichlet(np.ones(V), (V, V)), rng.dirichlet(np.ones(V), V)

    def model(self, ids, m):
        return np.array([self.p[ids[t - 1], ids[t]] for t in range(len(ids) - m, len(ids))])

    def draft(self, ids):
        return self.q[ids[-1]]


@pytest.mark.parametrize("K", [0, 1, 2, 4])
def test_texts_come_as_often_as_the_model_says(K):
    toy, rng, n = Toy(), np.random.default_rng(K), 5000
    seen = {}
    for _ in range(n):
        ids, *_ = speculative.write(rng, toy.model, toy.draft, [0, 1], 3, K)
        seen[tuple(ids[2:])] = seen.get(tuple(ids[2:]), 0) + 1
    texts = list(itertools.product(range(3), repeat=3))
    expected = []
    for a, b, c in texts:
        expected.append(toy.p[0, 1, a] * toy.p[1, a, b] * toy.p[a, b, c])
    counts = [seen.get(text, 0) for text in texts]
    assert stats.chisquare(counts, n * np.array(expected)).pvalue > 0.001


@pytest.mark.parametrize("K", [1, 3, 8])
def test_greedy_text_is_the_model_s_own(K):
    toy = Toy(V=7, seed=3)
    greedy = np.eye(7)

    def model(ids, m):
        return greedy[toy.model(ids, m).argmax(-1)]

    ids = [0, 1]
    for _ in range(40):
        ids.append(toy.p[ids[-2], ids[-1]].argmax())
    for draft in (toy.draft, lambda ids: greedy[toy.q[ids[-1]].argmax()]):
        rng = np.random.default_rng(0)
        got, drafted, kept, calls = speculative.write(rng, model, draft, [0, 1], 40, K)
        np.testing.assert_array_equal(got, ids)
        assert 0 <= kept <= drafted
        assert 40 / (K + 1) <= calls <= 40


def test_calls_and_tokens_add_up():
    toy, rng = Toy(), np.random.default_rng(0)
    ids, drafted, kept, calls = speculative.write(rng, toy.model, toy.draft, [0, 1], 200, 3)
    assert len(ids) == 202
    assert kept + calls == 200  # each call adds what it kept and one token more
    assert drafted <= 3 * calls
    tokens, accepted = speculative.verify(rng, toy.p[0][[1, 1]], toy.q[:1], [2])
    assert 0 <= accepted < len(tokens) <= 2


def test_a_draft_equal_to_the_model_is_always_kept():
    toy, rng = Toy(), np.random.default_rng(0)
    _, drafted, kept, calls = speculative.write(
        rng, toy.model, lambda ids: toy.p[ids[-2], ids[-1]], [0, 1], 50, 4
    )
    assert kept == drafted == 40
    assert calls == 10


def test_counts_draft_for_a_gpt_and_leave_its_greedy_text_as_it_is():
    model = reading.small_gpt()
    start = np.array([5, 9, 3, 7])
    counted = ngram.fit(np.random.default_rng(0).integers(0, 64, 500), 64, 3)
    pair = speculative.pair(reading.Reader(model), counted, lambda p: choosing.top_k(p, 1))
    ids, *_ = speculative.write(np.random.default_rng(1), *pair, start, 90, 3)
    expected = reading.write(reading.Reader(model), start, 90, lambda z: z.argmax(axis=-1))
    np.testing.assert_array_equal(ids, expected[0])


def test_without_a_cut_both_of_a_pair_say_what_they_are_made_of():
    reader, counted = reading.Reader(reading.small_gpt()), ngram.fit([0, 1, 2, 1] * 9, 64, 3)
    model, draft = speculative.pair(reader, counted)
    ids = np.array([0, 1, 2, 1, 0])
    np.testing.assert_array_equal(draft(list(ids)), ngram.next_token(counted, ids))
    said = choosing.temper(reader.logits(ids, 3)[0], 1)
    np.testing.assert_allclose(model(ids, 3), said, atol=1e-12)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"p has shape \(3,\) and d \(4,\)"):
        speculative.acceptance(np.ones(3) / 3, np.ones(4) / 4)
    with pytest.raises(ValueError, match="0 tokens, n is 3 and K is 2"):
        speculative.write(np.random.default_rng(0), None, None, [], 3, 2)
