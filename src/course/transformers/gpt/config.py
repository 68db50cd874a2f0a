"""What a GPT is made of, and what that costs, in integers: no PyTorch needed.

Taught in *A small GPT*.
"""

from dataclasses import dataclass


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
    by_hand
        Use the backward passes of `fused`, where there are any: same values, less time.
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
    by_hand: bool = False
    causal: bool = True

    def __post_init__(self):
        _check_config(self)


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
    "by_hand": True,
}  # Config(vocab, **MODERN) is the modern block; leave one out to see what it was worth


def parameters(config: Config) -> int:
    """Count the numbers that are learnt, exactly.

    For GPT-2's block: V C + T C for the embeddings, 12 C² + 13 C for each block (4 C² of it in
    attention, 8 C² in the MLP), 2 C for the last norm. A tied head costs nothing more.
    """
    V, T, L, C = config.vocab, config.context, config.layers, config.width
    matrices = 12 * C * C
    biases = (3 + 1 + 4 + 1) * C if config.bias else 0
    norm = 0 if config.norm == "rms" else 2 * C if config.bias else C
    embeddings = V * C + config.taps * (V + 1) * C + (T * C if config.positions == "learned" else 0)
    head = 0 if config.tied else V * C
    return embeddings + L * (matrices + biases + 2 * norm) + norm + head


def flops_per_token(config: Config) -> int:
    """Count the multiplications and additions of one training step, for each token.

    Each weight of a matrix multiplies once forward and twice backward, at 2 operations each:
    6 (12 L C² + V C). Attention adds q kᵀ and a v, T positions of width C each, of which a mask
    forbids half without saving it here: 6 · 2 L T C. Look-ups in tables cost nothing.
    """
    V, T, L, C = config.vocab, config.context, config.layers, config.width
    return 6 * (12 * L * C * C + V * C) + 12 * L * T * C


def memory(config: Config, B: int) -> int:
    """Estimate the bytes that a training step holds, in 32-bit floats.

    Weights, gradients and two averages of Adam: 16 bytes a parameter. Activations kept for the
    backward pass: about 18 C a token and block, and V for the logits, twice.
    """
    V, T, L, C = config.vocab, config.context, config.layers, config.width
    return 16 * parameters(config) + 4 * B * T * (18 * L * C + 2 * V)


def _check_config(config):
    """Refuse what can't be built, and name what can."""
    choices = {
        "norm": ("layer", "rms"),
        "init": ("gpt2", "fan_in"),
        "positions": ("learned", "rotary", "none"),
        "activation": ("gelu", "gelu_tanh", "relu2"),
    }
    for name, allowed in choices.items():
        if getattr(config, name) not in allowed:
            raise ValueError(f"{name} is {getattr(config, name)!r}; choose one of {allowed}")
    for name in ("vocab", "context", "heads", "width"):
        if getattr(config, name) < 1:
            raise ValueError(f"{name} is {getattr(config, name)}; it must be at least 1")
    if config.layers < 0 or config.taps < 0:
        raise ValueError(
            f"layers is {config.layers} and taps {config.taps}; neither can be negative"
        )
    if config.width % config.heads:
        raise ValueError(f"{config.heads} heads don't divide a width of {config.width}")
    if config.positions == "rotary" and config.width // config.heads % 2:
        raise ValueError(
            f"rotary positions need an even head size, not {config.width // config.heads}"
        )
