"""Reading recorded walks: GPX tracks and routes."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import gpxpy
import numpy as np
import pandas as pd
import shapely
from gpxpy.gpx import GPX, GPXException

from contrechamp.base.errors import InputError
from contrechamp.base.files import unreadable
from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.columns import table_of_rows
from contrechamp.scene.input_files import declares_entities
from contrechamp.scene.source_tables import SourceTables
from contrechamp.scene.table_rows import Rows
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
        if isinstance(error.__context__, MemoryError):  # which gpxpy takes for a fault of the file
            raise MemoryError from error
        raise unreadable(name, advice=_("export it again"), form="GPX") from error


def waypoints_of(gpx: GPX, name: str) -> Rows | None:
    """Return a row for each waypoint of a file that has no walk; None if it has walks.

    A phone app writes the places that somebody marked as waypoints. Beside a walk they may be
    anything on the way, and are told by `walks_of`.
    """
    if gpx.tracks or gpx.routes or not gpx.waypoints:
        return None
    cells = [_cells(point) for point in gpx.waypoints]
    names = list(dict.fromkeys(name for row in cells for name in row)) or ["name"]
    labels = np.arange(1, len(cells) + 1, dtype=np.int64)
    places = [(point.longitude, point.latitude) for point in gpx.waypoints]
    shapes = np.array(shapely.points(places), dtype=object)
    return Rows(name, labels, pd.DataFrame(cells, columns=names, dtype=object), shapes)


def _cells(point: Any) -> dict[str, str]:
    """Return the texts of a waypoint, and what apps add to it, by names in lower case."""
    texts = ("name", "comment", "description", "symbol", "type")
    cells = {text: str(getattr(point, text) or "") for text in texts}
    for extension in point.extensions:
        for part in extension.iter():
            name = str(part.tag).rpartition("}")[2].lower()
            if not len(part):
                cells.setdefault(name, (part.text or "").strip())
    return {name: text for name, text in cells.items() if text}


def walks_of(gpx: GPX, name: str) -> SourceTables:
    """Return the segments of all tracks, and all routes. Times and waypoints are not kept.

    Raises:
        InputError: if there is no walk.
    """
    runs: list[_Walk] = [
        (f"{name}#{t}.{s}", track.name or "", segment.points)
        for t, track in enumerate(gpx.tracks, start=1)
        for s, segment in enumerate(track.segments, start=1)
    ]
    runs += [
        (f"{name}#r{r}", route.name or "", route.points)
        for r, route in enumerate(gpx.routes, start=1)
    ]
    walks = [run for run in runs if len(run[2]) > 1]
    if not walks:
        raise InputError(_("it holds no track or route of two points or more"), where=name)
    for identity, _title, points in walks:
        for number, point in enumerate(points, start=1):
            if not (-180.0 <= point.longitude <= 180.0 and -90.0 <= point.latitude <= 90.0):
                raise InputError(
                    _("expected degrees of longitude and latitude on earth"),
                    where=f"{name}: {identity}: {number}",
                )
    short = Notice("short-track", name, _("a track of fewer than two points: left out"))
    notices = [short] * (len(runs) - len(walks))
    if gpx.waypoints:
        text = ngettext(
            "{count} waypoint beside the walk is not read; in a file of its own it would be a "
            "camera",
            "{count} waypoints beside the walk are not read; in a file of their own they would be "
            "cameras",
            len(gpx.waypoints),
        ).format(count=len(gpx.waypoints))
        notices.append(Notice("not-read", name, text))
    return SourceTables(tracks=_table(name, walks), notices=notices)


def _table(name: str, walks: list[_Walk]) -> gpd.GeoDataFrame:
    return table_of_rows(
        TRACK_COLUMNS,
        [{"id": identity, "name": title, "source": name} for identity, title, _points in walks],
        [
            shapely.LineString([(p.longitude, p.latitude) for p in points])
            for *_who, points in walks
        ],
    )
