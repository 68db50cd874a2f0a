"""The GPT equals other people's: NumPy's attention, transformers' GPT-2, and exact counts."""

from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch

from course.transformers import attention
from course.transformers.gpt import config, fused, generate, gpt2
from course.transformers.gpt import model as gpt

SMALL = {"vocab": 11, "context": 12, "layers": 2, "heads": 2, "width": 16}
VARIANTS = {
    "plain": {},
    "modern": gpt.MODERN,
    "modern without taps": {**gpt.MODERN, "taps": 0},
    "no bias": {"bias": False},
    "untied": {"tied": False},
    "rms": {"norm": "rms", "positions": "none"},
    "no layers": {"layers": 0, "taps": 3},
}


def lively(**changes):
    """A model none of whose weights is zero, so that every part matters."""
    model = gpt.GPT(gpt.Config(**{**SMALL, **changes}))
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


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("gpt2", 124_439_808),
        ("gpt2-medium", 354_823_168),
        ("gpt2-large", 774_030_080),
        ("gpt2-xl", 1_557_611_200),
    ],
)
def test_gpt2_parameter_counts(name, count):
    assert config.parameters(gpt2.config(name)) == count
    with torch.device("meta"):
        model = gpt.GPT(gpt2.config(name))
    assert sum(p.numel() for p in model.parameters()) == count


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_is_counted_exactly(variant):
    c = gpt.Config(**{**SMALL, **VARIANTS[variant]})
    assert config.parameters(c) == sum(p.numel() for p in gpt.GPT(c).parameters())


def test_flops_agree_with_a_counter():
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    for variant in (gpt.MODERN, {}):
        c = gpt.Config(65, context=32, layers=2, heads=2, width=64, **variant)
        model = gpt.GPT(c)
        ids = torch.zeros(3, 32, dtype=torch.long)
        with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
            model.loss(ids, ids).backward()
        assert counter.get_total_flops() == pytest.approx(
            3 * 32 * config.flops_per_token(c), rel=1e-9
        )


@pytest.mark.parametrize("variant", [{}, gpt.MODERN])
def test_memory_is_about_what_autograd_keeps(variant):
    c = gpt.Config(65, context=64, layers=3, heads=4, width=64, **variant)
    model, kept = gpt.GPT(c), {}
    own = {p.untyped_storage().data_ptr() for p in model.parameters()}

    def pack(saved):
        storage = saved.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return saved

    ids = torch.zeros(5, 64, dtype=torch.long)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda saved: saved):
        loss = model.loss(ids, ids)
    total = sum(kept.values()) + 16 * config.parameters(c)
    assert config.memory(c, 5) == pytest.approx(total, rel=0.15)
    loss.backward()


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
    model = lively(**gpt.MODERN)
    maps = model.weights(torch.arange(9)[None])
    assert [m.shape for m in maps] == [(1, 2, 9, 9)] * 2
    for m in maps:
        torch.testing.assert_close(m.sum(-1), torch.ones(1, 2, 9))
        assert torch.all(m.triu(1) == 0)


def test_norms_and_activation():
    x = torch.randn(3, 4, 16, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    y = gpt.rms_norm(x)
    torch.testing.assert_close(y.square().mean(-1), torch.ones(3, 4, dtype=torch.float64))
    torch.testing.assert_close(gpt.relu2(x), torch.where(x > 0, x * x, 0 * x))


def test_backward_passes_by_hand_agree_with_autograd():
    generator = torch.Generator().manual_seed(6)
    x = torch.randn(3, 4, 16, dtype=torch.float64, requires_grad=True, generator=generator)
    for name in ("rms_norm", "relu2"):
        plain, by_hand = getattr(gpt, name), getattr(fused, name)
        assert torch.autograd.gradcheck(by_hand, x)
        torch.testing.assert_close(by_hand(x), plain(x), rtol=1e-6, atol=1e-6)
        with torch.no_grad():
            torch.testing.assert_close(by_hand(x), plain(x), rtol=1e-6, atol=1e-6)


def test_by_hand_changes_no_gradient():
    models = [lively(**{**gpt.MODERN, "by_hand": by_hand}) for by_hand in (False, True)]
    ids = torch.arange(11)[None]
    for model in models:
        model.loss(ids, ids.flip(1)).backward()
    for a, b in zip(*(m.parameters() for m in models), strict=True):
        torch.testing.assert_close(a.grad, b.grad, rtol=1e-3, atol=1e-5)


def test_loss_at_the_start_is_that_of_knowing_nothing():
    c = gpt.Config(**{**SMALL, **gpt.MODERN})
    ids = torch.arange(11)[None]
    assert gpt.GPT(c).loss(ids, ids).item() == pytest.approx(np.log(11), rel=1e-6)
    plain = gpt.GPT(replace(c, zero_init=False, init="gpt2"))
    assert plain.loss(ids, ids).item() == pytest.approx(np.log(11), rel=0.05)


def test_the_seed_decides_the_weights():
    c = gpt.Config(**SMALL)
    first, same, other = gpt.GPT(c, 1), gpt.GPT(c, 1), gpt.GPT(c, 2)
    for a, b in zip(first.parameters(), same.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)
    assert not torch.equal(first.E, other.E)


def test_taps_see_exactly_the_tokens_before():
    model = lively(layers=0, taps=2, positions="none")
    x = model.embed(torch.tensor([[4, 7, 9]]), 0)[0]
    none = SMALL["vocab"]
    torch.testing.assert_close(x[2], model.E[9] + model.earlier[0, 4] + model.earlier[1, 7])
    torch.testing.assert_close(x[0], model.E[4] + model.earlier[:, none].sum(0))


def test_a_mismatched_checkpoint_is_named(tmp_path):
    safetensors.torch.save_file({"a": torch.zeros(2)}, tmp_path / "x.safetensors")
    with pytest.raises(ValueError, match="no GPT-2"):
        gpt2.load(tmp_path / "x.safetensors")
    (tmp_path / "y.safetensors").write_bytes(b"not one")
    with pytest.raises(ValueError, match="not a whole safetensors file"):
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
        gpt.Config(**{**SMALL, **wrong})


def test_a_text_longer_than_the_context_is_refused():
    with pytest.raises(ValueError, match="13 tokens don't fit into a context of 12"):
        lively()(torch.zeros(1, 13, dtype=torch.long))


def test_unknown_size():
    with pytest.raises(ValueError, match="gpt2-xl"):
        gpt2.config("gpt3")
