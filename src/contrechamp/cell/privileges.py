"""Gives up rights: new ones, those of root, being looked into, what the parent had open (Linux)."""

import contextlib
import ctypes
import os
import signal
import struct
from collections.abc import Collection, Iterable
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 1, 4, 24
_PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _AMBIENT_CLEAR_ALL = 38, 47, 4
_CAPABILITIES_V3 = 0x20080522
#: Reading, not writing, what belongs to others.
_DAC_READ_SEARCH = 2
_HIGHEST_CAPABILITY = 63


def leave_session(libc: ctypes.CDLL) -> None:
    """Let go of the terminal, and end with the parent."""
    with contextlib.suppress(PermissionError):  # it leads one already
        os.setsid()
    parent = os.getppid()
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before that
        os.kill(os.getpid(), signal.SIGKILL)


def close_others(keep: Collection[int]) -> None:
    """Close all that the parent had open but the standard streams and `keep`."""
    first = 3
    for descriptor in sorted({number for number in keep if number >= first}):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))


def drop(libc: ctypes.CDLL, readable: Iterable[Path]) -> bool:
    """Give up all rights beyond those of a user, for good; return whether that holds.

    Where root reads the file of somebody else, the right to read it is kept: Landlock and seccomp
    hold that to the one file.
    """
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    libc.prctl(_PR_CAP_AMBIENT, _AMBIENT_CLEAR_ALL, 0, 0, 0)
    for capability in range(_HIGHEST_CAPABILITY + 1):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # without the right to, there is none
    permitted = _permitted(libc)
    if permitted is None:
        return False
    if permitted == 0:
        return True
    keep = permitted & 1 << _DAC_READ_SEARCH
    return _set(libc, 0, keep) and (
        _set(libc, 0, 0) if all(map(_opens, readable)) else _set(libc, keep, keep)
    )


def _permitted(libc: ctypes.CDLL) -> int | None:
    data = ctypes.create_string_buffer(24)
    if libc.capget(struct.pack("=Ii", _CAPABILITIES_V3, 0), data) != 0:
        return None
    _effective, low, _inheritable, _effective, high, _inheritable = struct.unpack("=6I", data)
    return int(low | high << 32)


def _set(libc: ctypes.CDLL, effective: int, permitted: int) -> bool:
    header = struct.pack("=Ii", _CAPABILITIES_V3, 0)
    low, high = 0xFFFFFFFF, 32
    data = struct.pack(
        "=6I",
        *(effective & low, permitted & low, 0),
        *(effective >> high, permitted >> high, 0),
    )
    return bool(libc.capset(header, data) == 0)


def _opens(place: Path) -> bool:
    try:
        os.close(os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))
    except PermissionError:
        return False
    except OSError:  # the reader will say so
        return True
    return True
