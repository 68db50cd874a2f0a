"""A learner's copy: no answer under its question, plumbing folded, numbered, a way on."""

import copy
import json
import re

import pytest

from course.lessons import desk, handout, lessons, places, plumbing

STEMS = [lesson.stem for lesson in lessons()]
PICTURE = {"output_type": "display_data", "data": {"image/png": "AA"}, "metadata": {}}
WIDEST = 100  # columns of code, as in the package
SHOWS = re.compile(r"\bprint\(|\bplot\.(?:show|table)\(|\b(?:curves|diagrams|figures|widgets)\.")
VIEW = {"output_type": "display_data", "data": {handout.WIDGET: {"a": 1}, "text/plain": ""}}


def code(source, *tags, outputs=()):
    return {
        "cell_type": "code",
        "id": "abc",
        "metadata": {"tags": list(tags)} if tags else {},
        "source": source,
        "execution_count": 1,
        "outputs": list(outputs),
    }


def prose(source):
    return {"cell_type": "markdown", "id": "def", "metadata": {}, "source": source}


def made(*cells, **place):
    """The cells of a copy, without the lines above and below."""
    place = handout.Place(**({"stem": "12_attention"} | place))
    book = {"cells": list(cells), "metadata": {}}
    kept = copy.deepcopy(book)
    shown = handout.make(book, place)["cells"]
    assert book == kept
    return [cell for cell in shown if cell["id"] not in handout.OURS]


@pytest.fixture(scope="module", params=STEMS)
def copied(request, root):
    """A shipped lesson, and the copy of it."""
    shipped = desk.read(root / "notebooks" / f"{request.param}.ipynb")
    return request.param, shipped, handout.make(shipped, handout.Place(request.param))


def folded(cell):
    return cell["metadata"].get("jupyter", {}).get("source_hidden", False)


def test_no_output_stands_in_a_copy_but_questions_and_live_pictures(copied):
    _, shipped, fresh = copied
    kinds = {
        plumbing.kind(c) for c in fresh["cells"] if c.get("outputs") and c["id"] != handout.MAP
    }
    assert kinds <= {"predict", "live"}
    live = [c for c in shipped["cells"] if c["cell_type"] == "code" and plumbing.kind(c) == "live"]
    left = [c for c in fresh["cells"] if c.get("outputs") and plumbing.kind(c) == "live"]
    assert len(left) == len(live)  # none of the shipped ones stands under an open question
    for cell in fresh["cells"]:
        if cell["cell_type"] == "code":
            assert cell["execution_count"] is None
            assert handout.WIDGET not in json.dumps(cell["outputs"])


def test_what_a_prediction_reveals_is_neither_printed_nor_in_sight(copied):
    _, _, fresh = copied
    assert "Measured:" not in json.dumps([c.get("outputs") for c in fresh["cells"]])
    reveals = [c for c in fresh["cells"] if ".reveal(" in c["source"] and c["cell_type"] == "code"]
    asked = [c for c in fresh["cells"] if c.get("outputs") and plumbing.kind(c) == "predict"]
    assert len(reveals) == len(asked) > 0
    for cell in reveals:
        assert folded(cell)
        assert cell["source"].startswith("# What came out")
    for reveal in reveals:
        rest = fresh["cells"][fresh["cells"].index(reveal) :]
        told = next(cell for cell in rest if cell["cell_type"] == "markdown")
        leads_on = "open" in told["metadata"].get("tags", [])
        assert leads_on or told["source"].startswith(("<details>", "#")), told["source"]


def test_what_a_figure_near_a_question_shows_is_not_told_in_sight(copied):
    *_, fresh = copied
    for cell, state in zip(fresh["cells"], handout.near(fresh["cells"]), strict=True):
        if state and cell["cell_type"] == "code" and "alt=" in cell["source"]:
            assert folded(cell), cell["source"]


def test_nothing_is_shown_between_a_question_and_what_came_out(copied):
    """A run of all cells comes that far before anybody could have guessed."""
    *_, fresh = copied
    for cell, state in zip(fresh["cells"], handout.near(fresh["cells"]), strict=True):
        if state == "asked" and cell["cell_type"] == "code" and ".reveal(" not in cell["source"]:
            assert not SHOWS.search(cell["source"]), cell["source"]


