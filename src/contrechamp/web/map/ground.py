"""The ground of a map: streets, buildings and what else the case's files of maps hold.

Everything lies in memory, on the unit square, with an index for each layer; tiles are cut from it
as they are asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.dossier.reading.map_items import MapRead
from contrechamp.scene.columns import empty
from contrechamp.scene.file_kinds import OSM_FORMATS
from contrechamp.scene.source_tables import FOOTPRINT_COLUMNS, Path, SourceTables
from contrechamp.scene.together import bounds_of, put_together
from contrechamp.web.map.mercator import to_unit

Shapes = NDArray[np.object_]

#: shapely's number of rings.
_RING: Final = 2
#: Streets that are drawn before all others are, by OpenStreetMap's classes.
_MAJOR: Final = frozenset(
    {"motorway", "trunk", "primary", "secondary", "tertiary", "motorway_link", "trunk_link",
     "primary_link", "secondary_link", "tertiary_link"}
)  # fmt: skip


@dataclass(frozen=True)
class GroundLayer:
    """Shapes of one sort with their index.

    Args:
        name: of the layer in tiles.
        from_zoom: tiles of lower zoom do not have them.
        shapes: (n,) on the unit square.
        texts: name -> (n,) of what they say.
    """

    name: str
    from_zoom: int
    shapes: Shapes
    texts: dict[str, list[str]] = field(default_factory=dict)
    tree: shapely.STRtree = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tree", shapely.STRtree(self.shapes))


@dataclass(frozen=True)
class FileCamera:
    """A camera that a file has, and no record.

    Args:
        item: reference to the file.
        id: of the camera in it.
        lon: in degrees.
        lat: in degrees.
    """

    item: str
    id: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Ground:
    """What was read of the files of a case.

    Args:
        layers: to be drawn, the lowest first.
        cameras: that files have, whether or not they are records too.
        bounds: west, south, east, north of streets and buildings in degrees; None without any.
        footprints: of `source_tables`, row by row the shapes of the layer "buildings".
        tracks: item and name of each recorded walk.
        is_osm: whether some of it is of OpenStreetMap, whose makers are to be named.
        problems: item, name and why it could not be read.
    """

    layers: tuple[GroundLayer, ...] = ()
    cameras: tuple[FileCamera, ...] = ()
    bounds: tuple[float, float, float, float] | None = None
    footprints: gpd.GeoDataFrame = field(default_factory=lambda: empty(FOOTPRINT_COLUMNS))
    tracks: tuple[tuple[str, str], ...] = ()
    is_osm: bool = False
    problems: tuple[tuple[str, str, str], ...] = ()


def made(read: Iterable[MapRead]) -> Ground:
    """Return the ground that files make together."""
    every = list(read)
    good = [one for one in every if one.format]
    problems = tuple((one.item.ref, one.item.name, one.problem) for one in every if one.problem)
    if not good:
        return Ground(problems=problems)
    is_osm = [one.format in OSM_FORMATS for one in good]
    tables = put_together([one.tables for one in good], [one.item.name for one in good], is_osm)
    return Ground(
        tuple(one for one in _layers(tables) if len(one.shapes)),
        tuple(_cameras(good)),
        bounds_of(tables),
        tables.footprints,
        tuple(
            (one.item.ref, str(name) or one.item.name)
            for one in good
            for name in one.tables.tracks["name"]
        ),
        any(is_osm),
        problems,
    )


def _layers(tables: SourceTables) -> Iterable[GroundLayer]:
    yield GroundLayer("buildings", 14, _projected(tables.footprints.geometry.to_numpy()))
    major = [one for one in tables.paths if one.highway in _MAJOR]
    minor = [one for one in tables.paths if one.highway not in _MAJOR]
    yield _streets("streets-minor", 13, minor)
    yield _streets("streets", 8, major)
    yield from _of_table("areas", 8, tables.areas)
    barriers = tables.barriers.geometry.to_numpy().copy()
    kinds = shapely.get_type_id(barriers)
    barriers[kinds == _RING] = [shapely.LineString(one.coords) for one in barriers[kinds == _RING]]
    is_point = kinds == 0
    names = tables.barriers["kind"].to_numpy(str)
    yield GroundLayer(
        "barrier-lines", 13, _projected(barriers[~is_point]), {"kind": names[~is_point].tolist()}
    )
    yield GroundLayer(
        "barrier-points", 14, _projected(barriers[is_point]), {"kind": names[is_point].tolist()}
    )
    yield from _of_table("services", 15, tables.places)
    yield from _of_table("tracks", 8, tables.tracks)


def _of_table(name: str, zoom: int, rows: gpd.GeoDataFrame) -> Iterable[GroundLayer]:
    names = rows["name"].astype(str).tolist()
    yield GroundLayer(name, zoom, _projected(rows.geometry.to_numpy()), {"name": names})


def _streets(name: str, zoom: int, paths: Sequence[Path]) -> GroundLayer:
    paths = [one for one in paths if len(one.lonlat) > 1]
    count = [len(one.lonlat) for one in paths]
    xy = np.concatenate([np.empty((0, 2)), *(np.asarray(one.lonlat, np.float64) for one in paths)])
    lines = shapely.linestrings(to_unit(xy), indices=np.repeat(np.arange(len(paths)), count))
    return GroundLayer(name, zoom, np.asarray(lines, object), {"name": [one.name for one in paths]})


def _projected(shapes: Shapes) -> Shapes:
    moved: Shapes = np.asarray(shapely.transform(shapes, to_unit), object)
    return moved


def _cameras(read: Sequence[MapRead]) -> Iterable[FileCamera]:
    for one in read:
        rows = one.tables.cameras
        for name, point in zip(rows["id"], rows.geometry, strict=True):
            yield FileCamera(one.item.ref, str(name), point.x, point.y)
