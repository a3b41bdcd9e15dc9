"""Which records may go to whom, by the consents of those who said or gave what is in them."""

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import Any

from contrechamp.dossier.permission import consent
from contrechamp.dossier.permission.consent import Refusal
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.conflicts import Conflict
from contrechamp.dossier.records.field_types import Evidence, Record
from contrechamp.dossier.records.people import Consent, Source
from contrechamp.dossier.records.publications import Release, Review, Use
from contrechamp.dossier.records.testimony import Challenge, Exhibit, Testimony


@dataclass(frozen=True)
class Recipient:
    """Whom records go to. Without actor, name and team: anyone who gets hold of them.

    Args:
        actor: reference to its record; "" where there is none.
        name: of a recipient whom there is no record of.
        team: for those who work on the case: a copy of their own, or another machine.
    """

    actor: str = ""
    name: str = ""
    team: bool = False


ANYONE = Recipient()


class Sharing:
    """What may go to a recipient on a day; answers are cached.

    - What nobody said or gave goes.
    - A testimony or an exhibit goes if a consent covers sharing it with the recipient; for a
      picture, sound or video, the image or voice must be covered as well.
    - A source goes if a consent without an ``about`` covers sharing and the pseudonym.
    - What was read from a file that somebody gave goes if the file would.
    - A challenge, review, release or conflict goes if the record it is about does.
    - Consents stay with the team.
    - Everything that may be held goes to the team.

    Args:
        view: the case.
        day: when.
        recipient: whom it goes to.
    """

    def __init__(self, view: View, day: date, recipient: Recipient) -> None:
        self.view, self.day, self.recipient = view, day, recipient
        self._found: dict[str, tuple[Refusal, ...]] = {}
        self._files: dict[str, tuple[bool, list[str]]] = {}

    def refused(self, record_id: str, record: Record) -> tuple[Refusal, ...]:
        """Return why a record is withheld; nothing if it goes."""
        ref = SUBJECT + record_id
        if ref not in self._found:
            refused = self._of_kind(ref, record)
            if record.read_from is not None:
                refused += self.refused_of(record.read_from.item)
            self._found[ref] = tuple(dict.fromkeys(refused))
        return self._found[ref]

    def refused_of(self, ref: str) -> tuple[Refusal, ...]:
        """Return why a record or an item is withheld; nothing if it goes, or was erased."""
        if not ref.startswith(SUBJECT):
            if ref not in self._found:
                self._found[ref] = self._of_given(ref)
            return self._found[ref]
        record = self.view.record(lookup.id_of(ref))
        return () if record is None else self.refused(lookup.id_of(ref), record)

    def thinned(self, record: Record) -> Record:
        """Return a record that goes, without its words about what is withheld.

        References remain in it: they reveal nothing.
        """
        thin: Record = self._thin(record)
        return thin

    def is_given(self, record_id: str, record: Record) -> bool:
        """Return whether a record holds what a source said or gave, or describes the source."""
        own = isinstance(record, Source | Testimony | Exhibit) and consent.sources_of(
            self.view, SUBJECT + record_id
        )
        return bool(own) or (
            record.read_from is not None and self._of_file(record.read_from.item)[0]
        )

    def limits(self, record_id: str, record: Record) -> list[str]:
        """Return the limits that the sources of a record set on sharing it, in their words."""
        found = self._limits(SUBJECT + record_id)
        if record.read_from is not None:
            found += self._of_file(record.read_from.item)[1]
        return list(dict.fromkeys(found))

    def _of_file(self, item: str) -> tuple[bool, list[str]]:
        """Return whether somebody gave an item, and the limits they set; looked up only once.

        Thousands of records may have been read from one file, and each of them names it.
        """
        if item not in self._files:
            given = bool(consent.sources_of(self.view, item))
            self._files[item] = given, self._limits(item) if given else []
        return self._files[item]

    def _limits(self, ref: str) -> list[str]:
        return consent.limits(
            self.view, ref, self.day, to=self.recipient.actor, to_whom=self.recipient.name
        )

    def _of_kind(self, ref: str, record: Record) -> tuple[Refusal, ...]:
        if isinstance(record, Challenge | Review | Release | Conflict):
            return self.refused_of(record.about)
        if isinstance(record, Testimony | Exhibit):
            return self._of_given(ref)
        if self.recipient.team:
            return ()
        if isinstance(record, Consent):
            return (Refusal(ref, "shared", "team"),)
        return self._of_given(ref) if isinstance(record, Source) else ()

    def _of_given(self, ref: str) -> tuple[Refusal, ...]:
        if self.recipient.team:
            return tuple(consent.lacking(self.view, ref, "held", self.day))
        return tuple(
            consent.lacking_to_share(
                self.view, ref, self.day, to=self.recipient.actor, to_whom=self.recipient.name
            )
        )

    def _thin(self, value: Any) -> Any:
        if isinstance(value, tuple):
            thin = tuple(self._thin(one) for one in value)
            return thin if any(a is not b for a, b in zip(thin, value, strict=True)) else value
        if not dataclasses.is_dataclass(value) or isinstance(value, type):
            return value
        if isinstance(value, Evidence) and self.refused_of(value.ref):
            return Evidence(ref=value.ref)
        if isinstance(value, Use) and self.refused_of(value.of):
            return Use(of=value.of, use=value.use)
        changed = {}
        for field in dataclasses.fields(value):
            before = getattr(value, field.name)
            after = self._thin(before)
            if after is not before:
                changed[field.name] = after
        return dataclasses.replace(value, **changed) if changed else value


class RecipientView(View):
    """A case as its recipient sees it, without what is withheld.

    Args:
        sharing: what may go.
    """

    def __init__(self, sharing: Sharing) -> None:
        super().__init__(sharing.view.case)
        self._sharing = sharing

    def record(self, record: str) -> Record | None:
        """Return what a record says; None if there is none, or it is withheld."""
        found = self._sharing.view.record(record)
        return None if found is None or self._sharing.refused(record, found) else found
