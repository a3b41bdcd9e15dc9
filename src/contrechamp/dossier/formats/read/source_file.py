"""A file to be imported: which parts it has, its rows, lines and values, all read in the cell."""

import functools
import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from contrechamp.base import files, workbook
from contrechamp.base.csv_and_xlsx import UTF16, decoded
from contrechamp.base.errors import InputError
from contrechamp.cell import failures
from contrechamp.cell.limits import GIB, ProcessLimits, ReadingLimits
from contrechamp.cell.reading import Cell, Reads, opened_cell
from contrechamp.dossier.formats.in_cell.tables import LOOKED_AT
from contrechamp.dossier.formats.read import answers
from contrechamp.vault.adding import Content

#: What is looked at of a file to recognise its format, in bytes.
HEAD = 1 << 16
#: Largest file of settings that is read whole.
MAX_SETTINGS = 1 << 20
_PIECE = 1 << 20
#: What tables of a file hold that is not read: sheets and columns, of which no file has more.
MAX_NOT_USED = 5000
#: What no archive that is read exceeds (see `in_cell.archives`): files, and bytes of their heads.
MAX_PARTS, MAX_HEADS = 20_000, 64 << 20

_IN_CELL = "contrechamp.dossier.formats.in_cell"
#: What every import needs; the rest is imported by a child that meets it.
MODULES = (f"{_IN_CELL}.tables", f"{_IN_CELL}.json_files")


