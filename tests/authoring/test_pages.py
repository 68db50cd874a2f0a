"""Lessons as pages for reading: whole in themselves, their answers folded, their formulas set."""

import base64
import re
import symtable
import sys

import pytest

from course import cards, lessons
from course.authoring import checkout, formulas, listings, pages, pairs, paper, shown, ways
from course.authoring.checkout import CourseError
from course.lessons import handout

PHONE = 390  # pixels
BAR = '<mo stretchy="false" lspace="0" rspace="0">{}</mo>'
STEMS = ("00_start_here", "01_linear_algebra", "02_inside_a_matrix")


@pytest.fixture(scope="module")
def made(root, tmp_path_factory):
    """The text of a lesson's page that has neighbours on both sides, and the folder."""
    folder = tmp_path_factory.mktemp("pages")
    pages.html(root, list(STEMS), folder)
    return (folder / f"{STEMS[1]}.html").read_text(encoding="utf-8"), folder


@pytest.fixture(scope="module")
def every(root):
    """The page of each lesson, without the bytes of its pictures, a style or a script."""
    left = re.compile(r"<style.*?</style>|<script.*?</script>|base64,[^\"]*", re.DOTALL)
    stems = checkout.lessons(root)
    return {
        place.stem: left.sub("", pages.page(pairs.read_notebook(root, place.stem), place, stems))
        for place in pages.places(stems)
    }


def opened(text):
    """What of a page is seen while all that folds is closed."""
    inner = re.compile(r"<details(?:(?!<details).)*?</details>", re.DOTALL)
    while text != (text := inner.sub("", text)):
        pass
    return text


@pytest.mark.parametrize(
    ("formula", "parts"),
    [
        (r"\frac{a}{b}", ["<mfrac>"]),
        (r"\ln 64", ['<mi>ln</mi><mspace width="0.167em" /><mn>64</mn>']),
        (r"2\cos^2 x", ["<mn>2</mn><mspace", '</msup><mspace width="0.167em" /><mi>x</mi>']),
        (r"\ln(x)", ['<mi>ln</mi><mo stretchy="false">(</mo>']),
        (r"-\infty", ['<mo form="prefix">−</mo><mi>∞</mi>']),
        ("(-2, 0)", ['(</mo><mo form="prefix">−</mo><mn>2</mn>']),
        ("x = -y", ['=</mo><mo form="prefix">−</mo><mi>y</mi>']),
        ("f(x)-2", [")</mo><mo>−</mo><mn>2</mn>"]),
        (r"a\,\partial z", ["<mi>∂</mi><mi>z</mi>"]),
        (r"\lVert o\rVert^2", [f"<mi>o</mi><msup>{BAR.format('‖')}"]),
        (r"\lVert v\rVert\cos a", ['‖</mo><mspace width="0.167em" /><mi>cos</mi>']),
        ("50{,}257", ['<mn>50</mn><mrow><mo lspace="0" rspace="0">,</mo></mrow><mn>257</mn>']),
        ("-|x|", [f"{BAR.format('|')}<mi>x</mi>{BAR.format('|')}"]),
        (r"d \pm 1", ["<mo>±</mo>"]),
        ("a/b", ['<mi>a</mi><mo lspace="0" rspace="0">/</mo><mi>b</mi>']),
        ("W_h := 1", ["</msub><mo>:=</mo><mn>1</mn>"]),
        ("f'(z)", ['<mrow><mi>f</mi><mo lspace="0" rspace="0">′</mo></mrow><mo']),
        (
            "f_o'",
            [
                '<msub><mrow><mi>f</mi><mpadded width="0"><mo lspace="0" rspace="0">′</mo>'
                "</mpadded></mrow><mi>o</mi></msub>"
            ],
        ),
        ("f'^2", ["<msup><mi>f</mi><mrow><mi>′</mi><mn>2</mn></mrow></msup>"]),
    ],
)
def test_a_formula_is_set(formula, parts):
    assert all(part in formulas.mathml(formula) for part in parts)


