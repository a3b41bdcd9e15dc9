"""Tables that are imported: CSV and XLSX."""

import codecs
from collections.abc import Iterator
from typing import IO, Any

from contrechamp.base import csv_and_xlsx
from contrechamp.dossier.formats.in_cell import archives


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


def rows(content: IO[bytes], *, name: str, part: int | None, xlsx: bool) -> Iterator[Any]:
    """Yield the rows of all tables of a file.

    Yields:
        For each table ``{"table": [where, title], "header": names}``; then for each row its number
        and cells, or its number and what is wrong with it as ``[number, problem]``; at last
        ``{"not_used": what}`` for each thing that was not read.
    """
    with archives.opened(content, name, part) as source:
        if xlsx:
            tables = csv_and_xlsx.sheets(source, name)
        else:
            head = source.read(len(codecs.BOM_UTF16))
            source.seek(0)
            tables = iter([csv_and_xlsx.read_csv(source, head, name)])
        for table in tables:
            csv_and_xlsx.check_header(table.header, table.where)
            yield {"table": [table.where, table.title], "header": list(table.header)}
            for row in table.rows:
                yield [row.number, row.problem or list(row.cells)]
            for told in table.not_used():
                yield {"not_used": told}
