"""Reading records: the newest version, earlier ones, and who cites what."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.kinds import KINDS, class_of, kind_of
from contrechamp.dossier.records.schema import REF, from_json
from contrechamp.vault import database, state_shapes, subjects
from contrechamp.vault.case import Case
from contrechamp.vault.database import AT_A_TIME, rows_of
from contrechamp.vault.log import branches, custody
from contrechamp.vault.subjects import State

#: What the subjects of records in the log begin with.
SUBJECT = "record/"
#: A query for `subjects.joined`: the version of each record, in the order in which they came in.
_LISTED = "SELECT 'record/' || id AS subject, version AS value, row AS place FROM dossier"


@dataclass(frozen=True)
class Stored:
    """One version of a record, as the case holds it.

    Args:
        id: 16 hexadecimal digits.
        kind: of record.
        record: its content.
        version: from 1.
        entry: number of its entry in the log.
        at: when it was written, UTC, ISO 8601.
        member: id of whoever wrote it.
        digest: in its log entry; it identifies this version in every copy of the case.
        whole: nothing was left out of `record`.
    """

    id: str
    kind: str
    record: Record = field(repr=False)
    version: int
    entry: int
    at: str
    member: str
    digest: str
    whole: bool = True

    @property
    def ref(self) -> str:
        """How others cite it."""
        return SUBJECT + self.id


@dataclass(frozen=True)
class ListedRecord:
    """A record in a list."""

    id: str
    kind: str
    version: int
    title: str = field(repr=False)


@dataclass(frozen=True)
class Citation:
    """A record that names another, or an item.

    Args:
        citing: id of the record.
        field: where in it.
        cited: reference to what it names.
    """

    citing: str
    field: str
    cited: str


def listed(case: Case, kind: str = "") -> Iterator[ListedRecord]:
    """Yield the records of a kind, or of all kinds, in the order in which they came in."""
    query = "SELECT id, kind, version, title FROM dossier"
    where, given = (" WHERE kind = ?", (kind,)) if kind else ("", ())
    for row in case.database.execute(f"{query}{where} ORDER BY row", given):
        yield ListedRecord(str(row[0]), str(row[1]), int(row[2]), str(row[3]))


def listed_of(case: Case, records: Iterable[str]) -> dict[str, ListedRecord]:
    """Return those of some records that the case has, as in a list, by id."""
    query = "SELECT id, kind, version, title FROM dossier WHERE id IN ({})"
    rows = database.rows_of(case.database, query, sorted(records))
    return {str(row[0]): ListedRecord(str(row[0]), str(row[1]), int(row[2]), str(row[3]))
            for row in rows}  # fmt: skip


def count(case: Case) -> dict[str, int]:
    """Return the number of records of each kind that the case has, in the order of `KINDS`."""
    query = "SELECT kind, count(*) FROM dossier GROUP BY kind"
    found = {str(kind): int(many) for kind, many in case.database.execute(query)}
    return {kind: found[kind] for kind in KINDS if kind in found}


def every(case: Case, kind: str = "") -> Iterator[Stored]:
    """Yield the newest version of every record of a kind, or of all kinds."""
    where, given = (" WHERE kind = ?", (kind,)) if kind else ("", ())
    for version, state, entry in subjects.joined(case, _LISTED + where, given):
        yield _stored(case, int(version), state, entry)


def get(case: Case, record: str) -> Stored:
    """Return the newest version of a record.

    Args:
        case: open.
        record: id, or reference.

    Raises:
        InputError: if there is none, or it was erased.
    """
    found = find(case, record)
    if found is None:
        if is_erased(case, id_of(record)):
            raise InputError(_("this record was erased: {record}").format(record=id_of(record)))
        raise InputError(_("no such record in the case: {record}").format(record=id_of(record)))
    return found


def find(case: Case, record: str) -> Stored | None:
    """Return the newest version of a record, or None if there is none or it was erased."""
    found = next(subjects.joined(case, f"{_LISTED} WHERE id = ?", (id_of(record),)), None)
    if found is None:
        return None
    version, state, entry = found
    return _stored(case, int(version), state, entry)


def versions(case: Case, record: str) -> list[Stored]:
    """Return every version of a record that the case still holds, the oldest first.

    Raises:
        InputError: if there is none, or it was erased.
    """
    newest = get(case, record)
    states = [
        state for state in subjects.earlier(case, newest.ref) if state.branch == branches.MAIN
    ]
    entries = custody.entries_of(case.database, [state.entry for state in states])
    first = newest.version - len(states)
    older = [
        _stored(case, first + place, state, entries[state.entry])
        for place, state in enumerate(states)
    ]
    return [*older, newest]


def cited_by(case: Case, ref: str) -> list[Citation]:
    """Return the citations of a record (or a part of it) or an item."""
    # Its parts, record/<id>#<key>, sort between the record and this end.
    end = ref + "$" if "#" not in ref else ref
    rows = case.database.execute(
        "SELECT citing, field, cited FROM citations WHERE cited = ? OR (cited > ? AND cited < ?) "
        "ORDER BY citing, field",
        (ref, ref, end),
    )
    return [Citation(str(citing), str(field), str(cited)) for citing, field, cited in rows]


def citations_in(case: Case, kind: str, field: str) -> Iterator[Citation]:
    """Yield what the records of a kind name in one field, or in the list that it is."""
    # The elements of a list, field[1] and so on, sort between "field[" and this end.
    rows = case.database.execute(
        "SELECT citing, field, cited FROM dossier JOIN citations ON citing = id "
        "WHERE kind = ? AND (field = ? OR (field > ? AND field < ?)) ORDER BY citing, field",
        (kind, field, f"{field}[", f"{field}\\"),
    )
    for citing, where, cited in rows:
        yield Citation(str(citing), str(where), str(cited))


def kinds_of_all(case: Case) -> dict[str, str]:
    """Return the kind of every record, by id."""
    rows = case.database.execute("SELECT id, kind FROM dossier")
    return {str(record): sys.intern(str(kind)) for record, kind in rows}


def is_erased(case: Case, record: str) -> bool:
    """Return whether a record existed in the case and was erased."""
    state = subjects.newest(case, SUBJECT + record)
    return state is not None and state.is_erased


def is_there(case: Case, record: str) -> bool:
    """Return whether the case has a record, by id or reference."""
    row = case.database.execute("SELECT 1 FROM dossier WHERE id = ?", (id_of(record),)).fetchone()
    return row is not None


def known(case: Case, records: Sequence[str]) -> dict[str, Stored | None]:
    """Return the newest version of each given record that the case knows; None for erased ones."""
    existing = subjects.known(case, (SUBJECT + record for record in records))
    found: dict[str, Stored | None] = {one.removeprefix(SUBJECT): None for one in existing}
    found |= {stored.id: stored for stored in _newest(case, list(found))}
    return found


def those(case: Case, records: Iterable[str]) -> Iterator[Stored]:
    """Yield the newest versions of records, by id, in the order in which they came in."""
    query = "SELECT id, row FROM dossier WHERE id IN ({})"
    found = sorted(rows_of(case.database, query, set(records)), key=lambda row: int(row[1]))
    yield from _newest(case, [str(record) for record, _row in found])


def _newest(case: Case, ids: Sequence[str]) -> Iterator[Stored]:
    """Yield the newest versions of records, some of them at a time; what is not there is none."""
    for first in range(0, len(ids), AT_A_TIME):
        some = ids[first : first + AT_A_TIME]
        rows = f"{_LISTED} WHERE id IN ({', '.join('?' * len(some))})"
        for version, state, entry in subjects.joined(case, rows, some):
            yield _stored(case, int(version), state, entry)


def items_there(case: Case) -> set[str]:
    """Return the ids of the items that the vault holds and that are not erased."""
    states = subjects.below(case, "item/")
    return {state.subject.removeprefix("item/") for state in states if not state.is_erased}


def item_state(case: Case, item: str) -> dict[str, Any] | None:
    """Return the newest state of an item of the vault; None if there is no such item."""
    state = subjects.newest(case, f"item/{item}")
    return None if state is None else state.parsed


def digest_of(case: Case, ref: str) -> str:
    """Return the log's digest of the newest state of a record or item; "" if there is none."""
    entry = subjects.entry_of(case, ref.partition("#")[0])
    return "" if entry is None else entry.digest


