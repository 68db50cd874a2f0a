"""A picture is cut between its panels, and nowhere else."""

import base64
import io

import numpy as np
from PIL import Image

from course.authoring import panels
from course.interactive import plot
from course.interactive.stage import Stage


def drawn(fig):
    """A figure's picture, in base64."""
    return base64.b64encode(plot.png(fig)).decode()


def pixels(picture: str):
    """The shades of a picture, (height, width)."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))).convert("L"))


def panelled(*, width=8.4):
    """A figure of three panels with names on their axes."""
    fig, axes = plot.figure(1, 3, width=width, height=2.5)
    for ax in axes:
        ax.plot([0, 1], [0, 1])
        ax.set(xlabel="x", ylabel="a name that stays with its axis")
    return fig


def test_the_two_parts_are_the_picture_and_a_phone_has_room_for_each():
    """Each without what is blank below it."""
    fig, (short, tall) = plot.figure(1, 2, width=8.4, height=2.5)
    short.set_axis_off()
    short.set_title("a panel that ends above the other")
    tall.set(xlabel="x", ylabel="a name that stays with its axis")
    picture = drawn(fig)
    left, right = panels.cut(picture, 840)
    parts = [pixels(part.picture) for part in (left, right)]
    whole, edge = pixels(picture), parts[0].shape[1]
    for part, place in zip(parts, (whole[:, :edge], whole[:, edge:]), strict=True):
        np.testing.assert_array_equal(part, place[: len(part)])
        assert (place[len(part) :] > 250).all() and (part[:, [0, -1]] > 250).all()
    assert left.height < 100 < right.height <= 250
    assert left.width + right.width == 840
    assert all(panels.LEAST < part.width <= panels.WHOLE for part in (left, right))


def test_what_a_figure_says_at_its_foot_stands_below_both_parts():
    """Also where it is longer than one of them; it is as wide as its words."""

    def setup(fig):
        left, right = fig.subplots(1, 2)
        line, *_ = left.plot([0, 1]), right.plot([0, 1])
        return lambda: (line, "what is said of both panels stands at the foot " * 2)

    stage = Stage(setup, alt="two lines that rise", width=8.4, height=2.5)
    stage.draw()
    left, right, foot = panels.cut(base64.b64encode(stage.png()).decode(), 840)
    assert [part.foot for part in (left, right, foot)] == [False, False, True]
    assert left.width + right.width == 840 and left.width < foot.width < 840
    whole = pixels(base64.b64encode(stage.png()).decode())
    line = pixels(foot.picture)
    np.testing.assert_array_equal(whole[-len(line) :, : line.shape[1]], line)
    assert (whole[-len(line) :, line.shape[1] :] > 250).all()


def test_what_belongs_together_is_not_cut():
    """Nor what a phone has room for."""
    alone, _ = plot.figure(width=8.4, height=2.5)
    titled, _ = plot.figure(1, 2, width=8.4, height=2.5)
    titled.suptitle("what is said of both panels stands across the space that is between them")
    for fig, width in ((alone, 840), (titled, 840), (panelled(width=5.5), 550)):
        picture = drawn(fig)
        height = round(100 * fig.get_figheight())
        assert panels.cut(picture, width) == [(picture, width, height, False)]
