"""The tokenizer of the plays, as this lesson learns it: for its live figure and its drawing."""

import functools

from course import data
from course.transformers import bpe, merges

LARGEST = 4096  # tokens


@functools.cache
def learnt() -> list[tuple]:
    """Return the merges from the first nine tenths of the plays; a second's work, done once."""
    text, _ = data.split_text(data.shakespeare())
    return merges.learn(bpe.count_words(text), LARGEST - bpe.BYTES)


def shown(token: bytes) -> str:
    """Write a token so that it can be drawn in any font: a space as ␣, what is not ASCII in hex."""
    if all(32 <= byte < 127 for byte in token):
        return token.decode().replace(" ", "␣")
    return " ".join(f"{byte:02X}" for byte in token)
