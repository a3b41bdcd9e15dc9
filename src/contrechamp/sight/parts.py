"""The exact parts of straight segments that one camera sees."""

from collections import namedtuple
from typing import Any

import numpy as np

from contrechamp.base.compiled import compiled_part
from contrechamp.sight.sweep import EDGE_ON_M2, NOTHING, TOO_SMALL, diamond

#: Parts closer together than this share of the segment are one part.
SAME_POINT = 1e-9


@compiled_part
def slice_at(slices: int, out: Any, angle: float) -> int:
    """Return the slice that contains a diamond angle; -1 outside of the sweep."""
    if slices == 0 or angle < out.angle[0] or angle > out.angle[slices]:
        return -1
    low, high = 0, slices
    while high - low > 1:
        middle = (low + high) // 2
        if out.angle[middle] <= angle:
            low = middle
        else:
            high = middle
    return low


#: Parts of many segments: the segment, and where along it the part starts and ends (0..1).
Parts = namedtuple("Parts", "segment start end")


@compiled_part
def new_parts(parts: int) -> Any:
    """Return room for this many parts."""
    return Parts(np.empty(parts, np.int64), np.empty(parts), np.empty(parts))


@compiled_part
def visible_parts(
    slices: int,
    out: Any,
    x: float,
    y: float,
    start_rad: float,
    range_m: float,
    segments: Any,
    lines: Any,
    parts: Any,
) -> int:
    """Find the parts of segments that no wall hides, within range and sweep.

    One loop over all segments of a camera, for the reason given at `sweep.cut_slices`.

    Args:
        slices: number of slices in `out`.
        out: what `sweep_camera` found.
        x: of the camera, metres east.
        y: metres north.
        start_rad: mathematical angle at which the sweep begins.
        range_m: horizontal distance; pixel density is not considered.
        segments: rows of the segments to consider.
        lines: x0, y0, x1, y1 of all segments, metres.
        parts: gets filled segment by segment, with ascending parts in each.

    Returns:
        number of parts; `TOO_SMALL` if there is too little room.
    """
    if slices == 0:
        return 0
    x0, y0, x1, y1 = lines
    of, starts, ends = parts.segment, parts.start, parts.end
    angle, dir_ax, dir_ay, dir_bx, dir_by = out.angle, out.ax, out.ay, out.bx, out.by
    cell_start, inner, outer = out.cell_start, out.inner, out.outer
    inner_ua, inner_ub, outer_ua, outer_ub = out.inner_ua, out.inner_ub, out.outer_ua, out.outer_ub
    sweep = angle[slices]
    cos_start, sin_start = np.cos(start_rad), np.sin(start_rad)
    most_here = 2 * cell_start[slices] + 4  # of one segment
    n = 0
    for segment in segments:
        if n + most_here > len(of):
            return TOO_SMALL
        ax, ay, bx, by = x0[segment] - x, y0[segment] - y, x1[segment] - x, y1[segment] - y
        within, beyond = within_circle(ax, ay, bx, by, range_m)
        if within >= beyond:
            continue
        px, py = ax * cos_start + ay * sin_start, ay * cos_start - ax * sin_start
        qx, qy = bx * cos_start + by * sin_start, by * cos_start - bx * sin_start
        twice_area = px * qy - py * qx
        first = n
        if abs(twice_area) <= EDGE_ON_M2:
            n = radial_parts(slices, out, px, py, qx, qy, segment, parts, n)
        else:
            turned = twice_area < 0.0
            if turned:
                px, py, qx, qy = qx, qy, px, py
                twice_area = -twice_area
            # Inverse distance of the segment's line along a direction (x, y): x nx + y ny.
            nx, ny = (qy - py) / twice_area, (px - qx) / twice_area
            a, b = diamond(px, py), diamond(qx, qy)
            for lap in range(2 if a > b else 1):
                # Across the start of the sweep: first from a to its end, then from its start to b.
                lap_a, lap_b = a, b
                if a > b:
                    lap_a, lap_b = (a, 4.0) if lap == 0 else (0.0, b)
                if lap_a > sweep:
                    continue
                k, high = 0, slices
                while high - k > 1:
                    middle = (k + high) // 2
                    if angle[middle] <= lap_a:
                        k = middle
                    else:
                        high = middle
                while k < slices and angle[k] <= lap_b:
                    past_p_a = px * dir_ay[k] - py * dir_ax[k]
                    past_p_b = px * dir_by[k] - py * dir_bx[k]
                    past_q_a = qx * dir_ay[k] - qy * dir_ax[k]
                    past_q_b = qx * dir_by[k] - qy * dir_bx[k]
                    # Where the segment enters and leaves the slice, as fractions of the slice.
                    enter, leave = 0.0, 1.0
                    if past_p_a < 0.0:
                        enter = past_p_a / (past_p_a - past_p_b) if past_p_b > 0.0 else 1.0
                    if past_q_b > 0.0:
                        leave = past_q_a / (past_q_a - past_q_b) if past_q_a < 0.0 else 0.0
                    if enter < leave:
                        ua = nx * dir_ax[k] + ny * dir_ay[k]
                        ub = nx * dir_bx[k] + ny * dir_by[k]
                        for c in range(cell_start[k], cell_start[k + 1]):
                            low, high_s = enter, leave
                            if outer[c] != NOTHING:
                                low, high_s = where_positive(
                                    ua - outer_ua[c], ub - outer_ub[c], low, high_s
                                )
                            if inner[c] != NOTHING:
                                low, high_s = where_positive(
                                    inner_ua[c] - ua, inner_ub[c] - ub, low, high_s
                                )
                            if low < high_s:
                                # From fractions of the slice to fractions of the segment.
                                p_low = past_p_a + low * (past_p_b - past_p_a)
                                q_low = past_q_a + low * (past_q_b - past_q_a)
                                p_high = past_p_a + high_s * (past_p_b - past_p_a)
                                q_high = past_q_a + high_s * (past_q_b - past_q_a)
                                if p_low > q_low and p_high > q_high:
                                    t_low = min(max(p_low / (p_low - q_low), 0.0), 1.0)
                                    t_high = min(max(p_high / (p_high - q_high), 0.0), 1.0)
                                    if turned:
                                        t_low, t_high = 1.0 - t_high, 1.0 - t_low
                                    if t_low < t_high:
                                        of[n], starts[n], ends[n] = segment, t_low, t_high
                                        n += 1
                    k += 1
        # Parts may come in either order along the segment, and touch from slice to slice.
        n = join_parts(starts, ends, first, n)
        # Drop what lies beyond the range.
        kept = first
        for i in range(first, n):
            low, high_s = max(starts[i], within), min(ends[i], beyond)
            if low < high_s:
                of[kept], starts[kept], ends[kept] = segment, low, high_s
                kept += 1
        n = kept
    return n


