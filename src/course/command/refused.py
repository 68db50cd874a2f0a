"""What the system refuses, told in one place: which file, why, and what helps."""

from __future__ import annotations

import errno
from pathlib import Path

from course.words import later, say

ELSEWHERE = later("Choose another place.")
MENDS = {
    errno.ENOENT: later("Check the spelling."),
    errno.EACCES: later("Make it readable and writable for you, or choose another place."),
    errno.EPERM: later("Make it readable and writable for you, or choose another place."),
    errno.EROFS: ELSEWHERE,
    errno.ENOSPC: later("Free space on its disk, or choose another place."),
    errno.EFBIG: later("Choose a place that takes larger files."),
    errno.EISDIR: later("Name a file in place of the folder."),
    errno.ENOTDIR: later("A file stands where a folder must be; move it, or choose another place."),
    errno.EEXIST: later("A file stands where a folder must be; move it, or choose another place."),
    errno.ENAMETOOLONG: later("Choose a shorter name."),
    errno.EMFILE: later("Close other programs and try again."),
    errno.ENOMEM: later("Close other programs and try again."),
}


def told(error: OSError) -> str:
    """Return a system's error in sentences; one that holds only words is a sentence already."""
    if error.errno is None or not error.strerror:
        return str(error)
    reason = error.strerror[0].lower() + error.strerror[1:]
    text = MENDS.get(error.errno, later("`course doctor` may say more."))
    mend = say(text)
    if error.filename is None:
        return say("The system refuses: {reason}. {mend}", reason=reason, mend=mend)
    what = {"file": error.filename, "reason": reason, "mend": mend}
    return say("{file} can't be used: {reason}. {mend}", **what)


def homeless(*files: Path | None) -> None:
    """Refuse to write files into folders that aren't there: they may be misspelt.

    Raises
    ------
    ValueError
        For the first one of which that is so; None is a file that isn't wanted.
    """
    for file in filter(None, files):
        if not file.parent.exists():
            sentence = "There is no folder {folder}; make it first, or name another."
            raise ValueError(say(sentence, folder=file.parent))
