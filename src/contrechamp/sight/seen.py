"""The exact parts of straight lines that cameras see: of streets, walks, or any other segments."""

import os
from collections import namedtuple
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.compiled import compiled, compiled_leaf, compiled_part
from contrechamp.sight.arrays import Cameras, Level
from contrechamp.sight.growing import doubled
from contrechamp.sight.hull import window
from contrechamp.sight.limits import density_reach, near_and_far
from contrechamp.sight.parts import (
    SAME_POINT,
    index_segments,
    new_parts,
    segments_in_view,
    visible_parts,
    within_circle,
)
from contrechamp.sight.placing import off_outlines
from contrechamp.sight.plan_views import no_views
from contrechamp.sight.settled import (
    WIDEST_SECTOR,
    append_beside_window,
    append_settled,
    low_bits,
    sector_of,
    unsettled,
)
from contrechamp.sight.sweep import (
    TOO_SMALL,
    enlarged,
    new_scratch,
    new_slices,
    ring_end,
    sweep_camera,
)
from contrechamp.sight.walls import Walls

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

# The parameters of cameras but their position, as the compiled code takes them.
CameraColumns = namedtuple(
    "CameraColumns", "height_m heading_deg tilt_deg hfov_deg vfov_deg width_px range_m sweep_deg"
)
# The working memory of one thread: the engine's buffers, what of the segments may be in view, how
# far each level of a camera reaches, and records of what is seen. A record has segment and camera;
# all of the segment is in view at the first `whole` levels, and something up to `levels`. From
# `first` on, a row for each level in between has where the part starts and ends (0..1), and no such
# part where it does not end after it starts. Most records need no such row, and stay in caches.
Buffers = namedtuple(
    "Buffers",
    "scratch out parts leaves within reach segment camera whole levels first start end",
)

#: Cameras that one thread does at a time.
CAMERAS_AT_ONCE = 256


@dataclass(frozen=True)
class SeenParts:
    """Parts of segments, ordered by camera, level, segment and place along it.

    Args:
        camera: (n_parts,) int64, row of the camera.
        level: (n_parts,) int64, index of the level.
        segment: (n_parts,) int64, row of the segment.
        start: (n_parts,) where the part begins: 0 at the first end of the segment, 1 at the last.
        end: (n_parts,) where it ends.
    """

    camera: I8
    level: I8
    segment: I8
    start: F8
    end: F8


def seen_parts(
    cameras: Cameras,
    walls: Walls,
    height_m: F8,
    segments: F8,
    levels: Sequence[Level],
    *,
    target_height_m: float = 1.6,
    threads: int | None = None,
) -> SeenParts:
    """Find the exact parts of segments that each camera sees, level by level.

    Args:
        cameras: (n,) with every parameter known, in their places (`placing.places`).
        walls: of all buildings (`walls.prepare`).
        height_m: (n_buildings,) tops above the ground.
        segments: (m, 4) metres: x and y of the first end, x and y of the last.
        levels: pixel densities; `levels.VISIBLE` asks for what is in view at any density.
        target_height_m: height of the segments above the ground.
        threads: greatest number of threads; the result is the same bit for bit.

    Metres in view along a street that runs from 50 m west to 50 m east, 10 m north of a dome with
    30 m of range, and passes behind a house:

    >>> import shapely
    >>> from contrechamp.sight.levels import VISIBLE
    >>> from contrechamp.sight.walls import prepare
    >>> dome = dict(x=0.0, y=0.0, height_m=4.0, heading_deg=0.0, tilt_deg=15.0, hfov_deg=90.0,
    ...             vfov_deg=60.0, width_px=1920.0, range_m=30.0, sweep_deg=360.0)
    >>> cameras = Cameras(**{name: np.array([value]) for name, value in dome.items()})
    >>> house = prepare(np.array([shapely.box(0.0, 4.0, 5.0, 8.0)]))
    >>> street = np.array([[-50.0, 10.0, 50.0, 10.0]])
    >>> parts = seen_parts(cameras, house, np.array([8.0]), street, [VISIBLE], threads=1)
    >>> [round(float(metres), 2) for metres in 100.0 * (parts.end - parts.start)]
    [28.28, 15.78]
    """
    x, y, over_start, over = off_outlines(cameras.x, cameras.y, walls)
    lines = index_segments(segments)
    ppm = np.array([level.ppm for level in levels], dtype=np.float64)
    top = np.ascontiguousarray(height_m, dtype=np.float64)
    given = [
        np.ascontiguousarray(getattr(cameras, name), np.float64) for name in CameraColumns._fields
    ]

    def work(first: int) -> tuple[NDArray[Any], ...]:
        last = min(first + CAMERAS_AT_ONCE, len(x))
        columns = CameraColumns(*(column[first:last] for column in given))
        camera, level, position, start, end = _seen_of(
            walls.index, top, over_start[first : last + 1], over, x[first:last], y[first:last],
            columns, float(target_height_m), ppm, lines, no_views(last - first),
        )  # fmt: skip
        return camera + first, level, lines.row[position], start, end

    firsts = range(0, len(x), CAMERAS_AT_ONCE)
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        done = list(pool.map(work, firsts)) or [(np.empty(0, np.int64),) * 3 + (np.empty(0),) * 2]
    camera, level, segment, start, end = (
        np.concatenate(column) for column in zip(*done, strict=True)
    )
    order = np.lexsort((start, segment, level, camera))
    return SeenParts(
        camera=camera[order],
        level=level[order],
        segment=segment[order],
        start=start[order],
        end=end[order],
    )


