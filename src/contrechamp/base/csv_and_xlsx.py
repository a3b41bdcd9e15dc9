"""Tables as spreadsheets write them, CSV and XLSX, read row by row and within limits.

CSV is in UTF-8, or in UTF-16 with a byte order mark, with commas, semicolons or tabs. Every sheet
of a workbook is a table; a formula counts as the value that it had when it was saved.
"""

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any

from contrechamp.base import workbook
from contrechamp.base.errors import InputError
from contrechamp.base.files import not_utf8, unreadable
from contrechamp.base.i18n import _, ngettext

#: Characters of a cell: a longer one is not a district's outline but a quote never closed.
MAX_CELL = 16 * 1024**2
#: Characters of a line of CSV; a cell may span several lines.
MAX_LINE = 64 * 1024**2
#: Columns of a table, as many as a sheet of a workbook can have.
MAX_COLUMNS = 16_384

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_QUOTED = re.compile('"[^"]*"')


@dataclass(frozen=True)
class Row:
    """A row that is not empty.

    Args:
        number: line of the CSV file at which it begins, or row of the sheet; from 1.
        cells: one per column, but that those missing at the end are empty.
        problem: why it cannot be used, in the user's language; "" if it can.
        sorts: what the cells of a sheet are, a letter each: see `workbook.TEXT`; "" for CSV, whose
            cells are all text.
    """

    number: int
    cells: Sequence[str] = field(repr=False)
    problem: str = ""
    sorts: str = ""


@dataclass(frozen=True)
class Table:
    """A CSV file, or a sheet of a workbook.

    Args:
        where: file, and sheet if it is one, for errors.
        title: of the sheet; "" for a CSV file.
        header: names of the columns, without spaces around them.
        header_row: number of the row that they stand in, 0 if there is none.
        rows: those below the header, read as they are asked for.
        unused: column without a name (from 1) -> number of its cells that are filled in.
        sheet: of a workbook, that it is; None for CSV.
    """

    where: str
    title: str
    header: tuple[str, ...]
    header_row: int
    rows: Iterator[Row] = field(repr=False)
    unused: Counter[int]
    sheet: workbook.Sheet | None = field(default=None, repr=False)

    @property
    def first_day(self) -> date | None:
        """The day from which a workbook counts days; None for CSV."""
        return self.sheet.first_day if self.sheet else None

    def not_used(self) -> Iterator[str]:
        """Yield what was left unused of the table; complete once its rows are read."""
        for column, count in sorted(self.unused.items()):
            yield ngettext(
                "column {column} has no name: {count} cell in it is not used",
                "column {column} has no name: {count} cells in it are not used",
                count,
            ).format(column=column, count=count)
        for column, count in sorted(self.sheet.unanswered.items()) if self.sheet else ():
            yield ngettext(
                "column {column} has {count} formula without its result, which counts as empty: "
                "open the file in a spreadsheet, and save it",
                "column {column} has {count} formulas without their results, which count as empty: "
                "open the file in a spreadsheet, and save it",
                count,
            ).format(column=column, count=count)
        if self.sheet and self.sheet.has_remarks:
            yield _("comments in the workbook are not read")


def decoded(content: bytes, where: str, *, cut: bool = False) -> str:
    """Return text in UTF-8, or in UTF-16 with a byte order mark.

    Args:
        content: of a file.
        where: its name, for errors.
        cut: it may end within a character.

    Raises:
        InputError: if it is neither.
    """
    decoder = codecs.getincrementaldecoder(_encoding(content))()
    try:
        return decoder.decode(content, final=not cut)
    except UnicodeDecodeError:
        raise not_utf8(where) from None


def check_header(
    names: Sequence[str], where: str, *, asked: Collection[str] | None = None
) -> list[str]:
    """Check that no column occurs twice.

    Args:
        names: of the columns.
        where: the place to name in errors.
        asked: only these must not, by their whole names or the last part (``group/question``).

    Returns:
        The names, all different: a second ``name`` is ``name (2)``.

    Raises:
        InputError: if one does.
    """
    counts = Counter(names)
    twice = sorted(
        name
        for name, count in counts.items()
        if name and count > 1
        if asked is None or not {name, re.split("[/-]", name)[-1]}.isdisjoint(asked)
    )
    if twice:
        raise InputError(
            _("the column {name} occurs twice; keep one").format(name=twice[0]), where=where
        )
    found: list[str] = []
    for name in names:
        number, one = 1, name
        while one and one in found:
            number += 1
            one = f"{name} ({number})"
        found.append(one)
    return found


def csv_header(head: bytes, *, cut: bool) -> tuple[str, ...]:
    """Return the header of a CSV file; empty if the file does not begin like one.

    Args:
        head: first bytes of the file.
        cut: there are more bytes.
    """
    if b"\0" in head[:4096] and not head.startswith(UTF16):
        return ()
    try:
        lines = decoded(head, "", cut=cut).splitlines()
        first = next((line for line in lines if line.strip()), "")
        cells = next(csv.reader([first], delimiter=_delimiter(first)), [])
    except (InputError, csv.Error):
        return ()
    return () if first.lstrip()[:1] in {"{", "[", "<"} else tuple(map(named, cells))


