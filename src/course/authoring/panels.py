"""A picture in two, cut between its panels, so that they can stand under each other on a phone.

Where no ink crosses it from top to bottom, a picture may end a line as prose does between words. A
line of text at its foot belongs to both parts and stands below them.
"""

from __future__ import annotations

import base64
import io
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from PIL import Image

AIR = 12.5  # pixels on the page that are free from top to bottom between panels; fewer at labels
WHOLE = 570  # pixels of a picture that a phone shows as it is, at seven tenths of its size
LEAST = 150  # pixels of a panel: what is narrower, such as a scale of colors, stays with the other
LINE = 20  # pixels of a line of text, from top to bottom
EDGE = 0.02  # of a picture's width: there a line at its foot begins


class Piece(NamedTuple):
    """A part of a picture: a PNG in base64, its size on the page, whether it is the foot."""

    picture: str
    width: int
    height: int
    foot: bool = False


def cut(picture: str, width: int) -> list[Piece]:
    """Return a picture, or its left, its right and the line at its foot if it has one.

    What is blank below a panel stays away: the other may come to stand there.

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
    whole = Piece(picture, width, round(image.height / scale))
    if width <= WHOLE:
        return [whole]
    ink = np.asarray(image.convert("L")) <= 250
    foot = _foot(ink, LINE * scale)
    most = scale * min(WHOLE, width - LEAST)
    places = [
        place
        for place in _free(ink[:foot].any(axis=0), AIR * scale)
        if image.width - most <= place <= most
    ]
    if not places:
        return [whole]
    # Of two places as far from the middle the later one.
    place = min(places, key=lambda place: abs(2 * place - image.width - AIR * scale))
    air = int(AIR * scale)
    ends = [_last(part, 1) + air for part in (ink[:foot, :place], ink[:foot, place:])]
    boxes = [(0, 0, place, min(ends[0], foot)), (place, 0, image.width, min(ends[1], foot))]
    pieces = [_piece(image, box, scale) for box in boxes]
    if foot < image.height:
        box = (0, foot, _last(ink[foot:], 0) + air, image.height)
        pieces.append(_piece(image, box, scale)._replace(foot=True))
    return pieces


def _last(ink, axis: int) -> int:
    """Return the last column, or with axis 1 the last row, that has ink."""
    return int(np.flatnonzero(ink.any(axis=axis))[-1])


def _foot(ink, most: float) -> int:
    """Return the row where a line of text at the foot begins; the number of rows without one."""
    rows = np.flatnonzero(ink.any(axis=1))
    first = rows[np.diff(rows, prepend=-2) > 1][-1]
    begins = np.flatnonzero(ink[first:].any(axis=0))[0]
    line = rows[-1] - first < most and begins < EDGE * ink.shape[1]
    return int(first) if line else len(ink)


def _free(ink, least: float) -> list[int]:
    """Return the middle of each long run of blank columns that has ink on both sides."""
    ink = np.flatnonzero(ink)
    return [int(a + b) // 2 + 1 for a, b in pairwise(ink) if b - a - 1 >= least]


def _piece(image: Image.Image, box: tuple[int, int, int, int], scale: float) -> Piece:
    file = io.BytesIO()
    image.crop(box).save(file, "png", optimize=True)
    size = round((box[2] - box[0]) / scale), round((box[3] - box[1]) / scale)
    return Piece(base64.b64encode(file.getvalue()).decode(), *size)
