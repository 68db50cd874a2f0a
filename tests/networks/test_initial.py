"""Initializers against torch.nn.init; variance through layers against autograd and theory."""

import numpy as np
import pytest
import torch

from course.networks import initial

N_IN, N_OUT = 300, 500


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def torch_draw(name, **options):
    """Draw by torch.nn.init in its (out, in) layout; return ours, (in, out)."""
    W = torch.empty(N_OUT, N_IN, dtype=torch.float64)
    getattr(torch.nn.init, name)(W, generator=torch.Generator().manual_seed(5), **options)
    return W.T.numpy()


@pytest.mark.parametrize(
    ("ours", "theirs", "options"),
    [
        (initial.normal, "normal_", {}),
        (initial.xavier_normal, "xavier_normal_", {}),
        (initial.xavier_uniform, "xavier_uniform_", {}),
        (initial.he_normal, "kaiming_normal_", {"nonlinearity": "relu"}),
        (initial.lecun_normal, "kaiming_normal_", {"nonlinearity": "linear"}),
        (initial.pytorch_linear, "kaiming_uniform_", {"a": np.sqrt(5)}),
        (initial.orthogonal, "orthogonal_", {}),
    ],
    ids=lambda v: getattr(v, "__name__", None),
)
def test_draws_have_torch_variance(ours, theirs, options, rng):
    W, expected = ours(rng, N_IN, N_OUT), torch_draw(theirs, **options)
    assert W.shape == expected.shape == (N_IN, N_OUT)
    # 150,000 draws: the relative error of a normal's variance is √(2/150,000) = 0.4 %, twice over
    assert W.var() == pytest.approx(expected.var(), rel=0.02)
    assert abs(W.mean()) < 5 * W.std() / np.sqrt(W.size)


@pytest.mark.parametrize(("name", "gain"), initial.PYTORCH_GAINS.items())
def test_the_gains_said_to_be_pytorch_s_are(name, gain):
    assert gain == pytest.approx(torch.nn.init.calculate_gain(name), rel=1e-15)


@pytest.mark.parametrize("gain", [1.0, 1.7])
def test_uniform_bounds_are_torch_bounds_exactly(gain, rng):
    fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(N_OUT, N_IN))
    bound = np.sqrt(3.0) * gain * np.sqrt(2.0 / (fan_in + fan_out))  # as xavier_uniform_ has it
    W = initial.xavier_uniform(rng, N_IN, N_OUT, gain)
    assert bound * (1 - 1e-3) < np.abs(W).max() <= bound * (1 + 1e-15)
    layer = torch.nn.Linear(N_IN, N_OUT)
    W = initial.pytorch_linear(rng, N_IN, N_OUT)
    assert np.abs(W).max() <= N_IN**-0.5
    assert np.abs(W).max() == pytest.approx(layer.weight.abs().max().item(), rel=1e-3)


@pytest.mark.parametrize(("n_in", "n_out"), [(4, 9), (9, 4), (5, 5)])
def test_orthogonal_has_equal_singular_values(n_in, n_out, rng):
    s = np.linalg.svd(initial.orthogonal(rng, n_in, n_out, scale=1.5), compute_uv=False)
    np.testing.assert_allclose(s, 1.5)


def test_orthogonal_is_uniform_over_rotations(rng):
    corners = [initial.orthogonal(rng, 3, 3)[0, 0] for _ in range(4000)]
    assert abs(np.mean(corners)) < 0.04  # without the sign of R it would lean to one side
    assert np.var(corners) == pytest.approx(1 / 3, rel=0.1)


def test_fixed_draws():
    assert not initial.zeros(2, 3).any()
    np.testing.assert_array_equal(initial.constant(2, 3, 0.5), np.full((2, 3), 0.5))


@pytest.mark.parametrize("n", [0, -1, 2.5, True, "3"])
def test_impossible_fans_are_named(n, rng):
    draws = [initial.normal, initial.lecun_normal, initial.xavier_normal, initial.xavier_uniform]
    draws += [initial.he_normal, initial.pytorch_linear, initial.orthogonal]
    for draw in draws:
        with pytest.raises(ValueError, match=r"n_in is .*integer of at least 1"):
            draw(rng, n, 4)
        with pytest.raises(ValueError, match="n_out is"):
            draw(rng, 4, n)
    with pytest.raises(ValueError, match="n_in is"):
        initial.zeros(n, 4)
    with pytest.raises(ValueError, match="n_out is"):
        initial.constant(4, n, 1.0)


