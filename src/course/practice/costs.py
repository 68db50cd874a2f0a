"""What a GPT costs before it runs, in integers: numbers learnt, operations, bytes.

Taught in *A small GPT*. No PyTorch needed: the counts are those of a `Config`.
"""

from course.transformers.gpt.config import Config


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
