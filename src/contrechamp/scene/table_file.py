"""Reading tables from CSV, with shapes as well-known text if there are any."""

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from contrechamp.base import csv_and_xlsx
from contrechamp.base.csv_and_xlsx import Row
from contrechamp.scene.input_files import OpenedFile
from contrechamp.scene.table_rows import RowProblem, Rows, check_cells
from contrechamp.scene.tables import Notice

#: Columns that hold shapes as well-known text (OGC), longitude before latitude.
WKT = ("wkt", "geometry", "geom", "the_geom")


def read_csv(opened: OpenedFile) -> Rows:
    """Read the cells; a row that is shorter than the header ends in missing cells.

    Raises:
        InputError: if the file is not text, or a column occurs twice.
    """
    found = csv_and_xlsx.read_csv(BytesIO(opened.content), opened.content[:4], opened.name)
    header = [name.lower() for name in found.header]
    csv_and_xlsx.check_header(header, opened.name)
    rows = list(_bounded(found.rows, len(header), opened.name))
    cells = [[*row.cells, *[""] * (len(header) - len(row.cells))] for row in rows]
    frame = pd.DataFrame(cells, columns=header, dtype=object)
    labels = np.array([row.number for row in rows], np.int64)
    problems = [RowProblem(at, "", row.problem) for at, row in enumerate(rows) if row.problem]
    notices = [Notice("column-not-used", opened.name, told) for told in found.not_used()]
    return Rows(opened.name, labels, frame, _shapes(frame), problems, notices, set(WKT))


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
