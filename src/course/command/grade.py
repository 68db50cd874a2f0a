"""`course grade`: mark a class's notebooks, each answer in a process of its own."""

import argparse
import os
from pathlib import Path

from course import files
from course.command import refused
from course.learner import report
from course.words import say

# option: what makes it of all marks, in `course.grading.marks`
TABLES = {"csv": "table", "sentences": "sentences", "canvas": "canvas", "moodle": "moodle"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course grade`."""
    parser.add_argument(
        "places",
        nargs="+",
        type=Path,
        metavar="SUBMISSIONS",
        help="a folder with a folder or a file for each learner, or files",
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the marks there")
    parser.add_argument("--sentences", type=Path, metavar="FILE", help="what each check said")
    parser.add_argument("--canvas", type=Path, metavar="FILE", help="marks as Canvas imports them")
    parser.add_argument("--moodle", type=Path, metavar="FILE", help="marks as Moodle imports them")
    parser.add_argument(
        "--answers",
        type=Path,
        metavar="FOLDER",
        help="each answer as a file of its own, by exercise, for tools that look for copies",
    )
    parser.add_argument(
        "--lesson",
        action="append",
        default=[],
        metavar="NN",
        help="grade this lesson alone, by number, name or title",
    )
    parser.add_argument(
        "--vary", action="store_true", help="draw each learner's cases from what they are called"
    )
    parser.add_argument(
        "--kept",
        type=Path,
        metavar="FOLDER",
        help="where results are kept, so that a second run goes on (default: .marks beside FILE)",
    )
    parser.add_argument("--cores", type=int, help="processes that judge (default: all cores)")


def run(args: argparse.Namespace) -> int:
    """Grade, write the tables, and print how each exercise went; 1 if anything was unreadable."""
    from tqdm import tqdm

    if os.name == "nt":
        raise ValueError(say("Answers can be walled off on Linux and macOS; on Windows use WSL."))
    from course.grading import confine, exported, marks, pool, submission

    if note := confine.missing():
        print(note)
    for place in args.places:
        place.stat()  # one that isn't there is told at once
    refused.homeless(*(getattr(args, name) for name in TABLES))
    work = submission.find(args.places, {_slug(lesson) for lesson in args.lesson})
    others = submission.passed_by(args.places)
    kept = args.kept or (args.csv and args.csv.resolve().parent / ".marks")
    graded = pool.grade(work, cores=args.cores or pool.cores(), kept=kept, vary=args.vary)
    found = list(tqdm(graded, total=len(work), unit="submission", disable=None, leave=False))
    found.sort(key=lambda m: (m.slug, m.learner, m.number))
    for name, maker in TABLES.items():
        if out := getattr(args, name):
            files.replace(out.resolve(), getattr(marks, maker)(found))
    if args.answers:
        exported.write(work, args.answers.resolve())
    print(marks.summary(found))
    if others:
        names = ", ".join(report.harmless(file.name) for file in others)
        print(say("Passed by, being no notebooks: {names}.", names=names))
    return 1 if any(m.note for m in found) else 0


def _slug(lesson: str) -> str:
    """Return the slug of the lesson that is meant."""
    from course import lessons
    from course.command import choosing

    return lessons.slug(choosing.choose([one.stem for one in lessons.lessons()], lesson))
