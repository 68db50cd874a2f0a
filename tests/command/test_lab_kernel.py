"""A kernel of `course lab`: one thread, and a sentence for a cell that was run too early."""

import json
import os
import time
from queue import Empty

import pytest
from jupyter_client.manager import KernelManager

from course.command import lab, lab_kernel

CELLS = [
    {"cell_type": "markdown", "metadata": {}, "source": "# About layers"},
    {
        "cell_type": "code",
        "metadata": {"tags": ["setup"]},
        "source": "import numpy as np\nfrom course.networks import layers as la",
    },
    {
        "cell_type": "code",
        "metadata": {},
        "source": ["def trained(x):\n", "    inside = 1\n", "a, (b, *c) = 1, (2, 3)\n"],
    },
    {"cell_type": "code", "metadata": {}, "source": "%time broken("},
    {"cell_type": "code", "metadata": {}, "source": "for i in [z for z in (1,)]:\n    w = i"},
    *(
        {"cell_type": "markdown", "metadata": {}, "source": "", "id": id}
        for id in ("exercise-probabilities", "prediction-careful", "exercise-write_greedily")
    ),
]
CODE = [cell for cell in CELLS if cell["cell_type"] == "code"]


@pytest.mark.parametrize("name", ["np", "la"])
def test_a_name_of_the_setup_cell_sends_there(name):
    said = lab_kernel.sentence(name, CODE)
    assert said.startswith(f"{name} isn't known yet: the setup cell")


@pytest.mark.parametrize("name", ["trained", "a", "b", "c", "i", "w"])
def test_a_name_of_another_cell_sends_further_up(name):
    said = lab_kernel.sentence(name, CODE)
    assert "a cell further up defines it. Run the cells above in their order" in said
    assert "Run All Above Selected Cell" in said  # which leaves predictions open


@pytest.mark.parametrize("name", ["inside", "z", "layers", "nowhere", "x", ""])
def test_a_name_that_no_cell_binds_is_pythons_business(name):
    assert lab_kernel.sentence(name, CODE) == ""


def test_a_result_without_its_question_sends_there():
    said = lab_kernel.sentence("a", CODE, "print(2)\na.reveal(3)")
    assert said == "The question above this result wasn't run. Run it first."


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """A kernel as the server of `course lab` starts it."""
    page = tmp_path_factory.mktemp("desk") / "00_page.ipynb"
    page.write_text(json.dumps({"cells": CELLS}))
    spec = json.loads((lab.SETTINGS / "kernels/python3/kernel.json").read_text())
    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec.argv = spec["argv"]
    left = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    own = {"JPY_SESSION_NAME": str(page), "COURSE_PROGRESS": str(page.with_name("progress.json"))}
    manager.start_kernel(env=left | spec["env"] | own)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run(kernel, code: str) -> list[dict]:
    """Run code; return what it shows."""
    asked, shown, end = kernel.execute(code), [], time.monotonic() + 60
    while time.monotonic() < end:
        try:
            message = kernel.get_iopub_msg(timeout=1)
        except Empty:
            continue
        if message["parent_header"].get("msg_id") == asked:
            if message["content"].get("execution_state") == "idle":
                break
            shown.append(message["content"])
    return shown


def test_a_cell_run_too_early_says_so_in_a_sentence(kernel):
    (error,) = (said for said in run(kernel, "np.ones(3)") if "ename" in said)
    assert error["ename"] == "NameError"  # what runs on after it is stopped as ever
    assert " ".join(error["traceback"]) == lab_kernel.sentence("np", CODE)


def test_other_mistakes_are_shown_as_ever(kernel):
    (error,) = (said for said in run(kernel, "nowhere") if "ename" in said)
    assert len(error["traceback"]) > 2
    assert "----> " in "\n".join(error["traceback"])
    (error,) = (said for said in run(kernel, "1 / 0") if "ename" in said)
    assert "ZeroDivisionError" in "\n".join(error["traceback"])


