"""What a GPT costs, counted, equals what PyTorch counts on the model itself."""

import pytest
import torch

from course.practice import costs
from course.transformers.gpt import gpt2
from course.transformers.gpt.config import MODERN, Config
from course.transformers.gpt.model import GPT

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
    assert costs.parameters(gpt2.config(name)) == count
    with torch.device("meta"):
        model = GPT(gpt2.config(name))
    assert sum(p.numel() for p in model.parameters()) == count


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_is_counted_exactly(variant):
    c = Config(**{**SMALL, **VARIANTS[variant]})
    assert costs.parameters(c) == sum(p.numel() for p in GPT(c).parameters())


def test_flops_agree_with_a_counter():
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    for variant in (MODERN, {}):
        c = Config(65, context=32, layers=2, heads=2, width=64, **variant)
        model = GPT(c)
        ids = torch.zeros(3, 32, dtype=torch.long)
        with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
            model.loss(ids, ids).backward()
        assert counter.get_total_flops() == pytest.approx(
            3 * 32 * costs.flops_per_token(c), rel=1e-9
        )


@pytest.mark.parametrize("variant", [{}, MODERN])
def test_memory_is_about_what_autograd_keeps(variant):
    c = Config(65, context=64, layers=3, heads=4, width=64, **variant)
    model, kept = GPT(c), {}
    own = {p.untyped_storage().data_ptr() for p in model.parameters()}

    def pack(saved):
        storage = saved.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return saved

    ids = torch.zeros(5, 64, dtype=torch.long)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda saved: saved):
        loss = model.loss(ids, ids)
    total = sum(kept.values()) + 16 * costs.parameters(c)
    assert costs.memory(c, 5) == pytest.approx(total, rel=0.15)
    loss.backward()
