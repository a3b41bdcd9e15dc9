"""Writing records: each version with its log entry, in one transaction or not at all."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT, Stored
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.kinds import kind_of
from contrechamp.dossier.records.schema import REF, from_json, to_json
from contrechamp.dossier.writing import index, rules
from contrechamp.vault import case as cases
from contrechamp.vault import database, subjects
from contrechamp.vault.case import Case, Change, Random
from contrechamp.vault.log import custody
from contrechamp.vault.log.custody import ERASED_AT, Action
from contrechamp.vault.subjects import State


@dataclass(frozen=True)
class Put:
    """A record to be written.

    Args:
        record: its new content.
        id: of an existing record or, with `new`, for the new one.
        new: there is no such record yet.
        version: the version that the change started from; 0 replaces whatever is there.
        salt: the digest key, if a merged copy of the case already has one for this state.
        action: in the log; "" for "record" or "edit", as `new` says.
    """

    record: Record = field(repr=False)
    id: str
    new: bool = False
    version: int = 0
    salt: bytes | None = field(default=None, repr=False)
    action: Action | Literal[""] = ""


def new_id(random: Random = secrets.token_bytes) -> str:
    """Return an id for a record not yet written, so that others in its batch can cite it."""
    return random(8).hex()


def put(
    case: Case,
    record: Record,
    *,
    record_id: str = "",
    version: int = 0,
    reason: str = "",
    action: Action | Literal[""] = "",
    now: datetime,
    random: Random = secrets.token_bytes,
) -> Stored:
    """Write one record; see `put_all`.

    Args:
        case: open for writing.
        record: its new content.
        record_id: of the record to change; "" for a new one.
        version: the version that the change started from; 0 replaces whatever is there.
        reason: why, in the user's words.
        action: see `Put`.
        now: for the log.
        random: source of ids.

    Raises:
        InputError: if a rule forbids it, or somebody else has changed the record meanwhile.
        OutputError: if the case cannot be written to.
    """
    one = Put(record, record_id or new_id(random), not record_id, version, action=action)
    return put_all(case, [one], reason=reason, now=now)[0]


def put_all(case: Case, wanted: Iterable[Put], *, reason: str = "", now: datetime) -> list[Stored]:
    """Write records, all of them or none; they may cite each other in any order.

    Args:
        case: open for writing.
        wanted: no record twice.
        reason: why, in the user's words.
        now: for the log.

    Raises:
        InputError: if a rule forbids one of them; the case is then unchanged.
        OutputError: if the case cannot be written to.
    """
    puts = [_as_read_back(one) for one in wanted]
    if not puts:
        return []
    view = View(case, {one.id: one.record for one in puts})
    if len(view.batch) != len(puts):
        raise InputError(_("a record occurs twice in what is to be written"))
    for one in puts:
        check(view, one, now.date())
    with database.transaction(case.database):
        return write(case, puts, reason=reason, now=now)


def check(view: View, one: Put, today: date | None = None) -> None:
    """Check that a record to be written follows its stored version and meets the rules.

    Args:
        view: the case as it will be.
        one: the record to be written.
        today: see `rules.check`.

    Raises:
        InputError: naming what does not hold.
    """
    before = None if one.new else lookup.get(view.case, one.id)
    if before is not None:
        _check_follows(one, before.kind, before.version)
    rules.check(view, one.id, one.record, before, today)


def write(
    case: Case,
    puts: Sequence[Put] = (),
    *,
    changes: Sequence[Change] = (),
    forgotten: Iterable[State] = (),
    reason: str = "",
    now: datetime,
) -> list[Stored]:
    """Write records that were checked, inside the caller's transaction.

    Every write of a record, wherever it comes from, happens here: its state, its log entry, and its
    rows in the tables that list, find and cite it. Erasing a record also erases every earlier
    state; a "forget" erases the earlier states in the case's own log.

    Args:
        case: open for writing.
        puts: no record twice.
        changes: to other subjects, and those that erase or forget records; written first.
        forgotten: further earlier states to erase.
        reason: for `puts`, in the user's words.
        now: for the log.

    Raises:
        InputError: if a record is not as its `Put` says; the caller must roll back.
    """
    there = _rows(case, puts)
    coming = [*changes, *(_change(one, reason) for one in puts)]
    entries = cases.append(case, coming, now) if coming else []
    _erase_earlier(case, changes, forgotten)
    stored = [
        lookup.with_entry(
            case, one.id, one.record, there[one.id].version + 1 if one.id in there else 1, entry
        )
        for one, entry in zip(puts, entries[len(changes) :], strict=True)
    ]
    index.put(case, stored, there)
    return stored


def erasure(record_id: str, reason: str, now: datetime, *, keep_reasons: bool = False) -> Change:
    """Return the change that erases a record."""
    state: dict[str, object] = {ERASED_AT: custody.stamp(now)}
    subject = SUBJECT + record_id
    return Change("erase", subject, state, None, reason, keeps_reasons=keep_reasons)


def _change(one: Put, reason: str) -> Change:
    return Change(
        one.action or ("record" if one.new else "edit"),
        SUBJECT + one.id,
        {"kind": kind_of(one.record), "fields": to_json(one.record)},
        None,
        reason,
        one.salt,
    )


def _erase_earlier(case: Case, changes: Sequence[Change], forgotten: Iterable[State]) -> None:
    """Erase the earlier states of records that are erased or forgotten by some changes."""
    records = [one for one in changes if one.subject.startswith(SUBJECT)]
    erased = [one.subject for one in records if ERASED_AT in one.state]
    subjects.forget_earlier(case, erased)
    index.remove(case, [subject.removeprefix(SUBJECT) for subject in erased])
    forget = {one.subject for one in records if one.action == "forget"}
    own = [
        state
        for subject in forget
        for state in subjects.earlier(case, subject)
        if state.branch == subjects.MAIN
    ]
    keep = any(one.keeps_reasons for one in records)
    subjects.forget(case, [*own, *forgotten], keep_reasons=keep)


def _rows(case: Case, puts: Sequence[Put]) -> dict[str, index.Row]:
    """Return the rows of existing records, checking that each is as its `Put` says."""
    rows = index.rows(case, [one.id for one in puts])
    known = subjects.known(case, [SUBJECT + one.id for one in puts if one.new])
    for one in puts:
        if one.new and SUBJECT + one.id in known:
            raise InputError(_("there is already a record with this id: {id}").format(id=one.id))
        if not one.new and one.id not in rows:
            lookup.get(case, one.id)  # raises, and says why there is none
        if one.id in rows:
            _check_follows(one, rows[one.id].kind, rows[one.id].version)
    return rows


def _check_follows(one: Put, kind: str, version: int) -> None:
    """Check that a record keeps its kind, and that nobody has changed it meanwhile."""
    if kind != kind_of(one.record):
        raise InputError(
            _("{id} is a {kind}: a record cannot change its kind").format(id=one.id, kind=kind)
        )
    if one.version and one.version != version:
        raise InputError(
            _("{id} was changed meanwhile: it is at version {now}, and you saw {seen}").format(
                id=one.id, now=version, seen=one.version
            )
        )


def _as_read_back(one: Put) -> Put:
    """Return a record as it will be read back, because constructing one checks no field."""
    if REF.fullmatch(SUBJECT + one.id) is None:
        raise InputError(_("expected an id: 16 hexadecimal digits"))
    kind = kind_of(one.record)
    record = from_json(type(one.record), to_json(one.record), where=f"{kind} {one.id}")
    return replace(one, record=record)
