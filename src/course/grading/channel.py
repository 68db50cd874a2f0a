"""A socket between two processes that carries messages, never later than a deadline."""

from __future__ import annotations

import socket
import time
from typing import Any

from course.grading import messages


class Late(Exception):
    """Nothing came before the deadline."""


class Gone(Exception):
    """The other process has ended."""


class Channel:
    """One end of a pair of sockets.

    Attributes
    ----------
    until
        The moment of `time.monotonic` after which nothing is waited for; None is never.
    """

    def __init__(self, end: socket.socket, until: float | None = None):
        self.end, self.until = end, until
        self._come = bytearray()

    def send(self, message: object, blobs: list[bytes]) -> None:
        """Send a message.

        Raises
        ------
        Late, Gone, messages.Garbled
            If it isn't taken, nobody is there, or it is too large.
        """
        content = messages.pack(message, blobs)
        try:
            self._hurry()
            self.end.sendall(content)
        except TimeoutError:
            raise Late from None
        except OSError:
            raise Gone from None

    def receive(self) -> tuple[Any, list[bytes]]:
        """Return the next message and its blobs.

        Raises
        ------
        Late, Gone, messages.Garbled
            If none comes, nobody is there, or what comes is none.
        """
        return messages.unpack(self._read)

    def _read(self, n: int) -> bytes:
        while len(self._come) < n:
            try:
                self._hurry()
                part = self.end.recv(max(n - len(self._come), 1 << 16))
            except TimeoutError:
                raise Late from None
            except OSError:
                raise Gone from None
            if not part:
                raise Gone
            self._come += part
        found = bytes(self._come[:n])
        del self._come[:n]
        return found

    def _hurry(self) -> None:
        if self.until is not None:
            self.end.settimeout(max(self.until - time.monotonic(), 0.001))
