"""Drawings of mechanisms: what lies where, that all fits, and what a page gets."""

import io
import itertools
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from PIL import Image

from course import lessons
from course.interactive import layout, plot
from course.interactive.diagram import Diagram

ALT = "A box beside another one."
SVG = "{http://www.w3.org/2000/svg}"
EVERY = [(le.slug, draw.__name__) for le in lessons.lessons() for draw in lessons.diagrams(le.slug)]


def drawn(slug, name):
    (build,) = (f for f in lessons.diagrams(slug) if f.__name__ == name)
    return build()


@pytest.fixture(params=EVERY, ids=".".join, scope="module")
def drawing(request):
    return drawn(*request.param)


def test_every_text_lies_inside_the_picture_and_in_its_box(drawing):
    """Measured by the renderer that draws it, not by the widths the layout reckoned with."""
    fig = drawing.figure()
    width, height = (round(v * fig.dpi) for v in fig.get_size_inches())
    renderer = RendererAgg(width, height, fig.dpi)
    boxes = [n for n in drawing.solid if n.name and n.height > 20]
    for text in drawing.ax.texts:
        seen = text.get_window_extent(renderer)
        assert seen.x0 >= 0 and seen.x1 <= width and seen.y0 >= 0 and seen.y1 <= height, text
        x, y = text.get_position()
        for box in (b for b in boxes if (b.x, b.y) == (x, y) and b.name == text.get_text()):
            assert seen.width <= box.width and seen.height <= box.height, text


def test_no_word_is_smaller_than_a_figures(drawing):
    """9 points, and the drawing no wider than a phone shows with letters of 8.5 px."""
    assert min(text.get_fontsize() for text in drawing.ax.texts) >= 9


def test_nothing_lies_on_anything(drawing):
    for one, other in itertools.combinations(drawing.solid, 2):
        apart = max(
            abs(one.x - other.x) - (one.width + other.width) / 2,
            abs(one.y - other.y) - (one.height + other.height) / 2,
        )
        assert apart >= layout.AIR, f"{one.name} and {other.name}"


def test_the_vector_picture_is_whole_small_and_the_same_each_time(drawing):
    text = drawing.svg()
    root = ET.fromstring(text)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == root.get("aria-label") == drawing.alt
    assert len(drawing.alt.split()) >= 5
    assert text == drawing.svg() and len(text) < 30_000
    assert not [
        e for e in root.iter() if e.tag.split("}")[1] in ("text", "style", "image", "script")
    ]
    used = {e.get("{http://www.w3.org/1999/xlink}href") for e in root.iter(f"{SVG}use")}
    assert used <= {f"#{e.get('id')}" for e in root.iter(f"{SVG}path")}


def test_the_vector_picture_and_its_fallback_have_one_size(drawing):
    root = ET.fromstring(drawing.svg())
    size = [int(root.get(side)) for side in ("width", "height")]
    image = Image.open(io.BytesIO(plot.png(drawing.figure())))
    assert np.allclose(np.array(size) * plot.SCALE, image.size, atol=2)


def test_ink_stands_out_from_every_tint():
    """At least 7 to 1, what WCAG asks of small text."""

    def light(colour):
        rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    for tint in (*layout.TINTS, "#FFFFFF"):
        assert (light(tint) + 0.05) / (light(plot.INK) + 0.05) > 7
    for edge in layout.EDGES:  # lines and frames: 3 to 1
        assert 1.05 / (light(edge) + 0.05) > 3


def test_a_cell_shows_vector_fallback_and_words(monkeypatch):
    shown = []
    monkeypatch.setattr(plot, "display", lambda data, **more: shown.append((data, more)))
    d = Diagram(ALT)
    d.arrow(d.box("one", 0, 0), d.box("two", 1, 0), "goes to")
    d._ipython_display_()
    (data, more), (words, _) = shown
    assert set(data) == {"image/svg+xml", "image/png", "text/plain"}
    assert more["metadata"]["image/svg+xml"]["alt"] == more["metadata"]["image/png"]["alt"] == ALT
    assert ALT in words["text/html"] and repr(d) == ALT


def test_matrices_are_in_proportion_and_banded():
    d = Diagram(ALT)
    m = d.matrix("M", 0, 0, rows=3, cols=6, shape="(3, 6)", colours=(0, 1, 2))
    assert m.width == 2 * m.height
    assert len(d.ax.patches) == 3


def test_arrows_leave_and_arrive_at_the_edges():
    d = Diagram(ALT, column=100, row=100)
    one, two = d.box("one", 0, 0, width=40), d.box("two", 1, 1, width=40)
    assert one.edge(two.x, 0) == (23, 0)
    assert one.edge(0, two.y) == (0, 20)
    d.arrow(one, two, way="-|")
    (x, y), corner, (u, v) = d.ax.patches[-1].get_path().vertices[:3]
    assert np.allclose([(x, y), corner, (u, v)], [(23, 0), (100, 0), (100, 80)], atol=0.01)


def test_a_dashed_arrow_has_a_whole_head():
    d = Diagram(ALT)
    d.arrow(d.box("one", 0, 0), d.box("two", 1, 0), dashed=True)
    shaft, head = d.ax.patches[-2:]
    assert shaft.get_linestyle() != "solid" and head.get_linestyle() == "solid"
    np.testing.assert_allclose(shaft.get_path().vertices[-1], head.get_path().vertices[0])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda d: d.box("elsewhere", 0.1, 0), "lie on 'here'"),
        (lambda d: d.box("a long name", 1, 0, width=30), "has 30"),
        (lambda d: d.box("b", 1, 0, colour=9), "0 to 4, not 9"),
        (lambda d: d.arrow(d.here, d.box("b", 1, 0), way="round"), "-|, |-, not 'round'"),
        (lambda d: (d.box("b", 1, 0), d.arrow(d.here, d.box("c", 2, 0))), "across 'b'"),
        (lambda d: d.bracket([], "nothing"), "at least one thing"),
        (lambda d: d.matrix("too long a name", 1, 0, rows=2, cols=2), "has 24"),
    ],
)
def test_what_cannot_be_read_is_refused(wrong, told):
    d = Diagram(ALT)
    d.here = d.box("here", 0, 0)
    with pytest.raises(ValueError) as error:
        wrong(d)
    assert told in str(error.value)


def test_a_drawing_without_words_is_refused():
    with pytest.raises(ValueError, match="in words"):
        Diagram("")


def test_groups_and_brackets_stand_around_what_they_hold():
    d = Diagram(ALT)
    inside = [d.box("one", 0, 0), d.sign("+", 1, 0)]
    d.bracket(inside, "both")
    frame = d.group(d.solid, "a group")
    for node in d.solid:
        assert abs(node.x - frame.x) + node.width / 2 <= frame.width / 2
        assert abs(node.y - frame.y) + node.height / 2 <= frame.height / 2
    d.arrow(frame, d.box("out", 3, 0))
    assert d.svg()
