"""Sorts of characters that a head of attention may look at."""

import numpy as np

from course.words import later


def sorts_of(chars) -> dict:
    """Sort the characters of texts (N, T): name of a sort -> True where such a character stands."""
    letter, blank = np.char.isalpha(chars), np.isin(chars, [" ", "\n"])
    unknown = np.ones((len(chars), 1), dtype=bool)  # beyond the edge there may be a letter
    return {
        later("spaces"): blank,
        later("first letters"): letter & ~np.hstack([unknown, letter[:, :-1]]),
        later("last letters"): letter & ~np.hstack([letter[:, 1:], unknown]),
        later("punctuation"): ~letter & ~blank,
    }
