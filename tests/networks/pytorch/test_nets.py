"""The modules: what they are made of, hooks, both modes, compiling; and their weights on disk."""

import pickle

import numpy as np
import pytest
import safetensors.torch
import torch
import torch.nn.functional as F

from course.networks.pytorch import nets, softplus, weights


@pytest.fixture
def x():
    return torch.randn(3, 144, generator=torch.Generator().manual_seed(0))


def test_all_weights_of_a_net_are_found():
    net = nets.Net([5, 7, 6, 2])
    assert sum(p.numel() for p in net.parameters()) == 5 * 7 + 7 + 7 * 6 + 6 + 6 * 2 + 2
    assert list(net.state_dict())[:2] == ["layers.0.weight", "layers.0.bias"]


def test_dropout_drops_in_training_alone():
    torch.manual_seed(0)
    net, x = nets.Net([5, 50, 2], rate=0.5), torch.ones(1, 5)
    net.eval()
    assert torch.equal(net(x), net(x))
    net.train()
    assert not torch.equal(net(x), net(x))


def test_a_convolution_looks_at_three_by_three(x):
    """Against nested loops over the picture."""
    torch.manual_seed(0)
    net = nets.ConvNet(12, 2, 3)
    picture = F.pad(x[:1].reshape(12, 12), (1, 1, 1, 1))
    W, b = net.conv1.weight.detach(), net.conv1.bias.detach()
    slow = torch.stack([
        torch.stack([
            torch.stack([(picture[i : i + 3, j : j + 3] * W[c, 0]).sum() + b[c] for j in range(12)])
            for i in range(12)
        ])
        for c in range(2)
    ])  # fmt: skip
    assert torch.allclose(net.conv1(x[:1].reshape(1, 1, 12, 12))[0], slow, atol=1e-5)


@pytest.mark.parametrize(("side", "left"), [(28, 7), (12, 3), (10, 2), (4, 1)])
def test_a_convolutional_net_takes_any_side(side, left):
    net = nets.ConvNet(side, 3, 5)
    assert net.out.in_features == 6 * left**2
    assert net(torch.zeros(2, side * side)).shape == (2, 5)


def test_moving_the_picture_moves_the_first_channels():
    torch.manual_seed(0)
    net, picture = nets.ConvNet(12, 2, 3), torch.zeros(1, 1, 12, 12)
    picture[0, 0, 3:6, 3:6] = torch.rand(3, 3)
    here, there = net.conv1(picture), net.conv1(picture.roll((2, 3), (2, 3)))
    assert torch.allclose(here.roll((2, 3), (2, 3))[..., 2:-2, 2:-2], there[..., 2:-2, 2:-2])


def test_hooks_see_every_part_run(x):
    seen, net = [], nets.ConvNet(12, 2, 3)
    for name, part in net.named_children():
        part.register_forward_hook(lambda *_, name=name: seen.append(name))
    net(x)
    assert seen == ["conv1", "conv2", "out"]


def test_a_net_pickles(x):
    net = nets.ConvNet(12, 2, 3)
    assert torch.equal(pickle.loads(pickle.dumps(net))(x), net(x))


# --- softplus -------------------------------------------------------------------------------


def test_softplus_is_pytorchs_and_its_slope_is_what_nudging_finds():
    z = torch.linspace(-30, 30, 25, dtype=torch.float64, requires_grad=True)
    assert torch.allclose(softplus.Softplus.apply(z), F.softplus(z, threshold=50), atol=1e-14)
    assert torch.autograd.gradcheck(softplus.Softplus.apply, z)


def test_softplus_survives_a_thousand():
    z = torch.tensor([-1000.0, 1000.0], requires_grad=True)
    out = softplus.Softplus.apply(z)
    out.sum().backward()
    assert out.tolist() == [0, 1000] and z.grad.tolist() == [0, 1]


# --- weights --------------------------------------------------------------------------------


def state(net):
    return torch.cat([t.flatten().clone() for t in net.state_dict().values()])


def test_weights_come_back_as_they_were():
    one, other = nets.Net([5, 4, 3]), nets.Net([5, 4, 3])
    assert weights.restore(other, weights.stored(one)) == []
    assert torch.equal(state(one), state(other))
    assert weights.restore(nets.ConvNet(8, 2, 3), weights.stored(nets.ConvNet(8, 2, 3))) == []


@pytest.mark.parametrize(
    ("change", "unfit"),
    [
        ({"layers.1.bias": torch.ones(9)}, ["layers.1.bias"]),
        ({"layers.0.weight": torch.ones(5, 4)}, ["layers.0.weight"]),  # transposed
        ({"more": torch.ones(1), "layers.0.bias": None}, ["layers.0.bias", "more"]),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_touched(change, unfit):
    net = nets.Net([5, 4, 3])
    before = state(net)
    tensors = {k: torch.zeros_like(t) for k, t in net.state_dict().items()} | change
    content = safetensors.torch.save({k: t for k, t in tensors.items() if t is not None})
    assert weights.restore(net, content) == unfit
    assert torch.equal(state(net), before)


def test_pytorch_itself_leaves_a_mixture():
    """What the lesson says of load_state_dict: where a shape differs, the rest is copied."""
    net = nets.Net([5, 4, 3])
    other = {k: torch.zeros_like(t) for k, t in net.state_dict().items()}
    other["layers.1.bias"] = torch.zeros(9)
    with pytest.raises(RuntimeError, match="size mismatch"):
        net.load_state_dict(other)
    assert not net.layers[0].weight.any() and net.layers[1].bias.any()


# --- compiling ------------------------------------------------------------------------------


def test_a_compiled_net_computes_the_same(x):
    """PyTorch reads it whole and runs what it read; the C++ after that is a matter of its own."""
    torch.manual_seed(0)
    for net in (nets.Net([144, 16, 4]), nets.ConvNet(12, 2, 3)):
        compiled = torch.compile(net, backend="aot_eager", fullgraph=True)
        with torch.no_grad():
            assert torch.allclose(compiled(x), net(x), atol=1e-5)


def test_params_are_not_shared_with_the_arrays():
    W, b = np.ones((3, 2)), np.zeros(2)
    net = nets.adopt(nets.Net([3, 2]).double(), [(W, b)])
    W[:] = 5
    assert (net.layers[0].weight == 1).all()
