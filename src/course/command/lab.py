"""`course lab`: JupyterLab on your own copies of the lessons, on this machine only, behind a token.

It comes with settings of its own (`lab_settings`), laid under the user's: what they have chosen
stands, and nothing of theirs is written.
"""

import argparse
import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path

from course.authoring.checkout import CourseError, find_root
from course.command import choosing
from course.learner import home, trust
from course.words import say

PORT, TRIES = 8888, 50
OFF = (  # extensions that are not for a learner, where they are installed
    "jupyterlab_jupytext",
    *(
        f"nbgrader.server_extensions.{name}"
        for name in ("assignment_list", "course_list", "formgrader", "validate_assignment")
    ),
)
# Not among the lessons: a learner is told by name of what lies there, and any of it can be opened.
HIDDEN = ("__pycache__", "*.pyc", "*~", "progress*.json*", "answers", home.KEPT)
SETTINGS = Path(__file__).parent / "lab_settings"
ONE_THREAD = {  # many kernels on few cores wait for each other's threads: 144 s became 22 s
    f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")
} | {"VECLIB_MAXIMUM_THREADS": "1"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course lab`."""
    parser.add_argument(
        "lesson",
        nargs="?",
        metavar="NN",
        help="a lesson by number, name or title (default: where you were)",
    )
    port = say("default: the first free one from {port}", port=PORT)
    parser.add_argument("--port", type=int, help=port)
    parser.add_argument("--no-browser", action="store_true", help="only print the address")


def run(args: argparse.Namespace) -> int:
    """Lay out the desk, start the server, say where it is, and stay until it ends."""
    from course.lessons.desk import Desk

    desk = Desk(root := find_root())
    asked = choosing.built(root, [args.lesson])[0] if args.lesson else ""
    there = running(desk.folder)
    port = 0 if there else choose_port(args.port)
    os.environ.update(environment(desk.folder))  # for the server, and for what is read here
    for sentence in desk.open(refresh=there is None):
        print(sentence)
    if there is not None:
        return _go_to(there, first_page(desk, asked), browser=not args.no_browser and has_desktop())
    token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(16)
    browser = not args.no_browser and has_desktop()
    page = first_page(desk, asked)
    retries = 0 if args.port else TRIES
    server = subprocess.Popen(
        command(desk.folder, port, page, browser=browser, retries=retries),
        env=os.environ | {"JUPYTER_TOKEN": token},
    )
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    return _stay(server, desk.folder, page, token, browser)


def _go_to(info: dict, page: str, *, browser: bool) -> int:
    """Say where the server is that runs already, and open it: a second one would mix them up."""
    token = f"?token={info['token']}" if info.get("token") else ""
    address = f"{info['url']}{page}{token}"
    print(say("JupyterLab is running already: {address}", address=address))
    if browser:
        webbrowser.open(address)
    else:
        print(say("Open it in a browser. It ends where it was started, by Ctrl-C."))
    return 0


def _stay(server: subprocess.Popen, folder: Path, page: str, token: str, browser: bool) -> int:
    """Say where the server is, and wait for its end."""
    try:
        while server.poll() is None and not (port := _port(folder, token)):
            time.sleep(0.1)
        if server.poll() is None:
            address = f"http://127.0.0.1:{port}/{page}?token={token}"
            print(say("JupyterLab: {address}", address=address))
            opened = (
                say("Ctrl-C ends it.") if browser else say("Open it in a browser. Ctrl-C ends it.")
            )
            print(opened, flush=True)
        code = server.wait()
    except KeyboardInterrupt:
        server.terminate()
        server.wait()
        print("\n" + say("JupyterLab has ended; what you saved lies in {folder}.", folder=folder))
        return 0
    if code not in (0, -signal.SIGTERM):
        sentence = "JupyterLab ended with code {code}; `course doctor` may say why."
        raise CourseError(say(sentence, code=code))
    return 0


def _port(folder: Path, token: str) -> int:
    """Return the port where the server of a folder with a token can be reached; or 0.

    It may be another than it was told: of several that start at one time on one machine, each finds
    the same port free. A server writes its port down a moment before it listens there.
    """
    for file in _notes():
        with contextlib.suppress(OSError, ValueError, KeyError):  # gone, half written, or deaf yet
            info = json.loads(file.read_text(encoding="utf-8"))
            if Path(info["root_dir"]) == folder and info["token"] == token:
                socket.create_connection(("127.0.0.1", info["port"]), timeout=1).close()
                return info["port"]
    return 0


def _notes() -> list[Path]:
    """Return the files that servers write about themselves."""
    from jupyter_core.paths import jupyter_runtime_dir

    return list(Path(jupyter_runtime_dir()).glob("jpserver-*.json"))


def first_page(desk, asked: str = "") -> str:
    """Return the page to open: the lesson asked for, else the one that the learner was in.

    Who was in none begins with the first.
    """
    from course.learner import progress
    from course.lessons import map

    here = map.Map(progress.read()).here()
    stems = [asked, *([here[0].stem] if here else [])]
    known = (stem for stem in [*stems, *desk.stems] if stem and desk.path(stem).exists())
    return next((f"lab/tree/{stem}.ipynb" for stem in known), "lab")


def running(folder: Path) -> dict | None:
    """Return what Jupyter knows of a server at work in a folder: its address, its token."""
    if not _notes():
        return None  # a fresh machine's first start spares the server's imports, a second of work
    from jupyter_server.serverapp import list_running_servers

    here = (info for info in list_running_servers() if Path(info.get("root_dir", "")) == folder)
    return next(here, None)


def environment(folder: Path) -> dict[str, str]:
    """Return what the server and its kernels are told besides the user's own environment."""

    def first(name: str) -> str:
        return os.pathsep.join(filter(None, [str(SETTINGS), os.environ.get(name)]))

    paths = {name: first(name) for name in ("JUPYTER_CONFIG_PATH", "JUPYTER_PATH")}
    tabs = str(folder / home.OURS / "workspaces")  # the user's open tabs stay where they are
    own = {"COURSE_HOME": str(folder), "JUPYTERLAB_WORKSPACES_DIR": tabs}
    return own | paths | ONE_THREAD


def choose_port(wanted: int | None) -> int:
    """Return a free port.

    Raises
    ------
    CourseError
        If the wanted one is taken or no port number, or none near the default is free.
    """
    if wanted is not None and not 0 < wanted < 65536:
        raise CourseError(say("{port} is no port; ports are 1 to 65535.", port=wanted))
    if wanted is not None and not _free(wanted):
        sentence = "Port {port} is taken. Leave --port away and a free one is found."
        raise CourseError(say(sentence, port=wanted))
    for port in [wanted] if wanted else range(PORT, PORT + TRIES):
        if _free(port):
            return port
    sentence = "All ports from {first} to {last} are taken; choose with --port."
    raise CourseError(say(sentence, first=PORT, last=PORT + TRIES - 1))


def _free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name != "nt":  # a port in its closing time is free; on Windows this means otherwise
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def has_desktop() -> bool:
    """Say whether a browser window can be opened here."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def command(folder: Path, port: int, page: str, *, browser: bool, retries: int = 0) -> list[str]:
    """Return JupyterLab's command line for the notebooks of a folder.

    If its port is taken by then, the server looks so many times for another one.

    jupytext's extension stays off: a learner's answers belong in the notebook and not in the
    text that the course is made from. `course sync` is for those who write lessons.
    """
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": retries,
        "ServerApp.root_dir": folder,
        "ServerApp.contents_manager_class": "course.command.lab_contents.Copies",
        "ServerApp.tornado_settings": f"static_custom_path={SETTINGS / 'custom'}",
        "ServerApp.open_browser": browser,
        "ServerApp.answer_yes": True,  # Ctrl-C is meant
        "ServerApp.jpserver_extensions": [f"{name}=False" for name in OFF],
        "ContentsManager.hide_globs": [repr(name) for name in HIDDEN],
        "ServerApp.log_level": 40,
        "LabApp.log_level": 40,
        "LabApp.extension_manager": "readonly",  # the other one asks the network
        "LabApp.custom_css": True,
        "LabApp.default_url": f"/{page}",
        "LabApp.news_url": "",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    if trust.ready(folder):
        options["NotebookNotary.data_dir"] = trust.book(folder)
    # Running as root, in a container say, the server wants to be told that it is meant.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options["ServerApp.allow_root"] = True
    told = ((k, v if isinstance(v, list) else [v]) for k, v in options.items())
    return [
        sys.executable,
        "-m",
        "course.command.lab_server",
        *(f"--{name}={value}" for name, values in told for value in values),
    ]
