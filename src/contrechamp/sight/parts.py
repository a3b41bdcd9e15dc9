"""Which parts of straight segments a camera sees, exactly."""

from typing import Any

import numpy as np

from contrechamp.base.compiled import compiled
from contrechamp.sight.sweep import EDGE_ON_M2, NOTHING, diamond

#: Parts closer together than this share of the segment are one part.
SAME_POINT = 1e-9


@compiled
def slice_at(slices: int, out: Any, angle: float) -> int:
    """Return the slice that holds a diamond angle; -1 outside of the sweep."""
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


@compiled
def add_part(parts: Any, n: int, start: float, end: float) -> int:
    """Append [start, end] to the parts, joined with the last one where they touch."""
    if end <= start:
        return n
    if n > 0 and start - parts[n - 1, 1] <= SAME_POINT:
        parts[n - 1, 1] = max(parts[n - 1, 1], end)
        return n
    parts[n, 0], parts[n, 1] = start, end
    return n + 1


@compiled
def most_parts(slices: int, out: Any) -> int:
    """Return an upper bound of the parts of one segment."""
    return 2 * int(out.cell_start[slices]) + 2 * slices + 4


@compiled
def visible_parts(
    slices: int, out: Any, px: float, py: float, qx: float, qy: float, parts: Any
) -> int:
    """Find the parts of the segment p-q that no wall hides, within the sweep.

    Args:
        slices: number of slices in `out`.
        out: what `sweep_camera` found.
        px: first end, relative to the camera, in the frame of the sweep.
        py: its other component.
        qx: second end.
        qy: its other component.
        parts: (at least `most_parts`, 2), filled with (t0, t1), 0 at p and 1 at q, ascending.

    Returns:
        number of parts. Range and pixel density are not looked at.
    """
    if slices == 0:
        return 0
    twice_area = px * qy - py * qx
    if abs(twice_area) <= EDGE_ON_M2:
        return radial_parts(slices, out, px, py, qx, qy, parts)
    turned = twice_area < 0.0
    if turned:
        px, py, qx, qy = qx, qy, px, py
        twice_area = -twice_area
    # Inverse distance of the segment's line along a direction (x, y): x nx + y ny.
    nx, ny = (qy - py) / twice_area, (px - qx) / twice_area
    a, b = diamond(px, py), diamond(qx, qy)
    n = 0
    for lap in range(2 if a > b else 1):
        # Across the start of the sweep: first from a to the end, then from the start to b.
        lap_a, lap_b = a, b
        if a > b:
            lap_a, lap_b = (a, 4.0) if lap == 0 else (0.0, b)
        k = slice_at(slices, out, max(lap_a, out.angle[0]))
        if k < 0:
            continue
        while k < slices and out.angle[k] <= lap_b:
            ax, ay, bx, by = out.ax[k], out.ay[k], out.bx[k], out.by[k]
            past_p_a, past_p_b = px * ay - py * ax, px * by - py * bx
            past_q_a, past_q_b = qx * ay - qy * ax, qx * by - qy * bx
            start, end = 0.0, 1.0
            if past_p_a < 0.0:
                start = past_p_a / (past_p_a - past_p_b) if past_p_b > 0.0 else 1.0
            if past_q_b > 0.0:
                end = past_q_a / (past_q_a - past_q_b) if past_q_a < 0.0 else 0.0
            if start < end:
                ua, ub = nx * ax + ny * ay, nx * bx + ny * by
                for c in range(out.cell_start[k], out.cell_start[k + 1]):
                    low, high = start, end
                    if out.outer[c] != NOTHING:
                        low, high = where_positive(
                            ua - out.outer_ua[c], ub - out.outer_ub[c], low, high
                        )
                    if out.inner[c] != NOTHING:
                        low, high = where_positive(
                            out.inner_ua[c] - ua, out.inner_ub[c] - ub, low, high
                        )
                    if low < high:
                        # Back from the part of the slice to the part of the segment.
                        p_low = past_p_a + low * (past_p_b - past_p_a)
                        q_low = past_q_a + low * (past_q_b - past_q_a)
                        p_high = past_p_a + high * (past_p_b - past_p_a)
                        q_high = past_q_a + high * (past_q_b - past_q_a)
                        if p_low > q_low and p_high > q_high:
                            t_low = min(max(p_low / (p_low - q_low), 0.0), 1.0)
                            t_high = min(max(p_high / (p_high - q_high), 0.0), 1.0)
                            n = add_part(parts, n, t_low, t_high)
            k += 1
    # Two cells of one slice may be met in either order along the segment.
    n = sort_parts(parts, n)
    if turned:
        for i in range((n + 1) // 2):
            j = n - 1 - i
            low_i, high_i = parts[i, 0], parts[i, 1]
            parts[i, 0], parts[i, 1] = 1.0 - parts[j, 1], 1.0 - parts[j, 0]
            parts[j, 0], parts[j, 1] = 1.0 - high_i, 1.0 - low_i
    return n


@compiled
def where_positive(fa: float, fb: float, low: float, high: float) -> tuple[float, float]:
    """Return the part of [low, high] where the line from fa at 0 to fb at 1 is not negative."""
    if fa >= 0.0 and fb >= 0.0:
        return low, high
    if fa < 0.0 and fb < 0.0:
        return 1.0, 0.0
    zero = fa / (fa - fb)
    return (low, min(high, zero)) if fa > fb else (max(low, zero), high)


@compiled
def sort_parts(parts: Any, n: int) -> int:
    """Sort parts by their start and join those that touch; return how many are left."""
    for i in range(1, n):
        start, end = parts[i, 0], parts[i, 1]
        j = i - 1
        while j >= 0 and parts[j, 0] > start:
            parts[j + 1, 0], parts[j + 1, 1] = parts[j, 0], parts[j, 1]
            j -= 1
        parts[j + 1, 0], parts[j + 1, 1] = start, end
    joined = 0
    for i in range(n):
        joined = add_part(parts, joined, parts[i, 0], parts[i, 1])
    return joined


@compiled
def radial_parts(
    slices: int, out: Any, px: float, py: float, qx: float, qy: float, parts: Any
) -> int:
    """Do the work of `visible_parts` for a segment that lies on a line through the camera."""
    dx, dy = qx - px, qy - py
    length = np.sqrt(dx * dx + dy * dy)
    if length == 0.0:
        return 0
    dx, dy = dx / length, dy / length
    offset = px * dx + py * dy  # of p along the segment's direction, from the camera
    n = 0
    for side in (-1.0, 1.0):
        # The half behind the camera, then the half before it.
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
            n = add_part(parts, n, max(start, 0.0), min(end, 1.0))
    return sort_parts(parts, n)


@compiled
def within_circle(px: float, py: float, qx: float, qy: float, r: float) -> tuple[float, float]:
    """Return which part of the segment p-q lies within r of the camera; (1, 0) where none does."""
    dx, dy = qx - px, qy - py
    a = dx * dx + dy * dy
    b = px * dx + py * dy
    root = b * b - a * (px * px + py * py - r * r)
    if a == 0.0 or root <= 0.0:
        return 1.0, 0.0
    root = np.sqrt(root)
    return max(0.0, (-b - root) / a), min(1.0, (-b + root) / a)
