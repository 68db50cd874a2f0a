"""Laws of optim, updates and schedules. The authority is torch.optim, to 1e-12 over 100 steps."""

import math

import numpy as np
import pytest
import torch

from course.networks import optim, schedules, updates

SHAPES = [(5, 3), (3,), (2, 7), ()]
MATRICES = [(5, 3), (2, 7)]
DECAY = {"weight_decay": 0.07}
BETAS = {"beta1": 0.6, "beta2": 0.95, "eps": 1e-3}
TORCH_BETAS = {"betas": (0.6, 0.95), "eps": 1e-3}
PAIRS = {
    "gradient descent": (optim.sgd, {}, torch.optim.SGD, {}),
    "momentum": (
        optim.sgd,
        DECAY | {"momentum": 0.83},
        torch.optim.SGD,
        DECAY | {"momentum": 0.83},
    ),
    "nesterov": (
        optim.sgd,
        DECAY | {"momentum": 0.83, "nesterov": True},
        torch.optim.SGD,
        DECAY | {"momentum": 0.83, "nesterov": True},
    ),
    "rmsprop": (
        optim.rmsprop,
        DECAY | {"beta": 0.95, "eps": 1e-3},
        torch.optim.RMSprop,
        DECAY | {"alpha": 0.95, "eps": 1e-3},
    ),
    "adam": (optim.adam, DECAY | BETAS, torch.optim.Adam, DECAY | TORCH_BETAS),
    "adamw": (optim.adamw, DECAY | BETAS, torch.optim.AdamW, DECAY | TORCH_BETAS),
    "muon": (optim.muon, DECAY | {"momentum": 0.83}, torch.optim.Muon, DECAY | {"momentum": 0.83}),
}


def gradient(step, i, p):
    """A gradient that depends on the step and on the parameter, for arrays and tensors."""
    return 0.3 * p + math.sin(1.7 * step + i)


def beginnings(name):
    rng = np.random.default_rng(11)
    return [np.array(rng.normal(size=s)) for s in (MATRICES if name == "muon" else SHAPES)]


def theirs(name, rates, steps=100):
    """The parameters after torch.optim's steps."""
    _, _, cls, settings = PAIRS[name]
    params = [torch.nn.Parameter(torch.tensor(p)) for p in beginnings(name)]
    groups = [{"params": [p], "lr": rate} for p, rate in zip(params, rates, strict=True)]
    optimizer = cls(groups, **settings)
    for step in range(steps):
        for i, p in enumerate(params):
            p.grad = gradient(step, i, p.detach())
        optimizer.step()
    return [p.detach().numpy() for p in params]


def ours(name, params, rates, steps=100, **how):
    rule, settings, _, _ = PAIRS[name]
    state = None
    for step in range(steps):
        grads = [gradient(step, i, p) for i, p in enumerate(params)]
        params, state = rule(params, grads, state, lr=rates, **settings, **how)
    assert state.t == steps
    return params


@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize("library", ["numpy", "torch"])
@pytest.mark.parametrize("name", PAIRS)
def test_agrees_with_torch_optim(name, library, inplace, monkeypatch):
    monkeypatch.setattr(torch.Tensor, "bfloat16", lambda self: self)  # torch's Muon rounds to it
    monkeypatch.setattr(optim, "BLOCK", 4)  # several blocks in each parameter
    start = beginnings(name)
    rates = [0.013, 0.02, 0.03, 0.05][: len(start)]
    given = [torch.tensor(p) for p in start] if library == "torch" else [p.copy() for p in start]
    got = ours(name, given, rates, inplace=inplace)
    for p, q, expected in zip(got, given, theirs(name, rates), strict=True):
        np.testing.assert_allclose(np.asarray(p), expected, rtol=1e-12, atol=1e-12)
        assert (p is q) is inplace


