"""The exact parts of straight lines that cameras see: of streets, walks, or any other segments."""

import os
from collections import namedtuple
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.compiled import compiled, compiled_part
from contrechamp.sight.arrays import Cameras, Level
from contrechamp.sight.growing import doubled
from contrechamp.sight.limits import density_reach, near_and_far
from contrechamp.sight.parts import new_parts, visible_parts, within_circle
from contrechamp.sight.placing import off_outlines
from contrechamp.sight.sweep import TOO_SMALL, enlarged, new_scratch, new_slices, sweep_camera
from contrechamp.sight.walls import Walls, compressed_rows

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

# The parameters of cameras but their position, as the compiled code takes them.
CameraColumns = namedtuple(
    "CameraColumns", "height_m heading_deg tilt_deg hfov_deg vfov_deg width_px range_m sweep_deg"
)
# Segments, and which of them lie within the range of each camera, in compressed rows.
Segments = namedtuple("Segments", "x0 y0 x1 y1 near_start near_segment")
# The working memory of one thread: the engine's buffers, and records of what is seen. A record has
# level and segment as one key, the camera, and where the part starts and ends (0..1).
Buffers = namedtuple("Buffers", "scratch out parts key camera start end")

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
        cameras: (n,) with every parameter known, in their places (`placing.place`).
        walls: of all buildings (`walls.prepare`).
        height_m: (n_buildings,) tops above the ground.
        segments: (m, 4) metres: x and y of the first end, x and y of the last.
        levels: pixel densities; `levels.VISIBLE` asks for what is in view at any density.
        target_height_m: height of the segments above the ground.
        threads: greatest number of threads; the result is the same bit for bit.

    Metres in view along a street that runs from 50 m west to 50 m east, 10 m north of a dome with
    30 m of range, and passes behind a house:

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
    x0, y0, x1, y1 = (np.ascontiguousarray(column, dtype=np.float64) for column in segments.T)
    near_start, near_segment = segments_within(x, y, cameras.range_m, x0, y0, x1, y1)
    ppm = np.array([level.ppm for level in levels], dtype=np.float64)
    top = np.ascontiguousarray(height_m, dtype=np.float64)
    given = [
        np.ascontiguousarray(getattr(cameras, name), np.float64) for name in CameraColumns._fields
    ]

    def work(first: int) -> tuple[I8, I8, F8, F8]:
        last = min(first + CAMERAS_AT_ONCE, len(x))
        lines = Segments(x0, y0, x1, y1, near_start[first : last + 1], near_segment)
        columns = CameraColumns(*(column[first:last] for column in given))
        camera, key, start, end = _seen_of(
            walls.index, top, over_start[first : last + 1], over, x[first:last], y[first:last],
            columns, float(target_height_m), ppm, lines,
        )  # fmt: skip
        return camera + first, key, start, end

    firsts = range(0, len(x), CAMERAS_AT_ONCE)
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        done = list(pool.map(work, firsts)) or [(np.empty(0, np.int64),) * 2 + (np.empty(0),) * 2]
    camera, key, start, end = (np.concatenate(column) for column in zip(*done, strict=True))
    order = np.lexsort((start, key, camera))
    level, segment = np.divmod(key[order], max(len(x0), 1))
    return SeenParts(camera[order], level, segment, start[order], end[order])


def segments_within(x: F8, y: F8, range_m: F8, x0: F8, y0: F8, x1: F8, y1: F8) -> tuple[I8, I8]:
    """Return which segments lie within the range of each camera, as compressed rows."""
    n = len(x)
    if n == 0 or len(x0) == 0:
        return np.zeros(n + 1, np.int64), np.zeros(0, np.int64)
    ends = np.stack([np.column_stack((x0, y0)), np.column_stack((x1, y1))], axis=1)
    tree = shapely.STRtree(shapely.linestrings(ends))
    camera, segment = tree.query(shapely.points(x, y), predicate="dwithin", distance=range_m)
    return compressed_rows(camera, segment, n)