def read_csv(
    source: IO[bytes], head: bytes, name: str, *, delimiter: str = "", header_row: int = 0
) -> Table:
    """Read a CSV file; it is closed when its last row is read.

    Args:
        source: the file, at its beginning.
        head: its first bytes.
        name: for errors.
        delimiter: between cells; "" to find it from the first line that is not blank.
        header_row: the line at which the header begins; 0 for the first that is not blank.

    Raises:
        InputError: now or at a row: if it is not text, a cell or line exceeds the limits, or a
            quote is left open.
    """
    return _table(name, "", csv_rows(source, head, name, delimiter), header_row, stray=False)


def csv_rows(source: IO[bytes], head: bytes, name: str, delimiter: str = "") -> Iterator[Row]:
    """Yield the rows of a CSV file, whatever they are; see `read_csv`."""
    lines, begun = _lines(source, head, name), []
    for line in lines:  # up to the first that shows the delimiter
        begun.append(line)
        if line.strip():
            break
    csv.field_size_limit(MAX_CELL)
    delimiter = delimiter or _delimiter(begun[-1] if begun else "")
    reader = csv.reader(itertools.chain(begun, lines), delimiter=delimiter, strict=True)
    yield from _csv_rows(reader, name)


def sheets(
    content: IO[bytes], name: str, *, header_rows: Mapping[str, int] | None = None
) -> Iterator[Table]:
    """Yield the sheets of a workbook, each to be read before the next.

    Args:
        content: of the workbook, seekable.
        name: for errors.
        header_rows: title of a sheet -> row of its header; the other sheets are left out. By
            default all are read, and the first row that is not empty is the header.

    Raises:
        InputError: now or at a row: if it is damaged, or exceeds the limits.
    """
    for sheet in workbook.sheets(content, name):
        if header_rows is not None and sheet.title not in header_rows:
            continue
        rows = (Row(row.number, row.cells, sorts=row.sorts) for row in sheet.rows)
        header_row = (header_rows or {}).get(sheet.title, 0)
        yield _table(
            f"{name}: {sheet.title}", sheet.title, rows, header_row, stray=True,
            sheet=sheet,
        )  # fmt: skip


def _table(
    where: str,
    title: str,
    rows: Iterator[Row],
    header_row: int,
    *,
    stray: bool,
    sheet: workbook.Sheet | None = None,
) -> Table:
    """Return the table of numbered rows.

    Args:
        where: for errors.
        title: of the sheet.
        rows: none of them empty.
        header_row: number of the row with the header; those before it are passed over. 0 for the
            first.
        stray: cells right of all columns are remarks, not a stray comma.
        sheet: see `Table`.
    """
    first = next((row for row in rows if row.number >= header_row), Row(0, []))
    header, unused = tuple(map(named, first.cells)), Counter[int]()
    if len(header) > MAX_COLUMNS:
        raise InputError(
            _("the table has more than {count} columns; keep those that are needed").format(
                count=MAX_COLUMNS
            ),
            where=where,
        )
    unnamed = [at for at, name in enumerate(header) if not name]

    def below() -> Iterator[Row]:
        for row in rows:
            cells = row.cells
            more = [at for at in range(len(header), len(cells)) if cells[at].strip()]
            if more and not stray:
                told = _("{found} cells under {wanted} columns; expected as many")
                problem = told.format(found=len(cells), wanted=len(header))
                yield Row(row.number, [], problem)
                continue
            if unnamed or more:
                here = [at for at in [*unnamed, *more] if at < len(cells)]
                unused.update(at + 1 for at in here if cells[at].strip())
            yield Row(row.number, cells[: len(header)], sorts=row.sorts[: len(header)])

    return Table(where, title, header, first.number, below(), unused, sheet)


def named(cell: str) -> str:
    """Return the name of a column in a cell of the header, which may be broken into lines."""
    return " ".join(cell.split())


def _encoding(head: bytes) -> str:
    return "utf-16" if head.startswith(UTF16) else "utf-8-sig"


def _delimiter(line: str) -> str:
    """Return the delimiter of a line: the most frequent candidate outside quotes."""
    return max(",;\t", key=_QUOTED.sub("", line).count)


def _lines(source: IO[bytes], head: bytes, name: str) -> Iterator[str]:
    """Yield each line with its end; one at a time is in memory."""
    with source, io.TextIOWrapper(source, _encoding(head), newline="") as text:
        for number in itertools.count(1):
            try:
                line = text.readline(MAX_LINE + 1)
            except UnicodeDecodeError:
                raise not_utf8(name) from None
            if not line:
                return
            if len(line) > MAX_LINE:
                told = _("the line has more than {size} million characters; is a quote left open?")
                raise InputError(told.format(size=MAX_LINE // 10**6), where=f"{name}:{number}")
            if "\0" in line:
                raise InputError(
                    _("this is not text; expected a CSV file"), where=f"{name}:{number}"
                )
            yield line


def _csv_rows(reader: Any, name: str) -> Iterator[Row]:
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # where the next row begins is no longer known
            raise unreadable(f"{name}:{number}", str(error), _("is a quote left open?")) from None
        if any(cell.strip() for cell in row):
            yield Row(number, row)
