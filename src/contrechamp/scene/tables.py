"""The tables that a scene is made of: their columns, types and units.

Readers produce these tables in WGS 84; `contrechamp.scene.projection` projects them to one metric
plane (x east, y north, metres), and everything after that is in metres. Headings are degrees
clockwise from north. An unknown number is NaN, an unknown text is empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pyproj
from numpy.typing import NDArray

from contrechamp.scene import barrier_fields
from contrechamp.scene.camera_fields import FIELDS
from contrechamp.scene.columns import empty
from contrechamp.scene.height_grid import Relief

#: Column -> dtype of the camera table. The geometry is a Point, the position that the source gives;
#: the engine moves cameras to the outer side of their wall. Ids are unique in the scene:
#: "node/123", "node/123#2" for the second camera on a mast, or as given.
CAMERA_COLUMNS: Mapping[str, str] = {one.name: one.dtype for one in FIELDS}

#: The parameters of a camera that are drawn where they are NaN; kind is drawn where "unknown".
UNKNOWNS = tuple(one.name for one in FIELDS if one.drawn)

#: Valid single Polygons, with their holes.
BUILDING_COLUMNS: Mapping[str, str] = {
    "id": "str",
    "height_m": "float64",  # top above the ground
    "min_height_m": "float64",  # bottom above the ground, 0 where it stands on it
    "height_source": "str",  # of `HEIGHT_SOURCES`
}

#: What the height of a building was read from; "" where it is not known.
HEIGHT_SOURCES = ("height", "levels", "")

#: LineString: one edge of the street graph, cut at junctions.
STREET_COLUMNS: Mapping[str, str] = {
    "id": "str",  # "way/123/0": part 0 of the way between two junctions
    "name": "str",
    "highway": "str",
    "walkable": "bool",  # by the OSM rules of foot access
    "node_u": "int64",  # graph nodes at the first and last vertex, numbered 0..n-1 in the scene
    "node_v": "int64",
}

#: Point (an area is represented by a point inside it).
PLACE_COLUMNS: Mapping[str, str] = {
    "id": "str",
    "kind": "str",  # of `services.SERVICES`, or "home"
    "name": "str",
}

#: Point, LineString or LinearRing.
BARRIER_COLUMNS: Mapping[str, str] = {
    **{one.name: one.dtype for one in barrier_fields.FIELDS},
    "passing": "str",  # who passes when, as `scene.passing` writes it
}

#: What stands free and hides (`screen_fields.SCREENS`): Point (a gate), line, ring or area as it is
#: mapped; in a scene the ground that it takes, a Polygon (`screens.bodies`).
SCREEN_COLUMNS: Mapping[str, str] = {
    "id": "str",
    "kind": "str",
    "height_m": "float64",  # top above the ground
    "min_height_m": "float64",  # bottom above the ground, 0 where it stands on it
    "width_m": "float64",  # how thick it is; of a gate, how wide
    "hides_share": "float64",  # in which share of the draws it hides anything, 0..1
    "source": "str",
}

#: LineString: a recorded walk (GPX).
TRACK_COLUMNS: Mapping[str, str] = {"id": "str", "name": "str", "source": "str"}

#: Polygon or MultiPolygon: a district, a grid cell.
AREA_COLUMNS: Mapping[str, str] = {"id": "str", "name": "str", "population": "float64"}


@dataclass(frozen=True)
class Notice:
    """Something that a reader could not use or had to decide; it never stops a run.

    Args:
        kind: a stable word for programs, e.g. ``unreadable-tag``, ``repaired-polygon``.
        where: file and object, e.g. ``helsinki.osm.pbf: node/123``.
        message: what was found and what was done about it, in the user's language.
    """

    kind: str
    where: str
    message: str


@dataclass(frozen=True)
class InputFile:
    """One file that was read: its name (without its path), SHA-256 and size."""

    name: str
    sha256: str
    size_bytes: int
    format: str
    licence: str = ""


@dataclass(frozen=True)
class SameCamera:
    """A proposal: two rows from two sources that may be the same camera. Never merged silently."""

    id_a: str
    id_b: str
    distance_m: float


@dataclass(frozen=True)
class Scene:
    """Everything that was read, on one metric plane.

    Every table has a RangeIndex; row i of a result belongs to row i of its table.
    """

    crs: pyproj.CRS
    cameras: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    places: gpd.GeoDataFrame  # services
    homes: gpd.GeoDataFrame  # PLACE_COLUMNS with kind "home"
    barriers: gpd.GeoDataFrame
    tracks: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    notices: tuple[Notice, ...] = ()
    inputs: tuple[InputFile, ...] = ()
    same_cameras: tuple[SameCamera, ...] = ()
    #: Largest deviation from 1 of the projection's local scale over the data.
    scale_error: float = 0.0
    #: What was counted while reading: "rows_left_out", "unreadable_tags"...
    counts: Mapping[str, int] = field(default_factory=dict)
    #: Parameter of cameras (or "focal_mm") -> (n_cameras, 2) lowest and highest value that their
    #: models have, NaN where that is not known or the value itself is.
    limits: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    #: What stands free and hides, beside buildings (`SCREEN_COLUMNS`).
    screens: gpd.GeoDataFrame = field(default_factory=lambda: empty(SCREEN_COLUMNS))
    #: The ground, where a height model was given; None for flat ground.
    relief: Relief | None = None
