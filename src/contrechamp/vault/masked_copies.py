"""Masked copies of items: items of their own, each with a sidecar that says how it was made.

The record of a copy says what it is a copy of and, in numbers, how it was made: that can be handed
out with it. What could name somebody (words taken out, notes on boxes, places to look at) stands in
its sidecar, an item under a key of its own, which is erased whenever the copy is.
"""

import io
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.cell.reading import opened_cell
from contrechamp.vault import case as cases
from contrechamp.vault import database, object_keys, objects, subjects
from contrechamp.vault.case import Case, Change
from contrechamp.vault.metadata import reading
from contrechamp.vault.object_keys import ObjectKey
from contrechamp.vault.taking import Incoming, Taken

#: Key in the state of a copy, and in that of its sidecar.
MASKED: Final = "masked"
SIDECAR_OF: Final = "sidecar_of"
_ITEM: Final = "item/"


@dataclass(frozen=True)
class Making:
    """A masked copy that is to become part of a case.

    Args:
        of: reference to the item that it was made from.
        suffix: of its name, such as .jpg.
        content: of the copy, read once.
        sidecar: content of its sidecar.
        about: how it was made, for its record: texts by name.
    """

    of: str
    suffix: str
    content: IO[bytes]
    sidecar: bytes
    about: Mapping[str, object]


@dataclass(frozen=True)
class Made:
    """A masked copy that is part of a case: references to it and to its sidecar."""

    copy: str
    sidecar: str


def put(
    case: Case,
    making: Making,
    *,
    now: datetime,
    random: cases.Random = secrets.token_bytes,
    reason: str = "",
    unconfined: bool = False,
) -> Made:
    """Make a copy and its sidecar part of a case, both or neither.

    Args:
        case: open for writing.
        making: the copy.
        now: for the log.
        random: source of ids.
        reason: why, in the user's words.
        unconfined: read the copy's metadata even where what reads it cannot be confined.

    Raises:
        OutputError: if the case cannot be written to.
    """
    made = Made(f"{_ITEM}{random(8).hex()}", f"{_ITEM}{random(8).hex()}")
    incoming = Incoming(case.folder)
    with case.folder.disk() as disk:
        copy, _head = incoming.take(making.content, lambda _bytes: None)
        sidecar, _head = incoming.take(io.BytesIO(making.sidecar), lambda _bytes: None)
        making.content.seek(0)
        with opened_cell(reading.LIMITS, reading.MODULES, unconfined=unconfined) as cell:
            metadata = reading.described(making.content, cell)
        known = object_keys.by_content(case, [copy.digests]).get(copy.digests)
        if known is not None:
            incoming.discard(copy.incoming, copy.start, copy.length)
        kept = [(known or secrets.token_hex(16), copy), (secrets.token_hex(16), sidecar)]
        keys = [(_key(name, taken), taken.incoming) for name, taken in kept if name != known]
        about = {**making.about, "of": making.of, "sidecar": made.sidecar,
                 "sidecar_sha256": sidecar.sha256.hex()}  # fmt: skip
        stem = f"masked-{made.copy.removeprefix(_ITEM)[:8]}"
        states: list[tuple[str, dict[str, object]]] = [
            (made.copy, {**_state(f"{stem}{making.suffix}", copy), **metadata, MASKED: about}),
            (
                made.sidecar,
                {
                    **_state(f"{stem}.mask", sidecar),
                    "media_type": "application/octet-stream",
                    SIDECAR_OF: made.copy,
                },
            ),
        ]
        files = incoming.settle(disk)
        objects.check_incoming(case.folder, files)
        with database.transaction(case.database):
            object_keys.put(case, keys)
            changes = [
                Change("mask", subject, state, name, reason)
                for (subject, state), (name, _taken) in zip(states, kept, strict=True)
            ]
            cases.append(case, changes, now)
        moves = [(objects.waiting_in_incoming(file), file) for file in files]
        objects.put_in_place(case.folder, moves, disk)
        object_keys.settle(case)
    return made


