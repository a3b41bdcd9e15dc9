"""A case: one folder, open, with its keys in memory for as long as it is used."""

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pyrage
from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.disk import disk_of
from contrechamp.base.errors import InputError
from contrechamp.base.files import new_folder, unreadable
from contrechamp.base.i18n import _
from contrechamp.vault import database, lock, objects
from contrechamp.vault.access import casefile, slots
from contrechamp.vault.access.keys import Unlocked, casefile_key, database_key
from contrechamp.vault.log import checkpoint, custody, merkle, signing

Random = Callable[[int], bytes]

README = """\
This folder is a case of contrechamp. What it holds is encrypted; whoever finds it cannot read it
without a passphrase, a recovery key or a key file of one of its members.
If you found it, please do not change anything in it.
case.toml, case.db and objects/ belong together: keep a copy of the whole folder.
How to read it with other tools: docs/reference/case-folder.md of contrechamp, format 1.
"""

#: Keys of settings in the database.
NAME_KEY = "name_key"


@dataclass
class Case:
    """An open case.

    Args:
        folder: where it lies.
        file: what case.toml says.
        unlocked: keys of the member who opened it.
        database: open.
        frontier: of the log's tree, up to the newest entry.
        size: number of entries.
        read_only: nothing can be changed.
        next_root_key: that an interrupted change of the root key was about to bring.
    """

    folder: Path
    file: casefile.CaseFile
    unlocked: Unlocked = field(repr=False)
    database: sqlite.Connection = field(repr=False)
    frontier: merkle.Frontier = field(repr=False)
    size: int
    read_only: bool
    next_root_key: bytes | None = field(default=None, repr=False)

    @property
    def name_key(self) -> bytes:
        """The key under which objects are named."""
        return database.setting(self.database, NAME_KEY)

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def create(
    folder: Path,
    make_slots: Callable[[Unlocked], Sequence[slots.Slot]],
    *,
    member_name: str,
    now: datetime,
    random: Random,
) -> None:
    """Make a new case; the folder is there whole, or not at all.

    Args:
        folder: to be made; there must be nothing yet.
        make_slots: makes the first member's slot, and a recovery slot, of fresh keys.
        member_name: of the first member.
        now: for the log.
        random: source of keys.

    Raises:
        OutputError: if the folder is there already or cannot be made.
    """
    with new_folder(folder) as partial:
        (partial / objects.FOLDER / objects.INCOMING).mkdir(parents=True)
        _fill(partial, make_slots, member_name, now, random)


def _fill(
    folder: Path,
    make_slots: Callable[[Unlocked], Sequence[slots.Slot]],
    member_name: str,
    now: datetime,
    random: Random,
) -> None:
    identity = pyrage.x25519.Identity.generate()
    unlocked = Unlocked(
        root_key=random(32),
        identity=str(identity),
        member=random(8).hex(),
        signing_seed=random(32),
    )
    file = casefile.CaseFile(
        format=casefile.FORMAT,
        log_origin=casefile.new_log_origin(random),
        slots=tuple(make_slots(unlocked)),
    )
    db = database.connect(folder / database.NAME, database_key(unlocked.root_key))
    with database.transaction(db):
        database.make_tables(db)
        db.execute("INSERT INTO settings VALUES (?, ?)", (NAME_KEY, random(32)))
        case = Case(folder, file, unlocked, db, merkle.Frontier(), 0, read_only=False)
        member = add_member(case, member_name, str(identity.to_public()), unlocked)
        for slot in file.slots:
            db.execute("INSERT INTO slots VALUES (?, ?)", (slot.id, unlocked.member))
        append(case, [Change("new", "case", {"format": file.format}), member], now)
    case.close()
    write_casefile(folder, file, unlocked.root_key)
    (folder / "README.txt").write_text(README)


@dataclass(frozen=True)
class Change:
    """One change of a case, before it is an entry.

    Args:
        action: what was done.
        subject: to what.
        state: of the subject after it.
        object: name of the object of an item.
        reason: why, in the user's words.
        salt: key of the digest, where a merged copy of the case has one for this state already.
    """

    action: custody.Action
    subject: str
    state: dict[str, object] = field(repr=False)
    object: str | None = None
    reason: str = field(default="", repr=False)
    salt: bytes | None = field(default=None, repr=False)


