"""The exact parts of straight segments that one camera sees."""

from collections import namedtuple
from typing import Any

import numpy as np

from contrechamp.base.compiled import compiled_leaf, compiled_part
from contrechamp.sight.arrays import F8
from contrechamp.sight.boxes import LEAF, SLACK_M, along_curve, boxes_of, leaves_within
from contrechamp.sight.sweep import EDGE_ON_M2, NOTHING, TOO_SMALL, diamond

#: Parts closer together than this share of the segment are one part.
SAME_POINT = 1e-9
#: A segment that lies on a wall is seen from the wall's outside, as what stands right before it is.
#: Streets are mapped through the very corners of houses, and rounding must not decide. It lies on
#: the wall if it is behind by no more than this share of the distance: 0.1 mm at 100 m.
ON_WALL = 1.0 - 1e-6


@compiled_leaf
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


#: Segments as a camera reads them, along a space-filling curve: both ends side by side, which row
#: of the caller's each is, and the tree of their boxes.
Segments = namedtuple("Segments", "ends row tree")


def index_segments(ends: F8) -> Any:
    """Lay segments out so that a camera deals only with those near it and in its view.

    Args:
        ends: (n, 4) x and y of the first end, x and y of the last, metres.
    """
    order = along_curve(ends[:, 0] + ends[:, 2], ends[:, 1] + ends[:, 3])
    laid_out = np.ascontiguousarray(ends[order], dtype=np.float64)
    return Segments(laid_out, order, boxes_of(laid_out))


@compiled_leaf
def segments_in_view(
    lines: Any, x: float, y: float, inner: float, outer: float, sectors: Any, many: int,
    leaves: Any, within: Any, n: int,
) -> int:  # fmt: skip
    """Append to `within` the segments that come within a ring and may lie in some sectors.

    The arguments are those of `boxes.leaves_within`.

    Args:
        within: gets positions in `lines`; those before `n` are kept.
        n: how many there are already.

    Returns:
        how many there are now; `TOO_SMALL` if `leaves` or `within` is.
    """
    ends = lines.ends
    found = leaves_within(lines.tree, x, y, inner, outer, sectors, many, leaves)
    if found < 0 or n + LEAF * found > len(within):
        return TOO_SMALL
    inner_2, outer_2 = inner * inner, outer * outer
    for leaf in range(found):
        first = LEAF * leaves[leaf]
        for i in range(first, min(first + LEAF, len(ends))):
            ax, ay, bx, by = ends[i, 0] - x, ends[i, 1] - y, ends[i, 2] - x, ends[i, 3] - y
            wx, wy = bx - ax, by - ay
            part = min(max(-(ax * wx + ay * wy) / (wx * wx + wy * wy), 0.0), 1.0)
            near_x, near_y = ax + part * wx, ay + part * wy
            near_2 = near_x * near_x + near_y * near_y
            touched = many == 0
            for k in range(many):
                ux, uy, vx, vy = sectors[k, 0], sectors[k, 1], sectors[k, 2], sectors[k, 3]
                past_u = max(ux * ay - uy * ax, ux * by - uy * bx)
                past_v = max(ax * vy - ay * vx, bx * vy - by * vx)
                touched |= (past_u >= -SLACK_M) & (past_v >= -SLACK_M)
            within[n] = i
            n += touched & (near_2 < outer_2) & (near_2 >= inner_2)
    return n


#: Parts of many segments: the segment, and where along it the part starts and ends (0..1). Then,
#: for each of `HINTS` equal parts of the circle, the slice in which it begins.
Parts = namedtuple("Parts", "segment start end hint")
HINTS = 64


@compiled_part
def new_parts(parts: int) -> Any:
    """Return room for this many parts."""
    return Parts(
        np.empty(parts, np.int64), np.empty(parts), np.empty(parts), np.empty(HINTS, np.int64)
    )


