"""A case: one folder that is open, with its keys in memory for as long as it is in use."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyrage
from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.errors import InputError
from contrechamp.base.files import new_folder
from contrechamp.base.held_folder import HeldFolder
from contrechamp.base.i18n import _
from contrechamp.vault import database, lock, objects, values
from contrechamp.vault.access import casefile, slots
from contrechamp.vault.access.keys import Unlocked, casefile_key, database_key
from contrechamp.vault.log import authority, chain, checkpoint, custody, merkle, roll, signing

Random = Callable[[int], bytes]

README_NAME = "README.txt"
README = """\
This folder is a case of contrechamp. What it holds is encrypted; whoever finds it cannot read it
without a passphrase, a recovery key or a key file of one of its members.
If you found it, please do not change anything in it.
case.toml, case.db and objects/ belong together: keep a copy of the whole folder.
How to read it with other tools: docs/reference/case-folder.md of contrechamp, format 2.
"""

#: A setting in the database: the key of the ids of records that are imported.
IMPORT_KEY = "import_key"


@dataclass
class Case:
    """An open case.

    Args:
        folder: folder of the case, held open.
        file: what case.toml says.
        unlocked: keys of the member who opened it.
        database: open connection.
        tables: SQL of the tables of other rooms in it.
        frontier: frontier of the log's tree, up to the newest entry.
        size: number of entries in the log.
        chain: what the log says of members and of the compartment.
        read_only: whether nothing can be changed.
        next_root_key: the root key that an interrupted change was about to introduce.
        stored: the database as it lies in the folder; another one than `database` where that is a
            copy in memory, of a case of an earlier format that is only read.
        writer: the lock, if it was opened for writing; see `turns`.
    """

    folder: HeldFolder
    file: casefile.CaseFile
    unlocked: Unlocked = field(repr=False)
    database: sqlite.Connection = field(repr=False)
    tables: str = field(repr=False)
    frontier: merkle.Frontier = field(repr=False)
    size: int
    chain: roll.Chain = field(repr=False)
    read_only: bool
    next_root_key: bytes | None = field(default=None, repr=False)
    stored: sqlite.Connection | None = field(default=None, repr=False)
    writer: lock.Writer | None = field(default=None, repr=False)

    @property
    def import_key(self) -> bytes:
        """The key of the ids of records that are imported."""
        return database.setting(self.database, IMPORT_KEY)

    @property
    def pages(self) -> sqlite.Connection:
        """The database as it lies in the folder."""
        return self.database if self.stored is None else self.stored

    def close(self) -> None:
        """Close the database; whoever opened the folder closes that."""
        self.database.close()
        if self.stored is not None:
            self.stored.close()


def create(
    folder: Path,
    make_slots: Callable[[Unlocked], Sequence[slots.Slot]],
    *,
    tables: str,
    member_name: str,
    now: datetime,
    random: Random,
) -> None:
    """Make a new case; the folder is made whole, or not at all.

    Args:
        folder: folder to be made; it must not exist yet.
        make_slots: makes the first member's slot, and a recovery slot, for fresh keys.
        tables: SQL of the caller's own tables; see `database.make_tables`.
        member_name: name of the first member.
        now: for the log.
        random: source of keys.

    Raises:
        OutputError: if the folder exists already or cannot be made.
    """
    with new_folder(folder) as partial, HeldFolder(partial) as held:
        objects.make_folders(held)
        _fill(held, make_slots, tables, member_name, now, random)


def _fill(
    folder: HeldFolder,
    make_slots: Callable[[Unlocked], Sequence[slots.Slot]],
    tables: str,
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
    db = database.connect(folder.path_of(database.NAME), database_key(unlocked.root_key))
    with database.transaction(db):
        database.make_tables(db, tables)
        db.execute("INSERT INTO settings VALUES (?, ?)", (IMPORT_KEY, random(32)))
        chain = roll.Chain(file.log_origin)
        frontier = merkle.Frontier()
        case = Case(folder, file, unlocked, db, tables, frontier, 0, chain, read_only=False)
        member = add_member(case, member_name, str(identity.to_public()), unlocked)
        for slot in file.slots:
            db.execute("INSERT INTO slots VALUES (?, ?)", (slot.id, unlocked.member))
        append(case, [Change("new", "case", {"format": file.format}), member], now)
    case.close()
    write_casefile(folder, file, unlocked.root_key)
    write_readme(folder)


def write_readme(folder: HeldFolder) -> None:
    """Write what whoever finds the folder reads.

    Raises:
        OutputError: if it cannot be written.
    """
    with objects.write_errors():
        folder.write_whole(README_NAME, README.encode())


@dataclass(frozen=True)
class Change:
    """One change of a case, before it becomes an entry.

    Args:
        action: what was done.
        subject: what it was done to.
        state: state of the subject afterwards.
        object: name of an item's object.
        reason: why, in the user's words.
        salt: key of the digest, if a merged copy of the case has one for this state already.
        keys: keys of a member, if they are given or changed.
        compartment: key and readers of a compartment, if they are given or changed.
        branch: id of the branch, of a merge.
        keeps_reasons: if it erases: the reasons of earlier entries of the subject stay.
    """

    action: custody.Action
    subject: str
    state: dict[str, object] = field(repr=False)
    object: str | None = None
    reason: str = field(default="", repr=False)
    salt: bytes | None = field(default=None, repr=False)
    keys: custody.Keys | None = None
    compartment: custody.Readers | None = None
    branch: str = ""
    keeps_reasons: bool = False

    @property
    def erases(self) -> bool:
        """Whether nothing is left of the subject afterwards."""
        return custody.ERASED_AT in self.state


def append(
    case: Case, changes: Sequence[Change], now: datetime, *, next_seed: bytes | None = None
) -> list[custody.Entry]:
    """Write records, their entries and one signed checkpoint, inside the caller's transaction.

    `case` counts the new entries even if that transaction is rolled back: after an error the case
    has to be opened again.

    Args:
        case: open for writing.
        changes: what to write.
        now: for the log.
        next_seed: the member's next signing key, which signs beside the present one if the changes
            have the entry that introduces it.

    Returns:
        The entry of each change.

    Raises:
        InputError: if the log ends in something that nobody signed, or a change is not for this
            member to make; nothing is written.
    """
    _check_end(case)
    at, first = custody.stamp(now), case.size
    digests = custody.put_records(
        case.database,
        [
            custody.NewState(number, one.subject, one.state, one.object, one.salt)
            for number, one in enumerate(changes, start=first)
        ],
    )
    reasons = custody.put_reasons(
        case.database, [(number, one.reason) for number, one in enumerate(changes, start=first)]
    )
    entries = [
        custody.Entry(
            number=number,
            at=at,
            member=case.unlocked.member,
            action=change.action,
            subject=change.subject,
            digest=digest,
            reason=reason,
            keys=change.keys,
            compartment=change.compartment,
            branch=change.branch,
        )
        for number, change, digest, reason in zip(
            range(first, first + len(changes)), changes, digests, reasons, strict=True
        )
    ]
    leaves = [(entry.number, entry.to_bytes()) for entry in entries]
    database.insert_rows(case.database, "entries", leaves)
    for _number, content in leaves:
        case.frontier.append(merkle.leaf_hash(content))
        case.size += 1
    _forget_reasons(case, [change for change in changes if not change.keeps_reasons], first)
    note = _signed(case, next_seed)
    _check_allowed(case, entries, note)
    case.database.execute("INSERT INTO checkpoints VALUES (?, ?)", (case.size, note))
    return entries


def _forget_reasons(case: Case, changes: Sequence[Change], first: int) -> None:
    """Erase the reasons of what is erased: they may say from whom it came.

    Reasons from the entry `first` on stay: they say why it was erased.
    """
    erased = {change.subject for change in changes if change.erases}
    forgotten = {change.subject for change in changes if change.action == "forget"}
    if erased | forgotten:
        custody.forget_reasons(case.database, erased | forgotten, first)
    if erased:
        custody.forget_branch_reasons(case.database, erased)


def _signed(case: Case, next_seed: bytes | None) -> str:
    """Return the checkpoint of the log, signed by the member's key, and by the next one too."""
    made = checkpoint.Checkpoint(case.file.log_origin, case.size, case.frontier.root())
    member, seed = case.unlocked.member, case.unlocked.signing_seed
    number = _key_number(case)
    note = checkpoint.sign(made, signing.key_name(made.origin, member, number), seed)
    if next_seed is not None:
        name = signing.key_name(made.origin, member, number + 1)
        note += checkpoint.sign(made, name, next_seed).rpartition("\n\n")[2]
    return note


