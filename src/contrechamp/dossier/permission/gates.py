"""The gates between a record and its publication: each asks one thing, and says what is not met.

They ask what `status` knows, and a release asks all of them at once. A new gate is a function here
and a line in `GATES`; its words stand in `wording/gates.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from contrechamp.dossier.permission import consent, mask_reviews
from contrechamp.dossier.permission.standing import Code, Standings
from contrechamp.dossier.permission.verdicts import agreement
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT
from contrechamp.dossier.reading.masked import is_copy, with_originals
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.contents import parts
from contrechamp.dossier.records.field_types import ITEM, Evidence, Record, latest
from contrechamp.dossier.records.findings import Assessment, Finding, Recommendation
from contrechamp.dossier.records.letters import Letter, LetterState, state_on
from contrechamp.dossier.records.measurements import Measurement
from contrechamp.dossier.records.people import ConsentUse
from contrechamp.dossier.records.publications import Publication
from contrechamp.dossier.records.testimony import Exhibit, Testimony
from contrechamp.vault import masked_copies
from contrechamp.vault.access import members
from contrechamp.vault.metadata.reading import UNREAD

Gate: TypeAlias = Literal[
    "evidence", "contested", "conflict", "consent", "reply", "review", "exhibit", "mask", "metadata"
]
Why: TypeAlias = Code | consent.Why | LetterState | mask_reviews.Why | Literal[
    "not-reviewed", "not-agreed", "one-member", "no-exhibit", "people-shown", "people-unknown",
    "position", "device", "other-metadata", "metadata-unread",
]  # fmt: skip

#: The gate that each flag belongs to; those that are not here belong to "evidence".
_OF_FLAG: Mapping[str, Gate] = {
    "contested": "contested", "refuted": "contested", "withdrawn": "contested",
    "evidence-contested": "contested", "evidence-refuted": "contested",
    "evidence-withdrawn": "contested",
    "no-consent": "consent", "consent-withdrawn": "consent", "evidence-without-consent": "consent",
    "conflict": "conflict",
}  # fmt: skip
#: What no reason passes: a closed passage has to be opened first, by whoever may.
NEVER_PASSED: frozenset[Why] = frozenset({"closed"})
#: Reasons that take each other's place without anything new: a day passes, a member joins.
_NO_NEWS: Mapping[str, str] = {
    "one-member": "not-reviewed",
    **dict.fromkeys(("draft", "waiting", "no-reply", "partly-answered"), "not-answered"),
}
#: Consent to at least one of these is needed to show what somebody said or gave.
SHOWING: tuple[ConsentUse, ...] = ("quoted", "pseudonym", "voice", "image", "name")
#: Uses in which a file itself is shown.
_SHOWN_AS = frozenset({"voice", "image", "name"})
#: Beginnings of the media types of files in which people can be made out.
_WITH_PEOPLE = ("image/", "video/", "audio/", "application/pdf", "application/octet-stream")
#: Beginnings of names of metadata that say where, and with which device, a file was made.
_POSITION, _DEVICE = (
    "GPS", "location", "com.apple.quicktime.location", "exif:GPS", "photoshop:City",
    "photoshop:State", "photoshop:Country", "Iptc4xmpCore:Location", "Iptc4xmpCore:CountryCode",
    "Iptc4xmpExt:Location",
), (
    "EXIF BodySerialNumber", "EXIF LensSerialNumber", "EXIF CameraOwnerName", "Image Artist",
    "Image Make", "Image Model", "Image HostComputer", "make", "model", "aux:", "exifEX:", "tiff:M",
    "tiff:Artist", "dc:creator", "photoshop:Author", "photoshop:Credit", "pdf:Author", "office:",
)  # fmt: skip


@dataclass(frozen=True)
class Unmet:
    """Something that a gate asks for and that is not there.

    Args:
        gate: which gate.
        why: what is not met.
        of: reference to where it is mended.
        at: field of the record, or use, that it is about; "" for all of it.
    """

    gate: Gate
    why: Why
    of: str
    at: str = ""

    @property
    def name(self) -> str:
        """How an override names it: it covers this, and nothing that is found later."""
        return f"{_NO_NEWS.get(self.why, self.why)} {self.of}"


@dataclass(frozen=True)
class Asked:
    """What the gates are asked about.

    Args:
        standings: of the case, on the day on which it may leave.
        ref: of the record or item.
        record: what it says; None for an item.
        day: on which consent has to hold: of a publication that is still to come, its own.
    """

    standings: Standings
    ref: str
    record: Record | None
    day: date

    @property
    def view(self) -> View:
        """The case."""
        return self.standings.view


def ask(standings: Standings, ref: str) -> list[Unmet]:
    """Return all that is not met, gate by gate, for a record or an item to be published."""
    record = standings.view.record(lookup.id_of(ref)) if ref.startswith(SUBJECT) else None
    day = standings.day
    if isinstance(record, Publication) and record.on:
        day = max(day, latest(record.on))
    asked = [Asked(standings, ref, record, day), *_concluded(standings, record, day)]
    return list(
        dict.fromkeys(one for gate in GATES.values() for each in asked for one in gate(each))
    )


def _concluded(standings: Standings, publication: Record | None, day: date) -> Iterator[Asked]:
    """Yield the conclusions that a publication shows: it is no better than they are."""
    for cited in publication.cites if isinstance(publication, Publication) else ():
        record = standings.view.record(lookup.id_of(cited))
        if isinstance(record, Finding | Recommendation | Assessment | Measurement):
            yield Asked(standings, cited, record, day)


def below(view: View, ref: str) -> list[str]:
    """Return what a record rests on, shows and speaks of, at any depth, itself first."""
    found: dict[str, None] = {}
    waiting = [ref]
    while waiting:
        one = waiting.pop().partition("#")[0]
        if one in found:
            continue
        found[one] = None
        record = view.record(lookup.id_of(one)) if one.startswith(SUBJECT) else None
        if record is None:
            continue
        waiting += [part.ref for part, _path in parts(record) if isinstance(part, Evidence)]
        if isinstance(record, Recommendation):
            waiting += record.findings
        elif isinstance(record, Finding):
            waiting += record.about
        elif isinstance(record, Publication):
            waiting += [*record.cites, *(use.of for use in record.uses)]
    return list(found)


def _of_flags(gate: Gate) -> Callable[[Asked], Iterator[Unmet]]:
    """Return the gate that asks for the flags that belong to it."""

    def asks(asked: Asked) -> Iterator[Unmet]:
        for flag in asked.standings.of(asked.ref):
            if _OF_FLAG.get(flag.code, "evidence") == gate:
                yield Unmet(gate, flag.code, flag.because or asked.ref, flag.at)

    return asks


def _consent(asked: Asked) -> Iterator[Unmet]:
    view, record, ref, day = asked.view, asked.record, asked.ref, asked.day
    refused: list[consent.Refusal] = []
    if isinstance(record, Publication):
        refused = consent.check(view, record, day)
    elif record is None or isinstance(record, Testimony | Exhibit):
        each = [consent.lacking(view, ref, use, day) for use in SHOWING]
        refused = [one for found in each for one in found] if all(each) else []
    for one in refused:
        yield Unmet("consent", one.why, one.consent or one.of, f"{one.of}: {one.use}")
    if not refused:
        yield from _of_flags("consent")(asked)


def _reply(asked: Asked) -> Iterator[Unmet]:
    """Ask whether whoever is spoken of has answered: a period may still run, or be over."""
    about = below(asked.view, asked.ref) if asked.record is not None else [asked.ref]
    letters = {one for one in about if asked.view.kind(lookup.id_of(one)) == "letter"}
    for one in about:
        letters |= {
            SUBJECT + citation.citing for citation in asked.view.cited_from(one, "letter", "about")
        }
    if isinstance(asked.record, Publication):
        letters |= _about_the_whole_case(asked.view)
    for one in sorted(letters):
        letter = asked.view.record(lookup.id_of(one))
        if isinstance(letter, Letter):
            state = state_on(letter, asked.standings.day).state
            if state != "answered":
                yield Unmet("reply", state, one)


def _about_the_whole_case(view: View) -> set[str]:
    """Return the letters that were sent and name nothing that they are about."""
    return {
        stored.ref
        for stored in lookup.every(view.case, "letter")
        if isinstance(stored.record, Letter) and stored.record.sent_on and not stored.record.about
    }


def _review(asked: Asked) -> Iterator[Unmet]:
    """Ask for a second person who agrees; of an item, with what its exhibits say of it."""
    refs = [asked.ref] if asked.record is not None else exhibits_of(asked.view, asked.ref)
    for ref in refs:
        found = agreement(asked.view, ref)
        if found == "none":
            others = [one for one, _name, left in members.members(asked.view.case) if not left]
            yield Unmet("review", "not-reviewed" if len(others) > 1 else "one-member", ref)
        elif found == "differs":
            yield Unmet("review", "not-agreed", ref)


def _exhibit(asked: Asked) -> Iterator[Unmet]:
    for item in _shown(asked):
        if not exhibits_of(asked.view, item):
            yield Unmet("exhibit", "no-exhibit", item)


def _mask(asked: Asked) -> Iterator[Unmet]:
    """Ask whether people can be made out in a file that is shown.

    Its exhibit has to say that nobody can; or what is shown is a masked copy, and its review holds.
    """
    for item in _leaving(asked):
        if is_copy(asked.view.case, item):
            for why in mask_reviews.standing(asked.view, item).why:
                yield Unmet("mask", why, item)
            continue
        media_type = str(_state(asked.view, item).get("media_type", ""))
        if not media_type.startswith(_WITH_PEOPLE):
            continue
        for ref in exhibits_of(asked.view, item):
            record = asked.view.record(lookup.id_of(ref))
            if isinstance(record, Exhibit) and record.people != "none":
                seen = record.people == "some"
                yield Unmet("mask", "people-shown" if seen else "people-unknown", ref)


def _leaving(asked: Asked) -> list[str]:
    """Return the items that are shown, in the place of each its newest masked copy.

    An item that is to leave itself has no place-holder; what shows nobody needs none.
    """
    shown = _shown(asked)
    if asked.record is None or not shown:
        return shown
    copies = masked_copies.copies(asked.view.case, shown)
    found = []
    for item in shown:
        there = [one for one in copies.get(item, ()) if asked.view.has_item(lookup.id_of(one))]
        held = [one for one in there if not mask_reviews.standing(asked.view, one).why]
        found.append((held or there or [item])[-1])
    return list(dict.fromkeys(found))


def _metadata(asked: Asked) -> Iterator[Unmet]:
    """Ask what the bytes of a file say beside what they show, as far as that was read of it."""
    documents = [asked.record.document] if isinstance(asked.record, Publication) else []
    for item in dict.fromkeys([*_leaving(asked), *filter(None, documents)]):
        state = _state(asked.view, item)
        if state.get(UNREAD):
            yield Unmet("metadata", "metadata-unread", item)
        names = [*state.get("exif", {}), *state.get("movie", {}), *state.get("properties", {})]
        if position := [one for one in names if one.startswith(_POSITION)]:
            yield Unmet("metadata", "position", item, ", ".join(position))
        if device := [one for one in names if one.startswith(_DEVICE)]:
            yield Unmet("metadata", "device", item, ", ".join(device))
        if len(names) > len(position) + len(device) or state.get("c2pa"):
            yield Unmet("metadata", "other-metadata", item)


def to_mask(view: View, publication: Publication) -> list[str]:
    """Return the items that a publication shows, that may show people, and have no masked copy."""
    found = []
    for item in _shown_by(view, publication):
        media_type = str(_state(view, item).get("media_type", ""))
        exhibits = [view.record(lookup.id_of(ref)) for ref in exhibits_of(view, item)]
        nobody = bool(exhibits) and all(getattr(one, "people", "") == "none" for one in exhibits)
        if media_type.startswith(_WITH_PEOPLE) and not nobody and view.has_item(lookup.id_of(item)):
            found.append(item)
    there = masked_copies.copies(view.case, found)
    return [one for one in found if one not in there and not is_copy(view.case, one)]


def _shown(asked: Asked) -> list[str]:
    """Return the items whose bytes would be seen: an item, that of an exhibit, of a publication."""
    record = asked.record
    if record is None:
        return [asked.ref]
    if isinstance(record, Exhibit):
        return [record.item]
    return _shown_by(asked.view, record) if isinstance(record, Publication) else []


def _shown_by(view: View, record: Publication) -> list[str]:
    found: list[str] = []
    for ref in (*record.cites, *(use.of for use in record.uses if use.use in _SHOWN_AS)):
        given = view.record(lookup.id_of(ref)) if ref.startswith(SUBJECT) else None
        if ref.startswith(f"{ITEM}/"):
            found.append(ref)
        elif isinstance(given, Exhibit):
            found.append(given.item)
        elif isinstance(given, Testimony):
            found += given.recordings
    return list(dict.fromkeys(found))


def exhibits_of(view: View, item: str) -> list[str]:
    """Return the exhibits that describe an item, or what it is a masked copy of."""
    return [
        SUBJECT + one.citing
        for mine in with_originals(view.case, item)
        for one in view.cited_from(mine, "exhibit", "item")
    ]


def _state(view: View, item: str) -> Mapping[str, Any]:
    return lookup.item_state(view.case, lookup.id_of(item)) or {}


#: All gates, in the order in which they are told. Masks of a case's items join here.
GATES: Mapping[Gate, Callable[[Asked], Iterator[Unmet]]] = MappingProxyType(
    {
        "evidence": _of_flags("evidence"),
        "contested": _of_flags("contested"),
        "conflict": _of_flags("conflict"),
        "consent": _consent,
        "reply": _reply,
        "review": _review,
        "exhibit": _exhibit,
        "mask": _mask,
        "metadata": _metadata,
    }
)
