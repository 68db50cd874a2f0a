"""The judge's side of the process that forks answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

from course import words
from course.grading import confine, nursery
from course.grading.channel import Channel

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_KEPT = ("PATH", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "HOME", "TMPDIR", words.CHOSEN)


class Nursery:
    """The process that forks answers, started when the first is asked for, and anew if it ends.

    Parameters
    ----------
    modules
        What it loads beforehand, such as torch.
    """

    def __init__(self, modules: tuple[str, ...] = ()):
        self.modules = modules
        self.process: subprocess.Popen | None = None
        self.control: socket.socket | None = None

    def start(self) -> None:
        """Start it."""
        self.control, theirs = socket.socketpair()
        self.control.settimeout(120)
        environment = {k: v for k, v in os.environ.items() if k in _KEPT or k.startswith("LC_")}
        environment |= dict.fromkeys(_THREADS, "1") | {"PYTHONPATH": str(confine.PACKAGE.parent)}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", nursery.__name__, str(theirs.fileno()), *self.modules],
            pass_fds=[theirs.fileno()],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=None if os.environ.get("COURSE_DEBUG") else subprocess.DEVNULL,
        )
        theirs.close()

    def child(self, seconds: float) -> Channel:
        """Fork a fresh process; returns a channel to it that lasts for some seconds."""
        for attempt in (1, 2):
            if self.process is None or self.process.poll() is not None:
                self.start()
            here, there = socket.socketpair()
            try:
                with there:
                    socket.send_fds(self.control, [b"f"], [there.fileno()])
                    self._replied()
                return Channel(here, time.monotonic() + seconds)
            except OSError:
                here.close()
                self.close()
                if attempt == 2:
                    raise
        raise AssertionError

    def end(self, channel: Channel) -> int:
        """End the child; returns how it had ended, as os.waitpid says it."""
        channel.end.close()
        try:
            self.control.sendall(b"e")
            return self._replied()[1]
        except OSError:
            self.close()
            return 0

    def _replied(self) -> tuple[int, int]:
        content = self.control.recv(nursery.REPLY.size, socket.MSG_WAITALL)
        if len(content) < nursery.REPLY.size:
            raise OSError("the nursery has ended")
        return nursery.REPLY.unpack(content)

    def close(self) -> None:
        """End it."""
        if self.control is not None:
            self.control.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = self.control = None
