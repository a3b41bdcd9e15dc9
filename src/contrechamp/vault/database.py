"""``case.db``: records, keys of objects, and the log, in SQLCipher."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.errors import InputError
from contrechamp.base.files import unwritable
from contrechamp.base.held_folder import HeldFolder
from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.vault import format_1, values
from contrechamp.vault.texts import tables as texts

NAME = values.DATABASE
JOURNAL = f"{NAME}-journal"
#: Most values that one query asks for.
AT_A_TIME = 500

#: Of the tables below; those of a case of format 1 have 0 (`PRAGMA user_version`).
FORMAT = 2
#: The vault's tables of format 2. Text is UTF-8, times are ISO 8601 in UTC, digests are raw bytes.
#: Rooms that keep tables of their own in a case declare them, and pass them to `make_tables`.
SCHEMA = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE members (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    recipient TEXT NOT NULL,        -- age X25519
    left_at TEXT                    -- when access was taken away
) WITHOUT ROWID, STRICT;
CREATE TABLE signing_keys (
    member TEXT NOT NULL REFERENCES members,
    number INTEGER NOT NULL,        -- of the member's keys, from 1
    public BLOB NOT NULL,           -- Ed25519
    since INTEGER NOT NULL,         -- number of the first entry that it signs
    PRIMARY KEY (member, number)
) WITHOUT ROWID, STRICT;
CREATE TABLE slots (
    id TEXT PRIMARY KEY,            -- of a slot in case.toml
    member TEXT NOT NULL REFERENCES members
) WITHOUT ROWID, STRICT;
CREATE TABLE files (                -- below objects/xx/
    name TEXT PRIMARY KEY,          -- random
    waiting TEXT                    -- where below objects/ it lies until it is moved; then NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE objects (
    name TEXT PRIMARY KEY,          -- random
    identity TEXT,                  -- age secret key; NULL once erased
    size INTEGER,                   -- of the content in bytes; NULL once erased
    sha256 BLOB, blake3 BLOB,       -- of the content; NULL once erased
    file TEXT NOT NULL REFERENCES files,
    start INTEGER NOT NULL,         -- of its bytes in the file
    length INTEGER                  -- how many there are; NULL if the file is all its own
) WITHOUT ROWID, STRICT;
CREATE INDEX objects_by_sha256 ON objects (sha256);
CREATE TABLE records (
    subject TEXT PRIMARY KEY,       -- item/<id>, record/<id>, member/<id>, case, ...
    salt BLOB NOT NULL,             -- key of the digest in the log
    state BLOB NOT NULL,            -- canonical JSON
    object TEXT,                    -- of an item
    entry INTEGER NOT NULL          -- number of the entry that this state is of
) STRICT;
CREATE INDEX records_by_object ON records (object);
CREATE TABLE versions (             -- earlier states of record/<id>
    subject TEXT NOT NULL,
    branch TEXT NOT NULL,           -- '' for the log itself
    entry INTEGER NOT NULL,         -- number of its entry there
    salt BLOB NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (subject, branch, entry)
) STRICT;
CREATE TABLE entries (number INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;
CREATE TABLE reasons (number INTEGER PRIMARY KEY, salt BLOB NOT NULL, text TEXT NOT NULL) STRICT;
CREATE TABLE checkpoints (
    size INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (size, note)
) STRICT;
CREATE TABLE anchors (
    id INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,          -- entries of the checkpoint
    entry BLOB NOT NULL,            -- what to show to whom; canonical JSON
    proof BLOB                      -- what came back; NULL while it waits
) STRICT;
CREATE TABLE branches (             -- logs of other copies of the case that were merged
    id TEXT PRIMARY KEY,            -- root of the tree up to its newest entry, hexadecimal
    parent TEXT NOT NULL,           -- branch that it left, '' for the log itself
    fork INTEGER NOT NULL           -- entries that both have
) WITHOUT ROWID, STRICT;
CREATE TABLE branch_entries (
    branch TEXT NOT NULL REFERENCES branches,
    number INTEGER NOT NULL,        -- from the fork
    content BLOB NOT NULL,
    salt BLOB, reason TEXT,         -- as in reasons; NULL where there is none
    PRIMARY KEY (branch, number)
) STRICT;
CREATE TABLE branch_checkpoints (
    branch TEXT NOT NULL REFERENCES branches,
    size INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (branch, size, note)
) STRICT;
CREATE TABLE branch_keys (          -- as signing_keys, of the members of that copy
    branch TEXT NOT NULL REFERENCES branches,
    member TEXT NOT NULL,
    number INTEGER NOT NULL,
    public BLOB NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (branch, member, number)
) WITHOUT ROWID, STRICT;
CREATE TABLE intakes (              -- what an add that is not finished has taken in
    path BLOB NOT NULL,             -- hash of the path that was given to it
    first INTEGER NOT NULL,         -- number of the first entry of a batch
    last INTEGER NOT NULL,          -- and of the last
    PRIMARY KEY (path, first)
) WITHOUT ROWID, STRICT;
"""


