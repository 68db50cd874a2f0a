"""A class's progress files in one table: who tried what, who passed, what was misunderstood.

The files come from others: whatever they hold is data, nothing in one stops the report, and what
is printed of them can neither move a cursor nor be read as a formula by a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from course.learner import record
from course.words import say, say_n

HEADER = ("exercise", "tried", "passed", "misconception", "learners", "times")
# Passed exercises from which equal files are told of. Two who pass on the first try in 7 of 10
# cases agree in an exercise with 0.55 at most, in 15 once in 8,000 pairs; 30 learners make 435.
BY_CHANCE = 15
NAMED = 5  # files passed by
WHO = "who"  # one column more: who has tried and not passed, and who showed a misconception
PASSED_BY = {".git", ".venv", "__pycache__", "node_modules", ".course"}  # folders not searched
NOT_COUNTED = (".damaged-", ".kept ", "carried-over")  # old files of somebody who has a new one


@dataclass
class Report:
    """What a class has done.

    Attributes
    ----------
    learners
        How many files were read.
    tried, passed
        Exercise: by how many it was tried, and passed.
    mistakes
        (exercise, misconception): how often each learner showed it.
    hints
        Exercise: how many hints each learner took who took any.
    guesses
        Question: each learner's guess, with what was measured and whether they are close.
    who
        (exercise, misconception): what those are called who showed it; (exercise, ""): who have
        tried and not passed.
    bad
        Files that could not be read, each with a sentence that says why.
    alike
        Groups of learners whose files hold the same work: what they are called.
    others
        The files in the folders that hold no progress, or old progress.
    """

    learners: int = 0
    tried: dict[str, int] = field(default_factory=dict)
    passed: dict[str, int] = field(default_factory=dict)
    mistakes: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    hints: dict[str, list[int]] = field(default_factory=dict)
    guesses: dict[str, list[dict]] = field(default_factory=dict)
    who: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    bad: list[tuple[Path, str]] = field(default_factory=list)
    alike: list[list[str]] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)

    def add(self, state: dict, name: str = "") -> None:
        """Count one learner, who is called that."""
        self.learners += 1
        for exercise, entry in state["checks"].items():
            tried = entry["passed"] or entry["attempts"] > 0
            self.tried[exercise] = self.tried.get(exercise, 0) + tried
            self.passed[exercise] = self.passed.get(exercise, 0) + entry["passed"]
            if tried and not entry["passed"]:
                self.who.setdefault((exercise, ""), []).append(name)
            for mistake, times in entry.get("mistakes", {}).items():
                self.mistakes.setdefault((exercise, mistake), []).append(times)
                self.who.setdefault((exercise, mistake), []).append(name)
        for exercise, times in state["hints"].items():
            self.hints.setdefault(exercise, []).append(times)
        for question, facts in state["predictions"].items():
            if "guess" in facts:
                self.guesses.setdefault(question, []).append(facts)

    def rows(self, names: bool = False) -> list[tuple]:
        """Return a row for each exercise that was tried, then one for each misconception in it.

        (exercise, tried, passed, misconception, learners, times), most learners first; with names
        one thing more: who is stuck there, and who showed it.
        """
        met = [(*key, len(times), sum(times)) for key, times in self.mistakes.items()]
        rows: list[tuple] = []
        for exercise in sorted(self.tried):
            rows.append((exercise, self.tried[exercise], self.passed[exercise], "", "", ""))
            mine = [row[1:] for row in met if row[0] == exercise]
            mine.sort(key=lambda row: (-row[1], -row[2], row[0]))
            rows += [(exercise, "", "", *row) for row in mine]
        return [(*row, self.named(row[0], row[3])) for row in rows] if names else rows

    def named(self, exercise: str, mistake: str = "") -> str:
        """Return who showed a misconception, or who has tried an exercise and not passed."""
        return ", ".join(sorted(self.who.get((exercise, mistake), [])))

    def text(self, names: bool = False) -> str:
        """Return the table as text, then what could not be read and why."""
        shown = [("", *row[1:]) if row[3] else row for row in self.rows(names)]
        rows = [tuple(map(say, _header(names))), *(tuple(map(harmless, row)) for row in shown)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        if self.bad and not self.learners:
            return "\n".join([say("No progress file can be read:"), *self._bad(), *self._others()])
        lines = [say_n("{n} learner", "{n} learners", self.learners)]
        for row in rows if shown else []:
            cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
            lines.append("  ".join(cells).rstrip())
        if not shown:
            lines.append(say("No exercise has been tried yet."))
        if self.bad:
            lines += ["", say_n("{n} file left out:", "{n} files left out:", len(self.bad))]
            lines += self._bad()
        return "\n".join([*lines, *self._alike(names), *self._others()])

    def _alike(self, names: bool) -> list[str]:
        """Tell of files that hold the same: one of them may be a copy."""
        if self.alike and not names:
            told = "Some files hold the same work, and each counts as a learner. --names tells."
            return [say(told)]
        told = "These files hold the same work, and each counts as a learner: {who}."
        return [say(told, who=harmless(", ".join(sorted(group)))) for group in self.alike]

    def _others(self) -> list[str]:
        """Tell what of the folders was passed by: first what a damaged progress file may be."""
        if not self.others:
            return []
        likely = sorted(self.others, key=lambda file: file.suffix != ".json")
        names = [harmless(file.name) for file in likely[:NAMED]] + ["…"] * (len(likely) > NAMED)
        return [
            say_n(
                "{n} other file was passed by, with no progress in it or an old copy: {names}.",
                "{n} other files were passed by, with no progress in them or old copies: {names}.",
                len(self.others),
                names=", ".join(names),
            )
        ]

    def _bad(self) -> list[str]:
        return [f"  {harmless(file)}: {harmless(why)}" for file, why in self.bad]

    def csv(self, names: bool = False) -> str:
        """Return the table as CSV, as a spreadsheet opens it."""
        file = io.StringIO()
        table = csv.writer(file)
        table.writerow(_header(names))
        table.writerows(tuple(map(harmless, row)) for row in self.rows(names))
        return file.getvalue()


def _header(names: bool) -> tuple[str, ...]:
    return (*HEADER, WHO) if names else HEADER


def report(places: Iterable) -> Report:
    """Merge the progress files of a class.

    Parameters
    ----------
    places
        Files, and folders that hold some at any depth. A file that is named twice counts once. A
        learner is called what the file is called, or the folder below the place in which it lies.
    """
    done, seen = Report(), set()
    same: dict[str, list[str]] = {}  # the work in a file: what the learners are called who did it
    for file, name in _files(places, done):
        if (real := file.resolve()) in seen:
            continue
        seen.add(real)
        try:
            done.add(state := record.load(file), name)
            if sum(entry["passed"] for entry in state["checks"].values()) >= BY_CHANCE:
                same.setdefault(record.as_text(state), []).append(name)
        except record.Newer as error:
            done.bad.append((file, str(error)))
        except record.Damaged as error:
            done.bad.append((file, str(error)))
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            done.bad.append((file, say("It can't be read: {reason}.", reason=reason)))
    done.alike = [group for group in same.values() if len(group) > 1]
    return done


def _files(places: Iterable, done: Report) -> Iterator[tuple[Path, str]]:
    """Go through the files named and those in the folders named, each with whose it is."""
    for place in map(Path, places):
        if not place.is_dir():
            yield place, _whose(place, place.parent)
            continue
        inside = list(_inside(place, done))
        if not inside:
            done.bad.append((place, say("No progress file lies in this folder.")))
        yield from ((file, _whose(file, place)) for file in inside)


def _whose(file: Path, place: Path) -> str:
    """What a learner is called, from where the file lies: ada/progress.json, progress-ada.json."""
    first = file.relative_to(place).parts[0]
    if first != file.name:
        return first
    named = file.stem.removeprefix("progress").strip(" _-.()")
    return named or file.resolve().parent.name


def _inside(folder: Path, done: Report) -> Iterator[Path]:
    """Find the progress files below a folder, by name and by what they hold; count the others."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - PASSED_BY)
        for name in sorted(name for name in names if not name.startswith(".")):
            if _is_progress(file := Path(here, name)):
                yield file
            else:
                done.others.append(file)


def _is_progress(file: Path) -> bool:
    """Tell whether a file is somebody's present progress, sound or not."""
    if not file.name.endswith(".json") or any(mark in file.name for mark in NOT_COUNTED):
        return False
    return file.name.startswith("progress") or _looks_like_progress(file)


def _looks_like_progress(file: Path) -> bool:
    """Tell whether a file of JSON, sound or not, holds the sections of progress."""
    try:
        if file.stat().st_size > record.LARGEST:
            return False
        content = file.read_bytes()
    except OSError:
        return False
    return all(f'"{name}"'.encode() in content for name in ("version", *record.SECTIONS))


def harmless(value) -> str:
    """Return a value as text that neither moves a cursor nor begins a formula."""
    shown = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(value)
    )
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown
