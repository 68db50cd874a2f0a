"""GPT-2's own weights in our GPT: the same formulas under other names. Taught in *A small GPT*."""

import json
from pathlib import Path

import torch

from course.transformers.gpt import stored
from course.transformers.gpt.config import Config
from course.transformers.gpt.model import GPT
from course.words import say

SIZES = {
    "gpt2": {"layers": 12, "heads": 12, "width": 768},
    "gpt2-medium": {"layers": 24, "heads": 16, "width": 1024},
    "gpt2-large": {"layers": 36, "heads": 20, "width": 1280},
    "gpt2-xl": {"layers": 48, "heads": 25, "width": 1600},
}

NAMES = {
    "wte.weight": "E",
    "wpe.weight": "P",
    "h.": "blocks.",
    "ln_f.": "norm.",
    "ln_1.": "norm1.",
    "ln_2.": "norm2.",
    "attn.c_attn.": "attention.qkv.",
    "attn.c_proj.": "attention.out.",
    "mlp.c_fc.": "mlp.up.",
    "mlp.c_proj.": "mlp.down.",
}  # theirs: ours


def config(name: str = "gpt2", **changes) -> Config:
    """Give the config of one of the four sizes: 50257 tokens, context 1024, GELU by tanh."""
    if name not in SIZES:
        known = ", ".join(SIZES)
        sentence = "there is no {name!r}; GPT-2 comes as {known}"
        raise ValueError(say(sentence, name=name, known=known))
    settings = {"vocab": 50257, "context": 1024, "activation": "gelu_tanh", **SIZES[name]}
    return Config(**{**settings, **changes})


def rename(name: str) -> str:
    """Say what we call a tensor of theirs: h.0.attn.c_attn.weight is blocks.0.attention.qkv.W."""
    name = name.removeprefix("transformer.")
    for theirs, ours in NAMES.items():
        if theirs == "h.":
            name = ours + name[2:] if name.startswith("h.") else name
        else:
            name = name.replace(theirs, ours)
    norm = ".norm" in name or name.startswith("norm.")
    ends = {"weight": "scale", "bias": "shift"} if norm else {"weight": "W", "bias": "b"}
    head, dot, end = name.rpartition(".")
    return head + dot + ends.get(end, end)


def load(path, *, heads: int | None = None) -> GPT:
    """Build a GPT with the weights of a GPT-2 checkpoint in safetensors.

    Parameters
    ----------
    path
        A folder with model.safetensors and config.json, or a safetensors file.
    heads
        H, where no config.json says it; by default one for every 64 of width, as in all GPT-2.

    Raises
    ------
    ValueError
        If the file isn't a GPT-2, naming what is missing or too much.
    """
    path = Path(path)
    folder = path if path.is_dir() else path.parent
    file = path / "model.safetensors" if path.is_dir() else path
    theirs = stored.tensors(file.read_bytes(), file)
    facts = folder / "config.json"
    if heads is None and facts.exists():
        heads = json.loads(facts.read_text(encoding="utf-8")).get("n_head")
    return from_weights(theirs, heads=heads)


@torch.no_grad()
def from_weights(theirs: dict, *, heads: int | None = None, **changes) -> GPT:
    """Build a GPT from GPT-2's tensors by name; sizes are read off their shapes.

    `changes` go to the config, for relatives such as one that uses the exact GELU.
    """
    masks = (".attn.bias", ".attn.masked_bias", "lm_head.weight")  # constants, and E once more
    ours = {rename(k): p for k, p in theirs.items() if not k.endswith(masks)}
    if "E" not in ours or "P" not in ours:
        sentence = "no GPT-2: wte.weight or wpe.weight is not among {names}…"
        raise ValueError(say(sentence, names=", ".join(sorted(theirs)[:4])))
    (V, C), T = ours["E"].shape, ours["P"].shape[0]
    layers = 1 + max((int(k.split(".")[1]) for k in ours if k.startswith("blocks.")), default=-1)
    sizes = {"vocab": V, "context": T, "layers": layers, "heads": heads or C // 64, "width": C}
    model = GPT(config(**{**sizes, "bias": "norm.shift" in ours, **changes}))
    own = model.state_dict()
    if own.keys() != ours.keys():
        odd = ", ".join(sorted(own.keys() ^ ours.keys())[:4])
        raise ValueError(say("no GPT-2: names that don't fit: {names}", names=odd))
    for name, p in own.items():
        p.copy_(ours[name])
    return model
