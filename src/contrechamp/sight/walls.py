"""The walls of all buildings, indexed so that a camera has to deal only with those near it."""

from collections import namedtuple
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.ragged import ragged_ranges
from contrechamp.sight.arrays import F8, I8
from contrechamp.sight.boxes import along_curve, boxes_of
from contrechamp.sight.footing import footing, west_ends

#: Side of an index cell. In a European inner city it holds about eight walls.
CELL_M = 32.0
#: More cells than this would take more memory than the walls; cells then grow instead.
MOST_CELLS = 1 << 24
#: A point nearer to an outline than this is close to it. More than `placing.ON_OUTLINE_M`, and far
#: more than rounding errors.
CLOSE_M = 2e-3

#: The fields of `Walls` that compiled code needs, in a form that Numba reads.
WallIndex = namedtuple(
    "WallIndex",
    "corners place tree cell_start cell_wall west east origin_x origin_y cell_m cells_x cells_y"
    " min_height_m",
)


@dataclass(frozen=True)
class Walls:
    """Walls as directed segments with the building on their left.

    Args:
        corners: (n_walls, 4) x0, y0, x1, y1 of both ends, metres; side by side, so that each wall
            is read from one place in memory.
        place: (n_walls, 3) int32: row of the footprint that the wall belongs to; column and row of
            the south-westernmost grid cell that it stands in.
        tree: of the walls, which lie along a space-filling curve (`boxes.boxes_of`).
        footprints: (n_buildings,) shapely Polygons, metres.
        min_height_m: (n_buildings,) bottom of each building above the ground.
        cell_start: (n_cells + 1,) where the walls of each grid cell begin in `cell_wall`, row by
            row from the south-west.
        cell_wall: walls by cell; a wall stands in every cell that its bounding box touches.
        west: (n_cells,) how far west the buildings that touch each cell extend
            (`footing.west_ends`).
        east: (n_buildings,) easternmost column of each building.
        origin: x and y of the grid's south-west corner.
        cell_m: side of a cell.
        cells: number of columns and rows.
    """

    corners: F8
    place: NDArray[np.int32]
    tree: Any
    footprints: NDArray[np.object_]
    min_height_m: F8
    cell_start: I8
    cell_wall: NDArray[np.int32]
    west: NDArray[np.int32]
    east: NDArray[np.int32]
    origin: tuple[float, float]
    cell_m: float
    cells: tuple[int, int]

    @cached_property
    def outlines(self) -> shapely.STRtree:
        """A spatial index of the footprints, built when a camera first stands on an outline."""
        return shapely.STRtree(self.footprints)

    @cached_property
    def index(self) -> Any:
        """The arrays as the compiled code takes them."""
        return WallIndex(
            self.corners, self.place, self.tree, self.cell_start, self.cell_wall, self.west,
            self.east, *self.origin, self.cell_m, *self.cells, self.min_height_m,
        )  # fmt: skip

    def containing(self, x: F8, y: F8) -> tuple[I8, I8]:
        """Return the buildings above or below each point, as compressed rows.

        Returns:
            indptr (n + 1,) and indices: the buildings of point i are
            ``indices[indptr[i]:indptr[i + 1]]``. A point on an outline is not inside.
        """
        start, building, close_point, close_building = self.footing(x, y)
        if len(close_point) == 0:
            return start, building
        point = np.repeat(np.arange(len(x)), np.diff(start))
        n = len(self.footprints)
        sure = ~np.isin(point * n + building, close_point * n + close_building)
        points = shapely.points(x[close_point], y[close_point])
        within = shapely.within(points, self.footprints[close_building])
        return compressed_rows(
            np.concatenate((point[sure], close_point[within])),
            np.concatenate((building[sure], close_building[within])),
            len(x),
        )

    def footing(self, x: F8, y: F8) -> tuple[I8, I8, I8, I8]:
        """Return what `containing` returns, and which points are close to which outlines.

        Returns:
            indptr and indices, correct for all points but those close to an outline; and pairs of
            points and buildings, for all points within a millimetre of an outline and some within
            `CLOSE_M`.
        """
        start, building, close_point, close_building = footing(
            self.index,
            np.ascontiguousarray(x, dtype=np.float64),
            np.ascontiguousarray(y, dtype=np.float64),
            CLOSE_M,
        )
        if len(close_point) > 0:
            n = len(self.footprints)
            close_point, close_building = np.divmod(np.unique(close_point * n + close_building), n)
        return start, building, close_point, close_building