def _key_number(case: Case) -> int:
    known = case.chain.members.get(case.unlocked.member)
    return known.keys[-1].number if known is not None else 1


def _check_allowed(case: Case, entries: Sequence[custody.Entry], note: str) -> None:
    """Follow the chain of members over new entries: what `verify` would refuse is not written.

    Raises:
        InputError: if the rules refuse one.
    """
    going_on = case.chain.copy()
    signed_by = chain.signatures_of([note])

    def source_of(branch: str) -> roll.Chain | None:
        return chain.Reader(case.database, case.file.log_origin).chain(branch)

    for entry in entries:
        if case.chain.problems and entry.subject.startswith((*roll.SUBJECTS, "identity/")):
            raise InputError(
                _(
                    "the log has entries about members that their authors could not write; nothing "
                    "about members or identities is changed on such ground: verify the case"
                )
            )
        authority.step(going_on, entry, signed_by, source_of)
    case.chain = going_on


def _check_end(case: Case) -> None:
    """Check that the newest checkpoint is of the whole log, and signed by who wrote its end.

    Whoever signs next vouches for all that is there: an entry that somebody put behind the newest
    checkpoint would become theirs.

    Raises:
        InputError: if it is not.
    """
    if not case.size:
        return
    (content,) = case.database.execute(
        "SELECT CAST(content AS BLOB) FROM entries ORDER BY number DESC LIMIT 1"
    ).fetchone()
    notes = case.database.execute("SELECT note FROM checkpoints WHERE size = ?", (case.size,))
    wanted = (case.file.log_origin, case.size, case.frontier.root())
    signed_by = chain.signatures_of(chain.saying([str(text) for (text,) in notes], *wanted))
    author = case.chain.members.get(custody.read_entry(content).member)
    key = author.keys[-1] if author is not None else None
    if (
        author is None
        or key is None
        or not signed_by(signing.key_name(case.file.log_origin, author.id, key.number), key.public)
    ):
        raise InputError(
            _(
                "the log ends in entries that their author did not sign, so that whoever writes "
                "next would sign them: verify the case, and go on with a copy that is sound"
            )
        )