@compiled
def _seen_of(
    index: Any, top: Any, over_start: Any, over: Any, x: Any, y: Any, given: Any, z: float,
    ppm: Any, lines: Any, views: Any,
) -> tuple[Any, Any, Any, Any, Any]:  # fmt: skip
    """Return what `record_seen` finds: camera, level, position of the segment, both ends."""
    buffers = new_buffers(len(ppm))
    n, found = record_seen(index, top, over_start, over, x, y, given, z, ppm, lines, views, buffers)
    most = 0
    for k in range(n):
        most += found.levels[k]
    camera, level, segment = (
        np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64),
    )  # fmt: skip
    start, end = np.empty(most), np.empty(most)
    m = 0
    for k in range(n):
        whole = int(found.whole[k])
        for at in range(found.levels[k]):
            camera[m], level[m], segment[m] = found.camera[k], at, found.segment[k]
            start[m], end[m] = 0.0, 1.0
            if at >= whole:
                row = found.first[k] + at - whole
                start[m], end[m] = found.start[row], found.end[row]
            m += start[m] < end[m]
    return camera[:m], level[:m], segment[:m], start[:m], end[:m]


@compiled_part
def new_buffers(levels: int) -> Any:
    """Return the working memory of one thread; it grows as needed."""
    return Buffers(
        new_scratch(512), new_slices(256, 1024), new_parts(1024),
        np.empty(256, np.int64), np.empty(2048, np.int32), np.empty(levels),
        np.empty(8192, np.int32), np.empty(8192, np.int32), np.empty(8192, np.uint8),
        np.empty(8192, np.uint8), np.empty(8192, np.int32), np.empty(32768), np.empty(32768),
    )  # fmt: skip


#: What `_record_camera` returns where some of the buffers are too small.
SWEEP_TOO_SMALL, WITHIN_TOO_SMALL, PARTS_TOO_SMALL, RECORDS_TOO_SMALL = -1, -2, -3, -4


@compiled_part
def _with_more(buffers: Any, too_small: int) -> Any:
    """Return buffers of which those that were too small are twice as large."""
    scratch, out, parts = buffers.scratch, buffers.out, buffers.parts
    leaves, within, segment = buffers.leaves, buffers.within, buffers.segment
    camera, whole, levels = buffers.camera, buffers.whole, buffers.levels
    first, start, end = buffers.first, buffers.start, buffers.end
    if too_small == SWEEP_TOO_SMALL:
        scratch, out = enlarged(scratch, out)
    elif too_small == WITHIN_TOO_SMALL:
        leaves, within = doubled(leaves), doubled(within)
    elif too_small == PARTS_TOO_SMALL:
        parts = new_parts(2 * len(parts.segment))
    else:
        segment, camera, first = doubled(segment), doubled(camera), doubled(first)
        whole, levels, start, end = doubled(whole), doubled(levels), doubled(start), doubled(end)
    return Buffers(
        scratch, out, parts, leaves, within, buffers.reach,
        segment, camera, whole, levels, first, start, end,
    )  # fmt: skip


