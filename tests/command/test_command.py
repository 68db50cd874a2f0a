"""The `course` command: what it prints, its exit codes, and never a traceback."""

import errno
import json
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from course import files
from course.authoring import checkout as places
from course.command import asking, choosing, refused
from course.command import main as command
from course.learner import home, progress, record
from course.lessons.desk import Desk

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="grading needs walls")
NOTEBOOK = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def course(*words, **options):
    """Run the command in a process of its own."""
    options = {"capture_output": True, "text": True, "check": False, "timeout": 120} | options
    return subprocess.run([sys.executable, "-m", "course", *words], **options)


def run(capsys, *words):
    """Run the command here; returns its exit code, output and errors."""
    code = command.main(list(words))
    return code, *capsys.readouterr()


def test_help_names_every_command_and_imports_none_of_them():
    code = "import sys; from course.command import main as command\n"
    code += "try: command.main(['--help'])\nexcept SystemExit: pass\n"
    code += "print(sorted({m.split('.')[0] for m in sys.modules} & {'numpy','torch','nbformat'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")
    for name in command.COMMANDS:
        assert f"\n  {name} " in done.stdout
    titles = [line for line in done.stdout.splitlines() if line.startswith("to ")]
    assert titles == ["to learn:", "to build your own:", "to teach a class:", "to write lessons:"]


@pytest.mark.parametrize("name", command.COMMANDS)
def test_every_command_explains_itself(capsys, name):
    with pytest.raises(SystemExit) as end:
        command.main([name, "--help"])
    assert end.value.code == 0
    assert f"usage: course {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["build", "77"], r"no lesson '77'\. There are: 00_first"),
        (["build", "second"], "no lesson 'second'"),
        (["build", "docx"], r"An edition is named before lessons: bundle, .*, html, pdf\."),
        (["sync", "99"], "no lesson '99'"),
        (["reset", "77", "--yes"], r"no lesson '77'"),
        (["reset", "00"], "Nobody can answer here"),
        (["progress", "--reset"], "Nobody can answer here"),
        (["progress", "--export", "."], "is there already"),
        (["lab", "--port", "70000"], "70000 is no port"),
    ],
)
def test_errors_are_sentences_with_code_1(capsys, write, words, told):
    write("00_first", "# %%\n1;\n")
    (places.find_root() / "notebooks" / "00_first.ipynb").write_text(json.dumps(NOTEBOOK))
    Desk(places.find_root()).open()
    code, _, said = run(capsys, *words)
    assert code == 1
    assert re.match(rf"course {words[0]}: .*{told}", said)
    assert "Traceback" not in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("name", ["lab", "build", "sync", "reset 00", "update"])
def test_outside_a_checkout_it_says_so(capsys, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    code, _, said = run(capsys, *name.split())
    assert code == 1
    assert "not inside a checkout" in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["grade", "none"], "none can't be used: no such file or directory. Check the spelling.\n"),
        (["report", "sound", "--csv", "flat/t.csv"], "flat/t.csv can't be used: "),
        (
            ["report", "sound", "--html", "sound"],
            "sound can't be used: is a directory. Name a file",
        ),
        (["build", "html", "--out", "flat/pages"], "flat/pages can't be used: not a directory. A"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="words of Unix")
def test_what_the_system_refuses_is_told_with_file_reason_and_remedy(
    capsys, write, checkout, words, told
):
    write("00_first", "# %%\n1;\n")
    (checkout / "flat").write_text("a file")
    (checkout / "sound").mkdir()
    (checkout / "sound" / "progress.json").write_text(record.as_text(record.empty()))
    code, _, said = run(capsys, *words)
    assert code == 1
    assert told in said
    assert "Errno" not in said
    assert said.endswith(".\n")
    assert sorted(file.name for file in checkout.iterdir()) == [
        "flat",
        "jupytext.toml",
        "notebooks",
        "sound",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("there is no file x", "there is no file x."),
        ("is it x?", "is it x?"),
        ("It stands.", "It stands."),
        ("do `course lab`", "do `course lab`."),
        ("Traceback:\n  1/0", "Traceback:\n  1/0"),
        ("", ""),
    ],
)
def test_what_an_error_says_ends_with_a_stop(text, shown):
    assert command.explain(ValueError(text)) == shown


def test_an_error_in_words_keeps_its_words():
    assert refused.told(OSError("the mirror is silent")) == "the mirror is silent"
    assert refused.told(OSError(errno.ENOSPC, "No space left on device")) == (
        "The system refuses: no space left on device. "
        "Free space on its disk, or choose another place."
    )


