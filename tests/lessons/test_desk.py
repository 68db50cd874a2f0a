"""The learner's desk: made once, reset and renewed without losing what was written on it."""

import asyncio
import json
import os

import pytest

from course import files
from course.command import lab_contents
from course.learner import home, progress, trust
from course.lessons import handout
from course.lessons.desk import Desk, Trouble, read
from course.lessons.renewing import update

STUB = "def scores(q, k):\n    ...  # two lines"
ANSWER = "def scores(q, k):\n    return q @ k.swapaxes(-1, -2) / q.shape[-1] ** 0.5"


def cell(id, source, kind="code", *tags):
    made = {"cell_type": kind, "id": id, "metadata": {"tags": list(tags)}, "source": source}
    return made | ({"outputs": [], "execution_count": 3} if kind == "code" else {})


def ship(checkout, stem, **changed):
    """Write a shipped lesson."""
    texts = {
        "title": "# Attention",
        "setup": "import numpy as np",
        "why": "Scores are products.\n\n### Exercise: `scores`",
        "stub": STUB,
        "end": "That was all.",
    } | changed
    cells = [
        cell(
            name if name not in changed else f"{name}-{abs(hash(text)) % 10**6}",
            text,
            "markdown" if name in ("title", "why", "end") else "code",
            *(["exercise:attention.scores"] if name == "stub" else []),
        )
        for name, text in texts.items()
    ]
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (checkout / "notebooks" / f"{stem}.ipynb").write_text(json.dumps(book))


@pytest.fixture
def desk(checkout):
    ship(checkout, "12_attention")
    made = Desk(checkout)
    assert made.open() == []
    return made


def write(desk, stem, change):
    """Change a copy as a learner would, with JupyterLab's way of writing."""
    notebook = read(desk.path(stem))
    change(notebook["cells"])
    desk.path(stem).write_text(json.dumps(notebook))


def answer(cells):
    (stub,) = (c for c in cells if "exercise:attention.scores" in c["metadata"].get("tags", []))
    stub["source"] = ANSWER


def text(file):
    return "\n".join(c["source"] for c in read(file)["cells"])


def again(desk):
    """The same desk, as a later command finds it."""
    return Desk(desk.checkout)


def test_a_desk_is_made_once_and_then_left_alone(desk):
    assert home.made(desk.folder)
    assert "# 12 · Attention" in text(desk.path("12_attention"))
    write(desk, "12_attention", answer)
    before = desk.path("12_attention").read_bytes()
    assert again(desk).open() == []
    assert desk.path("12_attention").read_bytes() == before


def test_how_far_you_are_is_written_above_when_the_desk_is_opened(desk):
    write(desk, "12_attention", answer)
    progress.record_check("attention.scores", True)
    again(desk).open(refresh=False)
    assert "solved when" not in text(desk.path("12_attention"))
    again(desk).open()
    shown = text(desk.path("12_attention"))
    assert "1 solved when you opened this page" in shown
    assert "[Go on where you were: a prediction before Exercise 12.2 · causal_mask](12_" in shown
    assert ANSWER in shown
    (end,) = (c for c in read(desk.path("12_attention"))["cells"] if c["id"] == handout.AHEAD)
    assert "●○" in end["outputs"][0]["data"]["text/html"], "it is drawn, and nobody ran it"
    assert not again(desk).changed("12_attention")


def test_where_cells_were_run_before_it_is_said_that_their_variables_are_gone(desk):
    def run(cells):
        next(c for c in cells if c["id"] == "setup")["execution_count"] = 1

    again(desk).open()
    assert "outlast" not in text(desk.path("12_attention")), "nothing was run"
    write(desk, "12_attention", run)
    again(desk).open(refresh=False)  # a server runs, and its kernels may live
    assert "outlast" not in text(desk.path("12_attention"))
    for _ in range(2):
        again(desk).open()
        assert text(desk.path("12_attention")).count("Variables don't outlast a session") == 1
    ship(desk.checkout, "12_attention", end="That is all.")
    ((said, _),) = update(again(desk))
    assert "beside" not in said, "the line is the course's own"


