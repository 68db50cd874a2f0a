"""Attention agrees with PyTorch to 1e-12, forward and back, and keeps its laws."""

import numpy as np
import pytest
import torch

from course.networks import gradcheck
from course.transformers import attention

SIZES = dict(B=2, H=3, T=5, D=4)
close = dict(rtol=1e-12, atol=1e-12)


@pytest.fixture
def rng():
    return np.random.default_rng(9)


def torch_of(*arrays):
    return [torch.tensor(a, requires_grad=True) for a in arrays]


def qkv(rng, T=5, S=5, E=4):
    return (
        rng.normal(size=(2, 3, T, 4)),
        rng.normal(size=(2, 3, S, 4)),
        rng.normal(size=(2, 3, S, E)),
    )


@pytest.mark.parametrize("kind", ["full", "causal", "mask", "cross"])
def test_attend_and_its_gradient_agree_with_torch(rng, kind):
    q, k, v = qkv(rng, S=7, E=6) if kind == "cross" else qkv(rng)
    mask = rng.random((2, 1, 5, 5)) < 0.5 if kind == "mask" else None
    if kind == "mask":
        mask |= np.eye(5, dtype=bool)
    y, a = attention.attend(q, k, v, causal=kind == "causal", mask=mask)
    tq, tk, tv = torch_of(q, k, v)
    expected = torch.nn.functional.scaled_dot_product_attention(
        tq,
        tk,
        tv,
        is_causal=kind == "causal",
        attn_mask=None if mask is None else torch.tensor(mask),
    )
    np.testing.assert_allclose(y, expected.detach(), **close)
    dy = rng.normal(size=y.shape)
    expected.backward(torch.tensor(dy))
    got = attention.attend_backward(dy, q, k, v, a)
    for d, t in zip(got, (tq, tk, tv), strict=True):
        np.testing.assert_allclose(d, t.grad, **close)


def test_by_hand():
    q = np.array([[1.0]])
    k = np.array([[0.0], [np.log(3)]])
    y, a = attention.attend(q, k, np.array([[4.0], [8.0]]))
    np.testing.assert_allclose(a, [[0.25, 0.75]])
    np.testing.assert_allclose(y, [[7.0]])


def test_weights_sum_to_one_and_the_future_cannot_be_seen(rng):
    q, k, v = qkv(rng)
    y, a = attention.attend(q, k, v, causal=True)
    np.testing.assert_allclose(a.sum(-1), 1)
    assert np.all(a[..., ~attention.causal_mask(5)] == 0)
    k[..., 3:, :] += 1
    v[..., 3:, :] += 1
    changed, _ = attention.attend(q, k, v, causal=True)
    np.testing.assert_array_equal(changed[..., :3, :], y[..., :3, :])
    assert not np.allclose(changed[..., 3, :], y[..., 3, :])


def test_a_cache_of_earlier_keys_changes_nothing(rng):
    q, k, v = qkv(rng)
    whole, _ = attention.attend(q, k, v, causal=True)
    last, _ = attention.attend(q[..., 3:, :], k, v, causal=True)
    np.testing.assert_allclose(last, whole[..., 3:, :], **close)


def test_scores_have_variance_one(rng):
    q, k = rng.normal(size=(2, 400, 256))
    assert 0.95 < attention.scores(q, k).var() < 1.05


def test_heads_split_as_in_torch_and_merge_back(rng):
    x = rng.normal(size=(2, 5, 12))
    heads = attention.split_heads(x, 3)
    np.testing.assert_array_equal(heads, torch.tensor(x).view(2, 5, 3, 4).transpose(1, 2))
    np.testing.assert_array_equal(heads[1, 2, 4], x[1, 4, 8:12])
    np.testing.assert_array_equal(attention.merge_heads(heads), x)


