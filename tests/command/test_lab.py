"""`course lab`: who may reach it, what it serves, what it sets and leaves alone, how it ends."""

import contextlib
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from course.authoring import checkout as places
from course.command import lab
from course.lessons import desk as desks

NOTEBOOK = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
POSIX = pytest.mark.skipif(os.name == "nt", reason="a polite end by a signal is not for Windows")


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


COMMAND = ["-m", "course", "lab", "--no-browser"]
LATE = """
from course.command import lab, main
lab.PORT, lab._free = {port}, lambda port: True
raise SystemExit(main.main(["lab", "--no-browser"]))
"""


@contextlib.contextmanager
def begun(arguments, checkout, folder):
    """`course lab` in a home of its own; yields it and its address."""
    for stem in ("00_start_here", "12_attention"):
        (checkout / "notebooks" / f"{stem}.ipynb").write_text(json.dumps(NOTEBOOK))
    own = {"HOME": str(folder / "home"), "JUPYTER_RUNTIME_DIR": str(folder / "runtime")}
    (folder / "home").mkdir()
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen([sys.executable, *arguments], env=os.environ | own, **pipes)
    try:
        yield process, process.stdout.readline().split()[1]
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture
def started(checkout, tmp_path):
    """`course lab` as a user starts it."""
    with begun(COMMAND, checkout, tmp_path) as both:
        yield both


