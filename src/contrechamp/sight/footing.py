"""Which buildings a point stands in, and which outlines it stands on.

A ray runs west from the point along its row of the grid of walls; a building whose walls it crosses
an odd number of times contains the point. No ray runs further west than the buildings that touch
the point's cell (`west_ends`), so that the cost does not grow with the city.

The sign of a determinant tells whether a crossing lies west or east of the point. Its rounding
error is a few 1e-16 of its two products, so the sign can be wrong only if the ray meets the wall
within some 1e-15 of the wall's length from the point. Points that close to an outline are listed
separately, for the caller to decide more precisely; for all others parity is exact.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.compiled import compiled
from contrechamp.base.ragged import ragged_ranges
from contrechamp.sight.arrays import F8, I8
from contrechamp.sight.growing import doubled, sort_few

I4 = NDArray[np.int32]


def west_ends(
    first_column: I4, last_column: I4, first_row: I4, last_row: I4, cells: tuple[int, int]
) -> I4:
    """Return, for each grid cell, how far west the buildings that touch it extend.

    Args:
        first_column: (n_buildings,) westernmost column of each building's bounding box.
        last_column: (n_buildings,) easternmost column.
        first_row: (n_buildings,) southernmost row.
        last_row: (n_buildings,) northernmost row.
        cells: number of columns and rows.

    Returns:
        (n_cells,) int32 westernmost column, row by row from the south-west; where there is no
        building, the number of columns.
    """
    columns, rows = cells
    west = np.full(columns * rows, columns, dtype=np.int32)
    crossed = last_row - first_row + 1
    building = np.repeat(np.arange(len(crossed)), crossed)
    begin = ragged_ranges(first_row, crossed) * np.int64(columns)
    first, last = begin + first_column[building], begin + last_column[building]
    # From the west, each building takes the cells that none before it took: the work grows with
    # the number of cells, not with the area of all bounding boxes.
    order = np.argsort(first, kind="stable")
    first, last, column = first[order], last[order], first_column[building[order]]
    taken = np.concatenate(([-1], np.maximum.accumulate(last)))[:-1]
    free = np.maximum(first, taken + 1)
    many = np.maximum(last - free + 1, 0)
    west[ragged_ranges(free, many)] = np.repeat(column, many)
    return west


@compiled
def footing(index: Any, x: F8, y: F8, close_m: float) -> tuple[I8, I8, I8, I8]:
    """Find the buildings around each point, and the outlines that it is close to.

    Args:
        index: `Walls.index`.
        x: (n,) metres east.
        y: (n,) metres north.
        close_m: what counts as close; far more than rounding errors.

    Returns:
        indptr (n + 1,) and indices: the buildings that contain point i are
        ``indices[indptr[i]:indptr[i + 1]]``, ascending. Then pairs of points and buildings, for
        points closer than `close_m` to an outline; pairs may repeat. Whether such a point is
        inside that building cannot be relied on.
    """
    corners, place = index.corners, index.place
    cell_start, cell_wall = index.cell_start, index.cell_wall
    n = len(x)
    start = np.zeros(n + 1, np.int64)
    inside = np.empty(n + 64, np.int64)
    close_point, close_building = np.empty(64, np.int64), np.empty(64, np.int64)
    found = close = 0
    close_2 = close_m * close_m
    for i in range(n):
        px, py = x[i], y[i]
        from_west, from_south = px - index.origin_x, py - index.origin_y
        start[i + 1] = found
        if not (
            -close_m <= from_west <= index.cells_x * index.cell_m + close_m
            and -close_m <= from_south <= index.cells_y * index.cell_m + close_m
        ):
            continue
        column_0 = max(0, int((from_west - close_m) / index.cell_m))
        column_1 = min(index.cells_x - 1, int((from_west + close_m) / index.cell_m))
        row_0 = max(0, int((from_south - close_m) / index.cell_m))
        row_1 = min(index.cells_y - 1, int((from_south + close_m) / index.cell_m))
        for row in range(row_0, row_1 + 1):
            first = row * index.cells_x
            for k in range(cell_start[first + column_0], cell_start[first + column_1 + 1]):
                wall = cell_wall[k]
                x0, y0, x1, y1 = (
                    corners[wall, 0], corners[wall, 1], corners[wall, 2], corners[wall, 3],
                )  # fmt: skip
                if (
                    (px + close_m < min(x0, x1))
                    | (px - close_m > max(x0, x1))
                    | (py + close_m < min(y0, y1))
                    | (py - close_m > max(y0, y1))
                ):
                    continue
                wx, wy = x1 - x0, y1 - y0
                part = ((px - x0) * wx + (py - y0) * wy) / (wx * wx + wy * wy)
                part = min(max(part, 0.0), 1.0)
                gap_x, gap_y = px - x0 - part * wx, py - y0 - part * wy
                if gap_x * gap_x + gap_y * gap_y < close_2:
                    if close == len(close_point):
                        close_point, close_building = doubled(close_point), doubled(close_building)
                    close_point[close], close_building[close] = i, place[wall, 0]
                    close += 1

        column = min(index.cells_x - 1, max(0, int(from_west / index.cell_m)))
        row = min(index.cells_y - 1, max(0, int(from_south / index.cell_m)))
        first = row * index.cells_x
        west = index.west[first + column]
        for here in range(west, column + 1):
            for k in range(cell_start[first + here], cell_start[first + here + 1]):
                wall = cell_wall[k]
                y0, y1 = corners[wall, 1], corners[wall, 3]
                upwards = y0 <= py
                if upwards != (y1 > py):
                    continue
                x0, x1 = corners[wall, 0], corners[wall, 2]
                turn = (x1 - x0) * (py - y0) - (y1 - y0) * (px - x0)
                if (turn < 0.0) != upwards:
                    continue  # east of the point
                # A wall may stand in several cells of the row: it counts in the first of them.
                if here != max(place[wall, 1], west):
                    continue
                # Crossing a wall, the ray leaves or enters its building.
                building = place[wall, 0]
                m = start[i]
                while m < found and inside[m] != building:
                    m += 1
                if m < found:
                    found -= 1
                    inside[m] = inside[found]
                else:
                    if found == len(inside):
                        inside = doubled(inside)
                    inside[found] = building
                    found += 1
        # The ray may have met only some walls of a building that ends before this cell.
        passed = found
        found = start[i]
        for m in range(start[i], passed):
            if index.east[inside[m]] >= column:
                inside[found] = inside[m]
                found += 1
        sort_few(inside, start[i], found)
        start[i + 1] = found
    return start, inside[:found], close_point[:close], close_building[:close]
