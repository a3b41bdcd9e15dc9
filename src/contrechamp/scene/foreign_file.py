"""A map or table as it lies on the disk: opened, its digest taken, and read in the cell."""

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import IO, Any, TypeVar

from contrechamp.base import files
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.cell import failures
from contrechamp.scene.census import Census
from contrechamp.scene.crossing import received, received_census, received_walk
from contrechamp.scene.file_kinds import FORMATS, LICENCES
from contrechamp.scene.input_files import check_size
from contrechamp.scene.map_cell import (
    ANSWER_READER,
    CENSUS_READER,
    MODEL_READER,
    READER,
    WALK_READER,
    MapReader,
)
from contrechamp.scene.model_crossing import received_models
from contrechamp.scene.model_table import CameraModel
from contrechamp.scene.photo_folder import pack_folder
from contrechamp.scene.picture_answers import PictureAnswer, received_answers
from contrechamp.scene.source_tables import SourceTables
from contrechamp.scene.tables import InputFile, Notice
from contrechamp.scene.timed_walk import Recorded

#: What is made of the answers of the cell.
Received = TypeVar("Received")
_PIECE = 1 << 20
#: Lines of a message on a file that are shown.
_MOST_LINES = 20


@dataclass(frozen=True)
class ForeignFile:
    """An open file, of which nothing was read but its bytes.

    Args:
        file_name: without its path.
        name: which no other file of this run has.
        content: of it.
        sha256: of the content, in hexadecimal digits.
        size_bytes: of the content.
        changed_ns: when it was last changed; None for what does not lie on the disk as it is.
        max_unpacked_bytes: what it may hold.
    """

    file_name: str
    name: str
    content: IO[bytes] = field(repr=False)
    sha256: str
    size_bytes: int
    changed_ns: int | None
    max_unpacked_bytes: int

    def read(
        self, cell: MapReader, *, areas: bool, skip_bad_rows: bool
    ) -> tuple[InputFile, SourceTables]:
        """Return the entry of the file for the list of inputs, and its tables.

        Args:
            cell: reads it.
            areas: it holds polygons to give figures for.
            skip_bad_rows: leave out rows that cannot be read instead of stopping.

        Raises:
            InputError: if it cannot be used.
        """
        entry, tables, told = self._read(
            cell, READER, received, areas=areas, skip_bad_rows=skip_bad_rows
        )
        return entry, replace(tables, notices=[*tables.notices, *told])

    def read_models(
        self, cell: MapReader, *, skip_bad_rows: bool
    ) -> tuple[InputFile, list[CameraModel], list[Notice]]:
        """Return the entry of a table of models, its models, and what is to be told of it.

        Args:
            cell: reads it.
            skip_bad_rows: leave out rows that cannot be read instead of stopping.

        Raises:
            InputError: if it cannot be used.
        """
        entry, (models, notices), told = self._read(
            cell, MODEL_READER, received_models, skip_bad_rows=skip_bad_rows
        )
        return entry, models, [*notices, *told]

    def read_timed_walk(self, cell: MapReader) -> tuple[list[Recorded], list[Notice]]:
        """Return a recorded walk with its times, and what is to be told of it.

        Nothing of it is listed among the inputs: its digest would tell whose walk it was.

        Raises:
            InputError: if it cannot be used.
        """
        _entry, segments, told = self._read(cell, WALK_READER, received_walk)
        return segments, told

    def read_census(
        self, cell: MapReader, numbers: Sequence[str], group: str, *, skip_bad_rows: bool
    ) -> tuple[InputFile, Census, list[Notice]]:
        """Return the entry of a table of people, its rows, and what is to be told of it.

        Args:
            cell: reads it.
            numbers: names of the columns that are wanted.
            group: name of a column of texts that is wanted; "" for none.
            skip_bad_rows: leave out rows that cannot be read instead of stopping.

        Raises:
            InputError: if it cannot be used.
        """
        entry, (census, notices), told = self._read(
            cell,
            CENSUS_READER,
            lambda answers, where: received_census(answers, where, numbers),
            numbers=list(numbers),
            group=group,
            skip_bad_rows=skip_bad_rows,
        )
        return entry, census, [*notices, *told]

    def read_picture_answers(
        self, cell: MapReader, *, skip_bad_rows: bool
    ) -> tuple[InputFile, list[PictureAnswer], list[Notice]]:
        """Return the entry of a table of answers on pictures, these, and what is told of it.

        Args:
            cell: reads it.
            skip_bad_rows: leave out rows that cannot be read instead of stopping.

        Raises:
            InputError: if it cannot be used.
        """
        entry, (answers, notices), told = self._read(
            cell, ANSWER_READER, received_answers, skip_bad_rows=skip_bad_rows
        )
        return entry, answers, [*notices, *told]

    def _read(
        self,
        cell: MapReader,
        reader: str,
        receive: Callable[[Iterator[Any], str], Received],
        **arguments: bool | str | list[str],
    ) -> tuple[InputFile, Received, list[Notice]]:
        """Return the entry of the file, what `receive` made of it, and what is told of the cell."""
        about = {
            "file_name": self.file_name,
            "name": self.name,
            "max_unpacked_bytes": self.max_unpacked_bytes,
        }
        before, cell.read_unconfined = cell.read_unconfined, False
        answers = cell.read(reader, self.content, {**about, **arguments}, where=self.name)
        entry = self._entry(next(answers, None))
        found = receive(answers, self.name)
        if self.changed_ns is not None and _changed_ns(self.content) != self.changed_ns:
            raise InputError(_("it was changed while it was read; try again"), where=self.name)
        told = [_unconfined(self.name)] if cell.read_unconfined else []
        cell.read_unconfined = cell.read_unconfined or before
        return entry, found, told

    def _entry(self, answer: object) -> InputFile:
        match answer:
            case {"format": str(found), **more} if found in FORMATS and not more:
                licence = LICENCES.get(found, "")
                return InputFile(self.name, self.sha256, self.size_bytes, found, licence)
            case {"refused": str(message), "where": str(where), **more} if not more:
                lines = message.split("\n")[:_MOST_LINES]
                raise InputError("\n".join(map(shown, lines)), where=where)
        raise failures.nonsense(self.name)


