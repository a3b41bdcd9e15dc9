"""The map of a survey as a drawing: what was looked over, what is left, where the walks went."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.measure.survey.run import Completeness
from contrechamp.scene.tables import Scene

#: Units of the drawing to a metre.
_UNITS: Final = 10
#: The scale bar has the first of these lengths, in metres, that is a tenth of the width or more.
_BARS_M: Final = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
#: Places to go to first that are numbered on the map.
NUMBERED: Final = 10


@dataclass(frozen=True)
class Drawing:
    """Paths as SVG path data, in tenths of a metre; y runs down.

    Args:
        view: left, top, width and height.
        buildings: of the survey.
        looked: streets that were looked over.
        left: streets that were not.
        walks: the walks.
        cameras: (x, y) of each.
        numbers: (x, y, number) of the places to go to first.
        bar: length of the scale bar in units.
        bar_m: the same in metres.
    """

    view: tuple[int, int, int, int]
    buildings: str
    looked: str
    left: str
    walks: str
    cameras: tuple[tuple[int, int], ...]
    numbers: tuple[tuple[int, int, int], ...]
    bar: int
    bar_m: int


def drawing(told: Completeness, scene: Scene) -> Drawing | None:
    """Draw the map of a survey; None where it has no street."""
    if told.pieces.empty:
        return None
    west, south, east, north = told.pieces.total_bounds
    margin = 0.03 * max(east - west, north - south, 50.0)
    frame = shapely.box(west - margin, south - margin, east + margin, north + margin)
    west, south, east, north = shapely.bounds(frame)
    at = _Plane(west, north)
    looked = told.pieces["looked"].to_numpy(bool)
    lines = told.pieces.geometry.to_numpy()
    houses = scene.buildings.geometry.to_numpy()
    outdoor = scene.cameras[~scene.cameras["indoor"].to_numpy(bool)].geometry.to_numpy()
    width = east - west
    bar_m = next((bar for bar in _BARS_M if bar >= width / 10), _BARS_M[-1])
    middle = shapely.centroid(told.next.geometry.to_numpy()[:NUMBERED])
    return Drawing(
        view=(0, 0, round(width * _UNITS), round((north - south) * _UNITS)),
        buildings=at.paths(shapely.get_exterior_ring(houses[shapely.intersects(houses, frame)])),
        looked=at.paths(shapely.line_merge(shapely.union_all(lines[looked]))),
        left=at.paths(shapely.line_merge(shapely.union_all(lines[~looked]))),
        walks=at.paths(shapely.intersection(scene.tracks.geometry.to_numpy(), frame)),
        cameras=tuple(at.points(outdoor[shapely.intersects(outdoor, frame)])),
        numbers=tuple((x, y, i) for i, (x, y) in enumerate(at.points(middle), start=1)),
        bar=bar_m * _UNITS,
        bar_m=bar_m,
    )


@dataclass(frozen=True)
class _Plane:
    """The drawing's corner: west and north, metres."""

    west: float
    north: float

    def points(self, shapes: NDArray[np.object_]) -> Iterable[tuple[int, int]]:
        xy = shapely.get_coordinates(shapes)
        scaled = np.round((xy - (self.west, self.north)) * (_UNITS, -_UNITS)).astype(int)
        return [(int(x), int(y)) for x, y in scaled]

    def paths(self, shapes: NDArray[np.object_] | shapely.Geometry) -> str:
        parts = shapely.get_parts(np.atleast_1d(np.asarray(shapes, object)))
        drawn = []
        for part in parts[~shapely.is_empty(parts)]:
            first, *rest = self.points(np.array([part], object))
            steps = "".join(f"L{x} {y}" for x, y in rest)
            drawn.append(f"M{first[0]} {first[1]}{steps}")
        return "".join(drawn)
