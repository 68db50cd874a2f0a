"""A kernel whose port was taken before it could bind it is started again."""

import socket

import pytest
from jupyter_client.connect import ConnectionFileMixin
from nbformat.v4 import new_code_cell, new_notebook

from course.authoring import execute, kernels, validate
from course.authoring.checkout import CourseError


@pytest.fixture
def taken(monkeypatch):
    """Give the first so many kernels a port that another process holds; returns how often."""
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    write, given = ConnectionFileMixin.write_connection_file, []

    def first(times):
        def bad(manager, **options):
            if len(given) < times:
                manager.shell_port = held.getsockname()[1]
            given.append(manager.shell_port)
            write(manager, **options)

        monkeypatch.setattr(ConnectionFileMixin, "write_connection_file", bad)
        return given

    yield first
    held.close()


def built(folder):
    notebook = new_notebook(cells=[new_code_cell("1 + 1")])
    return execute.run(notebook, folder, "00_small").cells[0].outputs[0].data["text/plain"]


def validated(folder):
    kernel = validate.Kernel(str(folder))
    try:
        return kernel.outputs("1 + 1")[0].data["text/plain"]
    finally:
        kernel.stop()


@pytest.mark.parametrize("answer", [built, validated])
def test_another_process_took_the_port(taken, tmp_path, answer):
    given = taken(kernels.STARTS - 1)
    assert answer(tmp_path) == "2"
    assert len(given) == kernels.STARTS


def test_a_kernel_that_never_starts_is_told_of(taken, tmp_path):
    given = taken(100)
    with pytest.raises(CourseError, match="00_small: its kernel could not be started"):
        built(tmp_path)
    assert len(given) == kernels.STARTS