def test_other_bad_input_is_named(rng):
    with pytest.raises(ValueError, match="std is -1"):
        initial.normal(rng, 2, 2, std=-1)
    with pytest.raises(ValueError, match="'softplus' is unknown; there are identity, relu"):
        initial.activation("softplus")
    with pytest.raises(ValueError, match="draws is 0"):
        initial.gain(np.tanh, rng, draws=0)
    with pytest.raises(ValueError, match="zero on every draw"):
        initial.gain(np.zeros_like, rng)
    with pytest.raises(ValueError, match="var_w is -1"):
        initial.layer_variance(np.ones((2, 2)), -1)
    with pytest.raises(ValueError, match=r"W number 1 is \(3, 3\) and gets width 2"):
        initial.propagate(np.ones((1, 2)), [np.ones((3, 3))], "relu")
    with pytest.raises(ValueError, match="0 zs but 1 weights"):
        initial.propagate_back(np.ones((1, 3)), [], [np.ones((3, 3))], "relu")
    with pytest.raises(ValueError, match="K is 0"):
        initial.expected_loss(0)
    with pytest.raises(ValueError, match="blocks is 0"):
        initial.residual_std(0.02, 0)


def test_gains_known_in_closed_form(rng):
    assert initial.gain(lambda z: z, rng) == pytest.approx(1, rel=0.01)
    assert initial.gain(lambda z: np.maximum(z, 0), rng) == pytest.approx(
        torch.nn.init.calculate_gain("relu"), rel=0.01
    )
    assert initial.gain(np.abs, rng) == pytest.approx(1, rel=0.01)
    # ∫ tanh² φ = 0.39429; torch's 5/3 is a rule of thumb and not this integral
    assert initial.gain(np.tanh, rng) == pytest.approx(0.39429**-0.5, rel=0.01)


def test_layer_variance_is_what_a_layer_measures(rng):
    h = np.maximum(rng.standard_normal((400, 256)), 0)
    z = h @ initial.he_normal(rng, 256, 1024)
    assert z.var() == pytest.approx(initial.layer_variance(h, 2 / 256), rel=0.03)
    assert initial.layer_variance(np.array([[1.0, 3.0]]), 0.5) == 5.0  # 2 · 0.5 · (1 + 9)/2


