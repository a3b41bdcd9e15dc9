"""Signing keys that members have and had, and which key signs which entry.

A member's first key is made by whoever gives access, later ones by the member alone. A key signs
from a certain entry of the log until the next key takes over; what it has signed stays valid.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlcipher3 import dbapi2 as sqlite

from contrechamp.vault.values import blob, whole


@dataclass(frozen=True)
class Key:
    """One signing key of a member.

    Args:
        number: position among the member's keys, from 1.
        public: Ed25519 public key, 32 bytes.
        since: number of the first entry that it signs.
    """

    number: int
    public: bytes
    since: int


def public_key(seed: bytes) -> bytes:
    """Return the Ed25519 public key of a signing seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def key_name(origin: str, member: str, number: int) -> str:
    """Return the name under which a key signs checkpoints; a member's first key has no number."""
    return f"{origin}/{member}" + (f"/{number}" if number > 1 else "")


def put_key(database: sqlite.Connection, member: str, key: Key) -> None:
    """Write a member's next key; to be called inside a transaction."""
    database.execute(
        "INSERT INTO signing_keys VALUES (?, ?, ?, ?)", (member, key.number, key.public, key.since)
    )


def keys_of(database: sqlite.Connection) -> dict[str, list[Key]]:
    """Return the keys of every member, past ones included, the oldest key first."""
    found: dict[str, list[Key]] = {}
    for member, number, public, since in database.execute(
        "SELECT member, number, public, since FROM signing_keys ORDER BY member, number"
    ):
        found.setdefault(str(member), []).append(key_of(number, public, since))
    return found


def key_of(number: object, public: object, since: object) -> Key:
    """Return a key from its columns.

    Raises:
        InputError: if they are not as we write them.
    """
    return Key(
        whole(number, "signing_keys.number"),
        blob(public, "signing_keys.public", 32),
        whole(since, "signing_keys.since"),
    )


def public_keys(origin: str, keys: Mapping[str, Sequence[Key]]) -> dict[str, bytes]:
    """Return every public key by the name under which it signs."""
    return {
        key_name(origin, member, key.number): key.public
        for member, theirs in keys.items()
        for key in theirs
    }


def name_at(origin: str, member: str, keys: Sequence[Key], entry: int) -> str:
    """Return the name of the key that signs a member's entry; "" if there was none yet."""
    numbers = [key.number for key in keys if key.since <= entry]
    return key_name(origin, member, max(numbers)) if numbers else ""


def as_state(keys: Sequence[Key]) -> list[dict[str, str]]:
    """Return keys in the form in which a member's record holds them."""
    return [{"key": key.public.hex(), "since": str(key.since)} for key in keys]
