"""What one input file holds: rows in longitude and latitude, before files are put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd

from contrechamp.scene.columns import empty
from contrechamp.scene.tables import (
    AREA_COLUMNS,
    BARRIER_COLUMNS,
    BUILDING_COLUMNS,
    CAMERA_COLUMNS,
    PLACE_COLUMNS,
    TRACK_COLUMNS,
    Notice,
)

#: Buildings as they are mapped: Polygon or MultiPolygon, perhaps invalid; outlines and the parts
#: that stand in their place.
FOOTPRINT_COLUMNS: Mapping[str, str] = {
    **BUILDING_COLUMNS,
    "part": "bool",  # a building:part
    "dwelling": "str",  # residential | address (somebody may live there) | ""
    "source": "str",  # file name, and object or row in it
}

#: Points at which somebody may live: kind is "address" or "entrance".
DOOR_COLUMNS: Mapping[str, str] = PLACE_COLUMNS


@dataclass(frozen=True)
class Path:
    """A highway, or one ring of a square, between nodes.

    Args:
        id: such as ``way/123``.
        name: of the street.
        highway: its class.
        walkable: by the OSM rules of foot access.
        nodes: of the source; the same number is the same place in every OSM file.
        lonlat: one a node.
    """

    id: str
    name: str
    highway: str
    walkable: bool
    nodes: Sequence[int]
    lonlat: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Found:
    """The tables of one file in WGS 84, see `tables` for their columns."""

    cameras: gpd.GeoDataFrame = field(default_factory=lambda: empty(CAMERA_COLUMNS))
    footprints: gpd.GeoDataFrame = field(default_factory=lambda: empty(FOOTPRINT_COLUMNS))
    paths: Sequence[Path] = ()
    places: gpd.GeoDataFrame = field(default_factory=lambda: empty(PLACE_COLUMNS))
    doors: gpd.GeoDataFrame = field(default_factory=lambda: empty(DOOR_COLUMNS))
    barriers: gpd.GeoDataFrame = field(default_factory=lambda: empty(BARRIER_COLUMNS))
    tracks: gpd.GeoDataFrame = field(default_factory=lambda: empty(TRACK_COLUMNS))
    areas: gpd.GeoDataFrame = field(default_factory=lambda: empty(AREA_COLUMNS))
    notices: Sequence[Notice] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
