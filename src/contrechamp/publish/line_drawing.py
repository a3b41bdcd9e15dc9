"""Lines on the plane as SVG path data, and a scale bar: what the maps of the small pages share."""

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


@dataclass(frozen=True)
class Bar:
    """A scale bar: its length in units, and in metres."""

    units: int
    metres: int


def bar_of(width_m: float) -> Bar:
    """Return the scale bar of a drawing."""
    metres = next((bar for bar in _BARS_M if bar >= width_m / 10), _BARS_M[-1])
    return Bar(metres * UNITS, metres)


@dataclass(frozen=True)
class Plane:
    """The drawing's corner: west and north, metres."""

    west: float
    north: float

    @staticmethod
    def units(width_m: float, height_m: float) -> tuple[int, int]:
        """Return the size of a drawing in units."""
        return round(width_m * UNITS), round(height_m * UNITS)

    def points(self, shapes: NDArray[np.object_]) -> Iterable[tuple[int, int]]:
        """Return every position of some shapes."""
        xy = shapely.get_coordinates(shapes)
        scaled = np.round((xy - (self.west, self.north)) * (UNITS, -UNITS)).astype(int)
        return [(int(x), int(y)) for x, y in scaled]

    def paths(self, shapes: NDArray[np.object_] | shapely.Geometry) -> str:
        """Return lines as one path."""
        parts = shapely.get_parts(np.atleast_1d(np.asarray(shapes, object)))
        drawn = []
        for part in parts[~shapely.is_empty(parts)]:
            first, *rest = self.points(np.array([part], object))
            steps = "".join(f"L{x} {y}" for x, y in rest)
            drawn.append(f"M{first[0]} {first[1]}{steps}")
        return "".join(drawn)