def test_a_page_that_is_opened_later_says_how_far_the_learner_is_by_then(desk):
    """As the server hands it out; the file stands as it is until the page is saved."""
    again(desk).open()
    copies = lab_contents.Copies(root_dir=str(desk.folder))

    def opened():
        page = asyncio.run(copies.get("12_attention.ipynb", type="notebook"))["content"]
        return "\n".join(cell["source"] for cell in page["cells"])

    before = text(desk.path("12_attention"))
    assert opened() == before
    progress.record_check("attention.scores", True)
    assert "1 solved when" in opened() and "a prediction before Exercise 12.2" in opened()
    assert "outlast" not in opened() and text(desk.path("12_attention")) == before
    write(desk, "12_attention", lambda cells: cells[1].update(execution_count=1))
    again(desk).open()
    progress.record_check("attention.causal_mask", True)
    assert "2 solved when" in opened() and opened().count("outlast") == 1
    assert "1 solved when" in text(desk.path("12_attention"))


def test_the_map_is_drawn_as_far_as_the_learner_is(desk):
    ship(desk.checkout, "00_start_here", stub="course_map.show()")
    again(desk).open()
    file = desk.path("00_start_here")

    def drawn():
        (cell,) = (c for c in read(file)["cells"] if c["id"] == handout.MAP)
        return "".join(out["data"]["text/html"] for out in cell["outputs"])

    blank = drawn()
    assert "0 of 2" in blank and 'href="12_attention.ipynb"' in blank
    progress.record_check("start_here.probabilities", True)
    again(desk).open()
    assert "1 of 2" in drawn() and not again(desk).changed("00_start_here")
    ship(desk.checkout, "00_start_here", stub="course_map.show()", end="That is all.")
    progress.record_check("start_here.write_greedily", True)
    assert list(update(again(desk)))
    assert "2 of 2" in drawn()

    def own(cells):
        (cell,) = (c for c in cells if c["id"] == handout.MAP)
        cell["source"], cell["outputs"] = "mine = 1", []

    write(desk, "00_start_here", own)
    again(desk).open()
    assert drawn() == "", "what the learner made of it is left alone"


def test_a_widget_whose_kernel_is_gone_is_not_kept_where_a_still_stands(desk):
    """A page would say there that it is not found, and a screen reader would read that out."""
    still = {"output_type": "display_data", "data": {"text/html": "last seen"}, "metadata": {}}
    view = {handout.WIDGET: {"model_id": "a"}}
    ours = still | {"data": view | {"text/plain": ""}}
    theirs = still | {"data": view | {"text/plain": "IntSlider(value=3)"}}

    def run(cells):
        next(c for c in cells if c["id"] == "setup")["outputs"] = [still, ours, theirs]

    write(desk, "12_attention", run)
    again(desk).open(refresh=False)  # a server runs, and its kernels may live
    assert (
        len(
            next(c for c in read(desk.path("12_attention"))["cells"] if c["id"] == "setup")[
                "outputs"
            ]
        )
        == 3
    )
    again(desk).open()
    (cell,) = (c for c in read(desk.path("12_attention"))["cells"] if c["id"] == "setup")
    assert cell["outputs"] == [still, theirs]


def test_an_update_writes_it_too_where_it_is_told_that_nothing_is_open(desk):
    progress.record_check("attention.scores", True)
    assert list(update(again(desk))) == []
    assert "solved when" not in text(desk.path("12_attention"))
    assert list(update(again(desk), stamp=True)) == []
    assert "1 solved when" in text(desk.path("12_attention"))


def test_a_copy_is_trusted_and_stays_so_while_nobody_else_has_written_in_it(desk):
    file = desk.path("12_attention")
    assert trust.signed(desk.folder, file)
    progress.record_check("attention.scores", True)
    again(desk).open()
    assert "1 solved when you opened" in text(file) and trust.signed(desk.folder, file)
    write(desk, "12_attention", answer)  # by a program that signs nothing
    assert not trust.signed(desk.folder, file)
    ship(desk.checkout, "12_attention", end="That is all.")
    assert list(update(again(desk)))
    assert not trust.signed(desk.folder, file), "what was not trusted is not trusted by renewal"
    desk.reset("12_attention")
    assert trust.signed(desk.folder, file)


def test_a_learners_own_book_of_signatures_is_left_alone(desk, tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "own"))
    desk.hand_out("12_attention")
    assert not (tmp_path / "own").exists()
    assert {path.name for path in trust.book(desk.folder).iterdir()} >= {"notebook_secret"}


def test_without_a_signature_a_copy_is_handed_out_all_the_same(desk, monkeypatch):
    monkeypatch.setattr(trust, "book", lambda folder: desk.path("12_attention") / "no folder")
    desk.hand_out("12_attention")
    assert not trust.ready(desk.folder)
    assert not trust.signed(desk.folder, desk.path("12_attention"))
    assert "# 12 · Attention" in text(desk.path("12_attention"))


