"""Polygons that cross themselves or do not close: made valid, or told that they cannot be."""

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.i18n import _
from contrechamp.scene.table_rows import Rows
from contrechamp.scene.tables import Notice


def repair_areas(rows: Rows, polygon: NDArray[np.bool_]) -> None:
    """Repair the polygons of areas, and mark as bad those that enclose nothing.

    Args:
        rows: of areas.
        polygon: (n,) which of them have a polygon.
    """
    shapes = rows.shapes[polygon]
    whole, bad, gone = repaired(shapes)
    rows.shapes = rows.shapes.copy()
    rows.shapes[polygon] = whole
    row = np.flatnonzero(polygon)
    empty = np.isin(np.arange(len(rows)), row[gone])
    rows.refuse(empty, "geometry", _("expected a polygon that encloses something"))
    mended = _("the outline crosses itself or does not close: repaired")
    rows.notices += [
        Notice("repaired-polygon", f"{rows.file}:{rows.labels[at]}", mended)
        for at in row[bad & ~gone]
    ]


def repaired(
    shapes: NDArray[np.object_],
) -> tuple[NDArray[np.object_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Make polygons valid.

    Args:
        shapes: (n,) Polygons or MultiPolygons, metres.

    Returns:
        the shapes, valid ones unchanged and invalid ones as the area that even-odd filling of their
        rings covers (possibly empty); a mask of those repaired; a mask of those empty.
    """
    bad = ~shapely.is_valid(shapes)
    whole = shapes.copy()
    if bad.any():
        whole[bad] = _only_area(shapely.make_valid(shapes[bad]))
    gone = shapely.is_empty(whole) | (shapely.area(whole) == 0.0)
    return whole, bad, gone


def _only_area(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    parts, row = shapely.get_parts(shapes, return_index=True)
    deeper, of_part = shapely.get_parts(parts, return_index=True)  # collections may be nested
    row = row[of_part]
    solid = shapely.get_type_id(deeper) == 3
    only = np.full(len(shapes), shapely.MultiPolygon(), dtype=object)
    for i in np.unique(row[solid]):
        only[i] = shapely.multipolygons(deeper[solid & (row == i)])
    return only