def test_progress_says_where_it_is_if_a_file_stands_for_the_desk(capsys, tmp_path, monkeypatch):
    desk = tmp_path / "my_course"
    for name in ("COURSE_PROGRESS", "COURSE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(home, "folder", lambda *_: desk)
    monkeypatch.setattr(progress, "old_path", lambda: tmp_path / "old" / "progress.json")
    assert run(capsys, "progress")[1].endswith("\nNothing is kept yet.\n")
    desk.write_text("")
    progress.record_check("attention.attend", True)
    *_, why, where = run(capsys, "progress")[1].splitlines()
    assert why.startswith(f"{desk} is a file, and must be a folder")
    assert where == f"Kept in {tmp_path / 'old' / 'progress.json'}."


@pytest.mark.parametrize(
    "words",
    [
        ["progress", "--export"],
        ["mine", "--out"],
        ["words", "--out"],
        ["report", ".", "--csv"],
        ["report", ".", "--html"],
        pytest.param(["grade", ".", "--csv"], marks=UNIX),
        pytest.param(["grade", ".", "--moodle"], marks=UNIX),
    ],
)
def test_no_folder_is_made_for_a_file(capsys, checkout, words):
    """It may be misspelt, and what is written would lie where nobody looks for it."""
    code, _, said = run(capsys, *words, "no/such.file")
    assert (code, said.split(": ")[1][:22]) == (1, "There is no folder no;")
    assert not (checkout / "no").exists()


@pytest.mark.parametrize(
    ("edition", "module", "written", "told"),
    [
        ("html", "pages", ["index.html", "00_first.html"], "Open {out}/index.html in a browser."),
        ("pdf", "paper", ["00_first.pdf", "01_second.pdf"], "Written to {out}."),
        ("bundle", "bundle", ["course.zip"], "Written to {out}/course.zip."),
    ],
)
def test_an_edition_says_last_where_it_is(
    capsys, checkout, write, monkeypatch, edition, module, written, told
):
    def make(root, stems, out):
        for name in written:
            files.replace(out / name, name)
        return [out / name for name in written]

    write("00_first", "")
    monkeypatch.setattr(f"course.authoring.{module}.{edition}", make)
    code, said, _ = run(capsys, "build", edition)
    assert (code, len(said.splitlines())) == (0, len(written) + 1)
    assert said.endswith(told.format(out=checkout / "build" / edition) + "\n")


@pytest.mark.parametrize("words", [["lab", "second"], ["reset", "1", "--yes"]])
def test_a_draft_that_is_not_built_can_not_be_opened(capsys, checkout, write, words):
    (checkout / "notebooks" / "00_first.ipynb").write_text(json.dumps(NOTEBOOK))
    write("01_second", "")
    told = f"course {words[0]}: 01_second has no notebook yet; `course build 01` makes it.\n"
    assert run(capsys, *words) == (1, "", told)


def test_an_update_says_in_a_line_what_is_new_and_that_nothing_is(capsys, checkout, tmp_path):
    def ship(*stems):
        for stem in stems:
            (checkout / "notebooks" / f"{stem}.ipynb").write_text(json.dumps(NOTEBOOK))
        return run(capsys, "update")

    told = f"Your lessons are laid out in {tmp_path / 'desk'}. `course lab` opens them.\n"
    assert ship("00_first", "01_second") == (0, told, "")
    (said,) = ship()[1].splitlines()
    assert said.endswith("your lessons are up to date; what you wrote stands.")
    assert ship("02_third") == (0, "1 lesson is new on your desk: 02_third.\n", "")


def test_an_unforeseen_error_is_a_sentence_too(capsys, monkeypatch):
    monkeypatch.setattr(command, "run", lambda *_: [][1])
    code, _, said = run(capsys, "sync")
    assert (code, said.count("\n")) == (1, 1)
    assert "IndexError" in said
    assert "COURSE_DEBUG" in said


def test_a_missing_package_says_how_to_install(capsys, monkeypatch):
    def missing(*_):
        raise ModuleNotFoundError("No module named 'jupytext'")

    monkeypatch.setattr(command, "run", missing)
    code, _, said = run(capsys, "sync")
    assert code == 1
    assert "start.py env" in said


def test_ctrl_c_is_told_and_counts_as_130(capsys, monkeypatch):
    def pressed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run", pressed)
    assert run(capsys, "build")[::2] == (130, "course build: Stopped.\n")


def test_unknown_commands_have_code_2():
    done = course("prune")
    assert done.returncode == 2
    assert "invalid choice" in done.stderr


def test_build_and_sync_work_from_any_folder_inside(capsys, checkout, write, monkeypatch):
    path = write("00_first", "# %%\nprint(6 * 7)\n")
    monkeypatch.chdir(checkout / "notebooks" / "text")
    assert run(capsys, "build", "0")[0] == 0
    assert '"42\\n"' in (checkout / "notebooks" / "00_first.ipynb").read_text()
    assert run(capsys, "sync", "--check")[0] == 0
    path.write_text("# %%\nprint(6 * 8)\n")
    assert run(capsys, "sync", "--check")[:2] == (1, "00_first: notebook and text differ\n")
    assert run(capsys, "sync", "--from", "notebooks")[0] == 0
    assert "6 * 7" in path.read_text()
    assert run(capsys, "sync")[1] == "1 pair is in step.\n"


def test_build_without_a_lesson_says_so(capsys, checkout):
    code, _, said = run(capsys, "build")
    assert code == 1
    assert "There is no lesson" in said


def test_the_lessons_of_a_checkout_are_found(write, checkout):
    write("04_fourth", "")
    write("00_first", "")
    assert places.lessons(checkout) == ["00_first", "04_fourth"]


THERE = ["00_start_here", "02_inside_a_matrix", "05_gradients", "12_small_gpt", "99_of_my_own"]


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("5", "05_gradients"),
        ("05", "05_gradients"),
        ("Gradients", "05_gradients"),
        ("05_gradients", "05_gradients"),
        ("notebooks/text/05_gradients.py", "05_gradients"),
        ("inside a matrix", "02_inside_a_matrix"),
        ("INSIDE-A-MATRIX", "02_inside_a_matrix"),
        ("A small  GPT", "12_small_gpt"),
        ("small_gpt", "12_small_gpt"),
        ("of my own", "99_of_my_own"),
    ],
)
def test_a_lesson_is_meant_by_number_name_or_title(word, stem):
    assert choosing.choose(THERE, word) == stem


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("gradient", r"Is it 05 \(Gradients\)\?$"),
        ("gradeints", r"Is it 05 \(Gradients\)\?$"),
        ("matrix", r"Is it 02 \(Inside a matrix\)\?$"),
        ("my own", r"Is it 99 \(of_my_own\)\?$"),
        ("77", r"There are: 00_start_here, 02_"),
        ("", r"There are: 00_start_here, 02_"),
    ],
)
def test_what_is_nearly_a_lesson_is_asked_back(word, told):
    with pytest.raises(places.CourseError, match=told):
        choosing.choose(THERE, word)


