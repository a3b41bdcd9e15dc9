"""Slots of ``case.toml``: what each passphrase, recovery key or age identity opens.

A slot holds the member's own secrets, encrypted under the passphrase's key or to the age identity,
and the root key of the case, encrypted with age to the member's recipient. The root key can thus be
changed for everybody without knowing anybody's passphrase.
"""

import base64
import binascii
import contextlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, TypeVar

import pyrage
import rfc8785
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault.access.keys import KEY_BYTES, Unlocked
from contrechamp.vault.access.passphrases import KdfParameters, kek
from contrechamp.vault.access.recovery_keys import parse_recovery_key, recovery_text

PassphraseKind: TypeAlias = Literal["passphrase", "recovery"]
Kind: TypeAlias = PassphraseKind | Literal["age"]

SALT_BYTES = 16
NONCE_BYTES = 12
_ID = re.compile(r"[0-9a-f]{16}")


class WrongKeyError(InputError):
    """Raised when no slot opens; the message is the same whatever the reason."""

    def __init__(self, *, where: str = "") -> None:
        super().__init__(
            _(
                "this opens no slot of the case: the passphrase or key is wrong, or the slot is "
                "damaged"
            ),
            where=where,
        )


@dataclass(frozen=True)
class Slot:
    """One way into a case, as it stands in ``case.toml``: nothing in it is secret.

    Args:
        id: 16 hexadecimal digits.
        kind: what opens it.
        secret: the member's secrets, encrypted.
        root: the root key, age-encrypted to the member's recipient.
        next_root: the root key that the case is being changed to, encrypted likewise.
        salt: salt of Argon2id, 32 hexadecimal digits, used as ASCII text, so that it can be given
            to the command ``argon2``; None for an age identity.
        parameters: cost of Argon2id; None for an age identity.
    """

    id: str
    kind: Kind
    secret: bytes = field(repr=False)
    root: bytes = field(repr=False)
    next_root: bytes | None = field(default=None, repr=False)
    salt: str | None = None
    parameters: KdfParameters | None = None


@dataclass(frozen=True)
class AgeIdentities:
    """The secret keys of an age identity file, each ``AGE-SECRET-KEY-1...``."""

    keys: tuple[str, ...] = field(repr=False)


#: What opens slots: a passphrase, the bytes of a recovery key, or age identities. Each is tried
#: on the slots of its kind.
Secret: TypeAlias = str | bytes | AgeIdentities


def make_passphrase_slot(
    passphrase: str,
    parameters: KdfParameters,
    unlocked: Unlocked,
    *,
    random: Callable[[int], bytes],
    kind: PassphraseKind = "passphrase",
    slot_id: str | None = None,
) -> Slot:
    """Return a slot that a passphrase or a recovery key opens.

    Args:
        passphrase: the passphrase or, for the kind ``recovery``, a recovery key as printed.
        parameters: cost of Argon2id, from `contrechamp.vault.access.passphrases.tuned`.
        unlocked: what the slot is to hold, including an age identity.
        random: returns that many random bytes.
        kind: kind of the slot.
        slot_id: 16 hexadecimal digits; by default the member's id. A member's second slot needs
            one of its own.

    Raises:
        InputError: if the passphrase is empty, or the recovery key mistyped.
    """
    if unlocked.identity is None:
        raise ValueError("a slot that a passphrase opens holds the member's age identity")
    if kind == "recovery":
        passphrase = recovery_text(parse_recovery_key(passphrase))
    if not passphrase:
        raise InputError(_("the passphrase is empty"))
    name = _checked_id(slot_id or unlocked.member)
    salt = random(SALT_BYTES).hex()
    nonce = random(NONCE_BYTES)
    cipher = ChaCha20Poly1305(kek(passphrase, salt.encode(), parameters))
    content = _content(name, unlocked, identity=unlocked.identity)
    return Slot(
        id=name,
        kind=kind,
        secret=nonce + cipher.encrypt(nonce, content, _aad(name)),
        root=_to_recipient(unlocked.root_key, recipient_of(unlocked.identity)),
        salt=salt,
        parameters=parameters,
    )


def make_age_slot(
    recipient: str,
    unlocked: Unlocked,
    *,
    slot_id: str | None = None,
) -> Slot:
    """Return a slot that opens with an age identity, which the case itself never holds.

    Args:
        recipient: ``age1...``, X25519.
        unlocked: what the slot is to hold; its identity is left out.
        slot_id: 16 hexadecimal digits; by default the member's id.

    Raises:
        InputError: if `recipient` is not an age recipient.
    """
    name = _checked_id(slot_id or unlocked.member)
    return Slot(
        id=name,
        kind="age",
        secret=_to_recipient(_content(name, unlocked), recipient),
        root=_to_recipient(unlocked.root_key, recipient),
    )


def open_slot(slot: Slot, secret: Secret) -> tuple[Unlocked, ...]:
    """Return what a slot holds, or an empty tuple if the secret does not open it.

    Returns:
        One element, with the root key. While the root key is being changed there is a second, with
        the next root key: only the database can tell under which of them it is encrypted.

    Raises:
        InputError: if the secret opens the slot, but its content is damaged.
    """
    if isinstance(secret, AgeIdentities):
        identities = [_identity(key) for key in secret.keys] if slot.kind == "age" else []
        content = _from_age(slot.secret, identities)
    else:
        kind = "passphrase" if isinstance(secret, str) else "recovery"
        content = _from_passphrase(slot, secret) if slot.kind == kind else None
    return () if content is None else _unlocked(slot, content, secret)


