"""Keys that a slot of a case holds, and those derived from its root key for each use."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


@dataclass(frozen=True)
class Unlocked:
    """What a slot holds once it is open; printing it shows only the member's id.

    Args:
        root_key: root key of the case, 32 bytes.
        identity: age identity that was made for the member (``AGE-SECRET-KEY-1...``); None if the
            member uses one that is kept outside the case.
        member: id of the member.
        signing_seed: Ed25519 private key, 32 bytes.
    """

    root_key: bytes = field(repr=False)
    identity: str | None = field(repr=False)
    member: str
    signing_seed: bytes = field(repr=False)


def database_key(root_key: bytes) -> bytes:
    """Return the raw key of ``case.db``, 32 bytes."""
    return _derived(root_key, b"contrechamp/1/database")


def casefile_key(root_key: bytes) -> bytes:
    """Return the key of the MAC in ``case.toml``, 32 bytes."""
    return _derived(root_key, b"contrechamp/1/case.toml")


def _derived(root_key: bytes, info: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869) without a salt: the root key is random already."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(root_key)