def test_code_in_sight_is_no_wider_than_the_package(copied):
    *_, fresh = copied
    for cell in fresh["cells"]:
        if cell["cell_type"] == "code" and not folded(cell):
            wide = [line for line in cell["source"].splitlines() if len(line) > WIDEST]
            assert not wide, wide


def test_a_choice_is_chosen_and_a_number_typed(copied):
    _, _, fresh = copied
    asked = [c["source"] for c in fresh["cells"] if plumbing.kind(c) == "predict" and folded(c)]
    for source in asked:
        wanted = "choose your answer" if "predict.choice(" in source else "type your guess"
        assert source.startswith(f"# A prediction: run this cell, then {wanted}.\n")


def test_a_copy_computes_what_the_lesson_computes(copied):
    _, shipped, fresh = copied

    def program(notebook):
        cells = (c for c in notebook["cells"] if c["cell_type"] == "code")
        lines = (line for c in cells if c["id"] not in handout.OURS for line in _lines(c))
        ours = "#", "from course.lessons import map"  # the map's cell runs by itself in a copy
        return [line for line in lines if line.strip() and not line.startswith(ours)]

    def _lines(cell):
        return cell["source"].splitlines()

    assert program(fresh) == program(shipped)


def test_every_exercise_is_a_numbered_heading(copied):
    stem, _, fresh = copied
    (lesson,) = (lesson for lesson in lessons() if lesson.stem == stem)
    text = "\n".join(c["source"] for c in fresh["cells"] if c["cell_type"] == "markdown")
    found = re.findall(
        r"^### Exercise (\d+)\.(\d+) · `(\w+)` · difficulty (\d)", text, re.MULTILINE
    )
    numbers = {(int(stem[:2]), place): name for place, name in enumerate(lesson.exercises, 1)}
    assert {(int(a), int(b)): name for a, b, name, _ in found} == numbers
    assert "### Exercise:" not in text
    assert re.search(rf"^# {stem[:2]} · ", text, re.MULTILINE)


def test_at_most_two_thirds_of_the_code_is_left_in_sight(copied):
    _, _, fresh = copied
    cells = [c for c in fresh["cells"] if c["cell_type"] == "code"]
    lines = {True: 0, False: 0}
    for cell in cells:
        lines[folded(cell)] += cell["source"].count("\n") + 1
    assert lines[False] <= 0.75 * sum(lines.values())
    assert not any(folded(c) for c in cells if "exercise:" in str(c["metadata"].get("tags")))
    assert not any(folded(c) for c in cells if "worked:" in str(c["metadata"].get("tags")))


def test_ids_are_unique_and_two_copies_are_alike(copied, root):
    stem, shipped, fresh = copied
    ids = [cell["id"] for cell in fresh["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[\w-]{1,64}", id) for id in ids)
    assert handout.make(shipped, handout.Place(stem)) == fresh


def test_the_lines_above_and_below_lead_on():
    place = handout.Place("12_attention", "08_optimizers", "13_small_gpt")
    above, *_, below = handout.make({"cells": [], "metadata": {}}, place)["cells"]
    assert "[08 · Optimizers](08_optimizers.ipynb)" in above["source"]
    assert "[Map of the course](00_start_here.ipynb#cell-id=course-map)" in above["source"]
    assert "[13 · " in above["source"]
    assert "solved" not in above["source"], "nothing was solved yet"
    assert "](13_small_gpt.ipynb)" in below["source"]
    solved = frozenset({"attention.attend", "small_gpt.batch"})
    later = handout.above(place._replace(solved=solved), (10, 0))["source"]
    assert "1 solved when you opened this page; run its last cell of code" in later
    on = handout.above(place._replace(step="[Go on](there)"), (10, 0))["source"]
    assert on.endswith("**[Go on](there)**"), "on whatever page it stands"
    first = handout.Place("00_start_here", "", "01_linear_algebra")
    text = handout.above(first, (60, 0))["source"]
    assert "About 60 minutes. 2 exercises." in text
    assert "](00_start_here.ipynb#cell-id=course-map)" in text and "←" not in text
    assert "60 minutes, and 20 for what" in handout.above(first, (60, 20))["source"]


