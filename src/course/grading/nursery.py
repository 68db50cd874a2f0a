"""A process that has loaded what every answer needs, and forks one child for each of them.

``python -m course.grading.nursery FD [torch]``. A child costs milliseconds where a fresh Python
with PyTorch costs seconds. Neither the nursery nor a child has ever held a reference.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import socket
import struct
import sys
import traceback

from course.grading import channel, confine, inside

REPLY = struct.Struct("=qq")


def main(fd: int, modules: list[str]) -> None:
    """Fork and end children as the judge asks, until it is gone."""
    control = socket.socket(fileno=fd)
    for name in modules:
        importlib.import_module(name)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    has = confine.size()
    confine.wall_off_files()
    gc.freeze()
    child = 0
    while True:
        order, ends, _, _ = socket.recv_fds(control, 1, 1)
        if not order:
            return
        if order == b"f":
            child = _born(control, ends[0], has)
            control.sendall(REPLY.pack(child, 0))
        else:
            control.sendall(REPLY.pack(child, _ended(child)))


def _born(control: socket.socket, end: int, has: int) -> int:
    """Fork a child that serves at one end of a pair of sockets; returns its number."""
    if child := os.fork():
        os.close(end)
        with contextlib.suppress(OSError):
            os.setpgid(child, child)
        return child
    try:
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)
        control.close()
        room = inside.Room(channel.Channel(socket.socket(fileno=end)))
        confine.limit(12, has)
        confine.wall_off_processes()
        confine.listen()
        with contextlib.suppress(channel.Gone):
            room.serve()
    except BaseException:
        traceback.print_exc()  # to nowhere, unless a maintainer looks
    finally:
        os._exit(0)


def _ended(child: int) -> int:
    """Kill a child and whatever it started; returns how it had ended."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(OSError):
            kill(child, signal.SIGKILL)
    with contextlib.suppress(OSError):
        return os.waitpid(child, 0)[1]
    return 0


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