def connect(path: Path, key: bytes, *, read_only: bool = False) -> sqlite.Connection:
    """Open a database.

    Whoever wrote it may have had the key and meant harm: nothing that a schema can make SQLite run
    is run, and `check_schema` has to come before anything is read.

    Args:
        path: path of the file; it is made unless `read_only`.
        key: 32 bytes.
        read_only: write nothing, not even beside the file: for media that cannot be written to.

    Raises:
        InputError: if the file is not a database under this key.
    """
    mode = "mode=ro&immutable=1" if read_only else "mode=rwc"
    try:
        database = sqlite.connect(
            f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None, timeout=30.0
        )
        # Otherwise the library writes to the terminal what we report in our own words.
        database.execute("PRAGMA cipher_log_level = NONE")
        # The key is only hexadecimal digits: nothing in it can end the statement.
        database.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        database.execute("PRAGMA cipher_memory_security = ON")
        for pragma in _DEFENCES:
            database.execute(f"PRAGMA {pragma}")
        database.set_authorizer(_authorized)
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not read_only:
            database.execute("PRAGMA journal_mode = DELETE")
            database.execute("PRAGMA synchronous = EXTRA")
            database.execute("PRAGMA secure_delete = ON")
    except (sqlite.Error, UnicodeDecodeError) as error:  # a name in a message may be no text
        raise InputError(
            _(
                "the database is damaged, or does not belong to this case.toml: an older "
                "case.toml was put back, or one of another case"
            ),
            where=path.name,
        ) from error
    return database


#: A schema may call no function of an extension, cells are checked before they are used, and what
#: a query takes is bounded.
_DEFENCES = ("trusted_schema = OFF", "cell_size_check = ON", f"hard_heap_limit = {2 << 30}")
#: What the authorizer is asked (sqlite.org/c3ref/c_alter_table.html), and its answers.
_ATTACH, _CREATE_TRIGGERS, _CREATE_VIEWS = 24, {5, 7}, {6, 8}
_OK, _DENY = 0, 1


def _authorized(
    action: int, one: str | None, _two: str | None, _database: str | None, source: str | None
) -> int:
    """Tell SQLite whether a part of a statement may be run.

    Args:
        action: what it does.
        one: of ATTACH, the file; VACUUM attaches one without a name.
        source: the trigger or view that asks; we have none.
    """
    if source is not None or action in _CREATE_TRIGGERS | _CREATE_VIEWS:
        return _DENY
    return _DENY if action == _ATTACH and one else _OK


def format_of(database: sqlite.Connection) -> int:
    """Return the format of a database.

    Raises:
        InputError: if it is none that this version knows.
    """
    (version,) = database.execute("PRAGMA user_version").fetchone()
    found = {0: 1, FORMAT: FORMAT}.get(version)
    if found is None:
        raise InputError(
            _(
                "the database has format {found}, which this version of contrechamp does not "
                "know ({known}); use a newer version. Nothing was changed"
            ).format(found=version, known=FORMAT),
            where=NAME,
        )
    return found


