"""Cases for tests: SAMPLE content, weak keys, a clock that stands where it is put."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from contrechamp.dossier.index_tables import TABLES
from contrechamp.vault import adding, case, opening
from contrechamp.vault.access import slots
from contrechamp.vault.access.passphrases import KdfParameters
from contrechamp.vault.access.recovery_keys import new_recovery_key

PASSPHRASE = "correct horse battery staple"
NOW = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)
#: Far under the floor of the application: tests open cases hundreds of times.
WEAK = KdfParameters(memory_kib=64, passes=1, lanes=1)
MEMBER = "Sample Member"


def new(folder: Path, passphrase: str = PASSPHRASE) -> str:
    """Make a case; return its recovery key."""
    recovery = new_recovery_key(os.urandom)

    def make_slots(unlocked):
        return [
            slots.make_passphrase_slot(passphrase, WEAK, unlocked, random=os.urandom),
            slots.make_passphrase_slot(
                recovery, WEAK, unlocked, random=os.urandom, kind="recovery",
                slot_id=os.urandom(8).hex(),
            ),
        ]  # fmt: skip

    case.create(folder, make_slots, tables=TABLES, member_name=MEMBER, now=NOW, random=os.urandom)
    return recovery


@contextmanager
def opened(
    folder: Path, secret=PASSPHRASE, *, write: bool = False, tolerant: bool = False
) -> Iterator[case.Case]:
    with opening.opened(folder, secret, tables=TABLES, write=write, tolerant=tolerant) as found:
        yield found


def add(folder: Path, *paths: Path, **more) -> list:
    with opened(folder, write=True) as found:
        return list(adding.add(found, paths, now=lambda: NOW, random=os.urandom, **more))


def files(folder: Path, count: int = 5, size: int = 3000) -> Path:
    """Make a folder of SAMPLE files, each of other content."""
    folder.mkdir(parents=True)
    for number in range(count):
        text = f"SAMPLE {number} of a test, made up. ".encode()
        (folder / f"sample-{number}.txt").write_bytes((text * (size // len(text) + 1))[:size])
    return folder
