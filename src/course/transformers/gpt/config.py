"""What a GPT is made of, as data: no PyTorch needed. Taught in *A small GPT*."""

from dataclasses import dataclass

from course.words import say


@dataclass(frozen=True)
class Config:
    """What a GPT is made of; the defaults are GPT-2's block at the size of a laptop.

    Attributes
    ----------
    vocab, context, layers, heads, width
        V, the longest T, number of blocks, H, and C; H divides C.
    norm
        "layer" with learnt scale and shift, or "rms", which only divides by the root mean square.
    positions
        "learned" vectors added to the embeddings, "rotary" turns of q and k, or "none".
    activation
        "gelu", "gelu_tanh" (GPT-2's approximation) or "relu2", the square of ReLU.
    bias
        Whether affine maps have a b.
    tied
        Whether the head is the transposed embedding table.
    qk_norm
        Divide queries and keys by their root mean square before they meet.
    init
        "gpt2" draws all from N(0, 0.02²), less for what ends in the residual stream; "fan_in"
        draws matrices from N(0, 1/n_in), and embeddings so that their sum has variance 1.
    zero_init
        Start the projections that end in the residual stream, and the head, at zero.
    taps
        Add the embeddings of this many earlier tokens, each from a table of its own.
    causal
        Without it, every position sees the future: a leak, kept to show what it does.
    """

    vocab: int
    context: int = 64
    layers: int = 4
    heads: int = 4
    width: int = 128
    norm: str = "layer"
    positions: str = "learned"
    activation: str = "gelu"
    bias: bool = True
    tied: bool = True
    qk_norm: bool = False
    init: str = "gpt2"
    zero_init: bool = False
    taps: int = 0
    causal: bool = True

    def __post_init__(self):
        _check_config(self)

    @classmethod
    def read(cls, settings: dict) -> "Config":
        """Build one from what a file says; `by_hand`, of an earlier version, changed no value."""
        return cls(**{name: value for name, value in settings.items() if name != "by_hand"})


MODERN = {
    "norm": "rms",
    "positions": "rotary",
    "activation": "relu2",
    "bias": False,
    "tied": False,
    "qk_norm": True,
    "init": "fan_in",
    "zero_init": True,
    "taps": 3,
}  # Config(vocab, **MODERN) is the modern block; leave one out to see what it was worth


def _check_config(config):
    """Refuse what can't be built, and name what can."""
    choices = {
        "norm": ("layer", "rms"),
        "init": ("gpt2", "fan_in"),
        "positions": ("learned", "rotary", "none"),
        "activation": ("gelu", "gelu_tanh", "relu2"),
    }
    for name, allowed in choices.items():
        if (value := getattr(config, name)) not in allowed:
            sentence = "{name} is {value!r}; choose one of {allowed}"
            raise ValueError(say(sentence, name=name, value=value, allowed=", ".join(allowed)))
    for name in ("vocab", "context", "heads", "width"):
        if (value := getattr(config, name)) < 1:
            raise ValueError(say("{name} is {n}; it must be at least 1", name=name, n=value))
    L, taps, H, C = config.layers, config.taps, config.heads, config.width
    for name, value in (("layers", L), ("taps", taps)):
        if value < 0:
            raise ValueError(say("{name} is {n}; it can't be negative", name=name, n=value))
    if C % H:
        raise ValueError(say("{heads} heads don't divide a width of {width}", heads=H, width=C))
    if config.positions == "rotary" and C // H % 2:
        raise ValueError(say("rotary positions need an even head size, not {n}", n=C // H))
