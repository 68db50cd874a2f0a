"""One archive for a room without a network: the lessons, the package, and every wheel they need.

It is unpacked and `start.py lab` called in it, as in a checkout; `start.py` finds the folder of
wheels and installs from there.
"""

import itertools
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from email.parser import HeaderParser
from pathlib import Path

from packaging.specifiers import SpecifierSet

from course import __version__, files
from course.authoring import wheels
from course.authoring.checkout import CourseError, lessons, notebook_path
from course.words import say

TOP = "llm-course"  # the folder that the archive unpacks to
SHIPPED = (
    *("start.py", "Makefile", "pyproject.toml", "constraints.txt", "jupytext.toml"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "AGENTS.md", "docs", "src"),
)
MADE = re.compile(r"(?:^|/)(?:__pycache__|\.[^/]*|[^/]*\.egg-info)(?:/|$)|\.pyc$|\.part$")


def bundle(
    root: Path,
    stems: list[str],
    out: Path,
    *,
    platforms: Iterable[str] = (),
    pythons: Iterable[str] = (),
) -> list[Path]:
    """Write the archive; returns where it lies.

    Parameters
    ----------
    out
        A folder, in which the archive gets a name that says what it is for; or its name, with
        suffix ``.zip``.
    platforms
        Of `wheels.SYSTEMS`; by default the one that this is.
    pythons
        Versions, as in ``3.12``; by default the one that runs this.

    Raises
    ------
    CourseError
        If lessons are missing, or a wheel can't be fetched. Whatever happens, an archive is there
        whole or not at all.
    """
    if stems != lessons(root):
        raise CourseError(say("A bundle holds every lesson. Leave the numbers away."))
    platforms = list(dict.fromkeys(platforms)) or [wheels.here()]
    pythons = list(dict.fromkeys(pythons)) or [f"3.{sys.version_info.minor}"]
    content = shipped(root, stems)
    name = f"{TOP}-{__version__}-{'-'.join(platforms)}-python{'-'.join(pythons)}.zip"
    archive = out if out.suffix == ".zip" else out / name
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", suffix=".part", dir=archive.parent) as house:
        for platform, python in itertools.product(platforms, pythons):
            wheels.fill(Path(house), root, wheels.SYSTEMS[platform], python)
        content |= {f"wheels/{wheel.name}": wheel for wheel in sorted(Path(house).glob("*.whl"))}
        with files.drafted(archive) as draft:
            pack(draft, content, install(platforms, pythons, Path(house)))
    return [archive]


def shipped(root: Path, stems: list[str]) -> dict[str, Path]:
    """Return what of a checkout goes to learners: name in the archive -> file.

    Raises
    ------
    CourseError
        If a lesson has no notebook yet.
    """
    for stem in stems:
        if not notebook_path(root, stem).exists():
            raise CourseError(say("{stem} has no notebook; `course build` makes it.", stem=stem))
    places = [root / name for name in SHIPPED] + [notebook_path(root, stem) for stem in stems]
    found = [file for place in places for file in (place, *sorted(place.rglob("*")))]
    names = {file.relative_to(root).as_posix(): file for file in found if file.is_file()}
    return {name: file for name, file in names.items() if not MADE.search(name)}


def install(platforms: list[str], pythons: list[str], house: Path) -> str:
    """Return the text that says how to install, and for which machines this is."""
    ranges = [_range(house, python) for python in pythons]
    systems = [wheels.SYSTEMS[platform].name for platform in platforms]
    return say(
        """\
How large language models work, for machines without a network

For: {systems}.
With: {pythons}. 2 GB of disk are needed.

1. Unpack the archive, and open a terminal in the folder {top}.
2. Type    python3 start.py lab
   (on Windows    py start.py lab)

The first call installs everything from the folder wheels, in about a minute; later ones start in
seconds. The lessons open in JupyterLab as your own copies, in the folder my_course. Once they have
opened, the folder wheels can be deleted.

A later archive is unpacked over this folder; my_course stays as it is, and
.venv/bin/course update    (on Windows    .venv\\Scripts\\course update)
brings its changed lessons to your copies.
""",
        systems=", ".join(systems),
        pythons=", ".join(ranges),
        top=TOP,
    )


def _range(house: Path, python: str) -> str:
    """Name a Python, and its first release that all wheels run on."""
    asked = [_python_of(wheel) for wheel in house.glob("*.whl")]
    releases = (f"{python}.{patch}" for patch in range(wheels.PATCH + 1))
    first = next(one for one in releases if all(spec.contains(one) for spec in asked))
    if first.endswith(".0"):
        return say("Python {python}", python=python)
    return say("Python {python} ({first} or later)", python=python, first=first)


def _python_of(wheel: Path) -> SpecifierSet:
    with zipfile.ZipFile(wheel) as inside:
        name = next(name for name in inside.namelist() if name.endswith(".dist-info/METADATA"))
        told = HeaderParser().parsestr(inside.read(name).decode("utf-8", "replace"))
    return SpecifierSet(told.get("Requires-Python", ""))


def pack(archive: Path, content: dict[str, Path], told: str) -> None:
    """Write the archive; wheels are compressed already."""
    with zipfile.ZipFile(archive, "x", zipfile.ZIP_DEFLATED) as new:
        new.writestr(f"{TOP}/INSTALL.txt", told)
        for name, file in content.items():
            kind = zipfile.ZIP_STORED if file.suffix == ".whl" else zipfile.ZIP_DEFLATED
            new.write(file, f"{TOP}/{name}", compress_type=kind)
