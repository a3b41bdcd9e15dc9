"""Making a new case with its first member, the one way for every command and page."""

import secrets
from datetime import datetime
from pathlib import Path

from contrechamp.vault import case
from contrechamp.vault.access import keys, passphrases, recovery_keys, slots


def make_case(folder: Path, passphrase: str, *, tables: str, name: str, now: datetime) -> str:
    """Make a case with one member; return its recovery key.

    Args:
        folder: folder to be made; it must not exist yet.
        passphrase: passphrase of the member.
        tables: SQL of the caller's own tables; see `database.make_tables`.
        name: name of the member.
        now: for the log.

    Raises:
        OutputError: if the folder exists already or cannot be made.
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
