"""Files that a kill can't break, and that several processes may change: the one door for both."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from pathlib import Path


def replace(file: Path, content: str | bytes) -> None:
    """Write a file in one step: whenever the process dies, the old one is there or the new one.

    The content is forced to disk before it takes its name, so that this holds if the power goes,
    too. A kill may leave a draft beside it, whose name `drafts` finds.

    Parameters
    ----------
    file
        Its folder is made if it isn't there.
    content
        Bytes, or a text, which is written in UTF-8 with its line ends as they are.

    Raises
    ------
    OSError
        If the folder can't be written or is full, with the file's name; the old file stands.
    """
    whole = content.encode() if isinstance(content, str) else content
    if file.exists() and not file.is_file():  # a device or a pipe is written to, never replaced
        file.write_bytes(whole)
        return
    with drafted(file) as draft, open(draft, "xb") as new:
        new.write(whole)
        new.flush()
        os.fsync(new.fileno())


@contextlib.contextmanager
def drafted(file: Path):
    """Yield the name of a draft; what the block writes there takes the file's place at its end.

    Whatever ends the block early, the old file stands and the draft goes.
    """
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        yield draft
        with contextlib.suppress(OSError):
            shutil.copymode(file, draft)
        os.replace(draft, file)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        if isinstance(error, OSError):  # a write that fails doesn't say to which file
            raise OSError(error.errno, error.strerror, str(file)) from error
        raise
    _keep_name(file.parent)


def standing(place: Path) -> Path:
    """Return a place if it is there, else the nearest folder above it that is."""
    place = place.absolute()
    return next(one for one in (place, *place.parents) if one.exists())


def probe(folder: Path) -> None:
    """Write for a moment in a folder, or in the one in which it would be made; nothing stays.

    Raises
    ------
    OSError
        If it can't be written or made, with the folder's name.
    """
    try:
        with tempfile.TemporaryFile(dir=standing(folder)) as file:
            file.write(b"x")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from error


def drafts(folder: Path, pattern: str = "*") -> list[Path]:
    """List what killed processes have left in a folder beside the files of a pattern."""
    return list(folder.glob(f".{pattern}.part"))


def _keep_name(folder: Path) -> None:
    """Force a folder's names to disk; Windows doesn't open folders, nor need it."""
    with contextlib.suppress(OSError):
        names = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(names)
        finally:
            os.close(names)


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
