"""Cut the network in this process: loopback stays, everything else raises.

Kernels that execute or validate notebooks import this module first, so a lesson that would need
the network fails at the author's desk and not in front of a class.
"""

import socket

_LOOPBACK = ("127.", "localhost", "::1")
_connect, _connect_ex, _sendto = (
    socket.socket.connect,
    socket.socket.connect_ex,
    socket.socket.sendto,
)
_getaddrinfo = socket.getaddrinfo


class NetworkError(OSError):
    """Raised where a notebook reaches for another machine."""


def _require_loopback(host) -> None:
    host = host.decode() if isinstance(host, bytes) else host
    if isinstance(host, str) and host and not host.startswith(_LOOPBACK):
        raise NetworkError(f"the network is off in this kernel; {host} was asked for")


def _guarded(call, position: int):
    """Wrap a socket method whose address is its argument `position` (−1: the last)."""

    def guarded(self, *args):
        address = args[position]
        if isinstance(address, tuple):  # a string is a file's path: a local socket
            _require_loopback(address[0])
        return call(self, *args)

    return guarded


def _resolve(host, *args, **options):
    _require_loopback(host)
    return _getaddrinfo(host, *args, **options)


def cut() -> None:
    """Replace the functions through which Python code reaches other machines; twice is once."""
    socket.socket.connect = _guarded(_connect, 0)  # type: ignore[method-assign]
    socket.socket.connect_ex = _guarded(_connect_ex, 0)  # type: ignore[method-assign]
    socket.socket.sendto = _guarded(_sendto, -1)  # type: ignore[method-assign]
    socket.getaddrinfo = _resolve
