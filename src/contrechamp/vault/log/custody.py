"""The custody log: entries that are only ever added, as leaves of an RFC 6962 tree.

An entry holds nothing from which content could be guessed. What a record says, and why something
was done, is in the database and can be erased; the log holds keyed digests of it, whose random keys
are erased along with it.
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, TypeAlias

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.vault.database import insert_rows, rows_of
from contrechamp.vault.log import canonical
from contrechamp.vault.values import blob, text

#: `v` of the entries that are written; those of 1 say no keys, and are only read.
FORMAT = 2
_FORMATS = (1, FORMAT)
#: Length of the random key of a digest.
SALT_BYTES = 32
#: Subjects whose earlier states are kept.
VERSIONED = "record/"
#: What can be done to a case and is then logged; `wording.log` has a word for each.
Action: TypeAlias = Literal[
    "new", "add", "erase", "export", "share", "unshare",
    "new-passphrase", "new-recovery", "new-key", "replace-key", "adopt",
    "record", "edit", "withdraw", "import", "forget", "mask",
    "compartment", "admit", "seal", "reveal",
    "merge", "upgrade", "publish",
]  # fmt: skip
#: Key in the state of an erased subject, of which nothing else is left.
ERASED_AT = "erased_at"
_RECIPIENT = re.compile(r"age1[0-9a-z]{58}", re.ASCII)
_PUBLIC_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)
#: Actions that erase the earlier states of a subject.
ERASING = frozenset({"erase", "forget"})


@dataclass(frozen=True)
class Keys:
    """The keys of a member, as an entry fixes them: what the record says can be overwritten.

    Args:
        recipient: age X25519, ``age1...``.
        signing: Ed25519 public key, hexadecimal.
        number: position of the signing key among the member's, from 1.
    """

    recipient: str
    signing: str
    number: int = 1


@dataclass(frozen=True)
class Readers:
    """The key of a compartment of identities, and who can open it, as an entry fixes them.

    Args:
        recipient: age X25519, ``age1...``, to which identities are sealed.
        readers: ids of members, sorted.
    """

    recipient: str
    readers: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One entry of the log.

    Args:
        number: position in the log, from 0, without gaps.
        at: UTC, ISO 8601 with a Z, to the second.
        member: id of the member who did it.
        action: an `Action`, or one that a later version of contrechamp knows.
        subject: what it was done to, such as item/<id>, record/<id>, member/<id> or case.
        digest: HMAC-SHA-256 of the state of the subject afterwards, hexadecimal.
        reason: HMAC-SHA-256 of the reason, hexadecimal; "" if none was given.
        keys: keys of a member, on entries that give or change them.
        compartment: key and readers of a compartment, on entries that give or change them.
        branch: id of the branch, on the entry of a merge.
        v: form of the entry; only from 2 on it may say keys, compartment and branch.
    """

    number: int
    at: str
    member: str
    action: str
    subject: str
    digest: str
    reason: str = ""
    keys: Keys | None = None
    compartment: Readers | None = None
    branch: str = ""
    v: int = FORMAT

    def to_bytes(self) -> bytes:
        """Return the leaf: canonical JSON (RFC 8785)."""
        fields: dict[str, Any] = {
            "action": self.action,
            "at": self.at,
            "digest": self.digest,
            "member": self.member,
            "number": self.number,
            "subject": self.subject,
            "v": self.v,
        }
        if self.reason:
            fields["reason"] = self.reason
        if self.keys is not None:
            fields["keys"] = asdict(self.keys)
        if self.compartment is not None:
            fields["compartment"] = asdict(self.compartment)
        if self.branch:
            fields["branch"] = self.branch
        return canonical.dumps(fields)


