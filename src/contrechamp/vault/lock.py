"""One writer at a time: a lock that a process holds until it ends, however it ends.

A writer may let others write while it reads something that takes long. What it has in ``incoming``
meanwhile is under a second lock, which many can share: nobody clears away what belongs to somebody
who is alive.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from contrechamp.base.errors import InputError
from contrechamp.base.files import unwritable
from contrechamp.base.held_folder import HeldFolder
from contrechamp.base.i18n import _

NAME = "case.lock"


class BusyError(InputError):
    """Raised where somebody else is writing to a case: it may be tried again soon."""


class Writer:
    """The lock of a case, as the process has it that writes.

    Args:
        descriptor: of the file that is locked.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def acquire(self, *, wait: bool) -> None:
        """Be the one process that writes.

        Args:
            wait: until nobody else does, however long that takes.

        Raises:
            BlockingIOError: if somebody else does, and it is not to wait.
        """
        fcntl.flock(self._descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        # The number is only for messages: the lock holds even if a full disk cannot take it.
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Let others write."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)


@contextmanager
def writing(folder: HeldFolder) -> Iterator[Writer]:
    """Be the one process that writes to a case.

    Raises:
        BusyError: if another process is writing; the message gives its number.
        InputError: if the lock is no plain file of this folder.
        OutputError: if the folder cannot be written to.
    """
    try:
        descriptor = folder.open_for_update(NAME, make=True)
    except OSError as error:
        raise unwritable(folder.name, error) from error
    try:
        writer = Writer(descriptor)
        try:
            writer.acquire(wait=False)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            holder = holder if holder.isdecimal() else ""  # the file may be somebody else's
            raise BusyError(
                _("process {number} is writing to this case; wait until it has finished").format(
                    number=holder or "?"
                ),
                where=folder.name,
            ) from error
        yield writer
    finally:
        os.close(descriptor)


@contextmanager
def taking_in(folder: HeldFolder, incoming: str) -> Iterator[bool]:
    """Keep others from clearing ``incoming`` away; yield whether this file system lets us.

    Args:
        folder: of the case, which this process writes to.
        incoming: path of the folder in it.
    """
    with folder.folder(incoming) as descriptor:
        yield _locked(descriptor, fcntl.LOCK_SH)


@contextmanager
def clearing(folder: HeldFolder, incoming: str) -> Iterator[bool]:
    """Yield whether nobody is taking anything in; nobody begins to for the ``with`` block."""
    with folder.folder(incoming) as descriptor:
        yield _locked(descriptor, fcntl.LOCK_EX)


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError:  # somebody has it, or there are no such locks here
        return False
    return True
