"""`course lab`: JupyterLab on the first lesson, on this machine only, behind a token."""

import argparse
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import webbrowser

from course.authoring.checkout import CourseError, find_root

PORT, TRIES = 8888, 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course lab`."""
    parser.add_argument("--port", type=int, help=f"default: the first free one from {PORT}")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")


def run(args: argparse.Namespace) -> int:
    """Start the server, say where it is, and stay until it ends."""
    root = find_root()
    port = choose_port(args.port)
    token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(16)
    browser = not args.no_browser and has_desktop()
    page = next((f"lab/tree/{p.name}" for p in sorted((root / "notebooks").glob("*.ipynb"))), "lab")
    address = f"http://127.0.0.1:{port}/{page}?token={token}"
    server = subprocess.Popen(
        command(root, port, page, browser=browser), env=os.environ | {"JUPYTER_TOKEN": token}
    )
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        while server.poll() is None and _free(port):
            time.sleep(0.1)
        if server.poll() is None:
            print(f"JupyterLab: {address}")
            print(f"{'' if browser else 'Open it in a browser. '}Ctrl-C ends it.", flush=True)
        code = server.wait()
    except KeyboardInterrupt:  # the server has been told too, and would ask whether it is meant
        server.terminate()
        server.wait()
        return 0
    if code not in (0, -signal.SIGTERM):
        raise CourseError(f"JupyterLab ended with code {code}; `course doctor` may say why.")
    return 0


def choose_port(wanted: int | None) -> int:
    """Return a free port.

    Raises
    ------
    CourseError
        If the wanted one is taken or no port number, or none near the default is free.
    """
    if wanted is not None and not 0 < wanted < 65536:
        raise CourseError(f"{wanted} is no port; ports are 1 to 65535.")
    if wanted is not None and not _free(wanted):
        raise CourseError(f"Port {wanted} is taken. Leave --port away and a free one is found.")
    for port in [wanted] if wanted else range(PORT, PORT + TRIES):
        if _free(port):
            return port
    raise CourseError(f"All ports from {PORT} to {PORT + TRIES - 1} are taken; choose with --port.")


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


def command(root, port: int, page: str, *, browser: bool) -> list[str]:
    """Return JupyterLab's command line.

    jupytext's extension stays off: a learner's answers belong in the notebook and not in the
    text that the course is made from. `course sync` is for those who write lessons.
    """
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": root / "notebooks",
        "ServerApp.open_browser": browser,
        "ServerApp.jpserver_extensions": "jupyterlab_jupytext=False",
        "ServerApp.log_level": 40,
        "LabApp.log_level": 40,
        "LabApp.extension_manager": "readonly",  # the other one asks the network
        "LabApp.default_url": f"/{page}",
        "LabApp.news_url": "",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    # Running as root, in a container say, the server wants to be told that it is meant.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options["ServerApp.allow_root"] = True
    return [sys.executable, "-m", "jupyterlab", *(f"--{k}={v}" for k, v in options.items())]
