"""From the files of a height model to one grid of the ground on the metric plane."""

from collections.abc import Sequence

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.height_grid import AROUND_M, F4, HeightGrid, Relief
from contrechamp.scene.tables import Notice

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]
Shapes = NDArray[np.object_]

#: The finest and the coarsest grid that is made; a finer model is thinned, and a coarser one says
#: nothing of single streets.
FINEST_M, COARSE_M = 1.0, 10.0
#: Most nodes: of four bytes each. A larger place gets a coarser grid, and is told so.
MOST_NODES = 40_000_000
#: Places are carried over to the coordinate system of a file at every so many nodes, and between
#: them evenly: that is off by less than a millimetre on a few hundred metres.
_EVERY = 16
#: Houses stand out of a model if the ground below them lies this much above that around them, in
#: half of those that are looked at, which must be this many.
_STANDS_OUT_M, _FEWEST_HOUSES, _MOST_HOUSES = 2.0, 10, 2000
#: How far around a house its surroundings begin and end.
_BESIDE_M = (2.0, 6.0)


def relief_of(
    grids: Sequence[HeightGrid],
    crs: pyproj.CRS,
    cameras: Shapes,
    footprints: Shapes,
    range_m: float = 0.0,
) -> tuple[Relief | None, list[Notice]]:
    """Return the ground around cameras, if there are files, and what is to be told of it.

    Where two files have a height, the finer one counts. The nodes take their height from between
    the four cells around them (bilinear).

    Args:
        grids: the files.
        crs: of the plane.
        cameras: Points on it.
        footprints: of the buildings.
        range_m: the greatest range that is mapped of a camera.

    Raises:
        InputError: if a camera lies where no file has a height.
    """
    if not grids or not len(cameras):
        return None, []
    xy = shapely.get_coordinates(cameras)
    around_m = max(AROUND_M, range_m)
    west, south = np.floor(xy.min(axis=0) - around_m)
    east, north = np.ceil(xy.max(axis=0) + around_m)
    cells = {grid.name: _cell_m(grid, crs, xy.mean(axis=0)) for grid in grids}
    order = sorted(grids, key=lambda grid: cells[grid.name])
    finest = max(cells[order[0].name], FINEST_M)
    fitting = float(np.sqrt((east - west) * (north - south) / MOST_NODES))
    cell = max(round(finest, 2), fitting)
    columns, rows = int((east - west) / cell) + 2, int((north - south) / cell) + 2
    height = np.full((rows, columns), np.nan, np.float32)
    used: list[str] = []
    for grid in order:
        found = _carried_over(grid, crs, float(west), float(south), cell, rows, columns)
        fills = np.isnan(height) & ~np.isnan(found)
        if fills.any():
            used.append(grid.name)
            height[fills] = found[fills]
    _check_cameras(height, xy, float(west), float(south), cell, ", ".join(cells))
    notices = _told_of_resolution(cells, used, cell, fitting > finest)
    filled_share = float(np.isnan(height).mean())
    cleared = _houses_stand_out(height, footprints, float(west), float(south), cell)
    if cleared:
        height[_under(footprints, float(west), float(south), cell, rows, columns)] = np.nan
        notices.append(
            Notice(
                "houses-in-heights",
                ", ".join(used),
                _(
                    "houses stand out of it: it is a model of the surface, not of the ground. What "
                    "lies under mapped houses is taken from the ground around them; trees, and "
                    "houses that nobody mapped, remain in it"
                ),
            )
        )
    gaps = np.isnan(height)
    if gaps.any():
        nearest = ndimage.distance_transform_edt(gaps, return_distances=False, return_indices=True)
        height = height[tuple(nearest)]
    if filled_share > 0.0:
        notices.append(
            Notice(
                "heights-missing",
                ", ".join(used),
                _(
                    "{share} per cent of the ground around the cameras has no height: taken as "
                    "that of the nearest place that has one"
                ).format(share=f"{100.0 * filled_share:.1f}"),
            )
        )
    return (
        Relief(
            np.ascontiguousarray(height), float(west), float(south), cell,
            max(cells[name] for name in used), filled_share, cleared, tuple(used),
            around_m,
        ),
        notices,
    )  # fmt: skip


def _cell_m(grid: HeightGrid, crs: pyproj.CRS, middle: F8) -> float:
    """Return the width of a cell in metres, at the middle of the cameras."""
    to_file = pyproj.Transformer.from_crs(crs, grid.epsg, always_xy=True)
    x, y = to_file.transform(*middle)
    to_plane = pyproj.Transformer.from_crs(grid.epsg, crs, always_xy=True)
    east, north = to_plane.transform([x, x + grid.step_x, x], [y, y, y + grid.step_y])
    widest = max(float(np.hypot(east[k] - east[0], north[k] - north[0])) for k in (1, 2))
    if not np.isfinite(widest) or widest <= 0.0:
        raise InputError(
            _("its coordinate system (EPSG:{epsg}) does not cover the place").format(
                epsg=grid.epsg
            ),
            where=grid.name,
        )
    return widest


