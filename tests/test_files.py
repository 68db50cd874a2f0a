"""The one door through which files are written: whole or not at all, whatever happens."""

import os
import stat
import subprocess
import sys
import threading
import time

import pytest

from course import files

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="limits, modes and signals of Unix")


@pytest.mark.parametrize("content", ["ä\r\nb\n", b"\x00\xff\r\n"])
def test_what_is_written_is_what_is_there(tmp_path, content):
    file = tmp_path / "new folder" / "a.txt"
    for _ in range(2):
        files.replace(file, content)
        assert file.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert [path.name for path in file.parent.iterdir()] == ["a.txt"]


@UNIX
def test_who_may_read_a_file_stays(tmp_path):
    file = tmp_path / "a.txt"
    files.replace(file, "old")
    assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~_umask()
    file.chmod(0o640)
    files.replace(file, "new")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def _umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now


@UNIX
def test_a_full_disk_is_named_and_the_old_file_stands(tmp_path):
    """The limit on a file's size is the system's own refusal to write any more."""
    file = tmp_path / "a.txt"
    files.replace(file, "old")
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom course import files\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "try:\n    files.replace(Path(sys.argv[1]), 'new' * 10_000)\n"
        "except OSError as error:\n    print(error.filename)"
    )
    line = [sys.executable, "-c", code, str(file)]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(file)
    assert file.read_text() == "old"
    assert not files.drafts(tmp_path)


@UNIX
def test_a_kill_leaves_a_whole_file_and_a_draft_that_can_be_found(tmp_path):
    file = tmp_path / "a.txt"
    code = (
        "import sys\nfrom pathlib import Path\nfrom course import files\n"
        "for n in range(10**6):\n    files.replace(Path(sys.argv[1]), str(n % 10) * 3_000_000)"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(file)])
    while not file.exists():
        time.sleep(0.01)
    while not (left := files.drafts(tmp_path)):
        time.sleep(0.0005)
    child.kill()
    child.wait()
    content = file.read_text()
    assert content == content[0] * 3_000_000
    assert {path.name[:7] for path in left} == {".a.txt."}


def test_a_lock_is_held_by_one_at_a_time(tmp_path):
    file, inside, most = tmp_path / "a.txt", [], []

    def work():
        for _ in range(20):
            with files.locked(file):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.001)
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert len(most) == 80


def test_a_device_is_written_to_and_never_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    try:
        os.mkfifo(pipe)
    except (AttributeError, OSError):
        pytest.skip("this system has no pipes in folders")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    files.replace(pipe, "said")
    assert os.read(reader, 10) == b"said"
    os.close(reader)
    assert not pipe.is_file()