def check_schema(database: sqlite.Connection, more: str) -> None:
    """Check that a database has our tables and indices, as we write them, and nothing else.

    Args:
        database: open.
        more: SQL of the caller's own tables, as for `make_tables`.

    Raises:
        InputError: naming the first thing that differs.
    """
    for name in strange_parts(database, more):
        raise InputError(
            _(
                "its part {name} is not as contrechamp makes it: somebody with a key of the case "
                "altered or added it. Nothing was changed; contrechamp verify names everything of "
                "this kind"
            ).format(name=shown(name)),
            where=NAME,
        )


def strange_parts(database: sqlite.Connection, more: str) -> list[str]:
    """Return the tables, indices, triggers and views that are missing, added or altered.

    Whoever has the key can add a trigger that keeps what is erased, or an index that lies. SQL is
    compared word for word, but for comments, before anything else is read.
    """
    found, wanted = _schema_of(database), _schema(more, format_of(database))
    if not found.keys().isdisjoint(text_parts := _schema_of_texts()):
        wanted = wanted | text_parts
    return [name for name in sorted(found.keys() | wanted.keys())
            if found.get(name) != wanted.get(name)]  # fmt: skip


@lru_cache(maxsize=4)
def _schema(more: str, of_format: int) -> dict[str, tuple[Any, ...]]:
    empty = sqlite.connect(":memory:")
    try:
        make_tables(empty, more, of_format)
        return _schema_of(empty)
    finally:
        empty.close()


@lru_cache(maxsize=1)
def _schema_of_texts() -> dict[str, tuple[Any, ...]]:
    """Return the parts that a case has, all of them or none, once it holds texts of items."""
    empty = sqlite.connect(":memory:")
    try:
        for statement in statements(texts.TABLES):
            empty.execute(statement)
        return _schema_of(empty)
    finally:
        empty.close()


_COMMENT, _SPACES = re.compile(r"--[^\n]*"), re.compile("[ \t\n\f\r]+")


def _schema_of(database: sqlite.Connection) -> dict[str, tuple[Any, ...]]:
    rows = database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    return {f"{kind} {name}": (kind, name, table, _words(sql)) for kind, name, table, sql in rows}


def _words(sql: str | None) -> str | None:
    """Return SQL without its comments and line breaks: what a later version writes otherwise.

    A comment that SQLite takes for something else stands behind a quote, which ours do not have.
    Only what SQLite takes for a space is one here: other scripts' spaces are letters of a name to
    it, so that ``PRIMARY KEY`` with such a space would be no key any more.
    """
    return None if sql is None else _SPACES.sub(" ", _COMMENT.sub("", sql)).strip(" ")


#: Primary result codes of SQLite (sqlite.org/rescode.html) that are about the disk, not the
#: content: BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN.
_DISK = {5, 6, 8, 10, 13, 14}


@contextmanager
def clear_errors() -> Iterator[None]:
    """Report errors of a database outside of a transaction in our own words.

    Raises:
        InputError: if a page was altered.
        OutputError: if it cannot be read or written.
    """
    try:
        yield
    except sqlite.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DISK:
            raise unwritable(_("the case"), error) from error
        if type(error) not in {sqlite.DatabaseError, sqlite.OperationalError}:
            raise  # a bug of ours
        raise InputError(
            _("the database is damaged, or belongs to another case"), where=NAME
        ) from error


@contextmanager
def transaction(database: sqlite.Connection) -> Iterator[None]:
    """Commit everything that is written in the ``with`` block, or nothing of it.

    Raises:
        OutputError: if it cannot be written: the disk is full, or the folder is not writable.
    """
    try:
        database.execute("BEGIN IMMEDIATE")
        try:
            yield
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise
    except sqlite.OperationalError as error:
        raise unwritable(_("the case"), error, _("nothing was changed")) from error


def make_tables(database: sqlite.Connection, more: str, of_format: int = FORMAT) -> None:
    """Make the tables of an empty database, inside the caller's transaction.

    Args:
        database: open and empty.
        more: SQL that makes the caller's own tables, each statement ending in ";" at a line's end.
        of_format: whose tables.
    """
    old = of_format < FORMAT
    for statement in statements(format_1.SCHEMA + format_1.loose(more) if old else SCHEMA + more):
        database.execute(statement)
    mark_format(database, of_format)


