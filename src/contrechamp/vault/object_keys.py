"""Keys of objects: what the case knows about each, and without which its file is unreadable."""

import io
from collections.abc import Iterable
from dataclasses import dataclass, field

from contrechamp.vault import database, objects
from contrechamp.vault.case import Case


@dataclass(frozen=True)
class ObjectKey:
    """An object whose content can be read.

    Args:
        name: name of its file.
        identity: age secret key.
        size: size of the content in bytes.
        sha256: SHA-256 of the content.
        blake3: BLAKE3 of the content.
    """

    name: str
    identity: str = field(repr=False)
    size: int
    sha256: bytes = field(repr=False)
    blake3: bytes = field(repr=False)


def by_name(case: Case, names: Iterable[str]) -> dict[str, ObjectKey]:
    """Return the keys of objects by name; those that are unknown or erased are left out."""
    rows = database.rows_of(
        case.database,
        "SELECT name, identity, size, sha256, blake3 FROM objects "
        "WHERE identity IS NOT NULL AND name IN ({})",
        names,
    )
    return {
        str(name): ObjectKey(str(name), str(identity), int(size), bytes(sha256), bytes(blake3))
        for name, identity, size, sha256, blake3 in rows
    }


def put(case: Case, key: ObjectKey, incoming: str) -> None:
    """Write the key of an object whose file is in ``incoming``, inside the caller's transaction."""
    case.database.execute(
        "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?)",
        (key.name, key.identity, key.size, key.sha256, key.blake3, incoming),
    )


def settle(case: Case) -> None:
    """Note that all files from ``incoming`` are in place now."""
    with database.transaction(case.database):
        case.database.execute("UPDATE objects SET incoming = NULL WHERE incoming IS NOT NULL")


def read(case: Case, key: ObjectKey) -> bytes:
    """Return the content of an object.

    Raises:
        InputError: if its file is missing or damaged.
    """
    target = io.BytesIO()
    objects.read_object(case.folder, key.name, key.identity, target, lambda _bytes: None)
    return target.getvalue()
