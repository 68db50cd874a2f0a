"""The GPT equals other people's: NumPy's attention, transformers' GPT-2, and exact counts."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch

from course.transformers import attention
from course.transformers.gpt import generate, gpt2
from course.transformers.gpt import model as gpt
from course.transformers.gpt.config import MODERN, Config

SMALL = {"vocab": 11, "context": 12, "layers": 2, "heads": 2, "width": 16}
VARIANTS = {
    "plain": {},
    "modern": MODERN,
    "modern without taps": {**MODERN, "taps": 0},
    "no bias": {"bias": False},
    "untied": {"tied": False},
    "rms": {"norm": "rms", "positions": "none"},
    "no layers": {"layers": 0, "taps": 3},
}


def lively(**changes):
    """A model none of whose weights is zero, so that every part matters."""
    model = gpt.GPT(Config(**{**SMALL, **changes}))
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for p in model.parameters():
            p.normal_(0, 0.5, generator=generator)
    return model


@pytest.fixture(scope="module")
def theirs():
    from transformers import GPT2Config, GPT2LMHeadModel

    settings = GPT2Config(
        vocab_size=53, n_positions=24, n_embd=48, n_layer=3, n_head=4, initializer_range=0.2
    )
    torch.manual_seed(0)
    return GPT2LMHeadModel(settings).eval()


def test_gpt2_logits_agree_with_transformers(theirs, tmp_path):
    theirs.save_pretrained(tmp_path)
    ids = torch.randint(53, (2, 24), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = theirs(ids).logits
    for model in (gpt2.load(tmp_path), gpt2.load(tmp_path / "model.safetensors")):
        np.testing.assert_allclose(model(ids).detach(), expected, rtol=1e-5, atol=1e-5)


def test_gpt2_greedy_continuation_agrees_with_transformers(theirs):
    ours = gpt2.from_weights(theirs.state_dict(), heads=4)
    prompt = torch.tensor([[3, 14, 15]])
    expected = theirs.generate(prompt, max_new_tokens=20, do_sample=False, pad_token_id=0)
    got = generate.generate(ours, prompt, 20, temperature=0)
    np.testing.assert_array_equal(got, expected)


def test_gpt2_gradients_agree_with_transformers(theirs):
    ours = gpt2.from_weights(theirs.state_dict(), heads=4)
    ids = torch.randint(53, (2, 9), generator=torch.Generator().manual_seed(2))
    theirs.zero_grad()
    theirs(ids, labels=ids).loss.backward()
    ours.loss(ids[:, :-1], ids[:, 1:]).backward()
    expected = {gpt2.rename(k): p.grad for k, p in theirs.named_parameters()}
    for name, p in ours.named_parameters():
        np.testing.assert_allclose(p.grad, expected[name], rtol=1e-3, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_forward_hook_fires_on_every_part(variant):
    model, seen = lively(**VARIANTS[variant]), []
    parts = {name: part for name, part in model.named_modules() if name != "blocks"}  # a list
    for name, part in parts.items():
        part.register_forward_hook(lambda *_, name=name: seen.append(name))
    model(torch.arange(9)[None])
    assert sorted(seen) == sorted(parts)
    generate.generate(model, [1], 2, temperature=0)
    assert sorted(seen) == sorted(3 * list(parts))


def test_a_hook_can_change_what_a_part_returns():
    model, ids = lively(), torch.arange(9)[None]
    before = model(ids)
    model.blocks[0].mlp.register_forward_hook(lambda part, args, y: 0 * y)
    assert not torch.allclose(model(ids), before)


ACTIVE = {name: {"activation": name} for name in gpt.ACTIVATIONS}


@pytest.mark.parametrize("changes", [*VARIANTS.values(), *ACTIVE.values()])
@pytest.mark.parametrize("how", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_model_can_be_copied_and_pickled(changes, how):
    model, ids = lively(**changes), torch.arange(9)[None]
    again, expected = how(model), model(ids)
    torch.testing.assert_close(again(ids), expected, rtol=0, atol=0)
    with torch.no_grad():
        again.E.zero_()
    torch.testing.assert_close(model(ids), expected, rtol=0, atol=0)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_future_cannot_be_seen(variant):
    model = lively(**VARIANTS[variant])
    ids = torch.arange(10)[None]
    changed = ids.clone()
    changed[0, 6:] = 3
    z, other = model(ids), model(changed)
    torch.testing.assert_close(z[:, :6], other[:, :6])
    assert not torch.allclose(z[:, 6:], other[:, 6:])


def test_without_the_mask_it_can():
    model = lively(causal=False)
    ids = torch.arange(10)[None]
    changed = ids.clone()
    changed[0, 9] = 3
    assert not torch.allclose(model(ids)[:, 0], model(changed)[:, 0])


def test_attention_is_the_one_of_numpy():
    for variant in ({}, {"positions": "rotary", "bias": False}):
        model = lively(**variant)
        layer = model.blocks[0].attention
        x = torch.randn(2, 12, 16, generator=torch.Generator().manual_seed(3))
        turn = model.turn if variant else None
        q, k, v = (a.detach().numpy().astype(float) for a in layer.project(x, None))
        if variant:
            theta = attention.angles(12, 8)
            q, k = attention.rotate(q, theta), attention.rotate(k, theta)
        y, _ = attention.attend(q, k, v, causal=True)
        W, b = layer.out.W.detach().numpy(), 0 if variant else layer.out.b.detach().numpy()
        expected = attention.merge_heads(y) @ W + b
        np.testing.assert_allclose(layer(x, turn).detach(), expected, rtol=2e-4, atol=2e-4)


def test_weights_are_those_that_attention_uses():
    model = lively(**MODERN)
    maps = model.weights(torch.arange(9)[None])
    assert [m.shape for m in maps] == [(1, 2, 9, 9)] * 2
    for m in maps:
        torch.testing.assert_close(m.sum(-1), torch.ones(1, 2, 9))
        assert torch.all(m.triu(1) == 0)


def test_norms_and_activation():
    x = torch.randn(3, 4, 16, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    y = gpt.rms_norm(x)
    torch.testing.assert_close(
        y.square().mean(-1), torch.ones(3, 4, dtype=torch.float64), rtol=0, atol=1e-6
    )
    torch.testing.assert_close(gpt.relu2(x), torch.where(x > 0, x * x, 0 * x))


def test_loss_at_the_start_is_that_of_knowing_nothing():
    c = Config(**{**SMALL, **MODERN})
    ids = torch.arange(11)[None]
    assert gpt.GPT(c).loss(ids, ids).item() == pytest.approx(np.log(11), rel=1e-6)
    plain = gpt.GPT(replace(c, zero_init=False, init="gpt2"))
    assert plain.loss(ids, ids).item() == pytest.approx(np.log(11), rel=0.05)


def test_the_seed_decides_the_weights():
    c = Config(**SMALL)
    first, same, other = gpt.GPT(c, 1), gpt.GPT(c, 1), gpt.GPT(c, 2)
    for a, b in zip(first.parameters(), same.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)
    assert not torch.equal(first.E, other.E)


def test_taps_see_exactly_the_tokens_before():
    model = lively(layers=0, taps=2, positions="none")
    x = model.embed(torch.tensor([[4, 7, 9]]))[0]
    none = SMALL["vocab"]
    torch.testing.assert_close(x[2], model.E[9] + model.earlier[0, 4] + model.earlier[1, 7])
    torch.testing.assert_close(x[0], model.E[4] + model.earlier[:, none].sum(0))


def test_a_mismatched_checkpoint_is_named(tmp_path):
    safetensors.torch.save_file({"a": torch.zeros(2)}, tmp_path / "x.safetensors")
    with pytest.raises(ValueError, match="no GPT-2"):
        gpt2.load(tmp_path / "x.safetensors")
    (tmp_path / "y.safetensors").write_bytes(b"not one")
    with pytest.raises(ValueError, match="no safetensors file, or not the whole of one"):
        gpt2.load(tmp_path / "y.safetensors")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"norm": "batch"}, "'batch'; choose one of"),
        ({"heads": 3}, "3 heads don't divide a width of 16"),
        ({"heads": 16, "positions": "rotary"}, "even head size"),
        ({"width": 0}, "at least 1"),
        ({"taps": -1}, "negative"),
        ({"activation": "relu"}, "relu2"),
    ],
)
def test_configs_that_cannot_be_built(wrong, says):
    with pytest.raises(ValueError, match=says):
        Config(**{**SMALL, **wrong})


def test_a_text_longer_than_the_context_is_refused():
    with pytest.raises(ValueError, match="13 tokens don't fit into a context of 12"):
        lively()(torch.zeros(1, 13, dtype=torch.long))


def test_unknown_size():
    with pytest.raises(ValueError, match="gpt2-xl"):
        gpt2.config("gpt3")