@compiled_leaf
def visible_parts(
    slices: int,
    out: Any,
    x: float,
    y: float,
    start_rad: float,
    range_m: float,
    ends_of: Any,
    within_view: Any,
    many: int,
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
        ends_of: both ends of all segments (`Segments.ends`).
        within_view: the segments to consider (`segments_in_view`).
        many: how many of them.
        parts: gets filled segment by segment, with ascending parts in each.

    Returns:
        number of parts; `TOO_SMALL` if there is too little room.
    """
    if slices == 0:
        return 0
    of, starts, ends = parts.segment, parts.start, parts.end
    angle, dir_ax, dir_ay, dir_bx, dir_by = out.angle, out.ax, out.ay, out.bx, out.by
    cell_start, inner, outer = out.cell_start, out.inner, out.outer
    inner_ua, inner_ub, outer_ua, outer_ub = out.inner_ua, out.inner_ub, out.outer_ua, out.outer_ub
    sweep = angle[slices]
    hint = parts.hint
    k = 0
    for number in range(HINTS):
        while k + 1 < slices and angle[k + 1] <= number * (4.0 / HINTS):
            k += 1
        hint[number] = k
    cos_start, sin_start = np.cos(start_rad), np.sin(start_rad)
    most_here = 2 * cell_start[slices] + 4  # of one segment
    n = 0
    for candidate in range(many):
        if n + most_here > len(of):
            return TOO_SMALL
        segment = within_view[candidate]
        ax, ay = ends_of[segment, 0] - x, ends_of[segment, 1] - y
        bx, by = ends_of[segment, 2] - x, ends_of[segment, 3] - y
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
                k = hint[min(int(lap_a * (HINTS / 4.0)), HINTS - 1)]
                while k + 1 < slices and angle[k + 1] <= lap_a:
                    k += 1
                # Most slices are seen from side to side: such parts are joined as they come, and
                # only their ends are turned into fractions of the segment.
                running, t_begun = False, 0.0
                ub = nx * dir_ax[k] + ny * dir_ay[k]
                while k < slices and angle[k] <= lap_b:
                    dax, day, dbx, dby = dir_ax[k], dir_ay[k], dir_bx[k], dir_by[k]
                    ua, ub = ub, nx * dbx + ny * dby
                    first_cell, last_cell = cell_start[k], cell_start[k + 1]
                    whole = angle[k] >= lap_a and angle[k + 1] <= lap_b
                    if whole and last_cell - first_cell == 1:
                        c = first_cell
                        beyond_inner = inner[c] == NOTHING or (
                            inner_ua[c] >= ua and inner_ub[c] >= ub
                        )
                        if beyond_inner and (
                            outer[c] == NOTHING
                            or (ua >= ON_WALL * outer_ua[c] and ub >= ON_WALL * outer_ub[c])
                        ):
                            if not running:
                                running = True
                                t_begun = place_along(px, py, qx, qy, dax, day)
                            k += 1
                            continue
                    if running:
                        running = False
                        t_ended = place_along(px, py, qx, qy, dax, day)
                        of[n], starts[n], ends[n] = segment, t_begun, t_ended
                        n += 1
                    if last_cell == first_cell:
                        k += 1
                        continue
                    past_p_a, past_p_b = px * day - py * dax, px * dby - py * dbx
                    past_q_a, past_q_b = qx * day - qy * dax, qx * dby - qy * dbx
                    # Where the segment enters and leaves the slice, as fractions of the slice.
                    enter, leave = 0.0, 1.0
                    if past_p_a < 0.0:
                        enter = past_p_a / (past_p_a - past_p_b) if past_p_b > 0.0 else 1.0
                    if past_q_b > 0.0:
                        leave = past_q_a / (past_q_a - past_q_b) if past_q_a < 0.0 else 0.0
                    for c in range(first_cell, last_cell if enter < leave else first_cell):
                        low, high_s = enter, leave
                        on_wall = ua >= ON_WALL * outer_ua[c] and ub >= ON_WALL * outer_ub[c]
                        if outer[c] != NOTHING and not on_wall:
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
                                of[n] = segment
                                starts[n] = min(max(p_low / (p_low - q_low), 0.0), 1.0)
                                ends[n] = min(max(p_high / (p_high - q_high), 0.0), 1.0)
                                n += starts[n] < ends[n]
                    k += 1
                if running:
                    t_ended = place_along(px, py, qx, qy, dir_bx[k - 1], dir_by[k - 1])
                    of[n], starts[n], ends[n] = segment, t_begun, t_ended
                    n += 1
            if turned:
                for i in range(first, n):
                    starts[i], ends[i] = 1.0 - ends[i], 1.0 - starts[i]
        # Parts may come in either order along the segment, and touch from slice to slice.
        if n > first + 1:
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
def place_along(px: float, py: float, qx: float, qy: float, dx: float, dy: float) -> float:
    """Return where the segment p-q meets a direction that lies between them: 0 at p, 1 at q."""
    past_p, past_q = px * dy - py * dx, qx * dy - qy * dx
    return min(max(past_p / (past_p - past_q), 0.0), 1.0) if past_p > past_q else 0.0


@compiled_part
def where_positive(fa: float, fb: float, low: float, high: float) -> tuple[float, float]:
    """Return the part of [low, high] where the line from fa at 0 to fb at 1 is non-negative."""
    if fa >= 0.0 and fb >= 0.0:
        return low, high
    if fa < 0.0 and fb < 0.0:
        return 1.0, 0.0
    zero = fa / (fa - fb)
    return (low, min(high, zero)) if fa > fb else (max(low, zero), high)


@compiled_leaf
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


@compiled_leaf
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
    r_2 = r * r
    if px * px + py * py < r_2 and qx * qx + qy * qy < r_2:
        return (0.0, 1.0) if dx != 0.0 or dy != 0.0 else (1.0, 0.0)
    a = dx * dx + dy * dy
    b = px * dx + py * dy
    root = b * b - a * (px * px + py * py - r_2)
    if a == 0.0 or root <= 0.0:
        return 1.0, 0.0
    root = np.sqrt(root)
    return max(0.0, (-b - root) / a), min(1.0, (-b + root) / a)