def test_a_fraction_of_numbers_is_set_in_its_line_unless_it_would_take_in_a_factor():
    for formula in (r"(\frac12, \tfrac{3}{4})", r"\frac{1}{16}", r"-\frac12 \cdot 3"):
        assert "<mfrac>" not in formulas.mathml(formula)
    for formula in (r"\frac12 x", r"\tfrac{3}{4} \ln 3", r"\frac12 \left(a\right)", r"\frac{a}{2}"):
        assert "<mfrac>" in formulas.mathml(formula)
    assert "<mfrac>" in formulas.mathml(r"(\frac12, 0)", display=True)


@pytest.mark.parametrize("formula", [r"\nonsense x", "{"])
def test_what_cannot_be_set_is_named(formula):
    with pytest.raises(CourseError, match=re.escape(formula)):
        formulas.mathml(formula)


def test_without_the_converter_it_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "latex2mathml.converter", None)
    with pytest.raises(CourseError, match="latex2mathml is needed"):
        formulas.mathml("x")


def test_a_formula_is_told_from_code():
    text = formulas.prose("Code is `$x$`, and $x$ is a formula.\n\n$$y^2$$")
    assert text.count("<math") == 2 and 'display="block"' in text and "<code>$x$</code>" in text


def test_a_formula_may_end_a_line_at_a_wide_space_and_before_a_relation():
    """Not inside brackets; and a relation that begins a line keeps its space."""
    made = formulas.mathml(r"z = (a = b)^2 - 1 \le 0, \quad P(x = 1) \to c", display=True)
    inner = made.removeprefix('<span class="formula"><span>').removesuffix("</span></span>")
    parts = [part.split("<wbr>") for part in inner.split("</span><span>")]
    told = [["".join(re.sub("<[^>]*>", "", one).split()) for one in part] for part in parts]
    assert told == [["z", "=(a=b)2−1", "≤0,"], ["P(x=1)", "→c"]]
    begins = [re.sub(r"<math[^>]*><mrow>", "", one) for part in parts for one in part[1:]]
    assert all(one.startswith('<mo form="infix">') for one in begins)


def test_no_line_breaks_between_a_formula_and_its_full_stop():
    text = formulas.prose("If $x$, then $y$. And $z$ alone.\n\n$$a$$\n")
    kept = re.findall(r'<span class="kept">(<math.*?</math>.*?)</span>', text)
    assert [re.sub("<[^>]*>", "", part) for part in kept] == ["x,", "y."]


def test_no_line_breaks_at_a_sign_of_equality_and_code_stays_as_it_is():
    """A few words of code stay in one line, as they are, and in more of them an option."""
    long = "x = 3 where y is at least 4"
    text = formulas.prose(f"At D = 4 it is 8 %, as `x = 3` and `{long}` say.")
    assert "D\xa0=\xa04" in text and "8\xa0%" in text and '<code class="kept">x = 3</code>' in text
    assert f"<code>{long}</code>" in text
    text = formulas.prose("`course train --out mine --minutes 10`")
    assert '<span class="kept">--out</span> mine <span class="kept">--minutes</span> 10' in text
    assert formulas.kept("(97, 98), −(1, −2.5)") == "(97,\xa098), −(1,\xa0−2.5)"
    assert " " not in formulas.kept("<p>(a, b)").removeprefix("<p>")
    assert formulas.kept("(one, of some long words)") == "(one, of some long words)"


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
    """Its first panel says what all of them show."""
    text, _ = made
    pictures = re.findall(r'<div class="figure[^>]*>(<img[^>]*>)', text)
    assert 0 < len(pictures) == text.count('<div class="figure')
    for picture in pictures:
        assert len(re.search(r'alt="([^"]*)"', picture)[1].split()) > 2


def test_what_a_prediction_reveals_is_folded(made):
    text, _ = made
    assert text.count("Decide for yourself") >= 3
    seen = opened(text)
    assert "Measured" in text and "Measured" not in seen
    assert ".reveal(" not in re.sub(r"<[^>]*>", "", seen)


