"""Reading tables of polygons: buildings and areas."""

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.i18n import _
from contrechamp.scene.building_tags import vertical_extent
from contrechamp.scene.columns import kept_rows, table
from contrechamp.scene.source_tables import FOOTPRINT_COLUMNS, SourceTables
from contrechamp.scene.table_rows import (
    F8,
    Rows,
    between,
    refuse_off_earth,
    settle,
    understood,
)
from contrechamp.scene.tables import AREA_COLUMNS
from contrechamp.scene.valid_polygons import repair_areas

#: shapely's numbers for Polygon and MultiPolygon.
POLYGONS = (3, 6)
_HEIGHT = between(0.0, 10_000.0)


def footprints_of(rows: Rows, *, skip_bad_rows: bool) -> SourceTables:
    """Check rows of buildings, with ``height_m`` or OSM's ``height`` and ``building:levels``.

    Raises:
        InputError: at bad rows that are not to be skipped.
    """
    refuse_shapes(rows)
    rows.used_columns.update(_TAGS)
    ids = ids_or_rows(rows)
    expected = _("expected metres above the ground, 0 to 10000")
    height = rows.numbers("height_m", _HEIGHT, expected)
    bottom = rows.numbers("min_height_m", _HEIGHT, expected)
    source = np.where(np.isnan(height), "", "height").astype(object)
    for row in np.flatnonzero(np.isnan(height)):
        _from_tags(rows, int(row), height, bottom, source)
    bottom = np.where(np.isnan(bottom), 0.0, bottom)
    with np.errstate(invalid="ignore"):
        rows.refuse(bottom >= height, "height_m", _("expected the top above min_height_m"))
    notices = settle(rows, skip=skip_bad_rows)
    good = rows.good()
    data = {
        "id": ids,
        "height_m": height,
        "min_height_m": bottom,
        "height_source": source,
        "part": np.zeros(len(rows), bool),
        "dwelling": np.full(len(rows), "", dtype=object),
        "source": rows.sources(),
    }
    return SourceTables(
        footprints=kept_rows(table(FOOTPRINT_COLUMNS, data, rows.shapes), good),
        notices=notices,
        counts={"rows_left_out": int((~good).sum())},
        understood=understood(rows, rows, _MEANS),
    )


_MEANS = {
    "height_m": "height_m of a building",
    "height": "height_m of a building",
    "building:levels": "height_m of a building",
    "min_height": "min_height_m",
    "building:min_level": "min_height_m",
}
_TAGS = ("height", "building:levels", "min_height", "building:min_level")


def _from_tags(rows: Rows, row: int, height: F8, bottom: F8, source: NDArray[np.object_]) -> None:
    """Read a height as OSM tags it, if the table has such columns."""
    tags = {
        tag: str(rows.frame[tag].iloc[row])
        for tag in _TAGS
        if tag in rows.frame and rows.frame[tag].notna().iloc[row]
    }
    if tags:
        extent = vertical_extent(tags)
        height[row], source[row] = extent.height_m, extent.height_source
        if np.isnan(bottom[row]):
            bottom[row] = extent.min_height_m
        here = np.arange(len(rows)) == row
        for tag in extent.unreadable:
            rows.refuse_text(here, tag, _("expected metres or floors, the top above the bottom"))


def areas_of(rows: Rows, *, skip_bad_rows: bool) -> SourceTables:
    """Check rows of districts or grid cells: ``id``, ``name``, ``population``.

    Raises:
        InputError: at bad rows that are not to be skipped.
    """
    refuse_shapes(rows)
    repair_areas(rows, np.isin(shapely.get_type_id(rows.shapes), POLYGONS))
    population = rows.numbers("population", between(0.0, 1e10), _("expected a number of people"))
    ids, name = ids_or_rows(rows), rows.texts("name")
    notices = settle(rows, skip=skip_bad_rows)
    good = rows.good()
    data = {"id": ids, "name": np.where(name == "", ids, name), "population": population}
    return SourceTables(
        areas=kept_rows(table(AREA_COLUMNS, data, rows.shapes), good),
        notices=notices,
        counts={"rows_left_out": int((~good).sum())},
        understood=understood(rows, rows),
    )


def refuse_shapes(rows: Rows) -> None:
    """Mark rows as bad that have no polygon, or one that leaves the earth."""
    polygon = np.isin(shapely.get_type_id(rows.shapes), POLYGONS)
    rows.refuse(~polygon, "geometry", _("expected a polygon with longitude and latitude"))
    refuse_off_earth(rows, polygon)


def ids_or_rows(rows: Rows) -> NDArray[np.object_]:
    """Return the ids, made unique with the number of the row where missing or repeated."""
    ids, seen = rows.texts("id"), set()
    for row, identity in enumerate(ids):
        if not identity:
            ids[row] = f"{rows.file}:{rows.labels[row]}"
        elif identity in seen:
            ids[row] = f"{identity}@{rows.labels[row]}"
        seen.add(ids[row])
    return ids
