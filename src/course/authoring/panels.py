"""A picture cut between its panels, so that they can stand under each other on a narrow page.

Where no ink crosses it from top to bottom, a picture may end a line as prose does between words.
"""

from __future__ import annotations

import base64
import io
from itertools import pairwise

import numpy as np
from PIL import Image

AIR = 10  # pixels on the page that are free from top to bottom between two panels
LEAST = 150  # pixels of a panel: what is narrower, such as an axis' name, stays with the next one


def cut(picture: str, width: int) -> list[tuple[str, int]]:
    """Return a picture's panels from left to right, each with its width on the page.

    Parameters
    ----------
    picture
        A PNG in base64, on white.
    width
        Its width on the page, in pixels; 0 if it has none of its own.
    """
    image = Image.open(io.BytesIO(base64.b64decode(picture)))
    width = width or image.width
    scale = image.width / width
    edges = [0, *_between(image.convert("L"), scale), image.width]
    if len(edges) == 2:
        return [(picture, width)]
    boxes = [(left, 0, right, image.height) for left, right in pairwise(edges)]
    return [(_png(image.crop(box)), round((box[2] - box[0]) / scale)) for box in boxes]


def _between(image: Image.Image, scale: float) -> list[int]:
    """Return the columns at which a picture can be cut."""
    places = [0]
    for place in _free(np.asarray(image).min(axis=0) > 250, AIR * scale):
        if min(place - places[-1], image.width - place) >= LEAST * scale:
            places.append(place)
    return places[1:]


def _free(blank, least: float) -> list[int]:
    """Return the middle of each long run of blank columns that has ink on both sides."""
    ink = np.flatnonzero(~blank)
    return [int(a + b) // 2 + 1 for a, b in pairwise(ink) if b - a - 1 >= least]


def _png(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, "png", optimize=True)
    return base64.b64encode(file.getvalue()).decode()
