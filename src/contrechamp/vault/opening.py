"""Opening a case: finding the slot, the root key and the copy of case.toml that count."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault import database, lock
from contrechamp.vault.access import casefile, slots
from contrechamp.vault.access.keys import Unlocked, casefile_key, database_key
from contrechamp.vault.case import Case, read_casefile
from contrechamp.vault.log import adoption, authority, chain, signing
from contrechamp.vault.mending import recover


@contextmanager
def opened(folder: Path, secret: slots.Secret, *, write: bool) -> Iterator[Case]:
    """Open a case for the length of a ``with`` block.

    Args:
        folder: folder of the case.
        secret: passphrase, recovery key or age identities.
        write: be the one process that changes the case, mend what an interrupted one left, and take
            over the members of a log of the older form.

    Raises:
        InputError: if it is not a case, the secret is wrong, another process is writing to it, or a
            damaged part of the database is read inside the block.
        OutputError: if it cannot be written to.
    """
    if write:
        with lock.writing(folder), database.clear_errors():
            case = _open(folder, secret, read_only=False)
            try:
                recover(case)
                if adoption.is_due(case):
                    adoption.adopt(case, datetime.now(UTC))
                yield case
            finally:
                case.close()
        return
    with database.clear_errors():
        case = _open(folder, secret, read_only=not os.access(folder, os.W_OK))
        try:
            yield case
        finally:
            case.close()


def _open(folder: Path, secret: slots.Secret, *, read_only: bool) -> Case:
    file, content, from_copy = read_casefile(folder)
    try:
        return _open_with(folder, file, content, secret, read_only=read_only)
    except InputError:
        copy = folder / casefile.COPY
        if from_copy or not copy.is_file():
            raise
        # A wrong secret is not tried twice: the copy counts only if the two files differ.
        other = casefile.read_bounded(copy)
        if other == content:
            raise
        file = casefile.from_toml(other, casefile.COPY)
        return _open_with(folder, file, other, secret, read_only=read_only)


def _open_with(
    folder: Path,
    file: casefile.CaseFile,
    content: bytes,
    secret: slots.Secret,
    *,
    read_only: bool,
) -> Case:
    opened = slots.open_any(file.slots, secret)
    path = folder / database.NAME
    if not path.is_file():
        raise InputError(_("the database is missing"), where=path.name)
    # While the root key is being changed, the MAC of case.toml is still under the old one.
    casefile.check_mac(file, content, casefile_key(opened[0][0].root_key))
    unlocked, db = _connect(path, opened[0], read_only=read_only)
    try:
        members, frontier = chain.read(db, file.log_origin)
        candidates = _current(db, members, opened, unlocked.root_key)
        unlocked = candidates[0] if candidates[0].root_key == unlocked.root_key else candidates[1]
    except BaseException:
        db.close()
        raise
    next_root = candidates[1].root_key if len(candidates) > 1 else None
    return Case(folder, file, unlocked, db, frontier, frontier.size, members, read_only, next_root)


def _current(
    db: sqlite.Connection,
    members: authority.Chain,
    opened: Sequence[tuple[Unlocked, ...]],
    root_key: bytes,
) -> tuple[Unlocked, ...]:
    """Return the content of the slot whose member has access and signs with the key in it.

    After an interruption there may be slots of somebody who left, or was never quite admitted, and
    slots with a signing key that was replaced, or was never put to use. The log decides, as it does
    everywhere; where only the tables let somebody in, the case opens all the same, to be verified.

    Raises:
        WrongKeyError: if there is no such slot.
    """
    tables = signing.keys_of(db)
    found = []
    for slot in opened:
        if root_key not in {one.root_key for one in slot}:
            continue
        name, public = slot[0].member, signing.public_key(slot[0].signing_seed)
        member = members.members.get(name)
        if member is not None and member.is_current and member.keys[-1].public == public:
            return slot
        query = "SELECT 1 FROM members WHERE id = ? AND left_at IS NULL"
        there = db.execute(query, (name,)).fetchone() is not None
        if there and [key.public for key in tables.get(name, ())][-1:] == [public]:
            found.append(slot)
    if found:
        return found[0]
    raise slots.WrongKeyError


def _connect(
    path: Path, candidates: Sequence[Unlocked], *, read_only: bool
) -> tuple[Unlocked, sqlite.Connection]:
    """Open the database under the root key, or under the next one if a change was interrupted."""
    failed: InputError | None = None
    for unlocked in candidates:
        try:
            key = database_key(unlocked.root_key)
            return unlocked, database.connect(path, key, read_only=read_only)
        except InputError as error:
            failed = failed or error
    raise failed or InputError(_("the case has no key"), where=path.name)