@pytest.mark.parametrize(
    "words",
    [
        ["lab", "gradient"],
        ["reset", "gradient"],
        ["build", "gradient"],
        ["sync", "gradient"],
        ["grade", "--lesson", "gradient", "."],
    ],
)
def test_every_command_asks_back(capsys, root, monkeypatch, words):
    monkeypatch.chdir(root)
    code, _, said = run(capsys, *words)
    assert code == 1
    assert said.endswith("There is no lesson 'gradient'. Is it 05 (Gradients)?\n")


def test_progress_and_report_read_what_was_recorded(capsys, tmp_path, monkeypatch):
    for learner, passed in (("a", True), ("b", False)):
        (tmp_path / learner).mkdir()
        monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / learner / "progress.json"))
        progress.record_check("4.2", False, "columns")
        progress.record_check("4.2", passed)
    code, text, _ = run(capsys, "progress")
    assert code == 0
    assert "Backpropagation" in text
    assert f"Kept in {tmp_path / 'b' / 'progress.json'}." in text
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "progress.json").write_text("{")
    table = tmp_path / "class.csv"
    code, text, _ = run(capsys, "report", str(tmp_path), "--csv", str(table))
    rows = [line.split() for line in text.splitlines()]
    assert code == 1  # one file is bad, and the rest is shown
    assert rows[0] == ["2", "learners"]
    assert ["4.2", "2", "1"] in rows
    assert ["columns", "2", "2"] in rows
    assert "c/progress.json: It breaks off" in text
    assert "4.2,2,1,,,\n" in table.read_text()


def test_progress_is_exported_and_forgotten_only_when_meant(capsys, tmp_path, monkeypatch):
    progress.record_check("attention.attend", True)
    assert run(capsys, "progress", "--export", str(tmp_path / "mine.json"))[0] == 0
    monkeypatch.setattr(asking.sys, "stdin", SimpleNamespace(isatty=lambda: True))
    for answer, left in (("", 1), ("no", 1), ("y", 0)):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        assert run(capsys, "progress", "--reset")[0] == 0
        assert len(progress.read()["checks"]) == left
    assert record.load(tmp_path / "mine.json")["checks"]["attention.attend"]["passed"]


def test_help_loads_no_library_that_takes_seconds():
    code = (
        "import sys\nfrom course.command import main as command\n"
        "try:\n    command.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print({'torch', 'matplotlib', 'nbclient', 'jupytext'} & set(sys.modules))"
    )
    line = [sys.executable, "-c", code]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