@POSIX
def test_lab_serves_the_learners_copies_on_loopback_behind_a_token(started, checkout, tmp_path):
    process, address = started
    assert re.fullmatch(
        r"http://127\.0\.0\.1:\d+/lab/tree/00_start_here.ipynb\?token=[0-9a-f]{32}", address
    )
    base, token = address.split("/lab/")[0], address.split("token=")[1]
    listed = json.loads(fetch(f"{base}/api/contents/?token={token}"))["content"]
    assert {"00_start_here.ipynb", "12_attention.ipynb"} == {entry["name"] for entry in listed}
    with pytest.raises(urllib.error.HTTPError, match="403"):
        fetch(f"{base}/api/contents/")
    before = (checkout / "notebooks" / "00_start_here.ipynb").read_bytes()
    save(f"{base}/api/contents/00_start_here.ipynb?token={token}", NOTEBOOK)
    assert json.loads((tmp_path / "desk" / "00_start_here.ipynb").read_text())["cells"] == []
    assert (checkout / "notebooks" / "00_start_here.ipynb").read_bytes() == before
    assert list((checkout / "notebooks" / "text").iterdir()) == []  # the course's text stays

    # Its settings are laid under the user's, of whom nothing is written.
    page = fetch(address)
    assert "JupyterLab" in page
    assert "custom/custom.css" in page
    assert "75ch" in fetch(f"{base}/custom/custom.css?token={token}")
    ours = json.loads(lab.SETTINGS.joinpath("labconfig/default_setting_overrides.json").read_text())
    assert ours["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"
    for plugin, values in ours.items():
        told = json.loads(fetch(f"{base}/lab/api/settings/{plugin}?token={token}"))
        defaults = told["schema"]["properties"]
        assert {name: defaults[name]["default"] for name in values} == values
        assert told["settings"] == {}
    specs = json.loads(fetch(f"{base}/api/kernelspecs?token={token}"))["kernelspecs"]
    assert "course.command.lab_kernel" in " ".join(specs["python3"]["spec"]["argv"])

    # The lessons stand by themselves, and a second call finds the first one's server.
    (tmp_path / "desk" / "progress.json").write_text("{}")
    listed = json.loads(fetch(f"{base}/api/contents/?token={token}"))["content"]
    assert all(entry["name"].endswith(".ipynb") for entry in listed)
    line, own = process.args, {"JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    second = subprocess.run(line, env=os.environ | own, capture_output=True, text=True, timeout=30)
    assert f"JupyterLab is running already: {address}\n" in second.stdout
    assert second.returncode == 0 and second.stderr == ""

    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out + err == out, "what the server has to say at its end is no news"
    assert "Traceback" not in out + err
    assert "Warning" not in out + err
    assert [p for p in (tmp_path / "home").rglob("*.jupyterlab-settings")] == []


@POSIX
def test_a_killed_lab_leaves_no_server(started):
    process, address = started
    base, token = address.split("/lab/")[0], address.split("token=")[1]
    status = f"{base}/api/status?token={token}"
    assert "kernels" in fetch(status)
    process.kill()
    process.wait()
    end = time.monotonic() + 30
    while answers(status) and time.monotonic() < end:
        time.sleep(0.2)
    assert not answers(status)


@POSIX
def test_a_port_that_is_taken_while_the_server_starts_is_passed_by(checkout, tmp_path, taken):
    """So it goes where a class starts at one time on one machine: each finds one port free."""
    with begun(["-c", LATE.format(port=taken)], checkout, tmp_path) as (_, address):
        base, token = address.split("/lab/")[0], address.split("token=")[1]
        assert base != f"http://127.0.0.1:{taken}"
        assert "kernels" in fetch(f"{base}/api/status?token={token}")


def test_an_address_is_told_only_when_the_server_can_be_reached(tmp_path, monkeypatch):
    """A server writes its port down before it listens; who opened the page then found nobody."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        note = {"root_dir": str(tmp_path), "token": "abc", "port": port}
        (tmp_path / "jpserver-1.json").write_text(json.dumps(note))
        assert lab._port(tmp_path, "abc") == 0
        server.listen()
        assert lab._port(tmp_path, "abc") == port
        assert lab._port(tmp_path, "another") == 0


def answers(address: str) -> bool:
    """Tell whether our server is there; another one that took its port knows no such token."""
    try:
        return bool(fetch(address))
    except OSError:
        return False


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


def test_where_there_is_a_desktop_a_second_call_opens_the_first_ones_page(monkeypatch, capsys):
    opened = []
    monkeypatch.setattr(lab.webbrowser, "open", opened.append)
    info = {"url": "http://127.0.0.1:8888/", "token": "abc"}
    assert lab._go_to(info, "lab/tree/a.ipynb", browser=True) == 0
    assert opened == ["http://127.0.0.1:8888/lab/tree/a.ipynb?token=abc"]
    assert capsys.readouterr().out == f"JupyterLab is running already: {opened[0]}\n"


def test_it_opens_the_lesson_that_the_learner_was_in(checkout):
    from course.learner import progress

    for stem in ("00_start_here", "12_attention"):
        (checkout / "notebooks" / f"{stem}.ipynb").write_text(json.dumps(NOTEBOOK))
    desk = desks.Desk(checkout)
    desk.open()
    assert lab.first_page(desk) == "lab/tree/00_start_here.ipynb"
    progress.record_check("attention.scores", True)
    assert lab.first_page(desk) == "lab/tree/12_attention.ipynb"
    assert lab.first_page(desk, "00_start_here") == "lab/tree/00_start_here.ipynb"


def test_the_users_own_search_paths_stay_after_ours(monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_PATH", "/theirs")
    told = lab.environment(tmp_path)
    assert told["JUPYTER_PATH"].split(os.pathsep) == [str(lab.SETTINGS), "/theirs"]
    assert told["COURSE_HOME"] == str(tmp_path)
    assert told["OPENBLAS_NUM_THREADS"] == "1"


@pytest.mark.parametrize("name", ["course", "course-room"])
def test_a_browser_that_keeps_an_extension_for_a_year_asks_for_its_new_text(root, name):
    """JupyterLab serves it as immutable under its address, which therefore names its content."""
    folder = root / "src/course/command/lab_settings/labextensions" / name
    told = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    path, _, digest = told["jupyterlab"]["_build"]["load"].partition("?")
    text = (folder / path).read_text(encoding="utf-8")
    assert digest == hashlib.sha256(text.encode()).hexdigest()[:12]