def statements(sql: str) -> list[str]:
    """Return the statements in SQL of which each ends in ";" at a line's end."""
    return [statement for statement in sql.split(";\n") if statement.strip()]


def mark_format(database: sqlite.Connection, of_format: int = FORMAT) -> None:
    """Write down the format of a database, inside the caller's transaction."""
    database.execute(f"PRAGMA user_version = {of_format if of_format > 1 else 0}")


def setting(database: sqlite.Connection, name: str) -> bytes:
    """Return a setting.

    Raises:
        InputError: if there is none, or it is not one of ours.
    """
    row = database.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return values.blob(None if row is None else row[0], "settings.value", 1 << 10)


def rows_of(
    database: sqlite.Connection, query: str, asked: Iterable[object]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows that a query finds for any number of values.

    Args:
        database: open.
        query: has "{}" where the placeholders of the values go: ``... WHERE id IN ({})``.
        asked: the values. Rows are in the query's order only within each `AT_A_TIME` of them.
    """
    values = list(asked)
    for first in range(0, len(values), AT_A_TIME):
        some = values[first : first + AT_A_TIME]
        yield from database.execute(query.format(", ".join("?" * len(some))), some).fetchall()


def insert_rows(database: sqlite.Connection, table: str, rows: Sequence[Sequence[object]]) -> None:
    """Insert whole rows into a table, several with each statement.

    Every statement that is run has buffers of its own, which SQLCipher locks into memory and wipes:
    for a row of these tables that takes longer than inserting it.

    Args:
        database: open, inside the caller's transaction.
        table: its name, as ours are: it stands in the statement.
        rows: values of all columns, in the order of the schema.
    """
    if not rows:
        return
    one = f"({', '.join('?' * len(rows[0]))})"
    # Whatever fails here ends the transaction: SQLite need not keep each page for this statement.
    statement = f"INSERT OR ROLLBACK INTO {table} VALUES "  # noqa: S608  no value stands in it
    whole_groups = len(rows) - len(rows) % _ROWS
    for first in range(0, whole_groups, _ROWS):
        several = rows[first : first + _ROWS]
        database.execute(
            statement + ", ".join([one] * _ROWS), [value for row in several for value in row]
        )
    database.executemany(statement + one, rows[whole_groups:])


#: Rows that one statement inserts: as many as make what a statement costs of no account. A
#: statement of its own for each number of rows would be parsed anew each time.
_ROWS = 32


def damage(database: sqlite.Connection) -> list[str]:
    """Return what SQLCipher and SQLite find wrong with the pages of a database."""
    found: list[Any] = database.execute("PRAGMA cipher_integrity_check").fetchall()
    found += [row for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
    return [str(row[0]) for row in found]


def forget_deleted(database: sqlite.Connection) -> None:
    """Rewrite the database without the pages that deleted rows were on.

    Raises:
        OutputError: if it cannot be written.
    """
    with clear_errors():
        database.execute("VACUUM")


def change_key(database: sqlite.Connection, folder: HeldFolder, key: bytes) -> None:
    """Re-encrypt the whole database under another key; if interrupted, it stays under the old one.

    Args:
        database: open; after an error it has to be opened again.
        folder: of the case.
        key: 32 bytes.

    Raises:
        OutputError: if it cannot be written.
    """
    with clear_errors():
        database.execute(f"PRAGMA rekey = \"x'{key.hex()}'\"")
    # The statement never fails: only reading the file under the new key shows whether it worked.
    problem = "rekey"
    if folder.stat(JOURNAL) is None:
        try:
            check = connect(folder.path_of(NAME), key, read_only=True)
            try:
                problem = ", ".join(damage(check))
            finally:
                check.close()
        except (InputError, sqlite.Error):
            pass
    if problem:
        raise unwritable(_("the case"), problem, _("nothing was changed"))


def is_hot(folder: HeldFolder) -> bool:
    """Return whether the journal may hold pages that have to be put back into the database."""
    try:
        with folder.open(JOURNAL) as journal:
            return journal.read(1) not in {b"", b"\0"}
    except FileNotFoundError:
        return False
