"""A new case with its first member, as every command and page makes one."""

import secrets
from datetime import datetime
from pathlib import Path

from contrechamp.vault import case
from contrechamp.vault.access import keys, passphrases, recovery_keys, slots


def make_case(folder: Path, passphrase: str, *, tables: str, name: str, now: datetime) -> str:
    """Make a case with one member; return its recovery key.

    Args:
        folder: to be made; there must be nothing yet.
        passphrase: of the member.
        tables: of who uses the case; see `database.make_tables`.
        name: of the member.
        now: for the log.

    Raises:
        OutputError: if the folder is there already or cannot be made.
    """
    parameters = passphrases.tuned_here()
    recovery = recovery_keys.new_recovery_key(secrets.token_bytes)

    def make_slots(unlocked: keys.Unlocked) -> list[slots.Slot]:
        return [
            slots.make_passphrase_slot(
                passphrase, parameters, unlocked, random=secrets.token_bytes
            ),
            slots.make_passphrase_slot(
                recovery,
                parameters,
                unlocked,
                random=secrets.token_bytes,
                kind="recovery",
                slot_id=secrets.token_hex(8),
            ),
        ]

    case.create(
        folder, make_slots, tables=tables, member_name=name, now=now, random=secrets.token_bytes
    )
    return recovery
