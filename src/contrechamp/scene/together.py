"""Several inputs as one: no object twice, every id its own, nothing outside of the area."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.columns import rows_of, stacked
from contrechamp.scene.found import DOOR_COLUMNS, FOOTPRINT_COLUMNS, Found, Path
from contrechamp.scene.tables import (
    AREA_COLUMNS,
    BARRIER_COLUMNS,
    CAMERA_COLUMNS,
    PLACE_COLUMNS,
    TRACK_COLUMNS,
    Notice,
)

Bounds = tuple[float, float, float, float]
F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: A camera further than this from every street and building of the input sees none of them.
OUTSIDE_M = 1000.0
_DEGREE_M = 111_000.0


def put_together(founds: Sequence[Found], names: Sequence[str], is_osm: Sequence[bool]) -> Found:
    """Return one `Found` of several.

    An OSM object that two extracts hold is taken once, from the first. Rows of two tables are two
    things: where they share an id, the later gets its file's name before it.

    Args:
        founds: one a file.
        names: of the files.
        is_osm: whether each file holds OSM objects.
    """
    counts: Counter[str] = Counter()
    for found in founds:
        counts.update(found.counts)
    osm = [found for found, osm in zip(founds, is_osm, strict=True) if osm]
    tables = [
        (found, name) for found, name, osm in zip(founds, names, is_osm, strict=True) if not osm
    ]

    def once(
        pick: Callable[[Found], gpd.GeoDataFrame], columns: Mapping[str, str]
    ) -> gpd.GeoDataFrame:
        both = stacked(columns, [pick(found) for found in osm])
        whole = rows_of(both, ~both["id"].duplicated())
        counts["objects_in_two_extracts"] += len(both) - len(whole)
        for found, name in tables:
            mine = pick(found)
            taken = mine["id"].isin(whole["id"])
            ids = np.where(taken, f"{name}:" + mine["id"].astype(str), mine["id"])
            whole = stacked(columns, [whole, mine.assign(id=ids)])
        return whole

    return Found(
        cameras=once(lambda found: found.cameras, CAMERA_COLUMNS),
        footprints=once(lambda found: found.footprints, FOOTPRINT_COLUMNS),
        paths=_paths_once(osm),
        places=once(lambda found: found.places, PLACE_COLUMNS),
        doors=once(lambda found: found.doors, DOOR_COLUMNS),
        barriers=once(lambda found: found.barriers, BARRIER_COLUMNS),
        tracks=once(lambda found: found.tracks, TRACK_COLUMNS),
        areas=once(lambda found: found.areas, AREA_COLUMNS),
        notices=[notice for found in founds for notice in found.notices],
        counts=counts,
    )


def _paths_once(founds: Sequence[Found]) -> list[Path]:
    paths: list[Path] = []
    seen: set[str] = set()
    for found in founds:
        paths += [path for path in found.paths if path.id not in seen]
        seen |= {path.id for path in found.paths}
    return paths


def bounds_of(found: Found) -> Bounds | None:
    """Return west, south, east, north of streets and buildings; of cameras where there are none."""
    places = [np.asarray(path.lonlat, np.float64) for path in found.paths]
    places.append(shapely.get_coordinates(found.footprints.geometry.to_numpy()))
    xy = np.concatenate(places)
    if not len(xy):
        xy = shapely.get_coordinates(found.cameras.geometry.to_numpy())
    if not len(xy):
        return None
    west, south = xy.min(axis=0)
    east, north = xy.max(axis=0)
    return float(west), float(south), float(east), float(north)


def only_inside(found: Found, bounds: Bounds, is_osm_camera: Mask, *, skip_bad_rows: bool) -> Found:
    """Leave out cameras that lie far outside of the streets and buildings.

    Args:
        found: everything.
        bounds: of its streets and buildings.
        is_osm_camera: (n_cameras,) whether each comes from an extract, which holds such ones
            where relations reach out of it. In a survey it is an error.
        skip_bad_rows: leave out those of a survey too.

    Raises:
        InputError: that names the rows of a survey that lie outside, and says so where longitude
            and latitude look swapped.
    """
    lonlat = shapely.get_coordinates(found.cameras.geometry.to_numpy())
    outside = ~_within(lonlat, bounds)
    if not outside.any():
        return found
    source = found.cameras["source"].to_numpy(str)
    swapped = outside & _within(lonlat[:, ::-1], bounds)
    if (outside & ~is_osm_camera).any() and not skip_bad_rows:
        raise InputError(_outside(source, outside & ~is_osm_camera, swapped))
    notices = [
        Notice(
            "outside-the-area",
            str(where),
            _("it lies more than {metres} m outside of the streets and buildings: left out").format(
                metres=round(OUTSIDE_M)
            ),
        )
        for where in source[outside]
    ]
    counts = Counter(found.counts)
    counts["cameras_outside_the_area"] += int(outside.sum())
    return replace(
        found,
        cameras=rows_of(found.cameras, ~outside),
        notices=[*found.notices, *notices],
        counts=counts,
    )


def _within(lonlat: F8, bounds: Bounds) -> Mask:
    west, south, east, north = bounds
    dy = OUTSIDE_M / _DEGREE_M
    dx = dy / max(np.cos(np.radians(max(abs(south), abs(north)))), 0.01)
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    return np.asarray(
        (lon >= west - dx) & (lon <= east + dx) & (lat >= south - dy) & (lat <= north + dy)
    )


def _outside(source: NDArray[np.str_], outside: Mask, swapped: Mask) -> str:
    rows = np.flatnonzero(outside)
    lines = [
        f"{source[row]}: "
        + (
            _("longitude and latitude look swapped: the other way round it lies in the area")
            if swapped[row]
            else _("the camera lies far outside of the streets and buildings of the input")
        )
        for row in rows[:10]
    ]
    lines.append(
        ngettext(
            "{count} camera lies outside: mend its place, give the extract of its area as well, "
            "or leave it out with --skip-bad-rows",
            "{count} cameras lie outside: mend their places, give the extract of their area as "
            "well, or leave them out with --skip-bad-rows",
            len(rows),
        ).format(count=len(rows))
    )
    return "\n".join(lines)