def test_between_a_question_and_the_fold_that_answers_it_nothing_was_said(every):
    """What came out, its figures and what explains them: one fold, which leads back."""
    count = 0
    for stem, text in every.items():
        marked = text.replace('<details class="answer"', '<hr><details class="answer"')
        asked = re.split('<b class="asked" id="asked-', opened(marked))[1:]
        for n, part in enumerate(asked, 1):
            before, mark, _ = part.partition("<hr>")
            assert mark and before.startswith(f'{n}">'), (stem, before[:80])
            assert 'class="said"' not in before.rpartition("<h")[2], (stem, before[:80])
        back = re.findall(r'<a class="paper" href="#asked-(\d+)" data-sheet=', text)
        assert back == [str(n) for n in range(1, len(asked) + 1)], stem
        count += len(asked)
    assert count > 50


def test_open_code_reads_no_name_that_only_a_fold_binds(root):
    """What answers a question may be closed: what follows it does without."""
    for stem in checkout.lessons(root):
        told: set[str] = set()
        cells = shown.ready(pairs.read_notebook(root, stem), stem).cells
        for cell in (cell for cell in cells if cell.cell_type == "code"):
            code = symtable.symtable(cell.source, cell.id, "exec")
            binds = {name.get_name() for name in code.get_symbols() if name.is_assigned()}
            if cell.metadata.page.told:
                told |= binds
                continue
            told -= binds
            assert cell.metadata.page.fold or not shown._read(code) & told, (stem, cell.source[:80])


def test_no_section_and_no_exercise_is_folded(every):
    """With what answers a question none of them is, wherever its cell ends."""
    for stem, text in every.items():
        seen = opened(text)
        assert re.findall("<h[1-4][^>]*>", seen) == re.findall("<h[1-4][^>]*>", text), stem


def test_an_answer_leads_to_its_question_and_bears_it(every):
    head = re.compile(
        r'id="(?:answer|hints)-(\d+)"><summary>'
        r'<span [^>]*><a href="#question-(\d+)">(.*?)</a></span> '
        r'<a [^>]*href="#question-\1"',
        re.DOTALL,
    )
    for text in every.values():
        sent = re.findall(r'id="question-(\d+)" href="#(?:answer|hints)-(\d+)"', text)
        heads = head.findall(text)
        numbers = [(str(n), str(n)) for n in range(1, len(sent) + 1)]
        by_number = sorted(heads, key=lambda head: int(head[0]))
        assert sent == numbers == [(there, back) for there, back, _ in by_number]
        assert not any("<a" in question for *_, question in heads)
    *_, last = told = [question for *_, question in head.findall(every[STEMS[0]])]
    assert told[0].startswith("Exercise 0.1")
    assert last.startswith("The model has <math") and last.endswith("fill?")


def test_without_a_question_an_answer_bears_the_name_of_its_section():
    fold = "<details><summary>The lines</summary>x</details>"
    text = ways.numbered(f"<h3>Exercise 1.2 · <code>f</code> · difficulty 3</h3><p>y</p>{fold}")
    assert ">Exercise 1.2 · f</a></span>" in text and " <span>The lines</span>" in text
    text = ways.numbered(f"<h3>Exercise 1.2</h3><p>Move it. Why is it <em>so</em>?</p>\n{fold}")
    assert '">Move it. Why is it <em>so</em>?</a></span>' in text
    assert re.search(r'so</em>\? <a class="paper sends"[^>]*>[^<]*</a></p>', text)  # in its line


def test_of_a_long_story_an_answer_bears_the_question_alone():
    def heads(story):
        item = f"<li><p>{story}Why is it <em>so</em>?</p>\n"
        text = ways.numbered(f"<ul>{item}<details><summary>Answer</summary>x</details></li></ul>")
        return re.search(r'<span class="paper"><a href="#question-1">(.*?)</a></span>', text)[1]

    assert heads("One <em>run</em> more. " * 20) == "Why is it <em>so</em>?"
    assert heads("One <em>run</em> more. ") == "One <em>run</em> more. Why is it <em>so</em>?"


