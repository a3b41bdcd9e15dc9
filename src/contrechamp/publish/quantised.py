"""Geometry for the map on the page: whole decimetres from a corner, as steps from point to point.

A path is one flat list: x and y of its first point, then the step to each next point. Ten
centimetres are a tenth of a pixel at the map's largest scale; the layers have full precision.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Path = list[int]

PER_METRE = 10
#: Arcs lose points that no eye can distinguish at the largest scale.
SIMPLIFIED_TO_M = 0.25


@dataclass(frozen=True)
class Frame:
    """The rectangle that the map covers, in metres of the metric plane, on whole metres."""

    west: float
    south: float
    east: float
    north: float

    @property
    def width(self) -> int:
        """West to east, in units of the map."""
        return round((self.east - self.west) * PER_METRE)

    @property
    def height(self) -> int:
        """South to north, in units of the map."""
        return round((self.north - self.south) * PER_METRE)


def frame_around(geometries: Sequence[NDArray[np.object_]], margin_m: float) -> Frame:
    """Return the frame around all `geometries`, or one of a hundred metres where there are none."""
    everything = np.concatenate([np.asarray(part, dtype=object) for part in geometries])
    bounds = shapely.total_bounds(everything) if len(everything) else np.full(4, np.nan)
    if np.isnan(bounds).any():
        bounds = np.zeros(4)
        margin_m = 50.0
    west, south = np.floor(bounds[:2] - margin_m)
    east, north = np.ceil(bounds[2:] + margin_m)
    return Frame(float(west), float(south), float(east), float(north))


def lines(geometries: NDArray[np.object_], frame: Frame) -> list[Path]:
    """Return one path for each LineString or Point."""
    coordinates, index = shapely.get_coordinates(geometries, return_index=True)
    return _paths(coordinates, index, len(geometries), frame)


def points(geometries: NDArray[np.object_], frame: Frame) -> list[list[int]]:
    """Return [x, y] of each Point."""
    coordinates = shapely.get_coordinates(shapely.centroid(geometries))
    return _units(coordinates, frame).tolist()  # type: ignore[no-any-return]


def rings(geometries: NDArray[np.object_], frame: Frame) -> list[list[Path]]:
    """Return the rings of each polygon: shells counter-clockwise, holes clockwise.

    Filled by the non-zero winding rule, any number of them gives their union.
    """
    simple = shapely.simplify(geometries, SIMPLIFIED_TO_M, preserve_topology=True)
    parts, owner = shapely.get_parts(shapely.orient_polygons(simple), return_index=True)
    loops, part = shapely.get_rings(parts, return_index=True)
    coordinates, index = shapely.get_coordinates(loops, return_index=True)
    paths = _paths(coordinates, index, len(loops), frame)
    found: list[list[Path]] = [[] for _ in range(len(geometries))]
    for path, number in zip(paths, owner[part].tolist(), strict=True):
        if len(path) >= 6:  # less than a triangle has no area at this scale
            found[number].append(path)
    return found


def _units(coordinates: NDArray[np.float64], frame: Frame) -> NDArray[np.int64]:
    return np.rint((coordinates - (frame.west, frame.south)) * PER_METRE).astype(np.int64)


def _paths(
    coordinates: NDArray[np.float64], index: NDArray[np.int64], n: int, frame: Frame
) -> list[Path]:
    """Return the path of each of `n` runs of `index`; points that coincide are merged."""
    units = _units(coordinates, frame)
    first = np.ones(len(units), bool)
    first[1:] = index[1:] != index[:-1]
    kept = first.copy()
    kept[1:] |= (units[1:] != units[:-1]).any(axis=1)
    units, index, first = units[kept], index[kept], first[kept]
    steps = units.copy()
    steps[1:] -= units[:-1]
    steps[first] = units[first]
    cuts = np.searchsorted(index, np.arange(1, n))
    return [part.ravel().tolist() for part in np.split(steps, cuts)] if n else []
