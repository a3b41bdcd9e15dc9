"""Reading recorded walks: GPX tracks and routes."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import gpxpy
import shapely
from gpxpy.gpx import GPX, GPXException

from contrechamp.base.errors import InputError
from contrechamp.base.files import unreadable
from contrechamp.base.i18n import _
from contrechamp.scene.columns import table_of_rows
from contrechamp.scene.input_files import OpenedFile, declares_entities
from contrechamp.scene.source_tables import SourceTables
from contrechamp.scene.tables import TRACK_COLUMNS, Notice

#: id, name, points
_Walk = tuple[str, str, Sequence[Any]]


def parsed(content: bytes, name: str) -> GPX:
    """Return the tracks, routes and waypoints of a file.

    Raises:
        InputError: if it is not GPX.
    """
    if declares_entities(content):
        raise InputError(
            _("it declares a document type or entities, which no GPX file needs; export it again"),
            where=name,
        )
    try:
        return gpxpy.parse(content)
    except (GPXException, ValueError, TypeError, LookupError) as error:
        raise unreadable(name, advice=_("export it again"), form="GPX") from error


def read_gpx(opened: OpenedFile) -> SourceTables:
    """Read the segments of all tracks, and all routes. Times and waypoints are not kept.

    Raises:
        InputError: if the file is not GPX, or holds no walk.
    """
    gpx = parsed(opened.content, opened.name)
    runs: list[_Walk] = [
        (f"{opened.name}#{t}.{s}", track.name or "", segment.points)
        for t, track in enumerate(gpx.tracks, start=1)
        for s, segment in enumerate(track.segments, start=1)
    ]
    runs += [
        (f"{opened.name}#r{r}", route.name or "", route.points)
        for r, route in enumerate(gpx.routes, start=1)
    ]
    walks = [run for run in runs if len(run[2]) > 1]
    if not walks:
        raise InputError(_("it holds no track or route of two points or more"), where=opened.name)
    for identity, _name, points in walks:
        for number, point in enumerate(points, start=1):
            if not (-180.0 <= point.longitude <= 180.0 and -90.0 <= point.latitude <= 90.0):
                raise InputError(
                    _("expected degrees of longitude and latitude on earth"),
                    where=f"{opened.name}: {identity}: {number}",
                )
    short = len(runs) - len(walks)
    return SourceTables(
        tracks=_table(opened.name, walks),
        notices=[
            Notice("short-track", opened.name, _("a track of fewer than two points: left out"))
        ]
        * short,
    )


def _table(name: str, walks: list[_Walk]) -> gpd.GeoDataFrame:
    return table_of_rows(
        TRACK_COLUMNS,
        [{"id": identity, "name": title, "source": name} for identity, title, _points in walks],
        [
            shapely.LineString([(p.longitude, p.latitude) for p in points])
            for *_who, points in walks
        ],
    )
