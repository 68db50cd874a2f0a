"""Numbers in a column: their points stand under each other, in a page and in plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence

DIGIT, POINT = "\u2007", "\u2008"  # spaces as wide as a digit and as a point
_PLAIN = re.compile(r"(?:[<>] )?[+−-]?[\d,]+(?:\.(\d+))?")


def level(texts: Sequence[str]) -> list[str]:
    """Pad plain numbers on their right, as far as the longest fraction; other texts stay."""
    found = [_PLAIN.fullmatch(text) for text in texts]
    places = [len(number[1] or "") if number else 0 for number in found]
    most = max(places, default=0)
    pads = [POINT * (n == 0 < most) + DIGIT * (most - n) for n in places]
    return [text + pad * bool(number) for text, pad, number in zip(texts, pads, found, strict=True)]


def marked(text: str, mark: str) -> str:
    """Put a mark behind a number that is padded."""
    number = text.rstrip(POINT + DIGIT)
    return number + mark + text[len(number) :]


def plain(text: str) -> str:
    """Return a text with ordinary spaces, for letters that are all of one width."""
    return text.replace(DIGIT, " ").replace(POINT, " ")
