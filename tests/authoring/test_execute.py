"""Executing and storing: the same bytes twice, and a sentence where a cell fails."""

import functools
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course import files
from course.authoring import execute
from course.authoring.checkout import CourseError

LESSON = """\
# %% [markdown]
# # Small

# %% tags=["setup"]
import sys
import ipywidgets
from tqdm import tqdm
from course.interactive import plot

# %%
print("first")
print("25 %", end="\\r")
print("50 %", end="\\r", flush=True)
print("done", flush=True)
print("to stderr", file=sys.stderr)
print("last")

# %%
for _ in tqdm(range(3), file=sys.stdout, bar_format="{desc}{n}/{total}"):
    pass

# %%
ipywidgets.IntSlider(3)

# %%
fig, ax = plot.figure()
ax.plot([0, 1], [0, 1])
plot.show(fig, alt="a straight line that rises");

# %%
{"unordered", "set", "of", "words"}

# %%
7;

# %%
7;
"""


def stored(folder, stem):
    return (folder / "notebooks" / f"{stem}.ipynb").read_text(encoding="utf-8")


def outputs(text):
    return [cell["outputs"] for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]


@pytest.fixture
def small(checkout, write):
    write("00_small", LESSON)
    execute.build(checkout, ["00_small"], quiet=True)
    return checkout


def test_two_runs_give_the_same_bytes(small):
    first = stored(small, "00_small")
    execute.build(small, ["00_small"], quiet=True)
    assert stored(small, "00_small") == first


def test_stores_what_a_reader_sees_and_no_more(small):
    notebook = json.loads(stored(small, "00_small"))
    _, streams, bar, slider, figure, words, quiet, _ = outputs(stored(small, "00_small"))
    out = {stream["name"]: "".join(stream["text"]) for stream in streams}
    assert out == {"stdout": "first\ndone\nlast\n", "stderr": "to stderr\n"}
    assert "".join(bar[0]["text"]) == "3/3\n"
    assert list(slider[0]["data"]) == ["text/plain"]  # the view is dead without its widget
    assert {"image/png", "text/plain"} == set(figure[0]["data"])
    assert words[0]["data"]["text/plain"]
    assert quiet == []
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    assert "version" not in notebook["metadata"]["language_info"]
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)


def test_ids_come_from_the_source_and_differ():
    def ids(*sources):
        cells = [new_code_cell(source) for source in sources]
        return [cell.id for cell in execute.normalise(new_notebook(cells=cells)).cells]

    first = ids("a = 1", "b = 2", "a = 1")
    assert len(set(first)) == 3
    assert ids("c = 3", "a = 1", "b = 2", "a = 1")[1:] == first


def test_a_grade_id_is_the_id():
    cell = new_code_cell("a = 1", metadata={"nbgrader": {"grade_id": "softmax"}})
    assert execute.normalise(new_notebook(cells=[cell])).cells[0].id == "softmax"


def test_streams_are_merged_where_they_began():
    pieces = [
        new_output("stream", name="stdout", text="1\n"),
        new_output("stream", name="stderr", text="!\n"),
        new_output("stream", name="stdout", text="10 %\r20 %\r\n2\n"),
    ]
    cell = new_code_cell("…", outputs=pieces)
    out = execute.normalise(new_notebook(cells=[cell])).cells[0].outputs
    assert [(o.name, o.text) for o in out] == [("stdout", "1\n20 %\r\n2\n"), ("stderr", "!\n")]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("1 / 0", "line 6 of the text: `1 / 0` failed. ZeroDivisionError: division by zero"),
        ("def f(:", "line 6 of the text: `def f(:` failed. SyntaxError"),
        ("import os\nos._exit(1)", "cell 2, ended its kernel"),
        ("from urllib.request import urlopen\nurlopen('http://example.org')", "network is off"),
    ],
)
def test_a_failing_cell_is_named_and_the_old_notebook_stays(checkout, write, source, told):
    path = checkout / "notebooks" / "07_bad.ipynb"
    path.write_text("the old one")
    write("07_bad", f"# %%\na = 1\n\n# %%\n# then\n{source}\n")
    with pytest.raises(CourseError) as error:
        execute.build(checkout, ["07_bad"], quiet=True)
    assert "07_bad.ipynb, cell 2" in str(error.value)
    assert told in str(error.value)
    assert path.read_text() == "the old one"
    assert [p.name for p in path.parent.iterdir() if p.is_file()] == ["07_bad.ipynb"]


def test_a_cell_that_never_ends_is_stopped(monkeypatch, checkout, write):
    monkeypatch.setattr(execute, "CELL_SECONDS", 1)
    write("07_slow", "# %%\nimport time\ntime.sleep(60)\n")
    with pytest.raises(CourseError, match="cell 1, ran longer than 1 s"):
        execute.build(checkout, ["07_slow"], quiet=True)


@pytest.mark.skipif(os.name == "nt", reason="Windows delivers Ctrl-C to a whole console")
def test_ctrl_c_ends_the_kernel_and_the_build(checkout, write):
    source = "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\n"
    write("07_long", f"# %%\n{source}time.sleep(100)\n")
    command = [sys.executable, "-m", "course", "build"]
    # what a shell script starts with "&" inherits that Ctrl-C is ignored
    heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heed)
    pid = checkout / "notebooks" / "pid"
    while not (pid.is_file() and pid.read_text()):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20)[1] == "course build: Stopped.\n"
    assert process.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
    assert not (checkout / "notebooks" / "07_long.ipynb").exists()


def test_kernels_share_nothing_with_the_person_who_builds(checkout, write, tmp_path):
    source = (
        "import os\nfrom pathlib import Path\n"
        "print(Path(os.environ['COURSE_PROGRESS']).exists(), Path.cwd().name)\n"
        "print(os.environ['PYTHONHASHSEED'], os.environ['OMP_NUM_THREADS'])"
    )
    write("07_where", f"# %%\n{source}\n")
    execute.build(checkout, ["07_where"], quiet=True)
    shown = "".join(outputs(stored(checkout, "07_where"))[0][0]["text"])
    assert shown == "False notebooks\n0 1\n"


def test_a_killed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.ipynb"
    path.write_text("old")

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        files.replace(path, "new")
    assert path.read_text() == "old"
    assert not files.drafts(tmp_path)
