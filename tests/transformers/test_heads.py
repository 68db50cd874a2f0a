"""Grouped queries agree with PyTorch's; a head that looks one back is found among others."""

import numpy as np
import pytest
import torch

from course.transformers import attention, heads


@pytest.fixture
def rng():
    return np.random.default_rng(12)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("G", [1, 2, 3, 6])
def test_grouped_queries_agree_with_torch(rng, G, causal):
    q = rng.normal(size=(2, 6, 5, 4))
    k, v = rng.normal(size=(2, 2, G, 5, 4))
    y, a = heads.grouped(q, k, v, causal=causal)
    expected = torch.nn.functional.scaled_dot_product_attention(
        *map(torch.tensor, (q, k, v)), is_causal=causal, enable_gqa=True
    )
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(a.sum(-1), 1)


def test_one_group_a_head_is_plain_attention(rng):
    q, k, v = rng.normal(size=(3, 2, 3, 5, 4))
    for ours, plain in zip(heads.grouped(q, k, v), attention.attend(q, k, v), strict=True):
        np.testing.assert_array_equal(ours, plain)


def test_a_head_that_looks_one_back_is_found(rng):
    a = np.stack([np.tri(6) / np.tri(6).sum(-1, keepdims=True)] * 4)
    a[2] = 0.1 * a[2] + 0.9 * np.eye(6, k=-1)
    a[2, 0] = np.eye(6)[0]
    h, share = heads.previous_token_head(a)
    uniform = np.mean([1 / (t + 1) for t in range(1, 6)])
    assert (h, share) == (2, pytest.approx(0.9 + 0.1 * uniform))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda x: heads.grouped(x, x[:, :2], x[:, :2]), "3 query heads can't share 2"),
        (lambda x: heads.grouped(x, x, x[:, :1]), "3 heads of keys and 1 of values"),
        (lambda x: heads.previous_token_head(x), "shape"),
        (lambda x: heads.previous_token_head(x[0]), "shape"),
    ],
)
def test_bad_sizes_are_refused_with_a_sentence(rng, wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong(rng.normal(size=(2, 3, 5, 4)))
