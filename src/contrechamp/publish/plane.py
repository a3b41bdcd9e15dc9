"""A small map as paths of SVG: metres turned into tenths, y running down."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

#: Units of a drawing to a metre.
UNITS: Final = 10
#: The scale bar has the first of these lengths, in metres, that is a tenth of the width or more.
_BARS_M: Final = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
#: Around what is shown.
_MARGIN: Final = 0.03
_LEAST_M: Final = 50.0


@dataclass(frozen=True)
class Bar:
    """A scale bar: its length in units, and in metres."""

    units: int
    metres: int


@dataclass(frozen=True)
class Plane:
    """What of the ground a drawing shows, metres."""

    west: float
    south: float
    east: float
    north: float

    @property
    def view(self) -> tuple[int, int, int, int]:
        """Left, top, width and height in units."""
        width, height = self.east - self.west, self.north - self.south
        return (0, 0, round(width * UNITS), round(height * UNITS))

    @property
    def frame(self) -> shapely.Polygon:
        """Its ground."""
        return shapely.box(self.west, self.south, self.east, self.north)

    @property
    def bar(self) -> Bar:
        """Its scale bar."""
        width = self.east - self.west
        metres = next((bar for bar in _BARS_M if bar >= width / 10), _BARS_M[-1])
        return Bar(metres * UNITS, metres)

    def points(self, shapes: NDArray[np.object_]) -> Iterable[tuple[int, int]]:
        """Return the coordinates of shapes in units."""
        xy = shapely.get_coordinates(shapes)
        scaled = np.round((xy - (self.west, self.north)) * (UNITS, -UNITS)).astype(int)
        return [(int(x), int(y)) for x, y in scaled]

    def paths(self, shapes: NDArray[np.object_] | shapely.Geometry) -> str:
        """Return lines as SVG path data."""
        parts = shapely.get_parts(np.atleast_1d(np.asarray(shapes, object)))
        drawn = []
        for part in parts[~shapely.is_empty(parts)]:
            first, *rest = self.points(np.array([part], object))
            steps = "".join(f"L{x} {y}" for x, y in rest)
            drawn.append(f"M{first[0]} {first[1]}{steps}")
        return "".join(drawn)

    def areas(self, polygons: NDArray[np.object_] | shapely.Geometry) -> str:
        """Return polygons as SVG path data, with their holes."""
        parts = shapely.get_parts(np.atleast_1d(np.asarray(polygons, object)))
        return self.paths(shapely.get_rings(parts[~shapely.is_empty(parts)]))


def plane_around(bounds: tuple[float, float, float, float]) -> Plane:
    """Return what shows all within some bounds (west, south, east, north), and a margin."""
    west, south, east, north = bounds
    margin = _MARGIN * max(east - west, north - south, _LEAST_M)
    return Plane(west - margin, south - margin, east + margin, north + margin)