def id_of(ref: str) -> str:
    """Return the id in a reference; a bare id is returned unchanged."""
    found = REF.fullmatch(ref)
    return found[2] if found else ref


_SHAPE = {"kind": str, "fields": dict}


def parsed(state: State) -> tuple[str, Record]:
    """Return the kind and the record that a state holds."""
    content = state_shapes.checked(state.subject, state.parsed, _SHAPE)
    if custody.ERASED_AT in content:
        raise InputError(_("the record was erased"), where=state.subject)
    kind = str(content["kind"])
    return kind, from_json(class_of(kind), content["fields"], where=kind)


def with_entry(
    case: Case, record_id: str, record: Record, version: int, entry: custody.Entry
) -> Stored:
    """Return a record already in memory as the version that its log entry describes."""
    member, at = entry.member, entry.at
    if entry.action == "merge":  # the author is whoever wrote it in the copy that was merged
        member, at = branches.author(case, SUBJECT + record_id, entry.digest) or (member, at)
    return Stored(
        record_id, kind_of(record), record, version, entry.number, at, member, entry.digest
    )


def _stored(case: Case, version: int, state: State, entry: custody.Entry) -> Stored:
    _kind, record = parsed(state)
    return with_entry(case, state.subject.removeprefix(SUBJECT), record, version, entry)
