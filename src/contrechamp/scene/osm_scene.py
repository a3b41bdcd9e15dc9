"""Interpreting the objects of an OSM file: cameras, buildings, streets, places, barriers."""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.barrier_tags import barrier, read_barrier
from contrechamp.scene.building_tags import dwelling, off_the_ground, vertical_extent
from contrechamp.scene.camera_tags import (
    USED_AS,
    is_camera,
    is_former,
    is_surveillance,
    notice_of_unreadable,
    notices_of_unused,
    read_camera,
)
from contrechamp.scene.columns import table_of_rows
from contrechamp.scene.foot_access import under_ground, walkable
from contrechamp.scene.osm_file import OsmObjects, Tags
from contrechamp.scene.osm_places import home_door, service
from contrechamp.scene.screen_fields import GATE, RETAINING_WALL
from contrechamp.scene.screen_tags import fills_area, read_screen, screen, told_of_held
from contrechamp.scene.source_tables import DOOR_COLUMNS, FOOTPRINT_COLUMNS, Path, SourceTables
from contrechamp.scene.tables import (
    BARRIER_COLUMNS,
    CAMERA_COLUMNS,
    PLACE_COLUMNS,
    SCREEN_COLUMNS,
    Notice,
)
from contrechamp.scene.understood import TagCounts


