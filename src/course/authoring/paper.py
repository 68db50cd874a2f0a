"""The lessons on paper: each page of `pages`, printed by a browser to a PDF."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from course import files
from course.authoring import pages, sheets
from course.authoring.checkout import CourseError
from course.words import say

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"]
FOOT = (
    '<div style="width:100%;text-align:center;font:8pt sans-serif;color:#444">'
    '<span class="title"></span> &nbsp;·&nbsp; '
    '<span class="pageNumber"></span> / <span class="totalPages"></span></div>'
)
_BESIDE = re.compile(rb"/URI \(file:[^()]*/(\w+)\.html[^()]*\)")


def pdf(root: Path, stems: list[str], out: Path) -> list[Path]:
    """Write each of these lessons as a PDF of A4 pages; say which of their letters no font has.

    Raises
    ------
    CourseError
        If there is no browser to print with, or as `pages.html` does.
    """
    written = [out / f"{stem}.pdf" for stem in stems]
    with tempfile.TemporaryDirectory(prefix="course-") as folder, opened() as page:
        pages.html(root, stems, Path(folder))
        for path in tqdm(written, unit="lesson", disable=None, leave=False):
            files.replace(path, printed(page, Path(folder, f"{path.stem}.html")))
            if letters := page.evaluate("boxes()"):
                tqdm.write(_lacking(path, letters), file=sys.stderr)
    return written


def _lacking(path: Path, letters: list[str]) -> str:
    """Say which letters are boxes on paper, and where there is a font for them."""
    return say(
        "{file}: no font on this machine has {letters}, so empty boxes stand in their place. Noto "
        "has them: `apt install fonts-noto-cjk fonts-noto-color-emoji` on Debian and Ubuntu, "
        "https://fonts.google.com/noto elsewhere. Install it and build again.",
        file=path.name,
        letters=" ".join(letters),
    )


def printed(page, file: Path) -> bytes:
    """Return a page of HTML as a PDF: answers to exercises, and hints, at the end.

    Its headings are an outline; the parts of the map of the course are no sections of a lesson. A
    link to another page leads to the PDF beside it. Where its sheets end is known before it is
    printed, and so is on which of them a section, an answer or a question stands.
    """
    page.goto(file.as_uri())
    page.emulate_media(media="print")
    page.evaluate(
        """() => {
            document.querySelectorAll('[role=heading]').forEach(e => e.removeAttribute('role'));
            dispatchEvent(new Event('beforeprint'));
        }"""
    )
    page.add_script_tag(path=pages.TEMPLATE / "sheets.js")
    height, measured = page.evaluate("measured()")
    filled = sheets.filled([sheets.Block(**block) for block in measured], height)
    page.evaluate("sheets => laid(sheets)", [sheet._asdict() for sheet in filled])
    return _BESIDE.sub(_beside, _print(page))


def _beside(link: re.Match[bytes]) -> bytes:
    """Return a link to the PDF beside, as long as it was: a PDF counts its bytes."""
    return (b"/URI (./%s.pdf)" % link[1]).ljust(len(link[0]))


def _print(page) -> bytes:
    return page.pdf(
        prefer_css_page_size=True,
        print_background=True,
        display_header_footer=True,
        header_template="<span></span>",
        footer_template=FOOT,
        tagged=True,
        outline=True,
    )


def browser() -> str | None:
    """Return the path of an installed Chromium or Chrome."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


@contextmanager
def opened() -> Iterator:
    """Open an empty page in a browser that is not seen; it ends with the block."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        told = "To print, Playwright is needed: `python -m pip install playwright` installs it."
        raise CourseError(say(told)) from error
    if (path := browser()) is None:
        raise CourseError(
            say(
                "To print, Chromium or Chrome is needed, and none is installed. `course build "
                "html` needs no browser, and any browser prints its pages."
            )
        )
    with sync_playwright() as playwright:
        window = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield window.new_page(color_scheme="light")
        finally:
            window.close()
