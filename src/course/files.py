"""A small file that several processes change and that a kill can't break."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def replace(file: Path, text: str) -> None:
    """Write a file in one step: a kill at any moment leaves the old one or the new one.

    Raises
    ------
    OSError
        If the folder can't be written; the old file stands.
    """
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with open(handle, "w", encoding="utf-8") as new:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
        os.replace(name, file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


@contextlib.contextmanager
def locked(file: Path):
    """Hold the lock beside a file; the system lets go of it when its holder dies."""
    with open(file.with_name(f".{file.name}.lock"), "a+b") as lock:
        with contextlib.suppress(OSError):  # a network folder without locks still replaces whole
            _wait(lock)
        yield


def _wait(lock) -> None:
    """Wait for the lock, by whatever means the system has."""
    if os.name == "nt":
        import msvcrt

        lock.seek(0)
        msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)
