"""Tables of people: chosen columns of a census table or grid, by area or with its own polygons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.scene.columns import table
from contrechamp.scene.file_kinds import CSV, GEOJSON, GPKG, PARQUET
from contrechamp.scene.geo_file import read_geojson, read_geopackage, read_parquet
from contrechamp.scene.input_files import OpenedFile
from contrechamp.scene.polygon_table import POLYGONS, refuse_shapes
from contrechamp.scene.table_file import read_csv
from contrechamp.scene.table_rows import Rows, between, settle
from contrechamp.scene.tables import Notice
from contrechamp.scene.valid_polygons import repair_areas

F8 = NDArray[np.float64]

#: Columns that are read of each row beside the numbers; a group of areas is a text.
ROW_COLUMNS: Mapping[str, str] = {"id": "str", "group": "str"}
#: No census counts more, and no covariate is farther from nothing.
GREATEST = 1e15


@dataclass(frozen=True)
class Census:
    """Rows of a table of people.

    Args:
        rows: `ROW_COLUMNS`, and polygons in WGS 84, or the plane; empty ones where the table has
            no shapes, and names areas by their id.
        numbers: column -> (n,) numbers, NaN where the table has none.
        has_shapes: whether the rows have polygons of their own.
    """

    rows: gpd.GeoDataFrame
    numbers: Mapping[str, F8]
    has_shapes: bool


def read_census(
    opened: OpenedFile, numbers: Sequence[str], group: str, *, skip_bad_rows: bool
) -> tuple[Census, list[Notice]]:
    """Return some columns of a table.

    Args:
        opened: the file.
        numbers: names of columns with numbers.
        group: name of a column with texts; "" for none.
        skip_bad_rows: leave out rows that cannot be read instead of stopping.

    Raises:
        InputError: if it is no table, lacks a column, names a row twice, or rows are bad.
    """
    rows = _rows(opened)
    for name in [*numbers, *([group] if group else [])]:
        if name.lower() not in rows.frame:
            raise InputError(
                _("no column {name}; found {columns}").format(
                    name=name, columns=", ".join(map(str, rows.columns))[:200]
                ),
                where=opened.name,
            )
    ids = rows.texts("id")
    polygon = np.isin(shapely.get_type_id(rows.shapes), POLYGONS)
    has_shapes = bool(polygon.any())
    if has_shapes:
        refuse_shapes(rows)
        repair_areas(rows, polygon)
        ids = np.where(ids == "", rows.sources(), ids)
    else:
        rows.refuse(ids == "", "id", _("expected the id of an area"))
    number = np.unique(ids.astype(str), return_index=True)[1]
    again = ids != ""
    again[number] = False
    rows.refuse(again, "id", _("this id stands in a row before"))
    expected = _("expected a number")
    found = {
        name: rows.numbers(name.lower(), between(-GREATEST, GREATEST), expected) for name in numbers
    }
    groups = rows.texts(group.lower()) if group else np.full(len(rows), "", object)
    notices = settle(rows, skip=skip_bad_rows)
    good = rows.good()
    shapes = rows.shapes if has_shapes else np.full(len(rows), shapely.Polygon(), object)
    data = {"id": ids[good], "group": groups[good]}
    return (
        Census(
            table(ROW_COLUMNS, data, shapes[good]),
            {name: values[good] for name, values in found.items()},
            has_shapes,
        ),
        notices,
    )


def _rows(opened: OpenedFile) -> Rows:
    read = {GEOJSON: read_geojson, GPKG: read_geopackage, PARQUET: read_parquet}
    if opened.format == CSV:
        return read_csv(opened)
    if opened.format not in read:
        raise InputError(
            _("expected people by area as CSV, or as polygons in GeoJSON, GeoPackage, GeoParquet"),
            where=opened.name,
        )
    layers = [rows for rows in read[opened.format](opened) if len(rows)]
    if len(layers) != 1:
        raise InputError(
            _("expected one layer of polygons; found {count}").format(count=len(layers)),
            where=opened.name,
        )
    return layers[0]
