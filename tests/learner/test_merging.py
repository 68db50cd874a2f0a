"""A lesson that changed meets a copy that was worked in: nothing of either side is lost."""

import copy
import itertools
import random

import pytest

from course.learner import merging

STUB = "def attend(q, k):\n    ...  # two lines"
ANSWER = "def attend(q, k):\n    return q @ k.T"


def cell(id, source, kind="code", *tags, **more):
    made = {"cell_type": kind, "id": id, "source": source, "metadata": {}}
    made["metadata"] = {"tags": list(tags)} if tags else {}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {}) | more


def book(*cells):
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def lesson(**changed):
    """A lesson of five cells; a name with another text changes that cell and its id."""
    texts = {
        "title": "# Attention",
        "setup": "import numpy as np\nrng = np.random.default_rng(0)",
        "worked": "def softmax(z):\n    e = np.exp(z)\n    return e / e.sum()",
        "stub": STUB,
        "end": "Questions to answer without looking",
    }
    kinds = {"title": "markdown", "end": "markdown"}
    tags = {"setup": ["setup"], "stub": ["exercise:attention.attend"]}
    return book(
        *(
            cell(f"{name}-2" if name in changed else name, text, kinds.get(name, "code"), *more)
            for name, text in (texts | changed).items()
            if text is not None
            for more in [tags.get(name, [])]
        )
    )


def worked(base, **changed):
    """A copy in which the learner changed cells by their ids; None deletes."""
    mine = copy.deepcopy(base)
    mine["cells"] = [c for c in mine["cells"] if changed.get(c["id"], "") is not None]
    for c in mine["cells"]:
        c["source"] = changed.get(c["id"], c["source"])
    return mine


def sources(notebook):
    return [c["source"] for c in notebook["cells"]]


def test_a_lesson_that_did_not_change_leaves_the_copy_as_it_is():
    base = lesson()
    mine = worked(base, stub=ANSWER, worked=None)
    mine["cells"].insert(2, cell("own", "x = 1"))
    assert merging.merge(base, mine, base).notebook == mine


def test_a_copy_that_was_not_worked_in_becomes_the_lesson():
    base, fresh = lesson(), lesson(worked="def softmax(z):\n    return np.exp(z)", end=None)
    assert merging.merge(base, base, fresh).notebook == fresh


def test_edits_in_different_cells_are_both_taken():
    base, fresh = lesson(), lesson(title="# Attention, again", worked="def softmax(z): pass")
    mine = worked(base, stub=ANSWER, setup="import numpy")
    mine["cells"][3] |= {"outputs": [{"output_type": "stream"}], "execution_count": 7}
    done = merging.merge(base, mine, fresh)
    assert sources(done.notebook) == [
        "# Attention, again",
        "import numpy",
        "def softmax(z): pass",
        ANSWER,
        base["cells"][4]["source"],
    ]
    assert done.notebook["cells"][3]["execution_count"] == 7  # what they ran still stands
    assert (done.carried, done.beside) == ([], 0)


def test_an_answer_is_carried_into_a_changed_stub_of_the_same_signature():
    base, fresh = lesson(), lesson(stub=STUB.replace("two lines", "one line"))
    done = merging.merge(base, worked(base, stub=ANSWER), fresh)
    assert sources(done.notebook)[3] == ANSWER
    assert done.notebook["cells"][3]["id"] == "stub-2"
    assert done.carried == ["exercise:attention.attend"]


@pytest.mark.parametrize("written", [ANSWER, "def attend(q, k:\n  broken"])
def test_an_answer_to_another_signature_stands_beside_marked_and_does_not_run(written):
    base, fresh = lesson(), lesson(stub="def attend(q, k, v):\n    ...")
    done = merging.merge(base, worked(base, stub=written), fresh)
    stub, beside = done.notebook["cells"][3:5]
    assert stub["source"] == "def attend(q, k, v):\n    ..."
    assert beside["cell_type"] == "raw"
    assert beside["source"].startswith("# Yours, kept from before the lesson changed.")
    assert beside["source"].endswith(written)
    assert done.beside == 1


def test_an_answer_that_is_broken_stays_where_only_a_comment_changed_elsewhere():
    base, fresh = lesson(), lesson(title="# Other")
    broken = "def attend(q, k:\n  broken"
    assert sources(merging.merge(base, worked(base, stub=broken), fresh).notebook)[3] == broken


def test_a_cell_that_both_changed_stands_beside():
    base, fresh = lesson(), lesson(worked="def softmax(z):\n    e = np.exp(z - z.max())")
    done = merging.merge(base, worked(base, worked="def softmax(z):\n    return 0"), fresh)
    assert done.notebook["cells"][2]["source"] == fresh["cells"][2]["source"]
    assert done.notebook["cells"][3]["source"].endswith("def softmax(z):\n    return 0")


def test_the_same_edit_on_both_sides_is_one():
    base, fresh = lesson(), lesson(title="# New")
    assert merging.merge(base, worked(base, title="# New"), fresh).notebook == fresh


