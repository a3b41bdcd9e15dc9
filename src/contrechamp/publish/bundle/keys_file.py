"""log/keys.json: the salt of the statement, the keys that signed, and how they came about."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault.bags import membership, proved
from contrechamp.vault.bags.branches import MAX_KEYS
from contrechamp.vault.bags.membership import MemberProof
from contrechamp.vault.log import canonical, custody

PATH, PEM = "log/keys.json", "log/key.pem"
FORMAT = 1


@dataclass(frozen=True)
class KeysFile:
    """What the file says.

    Args:
        salt: of the digest of the statement.
        keys: public keys that signed, by name.
        members: entries that made them, or ended them.
    """

    salt: bytes = field(repr=False)
    keys: Mapping[str, bytes]
    members: tuple[MemberProof, ...]


def to_bytes(one: KeysFile) -> bytes:
    """Return the content of the file."""
    return canonical.dumps(
        {
            "v": FORMAT,
            "salt": one.salt.hex(),
            "keys": {name: proved.text_of(key) for name, key in one.keys.items()},
            "members": [membership.to_fields(each) for each in one.members],
        }
    )


def read(content: bytes) -> KeysFile:
    """Read the file; only its form is checked.

    Raises:
        InputError: if it has another form.
    """
    fields = canonical.loads(content)
    try:
        if set(fields) != {"v", "salt", "keys", "members"} or fields["v"] != FORMAT:
            raise ValueError("keys")
        salt = bytes.fromhex(fields["salt"])
        keys = proved.keys_of(fields["keys"])
        if len(salt) != custody.SALT_BYTES or salt.hex() != fields["salt"]:
            raise ValueError("salt")
        if not 0 < len(keys) <= MAX_KEYS:
            raise ValueError("keys")
        return KeysFile(salt, keys, membership.proofs_of(fields["members"]))
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(_("it is not a list of the keys that signed a publication")) from error


def pem(public: bytes) -> bytes:
    """Return a public key as ``openssl`` reads it."""
    return Ed25519PublicKey.from_public_bytes(public).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