@compiled
def _seen_of(
    index: Any, top: Any, over_start: Any, over: Any, x: Any, y: Any, given: Any, z: float,
    ppm: Any, lines: Any,
) -> tuple[I8, I8, F8, F8]:  # fmt: skip
    """Return the records of `record_seen`: camera, key, start and end."""
    n, found = record_seen(index, top, over_start, over, x, y, given, z, ppm, lines, new_buffers())
    return found.camera[:n], found.key[:n], found.start[:n], found.end[:n]


@compiled_part
def new_buffers() -> Any:
    """Return the working memory of one thread; it grows as needed."""
    return Buffers(
        new_scratch(64), new_slices(256, 1024), new_parts(1024),
        np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024), np.empty(1024),
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
    buffers: Any,
) -> tuple[int, Any]:
    """Record the parts of segments that each camera sees at each level.

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
        lines: the segments, and which of them are near each camera.
        buffers: from `new_buffers`.

    Returns:
        number of records, and the buffers (larger ones if they had to grow).
    """
    height, heading, tilt = given.height_m, given.heading_deg, given.tilt_deg
    hfov, vfov, width = given.hfov_deg, given.vfov_deg, given.width_px
    range_m, sweep_deg = given.range_m, given.sweep_deg
    x0, y0, x1, y1 = lines.x0, lines.y0, lines.x1, lines.y1
    near_start, near_segment = lines.near_start, lines.near_segment
    scratch, out, parts = buffers.scratch, buffers.out, buffers.parts
    key_of, camera_of, start_of, end_of = buffers.key, buffers.camera, buffers.start, buffers.end
    n_segments, n_levels = len(x0), len(ppm)
    reach = np.empty(n_levels)
    records = 0
    for c in range(len(x)):
        near, far = near_and_far(height[c], z, tilt[c], vfov[c], sweep_deg[c])
        far = min(far, range_m[c])
        furthest = 0.0
        for level in range(n_levels):
            density = density_reach(height[c], z, hfov[c], width[c], ppm[level])
            reach[level] = min(far, density)
            furthest = max(furthest, reach[level])
        if furthest <= near:
            continue
        sweep = np.radians(min(sweep_deg[c], 360.0))
        start = np.radians(90.0 - heading[c]) - sweep / 2.0
        above = over[over_start[c] : over_start[c + 1]]
        while True:
            slices = sweep_camera(
                index, top, above, x[c], y[c], height[c], z,
                furthest, start, sweep, False, scratch, out,
            )  # fmt: skip
            if slices != TOO_SMALL:
                break
            scratch, out = enlarged(index, x[c], y[c], furthest, scratch, out)
        near_here = near_segment[near_start[c] : near_start[c + 1]]
        while True:
            found = visible_parts(
                slices, out, x[c], y[c], start, furthest, near_here, (x0, y0, x1, y1), parts
            )
            if found != TOO_SMALL:
                break
            parts = new_parts(2 * len(parts.segment))
        for p in range(found):
            s = parts.segment[p]
            ax, ay, bx, by = x0[s] - x[c], y0[s] - y[c], x1[s] - x[c], y1[s] - y[c]
            # The stretch that is too near to be in the picture cuts the segment in two.
            hole_start, hole_end = 1.0, 0.0
            if near > 0.0:
                hole_start, hole_end = within_circle(ax, ay, bx, by, near)
            holed = hole_start < hole_end
            for level in range(n_levels):
                if reach[level] <= near:
                    continue
                within, beyond = 0.0, 1.0
                if reach[level] < furthest:
                    within, beyond = within_circle(ax, ay, bx, by, reach[level])
                for side in range(2 if holed else 1):
                    low, high = max(parts.start[p], within), min(parts.end[p], beyond)
                    if holed and side == 0:
                        high = min(high, hole_start)
                    elif holed:
                        low = max(low, hole_end)
                    if high <= low:
                        continue
                    if records == len(key_of):
                        key_of, camera_of = doubled(key_of), doubled(camera_of)
                        start_of, end_of = doubled(start_of), doubled(end_of)
                    key_of[records], camera_of[records] = level * n_segments + s, c
                    start_of[records], end_of[records] = low, high
                    records += 1
    return records, Buffers(scratch, out, parts, key_of, camera_of, start_of, end_of)
