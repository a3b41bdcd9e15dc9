"""Confines a process before it reads hostile bytes.

Everywhere: limits on memory, time and file size. On Linux also, as far as the kernel supports it:
no new privileges, no files but those of the job (Landlock), no sockets (seccomp). A decoder taken
over by a hostile file can then neither read a case nor call home.

Call it before any thread starts: Landlock and seccomp bind only the thread that calls them.
"""

import ctypes
import os
import platform
import signal
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from contrechamp.cell.limits import ProcessLimits, hold

#: Names of the restrictions without which the cell is not closed: bytes of strangers are refused.
REQUIRED = ("limits", "files", "network")

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_FILTER = 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG, _PATH_BENEATH = 1, 1

# Landlock's file access rights (linux/landlock.h); TRUNCATE and those after it came later.
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_RIGHTS_BY_VERSION = {1: (1 << 13) - 1, 2: 1 << 13, 3: _TRUNCATE, 5: _IOCTL_DEV}
#: Running programs, and making links, devices, pipes and sockets: no masker needs these.
_NEVER = 1 << 0 | 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12
_FILE_RIGHTS = _WRITE_FILE | _READ_FILE | _TRUNCATE
_READ = _READ_FILE | _READ_DIR
_TCP = 0b11  # bind and connect, since version 4

#: Architecture as seccomp numbers it, then the numbers of socket and io_uring_setup.
_SYSCALLS = {"x86_64": (0xC000003E, 41, 425), "aarch64": (0xC00000B7, 198, 425)}
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # refuse with EPERM

#: Where Python, its libraries and the system files that they read are.
_SYSTEM = ("/usr", "/lib", "/lib64", "/etc", "/proc", "/sys", "/dev", "/nix/store")


def confine(
    limits: ProcessLimits, *, readable: Iterable[Path] = (), writable: Iterable[Path] = ()
) -> tuple[str, ...]:
    """Confine this process, for good; return the names of the restrictions now in force.

    Where one of `REQUIRED` is missing among them, the cell is not closed: the caller decides, and
    tells the user, before a byte is read.

    Args:
        limits: what it may cost.
        readable: the only files of the user's that may be read; may be ``/dev/fd/N``.
        writable: the only folders that may be read and written.
    """
    hold(limits)
    restrictions = ["limits"]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
            restrictions += ["files"] if _fence(libc, readable, writable) else []
            restrictions += ["network"] if _unplug(libc) else []
    return tuple(restrictions)


def _fence(libc: ctypes.CDLL, readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """Allow reading `readable` and the system and writing to `writable`, and nothing else."""
    version = libc.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    if version < 1:
        return False
    rights = sum(right for since, right in _RIGHTS_BY_VERSION.items() if since <= version)
    attributes = struct.pack("=QQ", rights, _TCP if version >= 4 else 0)
    ruleset = libc.syscall(_CREATE_RULESET, attributes, 16 if version >= 4 else 8, 0)
    if ruleset < 0:
        return False
    try:
        python = {sys.prefix, sys.base_prefix, *filter(os.path.isdir, sys.path)}
        for place in (*_SYSTEM, *sorted(python)):
            _allow(libc, ruleset, Path(place), _READ)
        for device in ("/dev/null", "/dev/zero"):
            _allow(libc, ruleset, Path(device), rights & _FILE_RIGHTS)
        for folder in writable:
            _allow(libc, ruleset, folder, rights & ~_NEVER)
        for file in readable:
            _allow(libc, ruleset, file, _READ_FILE)
        return bool(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, place: Path, rights: int) -> None:
    try:
        descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not on this machine
        return
    try:
        libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)


def _unplug(libc: ctypes.CDLL) -> bool:
    """Refuse every new socket, to the network and to services on this machine alike."""
    known = _SYSCALLS.get(platform.machine())
    if known is None or struct.calcsize("P") != 8:
        return False
    architecture, *refused = known
    load, equal, at_least, end = 0x20, 0x15, 0x35, 0x06  # BPF: ld word, jeq, jge, ret
    steps = [
        (load, 0, 0, 4),  # the architecture of the system call
        (equal, 1, 0, architecture),
        (end, 0, 0, _REFUSE),  # made for another architecture
        (load, 0, 0, 0),  # its number
        (at_least, 2, 0, 0x40000000),  # x32 numbers its calls differently
        (equal, 1, 0, refused[0]),
        (equal, 0, 1, refused[1]),
        (end, 0, 0, _REFUSE),
        (end, 0, 0, _ALLOW),
    ]
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    memory = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(steps), ctypes.addressof(memory))
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_FILTER, program, 0, 0) == 0)
