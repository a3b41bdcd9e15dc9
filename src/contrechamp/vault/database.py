"""``case.db``: records, keys of objects, and the log, in SQLCipher."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.errors import InputError
from contrechamp.base.files import unwritable
from contrechamp.base.i18n import _

NAME = "case.db"
#: Most values that one query asks for.
AT_A_TIME = 500

#: The vault's tables of format 1. Text is UTF-8, times are ISO 8601 in UTC, digests are raw bytes.
#: Rooms that keep tables of their own in a case declare them, and pass them to `make_tables`.
SCHEMA = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE members (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    recipient TEXT NOT NULL,        -- age X25519
    left_at TEXT                    -- when access was taken away
) WITHOUT ROWID;
CREATE TABLE signing_keys (
    member TEXT NOT NULL REFERENCES members,
    number INTEGER NOT NULL,        -- of the member's keys, from 1
    public BLOB NOT NULL,           -- Ed25519
    since INTEGER NOT NULL,         -- number of the first entry that it signs
    PRIMARY KEY (member, number)
) WITHOUT ROWID;
CREATE TABLE slots (
    id TEXT PRIMARY KEY,            -- of a slot in case.toml
    member TEXT NOT NULL REFERENCES members
) WITHOUT ROWID;
CREATE TABLE objects (
    name TEXT PRIMARY KEY,          -- keyed hash of the content; its file lies in objects/xx/
    identity TEXT,                  -- age secret key; NULL once erased
    size INTEGER,                   -- of the content in bytes; NULL once erased
    sha256 BLOB, blake3 BLOB,       -- of the content; NULL once erased
    incoming TEXT                   -- its file in objects/incoming/ until it is moved into place
) WITHOUT ROWID;
CREATE TABLE records (
    subject TEXT PRIMARY KEY,       -- item/<id>, record/<id>, member/<id>, case, ...
    salt BLOB NOT NULL,             -- key of the digest in the log
    state BLOB NOT NULL,            -- canonical JSON
    object TEXT,                    -- of an item
    entry INTEGER NOT NULL          -- number of the entry that this state is of
);
CREATE INDEX records_by_object ON records (object);
CREATE TABLE versions (             -- earlier states of record/<id>
    subject TEXT NOT NULL,
    branch TEXT NOT NULL,           -- '' for the log itself
    entry INTEGER NOT NULL,         -- number of its entry there
    salt BLOB NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (subject, branch, entry)
);
CREATE TABLE entries (number INTEGER PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE reasons (number INTEGER PRIMARY KEY, salt BLOB NOT NULL, text TEXT NOT NULL);
CREATE TABLE checkpoints (size INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (size, note));
CREATE TABLE anchors (
    id INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,          -- entries of the checkpoint
    entry BLOB NOT NULL,            -- what to show to whom; canonical JSON
    proof BLOB                      -- what came back; NULL while it waits
);
CREATE TABLE branches (             -- logs of other copies of the case that were merged
    id TEXT PRIMARY KEY,            -- root of the tree up to its newest entry, hexadecimal
    parent TEXT NOT NULL,           -- branch that it left, '' for the log itself
    fork INTEGER NOT NULL           -- entries that both have
) WITHOUT ROWID;
CREATE TABLE branch_entries (
    branch TEXT NOT NULL REFERENCES branches,
    number INTEGER NOT NULL,        -- from the fork
    content BLOB NOT NULL,
    salt BLOB, reason TEXT,         -- as in reasons; NULL where there is none
    PRIMARY KEY (branch, number)
);
CREATE TABLE branch_checkpoints (
    branch TEXT NOT NULL REFERENCES branches,
    size INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (branch, size, note)
);
CREATE TABLE branch_keys (          -- as signing_keys, of the members of that copy
    branch TEXT NOT NULL REFERENCES branches,
    member TEXT NOT NULL,
    number INTEGER NOT NULL,
    public BLOB NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (branch, member, number)
) WITHOUT ROWID;
CREATE TABLE intakes (
    path BLOB NOT NULL,             -- keyed hash of the path that was given to add
    file BLOB NOT NULL,             -- keyed hash of one file of it that is in
    PRIMARY KEY (path, file)
) WITHOUT ROWID;
"""


def connect(path: Path, key: bytes, *, read_only: bool = False) -> sqlite.Connection:
    """Open a database.

    Args:
        path: path of the file; it is made unless `read_only`.
        key: 32 bytes.
        read_only: write nothing, not even beside the file: for media that cannot be written to.

    Raises:
        InputError: if the file is not a database under this key.
    """
    mode = "mode=ro&immutable=1" if read_only else "mode=rwc"
    if read_only and _is_hot(_journal_of(path)):
        raise InputError(
            _(
                "a command was interrupted while it wrote to the case; copy the whole folder to a "
                "disk that can be written to, and open it there"
            ),
            where=path.name,
        )
    try:
        database = sqlite.connect(
            f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None, timeout=30.0
        )
        # Otherwise the library writes to the terminal what we report in our own words.
        database.execute("PRAGMA cipher_log_level = NONE")
        # The key is only hexadecimal digits: nothing in it can end the statement.
        database.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        database.execute("PRAGMA cipher_memory_security = ON")
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not read_only:
            database.execute("PRAGMA journal_mode = DELETE")
            database.execute("PRAGMA synchronous = EXTRA")
            database.execute("PRAGMA secure_delete = ON")
    except sqlite.Error as error:
        raise InputError(
            _(
                "the database is damaged, or does not belong to this case.toml: an older "
                "case.toml was put back, or one of another case"
            ),
            where=path.name,
        ) from error
    return database


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


def make_tables(database: sqlite.Connection, more: str) -> None:
    """Make the tables of an empty database, inside the caller's transaction.

    Args:
        database: open and empty.
        more: SQL that makes the caller's own tables, each statement ending in ";" at a line's end.
    """
    for statement in (SCHEMA + more).split(";\n"):
        if statement.strip():
            database.execute(statement)


def setting(database: sqlite.Connection, name: str) -> bytes:
    """Return a setting."""
    (value,) = database.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return bytes(value)


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


def change_key(database: sqlite.Connection, path: Path, key: bytes) -> None:
    """Re-encrypt the whole database under another key; if interrupted, it stays under the old one.

    Args:
        database: open; after an error it has to be opened again.
        path: path of its file.
        key: 32 bytes.

    Raises:
        OutputError: if it cannot be written.
    """
    with clear_errors():
        database.execute(f"PRAGMA rekey = \"x'{key.hex()}'\"")
    # The statement never fails: only reading the file under the new key shows whether it worked.
    problem = "rekey"
    if not _journal_of(path).exists():
        try:
            check = connect(path, key, read_only=True)
            try:
                problem = ", ".join(damage(check))
            finally:
                check.close()
        except (InputError, sqlite.Error):
            pass
    if problem:
        raise unwritable(_("the case"), problem, _("nothing was changed"))


def _is_hot(journal: Path) -> bool:
    """Return whether a journal may hold pages that have to be put back into the database."""
    try:
        with journal.open("rb") as file:
            return file.read(1) not in {b"", b"\0"}
    except FileNotFoundError:
        return False


def _journal_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")
