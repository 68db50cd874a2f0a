"""What a process that runs a learner's code may do: compute, and nothing else.

Three walls, each for what the others don't see. Limits of the system bound memory, time and files
everywhere. On Linux, Landlock leaves Python's own libraries to read and nothing to write, so that
neither the course's source nor anybody's answers can be opened; a filter of system calls takes
other processes, programs and the network away. An audit hook, which Python code cannot take back,
says the same in a sentence, and is all there is of it on other systems.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import site
import struct
import sys
import sysconfig
from pathlib import Path

from course.words import say

PACKAGE = Path(__file__).resolve().parents[1]
MEMORY = 1 << 31  # bytes beyond what the process has when it starts
_READ, _LIST, _WRITE = 1 << 2, 1 << 3, 1 << 1
_READABLE = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo",
    "/etc/ld.so.cache", "/etc/localtime", "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo",
    "/sys/devices/system/cpu", "/sys/fs/cgroup",
)  # fmt: skip
_FORBIDDEN = (
    "os.exec", "os.fork", "os.forkpty", "os.kill", "os.killpg", "os.posix_spawn", "os.spawn",
    "os.system", "socket.__new__", "socket.connect", "subprocess.Popen", "ctypes.dlopen",
    "ctypes.dlsym", "ctypes.dlsym/handle",
)  # fmt: skip


def size() -> int:
    """How much memory this process has for itself, in bytes; 0 where the system doesn't say."""
    if not _linux():
        return 0
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def limit(seconds: float, has: int) -> None:
    """Bound what this process may use from here on; it has some memory already."""
    whole = int(seconds) + 1
    bounds = [
        (resource.RLIMIT_CPU, whole, whole + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, 128, 128),
    ]
    if _linux():
        bounds.append((resource.RLIMIT_AS, has + MEMORY, has + MEMORY))
    for what, soft, hard in bounds:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (soft, hard))


def listen() -> None:
    """Refuse, from here on, what a computation never needs; Python offers no way back."""
    package, libraries = f"{PACKAGE}{os.sep}", f"{PACKAGE / 'data'}{os.sep}"

    def hook(event: str, arguments: tuple) -> None:
        if event in _FORBIDDEN:
            raise PermissionError(
                say("A graded answer may compute, and not do {what}.", what=event)
            )
        if event == "open" and isinstance(arguments[0], (str, bytes)):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            if path.startswith(package) and not path.startswith(libraries):
                raise PermissionError(say("A graded answer can't read the course's files."))

    sys.addaudithook(hook)


def _linux() -> bool:
    return sys.platform == "linux"


# ---- files: Landlock ---------------------------------------------------------------------------


