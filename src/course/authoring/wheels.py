"""Which wheels a machine without a network needs, for whatever system and Python it has.

uv says which: it resolves for other machines than the one it runs on. pip fetches them, which uv
doesn't do. Both ask where `start.py` would ask.
"""

import os
import re
import runpy
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from typing import NamedTuple

from course.authoring.checkout import CourseError
from course.words import say


class System(NamedTuple):
    """A kind of machine: what people call it, what uv calls it, the tags of its wheels."""

    name: str
    uv: str
    tags: list[str]


def _linux(machine: str) -> System:
    tags = [f"manylinux_2_{minor}_{machine}" for minor in range(28, 4, -1)]
    older = [f"manylinux{year}_{machine}" for year in (2014, 2010, 1)]
    name = f"Linux {machine} (glibc 2.28 or later)"
    return System(name, f"{machine}-manylinux_2_28", [*tags, *older, f"linux_{machine}"])


SYSTEMS = {
    "linux-x86_64": _linux("x86_64"),
    "linux-aarch64": _linux("aarch64"),
    "macos-arm64": System(
        "macOS 14 or later on Apple silicon", "aarch64-apple-darwin", ["macosx_14_0_arm64"]
    ),
    "windows-amd64": System("Windows on x86-64", "x86_64-pc-windows-msvc", ["win_amd64"]),
}
PATCH = 9  # of the Python that is resolved for: pins may need a later one than 3.11.0

REASON = re.compile(r"ERROR: |\s+(?:cause|Caused by): ")  # pip's lines, uv's lines


def here() -> str:
    """Return which of `SYSTEMS` this machine is.

    Raises
    ------
    CourseError
        If it is none of them.
    """
    system = {"linux": "linux", "darwin": "macos", "win32": "windows"}.get(sys.platform, "")
    machine = sysconfig.get_platform().rpartition("-")[2].replace("universal2", "arm64")
    if (name := f"{system}-{machine}") in SYSTEMS:
        return name
    known = ", ".join(SYSTEMS)
    raise CourseError(say("Say with --platform for which machines: {known}.", known=known))


def fill(folder: Path, root: Path, system: System, python: str) -> int:
    """Fetch into a folder the wheels that the lessons need on a system with a Python.

    Returns
    -------
    int
        How many packages they are.

    Raises
    ------
    CourseError
        If there is no network, or a package has no wheel for that machine.
    """
    start = runpy.run_path(str(root / "start.py"), run_name="start")
    _require_known(start, python)
    settings = start["pip_settings"](sys.executable)
    local = start["holds_torch"](settings.get("find-links", ""), int(python.split(".")[1]))
    without_gpu = system.uv.endswith("manylinux_2_28") and not local
    command = _resolving(system, python, without_gpu)
    variables = os.environ | {"MACOSX_DEPLOYMENT_TARGET": "14.0"} | start["uv_settings"](settings)
    told = _call(start, command, root, "\n".join(_wanted(root)), variables)
    pins = [line for line in told.splitlines() if "==" in line]
    apart = [pin for pin in pins if pin.startswith("torch==")] if without_gpu else []
    rest = [pin for pin in pins if pin not in apart]
    for some, index in ((apart, [f"--index-url={start['TORCH_CPU']}"]), (rest, [])):
        if some:
            _call(start, [*_fetching(folder, system, python), *index, *some], root)
    return len(pins)


def _require_known(start: dict, python: str) -> None:
    oldest, newest = start["OLDEST"], start["NEWEST"]
    known = [f"3.{minor}" for minor in range(oldest[1], newest[1] + 1)]
    if python not in known:
        sentence = "The course runs on Python {known}; {python} was asked for."
        raise CourseError(say(sentence, known=", ".join(known), python=python))


def _wanted(root: Path) -> list[str]:
    """Return what pyproject.toml asks for, what builds the course, and what installs it."""
    told = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return [*told["project"]["dependencies"], *told["build-system"]["requires"], "uv"]


def _resolving(system: System, python: str, without_gpu: bool) -> list[str]:
    beside = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    uv = shutil.which("uv", path=os.pathsep.join(beside))
    if uv is None:
        raise CourseError(say("This needs uv. `pip install uv` brings it."))
    quiet = ["--quiet", "--no-header", "--no-annotate", "--only-binary=:all:"]
    target = [f"--python-platform={system.uv}", f"--python-version={python}.{PATCH}"]
    backend = ["--torch-backend=cpu"] if without_gpu else []
    return [uv, "pip", "compile", "-", "-c", "constraints.txt", *quiet, *target, *backend]


def _fetching(folder: Path, system: System, python: str) -> list[str]:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    whole = ["--no-deps", "--only-binary=:all:", "--retries=2", f"--dest={folder}"]
    version = f"--python-version={python}.{PATCH}"
    target = [f"--platform={tag}" for tag in system.tags]
    return [*pip, *whole, "--implementation=cp", version, *target]


def _call(start: dict, command: list[str], root: Path, told: str = "", variables=None) -> str:
    """Run a program; returns what it printed, or raises with the reason it gave."""
    done = subprocess.run(
        command, cwd=root, input=told, env=variables, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return done.stdout
    if any(sign in done.stderr for sign in start["NETWORK_SIGNS"]):
        raise CourseError(
            say(
                "The package registry could not be reached, so there is no bundle. It is made "
                "where there is a network."
            )
        )
    why = [line.strip() for line in done.stderr.splitlines() if REASON.match(line)]
    raise CourseError(
        say("Not every wheel could be fetched. {why}", why=(why or [done.stderr.strip()])[-1])
    )
