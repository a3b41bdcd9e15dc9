"""A file as it is given: never more of it than a limit, text and cells as they stand in it."""

import codecs
import csv
import functools
import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read import archives
from contrechamp.vault.adding import Content

#: A file that is read whole may have so many bytes; lines are read one by one, and may be more.
MAX_WHOLE = 256 * 1024**2
MAX_LINE = 1 << 21
MAX_CELL = 1 << 20
#: Bytes that a workbook may unpack to.
MAX_WORKBOOK = 10**9
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
    """

    name: str
    content: Content = field(repr=False)
    head: bytes = field(repr=False)
    size: int

    def whole(self, limit: int = MAX_WHOLE) -> bytes:
        """Return all of it.

        Raises:
            InputError: if it is longer than the limit.
        """
        with self.content.opened() as source:
            found = source.read(limit + 1)
        if len(found) > limit:
            raise InputError(
                _("the file is larger than {size} MB, and is read whole; split it").format(
                    size=limit // 10**6
                ),
                where=self.name,
            )
        return found

    def text(self) -> str:
        """Return all of it as text, in UTF-8 or UTF-16."""
        return decoded(self.whole(), self.name)

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield each line that is not empty, with its place; one at a time is in memory."""
        with self.content.opened() as source:
            number = 0
            while line := source.readline(MAX_LINE + 1):
                number += 1
                where = f"{self.name}:{number}"
                if len(line) > MAX_LINE:
                    raise InputError(_("the line is longer than a record can be"), where=where)
                text = decoded(line, where)
                if text.strip():
                    yield where, text

    def text_lines(self) -> Iterator[str]:
        """Yield each line of a text in UTF-8 or UTF-16 with its end; one at a time is in memory.

        Raises:
            InputError: if it is neither, or a line is longer than a record can be.
        """
        encoding = "utf-16" if self.head.startswith(_UTF16) else "utf-8-sig"
        with (
            self.content.opened() as source,
            io.TextIOWrapper(source, encoding, newline="") as text,
        ):
            for number in itertools.count(1):
                try:
                    line = text.readline(MAX_LINE + 1)
                except UnicodeDecodeError:
                    raise InputError(
                        _("the text is not in UTF-8; save it as UTF-8"), where=self.name
                    ) from None
                if not line:
                    return
                if len(line) > MAX_LINE:
                    where = f"{self.name}:{number}"
                    raise InputError(_("the line is longer than a record can be"), where=where)
                yield line

    def json(self) -> Any:
        """Return what it holds as JSON; numbers with a point stay exact."""
        return parsed(self.text(), self.name)

    def rows(self) -> Iterator[Cells | InputError]:
        """Yield the rows of a table, CSV or XLSX; in the place of one that is none, why."""
        return _xlsx_rows(self) if self.is_xlsx else _csv_rows(self)

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
            sheets = _sheets(self) if self.is_xlsx else iter(())
            return next((header for _title, header, _rows in sheets), ())
        if b"\0" in self.head[:4096] and not self.head.startswith(_UTF16):
            return ()
        try:
            text = decoded(self.head, self.name, cut=self.size > len(self.head))
        except InputError:
            return ()
        first = next((line for line in text.splitlines() if line.strip()), "")
        if first.lstrip()[:1] in {"{", "[", "<"}:
            return ()
        try:
            cells = next(csv.reader([first], delimiter=delimiter_of(first)), [])
        except csv.Error:
            return ()
        return tuple(cell.strip() for cell in cells)

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
                    found.append(Given(info.filename, content, head, info.file_size))
        except archives.BROKEN as error:
            raise InputError(
                _("the archive cannot be read; export it again"), where=self.name
            ) from error
        return found


#: A letter that XML has no place for, as workbooks write it (ECMA-376, ST_Xstring).
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def given(path: Path) -> Given:
    """Open a file.

    Raises:
        InputError: if it cannot be read.
    """
    try:
        about = path.stat()
        if not path.is_file():
            raise InputError(_("no plain file"), where=path.name)
        with path.open("rb") as source:
            head = source.read(HEAD)
    except OSError as error:
        raise InputError(
            _("cannot be read ({reason}); check its name and its rights").format(
                reason=error.strerror
            ),
            where=path.name,
        ) from error
    content = Content(path.name, lambda: path.open("rb"), about.st_mtime_ns)
    return Given(path.name, content, head, about.st_size)


