"""Lessons as pages for reading: whole in themselves, their answers folded, their formulas set."""

import re
import sys

import pytest

from course.authoring import checkout, formulas, pages, pairs, paper
from course.authoring.checkout import CourseError
from course.lessons import handout

STEMS = ("00_start_here", "01_linear_algebra", "02_inside_a_matrix")


@pytest.fixture(scope="module")
def made(root, tmp_path_factory):
    """The text of a lesson's page that has neighbours on both sides, and the folder."""
    folder = tmp_path_factory.mktemp("pages")
    pages.html(root, list(STEMS), folder)
    return (folder / f"{STEMS[1]}.html").read_text(encoding="utf-8"), folder


@pytest.mark.parametrize(
    ("formula", "parts"),
    [
        (r"\frac{a}{b}", ["<mfrac>"]),
        (r"\ln 64", ['<mi>ln</mi><mspace width="0.167em" /><mn>64</mn>']),
        (r"2\cos^2 x", ["<mn>2</mn><mspace", '</msup><mspace width="0.167em" /><mi>x</mi>']),
        (r"\ln(x)", ['<mi>ln</mi><mo stretchy="false">(</mo>']),
        (r"-\infty", ["<mo>−</mo><mi>∞</mi>"]),
        (r"\lVert o\rVert^2", ['<mo stretchy="false">‖</mo>', '<msup><mo stretchy="false">‖</mo>']),
        ("W_h := 1", ["</msub><mo>:=</mo><mn>1</mn>"]),
        ("f'(z)", ['<mrow><mi>f</mi><mo lspace="0" rspace="0">′</mo></mrow><mo']),
        (
            "f_o'",
            ['<msub><mrow><mi>f</mi><mo lspace="0" rspace="0">′</mo></mrow><mi>o</mi></msub>'],
        ),
        ("f'^2", ["<msup><mi>f</mi><mrow><mi>′</mi><mn>2</mn></mrow></msup>"]),
    ],
)
def test_a_formula_is_set(formula, parts):
    assert all(part in formulas.mathml(formula) for part in parts)


@pytest.mark.parametrize("formula", [r"\nonsense x", "{"])
def test_what_cannot_be_set_is_named(formula):
    with pytest.raises(CourseError, match=re.escape(formula)):
        formulas.mathml(formula)


def test_without_the_converter_it_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "latex2mathml.converter", None)
    with pytest.raises(CourseError, match="latex2mathml is needed"):
        formulas.mathml("x")


def test_a_formula_is_told_from_code():
    text = formulas.prose("Code is `$x$`, and $x$ is a formula.\n\n$$y = 2$$")
    assert text.count("<math") == 2 and 'display="block"' in text and "<code>$x$</code>" in text


def test_no_line_breaks_between_a_formula_and_its_full_stop():
    text = formulas.prose("If $x$, then $y$. And $z$ alone.\n\n$$a$$\n")
    kept = re.findall(r'<span class="kept">(<math.*?</math>.*?)</span>', text)
    assert [re.sub("<[^>]*>", "", part) for part in kept] == ["x,", "y."]


def test_every_formula_of_the_course_is_known(root):
    count = 0
    for stem in checkout.lessons(root):
        for cell in pairs.read_text(root, stem).cells:
            if cell.cell_type == "markdown":
                count += formulas.prose(cell.source).count("<math")
    assert count > 500


def test_a_page_is_whole_in_itself(made):
    text, _ = made
    assert not re.search(r"""(?:src|@import|url\()\s*=?\s*["']?(?:https?:)?//""", text)
    assert "<script src" not in text and "<link" not in text and "onerror" not in text
    assert "course-asleep" not in text and "$$" not in text


def test_every_picture_has_its_words(made):
    text, _ = made
    pictures = re.findall(r"<img[^>]*>", text)
    assert pictures
    for picture in pictures:
        assert len(re.search(r'alt="([^"]*)"', picture)[1].split()) > 2


def test_what_a_prediction_reveals_is_folded(made):
    text, _ = made
    assert text.count("Decide for yourself") >= 3
    seen = re.sub(r"<details.*?</details>", "", text, flags=re.DOTALL)
    assert "Measured" in text and "Measured" not in seen
    assert ".reveal(" not in re.sub(r"<[^>]*>", "", seen)