def test_a_lesson_says_how_long_it_takes_as_the_readme_does(copied, root):
    stem, _, fresh = copied
    (row,) = re.findall(rf"{stem}\.ipynb\).*\| (.+) \|$", (root / "README.md").read_text(), re.M)
    said = re.search(r"About (\d+) minutes(?:, and (\d+) for)?", fresh["cells"][0]["source"])
    assert [part for part in said.groups() if part] == row.split(" + ")


def test_links_lead_to_places_that_are_there(copied):
    stem, _, fresh = copied
    (lesson,) = (lesson for lesson in lessons() if lesson.stem == stem)
    cells = {cell["id"]: cell["source"] for cell in fresh["cells"]}
    for name in lesson.exercises:
        file, id = places.exercise(lesson, name).split("#cell-id=")
        assert file == f"{stem}.ipynb" and re.search(rf"^### .*`{name}`", cells[id], re.MULTILINE)
    assert ("course-map" in cells) is (places.file(stem) == places.FIRST)
    assert "## Questions to answer" in cells["questions"]


def test_after_an_exercise_comes_what_is_open_next(copied):
    stem, _, fresh = copied
    (lesson,) = (lesson for lesson in lessons() if lesson.stem == stem)
    ids = [cell["id"] for cell in fresh["cells"]]
    stops = [id for id in ids if id.startswith(("exercise-", "prediction-"))]
    asked = [cell["id"] for cell in fresh["cells"] if plumbing.kind(cell) == "predict"]
    assert asked == [id for id in stops if id.startswith("prediction-")]
    words = {f"exercise-{name}": f" · {name}" for name in lesson.exercises}
    words |= {"questions": "Questions to answer without looking", handout.BELOW: "the next lesson"}
    for name in lesson.exercises:
        rest = ids[ids.index(f"exercise-{name}") + 1 :]
        for done in (set(), set(stops), {id for id in stops if id.startswith("exercise-")}):
            link, told = places.after(lesson, name, ids, done)
            open_ones = (id for id in rest if id in (*stops, "questions", handout.BELOW))
            next_one = next(id for id in open_ones if id not in done)
            assert link == f"{stem}.ipynb#cell-id={next_one}"
            assert told.endswith(words.get(next_one, "a prediction"))
    assert places.after(lesson, "elsewhere", ids, set()) == ("", "")


def test_a_prediction_is_finished_once_it_was_made_or_came_too_late():
    (lesson,) = (lesson for lesson in lessons() if lesson.slug == "start_here")
    state = {
        "checks": {
            "start_here.probabilities": {"passed": True},
            "start_here.write_greedily": {"passed": False},
            "attention.attend": {"passed": True},
        },
        "predictions": {"start_here.never": {"guess": 3}, "start_here.right": {"measured": 5}},
    }
    finished = {"exercise-probabilities", "prediction-never", "prediction-right"}
    assert places.finished(lesson, state) == finished


def test_where_the_links_lead_the_map_is_drawn_and_its_cell_runs_by_itself(root):
    shipped = desk.read(root / "notebooks" / places.FIRST)
    fresh = handout.make(shipped, handout.Place(places.FIRST[:-6], map="<b>drawn</b>"))["cells"]
    ids = [cell["id"] for cell in fresh]
    assert handout.MAP in ids[ids.index("course-map") :][:3]
    (cell,) = (cell for cell in fresh if cell["id"] == handout.MAP)
    assert cell["outputs"][0]["data"]["text/html"].startswith("<b>drawn</b><div")
    space = {}
    exec(cell["source"], space)
    assert str(space["course_map"].show())


def test_a_lesson_that_the_package_does_not_know_is_copied_too():
    place = handout.Place("77_guest", "13_small_gpt", "")
    above, *_, below = handout.make({"cells": [code("1")], "metadata": {}}, place)["cells"]
    assert "13 · " in above["source"]
    assert "last lesson" in below["source"]


