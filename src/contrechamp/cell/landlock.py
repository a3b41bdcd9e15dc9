"""Lets a process open the files and folders that are named, and no others (Linux Landlock)."""

import ctypes
import functools
import os
import stat
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # on every architecture
_VERSION_FLAG, _PATH_BENEATH = 1, 1

# File access rights (linux/landlock.h); those that came after version 1 have it beside them.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
TRUNCATE = 1 << 14
_OF_VERSION = {1: (1 << 13) - 1, 2: 1 << 13, 3: TRUNCATE, 5: 1 << 15}
#: Rights that make sense for what is no folder.
_OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE

READ = READ_FILE | READ_DIR
#: Removing and renaming are left out: all that was written stays to be counted, and nothing is
#: put in the place of another file. So are links, devices, pipes and sockets.
WRITE = READ | WRITE_FILE | TRUNCATE | MAKE_DIR | MAKE_REG
#: Removing and renaming, for what cannot work without, in a folder in memory.
REMOVE = REMOVE_DIR | REMOVE_FILE

#: Binding and connecting TCP sockets, since version 4.
_TCP = 0b11
#: Sockets by name without a file, and signals to processes outside, since version 6.
_SCOPES = 0b11


def version() -> int:
    """Return the version of Landlock that this kernel has; below 1 where there is none."""
    if sys.platform != "linux":
        return 0
    return int(_libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION_FLAG))


def fence(rights_by_place: Iterable[tuple[Path, int]]) -> bool:
    """Bind this thread to the rights on each place; return whether they are in force.

    Args:
        rights_by_place: places not on this machine are passed over.
    """
    rules = ruleset(rights_by_place)
    return rules is not None and restrict(rules)


def ruleset(rights_by_place: Iterable[tuple[Path, int]]) -> int | None:
    """Return the descriptor of a set of rules, for `restrict`; None where there is no Landlock."""
    libc, since = _libc(), version()
    if since < 1:
        return None
    handled = sum(right for first, right in _OF_VERSION.items() if first <= since)
    size = 24 if since >= 6 else 16 if since >= 4 else 8
    attributes = struct.pack("=QQQ", handled, _TCP, _SCOPES)[:size]
    rules = int(libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0))
    if rules < 0:
        return None
    try:
        for place, rights in rights_by_place:
            _allow(libc, rules, place, rights & handled)
    except BaseException:
        os.close(rules)
        raise
    return rules


def restrict(rules: int) -> bool:
    """Bind this thread to a set of rules, and close it; return whether they are in force."""
    try:
        return bool(_libc().syscall(_RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, ruleset: int, place: Path, rights: int) -> None:
    try:
        descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not on this machine
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _OF_FILES
        libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
