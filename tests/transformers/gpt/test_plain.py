"""GPT-2 on a page is the model of the course, and PyTorch's own pieces agree with its parts."""

import numpy as np
import pytest
import torch
from torch import nn

from course.transformers.gpt import plain
from course.transformers.gpt.config import Config
from course.transformers.gpt.model import GPT

V, T, C, H, L = 11, 9, 12, 3, 2


@pytest.fixture
def pair():
    """The plain model, and the course's with its weights; biases and scales are not 0 and 1."""
    torch.manual_seed(0)
    ours = plain.GPT(V, T, C, H, L).double()
    with torch.no_grad():
        for p in ours.parameters():
            p += 0.3 * torch.randn(p.shape, dtype=p.dtype)
    theirs = GPT(Config(V, context=T, layers=L, heads=H, width=C)).double()
    theirs.load_state_dict({_name(n): _turned(n, p) for n, p in ours.state_dict().items()})
    return ours, theirs


def _name(name):
    """What the course's model calls a parameter."""
    for old, new in ((("E.weight", "E")), ("P.weight", "P")):
        name = new if name == old else name
    norm = "norm" in name.split(".")[-2:][0]
    ends = {"weight": "scale", "bias": "shift"} if norm else {"weight": "W", "bias": "b"}
    start, _, end = name.rpartition(".")
    return f"{start}.{ends[end]}" if end in ends else name


def _turned(name, p):
    """nn.Linear keeps its matrix transposed."""
    linear = p.ndim == 2 and name not in ("E.weight", "P.weight")
    return p.T if linear else p


def test_logits_and_gradients_are_those_of_the_course_s_model(pair):
    ours, theirs = pair
    x, y = torch.randint(0, V, (2, 4, 7), generator=torch.Generator().manual_seed(1))
    losses = [nn.functional.cross_entropy(m(x).flatten(0, 1), y.flatten()) for m in pair]
    for loss in losses:
        loss.backward()
    torch.testing.assert_close(ours(x), theirs(x), atol=1e-12, rtol=0)
    grads = {_name(n): _turned(n, p.grad) for n, p in ours.named_parameters()}
    for name, p in theirs.named_parameters():
        torch.testing.assert_close(grads[name], p.grad, atol=1e-12, rtol=0)


def test_attention_is_torch_s_own():
    torch.manual_seed(0)
    ours, theirs = plain.Attention(C, H), nn.MultiheadAttention(C, H, batch_first=True)
    theirs.load_state_dict(
        {
            "in_proj_weight": ours.qkv.weight,
            "in_proj_bias": ours.qkv.bias,
            "out_proj.weight": ours.out.weight,
            "out_proj.bias": ours.out.bias,
        }
    )
    x, hidden = torch.randn(2, 5, C), torch.ones(5, 5).triu(1) > 0
    torch.testing.assert_close(ours(x), theirs(x, x, x, attn_mask=hidden)[0])


def test_swiglu_is_its_formula():
    part, x = plain.SwiGLU(C, 32).double(), torch.randn(2, 5, C, dtype=torch.float64)
    Wg, Wu, Wd = (
        p.detach().numpy().T for p in (part.gate.weight, part.up.weight, part.down.weight)
    )
    a = x.numpy() @ Wg
    expected = (a / (1 + np.exp(-a)) * (x.numpy() @ Wu)) @ Wd
    np.testing.assert_allclose(part(x).detach().numpy(), expected, atol=1e-12)


def test_two_thirds_of_the_inside_are_as_many_weights_as_an_mlp_of_four():
    matrices = [p for p in plain.MLP(C).parameters() if p.ndim == 2]
    assert sum(p.numel() for p in plain.SwiGLU(C, 8 * C // 3).parameters()) == sum(
        p.numel() for p in matrices
    )


def test_the_step_is_the_optimizer_s():
    torch.manual_seed(0)
    ours, theirs = plain.GPT(V, T, C, H, L), plain.GPT(V, T, C, H, L)
    theirs.load_state_dict(ours.state_dict())
    x, y = torch.randint(0, V, (2, 4, 7))
    for model in (ours, theirs):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(3):
            if model is ours:
                plain.training_step(model, optimizer, x, y)
                continue
            model.zero_grad()
            nn.functional.cross_entropy(model(x).transpose(1, 2), y).backward()
            optimizer.step()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b)


def test_what_is_written_begins_with_the_prompt_and_repeats_with_the_seed():
    model = plain.GPT(V, T, C, H, L)
    ids = np.array([3, 1, 4])
    dice = [torch.Generator().manual_seed(s) for s in (0, 0, 1)]
    one, same, other = (plain.write(model, ids, 20, T, g) for g in dice)
    assert len(one) == 23
    np.testing.assert_array_equal(one[:3], ids)
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