def test_a_page_leads_on_and_back_and_to_the_contents(made):
    text, folder = made
    for stem in (STEMS[0], STEMS[2], "index"):
        assert text.count(f'href="{stem}.html"') == 2
    first = (folder / f"{STEMS[0]}.html").read_text(encoding="utf-8")
    assert 'rel="prev"' not in first and 'rel="next"' in first
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert [stem for stem in STEMS if f'href="{stem}.html"' in index] == list(STEMS)
    assert "12_attention" not in index


def test_no_page_leads_to_one_that_was_not_written(made):
    for file in made[1].iterdir():
        text = file.read_text(encoding="utf-8")
        assert set(re.findall(r'href="([0-9]{2}_\w+)\.html', text)) <= set(STEMS)
        assert ".ipynb" not in "".join(re.findall(r'href="[^"]*"', text))


def test_exercises_stand_as_they_are(made, root):
    text, _ = made
    cells = pairs.read_notebook(root, STEMS[1]).cells
    asked = sum(".check(" in cell.source for cell in cells)
    assert text.count("In JupyterLab this says what is right in your answer") == asked > 0
    heading = handout.stamped("### Exercise: `mean_square`", STEMS[1]).partition(" · ")[0]
    assert f"<h3>{heading.removeprefix('### ')}" in re.sub(r'<h3 id="[^"]*"', "<h3", text)


def test_a_page_and_the_course_keep_the_same_figures_light(root):
    custom = root / "src/course/command/lab_settings/custom/custom.css"
    words = re.findall(r"\[alt\*='(\w+)' i\]", custom.read_text(encoding="utf-8"))
    assert tuple(words) == pages.SHADES


def test_without_a_browser_printing_says_what_is_missing(root, tmp_path, monkeypatch):
    monkeypatch.setattr(paper, "browser", lambda: None)
    with pytest.raises(CourseError, match="Chromium or Chrome is needed"):
        paper.pdf(root, [STEMS[0]], tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_link_to_an_exercise_leads_to_its_place(made, root):
    notebook = pairs.read_notebook(root, STEMS[1])
    id = "exercise-probabilities"
    notebook.cells[0].source += f"\n\n[There]({STEMS[0]}.ipynb#cell-id={id})"
    text = pages.page(notebook, handout.Place(STEMS[1]), list(STEMS))
    assert f'<a href="{STEMS[0]}.html#{id}">There</a>' in text
    first = (made[1] / f"{STEMS[0]}.html").read_text(encoding="utf-8")
    assert f'<section class="prose" id="{id}">' in first


def test_the_map_of_a_page_leads_to_lessons_and_counts_nothing(made):
    first = (made[1] / f"{STEMS[0]}.html").read_text(encoding="utf-8")
    drawn = first[first.index("Map of the course") : first.index("Questions to answer")]
    assert all(f'<a href="{stem}.html"><b>' in drawn for stem in STEMS)
    assert not re.search(r"\d of \d|solved|Begin with", drawn)


def test_a_page_says_how_its_lesson_is_opened_and_asks_for_nothing_that_it_cant_do(root):
    asked = re.compile(
        r"Shift \+ Enter|Kernel|[Pp]ress |cell again|Run All|\.hint\(|[Bb]utton|not started"
        r"|Slide |Move the|Replace the dots|run it again"
    )
    for stem in checkout.lessons(root):
        text = pages.page(pairs.read_notebook(root, stem), handout.Place(stem), [stem])
        shown = " ".join(
            re.sub(r"<style.*?</style>|<script.*?</script>", "", text, flags=re.S).split()
        )
        line = re.search(r'<p class="runs">(.*?)</p>', shown)[1]
        assert line.startswith("This page is for reading.")
        assert f"<code>python start.py lab {stem[:2]}</code>" in line
        words = re.sub(r"<[^>]*>", "", shown.replace(line, ""))
        assert not asked.findall(words), [
            words[m.start() - 80 : m.end()] for m in asked.finditer(words)
        ]
