"""`course doctor`: what is wrong with this installation, and how to mend it."""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from course import files
from course.words import say, say_n

NO_EXTRA = {"extra": ""}  # what tests and benchmarks need is no concern of a learner
REINSTALL = "Run `python start.py env` in the checkout."


class Finding(NamedTuple):
    """One thing looked at: well or not, what was found, how to mend it."""

    well: bool
    what: str
    mend: str = ""

    def __str__(self) -> str:
        line = f"{say('ok') if self.well else say('wrong'):<5}  {self.what}"
        return line if not self.mend else f"{line}\n       → {self.mend}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course doctor`: none."""


def run(args: argparse.Namespace) -> int:
    """Print all findings as they come; 1 if one is wrong."""
    wrong = 0
    for finding in findings():
        print(finding, flush=True)
        wrong += not finding.well
    well = say("All is well. `course lab` opens the lessons.")
    print(say_n("{n} to mend.", "{n} to mend.", wrong) if wrong else well)
    return 1 if wrong else 0


def findings() -> Iterator[Finding]:
    """Look at everything a lesson needs, the quick things first."""
    root = _root()
    yield python()
    yield from packages()
    yield from pins(root)
    yield from data_files()
    yield from folders(root)
    yield from copies(root)
    yield machine()
    yield pytorch()
    yield kernel()


def look() -> None:
    """Print in four lines whether what the lessons need is ready, for a notebook."""
    looks = {
        say("Python"): [python()],
        say("packages"): packages(),
        say("data"): data_files(),
        say("PyTorch"): [pytorch()],
    }
    for name, found in looks.items():
        wrong = [f"{one.what} {one.mend}".strip() for one in found if not one.well]
        print(f"{name}: {' '.join(wrong) or say('ready')}")


def _root() -> Path | None:
    from course.authoring.checkout import CourseError, find_root

    try:
        return find_root()
    except CourseError:
        return None


def python() -> Finding:
    """Name the interpreter; an old one could not have installed the course."""
    here = {"version": platform.python_version(), "folder": sys.prefix}
    return Finding(True, say("Python {version} in {folder}", **here))


def packages() -> Iterator[Finding]:
    """Compare what is installed with the oldest versions that work."""
    from packaging.requirements import Requirement

    try:
        required = metadata.requires("llm-course") or []
    except metadata.PackageNotFoundError:
        yield Finding(False, say("The course itself is not installed."), say(REINSTALL))
        return
    wanted = [r for r in map(Requirement, required) if not r.marker or r.marker.evaluate(NO_EXTRA)]
    found = {requirement.name: _version(requirement.name) for requirement in wanted}
    faults = [fault for r in wanted if (fault := _fault(r, found[r.name]))]
    yield from faults
    if not faults:
        yield Finding(True, ", ".join(f"{name} {version}" for name, version in found.items()))


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _fault(requirement, found: str | None) -> Finding | None:
    """Return what is wrong with the version found of a package; None if it will do."""
    if found is None:
        return Finding(False, say("{name} is missing.", name=requirement.name), say(REINSTALL))
    if requirement.specifier.contains(found, prereleases=True):
        return None
    sentence = "{name} {found} is too old; it must be {wanted}."
    old = say(sentence, name=requirement.name, found=found, wanted=requirement)
    return Finding(False, old, say(REINSTALL))


def pins(root: Path | None) -> Iterator[Finding]:
    """Name the packages whose version is not the one that the outputs were made with."""
    if root is None or not (root / "constraints.txt").is_file():
        return
    apart = []
    for line in (root / "constraints.txt").read_text(encoding="utf-8").splitlines():
        name, _, pinned = line.partition("==")
        try:
            found = metadata.version(name.strip()) if pinned else None
        except metadata.PackageNotFoundError:
            continue
        if found and found.split("+")[0] != pinned.strip():
            apart.append(
                say("{name} {found} (pinned {pin})", name=name, found=found, pin=pinned.strip())
            )
    differ = say("Versions differ from the pinned ones: {names}.", names=", ".join(apart))
    yield Finding(True, differ if apart else say("All versions are the pinned ones."))


