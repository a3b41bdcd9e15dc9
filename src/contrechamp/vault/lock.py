"""One writer at a time: a lock that a process holds until it ends, however it ends."""

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


@contextmanager
def writing(folder: HeldFolder) -> Iterator[None]:
    """Be the one process that writes to a case.

    Raises:
        InputError: if another process is writing; the message gives its number. Also if the lock
            is no plain file of this folder.
        OutputError: if the folder cannot be written to.
    """
    try:
        descriptor = folder.open_for_update(NAME, make=True)
    except OSError as error:
        raise unwritable(folder.name, error) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            holder = holder if holder.isdecimal() else ""  # the file may be somebody else's
            raise InputError(
                _("process {number} is writing to this case; wait until it has finished").format(
                    number=holder or "?"
                ),
                where=folder.name,
            ) from error
        # The number is only for messages: the lock holds even if a full disk cannot take it.
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
