"""Opening a case with the tables of its records, as the one that this machine knows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from contrechamp.dossier.index_tables import TABLES
from contrechamp.vault import opening
from contrechamp.vault.access.slots import Secret
from contrechamp.vault.case import Case
from contrechamp.vault.known_case import KnownCase


@contextmanager
def opened_and_known(
    folder: Path,
    secret: Secret,
    seen: Path,
    say: Callable[[str], None],
    *,
    write: bool,
    tolerant: bool = False,
    accept: bool = False,
) -> Iterator[Case]:
    """Open a case, compare it with what this machine saw of it, and note it afterwards.

    Args:
        folder: of the case.
        secret: passphrase, recovery key or age identities.
        seen: where this machine notes what it saw, see `machine.seen_folder`.
        say: tells the user a line, such as a warning.
        write: be the one that changes it.
        tolerant: open a case with things in it that are not ours, for `verify` to name them.
        accept: whatever was seen there, this case counts from now on.

    Raises:
        InputError: as `vault.opening.opened`, or if it is to be written to and is another than the
            one that this machine saw.
    """
    known = KnownCase(folder, seen, say, accept=accept)
    known.check_place(write=write)
    with opening.opened(folder, secret, tables=TABLES, write=write, tolerant=tolerant) as found:
        known.check(found, write=write, tell=not tolerant)
        yield found
        known.note(found, changed=write)
