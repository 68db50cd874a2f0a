"""A step inside C that never returns is ended, in a kernel alone, and the next check says so."""

import os
import subprocess
import sys
import textwrap
import time

import pytest

CODE = """
    from course.checking import watchdog
    from course.lessons.start_here import bank as ex
    watchdog.LIMIT = 1.0
    watchdog._in_a_kernel = lambda: True
    def probabilities(counts):
        return {body}
    ex.probabilities.check(probabilities)
    print("still here")
"""


@pytest.fixture
def shell(tmp_path):
    """Run a check in a process of its own, as in a kernel."""

    def run(body):
        env = {**os.environ, "COURSE_PROGRESS": str(tmp_path / "progress.json")}
        env.pop("NBGRADER_EXECUTION", None)
        code = textwrap.dedent(CODE).format(body=body)
        return subprocess.run(
            [sys.executable, "-"], input=code, capture_output=True, text=True, env=env, timeout=60
        )

    return run


def test_what_cannot_be_stopped_is_ended_and_told_by_the_next_check(shell, tmp_path):
    ended = shell("sum(range(10**11))")
    assert ended.returncode != 0
    assert "still here" not in ended.stdout
    after = shell("counts")
    assert after.stdout.startswith("probabilities · the kernel was ended. The last check of")
    assert "in line 7 of your cell" in after.stdout
    assert "still here" in after.stdout
    assert list((tmp_path / ".ended").iterdir()) == []
    assert "kernel was ended" not in shell("counts").stdout


def test_a_check_in_time_leaves_nothing_behind(shell, tmp_path):
    done = shell("counts / counts.sum(axis=-1, keepdims=True)")
    assert done.stderr == ""
    assert list((tmp_path / ".ended").iterdir()) == []


def test_in_a_kernel_the_watchdog_is_ready_and_ends_it(tmp_path, monkeypatch):
    from jupyter_client.manager import start_new_kernel

    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        body = textwrap.dedent(CODE).format(body="sum(range(10**11))")
        client.execute(body.replace("watchdog._in_a_kernel = lambda: True", ""))
        end = time.monotonic() + 30
        while manager.is_alive() and time.monotonic() < end:
            time.sleep(0.1)
        assert not manager.is_alive()
        assert "Timeout" in next((tmp_path / ".ended").iterdir()).read_text(encoding="utf-8")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