def entry_of(fields: Any) -> Entry:
    """Return the entry that a parsed leaf holds.

    Raises:
        ValueError: if a field is missing, unknown or of the wrong type.
    """
    if not isinstance(fields, Mapping):
        raise ValueError("no object")
    rest = dict(fields)
    version, number = rest.pop("v", None), rest.pop("number", None)
    if not _is_count(version) or version not in _FORMATS:
        raise ValueError("v")
    if not _is_count(number):
        raise ValueError("number")
    reason, more = rest.pop("reason", ""), {}
    if version != 1:
        more = {
            "keys": _keys(rest.pop("keys", None)),
            "compartment": _readers(rest.pop("compartment", None)),
            "branch": rest.pop("branch", ""),
        }
    wanted = ("at", "member", "action", "subject", "digest")
    texts = (*rest.values(), reason, more.get("branch", ""))
    if set(rest) != set(wanted) or not all(isinstance(text, str) for text in texts):
        raise ValueError("fields")
    return Entry(number=number, reason=reason, v=version, **more, **rest)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _keys(fields: Any) -> Keys | None:
    if fields is None:
        return None
    if not isinstance(fields, Mapping) or set(fields) != {"recipient", "signing", "number"}:
        raise ValueError("keys")
    recipient, signing, number = fields["recipient"], fields["signing"], fields["number"]
    if not _is_count(number) or not _is_public_key(signing) or not _is_recipient(recipient):
        raise ValueError("keys")
    return Keys(recipient, signing, number)


def _readers(fields: Any) -> Readers | None:
    if fields is None:
        return None
    if not isinstance(fields, Mapping) or set(fields) != {"recipient", "readers"}:
        raise ValueError("compartment")
    recipient, readers = fields["recipient"], fields["readers"]
    if not _is_recipient(recipient) or not isinstance(readers, list):
        raise ValueError("compartment")
    if not all(isinstance(one, str) for one in readers) or readers != sorted(set(readers)):
        raise ValueError("compartment")
    return Readers(recipient, tuple(readers))


def _is_recipient(text: Any) -> bool:
    return isinstance(text, str) and _RECIPIENT.fullmatch(text) is not None


def _is_public_key(text: Any) -> bool:
    return isinstance(text, str) and _PUBLIC_KEY.fullmatch(text) is not None


