"""Tables as CSV, with shapes as well-known text where there are any."""

from io import BytesIO

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from contrechamp.base import tables
from contrechamp.scene.input_files import Opened
from contrechamp.scene.table_rows import Problem, Rows
from contrechamp.scene.tables import Notice

#: Columns that hold shapes as well-known text (OGC), longitude before latitude.
WKT = ("wkt", "geometry", "geom", "the_geom")


def read_csv(opened: Opened) -> Rows:
    """Read the cells; a row that is shorter than the header ends in missing cells.

    Raises:
        InputError: if the file is no text, or a column is there twice.
    """
    found = tables.read_csv(BytesIO(opened.content), opened.content[:4], opened.name)
    header = [name.lower() for name in found.header]
    tables.check_header(header, opened.name)
    rows = list(found.rows)
    frame = pd.DataFrame([row.cells for row in rows], columns=header, dtype=object)
    labels = np.array([row.number for row in rows], np.int64)
    problems = [Problem(at, "", row.problem) for at, row in enumerate(rows) if row.problem]
    notices = [Notice("column-not-used", opened.name, told) for told in found.not_used()]
    return Rows(opened.name, labels, frame, _shapes(frame), problems, notices, set(WKT))


def _shapes(frame: pd.DataFrame) -> NDArray[np.object_]:
    """Return the shapes of a column of well-known text; None where there is none to be read."""
    column = next((name for name in WKT if name in frame), None)
    if column is None:
        return np.full(len(frame), None, dtype=object)
    found = shapely.from_wkt(frame[column].to_numpy(object), on_invalid="ignore")
    return np.asarray(shapely.force_2d(found), dtype=object)
