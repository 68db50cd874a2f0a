"""A reader that keeps what it has read says what a whole pass says."""

import numpy as np
import pytest

from course import data
from course.transformers import beam, numpy_modern, reading, tokens
from course.transformers.gpt import generate, pretrained


@pytest.fixture(scope="module")
def model():
    return reading.small_gpt()


def text(model, start, T):
    return tokens.encode(data.shakespeare()[start : start + T], model.alphabet)


def whole(model, ids):
    return numpy_modern.forward(model.p, ids, model.L, model.H)


def test_it_is_the_model_that_torch_reads(model):
    torch_model, alphabet = pretrained.small_gpt()
    assert alphabet == model.alphabet
    c = torch_model.config
    assert (c.layers, c.heads, c.context) == (model.L, model.H, model.context)
    assert model.p.keys() == dict(torch_model.named_parameters()).keys()


def test_texts_that_grow_branch_and_shrink(model):
    reader = reading.Reader(model)
    a, b = text(model, 5000, 40), text(model, 9000, 40)
    mixed = np.concatenate([a[:30], b[:3]])
    for ids in (a[None, :20], a[None, :21], a[None, :33], mixed[None], a[None, :25], b[None, :9]):
        np.testing.assert_allclose(reader.logits(ids)[:, -1], whole(model, ids)[:, -1], atol=1e-9)
    both = np.array([b[:9], mixed[:9], b[:9]])
    for ids in (both, both[[2, 1]], both[[1, 1, 0]], np.c_[both, [1, 2, 3]]):
        np.testing.assert_allclose(reader.logits(ids)[:, -1], whole(model, ids)[:, -1], atol=1e-9)


def test_only_what_is_new_is_read(model):
    reader, ids = reading.Reader(model), text(model, 5000, 60)
    for T in range(10, 61):
        reader.logits(ids[:T])
    assert (reader.calls, reader.read) == (51, 60)
    reader.logits(ids[:50])  # the position itself must be read again
    assert reader.read == 61
    afresh = reading.Reader(model, keep=False)
    for T in (10, 11, 12):
        afresh.logits(ids[:T])
    assert (afresh.calls, afresh.read) == (3, 33)


@pytest.mark.parametrize("T", [30, 64, 66, 98, 130])
def test_several_positions_are_each_of_their_own_window(model, T):
    ids = text(model, 20_000, T)
    alone = [reading.Reader(model).logits(ids[:t])[0, 0] for t in range(T - 4, T + 1)]
    np.testing.assert_allclose(reading.Reader(model).logits(ids, 5)[0], alone, atol=1e-9)


def test_greedy_text_is_torch_s_beyond_the_context(model):
    torch_model, alphabet = pretrained.small_gpt()
    start = tokens.encode("ROMEO:", alphabet)
    (ids,) = reading.write(reading.Reader(model), start, 150, lambda z: z.argmax(-1))
    expected = generate.generate(torch_model.double(), start, 150, temperature=0)
    np.testing.assert_array_equal(ids, expected)


def test_a_beam_is_the_same_with_a_cache(model):
    ids = text(model, 5000, 8)

    def afresh(texts):
        return reading.Reader(model).follow(texts)

    kept, fresh = (
        beam.beam_search(follow, ids, 12, 5) for follow in (reading.Reader(model).follow, afresh)
    )
    np.testing.assert_array_equal(kept[0], fresh[0])
    np.testing.assert_allclose(kept[1], fresh[1])


def test_it_attends_by_what_it_is_given(model):
    asked = []

    def attend(q, k, v, k_past, v_past):
        asked.append(k_past.shape[2])
        return v, np.concatenate([k_past, k], 2), np.concatenate([v_past, v], 2)

    reader, ids = reading.Reader(model, attend), text(model, 0, 12)
    reader.logits(ids[:10])
    reader.logits(ids)
    assert asked == [0, 0, 10, 10]