def _carried_over(
    grid: HeightGrid, crs: pyproj.CRS, west: float, south: float, cell: float, rows: int,
    columns: int,
) -> F4:  # fmt: skip
    """Return the heights of a file at the nodes of a grid, NaN where it has none."""
    to_file = pyproj.Transformer.from_crs(crs, grid.epsg, always_xy=True)
    some_x = np.arange(-(-columns // _EVERY) + 1) * (_EVERY * cell) + west
    some_y = np.arange(-(-rows // _EVERY) + 1) * (_EVERY * cell) + south
    x, y = to_file.transform(*np.meshgrid(some_x, some_y))
    column, row = (np.asarray(x) - grid.x) / grid.step_x, (np.asarray(y) - grid.y) / grid.step_y
    found = np.full((rows, columns), np.nan, np.float32)
    at = np.arange(columns) / _EVERY
    left = np.minimum(at.astype(np.int64), len(some_x) - 2)
    part = at - left
    for j in range(rows):
        low = min(j // _EVERY, len(some_y) - 2)
        up = j / _EVERY - low
        c, r = (
            (of[low] * (1.0 - up) + of[low + 1] * up)[left] * (1.0 - part)
            + (of[low] * (1.0 - up) + of[low + 1] * up)[left + 1] * part
            for of in (column, row)
        )
        found[j] = _between(grid.height_m, r, c)
    return found


def _between(height: F4, row: F8, column: F8) -> F8:
    """Return heights between the four cells around places; NaN outside, or beside a gap."""
    rows, columns = height.shape
    with np.errstate(invalid="ignore"):
        inside = (row >= 0.0) & (row <= rows - 1) & (column >= 0.0) & (column <= columns - 1)
    r, c = np.where(inside, row, 0.0), np.where(inside, column, 0.0)
    j, i = np.minimum(r.astype(np.int64), rows - 2), np.minimum(c.astype(np.int64), columns - 2)
    v, u = r - j, c - i
    found = (
        height[j, i] * (1.0 - u) * (1.0 - v) + height[j, i + 1] * u * (1.0 - v)
        + height[j + 1, i] * (1.0 - u) * v + height[j + 1, i + 1] * u * v
    )  # fmt: skip
    return np.where(inside, found, np.nan)


def _check_cameras(height: F4, xy: F8, west: float, south: float, cell: float, where: str) -> None:
    columns = np.rint((xy[:, 0] - west) / cell).astype(np.int64)
    rows = np.rint((xy[:, 1] - south) / cell).astype(np.int64)
    lost = int(np.isnan(height[rows, columns]).sum())
    if lost:
        raise InputError(
            ngettext(
                "{count} of {all} cameras lies where the height model has no height: give the file "
                "that is missing, or none",
                "{count} of {all} cameras lie where the height model has no height: give the files "
                "that are missing, or none",
                lost,
            ).format(count=lost, all=len(xy)),
            where=where,
        )


def _told_of_resolution(
    cells: dict[str, float], used: Sequence[str], cell: float, thinned: bool
) -> list[Notice]:
    notices = [
        Notice("heights-not-used", name, _("it has no height around the cameras that a finer file "
                                          "has not: not used"))
        for name in cells
        if name not in used
    ]  # fmt: skip
    notices += [
        Notice(
            "heights-coarse",
            name,
            _(
                "its cells are {metres} m wide: it tells slopes and hills, not steps, terraces or "
                "the side of a street"
            ).format(metres=f"{cells[name]:.0f}"),
        )
        for name in used
        if cells[name] > COARSE_M
    ]
    if thinned:
        notices.append(
            Notice(
                "heights-thinned",
                ", ".join(used),
                _("the place is large: one height every {metres} m is used").format(
                    metres=f"{cell:.1f}"
                ),
            )
        )
    return notices


def _nodes(rows: int, columns: int, west: float, south: float, cell: float, box: F8) -> I8:
    """Return the nodes in a box, (n, 2): column and row of each."""
    first_x, first_y, last_x, last_y = (
        int(np.clip((box[0] - west) / cell, 0, columns)),
        int(np.clip((box[1] - south) / cell, 0, rows)),
        int(np.clip((box[2] - west) / cell + 2, 0, columns)),
        int(np.clip((box[3] - south) / cell + 2, 0, rows)),
    )
    i, j = np.meshgrid(np.arange(first_x, last_x), np.arange(first_y, last_y))
    return np.column_stack((i.ravel(), j.ravel()))


def _houses_stand_out(
    height: F4, footprints: Shapes, west: float, south: float, cell: float
) -> bool:
    """Return whether houses stand out of the ground, by what lies beside them."""
    rows, columns = height.shape
    frame = shapely.box(west, south, west + cell * (columns - 1), south + cell * (rows - 1))
    houses = footprints[shapely.within(footprints, frame)]
    wide = np.sqrt(shapely.area(houses)) > 3.0 * cell
    houses = houses[wide][:_MOST_HOUSES]
    higher = []
    for house in houses:
        near, far = _BESIDE_M
        around = shapely.buffer(house, max(far, 2.0 * cell))
        at = _nodes(rows, columns, west, south, cell, np.array(around.bounds))
        x, y = west + at[:, 0] * cell, south + at[:, 1] * cell
        within = shapely.contains_xy(house, x, y)
        beside = shapely.contains_xy(around, x, y) & ~shapely.contains_xy(
            shapely.buffer(house, max(near, 0.5 * cell)), x, y
        )
        of = height[at[:, 1], at[:, 0]]
        if within.any() and beside.any():
            higher.append(np.nanmedian(of[within]) - np.nanmedian(of[beside]))
    return len(higher) >= _FEWEST_HOUSES and float(np.nanmedian(higher)) > _STANDS_OUT_M


def _under(
    footprints: Shapes, west: float, south: float, cell: float, rows: int, columns: int
) -> Mask:
    """Return which nodes lie under houses, or right beside them, where they belong to neither."""
    under = np.zeros((rows, columns), bool)
    for house in footprints:
        wider = shapely.buffer(house, 1.5 * cell)
        at = _nodes(rows, columns, west, south, cell, np.array(wider.bounds))
        inside = shapely.contains_xy(wider, west + at[:, 0] * cell, south + at[:, 1] * cell)
        under[at[inside, 1], at[inside, 0]] = True
    return under
