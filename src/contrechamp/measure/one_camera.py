"""What one camera may have in view, for somebody who is drawing it: at once, by the one engine."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import shapely

from contrechamp.measure.possible_regions import possible_regions, region_table
from contrechamp.measure.priors import default
from contrechamp.measure.stage import greatest_range_m, set_stage
from contrechamp.scene.buildings import compose
from contrechamp.scene.camera_fields import FIELDS
from contrechamp.scene.columns import WGS84, empty, table
from contrechamp.scene.projection import choose_plane
from contrechamp.scene.source_tables import FOOTPRINT_COLUMNS, SourceTables
from contrechamp.scene.tables import (
    AREA_COLUMNS,
    BARRIER_COLUMNS,
    CAMERA_COLUMNS,
    PLACE_COLUMNS,
    STREET_COLUMNS,
    TRACK_COLUMNS,
    Scene,
)
from contrechamp.scene.true_north import with_true_headings
from contrechamp.sight.arrays import Level

#: Returns `source_tables.FOOTPRINT_COLUMNS` around a place: lon, lat, metres.
Around = Callable[[float, float, float], gpd.GeoDataFrame]


@dataclass(frozen=True)
class OneView:
    """What a camera may have in view.

    Args:
        regions: of each level a MultiPolygon in longitude and latitude, perhaps empty.
        area_m2: of each level.
        is_mapped: the camera sees it all; else it sees part of it, and which is not known.
    """

    regions: tuple[shapely.MultiPolygon, ...]
    area_m2: tuple[float, ...]
    is_mapped: bool


def view(
    lon: float,
    lat: float,
    known: Mapping[str, float | str],
    around: Around,
    levels: Sequence[Level],
    *,
    target_height_m: float = 1.6,
) -> OneView:
    """Return what a camera may have in view (`possible_regions` says by which rule).

    Args:
        lon: of the camera, in degrees.
        lat: of the camera, in degrees.
        known: its other fields by their names in the camera table; what is missing is not known.
        around: the buildings near it.
        levels: pixel densities.
        target_height_m: 1.6 is a face.

    Raises:
        InputError: if its direction is from magnetic north, and cannot be turned to true north.
    """
    said = {one.name: [known.get(one.name, one.absent)] for one in FIELDS if one.name != "id"}
    data = {**said, "id": ["drawn"]}
    rows = table(CAMERA_COLUMNS, data, [shapely.Point(lon, lat)])
    told = SourceTables(cameras=rows, **_no_files())
    rows = with_true_headings(told, "", declination_deg=None, skip_bad_rows=False).cameras
    reach_m = float(greatest_range_m(rows, default())[0])
    plane = choose_plane((lon, lat, lon, lat), None)
    buildings = compose(plane.table(around(lon, lat, reach_m)))[0]
    scene = Scene(crs=plane.crs, cameras=plane.table(rows), buildings=buildings, **_nothing())
    # Medians stand in for what is not known: nothing is drawn, and the seed is not used.
    stage = set_stage(scene, default(), levels, target_height_m=target_height_m, seed=0, threads=1)
    found = region_table(stage, list(possible_regions(stage)))
    shapes = found.geometry.to_crs(WGS84).to_numpy()
    area_m2 = found["area_m2"].to_numpy(np.float64)
    return OneView(
        tuple(shapes), tuple(map(float, area_m2)), bool((found["basis"] == "mapped").all())
    )


@cache
def _nothing() -> dict[str, gpd.GeoDataFrame]:
    """Return the tables of a scene that are empty: making them anew takes half of the time."""
    return {
        "streets": empty(STREET_COLUMNS),
        "places": empty(PLACE_COLUMNS),
        "homes": empty(PLACE_COLUMNS),
        "barriers": empty(BARRIER_COLUMNS),
        "tracks": empty(TRACK_COLUMNS),
        "areas": empty(AREA_COLUMNS),
    }


@cache
def _no_files() -> dict[str, gpd.GeoDataFrame]:
    some = _nothing()
    kept = {name: some[name] for name in ("places", "barriers", "tracks", "areas")}
    return {**kept, "footprints": empty(FOOTPRINT_COLUMNS), "doors": some["places"]}


def degrees_around(lat: float, reach_m: float) -> tuple[float, float]:
    """Return how many degrees of longitude and latitude a distance is at most, at a latitude.

    A degree of latitude is at least 110.5 km; one of longitude shrinks to nothing at the poles,
    where all of them are near.
    """
    north = reach_m / 110_500.0
    shrunk = math.cos(math.radians(min(89.0, abs(lat) + north)))
    return min(180.0, north / shrunk), north
