"""The lessons as pages to read: no kernel, no network, narrow and wide, dark and on paper."""

import re
from pathlib import Path

import barriers
import pytest

from course.authoring import pages, pairs, paper

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
_SHEET = re.compile(rb"(\d+) 0 obj\s*<</Type /Page\s")
_PLACE = re.compile(rb"/((?:answer|hints|question)-\d+) \[(\d+) 0 R")
PUSHED = """() => {
    dispatchEvent(new Event('resize'));  // what is wide is looked for again
    const moves = e => /auto|scroll|hidden/.test(getComputedStyle(e).overflowX);
    const wide = e => e.scrollWidth > e.clientWidth + 1 && e.checkVisibility() && moves(e);
    const signed = e => e.matches('math.more, .formula.more');
    return [...document.querySelectorAll('main :not(math *)')].filter(
        e => wide(e) && !signed(e)).map(e => e.outerHTML.slice(0, 200));
}"""

SCALES = """[...document.querySelectorAll('.figure')].map(figure =>
    [...figure.querySelectorAll('img:not(.foot)')].map(
        i => i.clientWidth / i.getAttribute('width')))
    .filter(scales => Math.max(...scales) - Math.min(...scales) > .02)"""  # panels of two sizes

TOUCHED = """[...document.querySelectorAll('summary, .way a, .contents a')].filter(
    e => e.getClientRects().length && e.getBoundingClientRect().height < 43.9)
    .map(e => e.innerText)"""  # a finger needs 44 px