def append(case: Case, changes: Sequence[Change], now: datetime) -> list[custody.Entry]:
    """Write records, their entries and one signed checkpoint, inside a transaction of the caller.

    The case's own count of entries moves on only when the caller's transaction holds: after an
    error the case has to be opened again.

    Returns:
        the entry of each change.
    """
    at = custody.stamp(now)
    entries = []
    for change in changes:
        entry = custody.Entry(
            number=case.size,
            at=at,
            member=case.unlocked.member,
            action=change.action,
            subject=change.subject,
            digest=custody.put_record(
                case.database, case.size, change.subject, change.state, change.object, change.salt
            ),
            reason=custody.put_reason(case.database, case.size, change.reason),
        )
        content = entry.to_bytes()
        case.database.execute("INSERT INTO entries VALUES (?, ?)", (entry.number, content))
        case.frontier.append(merkle.leaf_hash(content))
        case.size += 1
        entries.append(entry)
    note = checkpoint.sign(
        checkpoint.Checkpoint(case.file.log_origin, case.size, case.frontier.root()),
        _signing_name(case),
        case.unlocked.signing_seed,
    )
    case.database.execute("INSERT INTO checkpoints VALUES (?, ?)", (case.size, note))
    return entries


def add_member(case: Case, name: str, recipient: str, unlocked: Unlocked) -> Change:
    """Write a member, inside a transaction of the caller; return the change for the log."""
    member = unlocked.member
    case.database.execute("INSERT INTO members VALUES (?, ?, ?, NULL)", (member, name, recipient))
    public = signing.public_key(unlocked.signing_seed)
    signing.put_key(case.database, member, public, case.size)
    return Change("share", f"member/{member}", member_state(case, member))


def member_state(case: Case, member: str) -> dict[str, object]:
    """Return what the record of a member says, but for times."""
    name, recipient = case.database.execute(
        "SELECT name, recipient FROM members WHERE id = ?", (member,)
    ).fetchone()
    keys = signing.as_state(signing.keys_of(case.database)[member])
    return {"name": str(name), "recipient": str(recipient), "signing": keys}


def _signing_name(case: Case) -> str:
    keys = signing.keys_of(case.database)[case.unlocked.member]
    return signing.key_name(case.file.log_origin, case.unlocked.member, keys[-1].number)


def write_casefile(folder: Path, file: casefile.CaseFile, root_key: bytes) -> None:
    """Write case.toml and its copy, one after the other, each whole or not at all.

    Raises:
        OutputError: if one cannot be written.
    """
    content = casefile.to_toml(file, casefile_key(root_key))
    for name in (casefile.COPY, casefile.NAME):
        partial = _partial(folder, name)
        with objects.storing():
            with partial.open("wb") as target:
                target.write(content)
                target.flush()
                os.fsync(target.fileno())
            partial.replace(folder / name)
        objects.sync_folder(folder)


def _partial(folder: Path, name: str) -> Path:
    return folder / f"{name}.partial"


def read_casefile(folder: Path) -> tuple[casefile.CaseFile, bytes, bool]:
    """Return what case.toml says, its bytes, and whether its copy had to stand in.

    Raises:
        InputError: if the folder is no case, or neither file can be read.
    """
    if not folder.is_dir():
        raise InputError(_("this is no case: expected a folder"), where=folder.name)
    first: InputError | None = None
    for name in (casefile.NAME, casefile.COPY):
        try:
            content = casefile.read_bounded(folder / name)
            return casefile.from_toml(content, name), content, name == casefile.COPY
        except InputError as error:
            first = first or error
        except OSError as error:
            first = first or unreadable(name, error)
    raise first or InputError(_("this is no case"), where=folder.name)


@contextmanager
def opened(folder: Path, secret: slots.Secret, *, write: bool) -> Iterator[Case]:
    """Open a case for the length of a ``with`` block.

    Args:
        folder: of the case.
        secret: passphrase, recovery key or age identity.
        write: be the one process that changes it; what an interrupted one left is put right.

    Raises:
        InputError: if it is no case, the secret is wrong, another process writes to it, or what is
            read of the database inside of the block turns out to be damaged.
        OutputError: if it cannot be written to.
    """
    if write:
        with lock.writing(folder), database.telling():
            case = _open(folder, secret, read_only=False)
            try:
                recover(case)
                yield case
            finally:
                case.close()
        return
    with database.telling():
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
        # A wrong secret is not tried twice: only where one of the two files is damaged.
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
    # While the root key is being changed, case.toml is still under the one before.
    casefile.check_mac(file, content, casefile_key(opened[0][0].root_key))
    unlocked, db = _connect(path, opened[0], read_only=read_only)
    try:
        candidates = _current(db, opened, unlocked.root_key)
        unlocked = candidates[0] if candidates[0].root_key == unlocked.root_key else candidates[1]
        frontier, size = merkle.Frontier(), 0
        for _number, leaf in custody.leaves(db):
            frontier.append(merkle.leaf_hash(leaf))
            size += 1
    except BaseException:
        db.close()
        raise
    next_root = candidates[1].root_key if len(candidates) > 1 else None
    return Case(folder, file, unlocked, db, frontier, size, read_only, next_root)


