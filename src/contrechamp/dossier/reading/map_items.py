"""Items of a case that are maps, surveys or tracks, read as what is measured: in the cell."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from contrechamp.base.errors import InputError
from contrechamp.scene.file_kinds import PHOTOS, by_name
from contrechamp.scene.foreign_file import ForeignFile
from contrechamp.scene.input_files import MAX_UNPACKED_BYTES
from contrechamp.scene.map_cell import MapReader
from contrechamp.scene.source_tables import SourceTables
from contrechamp.vault import masked_copies, object_keys, subjects
from contrechamp.vault.case import Case
from contrechamp.vault.texts.taking import content_of

_ITEM: Final = "item/"


class MapItem(NamedTuple):
    """An item that is named as a map is.

    Args:
        ref: of the item.
        name: of its file.
        object: its content.
    """

    ref: str
    name: str
    object: str


class MapRead(NamedTuple):
    """What was read of one.

    Args:
        item: which.
        format: of its file; "" if it could not be read.
        tables: what it holds.
        problem: why it could not be read, for the user.
    """

    item: MapItem
    format: str
    tables: SourceTables
    problem: str


def listed(case: Case) -> list[MapItem]:
    """Return the items whose names say that they are maps, surveys or tracks; photos are none."""
    return [
        MapItem(state.subject, str(content.get("name", "")), state.object)
        for state in subjects.below(case, _ITEM)
        if state.object is not None
        for content in [state.parsed]
        if by_name(str(content.get("name", ""))) not in ("", PHOTOS)
        and not masked_copies.original(content)
    ]


def read(case: Case, item: MapItem, cell: MapReader) -> MapRead:
    """Read an item in the cell; what cannot be read is told, and keeps nothing else from it.

    Args:
        case: open.
        item: to be read.
        cell: that reads it.
    """
    key = object_keys.by_name(case, [item.object]).get(item.object)
    if key is None:
        return MapRead(item, "", SourceTables(), "")
    name = item.name.rpartition("/")[2]
    try:
        with content_of(case, key) as content:
            file = ForeignFile(
                name, name, content, key.sha256.hex(), key.size, None, MAX_UNPACKED_BYTES
            )
            entry, tables = file.read(cell, areas=False, skip_bad_rows=True)
    except InputError as error:
        return MapRead(item, "", SourceTables(), str(error))
    return MapRead(item, entry.format, tables, "")


def read_all(case: Case, cell: MapReader) -> Iterator[MapRead]:
    """Yield what each of them holds."""
    for item in listed(case):
        yield read(case, item, cell)