@pytest.mark.parametrize("name", PAIRS)
def test_pure_unless_asked(name):
    start = beginnings(name)
    params, grads = [p.copy() for p in start], [p + 1 for p in start]
    rule, settings, _, _ = PAIRS[name]
    _, state = rule(params, grads, lr=0.1, **settings)
    slots = [[a.copy() for a in s] for s in state.slots]
    rule(params, grads, state, lr=0.1, **settings)
    for p, q, g in zip(params, start, grads, strict=True):
        np.testing.assert_array_equal(p, q)
        np.testing.assert_array_equal(g, q + 1)
    for before, after in zip(slots, state.slots, strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("inplace", [False, True])
def test_parameters_that_require_gradients(inplace):
    p = torch.nn.Parameter(torch.ones(3))
    (p**2).sum().backward()
    (new,), _ = optim.adam([p], [p.grad], lr=0.1, inplace=inplace)
    torch.testing.assert_close(new, torch.full((3,), 0.9))
    assert new.requires_grad is inplace
    assert torch.equal(p.detach(), new) is inplace


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_keeps_the_type(dtype):
    p, g = torch.ones(4, 3, dtype=dtype), torch.ones(4, 3, dtype=dtype)
    for inplace in (False, True):
        (new,), state = optim.adamw([p.clone()], [g], lr=np.float64(0.1), inplace=inplace)
        assert new.dtype == dtype
        assert all(s.dtype == dtype for s in state.slots[0])


def test_not_contiguous_in_place(monkeypatch):
    monkeypatch.setattr(optim, "BLOCK", 4)
    a = np.arange(12.0).reshape(3, 4)
    expected = a.T - 0.5
    optim.sgd([a.T], [np.ones((4, 3))], lr=0.5, inplace=True)
    np.testing.assert_array_equal(a.T, expected)


def test_each_parameter_may_have_a_decay_of_its_own():
    """A gradient of zero leaves nothing but the shrinking: (1 − 0.1 λ) p."""
    params, grads = [np.full(3, 2.0), np.full(2, 2.0)], [np.zeros(3), np.zeros(2)]
    for inplace in (False, True):
        new, _ = optim.adamw(params, grads, lr=0.1, weight_decay=[0.5, 0.0], inplace=inplace)
        np.testing.assert_allclose(new[0], 1.9)
        np.testing.assert_allclose(new[1], 2.0)


def test_first_adam_step_is_the_learning_rate():
    for scale in (1e-6, 1.0, 1e6):
        p, _, _ = updates.adam_step(np.zeros(2), scale * np.array([1, -2]), 0, 0, 1, lr=0.01, eps=0)
        np.testing.assert_allclose(p, [-0.01, 0.01], rtol=1e-12)


@pytest.mark.parametrize("shape", [(4, 4), (3, 8), (9, 5)])
def test_orthogonalise_maps_singular_values_and_keeps_vectors(shape):
    G = np.random.default_rng(3).normal(size=shape)
    U, s, Vt = np.linalg.svd(G, full_matrices=False)
    exact = updates.orthogonalise(G, steps=40, coefficients=(1.5, -0.5, 0))
    np.testing.assert_allclose(exact, U @ Vt, atol=1e-12)
    a, b, c = updates.QUINTIC
    s = s / np.linalg.norm(G)
    for _ in range(5):
        s = a * s + b * s**3 + c * s**5
    np.testing.assert_allclose(updates.orthogonalise(G), (U * s) @ Vt, atol=1e-12)


def test_orthogonalise_nothing():
    np.testing.assert_array_equal(updates.orthogonalise(np.zeros((2, 3))), np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"shape \(3,\)"):
        updates.orthogonalise(np.ones(3))


@pytest.mark.parametrize("limit", [0.5, 3.0, 1e3])
def test_clip_agrees_with_torch(limit):
    rng = np.random.default_rng(5)
    grads = [rng.normal(size=s) for s in SHAPES]
    params = [torch.nn.Parameter(torch.zeros(s, dtype=torch.float64)) for s in SHAPES]
    for p, g in zip(params, grads, strict=True):
        p.grad = torch.tensor(g)
    torch_norm = float(torch.nn.utils.clip_grad_norm_(params, limit))
    clipped, norm = optim.clip_by_norm(grads, limit)
    assert norm == pytest.approx(torch_norm, rel=1e-12)
    assert optim.global_norm(clipped) == pytest.approx(min(norm, limit), rel=1e-12)
    blur = (norm + 1e-6) / norm if norm > limit else 1  # torch divides by norm + 1e-6
    for p, c in zip(params, clipped, strict=True):
        np.testing.assert_allclose(p.grad.numpy() * blur, c, rtol=1e-12)


def lr_of_torch(make, steps):
    p = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([p], lr=0.3)
    schedule, rates = make(optimizer), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


def test_warmup_cosine_agrees_with_torch():
    lib = torch.optim.lr_scheduler

    def make(optimizer):
        up = lib.LinearLR(optimizer, start_factor=1 / 8, total_iters=7)
        down = lib.CosineAnnealingLR(optimizer, T_max=43, eta_min=0.02)
        return lib.SequentialLR(optimizer, [up, down], milestones=[7])

    got = [schedules.warmup_cosine(s, steps=50, warmup=7, lr=0.3, final=0.02) for s in range(50)]
    np.testing.assert_allclose(got, lr_of_torch(make, 50), rtol=1e-12)


def test_warmup_stable_decay_agrees_with_torch():
    lib = torch.optim.lr_scheduler

    def make(optimizer):
        up = lib.LinearLR(optimizer, start_factor=1 / 8, total_iters=7)
        stay = lib.ConstantLR(optimizer, factor=1)
        down = lib.LinearLR(optimizer, start_factor=1, end_factor=0, total_iters=20)
        return lib.SequentialLR(optimizer, [up, stay, down], milestones=[7, 30])

    got = [schedules.warmup_stable_decay(s, steps=50, warmup=7, cooldown=20, lr=0.3)
           for s in range(50)]  # fmt: skip
    np.testing.assert_allclose(got, lr_of_torch(make, 50), rtol=1e-12, atol=1e-15)


def test_schedules_at_their_ends():
    for schedule in (
        lambda s: schedules.warmup_cosine(s, steps=20, warmup=4, lr=0.3, final=0.1),
        lambda s: schedules.warmup_stable_decay(
            s, steps=20, warmup=4, cooldown=8, lr=0.3, final=0.1
        ),
    ):
        rates = [schedule(s) for s in range(25)]
        assert rates[0] == pytest.approx(0.3 / 5)
        assert rates[4] == max(rates) == 0.3
        assert rates[20:] == [0.1] * 5


def test_range_test_stops_where_it_blows_up():
    curvature = 4.0
    lrs = np.geomspace(1e-3, 10, 60)
    losses = schedules.lr_range_test(
        lambda p: (curvature * p @ p / 2, curvature * p), np.ones(3), lrs
    )
    assert losses[0] == 6
    assert len(losses) < 60
    assert losses[-1] > 4 * min(losses)
    assert lrs[len(losses) - 2] > 2 / curvature  # it can only rise beyond 2/λ


def test_range_test_survives_nan():
    assert len(schedules.lr_range_test(lambda p: (math.nan, p), np.ones(2), [0.1, 0.2])) == 1


W, G = np.ones((2, 3)), np.ones((2, 3))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: optim.sgd([W], [G], lr=-0.1), "learning rate -0.1 for parameter 0"),
        (lambda: optim.sgd([W], [G], lr=math.nan), "learning rate nan"),
        (lambda: optim.sgd([W], [G], lr=0.1, momentum=1.0), "momentum is 1.0"),
        (lambda: optim.adam([W], [G], beta1=-0.1), "beta1 is -0.1"),
        (lambda: optim.adam([W], [G], beta2=1), "beta2 is 1; allowed is from 0 up to"),
        (lambda: optim.adamw([W], [G], eps=-1e-8), "eps is -1e-08"),
        (lambda: optim.adamw([W], [G], weight_decay=-1), "weight_decay is -1"),
        (lambda: optim.rmsprop([W], [G], beta=2), "beta is 2"),
        (lambda: optim.sgd([W], [G.T], lr=0.1), r"shape \(2, 3\) and its gradient \(3, 2\)"),
        (lambda: optim.sgd([W, W], [G], lr=0.1), "2 parameters, 1 gradients"),
        (lambda: optim.sgd([W], [G], lr=[0.1, 0.2]), "2 learning rates"),
        (lambda: optim.sgd([], [], lr=0.1), "the list is empty"),
        (lambda: optim.sgd([W], [None], lr=0.1), "parameter 0 has no gradient"),
        (lambda: optim.adam([W], [G], optim.State(3, [])), "1 learning rates, 0 states"),
        (lambda: optim.adamw([W], [G], weight_decay=[0.1, 0.1]), "2 weight decays"),
        (lambda: optim.adamw([W], [G], weight_decay=[-0.1]), "weight_decay is -0.1"),
        (lambda: optim.muon([np.ones(3)], [np.ones(3)]), r"parameter 0 has shape \(3,\)"),
        (lambda: optim.clip_by_norm([], 1.0), "no gradients"),
        (lambda: optim.clip_by_norm([G], 0), "limit is 0"),
        (lambda: schedules.warmup_cosine(-1, steps=10), "step -1 of 10"),
        (lambda: schedules.warmup_cosine(0, steps=10, warmup=11), "11 steps up"),
        (lambda: schedules.warmup_stable_decay(0, steps=10, warmup=5, cooldown=6), "do not fit"),
        (lambda: schedules.lr_range_test(lambda p: (0, p), W, [-1]), "positive"),
        (lambda: schedules.lr_range_test(lambda p: (0, p), W, [2, 1]), "rise"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