def wall_off_files() -> bool:
    """Leave Python's libraries and the course's data to read; says whether the system can."""
    libc, version = _libc(), _landlock_version()
    if version < 1:
        return False
    every = (1 << (13 + min(version - 1, 2) + (version >= 5))) - 1
    attributes = struct.pack("=QQQ", every, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = libc.syscall(444, attributes[:size], size, 0)
    if rules < 0:
        return False
    for path in _libraries():
        _allow(libc, rules, path, _READ | _LIST | 1 if path.is_dir() else _READ | 1)
    _allow(libc, rules, Path(os.devnull), _READ | _WRITE)
    libc.prctl(38, 1, 0, 0, 0)  # no new privileges: the condition of both walls
    done = libc.syscall(446, rules, 0) == 0
    os.close(rules)
    return done


def missing() -> str:
    """Return what a teacher should know if this system can't wall files off; "" where it can."""
    if _landlock_version() >= 1:
        return ""
    return say(
        "This system can't keep files from an answer, only Python can: who is determined gets "
        "around it, and can read the course's solutions. Linux 5.13 or later does better."
    )


def _landlock_version() -> int:
    return _libc().syscall(444, None, 0, 1) if _linux() else 0


def _libc():
    return ctypes.CDLL(None, use_errno=True)


def _allow(libc, rules: int, path: Path, access: int) -> None:
    """Allow what lies beneath a path."""
    with contextlib.suppress(OSError):
        at = os.open(path, os.O_PATH | os.O_CLOEXEC)
        libc.syscall(445, rules, 1, struct.pack("=Qi", access, at), 0)
        os.close(at)


def _libraries() -> list[Path]:
    """What may be read: folders and files, none of which holds the course or its notebooks."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    places = {sysconfig.get_path(name) for name in names} | set(_READABLE)
    places |= {*site.getsitepackages(), sysconfig.get_config_var("LIBDIR") or ""}
    found = [p for place in sorted(filter(None, places)) for p in _without_the_course(Path(place))]
    return [*found, PACKAGE / "data"]


def _without_the_course(folder: Path) -> list[Path]:
    """A folder, or its parts if the course lies beneath it."""
    real = folder.resolve()
    ours = PACKAGE.parents[1] if (PACKAGE.parents[1] / "notebooks").is_dir() else PACKAGE
    for kept in (ours, PACKAGE):
        if kept == real:
            return []
        if kept.is_relative_to(real):
            return [p for part in real.iterdir() for p in _without_the_course(part)]
    return [real] if real.exists() else []


# ---- system calls: seccomp ---------------------------------------------------------------------

_ARCHES = {  # audit number, then the numbers of the system calls that are refused
    "x86_64": (0xC000003E, {
        "own": (62, 234, 302), "clone": 56, "clone3": 435,
        "never": (57, 58, 59, 322, 101, 310, 311, 434, 424, 129, 297, 200, 41, 42, 49, 425, 203,
                  141, 90, 91, 92, 93, 94, 260, 268, 132, 235, 280, 165, 272, 308, 155, 161, 250,
                  321, 298, 323, 133, 259, 452),
    }),
    "aarch64": (0xC00000B7, {
        "own": (129, 131, 261), "clone": 220, "clone3": 435,
        "never": (221, 281, 117, 270, 271, 434, 424, 138, 240, 130, 198, 203, 200, 425, 122, 140,
                  52, 53, 54, 55, 88, 40, 97, 268, 41, 51, 219, 280, 241, 282, 33, 452),
    }),
}  # fmt: skip
_LOAD, _EQUAL, _SET, _FROM, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_FINE, _REFUSED, _UNKNOWN = 0x7FFF0000, 0x00050001, 0x00050026
_THREAD = 0x00010000  # CLONE_THREAD


def wall_off_processes() -> bool:
    """Take other processes, programs and the network away; says whether the system can."""
    if not _linux() or platform.machine() not in _ARCHES:
        return False
    code = _filter(*_ARCHES[platform.machine()])
    buffer = ctypes.create_string_buffer(code)
    program = struct.pack("=HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer))
    libc = _libc()
    libc.prctl(38, 1, 0, 0, 0)
    return libc.prctl(22, 2, ctypes.c_char_p(program), 0, 0) == 0


def _filter(arch: int, calls: dict) -> bytes:
    """The filter as the kernel reads it: load, compare, return, each of eight bytes."""
    lines = [_step(_LOAD, 4), _step(_EQUAL, arch, 1, 0), _step(_RETURN, _REFUSED)]
    lines += [_step(_LOAD, 0), _step(_FROM, 0x40000000, 0, 1)]  # the same under other numbers
    lines += [_step(_RETURN, _REFUSED)]
    for number in calls["never"]:
        lines += [_step(_LOAD, 0), _step(_EQUAL, number, 0, 1), _step(_RETURN, _REFUSED)]
    for number in calls["own"]:
        lines += _of_this_process(number, nobody=number in (302, 261))
    lines += _unless_a_thread(calls["clone3"], 0, _UNKNOWN)
    lines += _unless_a_thread(calls["clone"], _THREAD, _REFUSED)
    return b"".join([*lines, _step(_RETURN, _FINE)])


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)


def _of_this_process(number: int, *, nobody: bool) -> list[bytes]:
    """Signals and limits: this process's own alone; 0 means it too where limits are meant."""
    pid = os.getpid()
    return [
        _step(_LOAD, 0),
        _step(_EQUAL, number, 0, 5),
        _step(_LOAD, 16),
        _step(_EQUAL, pid, 2, 0),
        _step(_EQUAL, 0 if nobody else pid, 1, 0),
        _step(_RETURN, _REFUSED),
        _step(_RETURN, _FINE),
    ]


def _unless_a_thread(number: int, flag: int, answer: int) -> list[bytes]:
    """A new process is refused, a thread of this one is not."""
    return [
        _step(_LOAD, 0),
        _step(_EQUAL, number, 0, 4),
        _step(_LOAD, 16),
        _step(_SET, flag, 1, 0),
        _step(_RETURN, answer),
        _step(_RETURN, _FINE),
    ]
