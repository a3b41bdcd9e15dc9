"""Members of a made-up case, and its slots, with parameters of Argon2id that take no time."""

import hashlib
import os
from dataclasses import dataclass

import pyrage

from contrechamp.vault.access.casefile import CaseFile, new_log_origin
from contrechamp.vault.access.keys import Unlocked
from contrechamp.vault.access.passphrases import KdfParameters
from contrechamp.vault.access.recovery_keys import new_recovery_key, parse_recovery_key
from contrechamp.vault.access.slots import (
    AgeIdentities,
    Secret,
    Slot,
    make_age_slot,
    make_passphrase_slot,
    recipient_of,
)

SMALL = KdfParameters(memory_kib=64, passes=1, lanes=2)


def member_id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def unlocked(name: str, root_key: bytes, *, own_identity: bool = False) -> Unlocked:
    """Fresh keys of a member."""
    identity = None if own_identity else str(pyrage.x25519.Identity.generate())
    return Unlocked(root_key, identity, member_id(name), os.urandom(32))


@dataclass(frozen=True)
class Members:
    """Two members with a passphrase, the first with a recovery key too, and one with age."""

    root_key: bytes
    ana: Unlocked
    bo: Unlocked
    chi: Unlocked
    recovery_key: str
    age_identity: str
    slots: tuple[Slot, ...]

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What opens each slot, in their order."""
        recovery = parse_recovery_key(self.recovery_key)
        return (
            "ana's passphrase",
            recovery,
            "bo's passphrase",
            AgeIdentities((self.age_identity,)),
        )

    @property
    def recipients(self) -> dict[str, str]:
        """The age recipient behind each slot."""
        keys = (self.ana.identity, self.ana.identity, self.bo.identity, self.age_identity)
        return {
            slot.id: recipient_of(key or "") for slot, key in zip(self.slots, keys, strict=True)
        }

    @property
    def casefile(self) -> CaseFile:
        return CaseFile(1, new_log_origin(os.urandom), self.slots)


def members() -> Members:
    root_key = os.urandom(32)
    ana, bo = unlocked("ana", root_key), unlocked("bo", root_key)
    chi = unlocked("chi", root_key, own_identity=True)
    recovery_key = new_recovery_key(os.urandom)
    age_identity = str(pyrage.x25519.Identity.generate())
    slots = (
        make_passphrase_slot("ana's passphrase", SMALL, ana, random=os.urandom),
        make_passphrase_slot(
            recovery_key,
            SMALL,
            ana,
            random=os.urandom,
            kind="recovery",
            slot_id=member_id("ana's recovery key"),
        ),
        make_passphrase_slot("bo's passphrase", SMALL, bo, random=os.urandom),
        make_age_slot(recipient_of(age_identity), chi),
    )
    return Members(root_key, ana, bo, chi, recovery_key, age_identity, slots)
