"""The tables of an input file, in longitude and latitude, before files are put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.scene.columns import empty
from contrechamp.scene.height_grid import HeightGrid
from contrechamp.scene.tables import (
    AREA_COLUMNS,
    BARRIER_COLUMNS,
    BUILDING_COLUMNS,
    CAMERA_COLUMNS,
    PLACE_COLUMNS,
    SCREEN_COLUMNS,
    TRACK_COLUMNS,
    Notice,
)
from contrechamp.scene.understood import Understood

#: Buildings as they are mapped: Polygon or MultiPolygon, possibly invalid; outlines, and the parts
#: that replace them.
FOOTPRINT_COLUMNS: Mapping[str, str] = {
    **BUILDING_COLUMNS,
    "part": "bool",  # a building:part
    "dwelling": "str",  # of `DWELLINGS`
    "source": "str",  # file name, and the object or row in it
}

#: Why somebody may live in a building, by its tags; "" if nothing says so.
DWELLINGS = ("residential", "address", "")

#: Points where somebody may live: kind is "address" or "entrance".
DOOR_COLUMNS: Mapping[str, str] = PLACE_COLUMNS


@dataclass(frozen=True)
class Path:
    """A highway, or one ring of a square, as a sequence of nodes.

    Args:
        id: such as ``way/123``.
        name: of the street.
        highway: its class.
        walkable: by the OSM rules of foot access.
        nodes: their numbers in OpenStreetMap, which are the same in every file.
        lonlat: of each node.
    """

    id: str
    name: str
    highway: str
    walkable: bool
    nodes: Sequence[int] | NDArray[np.int64]
    lonlat: Sequence[tuple[float, float]] | NDArray[np.float64]


@dataclass(frozen=True)
class SourceTables:
    """The tables of one input file, or of several put together, in WGS 84 (columns: `tables`)."""

    cameras: gpd.GeoDataFrame = field(default_factory=lambda: empty(CAMERA_COLUMNS))
    footprints: gpd.GeoDataFrame = field(default_factory=lambda: empty(FOOTPRINT_COLUMNS))
    paths: Sequence[Path] = ()
    places: gpd.GeoDataFrame = field(default_factory=lambda: empty(PLACE_COLUMNS))
    doors: gpd.GeoDataFrame = field(default_factory=lambda: empty(DOOR_COLUMNS))
    barriers: gpd.GeoDataFrame = field(default_factory=lambda: empty(BARRIER_COLUMNS))
    screens: gpd.GeoDataFrame = field(default_factory=lambda: empty(SCREEN_COLUMNS))
    tracks: gpd.GeoDataFrame = field(default_factory=lambda: empty(TRACK_COLUMNS))
    areas: gpd.GeoDataFrame = field(default_factory=lambda: empty(AREA_COLUMNS))
    heights: Sequence[HeightGrid] = ()
    notices: Sequence[Notice] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    understood: Sequence[Understood] = ()
