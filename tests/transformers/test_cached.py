"""Attention with a cache is attention without one, however the text is cut."""

import numpy as np
import pytest
import torch

from course.transformers import attention, cached


def drawn(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape) for shape in shapes]


@pytest.mark.parametrize("cuts", [[9], [1] * 9, [4, 1, 3, 1], [2, 7]])
def test_a_text_read_in_parts_attends_as_a_whole(cuts):
    q, k, v = drawn((2, 3, 9, 4), (2, 3, 9, 4), (2, 3, 9, 4))
    whole, _ = attention.attend(q, k, v, causal=True)
    parts, past = [], (k[:, :, :0], v[:, :, :0])
    for new in np.split(np.arange(9), np.cumsum(cuts)[:-1]):
        y, *past = cached.attend_cached(q[:, :, new], k[:, :, new], v[:, :, new], *past)
        parts.append(y)
    np.testing.assert_allclose(np.concatenate(parts, axis=2), whole)
    np.testing.assert_array_equal(past[0], k)
    np.testing.assert_array_equal(past[1], v)


def test_torch_agrees():
    q, k, v, k_past, v_past = drawn((3, 2, 4), (3, 2, 4), (3, 2, 4), (3, 5, 4), (3, 5, 4))
    mask = torch.ones(2, 7, dtype=torch.bool).tril(5)
    ours, k_all, v_all = cached.attend_cached(q, k, v, k_past, v_past)
    theirs = torch.nn.functional.scaled_dot_product_attention(
        *map(torch.from_numpy, (q, k_all, v_all)), attn_mask=mask
    )
    np.testing.assert_allclose(ours, theirs.numpy())


def test_what_is_given_stays_as_it_was():
    given = drawn((1, 2, 4), (1, 2, 4), (1, 2, 4), (1, 3, 4), (1, 3, 4))
    before = [x.copy() for x in given]
    cached.attend_cached(*given)
    for x, y in zip(given, before, strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize(
    ("k_past", "v_past", "says"),
    [
        ((3, 2, 4), (3, 2, 4), "k is .1, 2, 4. and k_past .3, 2, 4."),
        ((1, 2, 5), (1, 2, 4), "k_past .1, 2, 5."),
        ((1, 2, 4), (1, 3, 4), "2 keys and 3 values"),
    ],
)
def test_a_past_that_does_not_fit_is_refused(k_past, v_past, says):
    with pytest.raises(ValueError, match=says):
        cached.attend_cached(*drawn((1, 2, 4), (1, 2, 4), (1, 2, 4), k_past, v_past))
