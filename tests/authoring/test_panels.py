"""A picture is cut between its panels, and nowhere else."""

import base64
import io

import numpy as np
from PIL import Image

from course.authoring import panels
from course.interactive import plot


def drawn(fig):
    """A figure's picture, in base64."""
    return base64.b64encode(plot.png(fig)).decode()


def pixels(picture: str):
    """The shades of a picture, (height, width)."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))).convert("L"))


def test_panels_side_by_side_are_the_picture():
    fig, axes = plot.figure(1, 3, width=8.4, height=2.5)
    for ax in axes:
        ax.plot([0, 1], [0, 1])
        ax.set(xlabel="x", ylabel="a name that stays with its axis")
    picture = drawn(fig)
    cut = panels.cut(picture, 840)
    parts = [pixels(part) for part, _ in cut]
    assert len(cut) == 3 and sum(width for _, width in cut) == 840
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), pixels(picture))
    assert all((part[:, [0, -1]] > 250).all() for part in parts)


def test_what_belongs_together_is_not_cut():
    alone, _ = plot.figure(width=8.4, height=2.5)
    titled, _ = plot.figure(1, 2, width=8.4, height=2.5)
    titled.suptitle("what is said of both panels stands across the space that is between them")
    for fig in (alone, titled):
        picture = drawn(fig)
        assert panels.cut(picture, 840) == [(picture, 840)]
