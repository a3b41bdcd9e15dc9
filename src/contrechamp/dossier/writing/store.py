"""Writing records: each version with its entry in the log, in one transaction, or not at all."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.reading import lookup, search
from contrechamp.dossier.reading.lookup import SUBJECT, Stored
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records import contents
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.kinds import kind_of
from contrechamp.dossier.records.schema import REF, from_json, to_json
from contrechamp.dossier.writing import rules
from contrechamp.vault import case as cases
from contrechamp.vault import database
from contrechamp.vault.case import Case, Change, Random
from contrechamp.vault.log.custody import Action

#: Ids that are asked for at a time.
AT_A_TIME = 500


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
    puts = [_checked(one) for one in wanted]
    if not puts:
        return []
    view = View(case, {one.id: one.record for one in puts})
    if len(view.batch) != len(puts):
        raise InputError(_("a record stands twice in what is to be written"))
    before = {one.id: _before(case, one) for one in puts}
    for one in puts:
        rules.check(view, one.id, one.record, before[one.id])
    with database.transaction(case.database):
        return write(case, puts, before, reason=reason, now=now)


def write(
    case: Case,
    puts: Sequence[Put],
    before: dict[str, Stored | None],
    *,
    reason: str,
    now: datetime,
) -> list[Stored]:
    """Write records that were checked, inside a transaction of the caller."""
    entries = cases.append(
        case,
        [
            Change(
                one.action or ("record" if before[one.id] is None else "edit"),
                SUBJECT + one.id,
                {"kind": kind_of(one.record), "fields": to_json(one.record)},
                None,
                reason,
                one.salt,
            )
            for one in puts
        ],
        now,
    )
    stored = []
    for one, entry in zip(puts, entries, strict=True):
        earlier = before[one.id]
        version = 1 if earlier is None else earlier.version + 1
        stored.append(lookup.with_entry(case, one.id, one.record, version, entry))
    index(case, stored)
    return stored


def index(case: Case, newest: Sequence[Stored]) -> None:
    """Bring the tables that list, find and cite records up to their newest versions."""
    rows = _rows(case, newest)
    again = [(one, rows[one.id]) for one in newest if one.id in rows]
    new = [one for one in newest if one.id not in rows]
    execute, execute_many = case.database.execute, case.database.executemany
    (last,) = execute("SELECT ifnull(max(row), 0) FROM dossier").fetchone()
    numbered = list(enumerate(new, start=last + 1))
    execute_many(
        "INSERT INTO dossier (row, id, kind, version, title) VALUES (?, ?, ?, ?, ?)",
        [(row, one.id, one.kind, one.version, one.record.title()) for row, one in numbered],
    )
    execute_many(
        "INSERT INTO search (rowid, text) VALUES (?, ?)",
        [(row, search.text_of(one.record)) for row, one in numbered],
    )
    execute_many(
        "UPDATE dossier SET version = ?, title = ? WHERE row = ?",
        [(one.version, one.record.title(), row) for one, row in again],
    )
    execute_many(
        "UPDATE search SET text = ? WHERE rowid = ?",
        [(search.text_of(one.record), row) for one, row in again],
    )
    execute_many("DELETE FROM citations WHERE citing = ?", [(one.id,) for one, _row in again])
    execute_many(
        "INSERT OR IGNORE INTO citations VALUES (?, ?, ?)",
        [(one.id, path, ref) for one in newest for path, ref in references(one.record)],
    )


def _rows(case: Case, records: Sequence[Stored]) -> dict[str, int]:
    """Return the row of each record that the tables have."""
    found: dict[str, int] = {}
    for first in range(0, len(records), AT_A_TIME):
        some = [one.id for one in records[first : first + AT_A_TIME]]
        marks = ", ".join("?" * len(some))
        found |= case.database.execute(
            f"SELECT id, row FROM dossier WHERE id IN ({marks})",  # noqa: S608
            some,
        ).fetchall()
    return found


def unindex(case: Case, record_id: str) -> None:
    """Take a record out of the tables that list, find and cite it."""
    row = case.database.execute("SELECT row FROM dossier WHERE id = ?", (record_id,)).fetchone()
    if row is not None:
        case.database.execute("DELETE FROM search WHERE rowid = ?", (row[0],))
    case.database.execute("DELETE FROM dossier WHERE id = ?", (record_id,))
    case.database.execute("DELETE FROM citations WHERE citing = ?", (record_id,))


def references(record: Record) -> list[tuple[str, str]]:
    """Return every reference in a record with its place."""
    return [(one.path, str(one.value)) for one in contents.references(record)]


def _checked(one: Put) -> Put:
    """Return what is to be written as it will be read back: a class alone checks no field."""
    if REF.fullmatch(SUBJECT + one.id) is None:
        raise InputError(_("expected an id: 16 hexadecimal digits"))
    kind = kind_of(one.record)
    record = from_json(type(one.record), to_json(one.record), where=f"{kind} {one.id}")
    return Put(record, one.id, one.new, one.version, one.salt, one.action)


def _before(case: Case, one: Put) -> Stored | None:
    """Return the version that is replaced."""
    found = lookup.find(case, one.id)
    if one.new:
        if found is not None or lookup.is_erased(case, one.id):
            raise InputError(_("there is a record of this id already: {id}").format(id=one.id))
        return None
    if found is None:
        found = lookup.get(case, one.id)  # which says why there is none
    if found.kind != kind_of(one.record):
        raise InputError(_("{id} is a {kind}, and stays one").format(id=one.id, kind=found.kind))
    if one.version and one.version != found.version:
        raise InputError(
            _("{id} was changed meanwhile: it is at version {now}, and you saw {seen}").format(
                id=one.id, now=found.version, seen=one.version
            )
        )
    return found