@compiled_part
def record_seen(
    index: Any,
    top: Any,
    over_start: Any,
    over: Any,
    x: Any,
    y: Any,
    given: Any,
    z: float,
    ppm: Any,
    lines: Any,
    views: Any,
    buffers: Any,
) -> tuple[int, Any]:
    """Record the parts of segments that each camera sees at each level.

    What is shorter than `parts.SAME_POINT` of its segment is no part: a rounding error would count
    as a camera that a walk meets.

    Args:
        index: of the walls (`walls.Walls.index`).
        top: (n_buildings,) tops above the ground.
        over_start: with `over`, the buildings above or below each camera, in compressed rows.
        over: both come from `placing.off_outlines`.
        x: (n,) of the cameras, metres east.
        y: (n,) metres north.
        given: the other parameters of the cameras, (n,) each.
        z: height of the targets.
        ppm: (n_levels,) pixels per metre.
        lines: the segments (`parts.index_segments`).
        views: of the segments from the cameras' places (`plan_views`).
        buffers: from `new_buffers`.

    Returns:
        number of records, with segments as positions in `lines`; and the buffers (larger ones if
        they had to grow).
    """
    records = rows = 0
    for c in range(len(x)):
        while True:
            done, more_rows = _record_camera(
                c, records, rows, index, top, over_start, over, x[c], y[c], given, z, ppm, lines,
                views, buffers,
            )  # fmt: skip
            if done >= 0:
                break
            buffers = _with_more(buffers, done)
        records, rows = done, more_rows
    return records, buffers


@compiled_leaf
def _record_camera(
    c: int,
    records: int,
    rows: int,
    index: Any,
    top: Any,
    over_start: Any,
    over: Any,
    x: float,
    y: float,
    given: Any,
    z: float,
    ppm: Any,
    lines: Any,
    views: Any,
    buffers: Any,
) -> tuple[int, int]:
    """Add the records of camera `c`.

    Returns:
        how many there are now, or what is too small; and how many of their rows.
    """
    scratch, out, parts = buffers.scratch, buffers.out, buffers.parts
    within_view, reach = buffers.within, buffers.reach
    height, sweep_deg, ends_of = given.height_m[c], given.sweep_deg[c], lines.ends
    near, far = near_and_far(height, z, given.tilt_deg[c], given.vfov_deg[c], sweep_deg)
    far = min(far, given.range_m[c])
    furthest = 0.0
    for level in range(len(ppm)):
        density = density_reach(height, z, given.hfov_deg[c], given.width_px[c], ppm[level])
        reach[level] = min(far, density)
        furthest = max(furthest, reach[level])
    if furthest <= near:
        return records, rows
    sweep = np.radians(min(sweep_deg, 360.0))
    start = np.radians(90.0 - given.heading_deg[c]) - sweep / 2.0
    # What the place has in view on the plan, and a sweep for what is not settled by that. Where is
    # swept does not depend on the segments, so that what is found of one does not, to the last bit.
    around = sweep_deg >= 360.0
    sector = sector_of(start, sweep, around)
    kept = furthest <= views.reach[c] and (around or sweep <= WIDEST_SECTOR)
    low = np.uint64(0)
    candidates, from_rad, turn = 0, start, sweep
    if kept:
        low, needed = low_bits(views, c, index, top, height, z, furthest, sector)
        from_rad, turn = window(needed, start, sweep)
        if low:
            candidates = unsettled(views, c, low, furthest, sector, within_view)
            if candidates == TOO_SMALL:
                return WITHIN_TOO_SMALL, rows
    found = 0
    if not kept or (candidates > 0 and turn > 0.0):
        slices = sweep_camera(
            index, top, over[over_start[c] : over_start[c + 1]], x, y, height, z, furthest,
            from_rad, turn, False, scratch, out,
        )  # fmt: skip
        if slices == TOO_SMALL:
            return SWEEP_TOO_SMALL, rows
        ring, inner = 0, furthest if kept else 0.0
        while inner < furthest and scratch.sector_count[ring] >= 0 and slices > 0:
            outer = ring_end(ring, furthest)
            candidates = segments_in_view(
                lines, x, y, inner, outer, scratch.sectors[ring], scratch.sector_count[ring],
                buffers.leaves, within_view, candidates,
            )  # fmt: skip
            if candidates == TOO_SMALL:
                return WITHIN_TOO_SMALL, rows
            inner = outer
            ring += 1
        found = visible_parts(
            slices, out, x, y, from_rad, furthest, ends_of, within_view, candidates, parts
        )
        if found == TOO_SMALL:
            return PARTS_TOO_SMALL, rows
    if kept:
        if candidates > 0:
            found = append_beside_window(
                views, c, low, ends_of, x, y, furthest, sector, from_rad, turn, parts, found
            )
        if found != TOO_SMALL:
            found = append_settled(views, c, low, ends_of, x, y, furthest, sector, parts, found)
        if found == TOO_SMALL:
            return PARTS_TOO_SMALL, rows
    records_left, rows_left = len(buffers.camera) - records, len(buffers.start) - rows
    if 2 * found > records_left or 2 * found * len(reach) > rows_left:
        return RECORDS_TOO_SMALL, rows
    return _record_parts(c, records, rows, found, x, y, near, furthest, ends_of, buffers)