def limits() -> ReadingLimits:
    """Return what reading one file of an import may cost on this machine."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return ReadingLimits(
        ProcessLimits(
            memory_bytes=min(4 * GIB, physical * 3 // 4),
            cpu_s=3600,
            file_bytes=0,
            wall_s=7200,
            stall_s=300,
        ),
        value_bytes=GIB // 2,
        answer_bytes=16 * GIB,
    )


def source_cell(*, unconfined: bool = False) -> AbstractContextManager[Cell]:
    """Open the cell in which files of an import are read; see `cell.reading.opened_cell`."""
    return opened_cell(limits(), MODULES, unconfined=unconfined)


@dataclass(frozen=True)
class TableRow:
    """One row of a table.

    Args:
        where: file and row, for errors.
        at: the row, as a record cites it.
        cells: by column name; empty ones are left out.
        numbers: columns whose cell is a number, written with a point, rather than text.
        days: columns whose cell is a day or time rather than text, in ISO 8601.
        first_day: from which the workbook counts days; None for what is no workbook.
        merged: columns whose cell is one with the cell above, each with how far above it begins.
    """

    where: str
    at: str
    cells: dict[str, str] = field(repr=False)
    numbers: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    first_day: date | None = None
    merged: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Beginning:
    """The first rows of a table.

    Args:
        title: of the sheet; "" for CSV.
        rows: number and cells of each.
    """

    title: str
    rows: list[tuple[int, list[str]]] = field(repr=False)


@dataclass(frozen=True)
class Line:
    """One line of JSON.

    Args:
        where: file and line, for errors.
        value: what it holds, or why it cannot be read.
        text: the line itself, where it was asked for.
    """

    where: str
    value: Any = field(repr=False)
    text: str = field(default="", repr=False)

    def found(self) -> Any:
        """Return the value.

        Raises:
            InputError: if the line cannot be read.
        """
        if isinstance(self.value, InputError):
            raise self.value
        return self.value


@dataclass(frozen=True)
class SourceFile:
    """A file, or a file inside an archive.

    Args:
        name: for errors; never its path.
        content: the bytes.
        head: the first `HEAD` bytes.
        size: in bytes.
        cell: reads it.
        not_used: what its tables hold that was not read, each with its place.
        archive: the file that it is in, and its number there.
    """

    name: str
    content: Content = field(repr=False)
    head: bytes = field(repr=False)
    size: int
    cell: Reads = field(repr=False)
    not_used: list[tuple[str, str]] = field(default_factory=list, repr=False)
    archive: tuple[Content, int] | None = field(default=None, repr=False)

    def ask(self, function: str, **arguments: Any) -> Iterator[Any]:
        """Yield what a function of `dossier.formats.in_cell` yields about a file that was given.

        Args:
            function: ``module:function``.
            arguments: further ones than the name.
        """
        content, _part = self.archive or (self.content, None)
        with content.opened() as source:
            yield from self.cell.read(
                f"{_IN_CELL}.{function}", source, {"name": self.name, **arguments}, where=self.name
            )

    def _ask(self, function: str, **arguments: Any) -> Iterator[Any]:
        """Yield what a function yields that knows of archives."""
        return self.ask(function, part=self.archive[1] if self.archive else None, **arguments)

    def settings(self) -> str:
        """Return the content of a file of settings, which is the user's own, as text.

        Raises:
            InputError: if it is not in UTF-8, or larger than `MAX_SETTINGS`.
        """
        with self.content.opened() as source:
            found = source.read(MAX_SETTINGS + 1)
        if len(found) > MAX_SETTINGS:
            raise files.too_large(self.name, MAX_SETTINGS)
        return decoded(found, self.name)

    @functools.cached_property
    def sha256(self) -> str:
        """SHA-256 of the content, in hexadecimal digits."""
        digest = hashlib.sha256()
        with self.content.opened() as source:
            while piece := source.read(_PIECE):
                digest.update(piece)
        return digest.hexdigest()

    def lines(self, marks: Sequence[str] = (), *, texts: bool = False) -> Iterator[Line]:
        """Yield the values of a file that has one in JSON a line.

        Args:
            marks: texts of which a line must have one; none for every line.
            texts: yield also the lines themselves.
        """
        for answer in self._ask("json_files:lines", marks=list(marks), texts=texts):
            match answer:
                case {"number": int(number), "problem": str(problem)}:
                    where = f"{self.name}:{number}"
                    yield Line(where, InputError(problem, where=where))
                case [int(number), value]:
                    yield Line(f"{self.name}:{number}", value)
                case [int(number), value, str(text)]:
                    yield Line(f"{self.name}:{number}", value, text)
                case _:
                    raise failures.nonsense(self.name)

    def json(self, *, lenient: bool = False) -> Any:
        """Return the content parsed as JSON; decimals stay exact.

        Args:
            lenient: see `in_cell.json_files.whole`.
        """
        found = list(islice(self._ask("json_files:whole", lenient=lenient), 2))
        if len(found) != 1:
            raise failures.nonsense(self.name)
        return found[0]

    def json_rows(self) -> Iterator[TableRow | InputError]:
        """Yield the objects in a JSON list as rows, or the error in place of what is no object."""
        for answer in self._ask("json_files:rows"):
            match answer:
                case [int(number), str(problem)]:
                    yield InputError(problem, where=f"{self.name}: [{number}]")
                case [int(number), cells, numbers]:
                    where = f"{self.name}: [{number}]"
                    is_number = frozenset(answers.texts(numbers, where))
                    yield TableRow(where, str(number), answers.cells(cells, where), is_number)
                case {"not_used": str(told)}:
                    self._tell_not_used(self.name, told)
                case _:
                    raise failures.nonsense(self.name)

    def beginnings(self, delimiter: str = "") -> Iterator[Beginning]:
        """Yield the first rows of the tables of a CSV file or workbook.

        Args:
            delimiter: between cells of CSV; "" to find it from the first line that is not blank.
        """
        asked = self._ask("tables:beginnings", xlsx=self.is_xlsx, delimiter=delimiter)
        for count, answer in enumerate(asked):
            if count >= workbook.MAX_SHEETS:
                raise failures.endless(self.name)
            match answer:
                case {"title": str(title), "rows": list(found)}:
                    yield Beginning(title, [self._first_row(one) for one in found[:LOOKED_AT]])
                case _:
                    raise failures.nonsense(self.name)

    def _first_row(self, answer: Any) -> tuple[int, list[str]]:
        match answer:
            case [int(number), cells]:
                return answers.whole(number, self.name), answers.texts(cells, self.name)
        raise failures.nonsense(self.name)

    def rows(
        self,
        *,
        header_rows: Mapping[str, int] | None = None,
        delimiter: str = "",
        asked: Iterable[str] | None = None,
    ) -> Iterator[TableRow | InputError]:
        """Yield the rows of a CSV or XLSX table, or the error in place of a bad row.

        Args:
            header_rows: title of each sheet that is read -> row of its header; "" for CSV. By
                default all are read, and the first row that is not empty is the header.
            delimiter: between cells of CSV; "" to find it.
            asked: columns that must not occur twice; by default none must.
        """
        how: dict[str, Any] = {"xlsx": self.is_xlsx, "delimiter": delimiter}
        if asked is not None:
            how["asked"] = sorted(asked)
        if header_rows is not None:
            how["header_rows"] = dict(header_rows)
        sheet = _SheetRows(self.name)
        for answer in self._ask("tables:rows", **how):
            match answer:
                case [int(number), str(problem)]:
                    yield InputError(problem, where=f"{sheet.where}:{number}")
                case [int(number), list(row), *rest]:
                    if (made := sheet.row(number, row, rest)).cells:
                        yield made
                case {"table": [str(where), str(title)], "header": list(header)}:
                    sheet = _SheetRows(where, title, header, answer.get("first_day"))
                case {"not_used": str(told)}:
                    self._tell_not_used(sheet.where, told)
                case _:
                    raise failures.nonsense(self.name)

    def _tell_not_used(self, where: str, told: str) -> None:
        if len(self.not_used) >= MAX_NOT_USED:
            raise failures.endless(self.name)
        if (where, told) not in self.not_used:
            self.not_used.append((where, told))

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
        return self._header

    @functools.cached_property
    def _header(self) -> tuple[str, ...]:
        if self.is_zip and not self.is_xlsx:
            return ()
        if not self.is_zip and (self.start[:1] in {b"{", b"[", b"<", b""} or self._is_binary):
            return ()
        how = {"name": self.name, "xlsx": self.is_xlsx, "cut": self.size > len(self.head)}
        with self.content.opened() if self.is_xlsx else BytesIO(self.head) as source:
            for names in self.cell.read(f"{_IN_CELL}.tables:header", source, how, where=self.name):
                return tuple(answers.texts(names, self.name))
        return ()

    @property
    def _is_binary(self) -> bool:
        return b"\0" in self.head[:4096] and not self.head.startswith(UTF16)

    def parts(self) -> list["SourceFile"]:
        """Return the files in an archive; folders and encrypted files are skipped.

        Raises:
            InputError: if it is damaged, names files outside itself, or exceeds the limits.
        """
        return self._parts

    @functools.cached_property
    def _parts(self) -> list["SourceFile"]:
        listed = self.ask("archives:listed")
        found, room = [], MAX_HEADS
        for answer in listed:
            found.append(self._part(answer))
            room -= len(found[-1].head)
            if room < 0 or len(found) > MAX_PARTS:
                raise failures.endless(self.name)
        return found

    def _part(self, answer: Any) -> "SourceFile":
        match answer:
            case {"number": int(number), "name": str(name), "size": int(size), "head": str(head)}:
                pass
            case _:
                raise failures.nonsense(self.name)
        if not all(ord(letter) < 256 for letter in head):
            raise failures.nonsense(self.name)
        first = head.encode("latin-1")
        content = Content(name, lambda: io.BufferedReader(_Unpacked(part), _PIECE))
        part = SourceFile(
            name, content, first, size, self.cell, self.not_used, (self.content, number)
        )
        return part


class _SheetRows:
    """The rows of one table, made of what a child answers."""

    def __init__(
        self, where: str, title: str = "", header: Sequence[Any] = ("",), first_day: Any = ""
    ) -> None:
        self.where, self._title = where, title
        self._header = answers.texts(list(header), where)
        try:
            self._first_day = date.fromisoformat(first_day) if first_day else None
        except (TypeError, ValueError):
            raise failures.nonsense(where) from None
        #: How many rows the merged cell of a column goes on already.
        self._merged: dict[str, int] = {}

    def row(self, number: int, row: list[Any], rest: list[Any]) -> TableRow:
        where = f"{self.where}:{number}"
        match rest:
            case []:
                sorts = workbook.TEXT * len(row)
            case [str(sorts)]:
                pass
            case _:
                raise failures.nonsense(where)
        if len(row) > len(self._header) or len(sorts) != len(row):
            raise failures.nonsense(where)
        named = zip(self._header, answers.texts(row, where), sorts, strict=False)
        found = [(name, cell, sort) for name, cell, sort in named if name and cell]
        merged = {
            name: self._merged.get(name, 0) + 1 for name, _cell, sort in found if sort.isupper()
        }
        self._merged = merged
        at = f"{self._title}:{number}" if self._title else f"{number}"
        return TableRow(
            where,
            at,
            {name: cell for name, cell, _sort in found},
            _of_sort(found, workbook.NUMBER),
            _of_sort(found, workbook.DATE),
            self._first_day,
            merged,
        )


def _of_sort(found: list[tuple[str, str, str]], wanted: str) -> frozenset[str]:
    return frozenset(name for name, _cell, sort in found if sort.lower() == wanted)


class _Unpacked(io.RawIOBase):
    """A file in an archive, as a child of the cell unpacks it."""

    def __init__(self, part: SourceFile) -> None:
        self._name, self._rest = part.name, b""
        self._pieces = part._ask("archives:unpacked")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer, /) -> int:  # type: ignore[no-untyped-def]  # any writable buffer
        if not self._rest:
            self._rest = next(self._pieces, b"")
            if not isinstance(self._rest, bytes):
                raise failures.nonsense(self._name)
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        self._pieces.close()  # type: ignore[attr-defined]  # it is a generator
        super().close()


def open_source(path: Path, cell: Reads) -> SourceFile:
    """Open a file for import.

    Args:
        path: of the file.
        cell: reads it.

    Raises:
        InputError: if it cannot be read.
    """
    advice = files.check_name_and_rights()
    with files.open_plain(path, where=path.name, follow=True, advice=advice) as source:
        about = os.fstat(source.fileno())
        head = source.read(HEAD)
    content = Content(path.name, lambda: path.open("rb"), about.st_mtime_ns)
    return SourceFile(path.name, content, head, about.st_size, cell)
