"""The strict validation: each hole of plain nbval, open there and closed here."""

import base64
import subprocess
import sys
import time
from dataclasses import replace

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from course.authoring import kernels, pictures, validate
from course.interactive import names, plot

STRICT = ("-p", "course.authoring.validate", "--nbval", "-p", "no:cacheprovider")
PLAIN = ("--nbval", "-p", "no:cacheprovider")


def notebook(path, *cells, counts=True, tags=()):
    """Write a notebook of (source, *outputs) cells, stored as executed 1..n; a tag for each."""
    made = [
        new_code_cell(source, outputs=list(stored), execution_count=n if counts else None)
        for n, (source, *stored) in enumerate(cells, start=1)
    ]
    for cell, tag in zip(made, tags, strict=False):
        cell.metadata.tags = [tag]
    nbformat.write(new_notebook(cells=made), path)


def printed(text):
    return new_output("stream", name="stdout", text=text)


def drawn(slope, alt="a straight line that rises"):
    """What `plot.show` stores of a line with this slope."""
    fig, ax = plot.figure(width=4, height=3)
    ax.plot([0, 1], [0, slope])
    ax.set(ylim=(0, 2))
    data, metadata = plot.bundle(plot.png(fig), alt, width=400)
    hidden = {"text/html": names.spoken(alt), "text/plain": ""}
    return [
        new_output("display_data", data, metadata=metadata),
        new_output("display_data", hidden),
    ]


DRAW = """\
from course.interactive import plot
fig, ax = plot.figure(width=4, height=3)
ax.plot([0, 1], [0, 1])
ax.set(ylim=(0, 2))
plot.show(fig, alt="a straight line that rises")"""


def run(pytester, *options):
    """Validate what lies in the folder; returns {cell: outcome}."""
    lines = pytester.runpytest(*options, "-rA", "-q").outlines
    words = [line.split(" - ")[0].partition(" ") for line in lines]
    return {cell: word for word, _, cell in words if word in ("PASSED", "FAILED")}


def outcomes(result):
    return {k: v for k, v in result.parseoutcomes().items() if k in ("passed", "failed", "skipped")}


def test_a_faithful_notebook_passes(pytester):
    cells = [("print(6 * 7)", printed("42\n")), (DRAW, *drawn(1)), ("7;",)]
    notebook(pytester.path / "good.ipynb", *cells)
    assert outcomes(pytester.runpytest(*STRICT)) == {"passed": 3}


CHECK = """\
import numpy as np
from IPython.display import display
def check(answer):
    word = "not started" if answer(np.zeros(1)) is None else WORD
    display({"text/plain": f"softmax · {word}"}, raw=True)"""


def test_solved_every_check_must_say_done_and_what_follows_sees_the_stub(pytester):
    said = new_output("display_data", {"text/plain": "softmax · not started"})
    after = ("print(softmax([1.0]), 'NBGRADER_EXECUTION' in __import__('os').environ)",)
    rest = [
        ("def softmax(z):\n    ...  # two lines",),
        ("check(softmax)", said),
        (*after, printed("None False\n")),
    ]
    for name, word in (("right", "done"), ("refused", "wrong")):
        setup = CHECK.replace("WORD", repr(word))
        tags = ["setup", "exercise:layers.softmax"]
        notebook(pytester.path / f"{name}.ipynb", (setup,), *rest, tags=tags)
    result = pytester.runpytest(*STRICT, "--solve")
    assert outcomes(result) == {"passed": 6, "failed": 1, "skipped": 1}
    result.stdout.fnmatch_lines(["*does not accept the course's answer: softmax · wrong*"])


def test_plain_nbval_is_fooled(pytester):
    """Why the plugin is needed; the day this fails, a part of it can go."""
    notebook(pytester.path / "other_picture.ipynb", (DRAW, *drawn(1.05)))
    notebook(pytester.path / "never_executed.ipynb", ("print(2)",), counts=False)
    notebook(pytester.path / "semicolon.ipynb", ("7;",))
    reports = run(pytester, *PLAIN)
    assert reports == {
        "other_picture.ipynb::Cell 0": "PASSED",
        "never_executed.ipynb::Cell 0": "PASSED",
        "semicolon.ipynb::Cell 0": "FAILED",
    }


