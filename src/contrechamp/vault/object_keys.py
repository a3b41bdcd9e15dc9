"""Keys of objects: what the case knows about each, and without which its bytes are unreadable."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from contrechamp.vault import database, objects
from contrechamp.vault.case import Case
from contrechamp.vault.objects import Place
from contrechamp.vault.values import blob, text, whole


@dataclass(frozen=True)
class ObjectKey:
    """An object whose content can be read.

    Args:
        name: random; what the record of an item names.
        identity: age secret key.
        size: size of the content in bytes.
        sha256: SHA-256 of the content.
        blake3: BLAKE3 of the content.
        place: where its encrypted bytes lie.
    """

    name: str
    identity: str = field(repr=False)
    size: int
    sha256: bytes = field(repr=False)
    blake3: bytes = field(repr=False)
    place: Place

    @property
    def digests(self) -> bytes:
        """SHA-256 and BLAKE3 of the content, concatenated."""
        return self.sha256 + self.blake3


_COLUMNS = "objects.name, identity, size, sha256, blake3, file, waiting, start, length"
_KEYS = (
    f"SELECT {_COLUMNS} FROM objects JOIN files ON files.name = file "  # noqa: S608
    "WHERE identity IS NOT NULL"
)


def by_name(case: Case, names: Iterable[str]) -> dict[str, ObjectKey]:
    """Return the keys of objects by name; those that are unknown or erased are left out."""
    rows = database.rows_of(case.database, f"{_KEYS} AND objects.name IN ({{}})", names)
    return {key.name: key for key in (_key(case, row) for row in rows)}


def by_content(case: Case, digests: Iterable[bytes]) -> dict[bytes, str]:
    """Return the names of the objects that have some contents, by SHA-256 and BLAKE3 of these."""
    wanted = {both[:32]: both for both in digests}
    query = "SELECT sha256, blake3, name FROM objects WHERE identity IS NOT NULL AND sha256 IN ({})"
    found = {
        blob(sha256, "objects.sha256", 32) + blob(other, "objects.blake3", 32): name
        for sha256, other, name in database.rows_of(case.database, query, wanted)
    }
    return {
        both: text(found[both], "objects.name", 64) for both in wanted.values() if both in found
    }


def every(case: Case) -> Iterator[ObjectKey]:
    """Yield the keys of all objects that can be read, file by file."""
    for row in case.database.execute(f"{_KEYS} ORDER BY file, start").fetchall():
        yield _key(case, row)


def erasing(case: Case) -> dict[str, list[Place]]:
    """Return where objects lie whose keys are erased, and whose bytes may not be yet, by path."""
    found: dict[str, list[Place]] = {}
    for row in case.database.execute(
        "SELECT file, waiting, start, length FROM objects JOIN files ON files.name = file "
        "WHERE identity IS NULL"
    ).fetchall():
        place = place_of(case, *row)
        found.setdefault(place.path, []).append(place)
    return found


def path_of(case: Case, file: str, waiting: str | None) -> str:
    """Return where a file of objects is, below the folder of the case.

    Args:
        case: open.
        file: its name.
        waiting: where it waited to be moved into place, if it did when the database was written.
    """
    if waiting is not None:
        there = f"{objects.FOLDER}/{waiting}"
        if case.folder.stat(there) is not None:
            return there
    return objects.path_of(file)


def put(case: Case, keys: Sequence[tuple[ObjectKey, str]]) -> None:
    """Write keys of objects whose files are in ``incoming``, inside the caller's transaction.

    Args:
        case: open for writing.
        keys: each with the name of its file; its `place` says where in that.
    """
    case.database.executemany(
        "INSERT OR IGNORE INTO files VALUES (?, ?)",
        [(file, objects.waiting_in_incoming(file)) for file in {file for _key, file in keys}],
    )
    database.insert_rows(
        case.database,
        "objects",
        [
            (key.name, key.identity, key.size, key.sha256, key.blake3, file, key.place.start,
             key.place.length)
            for key, file in keys
        ],
    )  # fmt: skip


def settle(case: Case) -> None:
    """Note that all files are in place now."""
    with database.transaction(case.database):
        case.database.execute("UPDATE files SET waiting = NULL WHERE waiting IS NOT NULL")


def read(case: Case, key: ObjectKey) -> bytes:
    """Return the content of an object.

    Raises:
        InputError: if its file is missing or damaged.
    """
    target = io.BytesIO()
    objects.read_object(case.folder, key.place, key.identity, target, lambda _bytes: None)
    return target.getvalue()


def _key(case: Case, row: Sequence[Any]) -> ObjectKey:
    name, identity, size, sha256, blake3, file, waiting, start, length = row
    return ObjectKey(
        text(name, "objects.name", 64),
        text(identity, "objects.identity", 256),
        whole(size, "objects.size"),
        blob(sha256, "objects.sha256", 32),
        blob(blake3, "objects.blake3", 32),
        place_of(case, file, waiting, start, length),
    )


def place_of(case: Case, file: object, waiting: object, start: object, length: object) -> Place:
    """Return the place of an object, from its columns.

    Raises:
        InputError: if they are not as we write them.
    """
    waits = None if waiting is None else objects.checked_path(text(waiting, "files.waiting", 128))
    return Place(
        path_of(case, objects.checked_name(text(file, "objects.file", 64)), waits),
        whole(start, "objects.start"),
        None if length is None else whole(length, "objects.length"),
    )