@compiled_leaf
def _record_parts(
    c: int, records: int, rows: int, found: int, x: float, y: float, near: float,
    furthest: float, ends_of: Any, buffers: Any,
) -> tuple[int, int]:  # fmt: skip
    """Add records of the parts in view of camera `c`; return how many there are, and rows."""
    parts, reach = buffers.parts, buffers.reach
    segment_of, camera_of, first_row = buffers.segment, buffers.camera, buffers.first
    whole_of, levels_of = buffers.whole, buffers.levels
    start_of, end_of = buffers.start, buffers.end
    for p in range(found):
        s = parts.segment[p]
        ax, ay, bx, by = ends_of[s, 0] - x, ends_of[s, 1] - y, ends_of[s, 2] - x, ends_of[s, 3] - y
        # The stretch that is too near to be in the picture cuts the segment in two.
        hole_start, hole_end = 1.0, 0.0
        if near > 0.0:
            hole_start, hole_end = within_circle(ax, ay, bx, by, near)
        holed = hole_start < hole_end
        for side in range(2 if holed else 1):
            from_start, to_end = parts.start[p], parts.end[p]
            if holed and side == 0:
                to_end = min(to_end, hole_start)
            elif holed:
                from_start = max(from_start, hole_end)
            if to_end - from_start <= SAME_POINT:
                continue
            whole = last = 0  # levels so far that have all of it, and the end of those with some
            missed = 0.0  # the furthest reach that has nothing of the part
            row = rows
            for level in range(len(reach)):
                far = reach[level]
                start_at, end_at = 1.0, 0.0
                if far > near and far > missed:
                    start_at, end_at = from_start, to_end
                    if far < furthest:
                        within, beyond = within_circle(ax, ay, bx, by, far)
                        start_at, end_at = max(from_start, within), min(to_end, beyond)
                    if end_at - start_at <= SAME_POINT:
                        start_at, end_at = 1.0, 0.0
                        missed = max(missed, far)
                if whole == level and start_at == 0.0 and end_at == 1.0:
                    whole = last = level + 1
                    continue
                start_of[row], end_of[row] = start_at, end_at
                row += 1
                if start_at < end_at:
                    last, rows = level + 1, row
            if last > 0:
                segment_of[records], camera_of[records] = s, c
                whole_of[records], levels_of[records] = whole, last
                first_row[records] = rows - (last - whole)
                records += 1
    return records, rows