def test_under_a_check_stands_a_button_for_a_hint(kernel):
    said = run(kernel, "from course.lessons.start_here import bank; bank.probabilities.check(None)")
    card, stays, button = (one["data"] for one in said if "transient" in one)
    assert "You passed None" in card["text/plain"]
    assert "course-asleep" in stays["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in button


def test_a_check_says_where_the_cell_of_an_answer_could_not_be_read(kernel):
    def checked() -> str:
        run(kernel, "from course.lessons.start_here import bank")
        shown = run(kernel, "bank.probabilities.check(probabilities)")
        return "\n".join(one["data"].get("text/plain", "") for one in shown if "data" in one)

    run(kernel, "def probabilities(counts):\n    return counts / counts.sum(")
    (error,) = (said for said in run(kernel, "probabilities") if "ename" in said)
    assert "the cell that defines it ended in a SyntaxError." in " ".join(error["traceback"])
    run(kernel, "def probabilities(counts):\n    return counts")
    assert "SyntaxError" not in checked()
    run(kernel, "def probabilities(counts):\n    return counts / counts.sum(")
    assert checked().startswith("probabilities · an earlier version. The cell that defines")
    run(kernel, "1 / 0")  # another cell's mistake changes nothing
    assert "an earlier version" in checked()
    run(kernel, "def probabilities(counts):\n    return counts")
    assert "an earlier version" not in checked()


def test_a_result_asked_for_before_its_question_was_seen_waits_for_the_guess(kernel):
    """As in a run of all cells: nobody could have answered yet."""
    ask = "from course.interactive import predict; g = predict.number('a.b', 'How?', within=1); g"
    run(kernel, ask)
    said = run(kernel, "g.reveal(3); print('3 it was')")
    (error,) = (one for one in said if "ename" in one)
    assert " ".join(error["traceback"]).startswith("The run ended here: the question")
    assert not any("3 it was" in one.get("text", "") for one in said)
    stays, waits = (one["data"] for one in said if "transient" in one)
    assert "You had not guessed yet." in stays["text/plain"]  # on another day
    assert "course-asleep" in stays["text/html"] and "3" not in stays["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in waits
    shown = run(kernel, "g.commit(3)")
    new = [one["data"]["text/plain"] for one in shown if "transient" in one]
    assert any(text.startswith("You predicted: 3. Measured: 3.\nClose.") for text in new)
    *_, card = (one["data"] for one in run(kernel, "g.reveal(3)") if "transient" in one)
    assert "You predicted: 3." in card["text/plain"]


def test_a_statement_tells_whether_another_follows_it(kernel):
    """So a result that waits says whether the rest of its cell waits too."""
    run(kernel, "from course.learner import beside")
    printed = run(kernel, "print(\n    beside.more(),\n)\nprint(beside.more())")
    assert "".join(said.get("text", "") for said in printed) == "True\nFalse\n"
    within = "def g():\n    return beside.more()\n\ng()"
    (shown,) = (said for said in run(kernel, within) if "data" in said)
    assert shown["data"]["text/plain"] == "False"


def test_under_a_check_that_is_done_stands_the_way_on(kernel):
    run(kernel, "from course.lessons.start_here import bank")
    run(kernel, "def probabilities(counts):\n    return counts / counts.sum(axis=1, keepdims=True)")
    said = run(kernel, "bank.probabilities.check(probabilities)")
    card, link = (one["data"] for one in said if "transient" in one)
    assert "· done" in card["text/plain"]
    told = "Read on and run the cells on the way. Next to do: "
    assert link["text/plain"] == f"{told}a prediction"
    here = "00_start_here.ipynb#cell-id=prediction-careful"
    assert f'{told}<a href="{here}">' in link["text/html"]
    assert "<summary>How the course does it, and why</summary>" in link["text/html"]
    assert "keepdims" in link["text/html"]  # its code


def test_it_computes_with_one_thread(kernel):
    asked = f"import os; print([os.environ.get(name) for name in {list(lab.ONE_THREAD)}])"
    (said,) = (said["text"] for said in run(kernel, asked) if "text" in said)
    assert said == "['1', '1', '1', '1']\n"


def test_the_specification_is_what_the_server_is_told():
    spec = json.loads((lab.SETTINGS / "kernels/python3/kernel.json").read_text())
    assert spec["env"] == lab.ONE_THREAD
