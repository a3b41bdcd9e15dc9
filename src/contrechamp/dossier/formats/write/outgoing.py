"""The records of a case that may leave it, as every writer of a format gets them."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeAlias

from contrechamp.dossier.permission.consent import Refusal
from contrechamp.dossier.permission.sharing import ANYONE, Outward, Recipient, Sharing
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.view import View
from contrechamp.vault.case import Case


@dataclass(frozen=True)
class Publisher:
    """What a package says of who publishes it.

    Args:
        name: of who publishes; the standard asks for it.
        prefix: before the id of each process that has none yet; see `_PREFIX`.
        uri: of the package; "" for one that names nothing but itself.
        licence: address of the licence.
    """

    name: str
    prefix: str = ""
    uri: str = ""
    licence: str = ""


@dataclass
class Outgoing:
    """The records of a case that may leave it, and what is told of them.

    Args:
        case: open.
        day: for which it is said whether consent holds.
        recipient: whom they go to.
        kept_back: records that do not leave, by id, with what no consent covers.
        given: ids of records that leave and hold what a source told or gave.
        limits: of what leaves, by id, in the words of who told or gave it.
        left_out: what a format has no place for, by reason.
        osm: extract that says what objects of OpenStreetMap are now.
        publisher: of packages of tenders and contracts.
    """

    case: Case
    day: date
    recipient: Recipient = ANYONE
    kept_back: dict[str, tuple[Refusal, ...]] = field(default_factory=dict)
    given: dict[str, None] = field(default_factory=dict)
    limits: dict[str, list[str]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    osm: Path | None = None
    publisher: Publisher | None = None

    def __post_init__(self) -> None:
        self.whole = View(self.case)
        self.sharing = Sharing(self.whole, self.day, self.recipient)
        #: The case without what stays in it: what a writer may follow references with.
        self.view: View = Outward(self.sharing)

    def records(self, kind: str = "") -> Iterator[Stored]:
        """Yield the newest versions of what consent lets go, without words about what stays."""
        for stored in lookup.every(self.case, kind):
            refused = self.sharing.refused(stored.id, stored.record)
            if refused:
                self.kept_back[stored.id] = refused
                continue
            if self.sharing.is_given(stored.id, stored.record):
                self.given[stored.id] = None
                if limits := self.sharing.limits(stored.id, stored.record):
                    self.limits[stored.id] = limits
            thin = self.sharing.thinned(stored.record)
            yield stored if thin is stored.record else replace(stored, record=thin, whole=False)


#: Writes what may leave into a folder.
Writer: TypeAlias = Callable[[Outgoing, Path], None]