@compiled_part
def where_positive(fa: float, fb: float, low: float, high: float) -> tuple[float, float]:
    """Return the part of [low, high] where the line from fa at 0 to fb at 1 is non-negative."""
    if fa >= 0.0 and fb >= 0.0:
        return low, high
    if fa < 0.0 and fb < 0.0:
        return 1.0, 0.0
    zero = fa / (fa - fb)
    return (low, min(high, zero)) if fa > fb else (max(low, zero), high)


@compiled_part
def join_parts(starts: Any, ends: Any, first: int, last: int) -> int:
    """Sort the parts from `first` to before `last`, join those that touch, and return their end."""
    for i in range(first + 1, last):
        start, end = starts[i], ends[i]
        j = i - 1
        while j >= first and starts[j] > start:
            starts[j + 1], ends[j + 1] = starts[j], ends[j]
            j -= 1
        starts[j + 1], ends[j + 1] = start, end
    joined = first
    for i in range(first, last):
        if joined > first and starts[i] - ends[joined - 1] <= SAME_POINT:
            ends[joined - 1] = max(ends[joined - 1], ends[i])
        else:
            starts[joined], ends[joined] = starts[i], ends[i]
            joined += 1
    return joined


@compiled_part
def radial_parts(
    slices: int,
    out: Any,
    px: float,
    py: float,
    qx: float,
    qy: float,
    segment: int,
    parts: Any,
    n: int,
) -> int:
    """Append the visible parts, unsorted, of a segment on a line through the camera."""
    dx, dy = qx - px, qy - py
    length = np.sqrt(dx * dx + dy * dy)
    if length == 0.0:
        return n
    dx, dy = dx / length, dy / length
    offset = px * dx + py * dy  # of p along the segment's direction, from the camera
    for side in (-1.0, 1.0):
        # The half behind the camera, then the half in front of it.
        ex, ey = side * dx, side * dy
        if max(side * offset, side * (offset + length)) <= 0.0:
            continue
        k = slice_at(slices, out, diamond(ex, ey))
        if k < 0:
            continue
        ax, ay, bx, by = out.ax[k], out.ay[k], out.bx[k], out.by[k]
        ca, cb = ax * ey - ay * ex, bx * ey - by * ex
        s = min(max(ca / (ca - cb), 0.0), 1.0)
        mx, my = ax + s * (bx - ax), ay + s * (by - ay)
        norm = np.sqrt(mx * mx + my * my)
        for c in range(out.cell_start[k], out.cell_start[k + 1]):
            low, high = 0.0, np.inf
            if out.inner[c] != NOTHING:
                low = norm / (out.inner_ua[c] + s * (out.inner_ub[c] - out.inner_ua[c]))
            if out.outer[c] != NOTHING:
                high = norm / (out.outer_ua[c] + s * (out.outer_ub[c] - out.outer_ua[c]))
            if side > 0.0:
                start, end = (low - offset) / length, (high - offset) / length
            else:
                start, end = (-high - offset) / length, (-low - offset) / length
            start, end = max(start, 0.0), min(end, 1.0)
            if start < end:
                parts.segment[n], parts.start[n], parts.end[n] = segment, start, end
                n += 1
    return n


@compiled_part
def within_circle(px: float, py: float, qx: float, qy: float, r: float) -> tuple[float, float]:
    """Return the part of the segment p-q that lies within r of the camera; (1, 0) if none does."""
    dx, dy = qx - px, qy - py
    a = dx * dx + dy * dy
    b = px * dx + py * dy
    root = b * b - a * (px * px + py * py - r * r)
    if a == 0.0 or root <= 0.0:
        return 1.0, 0.0
    root = np.sqrt(root)
    return max(0.0, (-b - root) / a), min(1.0, (-b + root) / a)