def stamp(now: datetime) -> str:
    """Return a time in the form that entries use."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def digest(salt: bytes, content: bytes) -> str:
    """Return the keyed digest that stands in the log for a record or a reason."""
    return hmac.new(salt, content, hashlib.sha256).hexdigest()


class NewState(NamedTuple):
    """A state of a subject that is to be written.

    Args:
        number: of its entry.
        subject: whose state it is.
        state: the new state.
        object: name of an item's object.
        salt: the key of its digest; None for a new one. A merged copy may have one for it already.
    """

    number: int
    subject: str
    state: Mapping[str, Any]
    object: str | None
    salt: bytes | None


def put_records(database: sqlite.Connection, states: Sequence[NewState]) -> list[str]:
    """Write states of subjects, each under a random key; return their digests.

    To be called inside a transaction. The previous state is kept as a version if the subject is of
    a kind that has versions; otherwise it is overwritten together with its key.
    """
    salted = [
        (one, one.salt or secrets.token_bytes(SALT_BYTES), canonical.dumps(dict(one.state)))
        for one in states
    ]
    seen = {
        str(subject)
        for (subject,) in rows_of(
            database,
            "SELECT subject FROM records WHERE subject IN ({})",
            {one.subject for one in states},
        )
    }
    new = []
    for one, salt, content in salted:
        if one.subject not in seen:
            new.append((one.subject, salt, content, one.object, one.number))
            seen.add(one.subject)
            continue
        _put_new(database, new)
        _replace(database, one, salt, content)
    _put_new(database, new)
    return [digest(salt, content) for _one, salt, content in salted]


def _put_new(database: sqlite.Connection, rows: list[tuple[Any, ...]]) -> None:
    """Write states of subjects that have none yet, and empty the list."""
    insert_rows(database, "records", rows)
    rows.clear()


def _replace(database: sqlite.Connection, one: NewState, salt: bytes, content: bytes) -> None:
    if one.subject.startswith(VERSIONED):
        database.execute(
            "INSERT INTO versions SELECT subject, '', entry, salt, state FROM records "
            "WHERE subject = ?",
            (one.subject,),
        )
    database.execute(
        "UPDATE records SET salt = ?, state = ?, object = ?, entry = ? WHERE subject = ?",
        (salt, content, one.object, one.number, one.subject),
    )


def put_reasons(database: sqlite.Connection, reasons: Sequence[tuple[int, str]]) -> list[str]:
    """Write reasons of entries, by number; return their digests, "" where there is no reason."""
    salted = [
        (number, secrets.token_bytes(SALT_BYTES) if reason else b"", reason)
        for number, reason in reasons
    ]
    insert_rows(database, "reasons", [one for one in salted if one[2]])
    return [digest(salt, reason.encode()) if reason else "" for _n, salt, reason in salted]


def reasons(database: sqlite.Connection) -> dict[int, str]:
    """Return the reasons of entries by number, in order."""
    rows = database.execute("SELECT number, text FROM reasons ORDER BY number")
    return {int(number): text(reason, "reasons.text") for number, reason in rows}


def reasons_of(database: sqlite.Connection, subjects: Collection[str]) -> dict[str, list[int]]:
    """Return the numbers of the entries of subjects that have a reason, by subject and in order.

    Only entries of the case's own log count.
    """
    found: dict[str, list[int]] = {}
    rows = database.execute(
        "SELECT number, CAST(content AS BLOB) FROM entries WHERE number IN "
        "(SELECT number FROM reasons) ORDER BY number"
    )
    for number, content in rows:
        subject = read_entry(content).subject
        if subject in subjects:
            found.setdefault(subject, []).append(int(number))
    return found


def forget_reasons(database: sqlite.Connection, subjects: Collection[str], before: int) -> None:
    """Erase why something was done to subjects, inside the caller's transaction.

    Args:
        database: database of the case.
        subjects: that are erased, or whose earlier states are.
        before: number of the entry from which on reasons stay: it says why they were erased.
    """
    gone = [
        (number,)
        for numbers in reasons_of(database, subjects).values()
        for number in numbers
        if number < before
    ]
    database.executemany("DELETE FROM reasons WHERE number = ?", gone)


def forget_branch_reasons(database: sqlite.Connection, subjects: Collection[str]) -> None:
    """Erase the same in the logs of merged copies; why they were erased there stays."""
    gone = [
        (branch, number)
        for branch, number, content in database.execute(
            "SELECT branch, number, content FROM branch_entries WHERE reason IS NOT NULL"
        ).fetchall()
        for entry in [read_entry(content)]
        if entry.subject in subjects and entry.action != "erase"
    ]
    database.executemany(
        "UPDATE branch_entries SET salt = NULL, reason = NULL WHERE branch = ? AND number = ?", gone
    )


def entries(database: sqlite.Connection) -> Iterator[Entry]:
    """Yield the entries of the case's own log, in order."""
    for _number, content in leaves(database):
        yield entry_of(canonical.loads(content))


def entries_of(database: sqlite.Connection, numbers: Iterable[int]) -> dict[int, Entry]:
    """Return the entries of the case's own log that have these numbers, by number."""
    rows = rows_of(database, "SELECT number, content FROM entries WHERE number IN ({})", numbers)
    return {int(number): read_entry(content) for number, content in rows}


def read_entry(content: bytes) -> Entry:
    """Return the entry in a leaf of this case; its canonical form was checked on writing."""
    return entry_of(json.loads(blob(content, "entries.content").decode()))


def leaves(database: sqlite.Connection) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of every entry, in order."""
    for number, content in database.execute(
        "SELECT number, CAST(content AS BLOB) FROM entries ORDER BY number"
    ):
        yield number, blob(content, "entries.content")
