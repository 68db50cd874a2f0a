"""Compare the pictures of two runs: decoded, with a tolerance, and saved where they differ.

A figure drawn again on another processor differs by a few shades at the edges of its lines; one
whose data changed by half a percent differs by more than twice the tolerance.
"""

import base64
import io
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

TOLERANCE = 2.0  # root mean square of 255 shades; 0.05 % off in the data gives 1, 0.5 % gives 5
ROUNDING_TAG = "picture:rounding"  # on cells that draw rounding errors, each processor's own;
SLACK = 4  # what they draw may lie this many pixels elsewhere
MIMES = ("image/png", "image/jpeg")
_EMBEDDED = re.compile(r"data:image/(?:png|jpeg);base64,([A-Za-z0-9+/=\s]+)")


def collect(outputs: Iterable[dict]) -> list[tuple[bytes, str]]:
    """Return all pictures of a cell's outputs in order: (file's bytes, alt text)."""
    found = []
    for output in outputs:
        data, metadata = output.get("data", {}), output.get("metadata", {})
        for mime in MIMES:
            if mime in data:
                alt = metadata.get(mime, {}).get("alt", "")
                found.append((base64.b64decode(data[mime]), alt))
        inside = _EMBEDDED.findall(data.get("text/html", ""))
        found += [(base64.b64decode(picture), "") for picture in inside]
    return found


def without(html: str) -> str:
    """Return HTML with its embedded pictures taken out, so that the rest compares as text."""
    return _EMBEDDED.sub("(picture)", html)


def pixels(file: bytes):
    """Decode a picture's file. Returns (height, width, 3), 0..255, laid on white."""
    image = Image.open(io.BytesIO(file)).convert("RGBA")
    card = Image.new("RGBA", image.size, "white")
    return np.asarray(Image.alpha_composite(card, image).convert("RGB"), dtype=float)


def distance(expected: bytes, got: bytes, *, slack: int = 0) -> float:
    """Return the root mean square difference in shades (0..255); infinite for other sizes.

    Parameters
    ----------
    slack
        Count a pixel as equal to whatever lies this near to it in the other picture.
    """
    x, y = pixels(expected), pixels(got)
    if x.shape != y.shape:
        return float("inf")
    far = np.maximum(_beyond(x, y, slack), _beyond(y, x, slack)) if slack else x - y
    return float(np.sqrt(np.mean(far**2)))


def _beyond(x, y, slack: int):
    """Return by how much each entry of x leaves the range of y's entries around it."""
    image = Image.fromarray(y.astype(np.uint8))
    low = np.asarray(image.filter(ImageFilter.MinFilter(2 * slack + 1)), dtype=float)
    high = np.asarray(image.filter(ImageFilter.MaxFilter(2 * slack + 1)), dtype=float)
    return np.maximum(0, np.maximum(low - x, x - high))


def describe(far: float) -> str:
    """Say how far two pictures are apart and how far they may be."""
    if far == float("inf"):
        return "has another size than the stored one"
    return (
        f"differs by {far:.3g} shades; {TOLERANCE:g} are allowed (a cell that draws rounding "
        f"errors may be tagged {ROUNDING_TAG}: then what it draws may lie {SLACK} pixels elsewhere)"
    )


def save(folder: Path, name: str, expected: bytes, got: bytes) -> list[Path]:
    """Write both pictures and, where the sizes agree, their difference; dark is different."""
    folder.mkdir(parents=True, exist_ok=True)
    images = {"expected": pixels(expected), "got": pixels(got)}
    if images["expected"].shape == images["got"].shape:
        far = np.abs(images["expected"] - images["got"])
        images["difference"] = 255 - np.minimum(4 * far, 255)
    paths = []
    for what, image in images.items():
        paths.append(folder / f"{name}-{what}.png")
        Image.fromarray(image.astype(np.uint8)).save(paths[-1])
    return paths
