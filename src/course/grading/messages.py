"""Messages between two processes: a piece of JSON with the bytes of arrays behind it."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

LARGEST = 1 << 26  # bytes of one message
_TEXT = 1 << 23  # bytes of its JSON
_HEAD = struct.Struct(">II")


class Garbled(ValueError):
    """What arrived is no message."""


def pack(message: object, blobs: list[bytes]) -> bytes:
    """Return a message of JSON and blobs as bytes.

    Raises
    ------
    Garbled
        If it is larger than `LARGEST`.
    """
    text = json.dumps(message, separators=(",", ":")).encode()
    if len(text) > _TEXT or len(text) + sum(map(len, blobs)) > LARGEST:
        raise Garbled("larger than a message may be")
    sizes = struct.pack(f">{len(blobs)}I", *map(len, blobs))
    return b"".join([_HEAD.pack(len(text), len(blobs)), sizes, text, *blobs])


def unpack(read: Callable[[int], bytes]) -> tuple[Any, list[bytes]]:
    """Return the message and the blobs that a function read(n) gives byte by byte.

    Raises
    ------
    Garbled
        If they are none.
    """
    size, count = _HEAD.unpack(read(_HEAD.size))
    if size > _TEXT or count > 100_000:
        raise Garbled("larger than a message may be")
    sizes = struct.unpack(f">{count}I", read(4 * count))
    if size + sum(sizes) > LARGEST:
        raise Garbled("larger than a message may be")
    try:
        message = json.loads(read(size))
    except (ValueError, RecursionError) as error:
        raise Garbled("no JSON") from error
    return message, [read(n) for n in sizes]
