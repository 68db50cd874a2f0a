"""The class report as a page: everything is counted, nothing of a stranger's is markup."""

import json
from html.parser import HTMLParser

from course import lessons
from course.command import main
from course.learner import report
from course.lessons import class_page

EVIL = "<script>alert(1)</script>"
MISTAKE = lessons.bank("linear_algebra").add_bias.mistakes[0]


def learner(file, guess, mistake):
    check = {"passed": False, "attempts": 2, "mistakes": {mistake: 1}}
    checks = {"linear_algebra.add_bias": check, f"nowhere.{EVIL}": {"passed": True, "attempts": 1}}
    fact = {"guess": guess, "measured": 4.0, "close": guess == 4}
    state = {"version": 2, "checks": checks, "hints": {"linear_algebra.add_bias": 2}}
    state["predictions"] = {f"linear_algebra.{EVIL}": fact}
    file.write_text(json.dumps(state))
    return file


def test_the_page_counts_and_says_what_was_misunderstood(tmp_path):
    given = [(1, MISTAKE.name), (4, EVIL), (9, MISTAKE.name)]
    files = [learner(tmp_path / f"{n}.json", *g) for n, g in enumerate(given)]
    page = class_page.html(report.report([*files, tmp_path / "gone.json"]))
    text = Text(page)
    assert "3 learners" in text.words and "0 of 3" in text.words
    assert MISTAKE.says.split(".")[0] in text.words
    assert "half between 2.5 and 6.5, middle 4" in text.words and "1 of 3" in text.words
    assert "gone.json" in text.words and EVIL in text.words
    assert not {"script", "img", "link", "iframe"} & text.tags


def test_the_command_writes_it(tmp_path, capsys):
    one, out = learner(tmp_path / "a.json", 4, "?"), tmp_path / "report.html"
    assert main.main(["report", str(one), "--html", str(out)]) == 0
    assert out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_predictions_are_told_by_their_question():
    found = class_page._questions(lessons.Lesson("attention"))
    assert found and all(key.startswith("attention.") for key in found)


class Text(HTMLParser):
    """The words and the tags of a page."""

    def __init__(self, page):
        super().__init__()
        self.words, self.tags = "", set()
        self.feed(page)
        self.words = " ".join(self.words.split())

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.words += data
