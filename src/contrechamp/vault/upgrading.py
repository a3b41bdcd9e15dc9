"""Cases of format 1, carried over to format 2: on their first opening for writing, for good.

One transaction makes the tables anew and writes the log's entry; what has to follow (files get
their random names, case.toml says the format) is done by `mending.recover`, at this opening or,
if that is interrupted, at the next. A case that is only read stays as it is: its tables are copied
into memory, and carried over there.
"""

import re
import secrets
from collections.abc import Iterator
from datetime import datetime

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.errors import InputError
from contrechamp.base.held_folder import HeldFolder
from contrechamp.base.i18n import _
from contrechamp.vault import case as cases
from contrechamp.vault import database, format_1, objects
from contrechamp.vault.case import IMPORT_KEY, Case, Change
from contrechamp.vault.log import adoption
from contrechamp.vault.values import text

#: A table of format 1 while that of the same name is made anew.
_OLD = "of_format_1"
_TABLE = re.compile(r"\s*CREATE TABLE (\w+)")
#: A full-text index and its first column, which has all that it holds.
_INDEX = re.compile(r"CREATE VIRTUAL TABLE (\w+) USING fts5 \((\w+)")
#: Where the new table has other columns.
_COPIES = {
    "files": "SELECT name, waiting FROM temp.carried",
    "objects": "SELECT carried.name, identity, size, sha256, blake3, carried.name, 0, NULL "
    "FROM {old} JOIN temp.carried ON carried.old = {old}.name",
    "intakes": "SELECT '', 0, 0 WHERE 0",
    "settings": "SELECT '{import_key}', value FROM {old} WHERE name = 'name_key'",
    "records": "SELECT subject, salt, state, name, entry FROM {old} "
    "LEFT JOIN temp.carried ON carried.old = object",
}


def in_place(case: Case, now: datetime) -> None:
    """Carry a case over, in one transaction.

    A log of the older form cannot go on before its members are taken over (`log.adoption`), so that
    comes first, under the same checkpoint.

    Args:
        case: open for writing, of format 1; the caller has compared its schema with format 1.
        now: for the log.

    Raises:
        InputError: if a row is not as format 1 wrote it; nothing was changed.
        OutputError: if the case cannot be written to.
    """
    with database.transaction(case.database):
        _carry_over(case.database, case.folder, case.tables, renamed=True)
        adopted = adoption.changes(case) if adoption.is_due(case) else []
        upgraded = Change("upgrade", "case", {"format": database.FORMAT})
        cases.append(case, [*adopted, upgraded], now)


def in_memory(stored: sqlite.Connection, folder: HeldFolder, tables: str) -> sqlite.Connection:
    """Return a copy of a database of format 1, in memory and carried over.

    Raises:
        InputError: if a row is not as format 1 wrote it.
    """
    copy = sqlite.connect(":memory:", isolation_level=None)
    try:
        database.make_tables(copy, tables, of_format=1)
        stored.execute("BEGIN")  # so that all tables are read at one moment
        for table in _tables_of(format_1.SCHEMA + tables):
            rows = stored.execute(f"SELECT * FROM {table}")  # noqa: S608  a name of ours
            marks = ", ".join("?" * len(rows.description))
            copy.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
        for table, column in _INDEX.findall(tables):
            rows = stored.execute(f"SELECT rowid, {column} FROM {table}")  # noqa: S608
            put = f"INSERT INTO {table} (rowid, {column}) VALUES (?, ?)"  # noqa: S608
            copy.executemany(put, rows)
        stored.execute("COMMIT")
        _carry_over(copy, folder, tables, renamed=False)
    except BaseException:
        copy.close()
        raise
    return copy


def _tables_of(sql: str) -> Iterator[str]:
    return (found[1] for found in map(_TABLE.match, database.statements(sql)) if found)


def _carry_over(
    connection: sqlite.Connection, folder: HeldFolder, tables: str, *, renamed: bool
) -> None:
    """Make each table anew, strict, with the rows of the one before.

    Args:
        connection: open, of format 1.
        folder: of the case.
        tables: SQL of the tables of other rooms.
        renamed: give the files of objects random names, under which they are yet to be moved.
    """
    before = set(_tables_of(format_1.SCHEMA + tables))
    # In memory, as temporary tables of SQLCipher are: names of format 1 must not reach a disk.
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("DROP TABLE IF EXISTS temp.carried")
    connection.execute("CREATE TABLE temp.carried (old PRIMARY KEY, name, waiting)")
    connection.executemany(
        "INSERT INTO temp.carried VALUES (?, ?, ?)", _files(connection, folder, renamed=renamed)
    )
    try:
        for statement in database.statements(database.SCHEMA + tables):
            found = _TABLE.match(statement)
            if found is None:
                if statement.lstrip().startswith("CREATE INDEX"):
                    connection.execute(statement)
                continue
            table = found[1]
            if table in before:
                connection.execute(f"ALTER TABLE {table} RENAME TO {_OLD}")
            connection.execute(statement)
            rows = _COPIES.get(table, "SELECT * FROM {old}").format(old=_OLD, import_key=IMPORT_KEY)
            connection.execute(f"INSERT INTO {table} {rows}")
            if table in before:
                connection.execute(f"DROP TABLE {_OLD}")
    except sqlite.IntegrityError as error:
        raise InputError(
            _(
                "a value in the database is of a kind that contrechamp does not write: somebody "
                "with a key of the case altered it, or it is damaged. Nothing was changed"
            ),
            where=database.NAME,
        ) from error
    connection.execute("DROP TABLE temp.carried")
    database.mark_format(connection)


def _files(
    connection: sqlite.Connection, folder: HeldFolder, *, renamed: bool
) -> Iterator[tuple[str, str, str | None]]:
    """Yield the file of each object: its name of format 1, its name now, and where it lies."""
    query = "SELECT name, incoming FROM objects"
    for name, incoming in connection.execute(query).fetchall():
        old = objects.checked_name(text(name, "objects.name", 64))
        waiting = f"{old[:2]}/{old}"
        if incoming is not None:
            there = objects.waiting_in_incoming(text(incoming, "objects.incoming", 64))
            objects.checked_path(there)
            if folder.stat(f"{objects.FOLDER}/{there}") is not None:
                waiting = there
        yield old, secrets.token_hex(16) if renamed else old, waiting