def original(state: Mapping[str, Any] | None) -> str:
    """Return the item that an item is a masked copy of, by its state; "" if it is none."""
    about = (state or {}).get(MASKED)
    return str(about.get("of", "")) if isinstance(about, dict) else ""


def sidecar(state: Mapping[str, Any] | None) -> str:
    """Return the sidecar of a masked copy, by the copy's state; "" if it is none."""
    about = (state or {}).get(MASKED)
    return str(about.get("sidecar", "")) if isinstance(about, dict) else ""


def copies(case: Case, items: Iterable[str]) -> dict[str, list[str]]:
    """Return the masked copies that the case has of items, by item, the oldest first."""
    wanted = set(items)
    found: dict[str, list[tuple[int, str]]] = {}
    for state in subjects.holding(case, _ITEM, f'"{MASKED}":{{'):
        of = original(state.parsed)
        if of in wanted:
            found.setdefault(of, []).append((state.entry, state.subject))
    return {of: [subject for _entry, subject in sorted(those)] for of, those in found.items()}


def newest_copies(case: Case) -> list[str]:
    """Return of each original its newest masked copy, the oldest first."""
    newest: dict[str, tuple[int, str]] = {}
    for state in subjects.holding(case, _ITEM, f'"{MASKED}":{{'):
        if of := original(state.parsed):
            newest[of] = max(newest.get(of, (-1, "")), (state.entry, state.subject))
    return [subject for _entry, subject in sorted(newest.values())]


def with_sidecars(case: Case, items: Sequence[str]) -> list[str]:
    """Return items, and the sidecars of those that are masked copies: they go together."""
    found = list(items)
    for state in subjects.newest_of(case, items).values():
        beside = sidecar(state.parsed)
        there = subjects.newest(case, beside) if beside else None
        if there is not None and there.object is not None:
            found.append(beside)
    return list(dict.fromkeys(found))


def read_sidecar(case: Case, copy: str) -> bytes:
    """Return the content of the sidecar of a copy.

    Raises:
        InputError: if the item is no masked copy, or its sidecar is gone or damaged.
    """
    state = subjects.newest(case, copy)
    beside = "" if state is None else sidecar(state.parsed)
    if not beside:
        raise InputError(_("is not a masked copy"), where=copy)
    return object_keys.read(case, _key_of(case, beside))


@contextmanager
def in_memory(case: Case, item: str) -> Iterator[Path]:
    """Yield a path to the content of an item in memory, where nothing of it gets on a disk.

    Raises:
        InputError: if there is no such item, it is damaged, or this system has no such files.
    """
    key = _key_of(case, item)
    if not hasattr(os, "memfd_create"):
        raise InputError(_("this system has no files in memory: mask on Linux"), where=item)
    with open(os.memfd_create("item", os.MFD_CLOEXEC), "w+b", buffering=0) as file:
        objects.read_object(case.folder, key.place, key.identity, file, lambda _bytes: None)
        file.seek(0)
        yield Path(f"/dev/fd/{file.fileno()}")


def _key_of(case: Case, item: str) -> ObjectKey:
    state = subjects.newest(case, item)
    name = None if state is None else state.object
    key = None if name is None else object_keys.by_name(case, [name]).get(name)
    if key is None:
        raise InputError(
            _("no such item in the case: {item}").format(item=item.removeprefix(_ITEM))
        )
    return key


def _key(name: str, taken: Taken) -> ObjectKey:
    place = objects.Place(objects.path_of(taken.incoming), taken.start, taken.length)
    return ObjectKey(name, taken.identity, taken.size, taken.sha256, taken.blake3, place)


def _state(name: str, taken: Taken) -> dict[str, object]:
    return {
        "name": name,
        "size": str(taken.size),
        "sha256": taken.sha256.hex(),
        "blake3": taken.blake3.hex(),
    }
