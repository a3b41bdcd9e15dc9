"""Recorded walks among the rows of a table: its lines."""

import numpy as np
import shapely

from contrechamp.scene.columns import kept_rows, table
from contrechamp.scene.source_tables import SourceTables
from contrechamp.scene.table_rows import Rows, refuse_off_earth, settle, understood
from contrechamp.scene.tables import TRACK_COLUMNS

#: shapely's numbers for LineString, LinearRing and MultiLineString.
LINES = (1, 2, 5)


def tracks_of(rows: Rows, *, skip_bad_rows: bool) -> SourceTables:
    """Return the lines of a table as walks, each part of a line a walk of its own.

    Raises:
        InputError: at bad rows that are not to be skipped.
    """
    refuse_off_earth(rows, np.isin(shapely.get_type_id(rows.shapes), LINES))
    names = rows.texts("name")
    notices = settle(rows, skip=skip_bad_rows)
    good = rows.good()
    parts, row = shapely.get_parts(rows.shapes[good], return_index=True)
    lines = np.array([shapely.LineString(part.coords) for part in parts], dtype=object)
    labels = rows.labels[good][row]
    number = np.arange(len(row)) - np.searchsorted(row, row) + 1
    several = np.bincount(row, minlength=1)[row] > 1 if len(row) else np.empty(0, bool)
    ids = [
        f"{rows.file}#{label}.{n}" if more else f"{rows.file}#{label}"
        for label, n, more in zip(labels, number, several, strict=True)
    ]
    data = {"id": ids, "name": names[good][row], "source": [rows.file] * len(ids)}
    walks = table(TRACK_COLUMNS, data, lines)
    return SourceTables(
        tracks=kept_rows(walks, shapely.length(lines) > 0.0),
        notices=notices,
        counts={"rows_left_out": int((~good).sum())},
        understood=understood(rows, rows),
    )