def data_files() -> Iterator[Finding]:
    """Compare each shipped file with its sha256."""
    from course import data

    damaged = data.damage()
    yield from (Finding(False, sentence) for sentence in damaged)
    if not damaged:
        yield Finding(True, say("Data: {names}", names=", ".join(data.manifest())))


def folders(root: Path | None) -> Iterator[Finding]:
    """Try to write where the learner's copies and progress are kept."""
    from course.learner import home, progress

    places = {say("Your progress"): Path(progress.path()).parent}
    if root is None:
        yield Finding(True, say("No checkout is here; change to one with cd before `course lab`."))
    else:
        places[say("Your copies of the lessons")] = home.folder(root)
    for what, folder in places.items():
        yield _writable(what, folder)


def _writable(what: str, folder: Path) -> Finding:
    existing = files.standing(folder)
    try:
        files.probe(folder)
    except OSError as error:
        sentence = "{what} can't be saved in {folder}: {reason}."
        fault = say(sentence, what=what, folder=folder, reason=error.strerror)
        if existing.is_file():
            mend = say("Move {file} away: a folder must be there.", file=existing)
        else:
            sentence = "Make {folder} writable for you, or free space on its disk."
            mend = say(sentence, folder=existing)
        return Finding(False, fault, mend)
    free = f"{shutil.disk_usage(existing).free / 1e9:.0f}"
    found = say("{what}: {folder}, {free} GB free", what=what, folder=folder, free=free)
    return Finding(True, found)


def copies(root: Path | None) -> Iterator[Finding]:
    """Read each lesson as it ships, and the learner's copy of it where there is one."""
    if root is None:
        return
    from course.learner.notebook import Trouble
    from course.lessons.desk import Desk

    desk, sound = Desk(root), 0
    for stem in desk.stems:
        try:
            desk.shipped(stem)
            if desk.path(stem).exists():
                desk.mine(stem)
                sound += 1
        except Trouble as trouble:
            yield Finding(False, str(trouble))
    if sound:
        found = say_n(
            "{n} copy of a lesson can be read", "{n} copies of lessons can be read", sound
        )
        yield Finding(True, found)


def machine() -> Finding:
    """Count the cores."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    kind = {"machine": platform.machine(), "system": platform.system()}
    counted = say_n(
        "{n} core, {machine}, {system}", "{n} cores, {machine}, {system}", usable or 1, **kind
    )
    return Finding(True, counted)


def pytorch() -> Finding:
    """Import PyTorch in a process of its own, multiply, and name the accelerator."""
    code = (
        "import torch; torch.ones(2, 2) @ torch.ones(2, 2); a = torch.accelerator;"
        "print(torch.__version__, a.current_accelerator() if a.is_available() else 'none')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or [f"code {done.returncode}"])[-1]
        return Finding(False, say("PyTorch does not start: {why}", why=why), say(REINSTALL))
    version, accelerator = done.stdout.split()
    sentence = "PyTorch {version} computes; accelerator: {name}"
    return Finding(True, say(sentence, version=version, name=accelerator))


def kernel() -> Finding:
    """Start a kernel as JupyterLab would and let it add."""
    from nbformat.v4 import new_code_cell, new_notebook

    from course.authoring import execute
    from course.authoring.checkout import CourseError

    notebook = new_notebook(cells=[new_code_cell("from course.networks import layers\n1 + 1")])
    try:
        done = execute.run(notebook, Path(tempfile.gettempdir()), "a notebook of one cell")
        answer = done.cells[0].outputs[0].data["text/plain"]
    except (CourseError, OSError, RuntimeError, LookupError) as error:
        return Finding(False, say("A notebook does not run: {why}", why=error), say(REINSTALL))
    sentence = "A kernel starts, imports the course and finds 1 + 1 = {answer}."
    return Finding(answer == "2", say(sentence, answer=answer))
