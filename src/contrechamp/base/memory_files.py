"""Folders in memory, for what must never reach a disk; what killed commands left there."""

import fcntl
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _

#: Kinds of file system whose files are in memory.
IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_PREFIX = "contrechamp-form-"
#: Folders that this process has in memory now.
_mine: set[Path] = set()
_OURS = re.compile(_PREFIX + r"[a-z0-9_]{8}")


@contextmanager
def folder_in_memory() -> Iterator[tuple[Path, int]]:
    """Yield a folder in memory, for the length of a ``with`` block, and a descriptor that locks it.

    Who has the descriptor is alive, and the folder is in use: an editor is to inherit it.

    Raises:
        UsageError: if no folder is in memory.
    """
    folder, descriptor = _locked_folder()
    _mine.add(folder)
    try:
        yield folder, descriptor
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _mine.discard(folder)
        os.close(descriptor)


def _locked_folder() -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=memory_folder()))
        with suppress(FileNotFoundError):  # another command took it for a leftover: once more
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if folder.exists():
                return folder, descriptor
            os.close(descriptor)


def remove_own() -> None:
    """Remove at once what this process has in memory, whoever uses it: it is about to end."""
    for folder in list(_mine):
        shutil.rmtree(folder, ignore_errors=True)


def clear_leftovers() -> None:
    """Remove what killed commands of this user left in memory, if no editor has it open either."""
    for parent in _candidates():
        with suppress(OSError):
            for name in os.listdir(parent):
                if _OURS.fullmatch(name):
                    _clear(parent / name)


def _clear(folder: Path) -> None:
    """Remove a folder that is this user's, is no link, and is locked by nobody."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    with suppress(OSError):
        descriptor = os.open(folder, flags)
        try:
            about = os.fstat(descriptor)
            if about.st_uid != os.getuid() or stat.S_IMODE(about.st_mode) != 0o700:
                return
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)  # it follows no links
        finally:
            os.close(descriptor)


def memory_folder() -> Path:
    """Return a writable folder whose files are in memory.

    Raises:
        UsageError: if there is none.
    """
    for folder in _candidates():
        if os.access(folder, os.W_OK) and _file_system(folder) in IN_MEMORY:
            return folder
    raise UsageError(
        _(
            "there is no memory-backed folder (XDG_RUNTIME_DIR or /dev/shm on tmpfs), and no disk "
            "may see what would be written there; a form can be given with --form - instead"
        )
    )


def _candidates() -> list[Path]:
    named = (os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm")  # noqa: S108
    return [Path(one) for one in named if one and Path(one).is_dir()]


def _file_system(folder: Path) -> str:
    """Return the type of the file system that a folder lies on; "" if unknown."""
    try:
        lines = Path("/proc/self/mountinfo").read_text().splitlines()
    except OSError:
        return ""
    real = folder.resolve()
    best, kind = -1, ""
    for line in lines:
        before, _dash, after = line.partition(" - ")
        mount = Path(before.split()[4].encode().decode("unicode_escape"))
        # Of two mounts at one place, the later one counts.
        if (real == mount or mount in real.parents) and len(mount.parts) >= best:
            best, kind = len(mount.parts), after.split()[0]
    return kind