@pytest.mark.parametrize("causal", [False, True])
def test_multi_head_agrees_with_torch(rng, causal):
    x, dy = rng.normal(size=(2, 2, 5, 12))
    W = rng.normal(size=(4, 12, 12)) / np.sqrt(12)
    layer = torch.nn.MultiheadAttention(12, 3, bias=False, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        layer.in_proj_weight.copy_(torch.tensor(np.concatenate([w.T for w in W[:3]])))
        layer.out_proj.weight.copy_(torch.tensor(W[3].T))
    tx = torch.tensor(x, requires_grad=True)
    hidden = torch.tensor(~attention.causal_mask(5)) if causal else None  # True hides, there
    expected, weights = layer(tx, tx, tx, attn_mask=hidden, average_attn_weights=False)
    y, a = attention.multi_head(x, *W, 3, causal=causal)
    np.testing.assert_allclose(y, expected.detach(), **close)
    np.testing.assert_allclose(a, weights.detach(), **close)
    expected.backward(torch.tensor(dy))
    dx, dWq, dWk, dWv, dWo = attention.multi_head_backward(dy, x, *W, 3, causal=causal)
    np.testing.assert_allclose(dx, tx.grad, **close)
    joint = np.concatenate([dWq.T, dWk.T, dWv.T])
    np.testing.assert_allclose(joint, layer.in_proj_weight.grad, **close)
    np.testing.assert_allclose(dWo, layer.out_proj.weight.grad.T, **close)


def test_without_mask_and_positions_order_does_not_matter(rng):
    x = rng.normal(size=(1, 6, 12))
    W = rng.normal(size=(4, 12, 12))
    order = rng.permutation(6)
    y, _ = attention.multi_head(x, *W, 3, causal=False)
    shuffled, _ = attention.multi_head(x[:, order], *W, 3, causal=False)
    np.testing.assert_allclose(shuffled, y[:, order], **close)
    masked, _ = attention.multi_head(x, *W, 3)
    shuffled, _ = attention.multi_head(x[:, order], *W, 3)
    assert not np.allclose(shuffled, masked[:, order])


def test_rotary_is_multiplication_by_a_complex_number(rng):
    x, dy = rng.normal(size=(2, 2, 3, 5, 8))
    theta = attention.angles(5, 8)
    tx = torch.tensor(x, requires_grad=True)
    circle = torch.polar(torch.ones(5, 4).double(), torch.tensor(theta))
    turned = torch.view_as_complex(tx.unflatten(-1, (4, 2))) * circle
    expected = torch.view_as_real(turned).flatten(-2)
    np.testing.assert_allclose(attention.rotate(x, theta), expected.detach(), **close)
    expected.backward(torch.tensor(dy))
    np.testing.assert_allclose(attention.rotate_backward(dy, theta), tx.grad, **close)


def test_rotary_scores_depend_on_distance_alone(rng):
    q, k = rng.normal(size=(2, 1, 8))

    def score(t, s):
        turned_q = attention.rotate(q, attention.angles(1, 8, start=t))
        return (turned_q @ attention.rotate(k, attention.angles(1, 8, start=s)).T).item()

    assert score(3, 1) == pytest.approx(score(103, 101), abs=1e-9)
    assert score(3, 1) != pytest.approx(score(3, 2))


def test_sinusoids(rng):
    e = attention.sinusoids(7, 6)
    np.testing.assert_allclose(e[0], [0, 1, 0, 1, 0, 1])
    np.testing.assert_allclose(np.linalg.norm(e, axis=1), np.sqrt(3))
    assert e[5, 2] == pytest.approx(np.sin(5 / 10000 ** (2 / 6)))


def test_attend_backward_is_the_finite_difference(rng):
    q, k, v = rng.normal(size=(3, 3, 2))
    dy = rng.normal(size=(3, 2))
    _, a = attention.attend(q, k, v, causal=True)
    dq, _, _ = attention.attend_backward(dy, q, k, v, a)
    numerical = gradcheck.numerical_gradient(
        lambda q: (attention.attend(q, k, v, causal=True)[0] * dy).sum(), q
    )
    np.testing.assert_allclose(dq, numerical, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda x: attention.scores(x, x[..., :3]), "size 4 .* k 3"),
        (lambda x: attention.attend(x, x, x[..., :2, :]), "5 keys and 2 values"),
        (lambda x: attention.attend(x, x[..., :3, :], x[..., :3, :], causal=True), "see no key"),
        (lambda x: attention.attend(x, x, x, mask=np.zeros((5, 5), bool)), "look nowhere"),
        (lambda x: attention.attend(x, x, x, mask=np.ones((5, 5))), "make it bool"),
        (lambda x: attention.split_heads(x[0], 3), "3 equal heads"),
        (lambda x: attention.angles(3, 5), "is 5, make it even"),
        (lambda x: attention.rotate(x, attention.angles(4, 4)), "wants angles"),
        (lambda x: attention.causal_mask(-1), "negative"),
    ],
)
def test_bad_sizes_are_refused_with_a_sentence(rng, wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong(rng.normal(size=(2, 3, 5, 4)))
