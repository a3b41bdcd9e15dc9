"""How much of each square of a grid lies in some regions: all that a map tells of a view."""

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import shapely

from contrechamp.publish.report.drawing.squares import Square

#: More squares than this are no longer told apart on a small map: sides are doubled instead.
_MOST = 1600
#: Where the classes of shares end, the last one at all of a square.
ENDS = (0.25, 0.5, 0.75, 1.0)


def side_for(bounds: tuple[float, float, float, float], side: int) -> int:
    """Return the side of squares, in metres: the least one doubled until few enough cover an area.

    Args:
        bounds: west, south, east, north in metres.
        side: the least, in metres.
    """
    west, south, east, north = bounds
    while math.ceil((east - west) / side + 1) * math.ceil((north - south) / side + 1) > _MOST:
        side *= 2
    return side


def shares_of(regions: npt.NDArray[np.object_], side: int) -> Mapping[Square, float]:
    """Return which share of each square lies in any of some regions, where any does.

    Args:
        regions: polygons, in metres.
        side: of the squares, in metres.
    """
    regions = regions[~shapely.is_empty(regions)]
    if not len(regions):
        return {}
    west, south, east, north = shapely.total_bounds(regions)
    xs = np.arange(math.floor(west / side), math.floor(east / side) + 1) * side
    ys = np.arange(math.floor(south / side), math.floor(north / side) + 1) * side
    corners = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    boxes = shapely.box(corners[:, 0], corners[:, 1], corners[:, 0] + side, corners[:, 1] + side)
    which, region = shapely.STRtree(regions).query(boxes, predicate="intersects")
    inside = shapely.intersection(boxes[which], regions[region])
    found: dict[Square, float] = {}
    for number in np.unique(which):
        area = shapely.area(shapely.union_all(inside[which == number]))
        if area > 0:
            x, y = corners[number]
            found[Square(int(x), int(y), side)] = min(float(area) / side**2, 1.0)
    return found


def class_of(share: float) -> int:
    """Return the class of a share above 0, from 1."""
    return 1 + next(number for number, end in enumerate(ENDS) if share <= end)


def mean_shares(
    shapes: npt.NDArray[np.object_], share: npt.NDArray[np.float64], side: int
) -> Mapping[Square, float]:
    """Return the mean share of what lies in each square, by its length or area.

    Args:
        shapes: (n,) lines, or polygons that overlap nowhere, in metres.
        share: (n,) of each, 0 to 1.
        side: of the squares, in metres.
    """
    west, south, east, north = np.floor(shapely.bounds(shapes) / side).astype(np.int64).T
    columns, rows = east - west + 1, north - south + 1
    of = np.repeat(np.arange(len(shapes)), columns * rows)
    number = np.arange(len(of)) - np.repeat(
        np.cumsum(columns * rows) - columns * rows, columns * rows
    )
    x, y = west[of] + number % columns[of], south[of] + number // columns[of]
    boxes = shapely.box(x * side, y * side, (x + 1) * side, (y + 1) * side)
    inside = shapely.intersection(shapes[of], boxes)
    # A line along the border of two squares is told of both: it lies in neither alone.
    weight = np.where(
        shapely.get_dimensions(shapes)[of] == 1, shapely.length(inside), shapely.area(inside)
    )
    cells, cell = np.unique(np.column_stack((x, y)), axis=0, return_inverse=True)
    total = np.bincount(cell.ravel(), weight, len(cells))
    told = np.bincount(cell.ravel(), weight * share[of], len(cells))
    return {
        Square(int(column) * side, int(row) * side, side): float(held / whole)
        for (column, row), held, whole in zip(cells.tolist(), told, total, strict=True)
        if whole > 0.0
    }
