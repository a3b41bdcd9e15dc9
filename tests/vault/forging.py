"""What a member can do who has the key of the case and leaves the program aside."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.vault.access.keys import database_key
from contrechamp.vault.case import Case
from contrechamp.vault.log import checkpoint, custody, merkle, signing
from vault import cases
from vault.cases import NOW


def write(
    case: Case,
    member: str,
    action: str,
    subject: str,
    state: Mapping[str, Any],
    *,
    signers: Iterable[tuple[int, str, bytes]],
    **more: Any,
) -> custody.Entry:
    """Add an entry with its record, and a checkpoint unless there are no signers.

    Args:
        case: open for writing.
        member: whom the entry names.
        action: as in the log.
        subject: as in the log.
        state: of the subject.
        signers: number of the key, member and seed of each signature.
        more: further fields of the entry.
    """
    new = custody.NewState(case.size, subject, state, None, None)
    (digest,) = custody.put_records(case.database, [new])
    entry = custody.Entry(
        number=case.size, at=custody.stamp(NOW), member=member, action=action, subject=subject,
        digest=digest, **more,
    )  # fmt: skip
    content = entry.to_bytes()
    case.database.execute("INSERT INTO entries VALUES (?, ?)", (entry.number, content))
    case.frontier.append(merkle.leaf_hash(content))
    case.size += 1
    sign(case, signers)
    return entry


def sign(case: Case, signers: Iterable[tuple[int, str, bytes]]) -> None:
    """Sign the log as it is."""
    made = checkpoint.Checkpoint(case.file.log_origin, case.size, case.frontier.root())
    notes = [
        checkpoint.sign(made, signing.key_name(made.origin, member, number), seed)
        for number, member, seed in signers
    ]
    if notes:
        note = notes[0] + "".join(one.rpartition("\n\n")[2] for one in notes[1:])
        case.database.execute("INSERT INTO checkpoints VALUES (?, ?)", (case.size, note))


def with_key(folder: Path, statement: str, *more: str, given: Sequence[object] = ()) -> None:
    """Run statements in the database of a case, as any program for SQLCipher does.

    Args:
        folder: of the case.
        statement: the first.
        more: others.
        given: values for the placeholders of the first.
    """
    with cases.opened(folder) as found:
        key = database_key(found.unlocked.root_key).hex()
    _run(folder, key, statement, *more, given=given)


def around_strict(folder: Path, statement: str) -> None:
    """Run a statement that STRICT tables refuse: they lose the word for a moment."""
    with cases.opened(folder) as found:
        key = database_key(found.unlocked.root_key).hex()
        tables = found.database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql LIKE '%STRICT'"
        ).fetchall()
    for name, sql in tables:
        loose = re.sub(r",?\s*STRICT$", "", sql)
        _run(folder, key, _REWRITE, given=(loose, name))
    _run(folder, key, statement)
    for name, sql in tables:
        _run(folder, key, _REWRITE, given=(sql, name))


_REWRITE = "UPDATE sqlite_master SET sql = ? WHERE name = ?"


def _run(folder: Path, key: str, statement: str, *more: str, given: Sequence[object] = ()) -> None:
    database = sqlite.connect(str(folder / "case.db"), isolation_level=None)
    database.execute(f"PRAGMA key = \"x'{key}'\"")
    if "sqlite_master" in statement:
        database.execute("PRAGMA writable_schema = ON")
    database.execute(statement, given)
    for one in more:
        database.execute(one)
    database.close()