def decoded(content: bytes, where: str, *, cut: bool = False) -> str:
    """Return text in UTF-8, or UTF-16 where it says so.

    Raises:
        InputError: if it is neither.
    """
    encoding = "utf-16" if content.startswith(_UTF16) else "utf-8-sig"
    try:
        return codecs.getincrementaldecoder(encoding)().decode(content, final=not cut)
    except UnicodeDecodeError:
        raise InputError(_("the text is not in UTF-8; save it as UTF-8"), where=where) from None


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
        raise InputError(_("it is not JSON"), where=where)
    return found


def delimiter_of(line: str) -> str:
    """Return what stands between the cells of a line."""
    return max(",;\t", key=line.count)


def _csv_rows(given: Given) -> Iterator[Cells | InputError]:
    text, begun = given.text_lines(), []
    for line in text:  # up to the first that says how cells are parted
        begun.append(line)
        if line.strip():
            break
    delimiter = delimiter_of(begun[-1] if begun else "")
    csv.field_size_limit(MAX_CELL)
    lines = csv.reader(itertools.chain(begun, text), delimiter=delimiter, strict=True)
    header: list[str] = []
    try:
        for row in lines:
            if not any(cell.strip() for cell in row):
                continue
            if not header:
                header = [cell.strip() for cell in row]
                _check_header(header, given.name)
                continue
            where = f"{given.name}:{lines.line_num}"
            if any(cell.strip() for cell in row[len(header) :]):
                told = _("{found} cells under {wanted} columns; expected as many")
                yield InputError(told.format(found=len(row), wanted=len(header)), where=where)
                continue
            cells = {name: cell for name, cell in zip(header, row, strict=False) if cell and name}
            yield Cells(where, str(lines.line_num), cells)
    except csv.Error:  # where the next row begins is not known any more
        raise InputError(
            _("the row cannot be read; is a quote left open?"),
            where=f"{given.name}:{lines.line_num}",
        ) from None


def _check_header(header: list[str], where: str) -> None:
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise InputError(
            _("the column {name} is there twice; keep one").format(name=twice[0]), where=where
        )


def _xlsx_rows(given: Given) -> Iterator[Cells]:
    for sheet, header, rows in _sheets(given):
        _check_header(list(header), f"{given.name}: {sheet}")
        for number, row in rows:
            cells = {
                name: text
                for name, text in zip(header, (_cell(value) for value in row), strict=False)
                if name and text
            }
            if cells:
                yield Cells(f"{given.name}: {sheet}:{number}", f"{sheet}:{number}", cells)


def _sheets(
    given: Given,
) -> Iterator[tuple[str, tuple[str, ...], Iterator[tuple[int, tuple[Any, ...]]]]]:
    """Yield name, header and rows of every sheet; what formulas gave when it was saved."""
    import openpyxl

    if sum(part.size for part in given.parts()) > MAX_WORKBOOK:
        raise InputError(
            _("the workbook unpacks to more than {size} MB; save it as CSV").format(
                size=MAX_WORKBOOK // 10**6
            ),
            where=given.name,
        )
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(given.whole()), read_only=True, data_only=True, keep_links=False
        )
        sheets = list(book.worksheets)
    except Exception as error:  # whatever a damaged workbook makes the library do
        raise InputError(
            _("the workbook cannot be read; save it again as .xlsx"), where=given.name
        ) from error
    for sheet in sheets:
        rows = _whatever_is_read(sheet, given.name)
        header = tuple(_cell(value).strip() for value in next(rows, ()))
        yield sheet.title, header, enumerate(rows, start=2)


def _whatever_is_read(sheet: Any, where: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a sheet, which is read only now: damage shows as late as that."""
    try:
        yield from sheet.iter_rows(values_only=True)
    except Exception as error:
        raise InputError(
            _("the workbook cannot be read; save it again as .xlsx"), where=where
        ) from error


def _cell(value: Any) -> str:
    """Return a cell as it would stand in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if hasattr(value, "isoformat"):
        text = str(value.isoformat())
        return text.removesuffix("T00:00:00")
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value))