def open_any(slots: Iterable[Slot], secret: Secret) -> list[tuple[Unlocked, ...]]:
    """Return the contents of the slots that a secret opens, each as `open_slot` returns it.

    Every slot of the secret's kind is tried, so that neither the time nor the message tells which
    one opened, or how close a wrong passphrase came. More than one opens while an interrupted
    change of a slot is unfinished: the database knows which of them counts.

    Raises:
        WrongKeyError: if the secret opens none.
        InputError: if every slot that it opens has damaged content.
    """
    opened: list[tuple[Unlocked, ...]] = []
    failed: list[InputError] = []
    for slot in slots:
        try:
            found = open_slot(slot, secret)
        except InputError as error:
            failed.append(error)
        else:
            opened += [found] if found else []
    if not opened:
        raise failed[0] if failed else WrongKeyError
    return opened


def with_root(
    slots: Iterable[Slot], recipients_by_slot: Mapping[str, str], root_key: bytes
) -> tuple[Slot, ...]:
    """Return the slots with this root key in them, and no next one.

    Args:
        slots: all slots that are to open the case from now on.
        recipients_by_slot: the member's recipient (``age1...``) by slot id.
        root_key: 32 bytes.

    Raises:
        KeyError: if a slot has no recipient.
        InputError: if a recipient is not valid.
    """
    return tuple(
        replace(slot, root=_to_recipient(root_key, recipients_by_slot[slot.id]), next_root=None)
        for slot in slots
    )


def with_next_root(
    slots: Iterable[Slot], recipients_by_slot: Mapping[str, str], root_key: bytes
) -> tuple[Slot, ...]:
    """Return the slots with this root key added as the next one; see `with_root`."""
    return tuple(
        replace(slot, next_root=_to_recipient(root_key, recipients_by_slot[slot.id]))
        for slot in slots
    )


def recipient_of(identity: str) -> str:
    """Return the recipient (``age1...``) of an age identity.

    Raises:
        InputError: if `identity` is not an age identity.
    """
    return str(_identity(identity).to_public())


def _content(name: str, unlocked: Unlocked, **more: str) -> bytes:
    """Return the member's secrets as canonical JSON."""
    return rfc8785.dumps(
        {
            "member": unlocked.member,
            "signing": base64.b64encode(unlocked.signing_seed).decode(),
            "slot": name,
            **more,
        }
    )


def _unlocked(slot: Slot, content: bytes, secret: Secret) -> tuple[Unlocked, ...]:
    """Read the member's secrets, and decrypt the root keys with them."""
    fields = _fields(content)
    wanted = {"member", "signing", "slot"} | ({"identity"} if slot.kind != "age" else set())
    if fields.keys() != wanted or fields["slot"] != slot.id or not _ID.fullmatch(fields["member"]):
        raise _damage(slot)
    own = fields.get("identity")
    keys = secret.keys if isinstance(secret, AgeIdentities) else (own or "",)
    identities = [_identity(key) for key in keys]
    return tuple(
        Unlocked(
            root_key=_key(slot, _from_age(root, identities)),
            identity=own,
            member=fields["member"],
            signing_seed=_key(slot, _from_base64(fields["signing"])),
        )
        for root in (slot.root, slot.next_root)
        if root is not None
    )


def _damage(slot: Slot) -> InputError:
    return InputError(
        _("slot {slot} is damaged, or was altered; use the second copy of the file").format(
            slot=slot.id
        )
    )


def _key(slot: Slot, key: bytes | None) -> bytes:
    if key is None or len(key) != KEY_BYTES:
        raise _damage(slot)
    return key


def _checked_id(name: str) -> str:
    if not _ID.fullmatch(name):
        raise ValueError("the id of a slot is 16 hexadecimal digits")
    return name


def _aad(name: str) -> bytes:
    return b"contrechamp/1/slot/" + name.encode()


def _from_passphrase(slot: Slot, secret: str | bytes) -> bytes | None:
    """Decrypt the member's secrets; this takes the same work whether or not it succeeds."""
    if slot.salt is None or slot.parameters is None:
        return None
    passphrase = secret if isinstance(secret, str) else recovery_text(secret)
    cipher = ChaCha20Poly1305(kek(passphrase, slot.salt.encode(), slot.parameters))
    nonce, encrypted = slot.secret[:NONCE_BYTES], slot.secret[NONCE_BYTES:]
    try:
        return cipher.decrypt(nonce, encrypted, _aad(slot.id))
    except (InvalidTag, ValueError):
        return None


# The functions below return None or nothing instead of raising, because the library's error holds
# the secret (a JSON error the document, an encoder's error the text) and would be kept as context.


def _fields(content: bytes) -> dict[str, str]:
    """Return the fields of a JSON object whose values are all text; no fields for anything else."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        return {}
    return found


def _from_base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _from_age(encrypted: bytes, identities: list[pyrage.x25519.Identity]) -> bytes | None:
    if not identities:
        return None
    try:
        return bytes(pyrage.decrypt(encrypted, identities))
    except pyrage.DecryptError:
        return None


def _to_recipient(content: bytes, recipient: str) -> bytes:
    return bytes(pyrage.encrypt(content, [_parsed(pyrage.x25519.Recipient.from_str, recipient)]))


def _identity(key: str) -> pyrage.x25519.Identity:
    return _parsed(pyrage.x25519.Identity.from_str, key)


_Parsed = TypeVar("_Parsed")


def _parsed(parse: Callable[[str], _Parsed], text: str) -> _Parsed:
    found = None
    with contextlib.suppress(pyrage.IdentityError, pyrage.RecipientError, ValueError):
        found = parse(text)
    if found is None:
        raise InputError(_("this is not an X25519 key of age (age1..., AGE-SECRET-KEY-1...)"))
    return found
