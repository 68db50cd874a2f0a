"""The `course` command: what it prints, its exit codes, and never a traceback."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from course.authoring import checkout as places
from course.command import lab
from course.command import main as command


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
        assert f"    {name} " in done.stdout


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
        (["build", "first"], "no lesson 'first'"),
        (["sync", "99"], "no lesson '99'"),
        (["report", "nowhere.json"], r"nowhere\.json can't be read"),
        (["report", "notebooks"], "holds no progress file"),
        (["lab", "--port", "70000"], "70000 is no port"),
    ],
)
def test_errors_are_sentences_with_code_1(capsys, write, words, told):
    write("00_first", "# %%\n1;\n")
    code, _, said = run(capsys, *words)
    assert code == 1
    assert re.match(rf"course {words[0]}: .*{told}", said)
    assert "Traceback" not in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("name", ["lab", "build", "sync"])
def test_outside_a_checkout_it_says_so(capsys, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    code, _, said = run(capsys, name)
    assert code == 1
    assert "not inside a checkout" in said


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


def test_lessons_are_chosen_by_number_name_or_file(write, checkout):
    write("00_first", "")
    write("04_fourth", "")
    for word in ("4", "04", "04_fourth", "notebooks/04_fourth.ipynb"):
        assert places.lessons(checkout, [word]) == ["04_fourth"]
    assert places.lessons(checkout) == ["00_first", "04_fourth"]


def test_progress_and_report_read_what_was_recorded(capsys, tmp_path, monkeypatch):
    from course.learner import progress

    for learner, passed in (("a", True), ("b", False)):
        (tmp_path / learner).mkdir()
        monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / learner / "progress.json"))
        progress.record_check("4.2", False, "columns")
        progress.record_check("4.2", passed)
    code, text, _ = run(capsys, "progress")
    assert code == 0
    assert "Backpropagation" in text
    code, text, _ = run(capsys, "report", str(tmp_path))
    rows = [line.split() for line in text.splitlines()]
    assert code == 0
    assert rows[0] == ["2", "learners"]
    assert ["4.2", "columns", "2", "2"] in rows
    assert any(row[:3] == ["4.2", "not", "solved"] for row in rows)


# --- course lab -----------------------------------------------------------------------------


EMPTY = {"metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_refused_or_passed_by(taken, monkeypatch):
    with pytest.raises(places.CourseError, match=f"Port {taken} is taken"):
        lab.choose_port(taken)
    monkeypatch.setattr(lab, "PORT", taken)
    assert lab.choose_port(None) > taken
    monkeypatch.setattr(lab, "TRIES", 1)
    with pytest.raises(places.CourseError, match="choose with --port"):
        lab.choose_port(None)


@pytest.mark.skipif(os.name == "nt", reason="a polite end by a signal is for Linux and macOS")
def test_lab_serves_the_notebooks_on_loopback_behind_a_token(checkout, tmp_path):
    first = checkout / "notebooks" / "00_start_here.ipynb"
    first.write_text(json.dumps({"cells": [], **EMPTY}))
    own = {name: str(tmp_path / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")}
    server = subprocess.Popen(
        [sys.executable, "-m", "course", "lab", "--no-browser"],
        env=os.environ | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        address = server.stdout.readline().split()[1]
        assert re.fullmatch(
            r"http://127\.0\.0\.1:\d+/lab/tree/00_start_here.ipynb\?token=[0-9a-f]{32}", address
        )
        base, token = address.split("/lab/")[0], address.split("token=")[1]
        assert "00_start_here.ipynb" in fetch(f"{base}/api/contents/?token={token}")
        assert "JupyterLab" in fetch(address)
        with pytest.raises(urllib.error.HTTPError, match="403"):
            fetch(f"{base}/api/contents/")
        save(f"{base}/api/contents/00_start_here.ipynb?token={token}", {"cells": [], **EMPTY})
        assert list((checkout / "notebooks" / "text").iterdir()) == []  # the course's text stays
    finally:
        server.send_signal(signal.SIGTERM)
        out, err = server.communicate(timeout=30)
    assert server.returncode == 0
    assert "Traceback" not in out + err


def save(address: str, notebook: dict) -> None:
    """Save a notebook as JupyterLab does."""
    body = json.dumps({"type": "notebook", "format": "json", "content": notebook}).encode()
    request = urllib.request.Request(address, data=body, method="PUT")
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status in (200, 201)


def fetch(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as page:
        return page.read().decode()


def test_without_a_desktop_no_browser_is_tried(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not lab.has_desktop()


def test_help_loads_no_library_that_takes_seconds():
    code = (
        "import sys\nfrom course.command import main as command\n"
        "try:\n    command.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print({'torch', 'matplotlib', 'nbclient', 'jupytext'} & set(sys.modules))"
    )
    line = [sys.executable, "-c", code]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
