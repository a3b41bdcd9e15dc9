"""Writers that take turns: others write to a case while this process reads something for long."""

from collections.abc import Iterator
from contextlib import contextmanager

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault import mending, strangers
from contrechamp.vault.access import casefile
from contrechamp.vault.access.keys import casefile_key
from contrechamp.vault.case import Case
from contrechamp.vault.log import chain


@contextmanager
def others_may_write(case: Case) -> Iterator[None]:
    """Let other processes write to a case for the length of a ``with`` block.

    Afterwards this process is the one that writes again, and `case` is as they left it. Nothing of
    it may be used within the block but its folder. Without a lock of its own it does nothing.

    Raises:
        InputError: if the keys of the case were changed meanwhile, or something in its folder is
            not ours.
    """
    if case.writer is None:
        yield
        return
    version, file = _version(case), casefile.read_both(case.folder)
    case.writer.release()
    try:
        yield
    finally:
        case.writer.acquire(wait=True)
        strangers.refuse_database(case.folder)  # before SQLite looks at the journal
        same_file = casefile.read_both(case.folder) == file
        if not same_file:
            _check_keys(case)
        if not same_file or _version(case) != version:
            _look_again(case)


def _version(case: Case) -> int:
    """Return a number that changes when another process has written to the database."""
    (version,) = case.database.execute("PRAGMA data_version").fetchone()
    return int(version)


def _check_keys(case: Case) -> None:
    """Take over what case.toml says now.

    Raises:
        InputError: if it is under another root key, or about to be.
    """
    try:
        content = casefile.read(case.folder, casefile.NAME)
        file = casefile.from_toml(content, casefile.NAME)
        casefile.check_mac(file, content, casefile_key(case.unlocked.root_key))
        same = not any(slot.next_root for slot in file.slots)
    except InputError:
        same = False
    if not same:
        raise InputError(
            _(
                "the keys of the case were changed meanwhile; what was said to be in it is in it: "
                "run the command again"
            ),
            where=case.folder.name,
        )
    case.file = file


def _look_again(case: Case) -> None:
    """Read the log anew, and finish what another writer may have been kept from finishing."""
    case.chain, case.frontier = chain.read(case.database, case.file.log_origin)
    case.size = case.frontier.size
    mending.recover(case)