def test_a_picture_under_an_open_question_would_give_it_away():
    ask, tell = code('g = predict.number("a.b", "How many?")\ng'), code("g.reveal(3)")
    live = code("widgets.plane()", outputs=[PICTURE])
    shown = made(ask, live, tell, copy.deepcopy(live))
    assert [bool(cell["outputs"]) for cell in shown] == [False, False, False, True]


def test_an_exercise_begins_a_cell_to_whose_top_links_lead():
    first, second = made(prose("## Further\n\nOptional.\n\n### Exercise: `scores`\n\nGo on."))
    assert (first["id"], first["source"]) == ("def", "## Further\n\nOptional.")
    assert second["id"] == "exercise-scores" and second["source"].startswith("### Exercise 12.")


def test_what_explains_a_result_is_folded_down_to_the_next_heading():
    ask, tell = code('g = predict.number("a.b", "How many?")\ng'), code("x = 3\ng.reveal(x)")
    before, why = prose("Count them."), prose("It is *three*.\n\n### More\n\nGo on.")
    cells = ask, before, tell, code("plot.show()"), why, prose("Four would do.")
    shown = [c["source"] for c in made(*cells) if c["cell_type"] == "markdown"]
    assert shown[0] == "Count them."
    assert re.fullmatch(
        r"<details><summary>.+</summary>\n\nIt is \*three\*\.\n\n</details>\n\n### More\n\nGo on\.",
        shown[1],
        re.DOTALL,
    )
    assert shown[2] == "Four would do."
    assert made(ask, tell, prose("## New"), prose("Four."))[-1]["source"] == "Four."
    leads_on = prose("Now look.") | {"metadata": {"tags": ["open"]}}
    assert made(ask, tell, leads_on, prose("Four."))[-2:] == [leads_on, prose("Four.")]
    assert made(prose("Nobody asked."), tell, prose("It is 3."))[-1]["source"] == "It is 3."


def test_of_a_live_figure_the_picture_stays_and_the_widget_goes():
    both = {"output_type": "execute_result", "data": PICTURE["data"] | VIEW["data"], "metadata": {}}
    (cell,) = made(code("widgets.plane()", outputs=[PICTURE, VIEW, both | {"execution_count": 3}]))
    plain = PICTURE | {"data": {"image/png": "AA", "text/plain": ""}}
    assert cell["outputs"] == [PICTURE, plain]


def test_an_experiment_stays_open_and_what_it_reveals_is_folded():
    source = "x = 1\n# why\ng.reveal(x)\nprint(x)"
    first, second = made(code(source, "mine", outputs=[PICTURE]))
    assert first["source"] == "x = 1"
    assert first["metadata"] == {"tags": ["mine"]}
    assert not folded(first)
    assert folded(second)
    assert second["source"].endswith("\n# why\ng.reveal(x)\nprint(x)")
    assert (first["id"], second["id"]) == ("abc", "abc-reveal")


FIGURE = "fig, ax = plot.figure()\nax.plot(x)\nplot.show(fig, alt='a line')"
TEACHES = "h = x @ W\nh = relu(h)\ny = h @ V\nz = y\nplot.table(y)"


@pytest.mark.parametrize(
    ("cell", "kind", "hidden"),
    [
        (code('g = predict.choice("a.b", "Which?", "xy")\ng'), "predict", True),
        (code(FIGURE), "plot", True),
        (code("plot.table(y)"), "table", True),
        (code(TEACHES), "table", False),
        (code(TEACHES, "table"), "table", True),
        (code(FIGURE, "open"), "plot", False),
        (code("widgets.plane()"), "live", False),
        (code("live.figure(setup, alt='a line')"), "live", False),
        (code("y = layers.softmax(z)\ny.sum()"), "", False),
        (code("import numpy as np\ntorch.set_num_threads(1)", "setup"), "setup", True),
        (code("%timeit f("), "", False),
        (code(""), "", False),
    ],
)
def test_cells_are_told_by_what_they_call(cell, kind, hidden):
    assert plumbing.kind(cell) == kind
    (shown,) = made(cell)
    assert folded(shown) is hidden
    assert shown["source"].startswith("# ") is hidden