def test_every_section_has_an_id_and_a_place_in_the_contents(every):
    for text in every.values():
        ids = re.findall(r'\bid="([^"]*)"', text)
        assert len(ids) == len(set(ids))
        listed = re.search(r'<nav class="contents".*?</nav>', text, re.DOTALL)
        sections = re.findall(r'<h[23] id="([^"]*)"', text)
        rungs = [f"hints-{n}-at-the-end" for n in (1, 2, 3)]
        assert sections[-6:] == ["hints-at-the-end", *rungs, "at-the-end", "imports-at-the-end"]
        sections = [id for id in sections if id not in rungs]
        assert "<h2" not in text[: listed.start()]
        assert sections == re.findall(r'href="#([^"]*)"', listed[0]) and len(sections) > 4
        assert not re.search("<h[23]>", text)


def test_a_lesson_named_in_prose_is_led_to_where_its_page_is_written(made, every):
    text, _ = made
    number = '<span class="paper">00\xa0·\xa0</span>'  # by which prints are filed
    assert f'lesson <a href="{STEMS[0]}.html">{number}<em>Start here</em></a>' in text
    assert "lesson <em>Backpropagation</em>" in " ".join(text.split())  # not written with it
    number = number.replace("00", "06")
    assert f'<a href="06_mlp_backprop.html">{number}<em>Backpropagation</em></a>' in every[STEMS[1]]
    for stem, page in every.items():
        assert f'href="{stem}.html"><span class="paper">' not in page
        prose = re.sub("<summary>.*?</summary>", "", page, flags=re.DOTALL)
        assert not re.search(r"[Ll]essons?\s+<em>", prose), stem


def test_what_a_figure_cannot_do_here_is_said_above_it_and_at_which_settings_it_was_drawn(every):
    said = []
    for text in every.values():
        for after in text.split("In JupyterLab this figure moves")[1:]:
            told, figure = re.match(r"(.*?)</div></div>\s*<div class=\"(figure)?", after).groups()
            assert figure
            said.append(told)
    assert len(said) > 20
    assert sum("drawn with" in told for told in said) > 0.9 * len(said)  # or all is written on it
    settings = ". Here it stands still, drawn with D: 64; temperature: 1; divided: off."
    assert settings.replace(": ", ":\xa0") in said


def test_each_line_of_code_may_be_wrapped_behind_its_indent_and_nothing_else_changes():
    source = "if x:\n    y = 1\n\nz = 2\n"
    text = listings.code(source)
    assert text.count('<span class="line inner wraps" style="--in:4ch">') == 1
    assert text.count('<span class="line wraps" style="--in:0ch">') == 2
    assert listings.lines("\n") == '<span class="line blank">\n</span>'
    assert re.sub("<[^>]*>", "", text).strip() == source.strip()


def test_a_statement_begins_where_nothing_is_open():
    """There a sheet of paper may end, and nowhere else while it can be helped."""
    kinds = re.findall('<span class="(line[^"]*)"', listings.lines("f(\n    1,\n)\n\ng()\n"))
    begins = [not {"inner", "blank"} & set(kind.split()) for kind in kinds]
    assert begins == [True, False, False, False, True]
    kinds = listings.lines("@f\ndef g(): ...\ntry:\n    g()\nexcept E:\n    g()\nelsewhere()\n")
    begins = ["inner" not in kind for kind in re.findall('<span class="(line[^"]*)"', kinds)]
    assert begins == [True, False, True, False, False, False, True]


def test_a_long_line_may_break_where_no_name_is_torn():
    text = listings.code("z = layers.affine(a[-1], 0.5)")
    parts = [re.sub("<[^>]*>", "", part).strip() for part in text.split("<wbr>")]
    assert parts == ["z = layers.", "affine(", "a[", "-1], 0.5)"]


def test_no_line_of_a_heading_ends_at_a_hyphen(every):
    text = every["03_probability"]
    assert 'What is a <span class="kept">test-set</span> number worth?</h2>' in text
    assert '">What is a test-set number worth?</a>' in text  # in the contents