def _changed_ns(content: IO[bytes]) -> int:
    return os.fstat(content.fileno()).st_mtime_ns


def _unconfined(name: str) -> Notice:
    return Notice(
        "read-unconfined",
        name,
        _("it was read by a process that this machine could not confine (--unconfined)"),
    )


@contextmanager
def opened_file(
    path: Path, taken: Collection[str], max_unpacked_bytes: int
) -> Iterator[ForeignFile]:
    """Open a file, and take its digest.

    A folder is one of photos: its content is an archive of their beginnings, which say where they
    were taken.

    Args:
        path: of the file.
        taken: names of the files before it: two may both be survey.csv.
        max_unpacked_bytes: refuse a file that holds more.

    Raises:
        InputError: if it cannot be read, or is too large.
    """
    if path.is_dir():
        photos = pack_folder(path, max_unpacked_bytes)
        yield ForeignFile(
            photos.name,
            _own_name(photos.name, taken),
            BytesIO(photos.content),
            photos.sha256,
            photos.size_bytes,
            None,
            max_unpacked_bytes,
        )
        return
    advice = files.check_name_and_rights()
    with files.open_plain(path, where=path.name, follow=True, advice=advice) as content:
        try:
            about = os.fstat(content.fileno())
            check_size(about.st_size, path.name, max_unpacked_bytes)
            digest, size = hashlib.sha256(), 0
            while piece := content.read(_PIECE):
                digest.update(piece)
                size += len(piece)
        except OSError as error:
            raise files.unreadable(path.name, error, advice) from error
        yield ForeignFile(
            path.name,
            _own_name(path.name, taken),
            content,
            digest.hexdigest(),
            size,
            about.st_mtime_ns,
            max_unpacked_bytes,
        )


def _own_name(file_name: str, taken: Collection[str]) -> str:
    """Return a name that no file before has."""
    name, number = file_name, 1
    while name in taken:
        number += 1
        name = f"{file_name} ({number})"
    return name
