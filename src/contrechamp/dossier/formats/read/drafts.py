"""What a reader of a format gives: records to be written, and what could not be read."""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.read.source_file import Given
from contrechamp.dossier.records.field_types import Record
from contrechamp.vault.adding import Content, digests_of
from contrechamp.vault.case import Case

#: Stands for the file that is read until it is an item of the case.
THIS_FILE = "item/" + "0" * 16


@dataclass(frozen=True)
class Draft:
    """A record as a file tells it.

    Args:
        record: what it says; it may cite other drafts, `THIS_FILE`, and what `Desk.keep` gave.
        id: that it has, or gets.
        where: file and row or id, for errors.
        at: row or id in the file.
        own: it is a record of the case itself, written down anew: what it says counts.
        version: of the record that it was made from; 0: not told.
        shared: many rows name it, such as a buyer or a make: what is known of it first counts.
    """

    record: Record = field(repr=False)
    id: str
    where: str
    at: str = ""
    own: bool = False
    version: int = 0
    shared: bool = False


@dataclass(frozen=True)
class Problem:
    """A row, or an object, that cannot be read."""

    error: InputError


@dataclass(frozen=True)
class Notice:
    """Something that was read and left out, or is for a person to decide."""

    where: str
    message: str


Read: TypeAlias = Draft | Problem | Notice


@dataclass
class Desk:
    """What a reader may ask for while it reads.

    Args:
        case: open.
        given: the file.
        beside: all files that were given, this one too.
        mapping: file that says what the columns of a table are, if one was given.
        accept: what is proposed is confirmed by the person who gives the file.
        skip_bad_rows: what cannot be read is left out, and told.
        kept: contents to be taken in, by what stands for their items.
    """

    case: Case
    given: Given
    beside: Sequence[Given] = ()
    mapping: Given | None = None
    accept: bool = False
    skip_bad_rows: bool = False
    kept: dict[str, Content] = field(default_factory=dict)
    _digests: dict[str, bytes] = field(default_factory=dict)

    def id(self, scheme: str, name: str) -> str:
        """Return the id of what a source calls by a name: the same each time, in this case only."""
        return hmac.new(
            self.case.name_key, f"import\0{scheme}\0{name}".encode(), hashlib.sha256
        ).hexdigest()[:16]

    def ref(self, scheme: str, name: str) -> str:
        """Return the reference to what a source calls by a name."""
        return f"record/{self.id(scheme, name)}"

    def keep(self, content: Content) -> str:
        """Return what stands for the item of a content that is to be taken into the case."""
        ref = f"item/{self.id('content', f'{self.given.name}/{content.name}')}"
        self.kept[ref] = content
        return ref

    def digests(self, ref: str) -> bytes:
        """Return the digests of a content that is to be taken in, read once for all records."""
        if ref not in self._digests:
            self._digests[ref] = digests_of(self.kept[ref])
        return self._digests[ref]


@dataclass(frozen=True)
class Format:
    """A format that can be read.

    Args:
        fits: whether a file looks like it.
        read: it.
        kept: the file itself becomes an item of the case: it is evidence.
    """

    fits: Callable[[Given], bool]
    read: Callable[[Given, Desk], Iterator[Read]]
    kept: bool = True


def attempt(make: Callable[[], Draft]) -> Read:
    """Return a draft, or why there is none."""
    try:
        return make()
    except InputError as error:
        return Problem(error)
