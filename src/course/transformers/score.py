"""How well tokens were predicted, in bits: the number that language models are compared by.

A nat is 1/ln 2 ≈ 1.44 bits. Losses per token compare only under one tokenizer; per character or
per byte they compare between any two models.
"""

import numpy as np

from course.networks import layers


def bits_per_token(z, y, real):
    """Average surprise at the real tokens of a batch: the mean of −log₂ softmax(z)[y].

    Parameters
    ----------
    z : (B, T, V)
        Logits.
    y : (B, T) of int
        The tokens that came; at padded places any token.
    real : (B, T) of bool
        False where a row was padded to the length of the others.

    Returns
    -------
    bits : float
        Every real token counts alike, whichever row it stands in.

    Raises
    ------
    ValueError
        If the shapes don't fit, or nothing is real.
    """
    _check_batch(z, y, real)
    logp = np.take_along_axis(layers.log_softmax(z), y[..., None], axis=-1)[..., 0]  # (B, T)
    return -logp[real].mean() / np.log(2)


def bits_per_byte(nats, sizes):
    """Average surprise at each byte of a text: Σ nats / ln 2 / Σ sizes. Taught in *Tokenization*.

    The surprises of all tokens add up to that of the text, however it was cut. So this number
    compares between tokenizers, as a loss per token doesn't.

    Parameters
    ----------
    nats : (N,)
        Surprise at each token, −ln p.
    sizes : (N,)
        Bytes of each token.

    Raises
    ------
    ValueError
        If the shapes differ, or there is no byte.
    """
    _check_sizes(nats, sizes)
    return np.sum(nats) / np.log(2) / np.sum(sizes)


def _check_sizes(nats, sizes):
    """Refuse surprises without their tokens' sizes, and a text of nothing."""
    if np.shape(nats) != np.shape(sizes) or not np.sum(sizes) > 0:
        raise ValueError(
            f"nats is {np.shape(nats)}, sizes {np.shape(sizes)} with {np.sum(sizes)} bytes in all; "
            "one shape and at least one byte are needed"
        )


def _check_batch(z, y, real):
    """Refuse shapes that don't fit, and a batch of padding."""
    if z.shape[:-1] != y.shape or real.shape != y.shape:
        raise ValueError(f"z is {z.shape}, y {y.shape} and real {real.shape}; B and T must agree")
    if not np.any(real):
        raise ValueError("no token is real: there is nothing to average")
