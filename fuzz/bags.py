"""A bag of one SAMPLE item, and what reads it after a stranger changed one of its files."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from contrechamp.dossier.index_tables import TABLES
from contrechamp.vault import adding, case, opening
from contrechamp.vault.access import slots
from contrechamp.vault.access.passphrases import KdfParameters
from contrechamp.vault.bags import bag, exporting, verifying

PASSPHRASE = "SAMPLE passphrase"
#: Nothing is protected here, and every process makes its own.
WEAK = KdfParameters(memory_kib=64, passes=1, lanes=1)
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def sample() -> dict[str, bytes]:
    """Return the files of a bag in the clear, by their paths in it."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        case.create(
            root / "case",
            lambda unlocked: [
                slots.make_passphrase_slot(PASSPHRASE, WEAK, unlocked, random=os.urandom)
            ],
            tables=TABLES,
            member_name="SAMPLE",
            now=NOW,
            random=os.urandom,
        )
        (root / "letter.txt").write_text("SAMPLE letter, made up.")
        with opening.opened(root / "case", PASSPHRASE, tables=TABLES, write=True) as opened:
            (added,) = adding.add(opened, [root / "letter.txt"], now=lambda: NOW, random=os.urandom)
            exporting.export(opened, [added.item], root / "bag", recipients=[], plain=True, now=NOW)
        files = (path for path in (root / "bag").rglob("*") if path.is_file())
        return {str(path.relative_to(root / "bag")): path.read_bytes() for path in files}


def reader(files: dict[str, bytes]) -> Callable[[bytes], object]:
    """Return what verifies the bag with one file changed, and the manifests made to fit.

    The first byte of the input says which file, the rest is its new content.
    """
    held = tempfile.TemporaryDirectory()
    root = Path(held.name)
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    names = sorted(files)

    def read(content: bytes) -> object:
        name, changed = names[content[0] % len(names)] if content else names[0], content[1:]
        changes = {name: changed}
        for algorithm in bag.ALGORITHMS:
            for manifest in (f"manifest-{algorithm}.txt", f"tagmanifest-{algorithm}.txt"):
                if manifest != name:
                    changes[manifest] = files[manifest].replace(
                        hashlib.new(algorithm, files[name]).hexdigest().encode(),
                        hashlib.new(algorithm, changed).hexdigest().encode(),
                    )
        try:
            for path, new in changes.items():
                (root / path).write_bytes(new)
            return verifying.verify(root)
        finally:
            for path in changes:
                (root / path).write_bytes(files[path])

    read.held = held  # type: ignore[attr-defined]  # the folder lasts as long as its reader
    return read


def seeds(files: dict[str, bytes]) -> tuple[bytes, ...]:
    """Return inputs that change nothing, one for each file."""
    return tuple(bytes([number]) + files[name] for number, name in enumerate(sorted(files)))
