"""Reading one input file, whatever its format."""

import numpy as np
import shapely

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.scene.camera_table import LON, cameras_of
from contrechamp.scene.geo_file import read_geo
from contrechamp.scene.gpx import read_gpx
from contrechamp.scene.input_files import CSV, GPX, OSM_FORMATS, OpenedFile
from contrechamp.scene.osm_file import read_osm
from contrechamp.scene.osm_scene import from_osm
from contrechamp.scene.polygon_table import POLYGONS, areas_of, footprints_of
from contrechamp.scene.source_tables import SourceTables
from contrechamp.scene.table_file import read_csv
from contrechamp.scene.table_rows import Rows


def read_input(opened: OpenedFile, *, skip_bad_rows: bool) -> SourceTables:
    """Return the tables of a file. In a table, points are cameras and polygons are buildings.

    Raises:
        InputError: if the file cannot be used.
    """
    if opened.format in OSM_FORMATS:
        return from_osm(read_osm(opened), opened.name)
    if opened.format == GPX:
        return read_gpx(opened)
    rows = _table(opened)
    polygon = np.isin(shapely.get_type_id(rows.shapes), POLYGONS)
    if not polygon.any():
        if not any(name in rows.frame for name in LON) and all(s is None for s in rows.shapes):
            raise InputError(
                _("expected a table with the columns id, lon and lat; found {columns}").format(
                    columns=", ".join(map(str, rows.frame.columns))[:200]
                ),
                where=opened.name,
            )
        return cameras_of(rows, skip_bad_rows=skip_bad_rows)
    if (shapely.get_type_id(rows.shapes) == 0).any():
        raise InputError(
            _("points and polygons in one file; give cameras and buildings in separate files"),
            where=opened.name,
        )
    return footprints_of(rows, skip_bad_rows=skip_bad_rows)


def read_areas(opened: OpenedFile, *, skip_bad_rows: bool) -> SourceTables:
    """Read districts or grid cells.

    Raises:
        InputError: if the file holds no polygons.
    """
    if opened.format in OSM_FORMATS or opened.format in {CSV, GPX}:
        raise InputError(
            _("expected areas as polygons in GeoJSON, GeoPackage or GeoParquet"), where=opened.name
        )
    return areas_of(_table(opened), skip_bad_rows=skip_bad_rows)


def _table(opened: OpenedFile) -> Rows:
    rows = read_csv(opened) if opened.format == CSV else read_geo(opened)
    if not len(rows):
        raise InputError(_("the table has no rows"), where=opened.name)
    return rows
