"""Confines a process before it reads hostile bytes.

Everywhere: limits on memory, time and file size. On Linux also, as far as the kernel supports it:
no new privileges, no files but those of the job (Landlock), no sockets (seccomp). A decoder taken
over by a hostile file can then neither read a case nor call home.

Call it before any thread starts: Landlock and seccomp bind only the thread that calls them.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

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


def confine(limits: Mapping[str, float], source: Path, folders: Iterable[Path]) -> list[str]:
    """Confine this process; return the restrictions now in force, as stable names.

    Args:
        limits: as in `contrechamp.redact.process.job.ProcessLimits`.
        source: the only file of the user's that may be read.
        folders: the only folders that may be written to.
    """
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, int(limits["cpu_s"]))
    _limit(resource.RLIMIT_FSIZE, int(limits["file_bytes"]))
    _limit(resource.RLIMIT_DATA, int(limits["memory_bytes"]))
    _limit(resource.RLIMIT_NOFILE, 256)
    os.umask(0o077)
    restrictions = ["limits"]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
            restrictions += ["files"] if _fence(libc, source, folders) else []
            restrictions += ["network"] if _unplug(libc) else []
    return restrictions


def _limit(which: int, value: int) -> None:
    _soft, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))


def _fence(libc: ctypes.CDLL, source: Path, folders: Iterable[Path]) -> bool:
    """Allow reading `source` and the system and writing to `folders`, and nothing else."""
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
        for folder in folders:
            _allow(libc, ruleset, folder, rights & ~_NEVER)
        _allow(libc, ruleset, source, _READ_FILE)
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
