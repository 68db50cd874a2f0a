"""From `course lab` on, as a new user: what the first page shows, asks, hides and leads to."""

import json
import os
import re
import string
import subprocess
import sys
from pathlib import Path

import lab_page
import pytest

from course.authoring import paper
from course.learner import home

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(not paper.browser(), reason="no Chromium here")

sync_api.expect.set_options(timeout=20_000)  # a kernel may have to start, beside other tests
LONGEST = 75  # characters in a line of prose
GONE = "The kernel was restarted or shut down: run the setup cell, then this cell again."


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Where the learner's files lie."""
    return tmp_path_factory.mktemp("learner") / "my_course"


@pytest.fixture(scope="module")
def address(desk):
    """The address that `course lab` prints, in a home where nothing was ever set."""
    home = desk.parent / "home"
    home.mkdir()
    told = ("COURSE_", "JUPYTER")
    env = {name: value for name, value in os.environ.items() if not name.startswith(told)}
    env |= {"HOME": str(home), "COURSE_HOME": str(desk)}
    line = [sys.executable, "-m", "course", "lab", "--no-browser"]
    process = subprocess.Popen(line, env=env, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().split()[1]
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def page(address):
    """The page as it opens, with the kernel ready."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=paper.browser(), args=lab_page.CHROMIUM
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=90_000)
        page.wait_for_selector("text=Python 3 (ipykernel) | Idle", timeout=90_000)
        page.wait_for_timeout(1500)  # in which JupyterLab would ask about news
        yield page
        browser.close()


def cell(page, text: str, n: int = 0):
    """The first cell that holds a text, or one after it."""
    return page.locator(".jp-Notebook .jp-Cell", has_text=text).nth(n)


def run(page, text: str):
    """Run the cell that holds a text, by hand; returns it when it is done."""
    found = cell(page, text)
    found.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    prompt = found.locator(".jp-InputPrompt").first
    sync_api.expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=60_000)
    return found


def test_nothing_is_asked_before_the_first_line_can_be_read(page):
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(".Toastify__toast").count() == 0
    assert "00_start_here.ipynb" in page.url
    heading = page.locator(".jp-Notebook h1").first
    assert heading.inner_text().startswith("00 · Start here")


def test_a_page_that_was_only_opened_asks_for_no_saving(page):
    assert page.locator(".lm-TabBar-tab.jp-mod-current").count() == 1
    assert page.locator(".jp-mod-dirty").count() == 0


def test_a_figure_is_in_sight(page):
    figure = page.locator(".jp-Notebook .jp-OutputArea img").first.bounding_box()
    bottom = page.locator(".jp-NotebookPanel .jp-WindowedPanel-outer").first.bounding_box()
    assert figure["y"] + figure["height"] <= bottom["y"] + bottom["height"]


def test_the_files_are_lessons_with_their_whole_names(page, root, desk):
    for folder in ("answers", home.KEPT):  # as they lie there after a first answer, a first reset
        (desk / folder).mkdir()
    page.locator(".jp-FileBrowser [data-command='filebrowser:refresh']").first.click()
    page.wait_for_timeout(500)
    shown = page.locator(".jp-DirListing-itemText").all_inner_texts()
    names = [path.name for path in sorted((root / "notebooks").glob("*.ipynb"))]
    assert shown == names
    cut = "e => e.scrollWidth > e.clientWidth"
    assert not any(place.evaluate(cut) for place in page.locator(".jp-DirListing-itemText").all())


def test_no_line_of_prose_is_longer_than_can_be_read(page):
    widths = page.evaluate(
        """() => [...document.querySelectorAll('.jp-RenderedMarkdown > p')].filter(
            p => p.offsetParent).map(p => {
            const ruler = document.createElement('span');
            ruler.textContent = '0'.repeat(100);
            p.append(ruler);
            const hundred = ruler.getBoundingClientRect().width;
            ruler.remove();
            return 100 * p.getBoundingClientRect().width / hundred;
        })"""
    )
    assert len(widths) > 10
    assert max(widths) <= LONGEST + 0.5


def test_no_answer_stands_under_its_question(page):
    text = page.locator(".jp-Notebook").text_content()  # what is scrolled out of sight as well
    assert "Of all V² pairs of characters, how many never occur?" in text
    assert "Measured" not in text
    assert "reveal" not in text  # careful.reveal("a short loop, for ever") is code, and an answer


def test_in_a_narrow_window_a_folded_cell_is_no_wider_than_others(page):
    wide = page.viewport_size
    page.set_viewport_size(wide | {"width": 860})
    past = """() => [...document.querySelectorAll('.jp-InputPlaceholder')].filter(e =>
        e.getBoundingClientRect().right > e.parentElement.getBoundingClientRect().right + 1)
        .map(e => e.innerText)"""
    assert page.locator(".jp-InputPlaceholder").count() and page.evaluate(past) == []
    page.set_viewport_size(wide)


def test_a_folded_cell_opens_by_a_click(page):
    folded = cell(page, "# A figure: run this cell to draw it.")
    assert folded.locator(".cm-content").count() == 0
    folded.locator(".jp-Placeholder-content").click()
    assert "plot.show" in folded.locator(".cm-content").inner_text()


def test_in_a_narrow_window_the_list_makes_room_unless_a_hand_opens_it(page):
    wide, files = page.viewport_size, page.locator(".jp-FileBrowser")
    usual = files.bounding_box()
    try:
        page.set_viewport_size(wide | {"width": 700})
        files.wait_for(state="hidden", timeout=5000)
        page.set_viewport_size(wide)
        files.wait_for(state="visible", timeout=5000)
        page.wait_for_timeout(500)
        assert files.bounding_box() == usual
        page.set_viewport_size(wide | {"width": 700})
        files.wait_for(state="hidden", timeout=5000)
        page.keyboard.press("ControlOrMeta+b")
        files.wait_for(state="visible", timeout=5000)
        page.set_viewport_size(wide | {"width": 760})
        page.wait_for_timeout(500)
        assert files.is_visible()
    finally:
        page.set_viewport_size(wide)


@pytest.mark.parametrize("part", [0.5, 1])
def test_a_page_that_becomes_narrower_keeps_the_line_at_its_top(page, part):
    """And at its end it is not white."""
    wide, pane = page.viewport_size, page.locator(".jp-WindowedPanel-outer").first
    at_top = """pane => {
        const { top } = pane.getBoundingClientRect();
        const cells = [...pane.querySelectorAll('.jp-Cell')];
        const boxes = cells.map(cell => cell.getBoundingClientRect());
        const index = boxes.findIndex(box => box.bottom > top);
        return index + (top - boxes[index].top) / boxes[index].height;
    }"""
    try:
        pane.evaluate("(e, part) => e.scrollTo(0, part * e.scrollHeight)", part)
        page.wait_for_timeout(500)
        before = pane.evaluate(at_top)
        assert before > 3
        page.set_viewport_size(wide | {"width": 560})
        page.wait_for_timeout(1000)
        assert pane.evaluate(at_top) == pytest.approx(before, abs=0.1)
    finally:
        page.set_viewport_size(wide)
        pane.evaluate("e => e.scrollTo(0, 0)")


def test_what_a_fold_opens_is_in_sight(page):
    fold = page.locator(".jp-Notebook details", has_text="What it means").first
    fold.evaluate("fold => fold.scrollIntoView({ block: 'end' })")
    fold.locator("summary").click()
    sync_api.expect(fold.locator("p").last).to_be_in_viewport(ratio=0.9)
    fold.locator("summary").click()


def test_a_cell_run_too_early_says_so(page):
    shown = run(page, "alphabet = tokens.alphabet").locator(".jp-OutputArea").inner_text()
    assert " ".join(shown.split()).startswith("tokens isn't known yet: the setup cell, the first")
    assert "Traceback" not in shown


def test_the_first_link_leads_to_the_map(page):
    page.locator(".jp-Notebook a", has_text="Map of the course").first.click()
    heading = page.locator(".jp-Notebook h2", has_text="Map of the course")
    sync_api.expect(heading).to_be_in_viewport(timeout=20_000)
    lesson = page.locator(".jp-OutputArea a[href*='12_attention.ipynb']")
    sync_api.expect(lesson).to_be_in_viewport()
    sync_api.expect(cell(page, "This is the whole course.")).to_be_focused()
    map_cell = run(page, "course_map.show()")  # before the setup cell was run
    sync_api.expect(map_cell.locator("a[href*='12_attention.ipynb']")).to_be_visible()


def test_contents_show_the_exercises_by_number(page):
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Shift+K")
    contents = page.locator(".jp-TableOfContents")
    sync_api.expect(contents).to_contain_text("Exercise 0.1 · probabilities", timeout=20_000)


def test_who_runs_on_to_an_exercise_types_in_place_of_its_dots(page):
    above = cell(page, "Replace the dots, run their cell, then the check under it")
    above.click()
    page.keyboard.press("Shift+Enter")
    stub = cell(page, "# one or two lines")
    sync_api.expect(stub.locator(".cm-content")).to_be_focused()
    page.keyboard.type("return counts")
    sync_api.expect(stub.locator(".cm-content")).to_contain_text("    return counts  # one or two")
    page.keyboard.press("Shift+Enter")
    sync_api.expect(cell(page, "ex.probabilities.check(probabilities)")).to_be_focused()


def test_the_arrow_keys_choose_every_cell_folded_or_not(page):
    """JupyterLab leaves folded ones out, and a question is one."""
    cell(page, "ex.probabilities.check(probabilities)").locator(".jp-InputPrompt").first.click()
    page.keyboard.press("Escape")
    place = """() => [...document.querySelectorAll(
        '.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell')].indexOf(document.activeElement)"""
    first = page.evaluate(place)
    for key, step in (("ArrowDown", 1), ("ArrowUp", -1)):
        start = page.evaluate(place)
        for n in range(1, 7):
            page.keyboard.press(key)
            page.wait_for_function(f"({place})() === {start + n * step}", timeout=5_000)
    assert page.evaluate(place) == first > 0


def test_a_passed_check_leads_to_what_is_next_by_keyboard(page):
    cell(page, "# What this lesson needs").locator(".jp-Placeholder-content").click()
    run(page, "from course.transformers import tokens")
    cell(page, "# one or two lines").locator(".cm-content").click()
    page.keyboard.press("Control+a")
    answer = "def probabilities(counts):\n    return counts / counts.sum(axis=1, keepdims=True)"
    page.keyboard.insert_text(answer)
    run(page, "return counts / counts.sum(axis=1, keepdims=True)")
    check = run(page, "ex.probabilities.check(probabilities)")
    check.locator("a", has_text="a prediction").press("Enter")
    next_one = cell(page, "Always taking the most probable")
    sync_api.expect(next_one).to_be_focused(timeout=20_000)
    sync_api.expect(next_one.locator("b")).to_be_in_viewport()


def test_a_card_however_long_is_read_from_its_first_line(page):
    """JupyterLab holds the next cell in its place: what is above it would go out of sight."""
    tall = page.add_style_tag(content=".jp-RenderedHTML > div:first-child { min-height: 700px }")
    check = cell(page, "ex.probabilities.check(probabilities)")
    check.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    card = check.locator(".jp-RenderedHTML > div").first
    page.wait_for_function("card => card.offsetHeight > 699", arg=card.element_handle())
    page.wait_for_timeout(500)
    top = page.locator(".jp-NotebookPanel .jp-WindowedPanel-outer").first.bounding_box()["y"]
    assert card.bounding_box()["y"] > top
    tall.evaluate("style => style.remove()")


def test_what_a_run_puts_out_is_in_sight_and_so_is_the_next_cell(page):
    """JupyterLab leaves a next cell in its place that is well in sight; a card then pushes it."""
    high = page.add_style_tag(content=".jp-RenderedHTML > div:first-child { min-height: 400px }")
    check = cell(page, "ex.probabilities.check(probabilities)")
    check.locator(".jp-InputPrompt").first.click()
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Edit$")).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Clear Cell Output$")).click()
    pane = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer").first
    both = [check.element_handle(), pane.element_handle()]
    page.evaluate(
        """([cell, pane]) => {
            const next = cell.nextElementSibling.getBoundingClientRect();
            pane.scrollTop += next.bottom + 100 - pane.getBoundingClientRect().bottom;
        }""",
        both,
    )
    page.keyboard.press("Shift+Enter")
    inside = """([cell, pane]) => {
        const out = cell.querySelector('.jp-OutputArea').getBoundingClientRect();
        const next = cell.nextElementSibling.getBoundingClientRect();
        return out.height > 400 && next.bottom <= pane.getBoundingClientRect().bottom + 1;
    }"""
    page.wait_for_function(inside, arg=both, timeout=10_000)
    high.evaluate("style => style.remove()")


def test_a_link_chooses_its_cell_in_a_lesson_that_opens_and_in_one_that_is_open(page, desk):
    """Where only the page scrolls, the next key acts far away from what is seen."""
    state = json.loads((desk / "progress.json").read_text(encoding="utf-8"))
    state["last"] = "linear_algebra.mean_square"
    (desk / "progress.json").write_text(json.dumps(state), encoding="utf-8")
    shown = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    for _ in range(2):
        run(page, "course_map.show()").locator("a", has_text="Go on where you were").click()
        chosen = shown.locator(".jp-Cell.jp-mod-active", has_text="Exercise 1.1 · ")
        sync_api.expect(chosen).to_be_focused(timeout=30_000)
        sync_api.expect(chosen.locator("h3")).to_be_in_viewport()
        shown.locator(".jp-Cell h1").click()
        page.locator(".lm-TabBar-tab", has_text="00_start").click()


def test_a_prediction_is_typed_at_once_and_run_on_from(page):
    question = cell(page, "# A prediction: run this cell, then type your guess.")
    field, said = question.locator("input[type=text]"), question.locator(".course-told")
    question.locator(".jp-InputPrompt").first.click()
    page.keyboard.press("Shift+Enter")
    sync_api.expect(field).to_be_focused()
    page.keyboard.type("100")
    page.keyboard.press("Enter")  # 0, 0, Enter would restart the kernel
    sync_api.expect(said).to_have_text(re.compile(r"^Committed: 100 %\. Run on"), timeout=20_000)
    page.keyboard.type("7")
    sync_api.expect(said).to_have_text(re.compile("^Committed is 100 %"))
    page.keyboard.press("Backspace")
    sync_api.expect(said).to_have_text(re.compile(r"^Committed: 100 %"))
    page.keyboard.press("Shift+Enter")
    sync_api.expect(cell(page, "share = 100 * np.mean(counts == 0)")).to_be_focused()


def test_a_choice_is_one_stop_of_tab_and_after_the_last_stop_comes_the_next_cell(page):
    """JupyterLab would go on to the next link or fold, many cells below."""
    figure = run(page, "widgets.writing()")
    chosen = figure.locator("button[aria-checked=true]")
    chosen.focus()
    names = figure.locator("[role=radio]").all_inner_texts()
    for key, name in (("ArrowRight", names[1]), ("ArrowLeft", names[0]), ("ArrowUp", names[-1])):
        page.keyboard.press(key)
        sync_api.expect(chosen).to_have_text(name)
        sync_api.expect(chosen).to_be_focused()
    for stop in (".noUi-handle", ".widget-readout"):
        page.keyboard.press("Tab")
        sync_api.expect(figure.locator(stop)).to_be_focused()
    page.keyboard.press("Tab")
    sync_api.expect(cell(page, "The line under the bars is what")).to_be_focused()
    figure.locator(".noUi-target").click()  # its line: the arrow keys are the handle's then
    sync_api.expect(figure.locator(".noUi-handle")).to_be_focused()


def test_a_number_that_a_slider_does_not_reach_is_refused_in_a_sentence(page):
    figure = cell(page, "widgets.writing()")
    value, said = figure.locator(".widget-readout"), figure.get_by_text("is not possible here")
    before = value.inner_text()
    for typed in ("abc", "1e9", "−5", "1,5,5"):
        value.click()
        page.keyboard.press("Control+a")
        page.keyboard.type(typed)
        page.keyboard.press("Tab" if typed == "abc" else "Enter")
        sync_api.expect(said).to_have_text(
            re.compile(f"^“{typed}” .* characters written goes from 0")
        )
        assert value.inner_text() == before
    for typed, taken in (("20", "20"), ("1e1", "10"), ("20,0", "20")):
        value.click()
        page.keyboard.press("Control+a")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        handle = figure.locator(".noUi-handle")
        sync_api.expect(handle).to_have_attribute("aria-valuetext", taken)
    sync_api.expect(said).to_have_count(0)


@pytest.mark.parametrize("hand", [".noUi-handle", "button.widget-toggle-button", "img"])
def test_from_a_figure_that_was_moved_one_runs_on(page, hand):
    figure = cell(page, "widgets.writing()")
    if not figure.locator(".noUi-handle").count():
        run(page, "from course.transformers import tokens")
        figure.locator(".jp-InputPrompt").first.click()
        page.keyboard.press("Control+Enter")
    prompt = figure.locator(".jp-InputPrompt").first
    figure.locator(".course-awake").locator(hand).locator("visible=true").first.click()
    before = prompt.inner_text()
    page.keyboard.press("Shift+Enter")
    sync_api.expect(cell(page, "The line under the bars is what")).to_be_focused(timeout=20_000)
    if hand != "img":  # by which the cell is chosen, to be run again
        assert prompt.inner_text() == before, "what was moved is made anew"


def test_a_hint_opens_in_sight_and_so_does_what_opens_the_next(page):
    check = cell(page, "ex.write_greedily.check(write_greedily)")
    run(page, "# four lines, much like")
    run(page, "ex.write_greedily.check(write_greedily)")
    check.locator("button", has_text="Hint 1").wait_for()
    check.evaluate("cell => cell.scrollIntoView({ block: 'end' })")
    check.locator("button", has_text="Hint 1").click()
    sync_api.expect(check.locator("button", has_text="Hint 2")).to_be_in_viewport(ratio=1)
    sync_api.expect(check.locator(".course-opened")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("text", ["# A prediction: run this cell", "Exercise 0.1 · "])
def test_no_letter_or_digit_changes_the_page(page, text):
    """Who types at a cell that is chosen and not open means its text; 0 0 begins many a guess."""
    kinds = """() => [...document.querySelectorAll(
        '.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell')].map(
            cell => cell.className.match(/jp-\\w+Cell/)[0])"""
    cell(page, text).click(position={"x": 5, "y": 5})
    page.keyboard.press("Escape")
    before, heading = page.evaluate(kinds), cell(page, text).inner_text()
    page.keyboard.type("".join(2 * key for key in string.ascii_letters + string.digits))
    page.wait_for_timeout(300)
    assert page.evaluate(kinds) == before and cell(page, text).inner_text() == heading
    assert not page.locator(".jp-Dialog").count()


def test_a_prediction_that_was_seen_and_not_answered_is_shown(page):
    question = cell(page, "# A prediction: run this cell, then choose your answer.")
    question.locator(".jp-InputPrompt").first.click()
    page.keyboard.press("Control+Enter")
    sync_api.expect(question.locator("input[type=radio]").first).to_be_focused()
    assert question.locator("input:checked").count() == 0
    page.keyboard.press("Shift+Enter")
    sync_api.expect(question.locator(".course-told")).to_have_text("Nothing is chosen yet.")
    page.keyboard.press("Shift+Enter")  # who wants no guess gets on
    sync_api.expect(cell(page, "This way of writing is called greedy.")).to_be_focused()
    result = cell(page, "# What came out, beside your guess.", 2)
    result.locator(".jp-Placeholder-content").click()
    shown = run(page, 'careful.reveal("a short loop, for ever")')
    sync_api.expect(shown.locator(".jp-OutputArea")).to_contain_text("Measured")


def test_a_question_whose_kernel_is_gone_says_so_unless_it_is_final(page):
    question = cell(page, "# A prediction: run this cell, then type your guess.")
    final = cell(page, "# A prediction: run this cell, then choose your answer.")
    page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) [data-command*=restart]").first.click()
    page.locator(".jp-Dialog").wait_for()
    page.keyboard.press("Enter")
    told = question.get_by_text(GONE)
    sync_api.expect(told).to_be_visible(timeout=20_000)
    sync_api.expect(final).to_contain_text("no guess counts here")
    sync_api.expect(final).not_to_contain_text("The kernel was restarted")
    question.locator(".jp-InputPrompt").first.click()
    page.keyboard.press("Control+Enter")  # too early: an error is read out, too
    page.wait_for_function("window.courseHeard.textContent.includes('known yet')")


def test_a_figure_behind_another_page_says_nothing_of_a_kernel(page):
    """What is in front has none; what moves behind it, such as a training, has its own."""
    run(page, "from course.transformers import tokens")
    figure = run(page, "widgets.writing()")
    page.locator(".lm-TabBar-addButton:visible").first.click()
    page.locator(".jp-Launcher").wait_for()
    page.evaluate("""() => document.querySelectorAll('.course-awake').forEach(
        box => box.dispatchEvent(new Event('course-kernel')))""")
    assert GONE not in figure.text_content()
    page.locator(".lm-TabBar-tab", has_text="Launcher").locator(".lm-TabBar-tabCloseIcon").click()
    figure.locator(".course-awake").wait_for()


def test_a_figure_whose_kernel_was_shut_down_says_so(page):
    run(page, "from course.transformers import tokens")
    figure = run(page, "widgets.writing()")
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Kernel$")).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Shut Down Kernel$")).click()
    told = figure.get_by_text(GONE)
    sync_api.expect(told).to_be_visible(timeout=20_000)


def test_a_question_takes_the_focus_beside_numbers_of_a_kernel_that_is_gone(page):
    run(page, "from course.transformers import tokens")
    question = cell(page, "# A prediction: run this cell, then type your guess.")
    question.locator(".jp-InputPrompt").first.click()
    page.keyboard.press("Control+Enter")
    sync_api.expect(question.locator("input[type=text]")).to_be_focused()


def test_a_run_of_all_cells_leads_to_the_question_that_stops_it(page):
    cell(page, "Start here").click()
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Run All Cells$")).click()
    question = cell(page, "# A prediction: run this cell, then type your guess.", 1)
    sync_api.expect(question.locator("input[type=text]")).to_be_focused(timeout=60_000)
    sync_api.expect(question.locator(".widget-html-content b")).to_be_in_viewport()
    waits = cell(page, "# What came out, beside your guess.", 1)
    sync_api.expect(waits).to_contain_text("you have not guessed yet.")
    ended = waits.locator("[data-mime-type*=stderr]")
    sync_api.expect(ended).to_have_count(1)  # the run's end, which the card has said
    sync_api.expect(ended).to_be_hidden()


def test_a_question_that_was_led_to_does_not_lead_to_itself_when_the_page_is_opened_anew(page):
    """Its box is made anew then, by a kernel that went on."""
    question = cell(page, "# A prediction: run this cell, then type your guess.", 1)
    sync_api.expect(question.locator(".course-awaited")).to_have_count(1)
    run(page, "from course.transformers import tokens")
    sync_api.expect(question.locator(".course-awaited")).to_have_count(0)


def test_what_a_folded_cell_shows_is_read_out_when_it_runs_and_not_before(page):
    """A folded cell shows no number, by which a script of the page could tell that it runs."""
    heard = "() => window.courseHeard.textContent"
    assert "15 %" not in page.evaluate(heard)
    question = cell(page, "# A prediction: run this cell, then type your guess.", 1)
    question.locator("input[type=text]").fill("15")
    page.keyboard.press("Enter")
    waits = cell(page, "# What came out, beside your guess.", 1)
    sync_api.expect(waits).to_contain_text("You predicted")
    assert waits.locator("[role=status] [role=status]").count() == 0  # said twice
    waits.locator(".jp-InputPrompt").first.click()
    page.keyboard.press("Control+Enter")
    page.wait_for_function(f"({heard})().includes('15 %')")


def test_a_question_of_two_lines_is_set_as_a_paragraph(page):
    line = cell(page, "# A prediction: run this cell, then type").locator(".widget-html-content b")
    high = line.evaluate(
        "b => parseFloat(getComputedStyle(b).lineHeight) / parseFloat(getComputedStyle(b).fontSize)"
    )
    assert high <= 1.6


def test_on_a_dark_page_a_figure_belongs_to_it(page):
    page.locator(".lm-MenuBar-itemLabel", has_text="Settings").click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Theme$")).hover()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^JupyterLab Dark$")).click()
    page.wait_for_selector("[data-jp-theme-light='false']", state="attached")
    filters = page.evaluate(
        """() => ['A curve that falls', 'A table, darker for more', ''].map(alt => {
            const image = document.createElement('img');
            image.alt = alt;
            document.querySelector('.jp-OutputArea').append(image);
            const told = getComputedStyle(image).filter;
            image.remove();
            return told;
        })"""
    )
    assert filters[0].startswith("invert")
    assert [told.split("(")[0] for told in filters[1:]] == ["brightness", "brightness"]


def test_nothing_was_written_into_the_users_own_settings(page, desk):
    chosen = [path.name for path in (desk.parent / "home").rglob("*.jupyterlab-settings")]
    assert chosen in ([], ["themes.jupyterlab-settings"])  # the theme was chosen by hand, above


def test_no_tracked_file_is_touched_by_learning(page, root):
    cell(page, "Start here").click()
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1500)
    assert {path.name: path.stat().st_mtime_ns for path in shipped(root)} == BEFORE


def shipped(root):
    """The notebooks of the checkout."""
    return (root / "notebooks").glob("*.ipynb")


BEFORE = {p.name: p.stat().st_mtime_ns for p in shipped(Path(__file__).resolve().parents[1])}