def compressed_rows(row: I8, column: I8, rows: int) -> tuple[I8, I8]:
    """Return pairs as (indptr, indices): row i holds ``indices[indptr[i]:indptr[i + 1]]``."""
    order = np.lexsort((column, row))
    start = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=rows))))
    return start.astype(np.int64), column[order].astype(np.int64)


def prepare(footprints: NDArray[np.object_], min_height_m: F8 | None = None) -> Walls:
    """Index the walls of buildings.

    The heights are not part of the index, because they may differ from draw to draw.

    Args:
        footprints: (n_buildings,) valid shapely Polygons in metres, with their holes. They may
            touch, overlap or repeat.
        min_height_m: (n_buildings,) bottoms above the ground; 0 by default.
    """
    footprints = np.asarray(footprints, dtype=object)
    bottom = np.zeros(len(footprints)) if min_height_m is None else np.asarray(min_height_m, float)
    x0, y0, x1, y1, building = _directed_walls(footprints)

    if len(x0) == 0:
        origin, cell_m, cells = (0.0, 0.0), CELL_M, (1, 1)
    else:
        west, south = min(x0.min(), x1.min()), min(y0.min(), y1.min())
        width, height = max(x0.max(), x1.max()) - west, max(y0.max(), y1.max()) - south
        origin = (float(west), float(south))
        cell_m = float(
            max(CELL_M, np.sqrt(width / MOST_CELLS * height), max(width, height) / MOST_CELLS)
        )
        cells = (int(width / cell_m) + 1, int(height / cell_m) + 1)

    def cell(value: F8, start: float) -> NDArray[np.int32]:
        return ((value - start) / cell_m).astype(np.int32)

    low_x, high_x = cell(np.minimum(x0, x1), origin[0]), cell(np.maximum(x0, x1), origin[0])
    low_y, high_y = cell(np.minimum(y0, y1), origin[1]), cell(np.maximum(y0, y1), origin[1])

    # Neighbours lie together, so that a camera reads neighbouring memory.
    order = along_curve(x0 + x1, y0 + y1)
    x0, y0, x1, y1, building = x0[order], y0[order], x1[order], y1[order], building[order]
    low_x, high_x, low_y, high_y = low_x[order], high_x[order], low_y[order], high_y[order]

    solid = ~shapely.is_empty(footprints)
    bounds = shapely.bounds(footprints[solid])
    east = np.full(len(footprints), -1, np.int32)
    east[solid] = cell(bounds[:, 2], origin[0])
    west = west_ends(
        cell(bounds[:, 0], origin[0]), east[solid],
        cell(bounds[:, 1], origin[1]), cell(bounds[:, 3], origin[1]),
        cells,
    )  # fmt: skip

    columns, rows = high_x - low_x + 1, high_y - low_y + 1
    touched = columns.astype(np.int64) * rows
    wall = np.repeat(np.arange(len(x0), dtype=np.int32), touched)
    within = ragged_ranges(np.zeros_like(touched), touched)
    cell_of = (low_y[wall] + within // columns[wall]) * np.int64(cells[0]) + (
        low_x[wall] + within % columns[wall]
    )
    by_cell = np.argsort(cell_of, kind="stable")
    starts = np.zeros(cells[0] * cells[1] + 1, dtype=np.int64)
    np.cumsum(np.bincount(cell_of, minlength=cells[0] * cells[1]), out=starts[1:])

    corners = np.column_stack((x0, y0, x1, y1))
    return Walls(
        corners=corners,
        place=np.column_stack((building.astype(np.int32), low_x, low_y)),
        tree=boxes_of(corners),
        footprints=footprints,
        min_height_m=bottom,
        cell_start=starts,
        cell_wall=wall[by_cell],
        west=west,
        east=east,
        origin=origin,
        cell_m=cell_m,
        cells=cells,
    )


def _directed_walls(footprints: NDArray[np.object_]) -> tuple[F8, F8, F8, F8, I8]:
    """Return the walls of outlines, with the building on the left: shells run anticlockwise."""
    oriented = shapely.orient_polygons(footprints)
    rings, building = shapely.get_rings(oriented, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    same_ring = ring[1:] == ring[:-1]
    moved = np.any(corners[1:] != corners[:-1], axis=1)
    wall = np.flatnonzero(same_ring & moved)  # repeated corners make no wall
    start, end = corners[wall], corners[wall + 1]
    return (
        np.ascontiguousarray(start[:, 0]),
        np.ascontiguousarray(start[:, 1]),
        np.ascontiguousarray(end[:, 0]),
        np.ascontiguousarray(end[:, 1]),
        building[ring[wall]].astype(np.int64),
    )
