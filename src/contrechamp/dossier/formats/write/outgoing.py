"""What every writer of a format works from: the records of a case that may leave it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeAlias

from contrechamp.dossier.permission.consent import Refusal
from contrechamp.dossier.permission.sharing import ANYONE, Recipient, RecipientView, Sharing
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.view import View
from contrechamp.vault.case import Case


@dataclass(frozen=True)
class Publisher:
    """The publisher of a package of tenders and contracts.

    Args:
        name: of the publisher; the standard requires it.
        prefix: OCID prefix, for processes that have no OCID yet.
        uri: of the package; "" to make one up.
        licence: web address of the licence.
    """

    name: str
    prefix: str = ""
    uri: str = ""
    licence: str = ""


@dataclass
class Outgoing:
    """An export: the records that may leave the case, and an account of what does and does not.

    Args:
        case: open.
        day: on which consent has to hold.
        recipient: whom the export is for.
        kept_back: records that stay, by id, with the uses that no consent covers.
        from_sources: ids of the records that leave and hold what a source told or gave.
        limits: that sources set on what leaves, by record id, in their own words.
        left_out: how many records the format has no place for, by reason.
        osm: an extract with the present state of OpenStreetMap's objects.
        publisher: of packages of tenders and contracts.
    """

    case: Case
    day: date
    recipient: Recipient = ANYONE
    kept_back: dict[str, tuple[Refusal, ...]] = field(default_factory=dict)
    from_sources: dict[str, None] = field(default_factory=dict)
    limits: dict[str, list[str]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    osm: Path | None = None
    publisher: Publisher | None = None

    def __post_init__(self) -> None:
        self.full_view = View(self.case)
        self.sharing = Sharing(self.full_view, self.day, self.recipient)
        #: The case without the records that stay in it, for writers to follow references with.
        self.view: View = RecipientView(self.sharing)

    def records(self, kind: str = "") -> Iterator[Stored]:
        """Yield the newest version of each record that may leave, without words on what stays."""
        for stored in lookup.every(self.case, kind):
            refused = self.sharing.refused(stored.id, stored.record)
            if refused:
                self.kept_back[stored.id] = refused
                continue
            if self.sharing.is_given(stored.id, stored.record):
                self.from_sources[stored.id] = None
                if limits := self.sharing.limits(stored.id, stored.record):
                    self.limits[stored.id] = limits
            thin = self.sharing.thinned(stored.record)
            yield stored if thin is stored.record else replace(stored, record=thin, whole=False)


#: Writes the records of an export to a folder.
Writer: TypeAlias = Callable[[Outgoing, Path], None]
