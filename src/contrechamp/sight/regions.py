"""The areas and outlines that each camera sees, level by level, for many cameras at once."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.compiled import compiled, compiled_leaf
from contrechamp.base.ragged import ragged_ranges
from contrechamp.sight.areas import level_areas
from contrechamp.sight.arrays import F8, I8, Cameras, Level
from contrechamp.sight.boxes import along_curve
from contrechamp.sight.limits import limits
from contrechamp.sight.outline import (
    clip_to_level,
    find_junctions,
    more_rings,
    new_junctions,
    new_rings,
    new_stretches,
    trace,
)
from contrechamp.sight.placing import off_outlines
from contrechamp.sight.star import star_outlines, star_reach
from contrechamp.sight.sweep import TOO_SMALL, enlarged, new_scratch, new_slices, sweep_camera
from contrechamp.sight.walls import Walls

#: How far the chords of an outline may lie inside an arc. Areas do not depend on it.
SAGITTA_M = 0.01


@dataclass(frozen=True)
class Regions:
    """Areas and outlines of what is seen.

    Args:
        area_m2: (n_cameras, n_levels), exact: bounded by true arcs, not by chords.
        x: corners of all rings, one ring after the other, metres east.
        y: metres north.
        ring_start: (n_rings + 1,) where each ring begins; rings are open, shells anticlockwise.
        ring_camera: (n_rings,).
        ring_level: (n_rings,).
    """

    area_m2: F8
    x: F8
    y: F8
    ring_start: I8
    ring_camera: I8
    ring_level: I8

    def geometries(self) -> NDArray[np.object_]:
        """Return (n_cameras, n_levels) shapely MultiPolygons, empty where nothing is seen."""
        regions = np.full(self.area_m2.shape, shapely.MultiPolygon(), dtype=object)
        if len(self.ring_camera) == 0:
            return regions
        ring = np.repeat(np.arange(len(self.ring_camera)), np.diff(self.ring_start))
        rings = shapely.linearrings(np.column_stack((self.x, self.y)), indices=ring)
        shell = shapely.is_ccw(rings)
        key = self.ring_camera * self.area_m2.shape[1] + self.ring_level
        shells, holes = np.flatnonzero(shell), np.flatnonzero(~shell)
        owner = _owners(rings[shells], key[shells], rings[holes], key[holes])
        # Each polygon's shell first, then its holes.
        polygon = np.concatenate((np.arange(len(shells)), owner))
        order = np.argsort(polygon, kind="stable")
        polygons = shapely.polygons(
            rings[np.concatenate((shells, holes))[order]], indices=polygon[order]
        )
        shapely.multipolygons(polygons, indices=key[shells], out=regions.reshape(-1))
        return regions


def _owners(
    shells: NDArray[np.object_], shell_key: I8, holes: NDArray[np.object_], hole_key: I8
) -> I8:
    """Return, for each hole, the smallest shell of the same camera and level around it."""
    if len(holes) == 0:
        return np.empty(0, np.int64)
    first = np.searchsorted(shell_key, hole_key, side="left")
    count = np.searchsorted(shell_key, hole_key, side="right") - first
    hole = np.repeat(np.arange(len(holes)), count)
    shell = ragged_ranges(first, count)
    around = shapely.polygons(shells)
    covers = shapely.covers(around[shell], holes[hole])
    # A hole that touches its shell may stick out by the last bit: it then goes to the largest.
    rank = np.where(covers, shapely.area(around)[shell], 1e18 - shapely.area(around)[shell])
    order = np.lexsort((rank, hole))
    _, smallest = np.unique(hole[order], return_index=True)
    owner: I8 = shell[order][smallest]
    return owner


@compiled
def _regions_of(
    first: int,
    last: int,
    index: Any,
    top_m: Any,
    over_start: Any,
    over: Any,
    x: Any,
    y: Any,
    h: Any,
    z: float,
    start_rad: Any,
    sweep_rad: Any,
    near: Any,
    reach: Any,
    flat: bool,
    outlines: bool,
    sagitta_m: float,
) -> tuple[Any, Any]:
    """Return the areas, and the rings on the metric plane, of cameras `first` to before `last`."""
    levels = reach.shape[1]
    area = np.zeros((last - first, levels))
    # Room takes no memory until it is written to: too much of it is free, growing means copying.
    guess = (last - first) * levels + 64 if outlines else 1
    rings = new_rings(64 * guess, 2 * guess)
    scratch, out = new_scratch(512), new_slices(256, 1024)
    room, junctions = new_stretches(4096, 16384), new_junctions(2048)
    for i in range(first, last):
        while True:
            too_small = _region_of(
                i, index, top_m, over[over_start[i] : over_start[i + 1]], x[i], y[i], h[i], z,
                start_rad[i], sweep_rad[i], near[i], reach[i], flat, outlines, sagitta_m,
                area[i - first], scratch, out, room, junctions, rings,
            )  # fmt: skip
            if too_small == NOT_TOO_SMALL:
                break
            if too_small == SWEEP_TOO_SMALL:
                scratch, out = enlarged(scratch, out)
            elif too_small == STRETCHES_TOO_SMALL:
                room = new_stretches(2 * len(room.ax), 2 * len(room.inner))
            elif too_small == JUNCTIONS_TOO_SMALL:
                junctions = new_junctions(2 * len(junctions.done))
            else:
                rings = more_rings(rings)
    return area, rings


#: Which buffers `_region_of` needs larger.
NOT_TOO_SMALL, SWEEP_TOO_SMALL, STRETCHES_TOO_SMALL, JUNCTIONS_TOO_SMALL, RINGS_TOO_SMALL = range(5)


@compiled_leaf
def _region_of(
    i: int, index: Any, top_m: Any, above: Any, x: float, y: float, h: float, z: float,
    start_rad: float, sweep_rad: float, near: float, reach: Any, flat: bool, outlines: bool,
    sagitta_m: float, area_m2: Any, scratch: Any, out: Any, room: Any, junctions: Any, rings: Any,
) -> int:  # fmt: skip
    """Write the areas of camera `i`, and append its rings; return what is too small for that."""
    levels = len(reach)
    furthest = 0.0
    for level in range(levels):
        furthest = max(furthest, reach[level])
    if furthest <= near:
        return NOT_TOO_SMALL
    slices = sweep_camera(
        index, top_m, above, x, y, h, z, furthest, start_rad, sweep_rad, flat, scratch, out
    )
    if slices == TOO_SMALL:
        return SWEEP_TOO_SMALL
    level_areas(slices, out, near, reach, area_m2)
    if not outlines:
        return NOT_TOO_SMALL
    around = sweep_rad >= 2.0 * np.pi - 1e-12
    from_corner, from_ring = rings.count[0], rings.count[1]
    star = star_reach(slices, out)
    if around and near > 0.0:
        star = 0.0
    too_small = NOT_TOO_SMALL
    level = 0
    while level < levels and too_small == NOT_TOO_SMALL:
        # Rings must come in the order of their levels.
        first_level = level
        while level < levels and reach[level] <= star:
            level += 1
        if level > first_level:
            if not star_outlines(
                slices, out, around, near, reach, (first_level, level), sagitta_m, i,
                scratch.crossing, rings,
            ):  # fmt: skip
                too_small = RINGS_TOO_SMALL
            continue
        far = reach[level]
        if far > near:
            clipped = clip_to_level(slices, out, near, far, room)
            if clipped == TOO_SMALL:
                too_small = STRETCHES_TOO_SMALL
            elif room.start[clipped] > len(junctions.done):
                too_small = JUNCTIONS_TOO_SMALL
            else:
                find_junctions(clipped, room, around, junctions)
                if not trace(clipped, room, junctions, near, far, sagitta_m, i, level, rings):
                    too_small = RINGS_TOO_SMALL
        level += 1
    if too_small != NOT_TOO_SMALL:
        rings.count[0], rings.count[1] = from_corner, from_ring  # to be traced again
        return too_small
    c, s = np.cos(start_rad), np.sin(start_rad)
    for k in range(from_corner, rings.count[0]):
        px, py = rings.x[k], rings.y[k]
        rings.x[k], rings.y[k] = x + c * px - s * py, y + s * px + c * py
    return NOT_TOO_SMALL


def sweep_angles(cameras: Cameras) -> tuple[F8, F8]:
    """Return where each sweep begins (radians, anticlockwise from east), and its angle."""
    sweep = np.radians(np.minimum(cameras.sweep_deg, 360.0))
    return np.radians(90.0 - cameras.heading_deg) - sweep / 2.0, sweep


def in_threads(
    work: Callable[[int, int], Any], n: int, threads: int | None, most_at_once: int = 4096
) -> list[Any]:
    """Call ``work(first, last)`` over 0..n in threads, and return the results in order.

    How the work is split depends on the number of threads; the results must not.
    """
    threads = threads or os.cpu_count() or 1
    size = max(1, min(most_at_once, -(-n // (4 * threads)) if threads > 1 else n))
    cuts = [(k, min(k + size, n)) for k in range(0, n, size)]
    if threads == 1 or len(cuts) == 1:
        return [work(*cut) for cut in cuts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda cut: work(*cut), cuts))


def visible_regions(
    cameras: Cameras,
    walls: Walls,
    height_m: F8,
    levels: Sequence[Level],
    *,
    target_height_m: float = 1.6,
    flat: bool = False,
    outlines: bool = True,
    sagitta_m: float = SAGITTA_M,
    threads: int | None = None,
) -> Regions:
    """Find where each camera sees targets of one height, level by level.

    Args:
        cameras: (n,) with every parameter known, in their places (`placing.places`). A camera
            exactly on the outline of a building is put a millimetre in front of it.
        walls: of all buildings (`walls.prepare`).
        height_m: (n_buildings,) tops above the ground.
        levels: pixel densities; `levels.VISIBLE` asks for what is in view at any density.
        target_height_m: 1.6 is a face, 0 the ground.
        flat: take every wall as infinitely high, as a plan without heights does.
        outlines: whether to trace outlines as well as areas.
        sagitta_m: how far the chords of outlines may lie inside an arc.
        threads: greatest number of threads, by default one per processor. The result is the same
            bit for bit.

    Returns:
        the regions; the caller's arrays are not changed.

    A dome 4 m up sees 30 m far, but not behind the house 10 m to its north:

    >>> from contrechamp.sight.levels import VISIBLE
    >>> from contrechamp.sight.walls import prepare
    >>> dome = dict(x=0.0, y=0.0, height_m=4.0, heading_deg=0.0, tilt_deg=15.0, hfov_deg=90.0,
    ...             vfov_deg=60.0, width_px=1920.0, range_m=30.0, sweep_deg=360.0)
    >>> cameras = Cameras(**{name: np.array([value]) for name, value in dome.items()})
    >>> house = prepare(np.array([shapely.box(-10.0, 10.0, 10.0, 20.0)]))
    >>> regions = visible_regions(cameras, house, np.array([8.0]), [VISIBLE], threads=1)
    >>> round(float(regions.area_m2[0, 0]), 1)
    2220.6
    >>> round(float(regions.geometries()[0, 0].area), 1)
    2219.6
    """
    # Neighbours one after the other: what was read of the city for one is at hand for the next.
    order = along_curve(np.asarray(cameras.x), np.asarray(cameras.y))
    cameras = cameras.rows(order)
    near, reach = limits(cameras, levels, target_height_m)
    start, sweep = sweep_angles(cameras)
    x, y, over_start, over = off_outlines(cameras.x, cameras.y, walls)
    top = np.ascontiguousarray(height_m, dtype=np.float64)

    def work(first: int, last: int) -> Any:
        return _regions_of(
            first, last, walls.index, top, over_start, over, x, y, cameras.height_m,
            float(target_height_m), start, sweep, near, reach, flat, outlines, sagitta_m,
        )  # fmt: skip

    found = in_threads(work, len(cameras.x), threads)
    area = np.zeros((len(order), len(levels)))
    if found:
        area[order] = np.concatenate([part for part, _ in found])
    return _in_order(area, order, [rings for _, rings in found])


def _in_order(area_m2: F8, order: I8, found: Sequence[Any]) -> Regions:
    """Return regions with the rings of the first camera first.

    Args:
        area_m2: (n_cameras, n_levels).
        order: (n_cameras,) row of each camera, in the order in which they were done.
        found: rings, by their place in `order`.
    """
    none = np.empty(0, np.int64)
    size = np.concatenate([none, *(np.diff(one.start[: one.count[1] + 1]) for one in found)])
    camera = order[np.concatenate([none, *(one.camera[: one.count[1]] for one in found)])]
    level = np.concatenate([none, *(one.level[: one.count[1]] for one in found)])
    rank = np.argsort(camera, kind="stable")
    start = np.concatenate(([0], np.cumsum(size[rank])))
    to = np.empty(len(rank), np.int64)
    to[rank] = start[:-1]
    x, y = np.empty(start[-1]), np.empty(start[-1])
    first = 0
    for one in found:
        last = first + one.count[1]
        _put(one.x, one.y, one.start, to[first:last], x, y)
        first = last
    return Regions(area_m2, x, y, start, camera[rank], level[rank])


@compiled
def _put(x: Any, y: Any, start: Any, to: Any, all_x: Any, all_y: Any) -> None:
    """Copy the corners of each ring to where they belong."""
    for ring in range(len(to)):
        shift = to[ring] - start[ring]
        for k in range(start[ring], start[ring + 1]):
            all_x[k + shift], all_y[k + shift] = x[k], y[k]