def test_what_is_a_little_too_wide_for_a_phone_has_smaller_letters():
    """Not what is a little wider still: its letters couldn't be read."""
    looks = [listings.printed("&lt;" + "x" * n).partition(">")[0] for n in (45, 46, 50, 51)]
    small = '<pre class="said" style="--wide:{}"'
    plain = '<pre class="said"'
    assert looks == [plain, small.format(47), small.format(51), plain]
    assert '<pre style="--wide:48">' in listings.code("x" * 48)


def test_code_to_read_has_no_words_for_a_formatter_or_for_a_picture(every):
    for stem, text in every.items():
        code = re.sub("<[^>]*>", "", "".join(re.findall("<pre>.*?</pre>", text, re.DOTALL)))
        assert "# fmt:" not in code and "alt=" not in code, stem


def test_a_drawing_is_cut_as_its_picture_is(root):
    """Each window shows its own part, and together they show the whole."""
    cells = pairs.read_notebook(root, "02_inside_a_matrix").cells
    output = next(
        o for c in cells for o in c.get("outputs", []) if "image/svg+xml" in o.get("data", {})
    )
    views = [
        re.search('viewBox="([^"]*)"', base64.b64decode(piece.picture).decode())[1].split()
        for piece in pages.panels_of(output)
    ]
    (left, *_, width, _), (begins, *_, rest, _) = views
    assert left == "0" and begins == width
    assert int(width) + int(rest) in range(620, 623)


def test_a_phone_shows_each_panel_whole_with_letters_that_can_be_read(every):
    """Its least letters have 12.5 px at 9 points, and 8.5 where it is as wide as a phone."""
    piece = re.compile(r'<img [^>]*style="--width:(\d+);[^>]*"(?! class="foot")')
    for stem, text in every.items():
        widths = [int(width) for width in piece.findall(text)]
        assert widths and 0.68 * max(widths) <= PHONE, stem


def test_no_line_of_a_heading_begins_with_a_point(every):
    heads = re.findall(r"<h[23][^>]*>(.*?)</h[23]>", "".join(every.values()), re.DOTALL)
    assert any("\N{NO-BREAK SPACE}· " in head for head in heads)
    assert [head for head in heads if " ·" in head] == []


def test_of_panels_that_may_stand_under_each_other_no_text_says_left_or_right(every):
    side = re.compile(r"\b(?:Left|Right|[Oo]n the (?:left|right))\b")
    figure = re.compile(
        r'(<div class="figure[^>]*><img[^>]*><img.*?<section class="prose[^>]*>.*?)</section>',
        re.DOTALL,
    )
    told = [(stem, text) for stem, page in every.items() for text in figure.findall(page)]
    assert len(told) > 20
    assert [(stem, side.findall(text)) for stem, text in told if side.search(text)] == []


def test_what_answers_an_exercise_is_folded_and_bears_its_name(every):
    text = every["09_training_runs"]
    assert "what was changed" in text and "what was changed" not in opened(text)
    *_, fold = text.partition("what was changed")[0].rpartition('<details class="answer"')
    assert "name_the_fault" in re.sub("<[^>]*>", "", fold.partition("</summary>")[0])


@pytest.mark.parametrize(
    ("stem", "words"),
    [
        ("07_initialization", "measured loss"),
        ("08_optimizers", "3.8 times as high"),
        ("11_tokenization", "15 tokens"),
        ("12_attention", "Two layers can do it for themselves"),
        ("14_generation", "the model expects 1.39"),
    ],
)
def test_what_comes_after_the_answer_and_repeats_it_is_folded(every, stem, words):
    assert words in every[stem] and words not in opened(every[stem])


def test_a_card_says_unit_and_range_of_what_it_asks_for(made):
    first = (made[1] / f"{STEMS[0]}.html").read_text(encoding="utf-8")
    card = first[first.index("how many never occur?</b>") :].partition("</div></div>")[0]
    assert "From 0 to 100\xa0%. Decide for yourself" in card


def test_code_that_is_folded_is_needed_where_open_code_reads_its_names(every):
    """Paper shows what a lesson imports and the data it loads; what only draws it leaves out."""
    for text in every.values():
        assert '<details class="source needed"><summary>What this lesson imports' in text
    drawn = '<details class="source{}"><summary>Code of the figure'
    assert drawn.format(" needed") in every["06_mlp_backprop"]  # it loads the digits
    assert drawn.format("") in every[STEMS[0]] and drawn.format(" needed") not in every[STEMS[0]]


