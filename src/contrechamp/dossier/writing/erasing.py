"""Erasing records with every version of them, or only their earlier versions."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.identities import compartment
from contrechamp.dossier.permission import consent, releasing
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.copies_out import handed_out
from contrechamp.dossier.reading.lookup import SUBJECT
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.field_types import ITEM
from contrechamp.dossier.records.people import Consent
from contrechamp.dossier.records.testimony import Exhibit, Testimony
from contrechamp.dossier.writing import store
from contrechamp.dossier.writing.remains import (
    Remains,
    conflicts_about,
    remains,
    same_content,
)
from contrechamp.vault import database, masked_copies, subjects
from contrechamp.vault import erasing as vault_erasing
from contrechamp.vault.case import Case, Change


def erase(
    case: Case,
    records: Iterable[str],
    *,
    reason: str,
    keep_reasons: bool = False,
    now: datetime,
) -> list[str]:
    """Erase records, every version of them, and the conflicts about them.

    Records that cite them still do, and show that they were erased.

    Args:
        case: open for writing.
        records: ids.
        reason: why, in the user's words; it is kept in the case.
        keep_reasons: keep the reasons that were given for earlier entries of the records.
        now: for the log.

    Returns:
        ids of all erased records.

    Raises:
        InputError: if one is not in the case, or was erased already.
        OutputError: if the case cannot be written to.
    """
    gone = [lookup.get(case, one).id for one in dict.fromkeys(records)]
    gone += [one for each in tuple(gone) for one in conflicts_about(case, each)]
    gone = list(dict.fromkeys(gone))
    if not gone:
        return []
    with database.transaction(case.database):
        changes = [store.erasure(one, reason, now, keep_reasons=keep_reasons) for one in gone]
        store.write(case, changes=changes, now=now)
    database.forget_deleted(case.database)
    return gone


@dataclass(frozen=True)
class Erased:
    """What was erased, and what still holds its words.

    Args:
        refs: what was asked for, and the source files that went with it.
        records: ids of the erased records, including conflicts about them.
        items: ids of the erased items.
        objects: names of the objects that nothing needs any more.
        remains: what still holds its words, or is a copy of it.
    """

    refs: tuple[str, ...]
    records: tuple[str, ...]
    items: tuple[str, ...]
    objects: tuple[str, ...]
    remains: Remains


def erase_refs(
    case: Case,
    refs: Iterable[str],
    *,
    with_source_files: bool = False,
    reason: str,
    keep_reasons: bool = False,
    now: datetime,
) -> Erased:
    """Erase records and items, and report what still holds the same words.

    Args:
        case: open for writing.
        refs: record/... and item/..., in full.
        with_source_files: also erase the files that they were read from, whatever else was read
            from those.
        reason: why, in the user's words; it is kept in the case.
        keep_reasons: keep the reasons that were given for earlier entries, and report them.
        now: for the log.

    Raises:
        InputError: if one is not in the case or was erased already, or an item shares its content
            with one that stays.
        OutputError: if the case cannot be written to.
    """
    gone = list(refs)
    left = remains(case, gone, keep_reasons=keep_reasons)
    if with_source_files:
        gone += [ref for ref in source_files(case, left) if ref not in gone]
    records = [ref.removeprefix(SUBJECT) for ref in gone if ref.startswith(SUBJECT)]
    items = [ref.removeprefix(f"{ITEM}/") for ref in gone if not ref.startswith(SUBJECT)]
    # Items first: erasing them may be refused, because others hold the same content.
    objects: list[str] = []
    if items:
        together = masked_copies.with_sidecars(case, [f"{ITEM}/{one}" for one in items])
        objects = vault_erasing.erase(
            case, items, reason=reason, keep_reasons=keep_reasons, now=now
        )
        items = [one.removeprefix(f"{ITEM}/") for one in together]
    records = erase(case, records, reason=reason, keep_reasons=keep_reasons, now=now)
    return Erased(tuple(gone), tuple(records), tuple(items), tuple(objects), left.without(gone))


def forget_versions(
    case: Case, record: str, *, reason: str, keep_reasons: bool = False, now: datetime
) -> int:
    """Erase the earlier versions of a record, and keep the newest.

    Args:
        case: open for writing.
        record: id.
        reason: why, in the user's words; it is kept in the case.
        keep_reasons: keep the reasons that were given for its entries so far.
        now: for the log.

    Returns:
        number of versions erased.

    Raises:
        InputError: if there is no such record.
        OutputError: if the case cannot be written to.
    """
    subject = lookup.get(case, record).ref
    state, older = subjects.newest_of(case, [subject])[subject], subjects.earlier(case, subject)
    change = Change("forget", subject, state.parsed, None, reason, keeps_reasons=keep_reasons)
    with database.transaction(case.database):
        store.write(case, changes=[change], forgotten=older, now=now)
    database.forget_deleted(case.database)
    return len(older)


@dataclass(frozen=True)
class Withdrawn:
    """What a withdrawal of consent touched.

    Args:
        given: references to what the source had said or given under this consent.
        used_by: references to all that uses it, directly or not: findings, recommendations,
            publications.
        erased: references to what was erased.
        kept: references to what stays because another consent covers it.
        remains: what still holds the words of what was erased, or is a copy of it; if nothing was
            to be erased, copies that were handed out.
        taken_back: references to releases that no longer hold.
    """

    given: tuple[str, ...]
    used_by: tuple[str, ...]
    erased: tuple[str, ...]
    kept: tuple[str, ...]
    remains: Remains
    taken_back: tuple[str, ...] = ()


def withdraw(
    case: Case,
    consent_id: str,
    *,
    on: str,
    how: str = "",
    erase_given: bool = False,
    with_source_files: bool = False,
    reason: str,
    keep_reasons: bool = False,
    now: datetime,
) -> Withdrawn:
    """Record that a consent is withdrawn; from then on this shows wherever it was relied on.

    Args:
        case: open for writing.
        consent_id: of the consent.
        on: when, a partial date.
        how: how the person said so.
        erase_given: erase what no other consent covers: testimonies, exhibits and their items; and
            the sealed identity of the source if no consent is left.
        with_source_files: also erase the files that they were read from, whatever else was read
            from those.
        reason: for the log, kept in the case.
        keep_reasons: keep the reasons that were given for earlier entries of what is erased.
        now: for the log.

    Raises:
        InputError: if it is not a consent, or an item to be erased shares its content with one that
            stays.
        OutputError: if the case cannot be written to. The consent may be withdrawn all the same;
            `status` then shows what is still to be erased.
    """
    stored = lookup.get(case, consent_id)
    if not isinstance(stored.record, Consent):
        raise InputError(_("this is not a consent: {record}").format(record=stored.id))
    if stored.record.withdrawn_on is None:
        changed = replace(
            stored.record,
            withdrawn_on=on,
            withdrawn_how=how,
            erasure_asked=stored.record.erasure_asked or erase_given,
        )
        store.put(case, changed, record_id=stored.id, reason=reason, action="withdraw", now=now)
    view = View(case)
    given = given_under(view, stored.record)
    used_by = tuple(_used_by(view, given))
    if not erase_given:
        left = Remains(outside=tuple(handed_out(case, given)))
        return Withdrawn(given, used_by, (), (), left, _taken_back(case, used_by, now.date()))
    gone, kept = _to_erase(view, given, now.date())
    done = erase_refs(
        case,
        gone,
        with_source_files=with_source_files,
        reason=reason,
        keep_reasons=keep_reasons,
        now=now,
    )
    source = lookup.id_of(stored.record.source)
    if not _is_held(View(case), source, now.date()):
        compartment.erase(case, source, reason=reason, keep_reasons=keep_reasons, now=now)
    fallen = _taken_back(case, used_by, now.date())
    return Withdrawn(given, used_by, done.refs, tuple(kept), done.remains, fallen)


def _taken_back(case: Case, refs: Iterable[str], day: date) -> tuple[str, ...]:
    """Return the releases among some records that no longer hold."""
    standings = Standings(View(case), day)
    releases = [ref for ref in refs if standings.view.kind(lookup.id_of(ref)) == "release"]
    return tuple(
        ref
        for ref in releases
        if any(state.is_taken_back for state in releasing.of(standings, ref))
    )


def source_files(case: Case, left: Remains) -> list[str]:
    """Return the items that records were read from, and all items with the same content."""
    return same_content(case, [one.ref for one in left.files if one.how == "read-from"])


def _is_held(view: View, source: str, day: date) -> bool:
    """Return whether any consent of a source is in force: its identity may then be needed."""
    return any(
        consent.state_on(one, day) == "in-force" for _ref, one in consent.consents_of(view, source)
    )


def given_under(view: View, of: Consent) -> tuple[str, ...]:
    """Return what a source said or gave that a consent covers: records first, then items."""
    records, items = [], []
    for citation in view.cited_by(of.source):
        record = view.record(citation.citing)
        ref = SUBJECT + citation.citing
        if isinstance(record, Testimony) and citation.field == "source":
            own_items = list(record.recordings)
        elif isinstance(record, Exhibit) and citation.field == "given_by":
            own_items = [record.item]
        else:
            continue
        if consent.is_about(view, of, ref):
            records.append(ref)
        items += [item for item in own_items if consent.is_about(view, of, item)]
    return tuple(dict.fromkeys([*records, *items]))


def _to_erase(view: View, given: Iterable[str], day: date) -> tuple[list[str], list[str]]:
    gone: list[str] = []
    kept: list[str] = []
    for ref in given:
        if not ref.startswith(SUBJECT) and not view.has_item(lookup.id_of(ref)):
            continue  # already erased
        (gone if consent.lacking(view, ref, "held", day) else kept).append(ref)
    return gone, kept


def _used_by(view: View, refs: Iterable[str]) -> list[str]:
    """Return the records that cite something, directly or through others, each once."""
    found: dict[str, None] = {}
    given = set(refs)
    waiting = list(given)
    while waiting:
        for citation in view.cited_by(waiting.pop()):
            ref = SUBJECT + citation.citing
            if ref not in found and ref not in given and view.kind(citation.citing) != "consent":
                found[ref] = None
                waiting.append(ref)
    return sorted(found)
