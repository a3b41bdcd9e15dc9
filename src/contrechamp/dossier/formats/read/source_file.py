"""A file as it is given: never more of it than a limit, text and cells as they stand in it."""

import functools
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from contrechamp.base import files, tables
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.tables import Table
from contrechamp.dossier.formats.read import archives
from contrechamp.vault.adding import Content

#: A file that is read whole may have so many bytes; lines are read one by one, and may be more.
MAX_WHOLE = 256 * 1024**2
MAX_LINE = 1 << 21
HEAD = 1 << 16


@dataclass(frozen=True)
class Cells:
    """One row of a table.

    Args:
        where: file and row, for errors.
        at: row, as the record tells it.
        cells: by the name of their column; empty ones are left out.
    """

    where: str
    at: str
    cells: dict[str, str] = field(repr=False)


@dataclass(frozen=True)
class Given:
    """A file, or a part of an archive.

    Args:
        name: for errors; never its path.
        content: what it holds.
        head: its first bytes.
        size: in bytes.
        not_used: of the tables in it that were read: where, and what.
    """

    name: str
    content: Content = field(repr=False)
    head: bytes = field(repr=False)
    size: int
    not_used: list[tuple[str, str]] = field(default_factory=list, repr=False)

    def whole(self, limit: int = MAX_WHOLE) -> bytes:
        """Return all of it.

        Raises:
            InputError: if it is longer than the limit.
        """
        with self.content.opened() as source:
            found = source.read(limit + 1)
        if len(found) > limit:
            raise files.too_large(self.name, limit, _("split it"))
        return found

    def text(self) -> str:
        """Return all of it as text, in UTF-8 or UTF-16."""
        return tables.decoded(self.whole(), self.name)

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield each line that is not empty, with its place; one at a time is in memory."""
        with self.content.opened() as source:
            number = 0
            while line := source.readline(MAX_LINE + 1):
                number += 1
                where = f"{self.name}:{number}"
                if len(line) > MAX_LINE:
                    raise InputError(_("the line is longer than a record can be"), where=where)
                text = tables.decoded(line, where)
                if text.strip():
                    yield where, text

    def json(self) -> Any:
        """Return what it holds as JSON; numbers with a point stay exact."""
        return parsed(self.text(), self.name)

    def rows(self) -> Iterator[Cells | InputError]:
        """Yield the rows of a table, CSV or XLSX; in the place of one that is none, why."""
        for table in self._tables():
            tables.check_header(table.header, table.where)
            for row in table.rows:
                where, at = f"{table.where}:{row.number}", f"{row.number}"
                if row.problem:
                    yield InputError(row.problem, where=where)
                    continue
                named = zip(table.header, row.cells, strict=True)
                cells = {name: cell for name, cell in named if name and cell}
                if cells:
                    yield Cells(where, f"{table.title}:{at}" if table.title else at, cells)
            told = [(table.where, one) for one in table.not_used()]
            self.not_used.extend(one for one in told if one not in self.not_used)

    def _tables(self) -> Iterator[Table]:
        if self.is_xlsx:
            return tables.sheets(self.whole(), self.name)
        return iter([tables.read_csv(self.content.opened(), self.head, self.name)])

    @property
    def is_zip(self) -> bool:
        """Whether it begins like an archive."""
        return self.head.startswith(b"PK\x03\x04")

    @property
    def is_xlsx(self) -> bool:
        """Whether it is a workbook."""
        return self.is_zip and any(part.name.startswith("xl/") for part in self.parts())

    def header(self) -> tuple[str, ...]:
        """Return the names of the columns; none if it is no table."""
        if self.is_zip:
            return next((one.header for one in self._tables()), ()) if self.is_xlsx else ()
        return tables.csv_header(self.head, cut=self.size > len(self.head))

    def parts(self) -> list["Given"]:
        """Return the files of an archive; folders and what is encrypted are passed over.

        Raises:
            InputError: if it is damaged, names files outside of itself, or holds more than the
                limits.
        """
        return self._parts

    @functools.cached_property
    def _parts(self) -> list["Given"]:
        found: list[Given] = []
        try:
            with self.content.opened() as source, zipfile.ZipFile(source) as archive:
                infos = archive.infolist()
                archives.check(infos, self.name)
                for info in infos:
                    # Without a name, a folder, or encrypted.
                    if not info.filename or info.is_dir() or info.flag_bits & 1:
                        continue
                    head = b""
                    if info.filename.lower().endswith((".csv", ".json", ".jsonl", ".ndjson")):
                        with archive.open(info) as part:
                            head = part.read(HEAD)
                    content = Content(info.filename, archives.Part(self.content, info).opened)
                    found.append(Given(info.filename, content, head, info.file_size, self.not_used))
        except archives.BROKEN as error:
            raise archives.broken(self.name) from error
        return found


def given(path: Path) -> Given:
    """Open a file.

    Raises:
        InputError: if it cannot be read.
    """
    advice = files.check_name_and_rights()
    with files.open_plain(path, where=path.name, follow=True, advice=advice) as source:
        about = os.fstat(source.fileno())
        head = source.read(HEAD)
    content = Content(path.name, lambda: path.open("rb"), about.st_mtime_ns)
    return Given(path.name, content, head, about.st_size)


def parsed(text: str, where: str) -> Any:
    """Return JSON.

    Raises:
        InputError: if it is none; the message repeats nothing of it.
    """
    problem, found = False, None
    try:
        found = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        problem = True
    if problem:  # raised out here: the error of the parser carries the content
        raise InputError(files.not_json(), where=where)
    return found
