"""Text to integers and back, one integer a character; and the batches a language model learns from.

Taught in *A small GPT*.
"""

import numpy as np


def alphabet(text: str) -> str:
    """List the characters that occur in a text, each once, in the order of their code points."""
    if not text:
        raise ValueError("the text is empty; an alphabet needs at least one character")
    return "".join(sorted(set(text)))


def encode(text: str, alphabet: str):
    """Write each character as its place in the alphabet.

    Parameters
    ----------
    text
        Any text made of the alphabet's characters.
    alphabet
        V different characters.

    Returns
    -------
    ids : (len(text),) of int64
        Integers from 0 to V − 1.

    Raises
    ------
    ValueError
        If a character is not in the alphabet; it is named, with its place.
    """
    place = {c: i for i, c in enumerate(alphabet)}
    unknown = next((i for i, c in enumerate(text) if c not in place), None)
    if unknown is not None:
        raise ValueError(
            f"character {text[unknown]!r} at place {unknown} is not among the {len(alphabet)} "
            f"known ones: {alphabet!r}"
        )
    return np.fromiter((place[c] for c in text), dtype=np.int64, count=len(text))


def decode(ids, alphabet: str) -> str:
    """Write integers as characters again: the inverse of `encode`."""
    ids = np.asarray(ids)
    if ids.size and not 0 <= ids.min() <= ids.max() < len(alphabet):
        raise ValueError(
            f"ids run from {ids.min()} to {ids.max()}; the alphabet allows 0 to {len(alphabet) - 1}"
        )
    return "".join(alphabet[i] for i in ids)


def batch(rng, ids, B: int, T: int):
    """Cut B windows of T tokens from a text at random places, with the token that follows each.

    y[b, t] is the token after x[b, t]: a model that reads x[b, :t+1] is asked for y[b, t], so
    that one window asks T questions at once.

    Parameters
    ----------
    rng : np.random.Generator
        Draws the places.
    ids : (N,)
        A text as integers, with N > T.
    B, T
        Number of windows, and their length.

    Returns
    -------
    x, y : (B, T)
        Inputs and targets.

    Raises
    ------
    ValueError
        If the text is too short for one window and its last target.
    """
    if len(ids) <= T:
        raise ValueError(
            f"a text of {len(ids)} tokens has no window of {T} with a token after it; "
            f"take a longer text or a context of at most {len(ids) - 1}"
        )
    starts = rng.integers(0, len(ids) - T, size=B)
    places = starts[:, None] + np.arange(T)  # (B, T)
    return ids[places], ids[places + 1]