def test_no_bar_of_progress_is_left_on_a_page(every):
    """Nor what held nothing else."""
    for text in every.values():
        assert not re.search(r'<pre class="said[^>]*>([^<]*<span[^>]*>[^<]*█|</pre>)', text)


def test_the_contents_say_how_long_each_lesson_takes(made):
    index = (made[1] / "index.html").read_text(encoding="utf-8")
    assert len(re.findall(r"About \d+ minutes", index)) == len(STEMS)


def test_a_page_leads_on_and_back_and_to_the_contents(made):
    text, folder = made
    ways_on = "".join(re.findall(r'<nav[^>]* class="way".*?</nav>', text, re.DOTALL))
    for stem in (STEMS[0], STEMS[2], "index"):
        assert ways_on.count(f'href="{stem}.html"') == 2
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
    assert text.count("In JupyterLab your answer is checked here") == asked > 0
    heading = handout.stamped("### Exercise: `mean_square`", STEMS[1]).partition(" · ")[0]
    assert f"<h3>{heading.removeprefix('### ')}" in re.sub(r'<h3 id="[^"]*"', "<h3", text)


def test_hints_are_folded_each_in_the_one_before_under_the_name_of_their_exercise(every):
    """Whoever opens one sees where the next is, and not what it says."""
    text = every["06_mlp_backprop"]
    hints = lessons.Lesson("mlp_backprop").asked[1].hints
    ladder = text[
        text.index('<details class="hints"', text.index('id="exercise-affine_backward"')) :
    ]
    told = re.sub("<[^>]*>", " ", ladder.partition("</summary>")[0])
    assert " ".join(told.split()) == "Exercise 6.2 · affine_backward Hint 1 of 3"
    folds = re.split("<details[^>]*>", ladder)[1:4]
    for hint, fold in zip(hints[:-1], folds[:-1], strict=True):
        assert cards.prose(hint) in fold.replace("\N{NO-BREAK SPACE}", " ")
    assert listings.code(hints[-1]) in folds[-1]
    assert folds[2].count("</details>") >= 3 and not any("</details>" in one for one in folds[:2])
    asked = sum(len(one.asked) for one in lessons.lessons())
    assert sum(page.count('<details class="hints"') for page in every.values()) == asked


def test_a_page_says_of_no_thing_that_nothing_of_it_is_yours(root, every):
    line = re.compile(r"Your [\w ]+: 0 of \d+ parts")
    for stem, text in every.items():
        assert not line.search(text) and "credit(" not in re.sub("<[^>]*>", "", text), stem
    stored = (root / "notebooks" / f"{STEMS[0]}.ipynb").read_text(encoding="utf-8")
    assert line.search(stored)


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
    drawn = first[first.index('id="course-map"') : first.index('id="questions"')]
    assert all(f'<a href="{stem}.html"><b>' in drawn for stem in STEMS)
    assert not re.search(r"\d of \d|solved|Begin with", drawn)


def test_a_page_says_how_its_lesson_is_opened_and_asks_for_nothing_that_it_cant_do(every):
    asked = re.compile(
        r"Shift \+ Enter|Kernel|[Pp]ress |cell again|Run All|\.hint\(|[Bb]utton|not started"
        r"|Slide |Move the|Move each|Type a |Draw a digit|Replace the dots|run it again"
        r"|README|0 of \d+ parts"
    )
    for stem, text in every.items():
        shown = " ".join(text.split())
        line = re.search(r'<p class="runs">(.*?)</p>', shown)[1]
        assert (
            ">This page is for reading; its results are those of the course's own code.</span>"
            in line
        )
        assert f"<code>python start.py lab {stem[:2]}</code>" in line
        words = re.sub(r"<[^>]*>", "", shown.replace(line, ""))
        assert not asked.findall(words), [
            words[m.start() - 80 : m.end()] for m in asked.finditer(words)
        ]
