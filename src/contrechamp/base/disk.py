"""Waiting until what was written is on the disk: file by file, or many at once."""

import ctypes
import os
import platform
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

Place = TypeVar("Place")

#: Fewer files than this are synced one by one: syncfs would wait for other programs' files too.
MANY = 8

#: File systems (``f_type`` of statfs(2)) known to write everything at syncfs(2): ext2 to ext4,
#: XFS, Btrfs, F2FS, tmpfs. Others, and whatever lies behind FUSE, may accept it and do nothing.
_KNOWN = {0xEF53, 0x58465342, 0x9123683E, 0xF2F52010, 0x01021994}
#: The first kernel whose syncfs(2) reports write errors.
_TELLS_ERRORS = (5, 8)


def _syncfs(descriptor: int) -> int:
    """Call syncfs(2), which Python has no name for."""
    return int(ctypes.CDLL(None, use_errno=True).syncfs(descriptor))


#: Tests replace it with a disk that fails.
SYNCFS = _syncfs


class Disk:
    """The disk that a folder lies on.

    Args:
        folder: any folder on it. Only errors that occur after this was made are reported, so make
            it before anything is written.
    """

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        self._at_once = _at_once(self._descriptor)

    def settle(self, paths: Collection[Place], wait: Callable[[Place], None]) -> None:
        """Wait until files, and the names in folders, are on the disk.

        Args:
            paths: which, in whatever form `wait` takes.
            wait: waits for one of them, such as `sync`.

        Raises:
            OSError: if one could not be written.
        """
        if self._at_once and len(paths) >= MANY:
            if SYNCFS(self._descriptor) != 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            return
        for path in paths:
            wait(path)

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._descriptor)


@contextmanager
def disk_of(folder: Path) -> Iterator[Disk]:
    """Yield the disk of a folder for the length of a ``with`` block."""
    disk = Disk(folder)
    try:
        yield disk
    finally:
        disk.close()


def sync(path: Path) -> None:
    """Wait until one file, or the names in one folder, are on the disk.

    Raises:
        OSError: if that fails.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _at_once(descriptor: int) -> bool:
    """Return whether one call is known to wait for everything, and to report errors."""
    if platform.system() != "Linux":
        return False
    release = tuple(int(part) for part in platform.release().split(".")[:2] if part.isdigit())
    statfs = (ctypes.c_long * 32)()  # f_type is the first word of the structure, whatever follows
    failed = ctypes.CDLL(None).fstatfs(descriptor, statfs)
    return release >= _TELLS_ERRORS and not failed and statfs[0] & 0xFFFFFFFF in _KNOWN