def test_another_picture_fails_and_is_saved(pytester):
    notebook(pytester.path / "case.ipynb", (DRAW, *drawn(1.05)))
    result = pytester.runpytest(*STRICT)
    assert outcomes(result) == {"failed": 1}
    result.stdout.fnmatch_lines(["*picture 1 differs by * shades*"])
    folder = pytester.path / "build" / "differences" / "case"
    saved = sorted(path.name for path in folder.iterdir())
    assert saved == [f"cell-00-picture-1-{what}.png" for what in ("difference", "expected", "got")]
    assert np.asarray(Image.open(folder / saved[0])).min() < 128


def test_a_tag_allows_what_rounding_does_and_no_more(pytester):
    for name, slope in (("near", 1.015), ("far", 0.9)):
        tags = [pictures.ROUNDING_TAG]
        notebook(pytester.path / f"{name}.ipynb", (DRAW, *drawn(slope)), tags=tags)
    assert run(pytester, *STRICT) == {"near.ipynb::Cell 0": "PASSED", "far.ipynb::Cell 0": "FAILED"}


def test_what_varies_is_compared_by_its_words(pytester):
    other = [("print('took 3.1 ms')", printed("took 2.9 ms\n")), (DRAW, *drawn(1.3))]
    lost = [("print('took 3.1 s')", printed("took 2.9 ms\n")), ("1;", *drawn(1)[:1])]
    for name, cells in (("other", other), ("lost", lost[:1]), ("gone", lost[1:])):
        tags = ["varies"] * len(cells)
        notebook(pytester.path / f"{name}.ipynb", *cells, tags=tags)
    notebook(pytester.path / "strict.ipynb", other[0])
    assert run(pytester, *STRICT) == {
        "other.ipynb::Cell 0": "PASSED",
        "other.ipynb::Cell 1": "PASSED",
        "lost.ipynb::Cell 0": "FAILED",
        "gone.ipynb::Cell 0": "FAILED",
        "strict.ipynb::Cell 0": "FAILED",
    }


def test_a_lost_or_added_picture_fails(pytester):
    notebook(pytester.path / "lost.ipynb", ("1;", *drawn(1)[:1]))
    notebook(pytester.path / "added.ipynb", (DRAW,))
    assert outcomes(pytester.runpytest(*STRICT)) == {"failed": 2}


def test_another_alt_text_fails(pytester):
    stored = drawn(1)
    stored[0].metadata["image/png"]["alt"] = "a straight line that falls"
    notebook(pytester.path / "case.ipynb", (DRAW, *stored))
    result = pytester.runpytest(*STRICT)
    result.stdout.fnmatch_lines(["*alt text was*falls*rises*"])


def test_pictures_inside_html_are_compared_as_pictures(pytester):
    def html(shade):
        rgb = np.full((20, 20, 3), shade, dtype=np.uint8)
        inside = base64.b64encode(plot.compact(rgb)).decode()
        return f'<img alt="grey" src="data:image/png;base64,{inside}">'

    def show(shade):
        data = {"text/html": html(shade)}
        return f"from IPython.display import display\ndisplay({data!r}, raw=True)"

    def stored(shade):
        return new_output("display_data", {"text/html": html(shade)})

    notebook(pytester.path / "near.ipynb", (show(100), stored(101)))
    notebook(pytester.path / "far.ipynb", (show(100), stored(110)))
    reports = run(pytester, *STRICT)
    assert reports == {"near.ipynb::Cell 0": "PASSED", "far.ipynb::Cell 0": "FAILED"}


def test_the_tolerance_parts_half_a_percent_from_a_twentieth():
    def file(slope):
        return base64.b64decode(drawn(slope)[0].data["image/png"])

    assert pictures.distance(file(1), file(1)) == 0
    assert pictures.distance(file(1), file(1.0005)) < pictures.TOLERANCE
    assert pictures.distance(file(1), file(1.03)) > pictures.TOLERANCE


def test_changed_text_fails_and_what_follows_is_skipped(pytester):
    cells = [
        ("print(1)", printed("1\n")),
        ("print(2)", printed("3\n")),
        ("print(3)", printed("3\n")),
    ]
    notebook(pytester.path / "case.ipynb", *cells)
    result = pytester.runpytest(*STRICT, "-rs")
    assert outcomes(result) == {"passed": 1, "failed": 1, "skipped": 1}
    result.stdout.fnmatch_lines(["*cell 1 failed*"])


def test_an_exception_fails_once(pytester):
    notebook(pytester.path / "case.ipynb", ("1 / 0",), ("2;",), ("3;",))
    assert outcomes(pytester.runpytest(*STRICT)) == {"failed": 1, "skipped": 2}


