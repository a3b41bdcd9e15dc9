"""Opening a case: finding the slot, the root key and the copy of case.toml that count."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.base.held_folder import HeldFolder
from contrechamp.base.i18n import _
from contrechamp.vault import database, lock, strangers, upgrading, value_types, values
from contrechamp.vault.access import casefile, slots
from contrechamp.vault.access.keys import Unlocked, casefile_key, database_key
from contrechamp.vault.case import Case, held, read_casefile
from contrechamp.vault.log import adoption, chain, roll, signing
from contrechamp.vault.mending import recover


def _clock() -> datetime:
    return datetime.now(UTC)


@contextmanager
def opened(
    folder: Path,
    secret: slots.Secret,
    *,
    tables: str,
    write: bool,
    tolerant: bool = False,
    now: Callable[[], datetime] = _clock,
) -> Iterator[Case]:
    """Open a case for the length of a ``with`` block.

    The folder, and the database in it, may have been filled by somebody who means harm: nothing in
    it is followed, run, written or removed before it was found to be ours. A case of an earlier
    format is carried over when it is opened for writing; otherwise it is read as it is.

    Args:
        folder: folder of the case.
        secret: passphrase, recovery key or age identities.
        tables: SQL of the caller's own tables, as they were passed to `case.create`.
        write: be the one process that changes the case, mend what an interrupted one left, and take
            over the members of a log of the older form.
        tolerant: open for `verify`, which names what is not ours; it is only read then.
        now: for the log, where it says that the case was carried over.

    Raises:
        InputError: if it is not a case, the secret is wrong, another process is writing to it, a
            damaged part of the database is read inside the block, or (unless `tolerant`) there is
            anything in the folder or the database that is not ours.
        OutputError: if it cannot be written to.
    """
    with held(folder) as found:
        if not tolerant:
            strangers.refuse(found)
        if write:
            with lock.writing(found) as writer, database.clear_errors():
                case = _open(found, secret, tables, read_only=False, tolerant=False)
                with closing(case), _diagnosed(case.database, tables):
                    if database.format_of(case.database) < database.FORMAT:
                        upgrading.in_place(case, now())
                    recover(case)
                    if adoption.is_due(case):
                        adoption.adopt(case, now())
                    case.writer = writer
                    yield case
            return
        with database.clear_errors():
            read_only = not found.is_writable()
            case = _open(found, secret, tables, read_only=read_only, tolerant=tolerant)
            with closing(case), _diagnosed(case.database, tables):
                _carry_over_in_memory(case)
                yield case


#: What our code raises where a value is not of the type or size that it is declared to be.
_BY_VALUES = (
    TypeError, ValueError, AttributeError, LookupError, ArithmeticError, MemoryError,
    AssertionError,
)  # fmt: skip


@contextmanager
def _diagnosed(db: sqlite.Connection, tables: str) -> Iterator[None]:
    """Say whose fault an error is, where a value is in the database that we never write.

    Looking through all of them at every opening would take long; `verify` does, and this, after
    something went wrong.

    Raises:
        InputError: in the place of an error of ours, naming the table of such a value.
    """
    try:
        yield
    except _BY_VALUES as error:
        if isinstance(error, ContrechampError):
            raise
        for name in value_types.strange_tables(db, tables):
            raise values.ForeignValueError(name) from error
        raise


def _carry_over_in_memory(case: Case) -> None:
    """Let a case of an earlier format be read like any other, unless its schema is not ours."""
    stored = case.database
    if database.format_of(stored) < database.FORMAT and not database.strange_parts(
        stored, case.tables
    ):
        case.database = upgrading.in_memory(stored, case.folder, case.tables)
        case.stored = stored


def _open(
    folder: HeldFolder, secret: slots.Secret, tables: str, *, read_only: bool, tolerant: bool
) -> Case:
    file, content, from_copy = read_casefile(folder)
    more = {"read_only": read_only, "tolerant": tolerant}
    try:
        return _open_with(folder, file, content, secret, tables, **more)
    except InputError:
        # A wrong secret is not tried twice: the copy counts only if the two files differ.
        other = casefile.read_both(folder)[1]
        if from_copy or other in {b"", content}:
            raise
        file = casefile.from_toml(other, casefile.COPY)
        return _open_with(folder, file, other, secret, tables, **more)


def _open_with(
    folder: HeldFolder,
    file: casefile.CaseFile,
    content: bytes,
    secret: slots.Secret,
    tables: str,
    *,
    read_only: bool,
    tolerant: bool,
) -> Case:
    opened = slots.open_any(file.slots, secret)
    strangers.refuse_database(folder)
    # While the root key is being changed, the MAC of case.toml is still under the old one.
    casefile.check_mac(file, content, casefile_key(opened[0][0].root_key))
    unlocked, db = _connect(folder, opened[0], read_only=read_only)
    try:
        if not tolerant:
            database.check_schema(db, tables)
        with _diagnosed(db, tables):
            members, frontier = chain.read(db, file.log_origin)
            candidates = _current(db, members, opened, unlocked.root_key)
        unlocked = candidates[0] if candidates[0].root_key == unlocked.root_key else candidates[1]
    except BaseException:
        db.close()
        raise
    next_root = candidates[1].root_key if len(candidates) > 1 else None
    size = frontier.size
    return Case(folder, file, unlocked, db, tables, frontier, size, members, read_only, next_root)


def _current(
    db: sqlite.Connection,
    members: roll.Chain,
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
    folder: HeldFolder, candidates: Sequence[Unlocked], *, read_only: bool
) -> tuple[Unlocked, sqlite.Connection]:
    """Open the database under the root key, or under the next one if a change was interrupted."""
    if read_only and database.is_hot(folder):
        raise InputError(
            _(
                "a command was interrupted while it wrote to the case; copy the whole folder to a "
                "disk that can be written to, and open it there"
            ),
            where=database.NAME,
        )
    failed: InputError | None = None
    for unlocked in candidates:
        try:
            key = database_key(unlocked.root_key)
            path = folder.path_of(database.NAME)
            return unlocked, database.connect(path, key, read_only=read_only)
        except InputError as error:
            failed = failed or error
    raise failed or InputError(_("the case has no key"), where=database.NAME)
