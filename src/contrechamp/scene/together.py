"""Putting several inputs together: no object twice, unique ids, nothing outside of the area."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import N_, _, ngettext
from contrechamp.scene.columns import kept_rows, stacked
from contrechamp.scene.source_tables import DOOR_COLUMNS, FOOTPRINT_COLUMNS, Path, SourceTables
from contrechamp.scene.tables import (
    AREA_COLUMNS,
    BARRIER_COLUMNS,
    CAMERA_COLUMNS,
    PLACE_COLUMNS,
    SCREEN_COLUMNS,
    TRACK_COLUMNS,
    Notice,
)

Bounds = tuple[float, float, float, float]
F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: A camera further than this outside of the streets and buildings of the input sees none of them;
#: what is told of barriers and services so far away is not of these streets either.
OUTSIDE_M = 1000.0
_DEGREE_M = 111_000.0


def put_together(
    sources: Sequence[SourceTables], names: Sequence[str], is_osm: Sequence[bool]
) -> SourceTables:
    """Return the tables of several files as one.

    An OSM object that is in two extracts is taken from the first. Rows of two tables are never the
    same object: if they share an id, that of the later one is prefixed with its file's name.

    Args:
        sources: the tables of each file.
        names: of the files.
        is_osm: whether each file holds OSM objects.
    """
    counts: Counter[str] = Counter()
    for source in sources:
        counts.update(source.counts)
    extracts = [source for source, osm in zip(sources, is_osm, strict=True) if osm]
    surveys = [
        (source, name) for source, name, osm in zip(sources, names, is_osm, strict=True) if not osm
    ]

    def once(
        pick: Callable[[SourceTables], gpd.GeoDataFrame], columns: Mapping[str, str]
    ) -> gpd.GeoDataFrame:
        objects = stacked(columns, [pick(source) for source in extracts])
        whole = kept_rows(objects, ~objects["id"].duplicated())
        counts["objects_in_two_extracts"] += len(objects) - len(whole)
        for source, name in surveys:
            rows = pick(source)
            taken = rows["id"].isin(whole["id"])
            ids = np.where(taken, f"{name}:" + rows["id"].astype(str), rows["id"])
            whole = stacked(columns, [whole, rows.assign(id=ids)])
        return whole

    return SourceTables(
        cameras=once(lambda source: source.cameras, CAMERA_COLUMNS),
        footprints=once(lambda source: source.footprints, FOOTPRINT_COLUMNS),
        paths=_paths_once(extracts),
        places=once(lambda source: source.places, PLACE_COLUMNS),
        doors=once(lambda source: source.doors, DOOR_COLUMNS),
        barriers=once(lambda source: source.barriers, BARRIER_COLUMNS),
        screens=once(lambda source: source.screens, SCREEN_COLUMNS),
        tracks=once(lambda source: source.tracks, TRACK_COLUMNS),
        areas=once(lambda source: source.areas, AREA_COLUMNS),
        heights=[grid for source in sources for grid in source.heights],
        notices=[notice for source in sources for notice in source.notices],
        counts=counts,
        understood=[one for source in sources for one in source.understood],
    )


def stacked_tables(parts: Sequence[SourceTables]) -> SourceTables:
    """Return the tables that were made of one file as one; ids are unique within each of them.

    A row of a later layer whose id an earlier one has gets the number of its layer.
    """
    if len(parts) == 1:
        return parts[0]
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(part.counts)

    def stack(
        pick: Callable[[SourceTables], gpd.GeoDataFrame], columns: Mapping[str, str]
    ) -> gpd.GeoDataFrame:
        whole = pick(parts[0])
        for number, part in enumerate(parts[1:], start=2):
            rows = pick(part)
            taken = rows["id"].isin(whole["id"])
            ids = np.where(taken, rows["id"].astype(str) + f"@{number}", rows["id"])
            whole = stacked(columns, [whole, rows.assign(id=ids)])
        return whole

    return SourceTables(
        cameras=stack(lambda part: part.cameras, CAMERA_COLUMNS),
        footprints=stack(lambda part: part.footprints, FOOTPRINT_COLUMNS),
        places=stack(lambda part: part.places, PLACE_COLUMNS),
        barriers=stack(lambda part: part.barriers, BARRIER_COLUMNS),
        screens=stack(lambda part: part.screens, SCREEN_COLUMNS),
        tracks=stack(lambda part: part.tracks, TRACK_COLUMNS),
        areas=stack(lambda part: part.areas, AREA_COLUMNS),
        notices=[notice for part in parts for notice in part.notices],
        counts=counts,
        understood=[one for part in parts for one in part.understood],
    )


def _paths_once(extracts: Sequence[SourceTables]) -> list[Path]:
    paths: list[Path] = []
    seen: set[str] = set()
    for extract in extracts:
        paths += [path for path in extract.paths if path.id not in seen]
        seen |= {path.id for path in extract.paths}
    return paths


def bounds_of(tables: SourceTables) -> Bounds | None:
    """Return west, south, east, north of streets and buildings; without any, of all else.

    Across the antimeridian, east is beyond 180 degrees.
    """
    places = [np.asarray(path.lonlat, np.float64) for path in tables.paths]
    mapped = _around(np.concatenate([*places, _places_of(tables.footprints)]))
    return mapped or _around(
        np.concatenate([_places_of(one) for one in (tables.cameras, tables.tracks, tables.areas)])
    )


def _places_of(rows: gpd.GeoDataFrame) -> F8:
    return np.asarray(shapely.get_coordinates(rows.geometry.to_numpy()))


def _around(xy: F8) -> Bounds | None:
    if not len(xy):
        return None
    west, south = xy.min(axis=0)
    east, north = xy.max(axis=0)
    beyond = np.where(xy[:, 0] < 0.0, xy[:, 0] + 360.0, xy[:, 0])
    if np.ptp(beyond) < east - west:
        west, east = beyond.min(), beyond.max()
    return float(west), float(south), float(east), float(north)


def check_cameras_near(tables: SourceTables) -> None:
    """Check that some camera is near the walks and areas, where there are no streets to go by.

    A survey may be larger than the walk through it; but if all of it is elsewhere, something is
    wrong with one of the two.

    Raises:
        InputError: if none is.
    """
    measured = _around(np.concatenate([_places_of(tables.tracks), _places_of(tables.areas)]))
    lonlat = _places_of(tables.cameras)
    if measured is None or not len(lonlat) or _within(lonlat, measured).any():
        return
    if _within(lonlat[:, ::-1], measured).any():
        told = _(
            "longitude and latitude of the cameras look swapped: the other way round they lie "
            "where the walks and areas are"
        )
    else:
        told = _("no camera lies within {metres} m of the walks and areas; correct the places")
    raise InputError(told.format(metres=round(OUTSIDE_M)))


def check_areas_near(areas: gpd.GeoDataFrame, bounds: Bounds) -> None:
    """Check that some area reaches the streets and buildings: districts may well go beyond them.

    Raises:
        InputError: if none does.
    """
    west, south, east, north = bounds
    shapes = areas.geometry.to_numpy()
    # Beside the map as it lies, for areas on the other side of the antimeridian.
    places = [shapely.box(west - turn, south, east - turn, north) for turn in (0.0, 360.0)]
    if not len(areas) or any(shapely.intersects(shapes, place).any() for place in places):
        return
    other_way = [shapely.transform(place, lambda xy: xy[:, ::-1]) for place in places]
    if any(shapely.intersects(shapes, place).any() for place in other_way):
        raise InputError(
            _(
                "longitude and latitude of the areas look swapped: the other way round they lie on "
                "the streets and buildings"
            )
        )
    raise InputError(
        _("none of the areas lies on the streets and buildings of the input; give areas of them")
    )


def in_place(
    tables: SourceTables,
    sources: Sequence[SourceTables],
    of_osm: Sequence[bool],
    *,
    skip_bad_rows: bool,
) -> SourceTables:
    """Return tables whose rows are where something is measured; see `without_far`.

    Args:
        tables: of all files, as `put_together` returns them.
        sources: the tables of each file.
        of_osm: see `put_together`.
        skip_bad_rows: see `without_far`.

    Raises:
        InputError: see `without_far`, `check_cameras_near` and `check_areas_near`.
    """
    bounds = bounds_of(tables)
    if bounds is None:
        return tables
    if not (tables.paths or len(tables.footprints)):
        check_cameras_near(tables)
        return tables
    check_areas_near(tables.areas, bounds)
    from_osm = [source for source, osm in zip(sources, of_osm, strict=True) if osm]
    for name in _FAR:
        osm_ids = {identity for source in from_osm for identity in getattr(source, name)["id"]}
        is_osm = getattr(tables, name)["id"].isin(osm_ids).to_numpy(bool)
        tables = without_far(tables, name, bounds, is_osm, skip_bad_rows=skip_bad_rows)
    return tables


#: Table -> what is said of a row of it that lies elsewhere.
_FAR: Mapping[str, str] = {
    "cameras": N_("the camera lies far outside of the streets and buildings of the input"),
    "barriers": N_("the barrier lies far outside of the streets and buildings of the input"),
    "places": N_("the place lies far outside of the streets and buildings of the input"),
    "tracks": N_("the walk lies far outside of the streets and buildings of the input"),
}


def without_far(
    tables: SourceTables, name: str, bounds: Bounds, is_osm: Mask, *, skip_bad_rows: bool
) -> SourceTables:
    """Leave out rows of a table that lie far outside of the streets and buildings.

    Args:
        tables: of all files.
        name: of the table, of `_FAR`.
        bounds: of their streets and buildings.
        is_osm: (n,) whether each row comes from an extract, which may hold such rows because
            relations extend beyond it. In a survey they are an error.
        skip_bad_rows: leave out those of a survey too.

    Raises:
        InputError: naming the rows of a survey that lie outside, and those whose longitude and
            latitude look swapped.
    """
    rows: gpd.GeoDataFrame = getattr(tables, name)
    lonlat, row = shapely.get_coordinates(rows.geometry.to_numpy(), return_index=True)
    outside, swapped = np.ones((2, len(rows)), bool)
    outside[row[_within(lonlat, bounds)]] = False
    swapped[row[~_within(lonlat[:, ::-1], bounds)]] = False
    if not outside.any():
        return tables
    source = rows["source" if "source" in rows else "id"].to_numpy(str)
    if (outside & ~is_osm).any() and not skip_bad_rows:
        raise InputError(_outside(source, outside & ~is_osm, swapped, _(_FAR[name])))
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
    counts = Counter(tables.counts)
    counts[f"{name}_outside_the_area"] += int(outside.sum())
    kept = {name: kept_rows(rows, ~outside)}
    return replace(tables, **kept, notices=[*tables.notices, *notices], counts=counts)


def _within(lonlat: F8, bounds: Bounds) -> Mask:
    west, south, east, north = bounds
    dy = OUTSIDE_M / _DEGREE_M
    dx = dy / max(np.cos(np.radians(max(abs(south), abs(north)))), 0.01)
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    lon = np.where(lon < west - 180.0, lon + 360.0, lon)
    return np.asarray(
        (lon >= west - dx) & (lon <= east + dx) & (lat >= south - dy) & (lat <= north + dy)
    )


def _outside(source: NDArray[np.str_], outside: Mask, swapped: Mask, elsewhere: str) -> str:
    rows = np.flatnonzero(outside)
    told = (
        f"{source[row]}: "
        + (
            _("longitude and latitude look swapped: the other way round it lies in the area")
            if swapped[row]
            else elsewhere
        )
        for row in rows
    )
    lines = list(dict.fromkeys(told))[:10]  # a row that lists several directions is one place
    lines.append(
        ngettext(
            "{count} position lies outside: correct it, give the extract of its area as well, or "
            "leave it out with --skip-bad-rows",
            "{count} positions lie outside: correct them, give the extract of their area as well, "
            "or leave them out with --skip-bad-rows",
            len(rows),
        ).format(count=len(rows))
    )
    return "\n".join(lines)