def test_a_trailing_semicolon_hides_the_value(pytester):
    notebook(pytester.path / "case.ipynb", ("7;",), ("x = 8\nx;",))
    assert outcomes(pytester.runpytest(*STRICT)) == {"passed": 2}


def test_a_dead_kernel_is_noticed_at_once(pytester):
    notebook(pytester.path / "case.ipynb", ("import os\nos._exit(1)",), ("2;",))
    begun = time.monotonic()
    result = pytester.runpytest(*STRICT)
    assert time.monotonic() - begun < 15  # the cell's own time would be 2000 s
    assert outcomes(result) == {"failed": 1, "skipped": 1}
    result.stdout.fnmatch_lines(["*kernel died*"])


def test_a_notebook_that_takes_too_long_fails(pytester, monkeypatch):
    usual = validate.about("quick")
    brief = replace(usual, seconds=0.05)
    monkeypatch.setattr(validate, "about", lambda stem: brief if stem == "slow" else usual)
    notebook(pytester.path / "slow.ipynb", ("sum(range(10**6));",))
    notebook(pytester.path / "quick.ipynb", ("1;",))
    result = pytester.runpytest(*STRICT)
    assert outcomes(result) == {"passed": 1, "failed": 1}
    result.stdout.fnmatch_lines(["*The notebook took * s; 0.05 s are allowed*"])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory is counted otherwise")
def test_a_notebook_that_keeps_too_much_memory_fails(pytester):
    keep = "x = bytearray(300_000_000)"
    notebook(pytester.path / "keeps.ipynb", (keep,))
    notebook(pytester.path / "lets_go.ipynb", (f"{keep}\nx = None",))
    result = pytester.runpytest(*STRICT)
    assert outcomes(result) == {"passed": 1, "failed": 1}
    result.stdout.fnmatch_lines(["*The kernel holds 3* MB at the end; 250 MB are allowed*"])


def test_a_lesson_loads_pytorch_only_if_it_says_so(pytester):
    """A stand-in of that name is enough, and quicker."""
    load = ("import sys\nsys.modules['torch'] = sys",)
    for name in ("00_start_here", "10_pytorch"):
        notebook(pytester.path / f"{name}.ipynb", load)
    assert run(pytester, *STRICT) == {
        "00_start_here.ipynb::Cell 0": "FAILED",
        "10_pytorch.ipynb::Cell 0": "PASSED",
    }


@pytest.mark.parametrize("counts", [(None, None), (1, 3), (2, 1)])
def test_counts_other_than_1_to_n_fail(pytester, counts):
    cells = [
        new_code_cell(source, execution_count=n) for source, n in zip("12", counts, strict=True)
    ]
    for cell, n in zip(cells, counts, strict=True):
        cell.source += ";"
        cell.execution_count = n
    nbformat.write(new_notebook(cells=cells), pytester.path / "case.ipynb")
    result = pytester.runpytest(*STRICT)
    assert outcomes(result)["failed"] == 1
    result.stdout.fnmatch_lines(["*Stored with execution count*"])


OFFLINE = """\
import socket
for address in [("example.org", 80), ("192.0.2.1", 80)]:
    try:
        socket.create_connection(address, timeout=1)
    except OSError as error:
        print(error)
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close()
print("loopback stays")"""


def test_the_network_is_off_and_loopback_is_not(pytester):
    text = "".join(
        f"the network is off in this kernel; {host} was asked for\n"
        for host in ("example.org", "192.0.2.1")
    )
    notebook(pytester.path / "case.ipynb", (OFFLINE, printed(text + "loopback stays\n")))
    assert outcomes(pytester.runpytest(*STRICT)) == {"passed": 1}


@pytest.mark.skipif(not kernels.older_processor(), reason="only x86-64 has an older processor")
def test_the_older_processor_computes_otherwise():
    """Its results differ from this machine's, and in their last digits alone."""
    code = """
import numpy as np
x = np.random.default_rng(0).normal(size=(99, 99))
print(*(np.exp(x) @ x)[0])"""
    found = []
    for older in (False, True):
        with kernels.environment(older=older) as env:
            said = subprocess.check_output([sys.executable, "-c", code], env=env, text=True)
        found.append(np.array(said.split(), float))
    assert (found[0] != found[1]).any()
    np.testing.assert_allclose(*found, rtol=1e-12)
