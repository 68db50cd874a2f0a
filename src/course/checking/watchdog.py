"""The last resort against one step inside C that never hands control back.

While ``sum(range(10**11))`` or an enormous product runs, Python looks at no signal and at no
exception, so neither `limits` nor the notebook's stop button can end it; on some of these steps no
other thread runs either. What still runs is the watchdog of `faulthandler`, a thread in C. In a
notebook's kernel it ends the process after `LIMIT` seconds, Jupyter starts a new one, and the next
check says what happened. So the bound is this: such a step costs two minutes and the notebook's
variables, never more; outside a kernel, in a plain shell, nothing ends it but the user.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from course.checking.verdict import Note, show
from course.words import say

LIMIT = 120.0  # seconds by the clock for one check; whatever can be stopped was stopped at 60
_DAY = 86400.0


@contextlib.contextmanager
def watching(exercise) -> Iterator[None]:
    """Say how an earlier check ended the kernel, and be ready to end this one."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(Exception):  # a read-only disk is no reason to fail a check
            if _in_a_kernel():
                _tell_what_happened()
                stack.enter_context(_ready(exercise.name))
        yield


def _in_a_kernel() -> bool:
    """Whether whoever started this process starts it anew when it ends."""
    if "ipykernel" not in sys.modules or "NBGRADER_EXECUTION" in os.environ:
        return False
    return sys.modules["ipykernel"].kernelapp.IPKernelApp.initialized()


@contextlib.contextmanager
def _ready(name: str) -> Iterator[None]:
    """Let the process end in `LIMIT` seconds, its last words in a file; not if we leave earlier."""
    note = _folder() / f"ended-{os.getpid()}.txt"
    note.parent.mkdir(parents=True, exist_ok=True)
    with note.open("w", encoding="utf-8") as file:
        file.write(json.dumps(name) + "\n")
        file.flush()
        faulthandler.dump_traceback_later(LIMIT, exit=True, file=file)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
    note.unlink(missing_ok=True)


def _folder() -> Path:
    from course.learner import progress

    return progress.path().parent / ".ended"  # a folder that no list of files shows


def _tell_what_happened() -> None:
    for note in sorted(_folder().glob("ended-*.txt")):
        text = note.read_text(encoding="utf-8", errors="replace")
        if "Timeout" in text:
            note.unlink()
            show(_last_words(text))
            sys.stdout.flush()  # or it would wait behind the next computation
        elif time.time() - note.stat().st_mtime > _DAY:
            note.unlink()


def _last_words(text: str) -> Note:
    """What is said of a check that ended its kernel."""
    name = json.loads(text.splitlines()[0])
    line = re.search(r'File "(?:[^"]*ipykernel_[^"]*|<[^"]*>)", line (\d+)', text)
    if line:
        said = say(
            "The last check of {name} was still inside one computation, in line {line} of your "
            "cell, after {n:g} seconds. Nothing can stop such a step, so Python was started anew. "
            "Run the cells above again, and make that step smaller.",
            name=name,
            line=line[1],
            n=LIMIT,
        )
    else:
        said = say(
            "The last check of {name} was still inside one computation after {n:g} seconds. "
            "Nothing can stop such a step, so Python was started anew. Run the cells above again, "
            "and make that step smaller.",
            name=name,
            n=LIMIT,
        )
    return Note(name, say("the kernel was ended"), said)