@pytest.mark.parametrize("name", list(initial.ACTIVATIONS))
def test_propagation_and_its_backward_equal_autograd(name, rng):
    x, dy = rng.standard_normal((4, 6)), rng.standard_normal((4, 3))
    weights = [initial.lecun_normal(rng, 6, 5), initial.lecun_normal(rng, 5, 3)]
    f = {"identity": torch.nn.Identity(), "relu": torch.relu}.get(name) or getattr(torch, name)
    tx = torch.tensor(x, requires_grad=True)
    h1 = f(tx @ torch.tensor(weights[0]))
    h1.retain_grad()
    h2 = f(h1 @ torch.tensor(weights[1]))
    h2.backward(torch.tensor(dy))
    hs, zs = initial.propagate(x, weights, name)
    dhs = initial.propagate_back(dy, zs, weights, name)
    np.testing.assert_allclose(hs[-1], h2.detach().numpy(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(dhs[1], h1.grad.numpy(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(dhs[0], tx.grad.numpy(), rtol=0, atol=1e-12)
    assert len(hs) == len(dhs) == 3
    np.testing.assert_array_equal(dhs[-1], dy)


def test_fifty_relu_layers_vanish_hold_or_explode(rng):
    x, spread = rng.standard_normal((64, 256)), {}
    for c in (1, 2, 2.78):
        weights = [np.sqrt(c / 256) * rng.standard_normal((256, 256)) for _ in range(50)]
        spread[c] = initial.propagate(x, weights, "relu")[0][-1].std()
    assert spread[1] < 1e-6
    assert 0.1 < spread[2] < 2
    assert spread[2.78] > 100


def test_expected_loss_of_wide_and_narrow_logits(rng):
    assert initial.expected_loss(50257) == pytest.approx(10.825, abs=5e-4)
    z, y = 1.5 * rng.standard_normal((400, 5000)), rng.integers(5000, size=400)
    measured = torch.nn.functional.cross_entropy(torch.tensor(z), torch.tensor(y)).item()
    assert measured == pytest.approx(initial.expected_loss(5000, 1.5), abs=0.3)


def test_residual_std_holds_a_stream_of_any_depth(rng):
    assert initial.residual_std(0.02, 12) == pytest.approx(0.02 / np.sqrt(24))
    h = np.zeros(20_000)
    for _ in range(2 * 50):
        h += initial.residual_std(1.0, 50) * rng.standard_normal(h.size)
    assert h.std() == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize("slope", [0, 0.01, 1 / 7, 0.25, 1, -1])
def test_leaky_gain_is_torchs_and_that_of_random_draws(slope, rng):
    theirs = torch.nn.init.calculate_gain("leaky_relu", slope)
    assert initial.leaky_gain(slope) == pytest.approx(theirs, rel=1e-12)
    drawn = initial.gain(lambda z: np.where(z > 0, z, slope * z), rng)
    assert drawn == pytest.approx(theirs, rel=0.01)


def test_mirrored_relu_layers_are_one_linear_map(rng):
    mats = [initial.orthogonal(rng, 5, 5) for _ in range(9)]
    u = rng.standard_normal((4, 5))
    h = torch.relu(torch.tensor(np.hstack([u, -u])))
    for A in mats:
        h = torch.relu(h @ torch.tensor(initial.mirrored(A)))
    v = u @ np.linalg.multi_dot(mats)
    np.testing.assert_allclose(h, np.maximum(np.hstack([v, -v]), 0), atol=1e-12)
    assert initial.mirrored(rng.standard_normal((3, 2))).shape == (6, 4)


def test_cosine_and_spread_between_examples(rng):
    h = rng.standard_normal((6, 9))
    t = torch.tensor(h)
    cosines = torch.nn.functional.cosine_similarity(t[:, None], t[None], dim=-1).abs()
    expected = (cosines.sum() - 6) / 30
    assert initial.mean_cosine(h) == pytest.approx(expected.item(), abs=1e-14)
    same = np.tile(h[:1], (4, 1))
    assert initial.mean_cosine(same) == pytest.approx(1)
    assert initial.spread_between(same) == 0 < same.std()
    assert initial.mean_cosine(np.zeros((3, 2))) == 0
    assert initial.spread_between(np.array([[1.0, 5], [3, 5]])) == pytest.approx(np.sqrt(1 / 2))


def test_relu_layers_of_level_spread_lose_directions(rng):
    x = rng.standard_normal((64, 256))
    weights = [initial.he_normal(rng, 256, 256) for _ in range(50)]
    h = initial.propagate(x, weights, "relu")[0][-1]
    assert initial.mean_cosine(x) < 0.06
    assert initial.mean_cosine(h) > 0.97
    assert initial.spread_between(h) < h.std() / 2


def test_which_start_finds_the_rule_that_drew_the_last_layer(rng):
    rules = {"zero": 0, "PyTorch": 1 / 3, "LeCun": 1, "He": 2}
    h = rng.standard_normal((400, 300))
    h /= np.sqrt(np.mean(h**2))
    for name, c in rules.items():
        z = h @ initial.normal(rng, 300, 2000, np.sqrt(c / 300))
        y = torch.tensor(rng.integers(2000, size=400))
        loss = torch.nn.functional.cross_entropy(torch.tensor(z), y).item()
        assert initial.which_start(loss, 2000, rules) == name


def test_bad_input_of_the_measures_is_named():
    with pytest.raises(ValueError, match="slope is inf"):
        initial.leaky_gain(np.inf)
    with pytest.raises(ValueError, match="A has 1 axes"):
        initial.mirrored(np.ones(3))
    with pytest.raises(ValueError, match=r"h has shape \(1, 3\)"):
        initial.mean_cosine(np.ones((1, 3)))
    with pytest.raises(ValueError, match="rules is empty"):
        initial.which_start(2.3, 10, {})
