"""The parts of lines that cameras see over relief in one draw, from what is kept of their places.

Each point of a line is in view, or not, at each level: by range, sector and picture, by the ground
and by what stands on it (`relief.views`). Where two neighbouring points differ, the end of what is
in view is sought between them: heights are taken to change evenly, and what stands in the way to
end in the middle.
"""

from typing import Any

import numpy as np

from contrechamp.base.compiled import compiled_leaf, compiled_part
from contrechamp.sight.limits import density_reach
from contrechamp.sight.parts import SAME_POINT
from contrechamp.sight.seen import RECORDS_TOO_SMALL, _with_more

#: Halvings of the way between two points: of a metre, to 4 mm.
_HALVINGS = 8
#: Beyond this many degrees an edge of the picture sees straight down, or up: nothing limits there.
_STRAIGHT_DEG = 89.999


@compiled_part
def record_on_relief(
    tops: Any, x: Any, y: Any, given: Any, ppm: Any, lines: Any, views: Any, buffers: Any
) -> tuple[int, Any]:
    """Record the parts of segments that each camera sees at each level, as `seen.record_seen` does.

    Args:
        tops: (n_bodies,) tops above the foot of what stands, in this draw.
        x: (n,) of the cameras, metres east.
        y: (n,) metres north.
        given: the other parameters of the cameras, (n,) each (`seen.CameraColumns`).
        ppm: (n_levels,) pixels per metre.
        lines: the segments (`parts.index_segments`).
        views: `ReliefViews` of these places and segments.
        buffers: from `seen.new_buffers`.

    Returns:
        number of records, with segments as positions in `lines`; and the buffers (larger ones if
        they had to grow).
    """
    levels = len(ppm)
    at_point = np.empty(views.most_points, np.int64)
    run_start = np.empty((levels, views.most_points))
    run_end, runs = np.empty((levels, views.most_points)), np.empty(levels, np.int64)
    slant = np.empty(levels)
    records = rows = 0
    for c in range(len(x)):
        while True:
            done, more_rows = _record_camera(
                c, records, rows, tops, x[c], y[c], given, ppm, lines.ends, views, at_point,
                run_start, run_end, runs, slant, buffers,
            )  # fmt: skip
            if done >= 0:
                break
            buffers = _with_more(buffers, done)
        records, rows = done, more_rows
    return records, buffers


@compiled_leaf
def _record_camera(
    c: int, records: int, rows: int, tops: Any, x: float, y: float, given: Any, ppm: Any,
    ends_of: Any, views: Any, at_point: Any, run_start: Any, run_end: Any, runs: Any, slant: Any,
    buffers: Any,
) -> tuple[int, int]:  # fmt: skip
    """Add the records of camera `c`; see `seen._record_camera`."""
    height, range_m, sweep_deg = given.height_m[c], given.range_m[c], given.sweep_deg[c]
    if range_m <= 0.0:
        return records, rows
    levels = len(ppm)
    for level in range(levels):
        # On a level with the target, the slant distance is the horizontal one.
        slant[level] = density_reach(0.0, 0.0, given.hfov_deg[c], given.width_px[c], ppm[level])
    around = sweep_deg >= 360.0
    sweep = np.radians(min(sweep_deg, 360.0))
    start = np.radians(90.0 - given.heading_deg[c]) - sweep / 2.0
    ux, uy = np.cos(start), np.sin(start)
    vx, vy = np.cos(start + sweep), np.sin(start + sweep)
    # The picture's edges, as the drop of a line over its length.
    steep, flat = np.inf, -np.inf
    if not around and given.vfov_deg[c] < 180.0:
        half = given.vfov_deg[c] / 2.0
        if given.tilt_deg[c] + half < _STRAIGHT_DEG:
            steep = np.tan(np.radians(given.tilt_deg[c] + half))
        if given.tilt_deg[c] - half > -_STRAIGHT_DEG:
            flat = np.tan(np.radians(given.tilt_deg[c] - half))
    segment_of, camera_of, first_row = buffers.segment, buffers.camera, buffers.first
    whole_of, levels_of = buffers.whole, buffers.levels
    start_of, end_of = buffers.start, buffers.end
    for q in range(views.segment_start[c], views.segment_start[c + 1]):
        s = views.segment[q]
        first, count = views.point_start[q], views.point_start[q + 1] - views.point_start[q]
        ax, ay = ends_of[s, 0] - x, ends_of[s, 1] - y
        bx, by = ends_of[s, 2] - x, ends_of[s, 3] - y
        least, most = levels, 0
        for p in range(count):
            t = p / (count - 1.0)
            px, py = ax + t * (bx - ax), ay + t * (by - ay)
            point = first + p
            found = 0
            if height >= views.needed_m[point] and height >= views.cleared_m[point]:
                found = _in_picture(
                    px, py, height - views.rise_m[point], range_m, ux, uy, vx, vy, sweep, around,
                    steep, flat, slant,
                )  # fmt: skip
                if found > 0 and _hidden(views, point, height, tops):
                    found = 0
            at_point[p] = found
            least, most = min(least, found), max(most, found)
        if most == 0:
            continue
        records_left, rows_left = len(camera_of) - records, len(start_of) - rows
        if count > records_left or count * levels > rows_left:
            return RECORDS_TOO_SMALL, rows
        if least == levels:
            segment_of[records], camera_of[records], first_row[records] = s, c, rows
            whole_of[records], levels_of[records] = levels, levels
            records += 1
            continue
        longest = 0
        for level in range(levels):
            n = 0
            for p in range(count):
                if at_point[p] <= level:
                    continue
                # What is in view goes on beyond the point, ends with the line, or before the next.
                for side in range(2):
                    beyond = p - 1 if side == 0 else p + 1
                    within = 0 <= beyond < count
                    if within and at_point[beyond] > level:
                        continue
                    end = float(side)
                    if within:
                        end = _end_between(
                            p, beyond, count, first, level, ax, ay, bx, by, height, range_m,
                            ux, uy, vx, vy, sweep, around, steep, flat, slant, views, tops,
                        )  # fmt: skip
                    if side == 0:
                        run_start[level, n] = end
                    else:
                        run_end[level, n] = end
                        n += run_end[level, n] - run_start[level, n] > SAME_POINT
            runs[level] = n
            longest = max(longest, n)
        for k in range(longest):
            whole = last = 0
            row = rows
            for level in range(levels):
                start_at, end_at = 1.0, 0.0
                if k < runs[level]:
                    start_at, end_at = run_start[level, k], run_end[level, k]
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


