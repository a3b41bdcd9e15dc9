"""Writing the tables that list, find and cite records (`dossier.index_tables`)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from contrechamp.dossier.reading import search
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.records import contents
from contrechamp.dossier.records.field_types import Record
from contrechamp.vault.case import Case
from contrechamp.vault.database import rows_of


class Row(NamedTuple):
    """The row of a record in the index.

    Args:
        number: of the row, and of its words in `search`.
        kind: of record.
        version: the newest, from 1.
    """

    number: int
    kind: str
    version: int


def rows(case: Case, records: Sequence[str]) -> dict[str, Row]:
    """Return the rows of those of the given records that are in the index, by id."""
    query = "SELECT id, row, kind, version FROM dossier WHERE id IN ({})"
    return {
        str(record): Row(int(number), str(kind), int(version))
        for record, number, kind, version in rows_of(case.database, query, records)
    }


def put(case: Case, newest: Sequence[Stored], there: Mapping[str, Row]) -> None:
    """Index the newest versions of records, inside the caller's transaction.

    Args:
        case: open for writing.
        newest: no record twice.
        there: the rows of those already in the index, by id.
    """
    again = [(one, there[one.id].number) for one in newest if one.id in there]
    new = [one for one in newest if one.id not in there]
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


def remove(case: Case, records: Sequence[str]) -> None:
    """Remove records, by id, from the tables, inside the caller's transaction."""
    numbers = [(row.number,) for row in rows(case, records).values()]
    case.database.executemany("DELETE FROM search WHERE rowid = ?", numbers)
    case.database.executemany("DELETE FROM dossier WHERE row = ?", numbers)
    case.database.executemany(
        "DELETE FROM citations WHERE citing = ?", [(record,) for record in records]
    )


def references(record: Record) -> list[tuple[str, str]]:
    """Return every reference in a record as (path of the field, reference)."""
    return [(one.path, str(one.value)) for one in contents.references(record)]