TORN = """() => {
    const lines = e => {
        const range = document.createRange(), look = getComputedStyle(e);
        range.selectNodeContents(e);
        return Math.round(range.getBoundingClientRect().height / parseFloat(look.lineHeight));
    };
    const most = e => e.matches('th') ? 3 : /^[−+]?\\d.{0,23}$/.test(e.innerText) ? 1 : 99;
    return [...document.querySelectorAll('table:not(.stacked) :is(th, td)')].filter(
        e => e.checkVisibility() && lines(e) > most(e)).map(e => e.innerText);
}"""  # a value in one line, a head in three


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The lessons as pages of HTML."""
    folder = tmp_path_factory.mktemp("pages")
    pages.html(ROOT, [path.stem for path in NOTEBOOKS], folder)
    return folder


@pytest.fixture
def reader(browser, exported, request):
    """A page of a browser without a network; what it asks for elsewhere is in `asked`."""
    page = browser.new_page()
    page.asked = []
    page.route("http*://**", lambda route: (page.asked.append(route.request.url), route.abort()))
    yield page
    page.close()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_an_export_is_read_narrow_wide_dark_and_on_paper(path, reader, exported):
    """No kernel, no network: every picture is there, nothing is cut, no barrier is found."""
    cells = pairs.read_notebook(ROOT, path.stem).cells
    shown = [cell for cell in cells if "lab" not in cell.metadata.get("tags", [])]
    wanted = sum("image/png" in o.get("data", {}) for c in shown for o in c.get("outputs", []))
    reader.goto((exported / f"{path.stem}.html").as_uri())
    reader.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert reader.evaluate("[...document.images].every(i => i.naturalWidth > 0 && i.width > 0)")
    alts = reader.evaluate("[...document.querySelectorAll('.figure')].map(f => f.children[0].alt)")
    assert len(alts) == wanted and all(len(alt.split()) > 2 for alt in alts)
    for width, scheme in ((390, "dark"), (1280, "light")):
        reader.set_viewport_size({"width": width, "height": 900})
        reader.emulate_media(color_scheme=scheme)
        assert reader.evaluate("document.documentElement.scrollWidth") == width
        if width == 390:
            assert reader.evaluate(PUSHED) == []
            assert reader.evaluate(TORN) == []
            tops = "[...document.querySelectorAll('.way')].map(e => e.offsetHeight)"
            assert max(reader.evaluate(tops)) < 70  # one row
            shares = "[...document.images].map(i => i.clientWidth / i.getAttribute('width'))"
            assert min(reader.evaluate(shares)) >= 0.68  # of a letter's least 9 points, 8.5 px
            assert reader.evaluate(SCALES) == []
            assert reader.evaluate(TOUCHED) == []
            holes = """[...document.querySelectorAll('[role=listitem]')].filter(e =>
                e.getBoundingClientRect().bottom
                > e.lastElementChild.getBoundingClientRect().bottom + 20).map(e => e.innerText)"""
            assert reader.evaluate(holes) == []
    reader.emulate_media(media="print")
    reader.set_viewport_size({"width": 673, "height": 900})  # A4 between its margins
    cut = """[...document.querySelectorAll('pre, .figure, .card, .formula, math')].filter(
        e => e.offsetParent && e.scrollWidth > e.clientWidth + 1)
        .map(e => e.outerHTML.slice(0, 300))"""
    assert reader.evaluate(cut) == []
    beside = """[...document.querySelectorAll('main, main *')].filter(e => e.checkVisibility()
        && e.getBoundingClientRect().right > document.body.getBoundingClientRect().right + 1)
        .map(e => e.outerHTML.slice(0, 300))"""
    assert reader.evaluate(beside) == []  # or a browser prints all sheets smaller
    unmarked = """[...document.querySelectorAll('.line')].filter(e => e.offsetParent
        && e.offsetHeight > 1.9 * parseFloat(getComputedStyle(e).lineHeight)
        && getComputedStyle(e, '::before').backgroundImage === 'none').map(e => e.innerText)"""
    assert reader.evaluate(unmarked) == []
    sizes = "[...document.querySelectorAll('main pre')].map(e => getComputedStyle(e).fontSize)"
    assert len(set(reader.evaluate(sizes))) == 1
    no_barrier(reader)
    assert reader.asked == []


def test_a_formula_takes_the_free_width_and_fades_only_while_it_goes_on(reader, exported):
    """At 1280 px it has one line; on a narrow page several; what goes on says so, until its end."""
    fades = """e => ['maskImage', 'backgroundImage'].some(
        look => getComputedStyle(e)[look].includes('gradient'))"""
    reader.goto((exported / "06_mlp_backprop.html").as_uri())
    formulas = reader.locator(".formula:visible").all()
    formula = max(formulas, key=lambda one: one.locator("math").count())  # of the most parts
    heights = []
    for width in (1280, 390):
        reader.set_viewport_size({"width": width, "height": 900})
        assert formula.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
        assert reader.locator("math.more, .formula.more, p.more").count() == 0
        heights.append(formula.bounding_box()["height"])
    assert heights[1] > 1.7 * heights[0]
    reader.set_viewport_size({"width": 100, "height": 900})
    for at, classes in (("0", ["more"]), ("9", ["less", "more"]), ("e.scrollWidth", ["less"])):
        formula.evaluate(f"e => {{ e.scrollLeft = {at}; }}")
        told = "([e, all]) => ['less', 'more'].filter(c => e.classList.contains(c)).join() === all"
        reader.wait_for_function(told, arg=[formula.element_handle(), ",".join(classes)])
        assert formula.evaluate(fades)
    formula.evaluate("e => { e.style.maxWidth = `${e.scrollWidth - 5}px`; }")
    reader.evaluate("dispatchEvent(new Event('resize'))")
    assert formula.evaluate("e => e.className") == "formula"  # a few pixels hide nothing


def test_the_contents_stay_in_sight(reader, exported):
    """Narrow they are a bar, which opens over the page and shuts at a link; wide, a column.

    They tell where the page is.
    """
    reader.set_viewport_size({"width": 390, "height": 900})
    reader.goto((exported / f"{NOTEBOOKS[6].stem}.html").as_uri())
    bar, head = reader.locator(".contents"), reader.locator(":target")
    opened = reader.locator(".contents > details[open]")
    reader.evaluate("scrollTo(0, 9000)")
    assert bar.bounding_box()["y"] == 0 and opened.count() == 0
    before = reader.evaluate("document.documentElement.scrollHeight")
    reader.locator(".contents summary").click()
    assert reader.evaluate("document.documentElement.scrollHeight") == before
    reader.locator(".contents a").nth(5).click()
    assert opened.count() == 0
    below = bar.bounding_box()["height"]
    assert below <= head.bounding_box()["y"] < below + 60
    told = "words => document.querySelector('.contents summary').dataset.at === words"
    reader.wait_for_function(told, arg=head.inner_text())
    reader.set_viewport_size({"width": 1280, "height": 900})
    reader.locator(".contents > details[open]").wait_for()
    reader.locator(".contents a").nth(3).click()
    assert 0 < head.bounding_box()["y"] < 60 and opened.count() == 1
    reader.locator(".contents a").nth(3).and_(reader.locator("[aria-current=true]")).wait_for()
    assert 0 < reader.locator(".contents li").first.bounding_box()["y"] < 100
    right = "Math.max(...[...document.querySelectorAll('main > section *')].map("
    right += "e => e.getBoundingClientRect().right))"
    assert reader.evaluate(right) < reader.locator(".contents ul").bounding_box()["x"]


def no_barrier(reader) -> None:
    """Ask axe-core, narrow and dark, then wide and light.

    Tokens of code and formulas are many: the first of each kind is kept.
    """
    reader.emulate_media(media="screen")
    reader.evaluate(
        """() => {
            const seen = new Set();
            for (const part of document.querySelectorAll('pre span, math')) {
                let kind = '';
                for (let e = part; e; e = e.parentElement) kind += `${e.localName}.${e.className} `;
                if (seen.has(kind)) part.replaceWith(part.textContent);
                seen.add(kind);
            }
        }"""
    )
    for width, scheme in ((390, "dark"), (1280, "light")):
        reader.set_viewport_size({"width": width, "height": 900})
        reader.emulate_media(color_scheme=scheme)
        for asked in (barriers.barriers, barriers.pale):
            found = asked(reader, "html")
            assert not found.response["violations"], f"{scheme}:\n{found.generate_report()}"


def test_a_lesson_is_printed(browser, reader, exported):
    """One PDF, of a few A4 pages, tagged for a screen reader, its outline in whole words."""
    made = paper.printed(reader, exported / f"{NOTEBOOKS[0].stem}.html")
    assert made.startswith(b"%PDF") and b"/StructTreeRoot" in made
    assert 5 <= made.count(b"/Type /Page\n") <= 13
    assert b"/URI (file:" not in made
    assert b"/URI (./01_linear_algebra.pdf)" in made  # it lies beside it
    assert b"/Title (An exercise: the check tells you what you misunderstood)" in made
    assert b"/Title (Foundations)" not in made  # a part of the course, and no section of this one


def test_a_letter_that_no_font_has_is_told(reader, exported):
    """A private one, since which of the others a machine can draw is its own affair."""
    reader.goto((exported / f"{NOTEBOOKS[0].stem}.html").as_uri())
    reader.add_script_tag(path=pages.TEMPLATE / "sheets.js")
    reader.evaluate("document.querySelector('h1').append('é√\U000f0000')")
    assert reader.evaluate("boxes()") == ["\U000f0000"]


@pytest.mark.parametrize("slug", ["data_pipelines", "mlp_backprop"])
def test_a_sheet_ends_where_it_was_planned(slug, reader, exported):
    """So answers and questions stand on the sheet that is told, answers begin on a fresh one.

    What leads to a question stands above it, and code is parted between its statements.
    """
    made = paper.printed(reader, next(exported.glob(f"[0-9]*_{slug}.html")))
    order = {sheet: n for n, sheet in enumerate(_SHEET.findall(made), 1)}
    begun = reader.evaluate("all.filter(block => block.matches('.begins')).length")
    assert len(order) == 1 + begun
    links = reader.locator(".sends, details[id] > summary > a.paper")
    told = links.evaluate_all("all => all.map(a => [a.hash, a.innerText])")
    who = {"answer": "The answer stands", "hints": "Hints stand", "question": "Asked"}
    first = {name: text.partition(", then")[0].strip(".") + "." for name, text in told}
    assert first == {
        f"#{name}": f"{who[name.partition('-')[0]]} on page {order[sheet]}."
        for name, sheet in ((name.decode(), sheet) for name, sheet in _PLACE.findall(made))
    }
    further = [text for name, text in told if name.startswith("#hints") and ", then" in text]
    assert len(further) > 3  # a second hint stands on another sheet
    listed = reader.locator(".contents li > a:visible")
    sheets = [int(n) for n in listed.evaluate_all("all => all.map(a => a.dataset.on)")]
    assert sheets[0] == 1 and sheets == sorted(sheets) and sheets[-1] <= len(order)
    parted = ".leads + .begins, .code + .code.check.begins, p.begins.paper, .inner.begins"
    assert reader.locator(parted).all_inner_texts() == []


def test_on_paper_answers_to_exercises_stand_at_the_end(reader, exported):
    """Each question leads to its answer and back; what answers a prediction stays where it is.

    After printing all is as it was.
    """
    reader.goto((exported / f"{NOTEBOOKS[0].stem}.html").as_uri())
    order = "[...document.querySelectorAll('main *')].map(e => [e.localName, e.id, e.open])"
    before = reader.evaluate(order)
    reader.emulate_media(media="print")
    reader.evaluate("dispatchEvent(new Event('beforeprint'))")
    asked = reader.locator(".sends").evaluate_all("all => all.map(a => a.hash)")
    ends = "(all) => all.map(d => [`#${d.id}`, !!d.querySelector('summary a').offsetParent])"
    answers = reader.locator("#answers > details").evaluate_all(ends)
    hints = reader.locator("#hints .hints").evaluate_all(ends)
    apart = "all => all.map(e => e.querySelectorAll(':scope > details').length)"
    rungs = reader.locator("#hints > section").evaluate_all(apart)
    assert len(answers) >= 3 and len(hints) == 2
    assert rungs == [2, 2, 2]  # no second hint stands under a first one
    assert sorted(answers + hints) == sorted([hash, True] for hash in asked)
    assert ".check(" not in reader.inner_text("main")  # where nothing runs, nothing is checked
    elsewhere = "main > :not(#answers, #hints, .answer) details:not(.source, .contents > *)"
    assert reader.locator(elsewhere).count() == 0
    predictions = reader.locator("main > .answer").evaluate_all("all => all.map(d => d.innerText)")
    assert len(predictions) == 4 and all("Measured" in text for text in predictions)
    for back in reader.locator("summary > a.paper").evaluate_all("all => all.map(a => a.hash)"):
        assert reader.locator(back).is_visible()
    reader.evaluate("dispatchEvent(new Event('afterprint'))")
    assert reader.evaluate(order) == before
    reader.emulate_media(media="screen")
    assert reader.locator(".paper").filter(visible=True).count() == 0
