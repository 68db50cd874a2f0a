"""A draft of a lesson keeps every law as it is; a lesson that gets another number does too."""

import os
import shutil
import subprocess
import sys

import pytest

from course.authoring import checkout, draft
from course.authoring.checkout import CourseError

PARTS = ("src", "notebooks", "tests", "docs")
FILES = ("README.md", "jupytext.toml", "pyproject.toml")
LAWS = (
    "tests/lessons/test_lessons.py",
    "tests/lessons/test_glossary.py",
    "tests/lessons/test_handout.py",
    "tests/lessons/test_map.py",
    "tests/lessons/test_yours.py",
    "tests/checking/test_exercises.py",
    "tests/test_house.py",
)
WORDS = (
    "fresh or readme or text_calls or the_map or before_it_is or first_step "
    "or test_house and (test_no or test_engines) "
    "or 19_generation and not control"
)


@pytest.fixture
def copy(root, tmp_path):
    """A copy of the checkout, in step with itself as git sees it, and compiled as it is."""
    folder = tmp_path / "copy"
    for name in PARTS:
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns(".*"))
    for name in FILES:
        shutil.copy(root / name, folder)
    return folder


def python(folder, *arguments):
    """Run Python with the package of a copy; returns what it printed."""
    outside = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    env = outside | {"PYTHONPATH": str(folder / "src")}
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-3000:]
    return done.stdout


def test_a_draft_and_a_lesson_of_another_number_keep_every_law(copy):
    """Another number is another file name and nothing else."""
    names = ("fresh", "--title", "A fresh idea", "--part", "Foundations")
    said = python(copy, "-m", "course", "new", *names)
    stem = said.splitlines()[0].removeprefix("notebooks/text/").removesuffix(".py")
    python(copy, "-m", "course", "build", stem)
    shutil.move(*(copy / "notebooks" / f"{n}_generation.ipynb" for n in (14, 19)))
    shutil.move(*(copy / "notebooks" / "text" / f"{n}_generation.py" for n in (14, 19)))
    python(copy, "-m", "course", "sync")
    table = (copy / "README.md").read_text(encoding="utf-8")
    assert f"[A fresh idea](notebooks/{stem}.ipynb)" in table
    assert "| 19 | [Generation](notebooks/19_generation.ipynb)" in table
    shown = """
from course import lessons
from course.lessons import map
assert lessons.Lesson("generation").number == "19"
assert lessons.lessons()[-1].slug == "generation"
assert "19  Generation" in str(map.show())
"""
    python(copy, "-c", shown)
    python(copy, "-m", "course", "reset", "19")
    desk = (copy.parent / "desk").rglob("19_generation.ipynb")  # COURSE_HOME of every test
    copies = [path.read_text(encoding="utf-8") for path in desk]
    assert copies and all("19 · Generation" in text for text in copies)
    folder = copy / "src" / "course" / "lessons" / "fresh"
    python(copy, "-m", "ruff", "check", "--quiet", folder, copy / "notebooks" / "text")
    python(copy, "-m", "ruff", "format", "--check", "--quiet", folder)
    files = (*LAWS, f"notebooks/{stem}.ipynb")
    said = python(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files, "-k", WORDS)
    assert int(said.split(" passed")[0].split()[-1]) > 800


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({"slug": "attention"}, "course.lessons.attention exists already"),
        ({"slug": "desk"}, "course.lessons.desk exists already"),
        ({"slug": "Two words"}, "'Two words' is no slug"),
        ({"slug": "class"}, "'class' is no slug"),
        ({"title": 'A "quote"'}, "is no title"),
        ({"title": "*"}, "'\\*' is no title"),
        ({"part": "Epilogue"}, "There is no part 'Epilogue'. There are: Start, Foundations"),
        ({"number": 12}, "12 is taken"),
        ({"number": 100}, "100 is taken or no number from 0 to 99"),
    ],
)
def test_names_that_can_not_be_are_refused_and_nothing_is_written(checkout, write, names, told):
    write("12_attention", "# %%\n")
    (checkout / "src" / "course" / "lessons").mkdir(parents=True)
    given = {"slug": "fresh", "title": "A fresh idea", "part": "Networks"} | names
    with pytest.raises(CourseError, match=told):
        draft.write(checkout, given.pop("slug"), **given)
    assert not list((checkout / "src").rglob("*.py"))


def test_the_number_is_the_first_free_one_after_its_part(root):
    numbers = [draft.next_number(root, part) for part in draft.PARTS]
    taken = {int(stem[:2]) for stem in checkout.lessons(root)}
    assert numbers == sorted(numbers) and not taken & set(numbers)
    assert all({*range(min(taken), n)} & taken for n in numbers)
