"""Tables that are imported: CSV and XLSX."""

import codecs
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from contrechamp.base import csv_and_xlsx, workbook
from contrechamp.dossier.formats.in_cell import archives

#: Rows that are looked at to find the header of a table, and characters of each of their cells.
LOOKED_AT, MAX_NAME = 30, 1000


def header(content: IO[bytes], *, name: str, xlsx: bool, cut: bool) -> Iterator[list[str]]:
    """Yield the column names of the first table; nothing if there are none.

    Args:
        content: of a workbook, or the beginning of a CSV file.
        name: for errors.
        xlsx: it is a workbook.
        cut: the CSV file goes on.
    """
    if not xlsx:
        yield list(csv_and_xlsx.csv_header(content.read(), cut=cut))
        return
    for first in csv_and_xlsx.sheets(content, name):
        yield list(first.header)
        return


def beginnings(
    content: IO[bytes], *, name: str, part: int | None, xlsx: bool, delimiter: str
) -> Iterator[Any]:
    """Yield where each table of a file begins: its title, and its first rows with their numbers.

    Args:
        content: of the file, or of the archive that it is in.
        name: for errors.
        part: its number in the archive.
        xlsx: it is a workbook.
        delimiter: between cells of CSV; "" to find it from the first line that is not blank.

    Yields:
        ``{"title": title, "rows": [[number, cells], ...]}``.
    """
    with archives.opened(content, name, part) as source:
        if xlsx:
            for sheet in workbook.sheets(source, name):
                first = itertools.islice(sheet.rows, LOOKED_AT)
                yield _beginning(sheet.title, ([row.number, row.cells] for row in first))
            return
        rows = csv_and_xlsx.csv_rows(source, _mark(source), name, delimiter)
        first_rows = itertools.islice(rows, LOOKED_AT)
        yield _beginning("", ([row.number, list(row.cells)] for row in first_rows))


def _beginning(title: str, rows: Iterator[list[Any]]) -> dict[str, Any]:
    cut = [[number, [cell[:MAX_NAME] for cell in cells]] for number, cells in rows]
    return {"title": title, "rows": cut}


def rows(
    content: IO[bytes],
    *,
    name: str,
    part: int | None,
    xlsx: bool,
    header_rows: Mapping[str, int] | None = None,
    delimiter: str = "",
    asked: Sequence[str] | None = None,
) -> Iterator[Any]:
    """Yield the rows of the tables of a file.

    Args:
        content: of the file, or of the archive that it is in.
        name: for errors.
        part: its number in the archive.
        xlsx: it is a workbook.
        header_rows: title of each table that is read -> row of its header; by default all are, and
            the first row that is not empty is the header.
        delimiter: between cells of CSV; "" to find it from the first line that is not blank.
        asked: columns that must not occur twice; by default none must.

    Yields:
        For each table ``{"table": [where, title], "header": names, "first_day": day}``, the day
        from which a workbook counts; then for each row its number and cells, those of a workbook
        with their sorts (see `workbook.TEXT`), or its number and what is wrong with it as
        ``[number, problem]``; at last ``{"not_used": what}`` for each thing that was not read.
    """
    with archives.opened(content, name, part) as source:
        if xlsx:
            tables = csv_and_xlsx.sheets(source, name, header_rows=header_rows)
        else:
            header_row = (header_rows or {}).get("", 0)
            mark = _mark(source)
            table = csv_and_xlsx.read_csv(
                source, mark, name, delimiter=delimiter, header_row=header_row
            )
            tables = iter([table])
        for table in tables:
            names = csv_and_xlsx.check_header(table.header, table.where, asked=asked)
            yield {
                "table": [table.where, table.title],
                "header": names,
                "first_day": table.first_day.isoformat() if table.first_day else "",
            }
            for row in table.rows:
                if row.sorts:
                    yield [row.number, list(row.cells), row.sorts]
                else:
                    yield [row.number, row.problem or list(row.cells)]
            for told in table.not_used():
                yield {"not_used": told}


def _mark(source: IO[bytes]) -> bytes:
    """Return the first bytes, which may be a byte order mark, and go back to the beginning."""
    head = source.read(len(codecs.BOM_UTF16))
    source.seek(0)
    return head
