"""A file to be imported, read within limits: as text, lines, JSON, a table or an archive."""

import contextlib
import functools
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from contrechamp.base import csv_and_xlsx, files
from contrechamp.base.csv_and_xlsx import Table
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read import archives
from contrechamp.vault.adding import Content

#: Limits in bytes: of a file that is read whole (one read line by line may be larger), of a line,
#: and of what is looked at to recognise a format.
MAX_WHOLE = 256 * 1024**2
MAX_LINE = 1 << 21
HEAD = 1 << 16


@dataclass(frozen=True)
class TableRow:
    """One row of a table.

    Args:
        where: file and row, for errors.
        at: the row, as a record cites it.
        cells: by column name; empty ones are left out.
    """

    where: str
    at: str
    cells: dict[str, str] = field(repr=False)


@dataclass(frozen=True)
class SourceFile:
    """A file, or a file inside an archive.

    Args:
        name: for errors; never its path.
        content: the bytes.
        head: the first `HEAD` bytes.
        size: in bytes.
        not_used: what its tables hold that was not read, each with its place.
    """

    name: str
    content: Content = field(repr=False)
    head: bytes = field(repr=False)
    size: int
    not_used: list[tuple[str, str]] = field(default_factory=list, repr=False)

    def whole(self, limit: int = MAX_WHOLE) -> bytes:
        """Return the whole content.

        Raises:
            InputError: if it is longer than the limit.
        """
        with self.content.opened() as source:
            found = source.read(limit + 1)
        if len(found) > limit:
            raise files.too_large(self.name, limit, _("split it"))
        return found

    def text(self) -> str:
        """Return the whole content as text, decoded from UTF-8 or UTF-16."""
        return csv_and_xlsx.decoded(self.whole(), self.name)

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield the place and text of each line that is not blank, reading one at a time."""
        with self.content.opened() as source:
            number = 0
            while line := source.readline(MAX_LINE + 1):
                number += 1
                where = f"{self.name}:{number}"
                if len(line) > MAX_LINE:
                    raise InputError(_("the line is longer than a record can be"), where=where)
                text = csv_and_xlsx.decoded(line, where)
                if text.strip():
                    yield where, text

    def json(self) -> Any:
        """Return the content parsed as JSON; decimals stay exact."""
        return parsed(self.text(), self.name)

    def rows(self) -> Iterator[TableRow | InputError]:
        """Yield the rows of a CSV or XLSX table, or the error in place of a bad row."""
        for table in self._tables():
            csv_and_xlsx.check_header(table.header, table.where)
            for row in table.rows:
                where, at = f"{table.where}:{row.number}", f"{row.number}"
                if row.problem:
                    yield InputError(row.problem, where=where)
                    continue
                named = zip(table.header, row.cells, strict=True)
                cells = {name: cell for name, cell in named if name and cell}
                if cells:
                    yield TableRow(where, f"{table.title}:{at}" if table.title else at, cells)
            not_used = [(table.where, one) for one in table.not_used()]
            self.not_used.extend(one for one in not_used if one not in self.not_used)

    def _tables(self) -> Iterator[Table]:
        if self.is_xlsx:
            return csv_and_xlsx.sheets(self.whole(), self.name)
        return iter([csv_and_xlsx.read_csv(self.content.opened(), self.head, self.name)])

    @property
    def start(self) -> bytes:
        """The head without a byte order mark and leading white space."""
        return self.head.lstrip(b"\xef\xbb\xbf\r\n\t ")

    @property
    def first_line(self) -> bytes:
        """The first line that is not blank."""
        return next(iter(self.start.splitlines()), b"")

    @property
    def is_json(self) -> bool:
        """Whether it begins like a JSON object or list."""
        return self.start[:1] in {b"{", b"["}

    @property
    def is_zip(self) -> bool:
        """Whether it begins like a ZIP file, which workbooks are too."""
        return self.head.startswith(b"PK\x03\x04")

    @property
    def is_xlsx(self) -> bool:
        """Whether it is a workbook."""
        return self.is_zip and any(part.name.startswith("xl/") for part in self.parts())

    @property
    def is_archive(self) -> bool:
        """Whether it is a ZIP file other than a workbook."""
        return self.is_zip and not self.is_xlsx

    @property
    def is_named_as_table(self) -> bool:
        """Whether its name says that it is CSV or JSON: how exports are found in an archive."""
        return self.name.lower().endswith((".csv", ".json"))

    def table_files(self) -> list["SourceFile"]:
        """Return the CSV and JSON files of an archive, or the file itself."""
        if not self.is_archive:
            return [self]
        return [part for part in self.parts() if part.is_named_as_table]

    def header(self) -> tuple[str, ...]:
        """Return the column names; none if the file is not a table."""
        if self.is_zip:
            return next((one.header for one in self._tables()), ()) if self.is_xlsx else ()
        return csv_and_xlsx.csv_header(self.head, cut=self.size > len(self.head))

    def parts(self) -> list["SourceFile"]:
        """Return the files in an archive; folders and encrypted files are skipped.

        Raises:
            InputError: if it is damaged, names files outside itself, or exceeds the limits.
        """
        return self._parts

    @functools.cached_property
    def _parts(self) -> list["SourceFile"]:
        found: list[SourceFile] = []
        try:
            with self.content.opened() as source, zipfile.ZipFile(source) as archive:
                infos = archive.infolist()
                archives.check(infos, self.name)
                for info in infos:
                    if not info.filename or info.is_dir() or info.flag_bits & 1:  # 1: encrypted
                        continue
                    head = b""
                    if info.filename.lower().endswith((".csv", ".json", ".jsonl", ".ndjson")):
                        with archive.open(info) as part:
                            head = part.read(HEAD)
                    content = Content(info.filename, archives.Part(self.content, info).opened)
                    found.append(
                        SourceFile(info.filename, content, head, info.file_size, self.not_used)
                    )
        except archives.BROKEN as error:
            raise archives.broken(self.name) from error
        return found


def open_source(path: Path) -> SourceFile:
    """Open a file for import.

    Raises:
        InputError: if it cannot be read.
    """
    advice = files.check_name_and_rights()
    with files.open_plain(path, where=path.name, follow=True, advice=advice) as source:
        about = os.fstat(source.fileno())
        head = source.read(HEAD)
    content = Content(path.name, lambda: path.open("rb"), about.st_mtime_ns)
    return SourceFile(path.name, content, head, about.st_size)


def parsed(text: str, where: str) -> Any:
    """Parse JSON; decimals stay exact.

    Raises:
        InputError: if it is not JSON; the message repeats none of the text.
    """
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(text, parse_float=Decimal)
    # Raised out here, because the parser's error carries the content.
    raise InputError(files.not_json(), where=where)