@compiled_leaf
def _in_picture(
    px: float, py: float, drop: float, range_m: float, ux: float, uy: float, vx: float, vy: float,
    sweep: float, around: bool, steep: float, flat: float, slant: Any,
) -> int:  # fmt: skip
    """Return at how many levels a point is within range, sector, picture and density."""
    away_2 = px * px + py * py
    if away_2 > range_m * range_m:
        return 0
    if not around:
        past_u, past_v = ux * py - uy * px, px * vy - py * vx
        within = past_u >= 0.0 and past_v >= 0.0 if sweep <= np.pi else (
            past_u >= 0.0 or past_v >= 0.0
        )  # fmt: skip
        if not within:
            return 0
        away = np.sqrt(away_2)
        if drop > steep * away or drop < flat * away:
            return 0
    slant_2 = away_2 + drop * drop
    found = 0
    while found < len(slant) and slant_2 <= slant[found] * slant[found]:
        found += 1
    return found


@compiled_leaf
def _hidden(views: Any, point: int, height: float, tops: Any) -> bool:
    """Return whether something whose top is drawn, or that is off the ground, hides a point."""
    rise = views.rise_m[point]
    for hit in range(views.hit_start[point], views.hit_start[point + 1]):
        part, body = views.hit_part[hit], views.hit_body[hit]
        line = height * (1.0 - part) + rise * part - views.hit_foot_m[hit]
        if views.bottom_m[body] < line < tops[body]:
            return True
    return False


@compiled_leaf
def _end_between(
    inside: int, outside: int, count: int, first: int, level: int, ax: float, ay: float, bx: float,
    by: float, height: float, range_m: float, ux: float, uy: float, vx: float, vy: float,
    sweep: float, around: bool, steep: float, flat: float, slant: Any, views: Any, tops: Any,
) -> float:  # fmt: skip
    """Return where what is in view ends between two points, as a part of the segment.

    Args:
        inside: the point that is in view at the level.
        outside: the one beside it that is not.
    """
    one, other = first + inside, first + outside
    rise, rise_more = views.rise_m[one], views.rise_m[other] - views.rise_m[one]
    needed, needed_more = views.needed_m[one], 0.0
    # What stands in the way of the other point alone ends in between.
    cut = views.cleared_m[other] > height or _hidden(views, other, height, tops)
    if needed > -np.inf and views.needed_m[other] > -np.inf:
        needed_more = views.needed_m[other] - needed
    elif views.needed_m[other] > height:
        cut = True
    good, bad = 0.0, 1.0
    for _halving in range(_HALVINGS):
        middle = 0.5 * (good + bad)
        t = (inside + middle * (outside - inside)) / (count - 1.0)
        seen = height >= needed + middle * needed_more and not (cut and middle > 0.5)
        seen = seen and level < _in_picture(
            ax + t * (bx - ax), ay + t * (by - ay), height - rise - middle * rise_more, range_m,
            ux, uy, vx, vy, sweep, around, steep, flat, slant,
        )  # fmt: skip
        if seen:
            good = middle
        else:
            bad = middle
    return (inside + 0.5 * (good + bad) * (outside - inside)) / (count - 1.0)
