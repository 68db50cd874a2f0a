"""How well tokens were predicted, in bits: the number that language models are compared by.

Taught in *A small GPT*. A nat is 1/ln 2 ≈ 1.44 bits. Losses per token compare only under one
tokenizer; per character or per byte they compare between any two models.
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


def _check_batch(z, y, real):
    """Refuse shapes that don't fit, and a batch of padding."""
    if z.shape[:-1] != y.shape or real.shape != y.shape:
        raise ValueError(f"z is {z.shape}, y {y.shape} and real {real.shape}; B and T must agree")
    if not np.any(real):
        raise ValueError("no token is real: there is nothing to average")
