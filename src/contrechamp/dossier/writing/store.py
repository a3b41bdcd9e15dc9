"""Writing records: each version with its entry in the log, in one transaction, or not at all."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
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
from contrechamp.vault.log.custody import Action
from contrechamp.vault.subjects import ERASED_AT, State


@dataclass(frozen=True)
class Put:
    """A record to be written.

    Args:
        record: what it is to say.
        id: of a record that is there; or, with `new`, that the new one gets.
        new: there is no such record yet.
        version: that was read before it was changed; 0: whatever is there is replaced.
        salt: key of the digest, where a merged copy of the case has one for this state already.
        action: in the log; "" for what it is by itself.
    """

    record: Record = field(repr=False)
    id: str
    new: bool = False
    version: int = 0
    salt: bytes | None = field(default=None, repr=False)
    action: Action | Literal[""] = ""


def new_id(random: Random = secrets.token_bytes) -> str:
    """Return an id for a record that is not there yet: others of one batch can cite it."""
    return random(8).hex()


def put(
    case: Case,
    record: Record,
    *,
    record_id: str = "",
    version: int = 0,
    reason: str = "",
    now: datetime,
    random: Random = secrets.token_bytes,
) -> Stored:
    """Write one record; see `put_all`.

    Args:
        case: open for writing.
        record: what it is to say.
        record_id: of the record that is changed; "" for a new one.
        version: that was read before it was changed; 0: whatever is there is replaced.
        reason: why, in the user's words.
        now: for the log.
        random: source of ids.

    Raises:
        InputError: if a rule forbids it, or somebody else has changed the record meanwhile.
        OutputError: if the case cannot be written to.
    """
    one = Put(record, record_id or new_id(random), not record_id, version)
    return put_all(case, [one], reason=reason, now=now)[0]


def put_all(case: Case, wanted: Iterable[Put], *, reason: str = "", now: datetime) -> list[Stored]:
    """Write records, all of them or none; they may cite each other in any order.

    Args:
        case: open for writing.
        wanted: no record twice.
        reason: why, in the user's words.
        now: for the log.

    Raises:
        InputError: if a rule forbids one of them; the case is as before.
        OutputError: if the case cannot be written to.
    """
    puts = [_as_read_back(one) for one in wanted]
    if not puts:
        return []
    view = View(case, {one.id: one.record for one in puts})
    if len(view.batch) != len(puts):
        raise InputError(_("a record stands twice in what is to be written"))
    for one in puts:
        check(view, one)
    with database.transaction(case.database):
        return write(case, puts, reason=reason, now=now)


def check(view: View, one: Put) -> None:
    """Check what is to be written: that it follows what is there, and the rules.

    Args:
        view: the case as it will be.
        one: of it.

    Raises:
        InputError: with what does not hold.
    """
    before = None if one.new else lookup.get(view.case, one.id)
    if before is not None:
        _check_follows(one, before.kind, before.version)
    rules.check(view, one.id, one.record, before)


def write(
    case: Case,
    puts: Sequence[Put] = (),
    *,
    changes: Sequence[Change] = (),
    forgotten: Iterable[State] = (),
    reason: str = "",
    now: datetime,
) -> list[Stored]:
    """Write records that were checked, inside a transaction of the caller.

    Whatever is written of a record, by whichever way it came, is written here: its state, its
    entry in the log, and its place in the tables that list, find and cite it. Of a record that is
    erased every earlier state goes with it; of one that forgets, those of the case's own log.

    Args:
        case: open for writing.
        puts: no record twice.
        changes: of other subjects, and what erases or forgets records; they come first.
        forgotten: earlier states that are erased besides.
        reason: of `puts`, in the user's words.
        now: for the log.

    Raises:
        InputError: if a record is not as `Put` says; the caller's transaction is void.
    """
    there = _rows(case, puts)
    coming = [*changes, *(_change(one, reason) for one in puts)]
    entries = cases.append(case, coming, now) if coming else []
    _put_away(case, changes, forgotten)
    stored = [
        lookup.with_entry(
            case, one.id, one.record, there[one.id].version + 1 if one.id in there else 1, entry
        )
        for one, entry in zip(puts, entries[len(changes) :], strict=True)
    ]
    index.put(case, stored, there)
    return stored


def erasure(record_id: str, reason: str, now: datetime) -> Change:
    """Return the change that erases a record."""
    state: dict[str, object] = {ERASED_AT: custody.stamp(now)}
    return Change("erase", SUBJECT + record_id, state, None, reason)


def _change(one: Put, reason: str) -> Change:
    return Change(
        one.action or ("record" if one.new else "edit"),
        SUBJECT + one.id,
        {"kind": kind_of(one.record), "fields": to_json(one.record)},
        None,
        reason,
        one.salt,
    )


def _put_away(case: Case, changes: Sequence[Change], forgotten: Iterable[State]) -> None:
    """Erase what earlier states say of records that are erased or forget."""
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
    subjects.forget(case, [*own, *forgotten])


def _rows(case: Case, puts: Sequence[Put]) -> dict[str, index.Row]:
    """Return the rows of the records that are there; each has to be as its `Put` says."""
    rows = index.rows(case, [one.id for one in puts])
    known = subjects.known(case, [SUBJECT + one.id for one in puts if one.new])
    for one in puts:
        if one.new and SUBJECT + one.id in known:
            raise InputError(_("there is a record of this id already: {id}").format(id=one.id))
        if not one.new and one.id not in rows:
            lookup.get(case, one.id)  # which says why there is none
        if one.id in rows:
            _check_follows(one, rows[one.id].kind, rows[one.id].version)
    return rows


def _check_follows(one: Put, kind: str, version: int) -> None:
    """Check that a record is what it was, and nobody has changed it meanwhile."""
    if kind != kind_of(one.record):
        raise InputError(_("{id} is a {kind}, and stays one").format(id=one.id, kind=kind))
    if one.version and one.version != version:
        raise InputError(
            _("{id} was changed meanwhile: it is at version {now}, and you saw {seen}").format(
                id=one.id, now=version, seen=one.version
            )
        )


def _as_read_back(one: Put) -> Put:
    """Return what is to be written as it will be read back: a class alone checks no field."""
    if REF.fullmatch(SUBJECT + one.id) is None:
        raise InputError(_("expected an id: 16 hexadecimal digits"))
    kind = kind_of(one.record)
    record = from_json(type(one.record), to_json(one.record), where=f"{kind} {one.id}")
    return replace(one, record=record)
