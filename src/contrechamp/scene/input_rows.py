"""Reading one input file, whatever its format: bytes in, tables out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.barrier_fields import KNOWN_NAMES as NAMES_OF_BARRIERS
from contrechamp.scene.barrier_table import (
    barriers_of,
    refuse_unknown,
    services_of,
    told_barriers,
    told_services,
)
from contrechamp.scene.camera_fields import KNOWN_NAMES
from contrechamp.scene.camera_table import cameras_of
from contrechamp.scene.file_kinds import (
    CSV,
    GEOJSON,
    GEOTIFF,
    GPKG,
    GPX,
    KML,
    KMZ,
    OSM_FORMATS,
    PARQUET,
    PHOTOS,
    XLSX,
)
from contrechamp.scene.geo_file import read_geojson, read_geopackage, read_parquet
from contrechamp.scene.gpx import parsed, walks_of, waypoints_of
from contrechamp.scene.height_file import read_heights
from contrechamp.scene.input_files import OpenedFile
from contrechamp.scene.kml import read_kml
from contrechamp.scene.osm_file import read_osm
from contrechamp.scene.osm_objects import with_tags
from contrechamp.scene.osm_scene import from_osm
from contrechamp.scene.photos import read_photos
from contrechamp.scene.polygon_table import POLYGONS, areas_of, footprints_of
from contrechamp.scene.screen_table import screens_of, told_screens
from contrechamp.scene.source_tables import SourceTables
from contrechamp.scene.table_file import read_csv, read_xlsx
from contrechamp.scene.table_rows import LON, Rows
from contrechamp.scene.tables import Notice
from contrechamp.scene.tagged_rows import cameras_among, has_tags
from contrechamp.scene.together import stacked_tables
from contrechamp.scene.tracks_of_rows import LINES, tracks_of
from contrechamp.scene.understood import notices_of_unused, together

Mask = NDArray[np.bool_]

#: Format -> the reader of its tables.
TABLES: Mapping[str, Callable[[OpenedFile], list[Rows]]] = {
    CSV: lambda opened: [read_csv(opened)],
    XLSX: read_xlsx,
    GEOJSON: read_geojson,
    GPKG: read_geopackage,
    PARQUET: read_parquet,
    KML: lambda opened: [read_kml(opened)],
    KMZ: lambda opened: [read_kml(opened)],
    PHOTOS: lambda opened: [read_photos(opened)],
}
#: Formats in which people draw: a polygon marks an area, and beside a line a point may be anything.
_DRAWINGS = frozenset({KML, KMZ})
#: shapely's numbers for no shape and for Point.
_NOTHING, _POINT = -1, 0
#: Columns that only buildings have.
_OF_BUILDINGS = ("building", "building:part", "height_m", "height", "building:levels")
#: Columns that only cameras have.
_OF_CAMERAS = KNOWN_NAMES - {"id", "source", "operator", "type", "height", "indoor", "zone"}


def read_input(opened: OpenedFile, *, skip_bad_rows: bool) -> SourceTables:
    """Return the tables of a file. In a table, points are cameras, lines walks, polygons buildings.

    Raises:
        InputError: if the file cannot be used.
    """
    if opened.format in OSM_FORMATS:
        return from_osm(read_osm(opened), opened.name)
    if opened.format == GEOTIFF:
        return read_heights(opened)
    if opened.format == GPX:
        gpx = parsed(opened.content, opened.name)
        waypoints = waypoints_of(gpx, opened.name)
        if waypoints is None:
            return walks_of(gpx, opened.name)
        parts = _by_shape(waypoints, GPX, waypoints, skip=skip_bad_rows)
    else:
        tables = _tables(opened)
        parts = list(
            chain.from_iterable(
                _by_shape(rows, opened.format, *tables, skip=skip_bad_rows) for rows in tables
            )
        )
    found = stacked_tables(parts)
    understood = together(found.understood)
    notices = [*found.notices, *notices_of_unused(understood)]
    return replace(found, notices=notices, understood=understood)


def read_areas(opened: OpenedFile, *, skip_bad_rows: bool) -> SourceTables:
    """Read districts or grid cells.

    Raises:
        InputError: if the file holds no polygons.
    """
    no_areas = InputError(
        _("expected areas as polygons in GeoJSON, GeoPackage, GeoParquet or KML"), where=opened.name
    )
    if opened.format in OSM_FORMATS or opened.format in {CSV, XLSX, GPX, PHOTOS, GEOTIFF}:
        raise no_areas
    tables = _tables(opened)
    layers = [rows for rows in tables if _are(rows, POLYGONS).any()] or tables
    if opened.format in _DRAWINGS:
        layers = [rows.only(_are(rows, POLYGONS)) for rows in layers]
        if not len(layers[0]):
            raise no_areas
    found = stacked_tables([areas_of(rows, skip_bad_rows=skip_bad_rows) for rows in layers])
    return replace(found, notices=[*found.notices, *notices_of_unused(found.understood)])


def _tables(opened: OpenedFile) -> list[Rows]:
    tables = TABLES[opened.format](opened)
    if not any(len(rows) for rows in tables):
        said = [notice.message for rows in tables for notice in rows.notices]
        raise InputError("; ".join([_("the table has no rows"), *said]), where=opened.name)
    return [with_tags(rows) for rows in tables if len(rows)]


def _are(rows: Rows, kinds: Sequence[int]) -> Mask:
    return np.isin(shapely.get_type_id(rows.shapes), kinds)


def _by_shape(
    rows: Rows, form: str, *tables: Rows, skip: bool, beside: bool = False
) -> list[SourceTables]:
    """Return the tables of some rows: what is a camera, a walk, a building.

    Args:
        rows: of one table.
        form: of the file.
        tables: all of the file, with `rows`.
        skip: leave out bad rows.
        beside: the table has barriers or services as well.
    """
    barrier, service = told_barriers(rows), told_services(rows)
    screen = told_screens(rows) & ~barrier
    if barrier.any() or screen.any() or service.any():
        other = ~barrier & ~screen
        named = [(barrier, barriers_of), (screen, screens_of), (service & other, services_of)]
        found = _each(rows, [(mask, read) for mask, read in named if mask.any()], skip=skip)
        rest = replace(rows.only(~service & other), notices=[])
        if len(rest):
            found += _by_shape(rest, form, *tables, skip=skip, beside=True)
        return found
    polygon, line = _are(rows, POLYGONS), _are(rows, LINES)
    notices: list[Notice] = []
    if has_tags(rows):
        return _by_tags(rows, polygon, skip=skip)
    refuse_unknown(rows, _filled(rows, _OF_CAMERAS - NAMES_OF_BARRIERS), beside=beside)
    if polygon.any() and not _has_points(rows):
        polygon |= _are(rows, (_NOTHING,))  # which are to be refused as such
    others = ~polygon & ~line
    if form in _DRAWINGS:
        if any(_are(table, LINES).any() for table in tables):
            silent = others & ~_filled(rows, _OF_CAMERAS)
            notices += _not_read(rows, silent, _points_beside_walks)
            others &= ~silent
        notices += _not_read(rows, polygon, _areas_drawn)
        polygon &= False
    elif polygon.any() and any(_has_points(table) for table in tables):
        # Beside cameras, a polygon may mark the place that was surveyed.
        buildings = polygon & _filled(rows, _OF_BUILDINGS)
        notices += _not_read(rows, polygon & ~buildings, _areas_drawn)
        polygon = buildings
    if others.any():
        _check_places(rows)
    rows.notices += notices
    kinds = ((others, cameras_of), (line, tracks_of), (polygon, footprints_of))
    wanted = [(mask, read) for mask, read in kinds if mask.any()]
    if not wanted:
        return [SourceTables(notices=rows.notices)]
    return _each(rows, wanted, skip=skip)


def _by_tags(rows: Rows, polygon: Mask, *, skip: bool) -> list[SourceTables]:
    """Return cameras by their tags, whatever their shape, and the buildings among the rest."""
    camera = np.isin(rows.labels, cameras_among(rows).labels)
    building = polygon & ~camera & _filled(rows, ("building", "building:part"))
    wanted = [(~building, cameras_of)]
    return _each(rows, [*wanted, *([(building, footprints_of)] * bool(building.any()))], skip=skip)


def _each(
    rows: Rows, wanted: Sequence[tuple[Mask, Callable[..., SourceTables]]], *, skip: bool
) -> list[SourceTables]:
    """Return what each reader makes of its rows; what was told of the table is told once."""
    found = []
    for number, (mask, read) in enumerate(wanted):
        some = rows.only(mask)
        found.append(read(some if not number else replace(some, notices=[]), skip_bad_rows=skip))
    return found


def _filled(rows: Rows, names: Iterable[str]) -> Mask:
    """Return which rows say something in one of these columns; they do not count as used yet."""
    used = set(rows.used_columns)
    mask = np.zeros(len(rows), bool)
    for name in names:
        cells = rows.texts(name)
        mask |= (cells != "") & (cells != "no")
    rows.used_columns = used
    return mask


def _has_points(rows: Rows) -> bool:
    return any(name in rows.frame for name in LON) or bool(_are(rows, (_POINT,)).any())


def _check_places(rows: Rows) -> None:
    """Refuse a table that has no places at all."""
    if _has_points(rows) or any(shape is not None for shape in rows.shapes):
        return
    raise InputError(
        _("expected a table with the columns id, lon and lat; found {columns}").format(
            columns=", ".join(map(str, rows.columns))[:200]
        ),
        where=rows.file,
    )


def _not_read(rows: Rows, mask: Mask, told: Callable[[int], str]) -> list[Notice]:
    count = int(mask.sum())
    return [Notice("not-read", rows.file, told(count))] if count else []


def _areas_drawn(count: int) -> str:
    return ngettext(
        "{count} polygon without a height is not taken as a building; give the file with --areas "
        "if it marks an area",
        "{count} polygons without a height are not taken as buildings; give the file with --areas "
        "if they mark areas",
        count,
    ).format(count=count)


def _points_beside_walks(count: int) -> str:
    return ngettext(
        "{count} point beside the walk is not read; in a file of its own it would be a camera",
        "{count} points beside the walk are not read; in a file of their own they would be cameras",
        count,
    ).format(count=count)
