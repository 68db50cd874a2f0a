"""The decoder computes what the model does, and leaves to the model what it can't."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from course.transformers.gpt import decoder, generate
from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.fast import fused
from course.transformers.gpt.model import GPT

SMALL = {"vocab": 11, "context": 12, "layers": 2, "heads": 2, "width": 16}
VARIANTS = {
    "plain": {},
    "modern": MODERN,
    "no bias, tanh": {"bias": False, "activation": "gelu_tanh"},
    "untied, rms": {"tied": False, "norm": "rms", "positions": "none"},
    "normalised, turned": {"qk_norm": True, "positions": "rotary"},
    "no layers": {"layers": 0, "taps": 3},
    "one place": {"context": 1, "taps": 2},
}
PROMPTS = torch.tensor([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [5] * 10, [0, 9, 0, 9, 0, 1, 2, 1, 2, 3]])


def lively(**changes):
    """A model none of whose weights is zero, in double precision."""
    model = GPT(Config(**{**SMALL, **changes}))
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for p in model.parameters():
            p.normal_(0, 0.6, generator=generator)
    return model.double()


@pytest.mark.parametrize("cuts", [(10,), (1,) * 10, (4, 1, 1, 3, 1)])
@pytest.mark.parametrize("variant", VARIANTS)
def test_logits_are_those_of_a_whole_pass_however_the_text_is_cut(variant, cuts):
    model = lively(**VARIANTS[variant])
    T = min(10, model.config.context)
    ids, reader, n = PROMPTS[:, :T], decoder.Decoder(model, 3), 0
    expected = model(ids).detach().numpy()
    for cut in cuts[:T]:
        got = reader.read(ids[:, n : n + cut].numpy())
        n = min(T, n + cut)
        np.testing.assert_allclose(got, expected[:, n - 1], rtol=1e-10, atol=1e-10)
    assert reader.n == n == T


@pytest.mark.parametrize("variant", VARIANTS)
def test_writing_calls_no_module_and_changes_no_weight(variant, monkeypatch):
    model = lively(**VARIANTS[variant])
    before = copy.deepcopy(model.state_dict())
    expected = generate.generate(model, PROMPTS[:, :3], 30, temperature=0, cache=False)

    def called(*_):
        raise AssertionError("a module was called")

    for part in {type(part) for part in model.modules()}:
        monkeypatch.setattr(part, "forward", called)
    got = generate.generate(model, PROMPTS[:, :3], 30, temperature=0)
    np.testing.assert_array_equal(got, expected)
    assert all(torch.equal(p, before[name]) for name, p in model.state_dict().items())


class Doubled(nn.Module):
    """A part of somebody's own."""

    def __init__(self, part):
        super().__init__()
        self.part = part

    def forward(self, x):
        return 2 * self.part(x)


def with_part_of_ones_own():
    model = lively()
    model.blocks[0].mlp = Doubled(model.blocks[0].mlp)
    return model


def with_method_of_ones_own():
    model = lively()
    model.blocks[0].mlp.forward = lambda x: 3 * x
    return model


def with_hook():
    model = lively()
    model.blocks[1].attention.register_forward_hook(lambda part, args, y: -y)
    return model


OTHERS = {
    "sees the future": lambda: lively(causal=False),
    "a part of one's own": with_part_of_ones_own,
    "a method of one's own": with_method_of_ones_own,
    "a hook": with_hook,
    "bfloat16": lambda: lively().bfloat16(),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_it_cannot_do_is_left_to_the_model(name):
    model = OTHERS[name]()
    assert not decoder.supports(model)
    texts = [generate.generate(model, [1, 2], 25, temperature=0, cache=c) for c in (True, False)]
    np.testing.assert_array_equal(*texts)
    assert texts[0].shape == (27,)


def test_plain_and_fused_models_are_supported():
    model = lively(**MODERN)
    assert decoder.supports(model)
    assert decoder.supports(fused.fuse(copy.deepcopy(model)))
    assert decoder.supports(GPT(Config(**SMALL)))


@pytest.mark.parametrize("B", [1, 3])
def test_more_tokens_than_the_context_are_refused(B):
    reader = decoder.Decoder(lively(), B)
    reader.read(np.ones((B, 12), int))
    with pytest.raises(ValueError, match="13 tokens don't fit into a context of 12"):
        reader.read(np.ones((B, 1), int))
