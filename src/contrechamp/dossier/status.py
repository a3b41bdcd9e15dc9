"""What a case still lacks: evidence, consent, reply, review, translation, release, decisions."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.dossier.identities import compartment
from contrechamp.dossier.permission import (
    consent,
    gates,
    mask_reviews,
    releasing,
    standing,
    verdicts,
)
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.conflicts import Conflict
from contrechamp.dossier.records.contents import parts
from contrechamp.dossier.records.field_types import ITEM, Text
from contrechamp.dossier.records.findings import Assessment, Finding, Recommendation
from contrechamp.dossier.records.letters import Letter, state_on
from contrechamp.dossier.records.people import Consent
from contrechamp.dossier.records.publications import Publication, Release
from contrechamp.dossier.shipped import assessments
from contrechamp.dossier.writing.erasing import given_under
from contrechamp.vault import masked_copies, subjects
from contrechamp.vault.access import members
from contrechamp.vault.captures import belonging, findings
from contrechamp.vault.case import Case

What: TypeAlias = Literal[
    "evidence", "consent", "reply", "review", "translation", "release", "answer", "decision",
    "erasure", "compartment", "capture", "mask", "taken-back",
]  # fmt: skip
Why: TypeAlias = gates.Why | releasing.Ended | standing.Code | Literal[
    "not-erased", "no-answer", "machine-unchecked", "unchecked", "missing", "not-reviewed",
    "not-released", "several-keys", "has-left", "copy-out",
]  # fmt: skip

_CONSENT = frozenset({"no-consent", "consent-withdrawn", "evidence-without-consent"})


@dataclass(frozen=True)
class Lack:
    """Something that a record lacks.

    Args:
        what: the kind of thing lacking.
        ref: of the record that lacks it.
        kind: of the record.
        title: of the record.
        why: the reason.
        at: where in the record; "" for all of it.
    """

    what: What
    ref: str
    kind: str
    title: str = field(repr=False)
    why: Why
    at: str = ""


def lacks(case: Case, day: date, *, progress: Progress = silent) -> list[Lack]:
    """Return what the case lacks on a day, record by record.

    Args:
        case: open.
        day: such as that of a publication; letters, consents and challenges count as of it.
        progress: shows how far it is.
    """
    view = View(case)
    standings = Standings(view, day)
    wanted = languages(case)
    found: list[Lack] = []
    with progress(_("Looking through the records"), sum(lookup.count(case).values())) as advance:
        for stored in standings.each(lookup.every(case)):
            found += of_record(stored, standings, wanted)
            advance(1)
    found += _of_captures(case)
    found += _of_masks(view)
    former = {member for member, _name, left in members.members(case) if left}
    for member in former & set(compartment.members(case)):
        found.append(Lack("compartment", f"member/{member}", "member", "", "has-left"))
    if compartment.key_count(case) > 1:  # an interrupted merge may leave an old one in use
        found.append(Lack("compartment", "case", "case", "", "several-keys"))
    return found


def of_record(
    stored: Stored, standings: Standings, wanted: Mapping[str, Set[str]]
) -> Iterator[Lack]:
    """Yield what one record lacks.

    Args:
        stored: the record, as far as it is to be told of.
        standings: of the case.
        wanted: as `languages` returns them.
    """
    yield from _of_standing(stored, standings)
    yield from _of_record(standings.view, stored, standings)
    yield from _of_translation(stored, wanted)


def _lack(stored: Stored, what: What, why: Why, at: str = "") -> Lack:
    return Lack(what, stored.ref, stored.kind, stored.record.title(), why, at)


def _of_standing(stored: Stored, standings: Standings) -> Iterator[Lack]:
    for flag in standings.of(stored.ref):
        # _of_record reports these with the conflict itself, and with the question.
        answer = flag.code == "no-evidence" and stored.kind == "assessment"
        if flag.code != "conflict" and not answer:
            what: What = "consent" if flag.code in _CONSENT else "evidence"
            yield _lack(stored, what, flag.code, flag.at)


def _of_record(view: View, stored: Stored, standings: Standings) -> Iterator[Lack]:
    record, day = stored.record, standings.day
    if isinstance(record, Letter):
        state = state_on(record, day).state
        if state != "answered":
            yield _lack(stored, "reply", state)
    if isinstance(record, Consent) and record.erasure_asked:
        for ref in given_under(view, record):
            if ref.startswith("record/") or view.has_item(lookup.id_of(ref)):
                yield _lack(stored, "erasure", "not-erased", ref)
    if isinstance(record, Conflict) and record.outcome == "open":
        yield _lack(stored, "decision", "conflict", record.field)
    if isinstance(record, Assessment):
        for gap in assessments.gaps(record):
            why: Why = "no-answer" if gap.lacks == "answer" else "no-evidence"
            yield _lack(stored, "answer", why, gap.question)
    if isinstance(record, Publication):
        for refusal in consent.check(view, record, day):
            yield _lack(stored, "consent", refusal.why, f"{refusal.of}: {refusal.use}")
    if isinstance(record, Release):
        yield from _of_release(stored, record, standings)
    if isinstance(record, Finding | Recommendation | Publication):
        if verdicts.agreement(view, stored.ref) != "agreed":
            yield _lack(stored, "review", "not-reviewed")
        if not releasing.is_released(standings, stored.ref):
            yield _lack(stored, "release", "not-released")


def _of_captures(case: Case) -> Iterator[Lack]:
    """Yield items whose checks failed, whether a record rests on them or not."""
    for item in subjects.below(case, f"{ITEM}/"):
        if b'"capture":' not in item.content and b'"vouches":' not in item.content:
            continue  # it saves reading the states of all others
        state = item.parsed
        if findings.has_failed(state):
            name = str(state.get("name", ""))
            where = findings.failing(state)
            yield Lack("capture", item.subject, ITEM, name, "capture-failed", where)
    for one in belonging.said(case):
        if one.how == "changed":
            name = str((lookup.item_state(case, lookup.id_of(one.item)) or {}).get("name", ""))
            yield Lack("capture", one.item, ITEM, name, "another-hash", one.name)


def _of_masks(view: View) -> Iterator[Lack]:
    """Yield masked copies whose review does not suffice, with the places for a second reader."""
    for ref in masked_copies.newest_copies(view.case):
        standing = mask_reviews.standing(view, ref)
        name = str((lookup.item_state(view.case, lookup.id_of(ref)) or {}).get("name", ""))
        for why in standing.why:
            yield Lack("mask", ref, ITEM, name, why, ", ".join(map(str, standing.second)))


def _of_release(stored: Stored, release: Release, standings: Standings) -> Iterator[Lack]:
    """Yield why a release that was given no longer holds, and which copies are known to be out."""
    state = releasing.state_of(standings, stored.ref, release)
    if not state.is_taken_back:
        return
    about = f"{release.about}: "
    if state.ended:
        yield _lack(stored, "taken-back", state.ended, about + (state.because or state.ended))
    for one in state.unmet:
        yield _lack(stored, "taken-back", one.why, f"{about}{one.gate}: {one.of}")
    for copy in releasing.copies_out(standings, release.about):
        yield _lack(stored, "taken-back", "copy-out", f"{about}{copy.name}, {copy.at}, {copy.to}")


def languages(case: Case) -> dict[str, set[str]]:
    """Return the languages that records are published in, by reference."""
    wanted: dict[str, set[str]] = {}
    for stored in lookup.every(case, "publication"):
        if isinstance(stored.record, Publication):
            for ref in stored.record.cites:
                wanted.setdefault(ref, set()).add(stored.record.language.split("-")[0])
    return wanted


def _of_translation(stored: Stored, wanted: Mapping[str, Set[str]]) -> Iterator[Lack]:
    record = stored.record
    for part, path in parts(record):
        if isinstance(part, Text) and part.made != "original" and not part.checked_by:
            why: Why = "machine-unchecked" if part.made == "machine" else "unchecked"
            yield _lack(stored, "translation", why, path.removeprefix(": "))
    if isinstance(record, Finding):
        texts = record.claim
    elif isinstance(record, Recommendation):
        texts = record.what
    else:
        return
    present = {text.language.split("-")[0] for text in texts}
    for language in sorted(wanted.get(stored.ref, frozenset()) - present):
        yield _lack(stored, "translation", "missing", language)
