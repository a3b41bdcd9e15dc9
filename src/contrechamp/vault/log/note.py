"""Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature.

    The text, of any number of lines.

    — <name of the key> <base64 of 4 bytes of key id and 64 bytes of signature>

Signatures are Ed25519 (type 0x01) over the text with its last newline. Go's `sumdb/note` and
other readers of notes can check what is signed here.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.base.i18n import _

# The specification asks for room for at least 16 signatures, and says that one can take 5 kB.
MAX_LENGTH = 1 << 18
MAX_SIGNATURES = 64

_ED25519 = b"\x01"
_KEY_ID_BYTES = 4


@dataclass(frozen=True)
class Signature:
    """One signature line: who is said to have signed, and the bytes; not verified yet."""

    key_name: str
    key_id: bytes
    signature: bytes


def key_id(key_name: str, public: bytes) -> bytes:
    """Return the four bytes that, with the name, identify an Ed25519 public key."""
    return sha256(key_name.encode() + b"\n" + _ED25519 + public).digest()[:_KEY_ID_BYTES]


def sign(text: str, key_name: str, seed: bytes) -> str:
    """Return a text as a note with one signature.

    Args:
        text: what to sign; it ends with a newline.
        key_name: the name of the key: one word without a plus sign.
        seed: the Ed25519 private key, 32 bytes.

    Raises:
        InputError: text or name do not have that form.
    """
    return _checked(f"{text}\n{_signature_line(text, key_name, seed)}")


def parse(note: str, *, where: str = "") -> tuple[str, tuple[Signature, ...]]:
    """Return the text of a note and its signatures; do not rely on it before `signers`.

    Args:
        note: at most `MAX_LENGTH` letters and `MAX_SIGNATURES`.
        where: the place to name in errors.

    Raises:
        InputError: it is not a signed note, or out of these bounds.
    """
    if len(note) > MAX_LENGTH:
        raise InputError(
            _("the signed note is longer than {limit} characters").format(limit=MAX_LENGTH),
            where=where,
        )
    check_text(note, where=where)
    text, gap, signed = note.rpartition("\n\n")
    if not gap or not signed.endswith("\n"):
        raise InputError(
            _("expected a text, an empty line and signatures, each line ending in a newline"),
            where=where,
        )
    lines = signed[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise InputError(
            _("the note has more than {limit} signatures").format(limit=MAX_SIGNATURES),
            where=where,
        )
    return f"{text}\n", tuple(_signature(line, where) for line in lines)


def signers(note: str, keys: Mapping[str, bytes], *, where: str = "") -> tuple[str, ...]:
    """Return the names of the known keys that signed a note, in the note's order, each once.

    A signature is ignored unless a key with both its name and its id is known.

    Args:
        note: the note.
        keys: public keys by name, Ed25519, 32 bytes each.
        where: the place to name in errors.

    Raises:
        InputError: it is not a signed note.
        CheckFailedError: a signature by a known key is wrong.
    """
    text, signatures = parse(note, where=where)
    names = []
    for each in signatures:
        public = keys.get(each.key_name)
        if public is None or each.key_id != key_id(each.key_name, public):
            continue
        if not _verifies(public, each.signature, text.encode()):
            wrong = _("the signature by {key} is wrong").format(key=each.key_name)
            raise CheckFailedError(wrong, where=where)
        names.append(each.key_name)
    return tuple(dict.fromkeys(names))


def check_text(text: str, *, where: str = "") -> None:
    """Check that a note may hold a text: Unicode, without any ASCII control but the newline.

    Raises:
        InputError: it has another control character or a lone surrogate.
    """
    if not _is_plain(text.replace("\n", "")):
        raise InputError(
            _("a signed note holds only Unicode text without control characters"), where=where
        )


def from_base64(text: str) -> bytes | None:
    """Decode base64; return None unless it is the canonical encoding (RFC 4648 4)."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return raw if base64.b64encode(raw).decode() == text else None


def _checked(note: str) -> str:
    parse(note)
    return note


def _verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _signature_line(text: str, key_name: str, seed: bytes) -> str:
    check_text(text)
    if not _is_key_name(key_name):
        raise InputError(_("the name of a key is one word without a plus sign"))
    private = Ed25519PrivateKey.from_private_bytes(seed)
    identity = key_id(key_name, private.public_key().public_bytes_raw())
    encoded = base64.b64encode(identity + private.sign(text.encode())).decode()
    return f"— {key_name} {encoded}\n"


def _signature(line: str, where: str) -> Signature:
    # Split at U+0020 only: a name with any other kind of space is refused, not cut.
    words = line.split(" ")
    raw = from_base64(words[2]) if len(words) == 3 else None
    if words[0] != "—" or raw is None or len(raw) <= _KEY_ID_BYTES or not _is_key_name(words[1]):
        raise InputError(
            _("expected a signature line: a dash (—), the name of the key, base64"), where=where
        )
    return Signature(words[1], raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:])


def _is_key_name(name: str) -> bool:
    spaced = any(letter.isspace() for letter in name)
    return bool(name) and "+" not in name and not spaced and _is_plain(name)


def _is_plain(text: str) -> bool:
    """Return whether a line is Unicode (no lone surrogate) without ASCII controls."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return all(letter >= " " for letter in text)