def add_member(case: Case, name: str, recipient: str, unlocked: Unlocked) -> Change:
    """Write a member, inside the caller's transaction; return the change for the log."""
    member = unlocked.member
    case.database.execute("INSERT INTO members VALUES (?, ?, ?, NULL)", (member, name, recipient))
    public = signing.public_key(unlocked.signing_seed)
    number = case.size or 1  # the entry of the first member follows that of the case
    signing.put_key(case.database, member, signing.Key(1, public, number))
    keys = custody.Keys(recipient, public.hex())
    return Change("share", f"member/{member}", member_state(case, member), keys=keys)


def member_state(case: Case, member: str) -> dict[str, object]:
    """Return what the record of a member says, except for times."""
    name, recipient = case.database.execute(
        "SELECT name, recipient FROM members WHERE id = ?", (member,)
    ).fetchone()
    keys = signing.as_state(signing.keys_of(case.database)[member])
    return {
        "name": values.text(name, "members.name"),
        "recipient": values.text(recipient, "members.recipient"),
        "signing": keys,
    }


def me(case: Case) -> roll.Member:
    """Return the member who has the case open, as the log says.

    Raises:
        InputError: if only the tables know them.
    """
    if not case.chain.has_access(case.unlocked.member):
        raise InputError(_("by the entries of the log you are no member of this case: verify it"))
    return case.chain.members[case.unlocked.member]


def slots_of(case: Case) -> dict[str, str]:
    """Return the member of every slot that the database knows."""
    rows = case.database.execute("SELECT id, member FROM slots")
    return {str(slot): str(member) for slot, member in rows}


def recipients(case: Case) -> dict[str, str]:
    """Return the recipient of every slot whose member has access, as the log says."""
    members = case.chain.members
    return {
        slot: members[member].recipient
        for slot, member in slots_of(case).items()
        if case.chain.has_access(member)
    }


def write_casefile(folder: HeldFolder, file: casefile.CaseFile, root_key: bytes) -> None:
    """Write the copy of case.toml, then case.toml itself, each whole or not at all.

    Raises:
        OutputError: if one cannot be written.
    """
    content = casefile.to_toml(file, casefile_key(root_key))
    for name in (casefile.COPY, casefile.NAME):
        with objects.write_errors():
            folder.write_whole(name, content)


def held(folder: Path) -> HeldFolder:
    """Open the folder of a case; the caller closes it.

    Raises:
        InputError: if it is no folder.
    """
    try:
        return HeldFolder(folder)
    except InputError as error:
        raise InputError(_("this is not a case: expected a folder"), where=folder.name) from error


def read_casefile(folder: HeldFolder) -> tuple[casefile.CaseFile, bytes, bool]:
    """Return what case.toml says, its bytes, and whether its copy had to stand in.

    Raises:
        InputError: if the folder is not a case, or neither file can be read.
    """
    first: InputError | None = None
    for name in (casefile.NAME, casefile.COPY):
        try:
            content = casefile.read(folder, name)
            return casefile.from_toml(content, name), content, name == casefile.COPY
        except InputError as error:
            first = first or error
    raise first or InputError(_("this is not a case"), where=folder.name)