def _current(
    db: sqlite.Connection, opened: Sequence[tuple[Unlocked, ...]], root_key: bytes
) -> tuple[Unlocked, ...]:
    """Return what the slot holds whose member has access and signs with its key.

    The slot of somebody who left, or never was in, may outlive an interruption; so may one with a
    key that was replaced, or never came to be used.

    Raises:
        WrongKeyError: if there is none.
    """
    keys = signing.keys_of(db)
    for slot in opened:
        member, seed = slot[0].member, slot[0].signing_seed
        query = "SELECT 1 FROM members WHERE id = ? AND left_at IS NULL"
        there = db.execute(query, (member,)).fetchone() is not None
        current = [key.public for key in keys.get(member, ())][-1:] == [signing.public_key(seed)]
        if there and current and root_key in {one.root_key for one in slot}:
            return slot
    raise slots.WrongKeyError


def _connect(
    path: Path, candidates: Sequence[Unlocked], *, read_only: bool
) -> tuple[Unlocked, sqlite.Connection]:
    """Open the database under the root key, or the next one if a change was interrupted."""
    failed: InputError | None = None
    for unlocked in candidates:
        try:
            key = database_key(unlocked.root_key)
            return unlocked, database.connect(path, key, read_only=read_only)
        except InputError as error:
            failed = failed or error
    raise failed or InputError(_("the case has no key"), where=path.name)


def recover(case: Case) -> None:
    """Finish what an interrupted run had made sure of, and clear away what it had not."""
    settle_slots(case, secrets.token_bytes)
    _settle_casefile(case)
    pending = case.database.execute(
        "SELECT name, incoming FROM objects WHERE incoming IS NOT NULL"
    ).fetchall()
    if pending:
        with objects.storing(), disk_of(case.folder) as disk:
            moves = [(incoming, name) for name, incoming in pending]
            objects.put_in_place(case.folder, moves, disk)
        with database.transaction(case.database):
            case.database.execute("UPDATE objects SET incoming = NULL")
    for leftover in objects.leftovers(case.folder):
        objects.remove(leftover)
    with objects.storing():
        (case.folder / objects.FOLDER / objects.INCOMING).mkdir(parents=True, exist_ok=True)
    rows = case.database.execute("SELECT name FROM objects WHERE identity IS NULL").fetchall()
    erased = [objects.path_of(case.folder, name) for (name,) in rows]
    left = [path for path in erased if path.exists()]
    if left:
        database.forget_deleted(case.database)
    for path in left:
        objects.remove(path)


def _settle_casefile(case: Case) -> None:
    """Write case.toml and its copy anew where they are not both what was read, or one is lost."""
    content = casefile.to_toml(case.file, casefile_key(case.unlocked.root_key))
    if any(_content(case.folder / name) != content for name in (casefile.NAME, casefile.COPY)):
        write_casefile(case.folder, case.file, case.unlocked.root_key)
    for name in (casefile.NAME, casefile.COPY):
        objects.remove(_partial(case.folder, name))


def _content(path: Path) -> bytes:
    try:
        return casefile.read_bounded(path)
    except InputError:
        return b""


def settle_slots(case: Case, random: Random) -> None:
    """Bring case.toml to the slots that the database knows; without the others, under a new key.

    The database, and with it the log, decides: a slot that it does not know was taken away, or was
    never finished. Nothing is done where all slots are known and no change of key is under way.
    """
    known = recipients(case)
    staying = tuple(slot for slot in case.file.slots if slot.id in known)
    if case.next_root_key is None and len(staying) == len(case.file.slots):
        return
    if case.next_root_key is None:
        case.next_root_key = random(32)
        case.file = replace(
            case.file, slots=slots.with_next_root(staying, known, case.next_root_key)
        )
        write_casefile(case.folder, case.file, case.unlocked.root_key)
    change_root(case, case.next_root_key)


def change_root(case: Case, root_key: bytes) -> None:
    """Bring the database and case.toml under a root key that the slots already hold as the next.

    An interruption leaves a case that opens under the old or the new key; `recover` goes on.
    """
    if case.unlocked.root_key != root_key:
        path = case.folder / database.NAME
        database.change_key(case.database, path, database_key(root_key))
        case.unlocked = replace(case.unlocked, root_key=root_key)
    kept = recipients(case)
    staying = tuple(slot for slot in case.file.slots if slot.id in kept)
    case.file = replace(case.file, slots=slots.with_root(staying, kept, root_key))
    write_casefile(case.folder, case.file, root_key)
    case.next_root_key = None


def recipients(case: Case) -> dict[str, str]:
    """Return the recipient of every slot that the database knows."""
    return {
        str(slot): str(recipient)
        for slot, recipient in case.database.execute(
            "SELECT slots.id, recipient FROM slots JOIN members ON members.id = slots.member"
        )
    }