def test_a_copy_is_a_notebook_that_nbformat_takes(root, tmp_path):
    import nbformat

    made = Desk(root)
    assert made.open() == []
    for stem in made.stems:
        nbformat.validate(nbformat.read(made.path(stem), as_version=4))
    assert all(path.parent == tmp_path / "desk" for path in map(made.path, made.stems))


def test_opening_tells_of_lessons_that_changed(desk):
    ship(desk.checkout, "12_attention", end="That is all.")
    (said,) = again(desk).open()
    assert said.startswith("1 lesson has changed since your copy was made: 12_attention.")
    assert "`course update`" in said


def test_an_update_without_changes_touches_nothing(desk):
    write(desk, "12_attention", answer)
    before = desk.path("12_attention").read_bytes()
    assert list(update(again(desk))) == []
    assert desk.path("12_attention").read_bytes() == before
    assert not (desk.folder / home.KEPT).exists()


def test_an_update_brings_the_lesson_in_and_keeps_what_was_written(desk):
    write(desk, "12_attention", answer)
    write(desk, "12_attention", lambda cells: cells.insert(3, cell("mine", "my = 1")))
    old = desk.path("12_attention").read_bytes()
    ship(desk.checkout, "12_attention", end="That is all.", stub=STUB.replace("two", "2"))
    progress.record_check("attention.scores", True)  # the line above the lesson changes as well
    again(desk).open()
    old = desk.path("12_attention").read_bytes()
    ((said, well),) = update(again(desk))
    assert well
    assert "12_attention is renewed, and what you wrote is kept." in said
    shown = text(desk.path("12_attention"))
    for part in (ANSWER, "my = 1", "That is all."):
        assert shown.count(part) == 1
    assert "Yours, kept" not in shown
    (kept,) = (desk.folder / home.KEPT).iterdir()
    assert kept.read_bytes() == old
    assert kept.name in said
    assert list(update(again(desk))) == []  # it is in step again


