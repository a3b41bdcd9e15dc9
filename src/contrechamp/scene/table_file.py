"""Reading tables from CSV and XLSX, with shapes as well-known text if there are any."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from contrechamp.base import csv_and_xlsx
from contrechamp.base.csv_and_xlsx import Row, Table
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.scene.input_files import OpenedFile
from contrechamp.scene.table_rows import LON, WKT, RowProblem, Rows, check_cells
from contrechamp.scene.tables import Notice


def read_csv(opened: OpenedFile) -> Rows:
    """Read the cells; a row that is shorter than the header ends in missing cells.

    Raises:
        InputError: if the file is not text, or a column occurs twice.
    """
    found = csv_and_xlsx.read_csv(BytesIO(opened.content), opened.content[:4], opened.name)
    return _rows(found, opened.name)


def read_xlsx(opened: OpenedFile) -> list[Rows]:
    """Read the sheets of a workbook that have places in them; the others are told.

    Raises:
        InputError: if it is damaged, exceeds the limits, or no sheet has places.
    """
    found: list[Rows] = []
    others: list[str] = []
    for sheet in csv_and_xlsx.sheets(BytesIO(opened.content), opened.name):
        header = {name.lower() for name in sheet.header}
        if header & {*LON, *WKT}:
            found.append(_rows(sheet, sheet.where))
        else:
            others += [sheet.title] * bool(sheet.header)
            for _row in sheet.rows:  # each is to be read before the next
                pass
    if not found:
        raise InputError(
            _("no sheet of it has the columns lon and lat (or wkt); found {sheets}").format(
                sheets=", ".join(others)[:200] or "–"
            ),
            where=opened.name,
        )
    if others:
        told = _("sheets without lon and lat are not read: {names}").format(names=", ".join(others))
        found[0].notices.append(Notice("not-read", opened.name, told))
    return [replace(one, file=opened.name) for one in found] if len(found) == 1 else found


def _rows(found: Table, name: str) -> Rows:
    header = [name.lower() for name in found.header]
    csv_and_xlsx.check_header(header, name)
    rows = list(_bounded(found.rows, len(header), name))
    cells = [[*row.cells, *[""] * (len(header) - len(row.cells))] for row in rows]
    frame = pd.DataFrame(cells, columns=header, dtype=object)
    labels = np.array([row.number for row in rows], np.int64)
    problems = [RowProblem(at, "", row.problem) for at, row in enumerate(rows) if row.problem]
    notices = [Notice("column-not-used", name, told) for told in found.not_used()]
    return Rows(name, labels, frame, _shapes(frame), problems, notices, set(WKT))


def _bounded(rows: Iterator[Row], width: int, name: str) -> Iterator[Row]:
    """Yield rows, as long as a table of them is not larger than any map needs."""
    for number, row in enumerate(rows, start=1):
        check_cells(number * width, name)
        yield row


def _shapes(frame: pd.DataFrame) -> NDArray[np.object_]:
    """Return the shapes in a column of well-known text; None where there is none."""
    column = next((name for name in WKT if name in frame), None)
    if column is None:
        return np.full(len(frame), None, dtype=object)
    shapes = shapely.from_wkt(frame[column].to_numpy(object), on_invalid="ignore")
    return np.asarray(shapely.force_2d(shapes), dtype=object)
