"""Every notebook in a real JupyterLab: as a learner sees it, moves it and answers it.

The cells that answer to a hand are run here, with all that they need; the others show what is
stored, which their own test has compared.

With COURSE_SCREENS naming a folder, pictures of each in the light and the dark theme are left
there, to be looked at; with ``COURSE_SCREENS=docs``, those that the README shows.
"""

import ast
import builtins
import inspect
import os
import re
import textwrap
from contextlib import contextmanager
from pathlib import Path

import barriers
import lab_page
import numpy as np
import pytest
import slices

from course import lessons
from course.authoring import editions
from course.interactive import names
from course.interactive import page as pictures

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SCREENS = os.environ.get("COURSE_SCREENS")
photographs = pytest.mark.skipif(not SCREENS, reason="COURSE_SCREENS names no folder")
OUTPUTS = ".jp-OutputArea-output"
BESIDE = ".jp-MarkdownCell, .jp-Cell-inputWrapper"  # most of the page
ALIVE = re.compile(r"= predict\.|\b(widgets|live)\.\w+\(|\.check\(")  # a hand moves or answers it
TRAINING = re.compile(r"\bsteps=\d+")
COMMITTED = "/^(Committed|Your guess stands)/"
NARROW = """least => {
    const shown = (root, css) => [...root.querySelectorAll(css)].filter(e => e.checkVisibility());
    const wide = e => e.scrollWidth > e.clientWidth + 1;
    const moves = e => /auto|scroll/.test(getComputedStyle(e).overflowX);
    const found = [];
    const tell = (what, e) => found.push(`${what}: ${e.outerHTML.slice(0, 90)} ${e.innerText}`);
    for (const out of shown(document, '.jp-OutputArea-output')) {
        for (const e of [out, ...shown(out, 'pre, .widget-box, .widget-label, button')])
            if (wide(e) && !(e.matches('pre') && moves(e))) tell('cut', e);
        for (const pre of shown(out, 'pre'))
            if (getComputedStyle(pre).wordBreak !== 'normal') tell('broken in its words', pre);
        for (const image of shown(out, '.jp-RenderedImage img, .widget-image')) {
            const size = image.getAttribute('width') ?? parseFloat(image.style.width);
            if (image.offsetWidth < least * size - 1) tell('small', image);
        }
    }
    for (const code of shown(document, '.jp-CodeCell .cm-scroller'))
        if (wide(code)) tell('pushed sideways', code);
    for (const pane of shown(document, '.jp-NotebookPanel .jp-WindowedPanel-outer'))
        if (pane.scrollWidth > pane.clientWidth) tell('pushed as a whole', pane);
    for (const text of shown(document, '.jp-Notebook .jp-RenderedMarkdown'))
        if (wide(text) && !text.querySelector('pre')) tell('cut', text);
    for (const formula of shown(document, '.jp-Notebook mjx-container[display=true]'))
        if (wide(formula)) tell(moves(formula) ? 'pushed sideways' : 'cut', formula);
    for (const formula of shown(document, '.jp-Notebook mjx-container:not([display])')) {
        if (!/^[,.;:?!)]/.test(formula.nextSibling?.data ?? '')) continue;
        const sign = document.createRange();
        sign.setStart(formula.nextSibling, 0);
        sign.setEnd(formula.nextSibling, 1);
        const [one, other] = [formula, sign].map(e => e.getBoundingClientRect());
        if (other.left < one.left) tell('a sign begins a line after', formula);
    }
    for (const label of shown(document, '.widget-label:has(+ .widget-toggle-buttons)')) {
        const [one, other] = [label, label.nextSibling].map(e => e.getBoundingClientRect());
        if (other.top < one.bottom && other.left - one.right < 8) tell('no gap after', label);
    }
    return found;
}"""
HANDS = ".course-awake :is(input, button)"
BAR = 15  # pixels of a scroll bar, which a browser that is looked at has and this one hides
SQUEEZED = 500  # the list of files leaves no more room than where it is opened in half of 1120
# How wide, and whether the list of files is open:
WINDOWS = (
    (1120, False),
    (900 - BAR, True),
    (760 - BAR, True),
    (SQUEEZED, True),
    (560 - BAR, False),
)
README = set(re.findall(r"\(docs/(\w+)\.png\)", (ROOT / "README.md").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    """JupyterLab, in which the lessons are opened one after the other."""
    with lab_page.server(NOTEBOOKS, tmp_path_factory.mktemp("lab")) as place:
        yield lab_page.opened(browser.new_page(), *place)


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request, page):
    """The notebook in the browser, what is alive run once, and guessed before it is revealed."""
    notebook = lab_page.Notebook(page, request.param.name)
    notebook.stem = request.param.stem
    try:
        notebook.open()
        bring_to_life(notebook)
        yield notebook
    finally:
        notebook.close()


def bring_to_life(notebook) -> None:
    """Run the cells that are alive, and answer each prediction before a cell that reveals it.

    A model that they only lean on is trained for a moment; for pictures, to the end.
    """
    cells = notebook.cells()
    notebook.total = len(cells)
    sources = [cell["source"] if cell["type"] == "code" else "" for cell in cells]
    moved = [i for i, source in enumerate(sources) if ALIVE.search(source)]
    run, waiting = slices.needed(sources, moved), []
    for index in run:
        brief = TRAINING.sub("steps=9", sources[index])
        if index in moved or brief == sources[index] or SCREENS:
            waiting.append(index)
        else:  # what it shows is compared elsewhere
            notebook.run(*waiting)
            notebook.ask(brief)
            waiting.clear()
        shows = f"{sources[index].split()[-1]}.reveal("  # after which no guess counts
        if "= predict." in sources[index] and any(shows in sources[later] for later in run):
            notebook.run(*waiting)
            commit(notebook, index)
            waiting.clear()
    notebook.run(*waiting)
    notebook.page.wait_for_timeout(500)


def commit(notebook, index: int) -> None:
    """Answer a prediction as a learner would, with the field and the button."""
    cell = notebook.cell(index)
    cell.locator("button", has_text="Commit").wait_for()
    if (field := cell.locator("input[type=text]")).count():
        field.fill(lowest(notebook, index))
    else:
        cell.locator("input[type=radio]").first.click()
    cell.locator("button", has_text="Commit").click()
    cell.locator(f"text={COMMITTED}").wait_for(timeout=10_000)


def lowest(notebook, index: int) -> str:
    """Return a number that a prediction allows, as its sentence writes it."""
    wanted = r"Type a number(?: from| of at least| of at most)? ?([^\s.,]+)?"
    found = re.search(wanted, said(notebook.cells()[index]))[1]
    return found if found not in (None, "0") else "1"  # where a factor counts, 0 is no guess


def holding(notebook, css: str, text: str = "") -> list[int]:
    """Return the cells in whose output something matches, and says the text."""
    script = """(cells, [css, text]) => cells.map(cell =>
        [...cell.querySelectorAll(`.jp-OutputArea ${css}`)].some(
            part => part.textContent.includes(text)))"""
    found = notebook.page.locator(".jp-Notebook .jp-Cell").evaluate_all(script, [css, text])
    return [index for index, holds in enumerate(found) if holds]


def said(cell: dict) -> str:
    """Return what a cell's outputs say in plain text."""
    parts = [out.get("data", {}).get("text/plain", out.get("text", "")) for out in cell["outputs"]]
    return "\n".join(part if isinstance(part, str) else "".join(part) for part in parts)


def typed(mistake, name: str) -> str:
    """Return a mistake as a learner would type it; "" if it leans on more than NumPy."""
    if inspect.isclass(mistake.code):
        return ""
    source = textwrap.dedent(inspect.getsource(mistake.code))
    tree = ast.parse(source)
    names = {part.id: part.ctx for part in ast.walk(tree) if isinstance(part, ast.Name)}
    bound = {arg.arg for arg in ast.walk(tree) if isinstance(arg, ast.arg)} | {"np"}
    free = {n for n, ctx in names.items() if isinstance(ctx, ast.Load)} - bound - set(dir(builtins))
    return source if source.startswith(f"def {name}(") and not free else ""


def save(notebook, name: str, first: int, last: int) -> None:
    """Save the cells from first to last as NN_name.png where pictures are asked for."""
    name = f"{notebook.stem[:2]}_{name}"
    if SCREENS and (SCREENS != "docs" or name in README):
        notebook.theme("Light")
        notebook.portrait(ROOT / SCREENS / f"{name}.png", first, last)


def test_runs_without_an_error(notebook):
    for number, cell in enumerate(notebook.cells()):
        for out in cell["outputs"]:
            assert out["output_type"] != "error", (number, out["ename"], out["evalue"])
            assert out.get("name") != "stderr", (number, out["text"])
        assert cell["type"] != "code" or not cell["source"].strip() or cell["count"], number
    assert notebook.complaints == []


@photographs
def test_widgets_are_photographed(notebook):
    for index in holding(notebook, ".widget-image, .widget-slider"):
        source = notebook.cells()[index]["source"]
        if name := re.search(r"widgets\.(\w+)\(", source):
            save(notebook, name[1], index, index)


@photographs
def test_both_themes_are_photographed(notebook):
    if SCREENS == "docs":
        pytest.skip("only the README's pictures were asked for")
    for theme in ("Dark", "Light"):
        notebook.theme(theme)
        assert notebook.photograph(f"{notebook.stem}-{theme.lower()}", ROOT / SCREENS)
    assert notebook.complaints == []


def test_every_slider_moves_its_picture(notebook):
    trainings = holding(notebook, "button", "Start")  # they take their settings at the start
    for index in set(holding(notebook, ".noUi-handle")) - set(trainings):
        cell = notebook.cell(index)
        for handle in cell.locator(".noUi-handle").all():
            assert notebook.move(index, handle), f"cell {index}: {cell.inner_text()}"
    assert notebook.complaints == []


def test_the_words_of_a_picture_follow_its_controls(notebook):
    trainings = holding(notebook, "button", "Start")
    for index in set(holding(notebook, ".noUi-handle")) - set(trainings):
        handle = notebook.cell(index).locator(".noUi-handle").first
        now, least = (handle.get_attribute(f"aria-value{x}") for x in ("now", "min"))
        handle.press("End" if now == least else "Home")  # the picture itself may stay as it is
        told = """cell => {
            const handle = cell.querySelector('.noUi-handle'), said = handle.ariaValueText;
            const now = `${handle.ariaLabel} ${said}`;
            return [...cell.querySelectorAll('.widget-image')].some(
                image => image.alt.replaceAll(':', '').includes(now)
                    && image.alt.includes('. At first: '));
        }"""
        notebook.page.wait_for_function(told, arg=notebook.cell(index).element_handle())
    assert notebook.complaints == []


def test_every_other_control_changes_its_picture(notebook):
    kinds = ("toggle-buttons", "checkbox input", "dropdown select", "text input")
    css = ", ".join(f".widget-{kind}" for kind in kinds)
    trainings = holding(notebook, "button", "Start")
    for index in set(holding(notebook, ".widget-image")) - set(trainings):
        for control in notebook.cell(index).locator(css).all():
            before = notebook.pictures(index)
            turn(control)
            assert notebook.changed(index, before), (
                f"cell {index}: {control.evaluate('e => e.outerHTML')}"
            )
    assert notebook.complaints == []


def turn(control) -> None:
    """Give a control that is no slider another value, as a hand would."""
    kind = control.evaluate("e => e.type ?? 'buttons'")
    if kind == "checkbox":
        control.click()
    elif kind == "select-one":
        control.select_option(index=control.evaluate("e => (e.selectedIndex + 1) % e.length"))
    elif kind == "text":
        control.fill("Now is the winter")
        control.press("Enter")
    else:
        control.locator("button:not(.mod-active)").last.click()


def touched(page, points) -> None:
    """Draw a stroke with a finger: touches as the browser gets them from a screen."""
    finger = page.context.new_cdp_session(page)
    kinds = ["touchStart", *["touchMove"] * (len(points) - 1)]
    for kind, (x, y) in zip(kinds, points, strict=True):
        what = {"type": kind, "touchPoints": [{"x": x, "y": y}]}
        finger.send("Input.dispatchTouchEvent", what)
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    finger.detach()


def test_a_stroke_is_drawn_by_mouse_by_finger_and_by_the_keyboard(notebook):
    for index in holding(notebook, ".course-pad canvas"):
        cell, keys = notebook.cell(index), notebook.page.keyboard
        pad, mouse = cell.locator(".course-pad canvas"), notebook.page.mouse
        before = notebook.pictures(index)
        cell.locator(".course-pad button").click()
        assert notebook.changed(index, before), f"cell {index}: Clear leaves what was drawn"
        before = notebook.pictures(index)
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + 40
        mouse.move(x, y)
        mouse.down()
        mouse.move(x, y + box["height"] / 2, steps=8)
        mouse.up()
        assert notebook.changed(index, before), f"cell {index}: a stroke changes nothing"
        notebook.page.wait_for_timeout(300)  # in which the end of the stroke is told
        drawn = cell.locator(".course-drawing textarea").input_value()
        assert drawn.count(",") > 5 and ";" not in drawn
        across = np.linspace(box["x"] + 30, box["x"] + box["width"] - 30, 8)
        touched(notebook.page, [(float(at), y + 60) for at in across])
        notebook.page.wait_for_timeout(300)
        first, second = cell.locator(".course-drawing textarea").input_value().split(";")
        assert first == drawn and second.count(",") > 5, "a finger draws a stroke of its own"
        cell.locator(".course-pad button").click()
        pad.focus()
        keys.press("Delete")
        for key in ["Space", *["ArrowDown"] * 5, "Space", "ArrowRight", "Space", "ArrowUp"]:
            keys.press(key)
        notebook.page.wait_for_timeout(300)
        written = cell.locator(".course-drawing textarea").input_value()
        assert [stroke.count(",") for stroke in written.split(";")] == [6, 2]
        keys.press("Backspace")
        notebook.page.wait_for_timeout(300)
        assert ";" not in cell.locator(".course-drawing textarea").input_value()
        save(notebook, f"drawn_{index}", index, index)
        assert len(notebook.cells()) == notebook.total, "a key reached the notebook, not the pad"
    assert notebook.complaints == []


def test_every_play_button_plays(notebook):
    for index in holding(notebook, ".widget-play"):
        before, play = notebook.pictures(index), notebook.cell(index).locator(".widget-play button")
        play.first.click()
        assert notebook.changed(index, before), f"cell {index} stands still"
        play.first.click()
        notebook.wait_idle()
    assert notebook.complaints == []


def test_every_training_starts_and_stops(notebook):
    for index in holding(notebook, "button", "Start"):
        before = notebook.pictures(index)
        start, stop = (
            notebook.cell(index).locator("button", has_text=t) for t in ("Start", "Stop")
        )
        start.press("Enter")
        assert notebook.changed(index, before, seconds=20), f"cell {index}: nothing was learnt"
        stop.evaluate("button => button.click()")  # nothing, if all is learnt by now
        notebook.page.wait_for_function("b => !b.disabled", arg=start.element_handle())
        focused = "e => e.parentElement.contains(document.activeElement)"
        notebook.page.wait_for_function(focused, arg=start.element_handle())
        # not another picture: a run stopped where the preview ends looks like the preview
        kept = re.search(r"(\d+) % done", notebook.cell(index).inner_text())
        assert int(kept[1]) > 0, f"cell {index}: what was learnt is lost"
    assert notebook.complaints == []


def test_predictions_are_committed_and_revealed(notebook):
    first = next(iter(holding(notebook, "button", "Commit")), None)
    for index in holding(notebook, "button:enabled", "Commit"):
        commit(notebook, index)
    if first is not None:
        name = notebook.cells()[first]["source"].split()[-1]
        assert "You predicted" in notebook.ask(f"{name}.reveal({name}.entry['guess'])")
        hands = notebook.cell(first).locator(HANDS).all()
        assert len(hands) > 1 and all(hand.is_disabled() for hand in hands), "it is final"
        assert "it is final" in notebook.cell(first).locator("[role=status]").inner_text()
    assert notebook.complaints == []


def test_a_prediction_is_made_by_the_keyboard_alone(notebook):
    keyboard = notebook.page.keyboard  # nothing puts the focus back where a key drove it away
    questions = {  # the first that asks for a number, and the first that offers a choice
        notebook.cell(index).locator("input[type=radio]").count() > 0: index
        for index in reversed(holding(notebook, "button:enabled", "Commit"))
    }
    for index in questions.values():
        cell = notebook.cell(index)
        cell.locator("input[type=text], input[type=radio]").first.focus()
        if cell.locator("input[type=text]").count():
            keyboard.type("many")
            keyboard.press("Enter")
            until_refused(cell.locator("input[type=text]"))
            keyboard.press("ControlOrMeta+a")
            keyboard.type(f"about {lowest(notebook, index)}")
            keyboard.press("Enter")
            keyboard.type("9")  # which is no part of what stood at the press
            cell.locator(f"text={COMMITTED}").wait_for(timeout=10_000)
            number = re.escape(lowest(notebook, index))
            assert re.match(rf"{number}(?!\d)", guess(notebook, index)), "it is changed later"
            keyboard.press("Backspace")
        else:
            for key in ("Space", "ArrowUp", "ArrowDown", "ArrowDown", "b"):
                keyboard.press(key)
            assert cell.locator("input[type=radio]").nth(1).is_checked()
        keyboard.press("Enter")
        cell.locator(f"text={COMMITTED}").wait_for(timeout=10_000)
        notebook.wait_idle()
        keyboard.press("ControlOrMeta+s")
        notebook.page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
        notebook.page.wait_for_timeout(300)  # in which options that are made anew keep the focus
        keyboard.press("Escape")  # back in the notebook, at this cell
        assert cell.evaluate("cell => cell === document.activeElement")
    assert len(notebook.cells()) == notebook.total, "a key reached the notebook, not the field"
    assert notebook.complaints == []


def until_refused(field) -> None:
    """Wait until a field is marked as wrong, and says of itself what it wants and why not."""
    marked = """e => {
        if (e.ariaInvalid !== 'true') return false;
        const ids = e.getAttribute('aria-describedby').split(' ');
        const [wanted, why] = ids.map(id => document.getElementById(id)?.innerText ?? '');
        return wanted.startsWith('Type a number') && why.includes('many');
    }"""
    field.page.wait_for_function(marked, arg=field.element_handle(), timeout=10_000)


def test_every_control_has_the_name_and_the_value_that_the_eye_sees(notebook):
    for index in holding(notebook, ".course-awake"):
        for slider in notebook.cell(index).locator(".widget-slider").all():
            handle = slider.locator(".noUi-handle")
            label = names.aloud(slider.locator("label").inner_text())
            assert handle.get_attribute("aria-label") == label
            shown = slider.locator(".widget-readout").inner_text()
            if handle.get_attribute("aria-valuetext") != shown:  # it may have been on its way
                notebook.page.wait_for_timeout(3000)
                shown = slider.locator(".widget-readout").inner_text()
            assert handle.get_attribute("aria-valuetext") == shown
            assert "e" not in shown, f"cell {index}: {shown}"
            assert not slider.locator("[title=null]").count()
        for button in notebook.cell(index).locator(".widget-toggle-buttons button").all():
            active = "mod-active" in button.get_attribute("class")
            assert button.get_attribute("aria-checked") == str(active).lower()
        for told in notebook.cell(index).locator(".course-told").all():
            assert told.get_attribute("role") == "status"  # what it says is read out


@pytest.fixture(scope="module")
def windows(notebook):
    """What is found in each of `WINDOWS`; two tests read it, for a page is slow to be set anew."""
    page, wide, found = notebook.page, notebook.page.viewport_size, {}
    shown = "parts => parts.filter(e => e.checkVisibility())"
    length, cut = ".map(e => e.offsetWidth)", ".filter(e => e.scrollWidth > e.clientWidth)"
    tracks = page.locator(".widget-slider .noUi-target")
    words = page.locator(".course-controls :is(.widget-label, .widget-readout)")
    try:
        for width, opened in WINDOWS:
            page.set_viewport_size(wide | {"width": width})
            page.wait_for_timeout(300)
            if page.locator(".jp-FileBrowser").is_visible() != opened:
                notebook.execute("application:toggle-left-area")
            page.wait_for_timeout(500)
            found[width, opened] = {
                "tracks": tracks.evaluate_all(shown + length),
                "words": words.evaluate_all(f"{shown}{cut}.map(e => e.innerText)"),
                "page": page.evaluate(NARROW, pictures.LEAST),
            }
    finally:
        page.set_viewport_size(wide)
    return found


def test_every_slider_is_long_enough_for_a_hand(windows):
    """In the whole window, in half of it, and beside the list of files."""
    for window, found in windows.items():
        assert all(track >= pictures.TRACK - 1 for track in found["tracks"]), (window, found)
        assert found["words"] == [], window


def test_in_a_narrow_window_nothing_is_cut_or_too_small_to_read(windows):
    """As wide as half a screen, and narrower, the list of files open and closed."""
    found = {window: found["page"] for window, found in windows.items()}
    del found[SQUEEZED, True]  # there sliders are long enough, and pictures needn't be
    assert not any(found.values()), found


def test_names_are_given_however_late_a_box_takes_in_its_parts(notebook):
    if notebook.stem != NOTEBOOKS[0].stem:
        pytest.skip("one lesson is enough")
    named = names.script(names._PAGE + "page.dataset.late = 'seen';")
    notebook.page.locator(".course-awake").first.evaluate(
        """(box, html) => {
            const part = document.createElement('div');
            part.innerHTML = html;
            setTimeout(() => box.append(part), 500);
        }""",
        named,
    )
    notebook.page.wait_for_selector(".course-awake[data-late=seen]", timeout=10_000)


def test_every_picture_has_its_alt_text(notebook):
    script = """cells => cells.map(cell => [...cell.querySelectorAll('.jp-OutputArea img')]
        .filter(image => image.offsetParent !== null).map(image => image.alt))"""
    found = notebook.page.locator(".jp-Notebook .jp-Cell").evaluate_all(script)
    short = [(i, alt) for i, alts in enumerate(found) for alt in alts if len(alt.split()) < 3]
    assert not short


def test_a_hint_is_opened_by_the_keyboard(notebook):
    cells = notebook.cells()
    check = max((i for i, cell in enumerate(cells) if ".check(" in cell["source"]), default=-1)
    if check < 0:
        pytest.skip(f"{notebook.stem} has no exercise")
    name = re.search(r"ex\.(\w+)\.check", cells[check]["source"])[1]
    exercise = getattr(lessons.bank(lessons.slug(notebook.stem)), name)
    notebook.hinted = check, exercise.note(0).title
    ladder = notebook.cell(check).locator(".course-awake")
    for n in range(3):
        ladder.locator("button", has_text=f"Hint {n + 1} of 3").press("Enter")
        title = exercise.note(n).title
        there = "title => document.activeElement.matches(`.course-opened[aria-label='${title}']`)"
        notebook.page.wait_for_function(there, arg=title, timeout=10_000)
    heard = "opened => document.getElementById(opened.getAttribute('aria-describedby'))?.innerText"
    assert "hint 3 of 3" in ladder.locator(".course-opened").evaluate(heard)
    assert "All 3 hints are open above." in ladder.inner_text()
    assert not ladder.locator("button", has_text="Hint").filter(visible=True).count()
    assert not ladder.locator("button:disabled").count()
    assert len(notebook.cells()) == notebook.total, "the key reached the notebook"
    save(notebook, "hint", check, check)
    assert notebook.complaints == []


def test_a_machine_finds_no_barrier_in_the_outputs(notebook):
    """By axe-core: names, roles, contrast of what the course puts on the page, hints open."""
    with barriers.without(notebook.page, BESIDE), in_one_window(notebook.page):
        # A label beside a slider is not its label element's text to axe; everything else is asked.
        found = barriers.barriers(notebook.page, OUTPUTS, "region")
        assert not found.response["violations"], found.generate_report()
        for theme in notebook.themes():
            notebook.theme(theme)
            found = barriers.pale(notebook.page, OUTPUTS)
            assert not found.response["violations"], f"{theme}:\n{found.generate_report()}"


def test_a_machine_finds_pale_words(notebook):
    if notebook.stem != NOTEBOOKS[0].stem:
        pytest.skip("one lesson is enough")
    pale = notebook.page.add_style_tag(content=".course-card b { color: #bbb; background: #ccc; }")
    with barriers.without(notebook.page, BESIDE), in_one_window(notebook.page):
        found = barriers.pale(notebook.page, OUTPUTS)
    pale.evaluate("e => e.remove()")
    assert found.violations_count == 1


@contextmanager
def in_one_window(page):
    """Make the window as high as what is on the page: what axe-core takes for seen."""
    usual = page.viewport_size
    style = page.add_style_tag(content="body { height: 100vh; }")  # JupyterLab's has none
    pane = page.locator(".jp-WindowedPanel-outer").first
    try:
        height = pane.evaluate("e => { e.scrollTo(0, 0); return e.scrollHeight; }")
        page.set_viewport_size(usual | {"height": height + 200})
        page.wait_for_function(f"e => e.clientHeight >= {height}", arg=pane.element_handle())
        yield
    finally:
        page.set_viewport_size(usual)
        style.evaluate("e => e.remove()")


def test_an_exercise_is_answered_wrongly_and_then_rightly(notebook):
    cells = notebook.cells()
    tagged = [tag for cell in cells for tag in cell["tags"] if tag.startswith("exercise:")]
    if not tagged:
        pytest.skip(f"{notebook.stem} has no exercise")
    stub = next(i for i, cell in enumerate(cells) if tagged[0] in cell["tags"])
    check = next(i for i in range(stub, len(cells)) if ".check(" in cells[i]["source"])
    name, answer = re.search(r"ex\.(\w+)\.check\((\w+)", cells[check]["source"]).groups()
    bank = lessons.bank(lessons.slug(notebook.stem))
    mistake = getattr(bank, name).mistakes[0]
    assert "not started" in notebook.cell(check).inner_text()

    notebook.type(stub, typed(mistake, answer) or f"{answer} = ex.{name}.mistakes[0].code")
    notebook.run(check)
    assert mistake.says in said(notebook.cells()[check])
    heard = "start => window.courseHeard.textContent.startsWith(start)"  # a verdict is read out
    notebook.page.wait_for_function(heard, arg=f"✗ {name}", timeout=10_000)
    hints = notebook.cell(check).locator("button", has_text="Hint 1").filter(visible=True)
    if hints.count():  # where it is the last check, they are open already
        hints.click()
        notebook.cell(check).locator(".course-opened").first.wait_for(timeout=10_000)
    save(notebook, "wrong", stub, check)

    source, imports = editions.solution(tagged[0].removeprefix("exercise:"))
    notebook.type(stub, "\n".join([*imports.values(), source]))
    notebook.run(check)
    notebook.cell(check).locator("text=done").first.wait_for(timeout=10_000)
    assert notebook.complaints == []


def test_on_the_next_day_what_was_seen_last_is_still_there(notebook):
    """Run, saved, closed, the kernel gone, opened again."""
    figures = holding(notebook, ".course-awake img")
    questions = holding(notebook, ".course-awake button", "Commit")
    notebook.page.wait_for_timeout(1500)  # pictures come to rest
    before = {index: notebook.images(index) for index in figures}
    guesses = {index: guess(notebook, index) for index in questions}
    notebook.reopen()
    assert "model not found" not in notebook.page.locator(".jp-Notebook").inner_text()
    assert "model not found" not in notebook.page.locator(".jp-Notebook").aria_snapshot()
    for index, images in before.items():
        after = notebook.images(index)
        assert len(after) == len(images) == 1, f"cell {index}"
        assert apart(images[0], after[0]) < 3, f"cell {index} shows another picture"
        save(notebook, f"day_two_{index}", index, index)
    hinted, words = getattr(notebook, "hinted", (-1, ""))
    if hinted >= 0 and "· done" not in said(notebook.cells()[hinted]):
        assert words in notebook.cell(hinted).inner_text()
        assert not notebook.cell(hinted).locator("button", has_text="Hint").count()
    for index, words in guesses.items():
        assert f"You predicted: {words}." in notebook.cell(index).inner_text()
    complaints = [c for c in notebook.complaints if "widget model not found" not in c]
    assert complaints == []


def guess(notebook, index: int) -> str:
    """Return the guess that a question says it keeps."""
    text = notebook.cell(index).locator("[role=status]").inner_text()
    found = re.search(r"(?:Committed|stands)(?::| is) (.*?)\.(?: Run| The| Press|$)", text)
    assert found, f"cell {index} says {text!r}"
    return found[1]


def apart(one, other) -> float:
    """Return the root mean square between two pictures, of 255."""
    a, b = (np.asarray(image.resize(one.size), float) for image in (one, other))
    return float(np.sqrt(np.mean((a - b) ** 2)))