class _Notes:
    """Notices and counts of one file, collected while its objects are read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.notices: list[Notice] = []
        self.counts: Counter[str] = Counter()
        self.tags = TagCounts()

    def unreadable(self, identity: str, tag: str, value: str, message: str) -> None:
        self.counts["unreadable_tags"] += 1
        where = f"{self.file}: {identity}"
        self.notices.append(notice_of_unreadable(where, tag, value, message))


_ELLIPSOID = pyproj.Geod(ellps="WGS84")


def from_osm(objects: OsmObjects, file: str) -> SourceTables:
    """Make tables from the objects of an OSM file.

    Args:
        objects: from `osm_file.read_osm`.
        file: its name, for notices and sources.
    """
    notes = _Notes(file)
    found = SourceTables(
        cameras=_cameras(objects, notes),
        footprints=_footprints(objects, notes),
        paths=_paths(objects, notes),
        places=_places(objects),
        doors=_doors(objects),
        barriers=_barriers(objects, notes),
        screens=_screens(objects, notes),
        notices=notes.notices,
        counts=notes.counts,
        understood=notes.tags.understood(file, USED_AS),
    )
    _note_what_is_missing(objects, notes)
    return found


def _polygons(objects: OsmObjects) -> Iterator[tuple[str, Tags, Any]]:
    return chain(objects.closed, objects.relations)


def _points_and_polygons(objects: OsmObjects) -> Iterator[tuple[str, Tags, Any]]:
    return chain(objects.nodes, _polygons(objects))


def _inside(shape: Any) -> Any:
    """Return a point to represent a shape: inside it, if it is valid."""
    if shape.geom_type == "Point":
        return shape
    return shapely.point_on_surface(shape) if shape.is_valid else shapely.centroid(shape)


def _cameras(objects: OsmObjects, notes: _Notes) -> gpd.GeoDataFrame:
    rows, places = [], []
    unused: Counter[tuple[str, str]] = Counter()
    way_deg = way_directions(objects)
    for identity, tags, shape in chain(_points_and_polygons(objects), objects.lines):
        if not is_camera(tags):
            former = is_former(tags)
            notes.counts["cameras_not_in_use"] += former
            notes.counts["watchers_that_are_no_cameras"] += is_surveillance(tags) and not former
            continue
        found = read_camera(tags, identity, way_deg.get(identity, math.nan))
        source = {"source": f"{notes.file}: {identity}"}
        rows += [row | source for row in found.rows]
        places += [_of_camera(identity, shape, notes)] * len(found.rows)
        unused.update(found.unused)
        notes.tags.add(tags, (one.tag for one in found.unreadable), found.unused)
        for one in found.unreadable:
            notes.unreadable(identity, one.tag, one.value, one.message)
    notes.counts["tags_not_used"] += len(unused)
    notes.notices += notices_of_unused(notes.file, unused)
    return table_of_rows(CAMERA_COLUMNS, rows, places)


def _of_camera(identity: str, shape: Any, notes: _Notes) -> Any:
    """Return the point of a camera; of one that is drawn as a way, a point on it."""
    if shape.geom_type == "Point":
        return shape
    notes.counts["cameras_drawn_as_ways"] += 1
    notes.notices.append(
        Notice(
            "camera-drawn-as-a-way",
            f"{notes.file}: {identity}",
            _("the camera is drawn as a line or an area: it is taken to hang at a point of it"),
        )
    )
    if shape.geom_type == "LineString":
        return shapely.line_interpolate_point(shape, 0.5, normalized=True)
    return _inside(shape)


def way_directions(objects: OsmObjects) -> dict[str, float]:
    """Return the direction of the way, clockwise from north, at each camera that lies on one.

    Cameras at which several ways meet are left out: `forward` says nothing there.
    """
    wanted = {
        int(identity.removeprefix("node/")): identity
        for identity, tags, _shape in objects.nodes
        if is_camera(tags)
    }
    found: dict[str, list[float]] = {}
    for way in objects.highways if wanted else ():
        for place, ref in enumerate(way.refs):
            if ref in wanted:
                before, after = max(place - 1, 0), min(place + 1, len(way.refs) - 1)
                bearing = _bearing_deg(way.lonlat[before], way.lonlat[after])
                found.setdefault(wanted[ref], []).append(bearing)
    return {identity: bearings[0] for identity, bearings in found.items() if len(bearings) == 1}


def _bearing_deg(one: tuple[float, float], two: tuple[float, float]) -> float:
    """Return the initial bearing of the geodesic between two places (lon, lat), in WGS 84."""
    forward, _back, _distance = _ELLIPSOID.inv(*one, *two)
    return float(forward) % 360.0


def _footprints(objects: OsmObjects, notes: _Notes) -> gpd.GeoDataFrame:
    rows, shapes = [], []
    for identity, tags, shape in _polygons(objects):
        is_outline = tags.get("building", "no") != "no"
        if not is_outline and tags.get("building:part", "no") == "no":
            continue
        aloft = off_the_ground(tags)
        if aloft:
            notes.counts[f"buildings_left_out_{aloft}"] += 1
            continue
        extent = vertical_extent(tags)
        for tag in extent.unreadable:
            notes.unreadable(
                identity, tag, tags[tag], _("expected metres or floors, the top above the bottom")
            )
        notes.counts["buildings_above_an_open_space"] += extent.min_height_m > 0.0
        rows.append(
            {
                "id": identity,
                "height_m": extent.height_m,
                "min_height_m": extent.min_height_m,
                "height_source": extent.height_source,
                "part": not is_outline,
                "dwelling": dwelling(tags),
                "source": f"{notes.file}: {identity}",
            }
        )
        shapes.append(shape)
    return table_of_rows(FOOTPRINT_COLUMNS, rows, shapes)


def _paths(objects: OsmObjects, notes: _Notes) -> list[Path]:
    paths = []
    for way in objects.highways:
        on_foot = walkable(way.tags)
        hidden = on_foot and under_ground(way.tags)
        notes.counts["streets_underground_or_indoor"] += hidden
        notes.counts["streets_on_bridges"] += on_foot and way.tags.get("bridge", "no") != "no"
        paths.append(
            Path(
                way.id,
                way.tags.get("name", ""),
                way.tags["highway"],
                on_foot and not hidden,
                way.refs,
                way.lonlat,
            )
        )
    return paths


def _places(objects: OsmObjects) -> gpd.GeoDataFrame:
    rows, places = [], []
    for identity, tags, shape in _points_and_polygons(objects):
        kind = service(tags)
        if kind:
            rows.append({"id": identity, "kind": kind, "name": tags.get("name", "")})
            places.append(_inside(shape))
    return table_of_rows(PLACE_COLUMNS, rows, places)


def _doors(objects: OsmObjects) -> gpd.GeoDataFrame:
    rows, places = [], []
    for identity, tags, shape in objects.nodes:
        kind = home_door(tags)
        if kind:
            rows.append({"id": identity, "kind": kind, "name": ""})
            places.append(shape)
    return table_of_rows(DOOR_COLUMNS, rows, places)


def _barriers(objects: OsmObjects, notes: _Notes) -> gpd.GeoDataFrame:
    rows, shapes = [], []
    for identity, tags, shape in chain(objects.nodes, objects.lines, objects.closed):
        if not barrier(tags):
            continue
        found = read_barrier(tags)
        named = {"id": identity, "name": tags.get("name", "")}
        rows.append({**found.row, **named, "source": f"{notes.file}: {identity}"})
        shapes.append(shape.exterior if shape.geom_type == "Polygon" else shape)
        for tag, message in found.unreadable:
            notes.unreadable(identity, tag, tags[tag], message)
    return table_of_rows(BARRIER_COLUMNS, rows, np.array(shapes, dtype=object))


def _screens(objects: OsmObjects, notes: _Notes) -> gpd.GeoDataFrame:
    rows, shapes, held = [], [], 0
    for identity, tags, shape in chain(_points_and_polygons(objects), objects.lines):
        kind = screen(tags)
        if not kind or (shape.geom_type == "Point" and kind != GATE):
            continue
        held += kind == RETAINING_WALL and "height" in tags
        found = read_screen(tags)
        for tag, message in found.unreadable:
            notes.unreadable(identity, tag, tags[tag], message)
        relation = shape.geom_type == "MultiPolygon"
        whole = shape.geom_type in ("Point", "LineString") or fills_area(tags, relation=relation)
        for number, one in enumerate([shape] if whole else shapely.get_rings(shape), start=1):
            name = identity if number == 1 else f"{identity}#{number}"
            rows.append({**found.row, "id": name, "source": f"{notes.file}: {identity}"})
            shapes.append(one)
    if held:
        notes.notices.append(Notice("height-not-used", notes.file, told_of_held(held)))
    return table_of_rows(SCREEN_COLUMNS, rows, np.array(shapes, dtype=object))


def _note_what_is_missing(objects: OsmObjects, notes: _Notes) -> None:
    """Add notices of what is missing at the edge of the extract, and of what was repaired."""
    cut = set(objects.cut)
    whole = {identity for identity, _tags, _shape in _polygons(objects)}
    lost = {
        identity
        for identity, tags, _shape in objects.lines
        if identity in cut - whole and tags.get("building", "no") != "no"
    }
    if lost:
        notes.counts["buildings_cut_by_the_edge"] = len(lost)
        notes.notices.append(
            Notice(
                "cut-by-the-edge",
                notes.file,
                ngettext(
                    "{count} building extends beyond the extract and is left out: near the edge, "
                    "views come out wider than they are",
                    "{count} buildings extend beyond the extract and are left out: near the edge, "
                    "views come out wider than they are",
                    len(lost),
                ).format(count=len(lost)),
            )
        )
    notes.notices += [
        Notice(
            "repaired-polygon",
            f"{notes.file}: {identity}",
            _("its outline does not close or crosses itself; the area inside its ways is used"),
        )
        for identity in objects.repaired
    ]
    notes.notices += [
        Notice("no-place", f"{notes.file}: {identity}", _("it lies nowhere on earth: left out"))
        for identity in objects.displaced
    ]