def test_a_kill_between_copy_and_memory_costs_nothing(desk, monkeypatch):
    write(desk, "12_attention", answer)
    ship(desk.checkout, "12_attention", title="# New", end="That is all.")
    replace, done = files.replace, []

    def killed(file, text):
        if done:
            raise KeyboardInterrupt
        done.append(replace(file, text))

    monkeypatch.setattr(files, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        list(update(again(desk)))
    monkeypatch.setattr(files, "replace", replace)
    renewed = read(desk.path("12_attention"))
    ((_, well),) = update(again(desk))
    assert well
    assert read(desk.path("12_attention")) == renewed
    assert ANSWER in text(desk.path("12_attention"))


def test_edits_on_both_sides_of_one_cell_stand_side_by_side(desk):
    def edit(cells):
        (setup,) = (c for c in cells if c["id"] == "setup")
        setup["source"] = "import numpy as np\nnp.set_printoptions(3)"

    write(desk, "12_attention", edit)
    ship(desk.checkout, "12_attention", setup="import numpy as np\nimport torch")
    ((said, _),) = update(again(desk))
    assert "1 cell of yours stands beside a changed one, marked." in said
    shown = text(desk.path("12_attention"))
    assert "import torch" in shown
    assert "np.set_printoptions(3)" in shown


def test_deleted_and_moved_cells_survive_an_update(desk):
    def disorder(cells):
        answer(cells)
        cells[:] = [c for c in reversed(cells) if c["id"] not in ("end", handout.BELOW)]

    write(desk, "12_attention", disorder)
    ship(desk.checkout, "12_attention", title="# Attention, again")
    ((_, well),) = update(again(desk))
    shown = text(desk.path("12_attention"))
    assert well
    assert "12 · Attention, again" in shown
    assert ANSWER in shown
    assert "That was all." not in shown


DAMAGE = {
    "cut off": (b'{"cells": [', "breaks off or is garbled at line 1"),
    "empty": (b"", "breaks off or is garbled at line 1"),
    "binary": (b"\xff\xfe\x00", "no text of a notebook"),
    "no cells": (b"[1, 2]", "no cells"),
    "a cell that is none": (b'{"cells": [3]}', "no cells"),
    "a source that is none": (b'{"cells": [{"cell_type": "code", "source": [1]}]}', "no cells"),
    "half a character": (
        b'{"cells": [{"cell_type": "raw", "source": "\\ud800"}]}',
        "no text of a notebook",
    ),
    "nested": (b"[" * 100_000, "no text of a notebook"),
}


@pytest.mark.parametrize(("content", "how"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_copy_says_what_where_and_how_to_mend_it(desk, content, how):
    ship(desk.checkout, "13_small_gpt")
    again(desk).open()
    file = desk.path("12_attention")
    file.write_bytes(content)
    (said,) = again(desk).open()
    assert said.startswith(f"{file} is damaged: it ")
    assert how in said
    assert said.endswith(
        "`course reset 12` makes a fresh copy and keeps this one under a dated name."
    )
    assert list(update(again(desk))) == [(said, False)]
    for stem in ("12_attention", "13_small_gpt"):
        ship(desk.checkout, stem, end="New.")
    (first, second) = update(again(desk))
    assert first == (said, False)
    assert second[1]  # the other lesson is renewed all the same
    assert file.read_bytes() == content
    kept = again(desk).reset("12_attention")
    assert kept.read_bytes() == content
    assert "New." in text(file)


def test_a_lost_memory_of_what_was_handed_out_still_carries_the_answers(desk):
    write(desk, "12_attention", answer)
    (desk.folder / ".course/base/12_attention.ipynb").write_text("{")
    ((said, well),) = update(again(desk))
    assert well
    assert "only your answers" in said
    assert ANSWER in text(desk.path("12_attention"))
    assert list(update(again(desk))) == []


def test_a_damaged_lesson_in_the_checkout_is_named_with_its_cure(desk):
    ship(desk.checkout, "13_small_gpt")
    (desk.checkout / "notebooks/12_attention.ipynb").write_text("{")
    before = desk.path("12_attention").read_bytes()
    (said,) = again(desk).open()
    assert "`git checkout -- notebooks/12_attention.ipynb` restores it." in said
    assert desk.path("13_small_gpt").exists()
    assert list(update(again(desk))) == [(said, False)]
    with pytest.raises(Trouble, match="git checkout"):
        again(desk).reset("12_attention")
    assert desk.path("12_attention").read_bytes() == before


def test_a_renumbered_lesson_takes_its_copy_along(desk):
    write(desk, "12_attention", answer)
    (desk.checkout / "notebooks/12_attention.ipynb").unlink()
    ship(desk.checkout, "14_attention")
    (said,) = again(desk).open()
    assert "14_attention" in said
    assert not desk.path("12_attention").exists()
    ((_, well),) = update(again(desk))
    assert well
    shown = text(desk.path("14_attention"))
    assert ANSWER in shown
    assert "# 14 · Attention" in shown
    assert "Yours, kept" not in shown


def test_a_reset_keeps_the_old_copy_each_time(desk):
    for n in range(3):
        write(desk, "12_attention", lambda cells, n=n: cells.append(cell(f"m{n}", f"mine = {n}")))
        kept = again(desk).reset("12_attention")
        assert f"mine = {n}" in text(kept)
        assert "mine = " not in text(desk.path("12_attention"))
    assert len(list((desk.folder / home.KEPT).iterdir())) == 3


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_a_sentence(checkout, monkeypatch):
    checkout.chmod(0o500)
    monkeypatch.setenv("COURSE_HOME", str(checkout / "desk"))
    with pytest.raises(Trouble, match="set COURSE_HOME"):
        Desk(checkout).open()


def test_a_file_in_its_place_is_a_sentence(checkout, tmp_path):
    (tmp_path / "desk").write_text("")
    ship(checkout, "12_attention")
    ship(checkout, "13_small_gpt")
    ((said, well),) = update(Desk(checkout))  # once, however many lessons there are
    assert "it is a file, and must be a folder. Move it away, or set COURSE_HOME" in said
    assert not well
    for use in (lambda d: d.open(), lambda d: d.reset("12_attention")):
        with pytest.raises(Trouble, match=r"desk can't be written: .*set COURSE_HOME"):
            use(Desk(checkout))


def test_the_desk_lies_in_the_checkout_or_where_it_can_be_written(checkout, monkeypatch, tmp_path):
    assert home.folder(checkout) == tmp_path / "desk"
    monkeypatch.delenv("COURSE_HOME")
    assert home.folder(checkout) == checkout / "my_course"
    monkeypatch.setattr(home.os, "access", lambda *_: False)
    monkeypatch.setattr(home.Path, "home", lambda: tmp_path)
    assert home.folder(checkout) == tmp_path / "my_course"


def test_git_ignores_the_desk(root):
    assert f"{home.NAME}/" in (root / ".gitignore").read_text().splitlines()
