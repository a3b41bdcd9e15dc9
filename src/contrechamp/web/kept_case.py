"""A case that is kept open to be read, from page to page, for as long as nobody writes to it."""

from collections.abc import Hashable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from contrechamp.base.errors import ContrechampError
from contrechamp.dossier.reading.short_names import ShortNames
from contrechamp.vault import database
from contrechamp.vault.case import Case
from contrechamp.vault.held_case import HeldCase


@dataclass(frozen=True)
class KeptCase:
    """A case that a thread keeps open to read, from page to page.

    Args:
        held: of it.
        case: open.
        stack: closes it.
        file: its database, as the disk has it.
        version: of the database, which is another once somebody else wrote to it.
        names: of its records, as far as they were asked for.
        said: what is to be said of it on each page, such as that it is an older copy.
        found: what took long to find out, by what it is.
    """

    held: HeldCase
    case: Case
    stack: ExitStack
    file: tuple[int, int]
    version: int
    names: ShortNames
    said: tuple[str, ...]
    found: dict[Hashable, Any] = field(default_factory=dict)

    def is_current(self, held: HeldCase | None) -> bool:
        """Return whether it is the case that is asked for, and nobody wrote to it."""
        if self.held is not held or file_of(self.held) != self.file:
            return False
        try:
            with database.clear_errors():
                return version_of(self.case) == self.version
        except ContrechampError:  # it was given another key, or is damaged: opening it tells
            return False


def file_of(held: HeldCase) -> tuple[int, int]:
    """Return which file the database is; somebody may put another in its place."""
    try:
        about = (held.folder / database.NAME).stat()
    except OSError:
        return 0, 0
    return about.st_dev, about.st_ino


def version_of(case: Case) -> int:
    """Return a number that is another once another connection has changed the database."""
    return int(case.database.execute("PRAGMA data_version").fetchone()[0])