def test_a_deleted_cell_stays_away_unless_the_lesson_changed_it():
    base, fresh = lesson(), lesson(title="# New")
    shown = sources(merging.merge(base, worked(base, title=None, worked=None), fresh).notebook)
    assert shown == ["# New", *sources(base)[1:2], *sources(base)[3:]]


def test_what_the_lesson_dropped_is_kept_only_where_it_was_worked_in():
    base, fresh = lesson(), lesson(worked=None, stub=None)
    assert sources(merging.merge(base, base, fresh).notebook) == sources(fresh)
    done = merging.merge(base, worked(base, stub=ANSWER), fresh)
    assert done.notebook["cells"][2]["source"].endswith(ANSWER)
    assert done.beside == 1


def test_cells_that_the_learner_added_stay_where_they_were_put():
    base, fresh = lesson(), lesson(worked="def softmax(z): pass", end="The end")
    mine = worked(base)
    mine["cells"].insert(0, cell("first", "note = 0", "markdown"))
    mine["cells"].insert(4, cell("own", "softmax(1)"))
    mine["cells"].append({"cell_type": "code", "source": "x", "metadata": {}})  # without an id
    shown = sources(merging.merge(base, mine, fresh).notebook)
    assert shown[0] == "note = 0"
    assert shown[4] == "softmax(1)"
    assert shown[-1] == "x"


def test_cells_out_of_order_stand_in_the_lessons_order_again_with_what_follows_them():
    base, fresh = lesson(), lesson(title="# New")
    title, setup, soft, stub, end = worked(base, stub=ANSWER)["cells"]
    mine = book(end, stub, cell("own", "attend(1, 2)"), soft, title, setup)
    shown = sources(merging.merge(base, mine, fresh).notebook)
    assert shown == ["# New", *sources(base)[1:3], ANSWER, "attend(1, 2)", sources(base)[4]]


def test_a_cell_that_was_copied_with_its_id_is_the_learners_second():
    base, fresh = lesson(), lesson(title="# New")
    mine = worked(base)
    mine["cells"].insert(4, cell("stub", "a second try"))
    merged = merging.merge(base, mine, fresh).notebook
    assert sources(merged)[3:5] == [STUB, "a second try"]
    assert len({c["id"] for c in merged["cells"]}) == len(merged["cells"])


def test_a_lesson_that_was_moved_about_is_followed_by_its_exercises():
    base = lesson()
    title, setup, soft, stub, end = lesson(stub=STUB.replace("two", "2"))["cells"]
    fresh = book(title, stub, end, setup, soft)
    shown = sources(merging.merge(base, worked(base, stub=ANSWER), fresh).notebook)
    assert shown == [sources(base)[i] if i != 3 else ANSWER for i in (0, 3, 4, 1, 2)]


def test_the_state_of_widgets_is_the_learners():
    base, fresh = lesson(), lesson(title="# New")
    mine = base | {"metadata": {"widgets": {"a": 1}}}
    assert merging.merge(base, mine, fresh).notebook["metadata"] == {"widgets": {"a": 1}}


def test_a_copy_that_is_renewed_already_stays_as_it_is():
    base, fresh = lesson(), lesson(title="# New", stub=STUB.replace("two", "2"), worked=None)
    mine = worked(base, stub=ANSWER)
    mine["cells"].insert(2, cell("own", "x = 1"))
    renewed = merging.merge(base, mine, fresh).notebook
    assert ANSWER in sources(renewed)
    assert merging.merge(base, renewed, fresh).notebook == renewed


@pytest.mark.parametrize("seed", range(60))
def test_whatever_both_sides_do_nothing_of_the_learners_is_lost(seed):
    draw = random.Random(seed)
    base = book(*(cell(f"c{i}", f"line {i}\nvalue_{i} = {i}") for i in range(12)))
    numbers = itertools.count()

    def edited(who, notebook):
        cells = []
        for one in copy.deepcopy(notebook["cells"]):
            action = draw.choice(["keep", "keep", "edit", "drop", "add"])
            if action == "edit":
                one["source"] += f"\n{who} {next(numbers)}"
                one["id"] += f"-{who}" * (who == "lesson")
            if action != "drop":
                cells.append(one)
            if action == "add":
                n = next(numbers)
                cells.append(cell(f"{who}-{n}", f"{who} {n}"))
        draw.shuffle(cells) if draw.random() < 0.3 else None
        return book(*cells)

    mine, fresh = edited("mine", base), edited("lesson", base)
    kept = copy.deepcopy((base, mine, fresh))
    merged = merging.merge(base, mine, fresh).notebook
    assert (base, mine, fresh) == kept  # nothing is changed in place
    shown = "\n".join(sources(merged))
    was = set(sources(base))
    for source in sources(mine):
        assert source in was or source in shown
    for source in sources(fresh):
        if source not in was:  # what is new or changed is there, but for a cell taken from theirs
            assert source in shown
    ids = [c["id"] for c in merged["cells"]]
    assert len(set(ids)) == len(ids)
